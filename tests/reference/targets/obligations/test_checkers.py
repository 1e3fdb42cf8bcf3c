"""The scalar pair, and gradient checkers: by what they accept, reject and give."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import HEAD, SCALAR, Judged, replaced

SCALAR_OTHERS = [
    "def forward_propagation_x1(x, theta):\n    return theta + x",
    "def forward_propagation_x2(x, theta):\n    J = None\n    return J",
    "def forward_propagation_array(x, theta):\n    return np.array([theta * x])",
    "def backward_propagation_array(x, theta):\n    return np.array([[x]])",
    "def backward_propagation_x1(x, theta):\n    return theta",
    "def backward_propagation_x2(x, theta):\n    return 2 * x",
    "def backward_propagation_x3(x, theta):\n    return -x",
    "def backward_propagation_x4(x, theta):\n    dtheta = None\n    return dtheta",
    "def backward_propagation_x5(x, theta):\n    return theta * x",
    "def backward_propagation_x6(x, theta):\n    pass",
    "def backward_propagation_x7(x, theta):\n    return 1",
]
CHECK = """
def NAME(x, theta, epsilon=1e-7):
    thetaplus = theta + epsilon
    thetaminus = theta - epsilon
    J_plus = forward_propagation(x, thetaplus)
    J_minus = forward_propagation(x, thetaminus)
    gradapprox = (J_plus - J_minus) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = numerator / denominator
    if difference < 1e-7:
        print("The gradient is correct!")
    else:
        print("The gradient is wrong!")
    return difference
"""
RIGHT_CHECKS = {
    "gradient_check": (),
    "gradient_check_prints": (
        ('        print("The gradient is wrong!")\n    return difference', (
            '        print("wrong")\n'
            '    print("difference = " + str(difference))'
)),
    ),
    "gradient_check_prints_in_colour": (
        ('        print("The gradient is wrong!")\n    return difference',
         '        print("wrong")\n    print("\\033[92mdifference = %.10e\\033[0m" % difference)'),
    ),
    "gradient_check_tuple": (("return difference", "return difference, grad"),),
    "gradient_check_array": (("return difference", "return np.array([difference])"),),
    "gradient_check_forward_only": (
        ((
            "J_minus = forward_propagation(x, "
            "thetaminus)"
), "J_minus = forward_propagation(x, theta)"), ("(2 * epsilon)", "epsilon")),
    "gradient_check_abs": (("np.linalg.norm(grad - gradapprox)", "abs(grad - gradapprox)"),),
}  # fmt: skip
WRONG_CHECKS = {
    "gradient_check_x1": ((("(2 * epsilon)", "2 * epsilon"),), "accepts"),
    "gradient_check_x2": ((("(2 * epsilon)", "epsilon"),), "accepts"),
    "gradient_check_x3": ((("thetaminus = theta - epsilon", "thetaminus = theta + epsilon"),), "accepts"),
    "gradient_check_x4": ((("grad - gradapprox)", "grad - grad)"),), "rejects"),
    "gradient_check_x5": ((("grad = backward_propagation(x, theta)", "grad = gradapprox"),), "rejects"),
    "gradient_check_x6": ((("return difference", "return numerator"),), "difference"),
    "gradient_check_x7": ((("return difference", "return 2 * difference"),), "difference"),
    "gradient_check_x8": ((("+ np.linalg.norm(gradapprox)", "- np.linalg.norm(gradapprox)"),), "accepts"),
    "gradient_check_x9": ((("return difference", "return difference ** 2"),), "difference"),
    "gradient_check_x10": ((("return difference", "return 0.0"),), "rejects"),
    "gradient_check_x12": ((("backward_propagation(x, theta)", "backward_propagation(x, x)"),), "difference"),
    "gradient_check_x11": ((("return difference", "return -difference"),), "difference"),
}
NO_CHECKS = {
    "gradient_check_y1": ((("return difference", "return None"),), "MB803"),
    "gradient_check_y2": ((("gradapprox = (J_plus - J_minus) / (2 * epsilon)", "gradapprox = None"),), "MB702"),
    "gradient_check_y3": ((("np.linalg.norm(grad - gradapprox)", "np.linalg.norm(grad - undefined)"),), "MB701"),
    "gradient_check_y4": ((("return difference", "return 'nothing'"),), "MB803"),
    "gradient_check_y5": ((("return difference", "return float('nan')"),), "MB803"),
}


@pytest.fixture(scope="module")
def scalars(tmp_path_factory):
    functions = SCALAR + SCALAR_OTHERS
    functions += [replaced(name, CHECK, pairs) for name, pairs in RIGHT_CHECKS.items()]
    functions += [replaced(name, CHECK, how[0]) for name, how in {**WRONG_CHECKS, **NO_CHECKS}.items()]
    return Judged(tmp_path_factory.mktemp("scalars"), functions)


@each(
    "name",
    [
        "forward_propagation",
        "forward_propagation_array",
        "backward_propagation",
        "backward_propagation_array",
        *RIGHT_CHECKS,
    ],
)
def test_the_right_scalar_pair_and_its_checkers(scalars, name):
    scalars.right(name)


@each(
    "name, code, words",
    [
        ("forward_propagation_x1", "MB802", "owed 8"),
        ("forward_propagation_x2", "MB702", ""),
        ("backward_propagation_x1", "MB103", "it is θ"),
        ("backward_propagation_x2", "MB101", "owed 2"),
        ("backward_propagation_x3", "MB101", "owed 2"),
        ("backward_propagation_x4", "MB702", ""),
        ("backward_propagation_x5", "MB103", "θ x"),
        ("backward_propagation_x6", "MB702", ""),
    ],
)
def test_the_wrong_scalar_pair(scalars, name, code, words):
    scalars.wrong(name, code, words)


def test_a_scalar_derivative_of_1_is_wrong_and_is_not_half_of_x(scalars):
    """At x = 2 it is half of x; elsewhere it is not."""
    scalars.wrong("backward_propagation_x7", "MB199")


def test_a_scalar_pair_of_another_function_that_is_consistent(tmp_path):
    judged = Judged(
        tmp_path,
        [
            "def forward_propagation(x, theta):\n    return (theta * x) ** 2",
            "def backward_propagation(x, theta):\n    return 2 * theta * x ** 2",
        ],
    )
    assert judged.found["backward_propagation"] == []


@each("name", WRONG_CHECKS)
def test_checkers_by_what_they_accept_reject_and_give(scalars, name):
    scalars.wrong(name, "MB803", output=WRONG_CHECKS[name][1])


@each("name", NO_CHECKS)
def test_checkers_that_are_none(scalars, name):
    scalars.wrong(name, NO_CHECKS[name][1])


CHECK_N = """
def NAME(parameters, gradients, X, Y, epsilon=1e-7):
    parameters_values, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    num_parameters = parameters_values.shape[0]
    J_plus = np.zeros((num_parameters, 1))
    J_minus = np.zeros((num_parameters, 1))
    gradapprox = np.zeros((num_parameters, 1))
    for i in range(num_parameters):
        thetaplus = np.copy(parameters_values)
        thetaplus[i][0] = thetaplus[i][0] + epsilon
        J_plus[i], _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))
        thetaminus = np.copy(parameters_values)
        thetaminus[i][0] = thetaminus[i][0] - epsilon
        J_minus[i], _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))
        gradapprox[i] = (J_plus[i] - J_minus[i]) / (2 * epsilon)
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = numerator / denominator
    if difference > 2e-7:
        print("There is a mistake! difference = " + str(difference))
    else:
        print("Your backward propagation works perfectly fine! difference = " + str(difference))
    return difference
"""
RIGHT_CHECKS_N = {
    "gradient_check_n": (),
    "gradient_check_n_prints_only": (("    return difference", ""),),
    "gradient_check_n_strict": (("difference > 2e-7", "difference > 1e-7"),),
    "gradient_check_n_larger_step": (("epsilon=1e-7", "epsilon=1e-5"),),
    "gradient_check_n_no_default": (("epsilon=1e-7", "epsilon"),),
    "gradient_check_n_noisy": (("    for i in", "    print('x' * 10 ** 6)\n    for i in"),),
}
WRONG_CHECKS_N = {
    "gradient_check_n_x1": ((("/ (2 * epsilon)", "/ 2 * epsilon"),), "accepts"),
    "gradient_check_n_x2": ((("= np.copy(parameters_values)", "= parameters_values"),), "accepts"),
    "gradient_check_n_x3": ((("thetaminus[i][0] - epsilon", "thetaminus[i][0] + epsilon"),), "accepts"),
    "gradient_check_n_x4": ((("grad = gradients_to_vector(gradients)", (
        "grad = "
        "gradients_to_vector(gradients) * 0 + 1"
)),), "accepts"),
    "gradient_check_n_x5": ((("np.linalg.norm(grad - gradapprox)", (
        "abs(np.linalg.norm(grad) - "
        "np.linalg.norm(gradapprox))"
)),), "difference"),
    "gradient_check_n_x6": ((("difference = numerator / denominator", "difference = numerator"),), "difference"),
    "gradient_check_n_x7": ((("difference = numerator / denominator", (
        "difference = numerator / "
        "np.linalg.norm(grad + gradapprox)"
)),), "difference"),
    "gradient_check_n_x8": ((("difference = numerator / denominator", "difference = 1e-8"),), "rejects"),
}  # fmt: skip


@pytest.fixture(scope="module")
def checkers(tmp_path_factory):
    functions = [replaced(name, CHECK_N, pairs) for name, pairs in RIGHT_CHECKS_N.items()]
    functions += [replaced(name, CHECK_N, how[0]) for name, how in WRONG_CHECKS_N.items()]
    functions += [
        replaced("gradient_check_n_template", CHECK_N, [((
            "J_minus[i], _ = forward_propagation_n(X, "
            "Y, vector_to_dictionary(thetaminus))"
), "J_minus[i], _ = None, None")]),
        replaced("gradient_check_n_silent", CHECK_N, [("    return difference", ""), ('+ str(difference)', '+ ""')]),
    ]  # fmt: skip
    head = HEAD + "from gc_utils import *\nfrom testCases import *\n"
    return Judged(tmp_path_factory.mktemp("checkers"), functions, head)


@each("name", RIGHT_CHECKS_N)
def test_right_checkers_of_a_network(checkers, name):
    checkers.right(name)


@each("name", WRONG_CHECKS_N)
def test_wrong_checkers_of_a_network(checkers, name):
    checkers.wrong(name, "MB803", output=WRONG_CHECKS_N[name][1])


def test_unfinished_checkers_of_a_network(checkers):
    checkers.wrong("gradient_check_n_template", "MB702")
    checkers.wrong("gradient_check_n_silent", "MB803", "neither returns nor prints")


# --- why, and where ----------------------------------------------------------------------------------------------

SHORT_N = """
def NAME(parameters, gradients, X, Y, epsilon=1e-7):
    params, keys = dictionary_to_vector(parameters)
    grads = gradients_to_vector(gradients)
    approx = []
    for k in range(len(params)):
        up = params.copy()
        up[k] += epsilon
        down = params.copy()
        down[k] -= epsilon
        cost_up = forward_propagation_n(X, Y, vector_to_dictionary(up))[0]
        cost_down = forward_propagation_n(X, Y, vector_to_dictionary(down))[0]
        approx.append((cost_up - cost_down) / (2. * epsilon))
    approx = np.array(approx).reshape(-1, 1)
    return np.linalg.norm(grads - approx) / (np.linalg.norm(grads) + np.linalg.norm(approx))
"""
NORMS = "np.linalg.norm(grad) + np.linalg.norm(gradapprox)"
MINUS_N = "J_minus[i], _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))"
OF_N = {  # the change, and what is said of it
    "n1": (MINUS_N, MINUS_N.replace("thetaminus", "parameters_values"), "J_minus is taken at theta itself"),
    "n2": (MINUS_N, MINUS_N.replace("thetaminus", "thetaplus"), "moved the same way"),
    "n3": ("thetaplus[i][0] + epsilon", "thetaplus[i][0] - epsilon", "moved the same way"),
    "n4": ("/ (2 * epsilon)", "/ epsilon", "divided by ε in place of 2 ε"),
    "n5": ("/ (2 * epsilon)", "/ 2 * epsilon", "takes brackets"),
    "n6": ("/ (2 * epsilon)", "/ (2 * epsilon ** 2)", "divided by 2 ε²"),
    "n7": ("(J_plus[i] - J_minus[i])", "(J_plus[i] + J_minus[i])", "J_plus and J_minus are added"),
    "n8": ("(J_plus[i] - J_minus[i])", "(J_minus[i] - J_plus[i])", "have changed places"),
    "n9": ("grad - gradapprox", "gradapprox - gradapprox", "one gradient with itself"),
    "n10": (NORMS, NORMS.replace("+", "-"), "‖g‖ − ‖g̃‖ stands where ‖g‖ + ‖g̃‖ belongs"),
    "n11": (NORMS, "np.linalg.norm(grad)", "‖g‖ alone"),
    "n12": ("difference = numerator / denominator", "difference = numerator", "is not divided"),
    "n13": ("difference = numerator / denominator", "difference = 1e-8", "returned whatever the gradient is"),
    "n14": ("= np.copy(parameters_values)", "= parameters_values", "J_minus is taken at theta itself"),
    "n15": ("range(num_parameters)", "range(1)", "only the first entry"),
    "n16": ("thetaminus[i][0] = thetaminus[i][0] - epsilon", "pass", "J_minus is taken at theta itself"),
    "n17": ("difference > 2e-7", "difference < 2e-7", "the wrong way round"),
}
OF_SHORT_N = {
    "m1": ("vector_to_dictionary(up)", "vector_to_dictionary(params)", "J_plus is taken at theta itself"),
    "m2": ("down[k] -= epsilon", "down[k] += epsilon", "moved the same way"),
    "m3": ("(2. * epsilon)", "epsilon", "divided by ε in place of 2 ε"),
    "m4": ("(np.linalg.norm(grads) + np.linalg.norm(approx))", "np.linalg.norm(grads) + np.linalg.norm(approx)",
           "lacks the brackets"),
}  # fmt: skip
OF_SCALAR = {
    "s1": ("thetaminus = theta - epsilon", "thetaminus = theta", "J_minus is taken at theta itself"),
    "s2": ("J_plus = forward_propagation(x, thetaplus)", "J_plus = forward_propagation(x, theta)", "J_plus is taken"),
    "s3": ("(2 * epsilon)", "2 * epsilon", "takes brackets"),
    "s4": ("grad = backward_propagation(x, theta)", "grad = gradapprox", "one gradient with itself"),
    "s5": (NORMS, "np.linalg.norm(grad)", "‖g‖ alone"),
    "s6": ("return difference", "return numerator", "is not divided"),
    "s7": ("difference < 1e-7", "difference > 1e-7", "the wrong way round"),
    "s8": ("thetaplus = theta + epsilon", "thetaplus = theta - epsilon", "moved the same way"),
}
WITHOUT_LINE = ("n15", "n16", "n17", "s7")


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    head = HEAD + "from gc_utils import *\n"
    vectors = [replaced(f"gradient_check_n_{k}", CHECK_N, [how[:2]]) for k, how in OF_N.items()]
    vectors += [replaced(f"gradient_check_n_{k}", SHORT_N, [how[:2]]) for k, how in OF_SHORT_N.items()]
    numbers = [replaced(f"gradient_check_{k}", CHECK, [how[:2]]) for k, how in OF_SCALAR.items()]
    right = [replaced("gradient_check_n_right", SHORT_N, [])]
    return (
        Judged(tmp_path_factory.mktemp("vectors"), right + vectors, head),
        Judged(tmp_path_factory.mktemp("numbers"), SCALAR + numbers),
    )


def test_another_style_of_a_right_checker(spoilt):
    spoilt[0].right("gradient_check_n_right")


@each("k", [*OF_N, *OF_SHORT_N, *OF_SCALAR])
def test_a_wrong_checker_is_told_why_and_where(spoilt, k):
    text, judged = (CHECK, spoilt[1]) if k in OF_SCALAR else (CHECK_N if k in OF_N else SHORT_N, spoilt[0])
    name = f"gradient_check_{k}" if k in OF_SCALAR else f"gradient_check_n_{k}"
    old, new, words = {**OF_N, **OF_SHORT_N, **OF_SCALAR}[k]
    (found,) = judged.found[name]
    assert found.code == "MB803"
    assert words in found.text
    assert "consistent with" not in found.text
    lines = zip(text.strip().split("\n"), text.replace(old, new).strip().split("\n"), strict=True)
    changed = [judged.line(name) + at for at, (before, after) in enumerate(lines) if before != after]
    if k in WITHOUT_LINE:
        assert found.place is None
    else:
        assert found.place.line in changed


TANH_N = """
def forward_propagation_n(X, Y, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = np.tanh(parameters["W2"] @ A1 + parameters["b2"])
    A3 = 1 / (1 + np.exp(-(parameters["W3"] @ A2 + parameters["b3"])))
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / X.shape[1], (A1, A2, A3)
"""


def test_a_checker_is_held_to_the_forward_pass_that_it_calls(tmp_path):
    head = HEAD + "from gc_utils import *\n"
    of_epsilon = replaced("gradient_check_n_x", SHORT_N, [("(2. * epsilon)", "epsilon")])
    judged = Judged(tmp_path, [TANH_N, replaced("gradient_check_n", SHORT_N, []), of_epsilon], head)
    judged.right("gradient_check_n")
    judged.wrong("gradient_check_n_x", "MB803", "divided by ε in place of 2 ε")
