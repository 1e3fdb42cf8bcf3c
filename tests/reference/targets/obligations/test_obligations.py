"""What each function of the course owes apart from gradients: right in every style, wrong in every known way.

All functions stand in a few files, each under a name of its own; a file is loaded once, and every law of it run once.
"""

from __future__ import annotations

import textwrap

import pytest

from reference.findings.codes import CONVENTION
from reference.targets import resolve

HEAD = "import numpy as np\n"


class Judged:
    """What is said of every function of a file, by name."""

    def __init__(self, folder, functions, head=HEAD):
        path = folder / "a.py"
        path.write_text(head + "\n\n".join(textwrap.dedent(f) for f in functions) + "\n", encoding="utf-8")
        implementation = resolve(str(path))()
        try:
            laws = {law.check: law.run(0) for law in implementation.laws}
        finally:
            implementation.close()
        self.looked = {name: looked for name, (looked, _) in laws.items()}
        self.found = {name: found for name, (_, found) in laws.items()}

    def right(self, name):
        assert self.found[name] == []
        assert self.looked[name] > 0

    def wrong(self, name, code, words="", *, output=None):
        found = self.found[name]
        assert found, f"nothing is said of {name}"
        assert {v.code for v in found} == {code}, found
        assert any(words in v.text for v in found), found
        if output is not None:
            assert [v.output for v in found] == ([output] if isinstance(output, str) else output)


def named(name, text):
    """A function under a name of its own."""
    return text.replace("NAME", name, 1)


def replaced(name, text, pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return named(name, text)


# --- initialisers ----------------------------------------------------------------------------------------------

INITIALISER = """
def NAME(layers_dims):
    np.random.seed(3)
    parameters = {}
    L = len(layers_dims)
    for l in range(1, L):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        parameters['W' + str(l)] = WEIGHTS
        parameters['b' + str(l)] = BIAS
    return parameters
"""


def initialiser(name, weights, bias="np.zeros((n, 1))"):
    return named(name, INITIALISER.replace("WEIGHTS", weights).replace("BIAS", bias))


RIGHT_INITIALISERS = {
    "initialize_parameters_zeros": ("np.zeros((n, n_prev))",),
    "initialize_parameters_random": ("np.random.randn(n, n_prev) * 10",),
    "initialize_parameters_he": ("np.random.randn(n, n_prev) * np.sqrt(2. / n_prev)",),
    "initialize_parameters_normal_he": ("np.random.normal(0, np.sqrt(2 / n_prev), (n, n_prev))",),
    "initialize_parameters_own_generator_he": (
        "np.random.RandomState(l).standard_normal((n, n_prev)) * (2 / n_prev) ** 0.5",
    ),
    "initialize_parameters_new_generator_he": (
        "np.random.default_rng(l).standard_normal((n, n_prev)) * np.sqrt(2 / n_prev)",
    ),
    "initialize_parameters_xavier": ("np.random.randn(n, n_prev) * np.sqrt(1 / n_prev)",),
    "initialize_parameters": ("np.random.randn(n, n_prev) * 0.01",),
    "initialize_parameters_deep": ("np.random.randn(n, n_prev) / np.sqrt(n_prev)",),
    "initialize_parameters_uniform": ("np.random.rand(n, n_prev) - 0.5",),
}
WRONG_INITIALISERS = {
    "initialize_parameters_x1_random": ("np.random.randn(n, n_prev) * 0.01", "np.zeros((n, 1))", "0.01"),
    "initialize_parameters_x2_he": ((
        "np.random.randn(n, n_prev) "
        "* np.sqrt(1 / n_prev)"
), "np.zeros((n, 1))", "√(1/n_prev)"),
    "initialize_parameters_x3_he": ("np.random.randn(n, n_prev) * np.sqrt(2 / n)", "np.zeros((n, 1))", "√(2/n)"),
    "initialize_parameters_x4_he": ("np.random.randn(n, n_prev) * 2 / n_prev", "np.zeros((n, 1))", "2/n_prev"),
    "initialize_parameters_x5_zeros": ("np.ones((n, n_prev))", "np.zeros((n, 1))", "not zero"),
    "initialize_parameters_x6_he": (
        "np.random.randn(n_prev, n) * np.sqrt(2 / n_prev)", "np.zeros((n, 1))", "has shape"),
    "initialize_parameters_x7_he": ((
        "np.random.randn(n, n_prev) "
        "* np.sqrt(2 / n_prev)"
), "np.ones((n, 1))", "start at zero"),
    "initialize_parameters_x8_he": ("np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)", "np.zeros(n)", "has shape"),
    "initialize_parameters_x9_random": ("np.random.rand(n, n_prev) * 10", "np.zeros((n, 1))", ""),
    "initialize_parameters_x10": ("np.ones((n, n_prev))", "np.zeros((n, 1))", "symmetry"),
    "initialize_parameters_x11": ("np.random.randn(n, n_prev) / 0.0 * 0", "np.zeros((n, 1))", ""),
    "initialize_parameters_x12_he": ("'text'", "np.zeros((n, 1))", "no array"),
}  # fmt: skip
OTHER_INITIALISERS = [
    """
    def initialize_parameters_two(n_x, n_h, n_y):
        return {"W1": np.random.randn(n_h, n_x) * 0.01, "b1": np.zeros((n_h, 1)),
                "W2": np.random.randn(n_y, n_h) * 0.01, "b2": np.zeros((n_y, 1))}
    """,
    """
    def initialize_parameters_two_wrong(n_x, n_h, n_y):
        return {"W1": np.random.randn(n_x, n_h) * 0.01, "b1": np.zeros((n_h, 1)),
                "W2": np.random.randn(n_y, n_h) * 0.01, "b2": np.zeros((n_y, 1))}
    """,
    "def initialize_parameters_none_he(layers_dims):\n    parameters = {}",
    "def initialize_parameters_number_he(layers_dims):\n    return 3",
    "def initialize_parameters_raises_he(layers_dims):\n    return layers_dims.shape",
    """
    def initialize_parameters_forgets_he(layers_dims):
        return {f"W{l}": np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2 / layers_dims[l - 1])
                for l in range(1, len(layers_dims))}
    """,
    """
    def initialize_parameters_template_he(layers_dims):
        parameters = {}
        for l in range(1, len(layers_dims)):
            parameters['W' + str(l)] = None
            parameters['b' + str(l)] = None
        return parameters
    """,
    """
    def initialize_parameters_short_he(layers_dims):
        parameters = {}
        for l in range(1, len(layers_dims) - 1):
            parameters[f'W{l}'] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2 / layers_dims[l - 1])
            parameters[f'b{l}'] = np.zeros((layers_dims[l], 1))
        return parameters
    """,
    "def initialize_velocity(parameters):\n    return {'dW1': np.zeros_like(parameters['W1'])}",
    "def initialize_pairs(layers_dims):\n    return [(np.ones((2, 2)), np.ones((2, 1)))]",
]


@pytest.fixture(scope="module")
def initialisers(tmp_path_factory):
    functions = [initialiser(name, *how) for name, how in RIGHT_INITIALISERS.items()]
    functions += [initialiser(name, *how[:2]) for name, how in WRONG_INITIALISERS.items()]
    return Judged(tmp_path_factory.mktemp("initialisers"), functions + OTHER_INITIALISERS)


@pytest.mark.parametrize("name", [*RIGHT_INITIALISERS, "initialize_parameters_two"])
def test_right_initialisers(initialisers, name):
    initialisers.right(name)


@pytest.mark.parametrize("name", WRONG_INITIALISERS)
def test_wrong_initialisers(initialisers, name):
    initialisers.wrong(name, "MB801", WRONG_INITIALISERS[name][2])


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("initialize_parameters_two_wrong", "MB801", "W1 has shape (150, 200); owed (200, 150)"),
        ("initialize_parameters_none_he", "MB702", "no dictionary"),
        ("initialize_parameters_number_he", "MB801", "no dictionary"),
        ("initialize_parameters_raises_he", "MB701", "AttributeError"),
        ("initialize_parameters_forgets_he", "MB801", "b1 is not there"),
        ("initialize_parameters_template_he", "MB702", "not finished"),
        ("initialize_parameters_short_he", "MB801", "W3 is not there"),
    ],
)
def test_other_initialisers(initialisers, name, code, words):
    initialisers.wrong(name, code, words)


@pytest.mark.parametrize("name", ["initialize_velocity", "initialize_pairs"])
def test_what_is_no_initialiser_of_ours_is_not_accused(initialisers, name):
    assert initialisers.found.get(name, []) == []


# --- costs -----------------------------------------------------------------------------------------------------

DATA = "np.sum(-Y * np.log(A3) - (1 - Y) * np.log(1 - A3)) / m"
SQUARES = "(np.sum(W1 ** 2) + np.sum(W2 ** 2) + np.sum(W3 ** 2))"


def cost(name, expression, returned="cost"):
    return f"def {name}(A3, Y):\n    m = Y.shape[1]\n    cost = {expression}\n    return {returned}"


def cost_l2(name, penalty, data=DATA):
    return (
        f"def {name}(A3, Y, parameters, lambd):\n    m = Y.shape[1]\n"
        '    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]\n'
        f"    return {data} + {penalty}"
    )


RIGHT_COSTS = {
    "compute_cost": DATA,
    "compute_cost_nansum": "1. / m * np.nansum(np.multiply(-np.log(A3), Y) + np.multiply(-np.log(1 - A3), 1 - Y))",
    "compute_cost_matrix": "-(np.dot(Y, np.log(A3).T) + np.dot(1 - Y, np.log(1 - A3).T)) / m",
    "compute_cost_guarded": "-np.mean(Y * np.log(A3 + 1e-8) + (1 - Y) * np.log(1 - A3 + 1e-8))",
    "compute_cost_squeezed": f"np.squeeze({DATA})",
    "compute_cost_float": f"float({DATA})",
    "compute_cost_flat": "np.sum(-Y.ravel() * np.log(A3.ravel()) - (1 - Y.ravel()) * np.log(1 - A3.ravel())) / m",
}
WRONG_COSTS = {
    "compute_cost_x1": (f"-({DATA})", "sign"),
    "compute_cost_x2": (f"({DATA}) / m", "m twice"),
    "compute_cost_x3": (f"({DATA}) / 2", "halved"),
    "compute_cost_x4": ("np.sum(-Y * np.log(A3)) / m", "Y = 0 is missing"),
    "compute_cost_x5": ("np.sum(-(1 - Y) * np.log(1 - A3)) / m", "Y = 1 is missing"),
    "compute_cost_x6": ("np.sum(-Y * np.log(1 - A3) - (1 - Y) * np.log(A3)) / m", "exchanged"),
    "compute_cost_x7": ("np.sum(-Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m", "subtracted"),
    "compute_cost_x8": ("np.sum(-Y * np.log10(A3) - (1 - Y) * np.log10(1 - A3)) / m", "owed"),
}
CONVENTIONS = {
    "compute_cost_c1": f"({DATA}) * m",
    "compute_cost_c2": "np.sum((A3 - Y) ** 2) / (2 * m)",
    "compute_cost_c3": "np.mean((A3 - Y) ** 2)",
}
RIGHT_L2 = {
    "compute_cost_with_regularization": f"lambd / (2 * m) * {SQUARES}",
    "compute_cost_with_regularization_square": (
        "1. / m * lambd / 2 * (np.sum(np.square(W1)) + np.sum(np.square(W2)) + np.sum(np.square(W3)))"
    ),
    "compute_cost_with_regularization_norm": "lambd / 2 / m * sum(np.linalg.norm(W) ** 2 for W in (W1, W2, W3))",
    "compute_cost_with_regularization_loop": (
        "lambd / (2 * m) * sum(np.sum(v * v) for k, v in parameters.items() if k[0] == 'W')"
    ),
}
WRONG_L2 = {
    "compute_cost_with_regularization_x1": ("0", "missing"),
    "compute_cost_with_regularization_x2": (f"-lambd / (2 * m) * {SQUARES}", "subtracted"),
    "compute_cost_with_regularization_x3": (f"1 / (2 * m) * {SQUARES}", "λ is missing"),
    "compute_cost_with_regularization_x4": ("lambd / (2 * m) * (np.sum(W1 ** 2) + np.sum(W2 ** 2))", "W3 is not in"),
    "compute_cost_with_regularization_x5": ("lambd / (2 * m) * np.sum(W3 ** 2)", "only W3"),
    "compute_cost_with_regularization_x6": (
        "lambd / (2 * m) * (np.sum(W1 ** 2) + np.sum(W2 ** 2) + np.sum(W2 ** 2))", "W2 where it takes W3"),
    "compute_cost_with_regularization_x7": ("lambd / (2 * m) * (np.sum(W1) + np.sum(W2) + np.sum(W3))", "Σ W where"),
    "compute_cost_with_regularization_x8": (
        f"lambd / (2 * m) * ({SQUARES} + np.sum(b1 ** 2) + np.sum(b2 ** 2) + np.sum(b3 ** 2))", "biases"),
    "compute_cost_with_regularization_x9": (f"lambd / (2 * m) / m * {SQUARES}", "m twice"),
    "compute_cost_with_regularization_x10": ("lambd / (2 * m) * sum(np.linalg.norm(W) for W in (W1, W2, W3))", "‖W‖"),
    "compute_cost_with_regularization_x11": ("lambd / (2 * m) * sum(np.abs(W).sum() for W in (W1, W2, W3))", "|W|"),
    "compute_cost_with_regularization_x12": ("lambd / (2 * m) * sum(W.sum() ** 2 for W in (W1, W2, W3))", "(Σ W)²"),
    "compute_cost_with_regularization_x13": (f"lambd ** 2 / (2 * m) * {SQUARES}", "squared"),
}  # fmt: skip
CONVENTIONS_L2 = {
    "compute_cost_with_regularization_c1": f"lambd / 2 * {SQUARES}",
    "compute_cost_with_regularization_c2": f"lambd / m * {SQUARES}",
    "compute_cost_with_regularization_c3": f"lambd * {SQUARES}",
}
OTHER_COSTS = [
    cost("compute_cost_shape_one", DATA, "cost * np.ones((1, 1))"),
    cost("compute_cost_tuple", DATA, "cost, None"),
    "def compute_loss(Y, A3):\n    return -np.mean(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))",
    "def compute_cost_default(a, Y, m=None):\n    return -np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a)) / Y.shape[1]",
    "def compute_cost_vector(A3, Y):\n    return -(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))",
    "def compute_cost_nothing(A3, Y):\n    cost = np.sum(Y)",
    "def compute_cost_raises(A3, Y):\n    return A3 @ Y",
    (
        "def compute_cost_template(A3, Y):\n    ### START CODE HERE ###\n"
        "    cost = None\n    ### END CODE HERE ###\n    return cost"
    ),
    "def compute_cost_todo(A3, Y):\n    raise NotImplementedError",
    "def compute_cost_needs(A3, Y):\n    import nothing_of_the_kind\n    return nothing_of_the_kind.cost(A3, Y)",
    "def compute_cost_exits(A3, Y):\n    m = Y.shape[1]\n    raise SystemExit(m)",
    "def my_cost_of_something_else(A3, Y):\n    return np.sum(A3) + 7",
    cost_l2(
        "compute_cost_with_regularization_of_the_helpers",
        f"lambd / (2 * m) * {SQUARES}",
        "np.mean(compute_cost(A3, Y))",
    ),
    """
    def compute_cost_with_regularization_pairs(AL, Y, params, lambd):
        m = Y.shape[1]
        data = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
        total = 0
        for W, b in params:
            total = total + (W * W).sum()
        return data + lambd / (2 * m) * total
    """,
]


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    functions = [cost(name, text) for name, text in {**RIGHT_COSTS, **CONVENTIONS}.items()]
    functions += [cost(name, text) for name, (text, _) in WRONG_COSTS.items()]
    functions += [cost_l2(name, text) for name, text in {**RIGHT_L2, **CONVENTIONS_L2}.items()]
    functions += [cost_l2(name, text) for name, (text, _) in WRONG_L2.items()]
    return Judged(tmp_path_factory.mktemp("costs"), functions + OTHER_COSTS)


@pytest.mark.parametrize(
    "name",
    [
        *RIGHT_COSTS,
        *RIGHT_L2,
        "compute_loss",
        "compute_cost_default",
        "compute_cost_shape_one",
        "compute_cost_tuple",
        "compute_cost_with_regularization_of_the_helpers",
        "compute_cost_with_regularization_pairs",
    ],
)
def test_right_costs(costs, name):
    costs.right(name)


@pytest.mark.parametrize("name", [*WRONG_COSTS, *WRONG_L2])
def test_wrong_costs_are_told_in_words(costs, name):
    costs.wrong(name, "MB802", {**WRONG_COSTS, **WRONG_L2}[name][1], output="cost")
    assert not any(v.text.startswith(CONVENTION) for v in costs.found[name])


@pytest.mark.parametrize("name", [*CONVENTIONS, *CONVENTIONS_L2])
def test_a_cost_of_another_convention_is_called_one(costs, name):
    costs.wrong(name, "MB802", CONVENTION, output="cost")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("compute_cost_vector", "MB501", "one number"),
        ("compute_cost_nothing", "MB702", "no number"),
        ("compute_cost_raises", "MB701", "ValueError"),
        ("compute_cost_template", "MB702", "not finished"),
        ("compute_cost_todo", "MB702", "NotImplementedError"),
        ("compute_cost_exits", "MB701", "SystemExit"),
    ],
)
def test_costs_that_are_none(costs, name, code, words):
    costs.wrong(name, code, words)


@pytest.mark.parametrize("name", ["compute_cost_needs", "my_cost_of_something_else"])
def test_a_cost_that_cannot_be_judged_is_not_accused(costs, name):
    assert costs.found[name] == []


def test_a_cost_of_softmax(tmp_path):
    judged = Judged(
        tmp_path,
        [
            """
            def forward_propagation(X, parameters):
                Z1 = parameters["W1"] @ X + parameters["b1"]
                A1 = np.maximum(Z1, 0)
                Z2 = parameters["W2"] @ A1 + parameters["b2"]
                A2 = np.exp(Z2) / np.exp(Z2).sum(axis=0)
                return A2, {"A1": A1, "A2": A2}
            def backward_propagation(parameters, cache, X, Y):
                m = X.shape[1]
                dZ2 = cache["A2"] - Y
                dZ1 = parameters["W2"].T @ dZ2 * (cache["A1"] > 0)
                return {"dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m,
                        "dW2": dZ2 @ cache["A1"].T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m}
            def compute_cost(A2, Y):
                return -np.sum(Y * np.log(A2)) / Y.shape[1]
            def compute_cost_x(A2, Y):
                return -np.mean(Y * np.log(A2))
            """
        ],
    )
    judged.right("compute_cost")
    judged.right("forward_propagation")
    judged.wrong("compute_cost_x", "MB802")


# --- forward passes --------------------------------------------------------------------------------------------

FORWARD = """
def NAME(X, parameters):
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
"""
WRONG_FORWARDS = {
    "forward_propagation_x1": ("np.dot(W2, A1) + b2", "np.dot(W2, A1)", "MB103", "b2 is not added"),
    "forward_propagation_x2": ("np.dot(W3, A2) + b3", "np.dot(W3, A2) - b3", "MB101", "b3 is subtracted"),
    "forward_propagation_x3": ("np.dot(W2, A1)", "np.dot(W2, Z1)", "MB103", "Z2 is made from Z1"),
    "forward_propagation_x4": ("np.maximum(Z1, 0)", "np.minimum(Z1, 0)", "MB104", "A1 is no activation of Z1"),
    "forward_propagation_x5": ("1 / (1 + np.exp(-Z3))", "1 / (1 + np.exp(Z3))", "MB104", "A3 is no output of Z3"),
    "forward_propagation_x6": ("np.dot(W1, X) + b1", "np.dot(W1, 2 * X) + b1", "MB199", "Z1 is not W1 A0 + b1"),
    "forward_propagation_x7": ("    return A3,", "    A3, ", "MB702", ""),
    "forward_propagation_x8": ("np.dot(W1, X)", "np.dot(X, W1)", "MB701", "ValueError"),
}
DROPOUT = """
def NAME(X, parameters, keep_prob=0.5):
    np.random.seed(1)
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    D1 = np.random.rand(A1.shape[0], A1.shape[1])
    D1 = D1 < keep_prob
    A1 = A1 * D1
    A1 = A1 / keep_prob
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    D2 = np.random.rand(A2.shape[0], A2.shape[1])
    D2 = D2 < keep_prob
    A2 = A2 * D2
    A2 = A2 / keep_prob
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
"""
RIGHT_DROPOUTS = {
    "forward_propagation_with_dropout": (),
    "forward_propagation_with_dropout_int": (("D1 < keep_prob", "(D1 < keep_prob).astype(int)"),),
    "forward_propagation_with_dropout_float": (("D1 < keep_prob", "(D1 < keep_prob) * 1.0"),),
    "forward_propagation_with_dropout_at_most": (("D2 < keep_prob", "D2 <= keep_prob"),),
    "forward_propagation_with_dropout_more": (("D1 < keep_prob", "D1 > 1 - keep_prob"),),
    "forward_propagation_with_dropout_binomial": (
        (
            "np.random.rand(A1.shape[0], A1.shape[1])\n    D1 = D1 < keep_prob",
            "np.random.binomial(1, keep_prob, A1.shape)",
        ),
    ),
    "forward_propagation_with_dropout_unseeded": (("    np.random.seed(1)\n", ""),),
    "forward_propagation_with_dropout_assigned": (("A1 = A1 * D1", "A1[~D1] = 0"),),
}
WRONG_DROPOUTS = {
    "forward_propagation_with_dropout_x1": ((("    A1 = A1 / keep_prob\n", ""),), "MB302", "1/keep_prob is missing"),
    "forward_propagation_with_dropout_x2": (
        (("A2 = A2 / keep_prob", "A2 = A2 * keep_prob"),),
        "MB302",
        "scaled by keep_prob",
    ),
    "forward_propagation_with_dropout_x3": (
        (("A1 = A1 / keep_prob", "A1 = A1 / keep_prob / keep_prob"),),
        "MB302",
        "1/keep_prob²",
    ),
    "forward_propagation_with_dropout_x4": ((("    A1 = A1 * D1\n", ""),), "MB301", "not applied to A1"),
    "forward_propagation_with_dropout_x5": ((("D1 < keep_prob", "D1 > keep_prob"),), "MB303", "> stands where <"),
    "forward_propagation_with_dropout_x6": (
        (("np.random.rand(A1.shape[0], A1.shape[1])", "np.random.randn(A1.shape[0], A1.shape[1])"),),
        "MB303",
        "randn",
    ),
    "forward_propagation_with_dropout_x7": (
        (("    D1 = D1 < keep_prob\n", ""), ("    D2 = D2 < keep_prob\n", "")),
        "MB303",
        "not made of zeros and ones",
    ),
    "forward_propagation_with_dropout_x8": ((("D2 < keep_prob", "D2 < 0.5"),), "MB303", "mask"),
    "forward_propagation_with_dropout_x9": (
        (("A1.shape[0], A1.shape[1]", "A1.shape[0], 1"), ("A2.shape[0], A2.shape[1]", "A2.shape[0], 1")),
        "MB303",
        "one column",
    ),
    "forward_propagation_with_dropout_x10": (
        (
            ("A1 = A1 * D1\n", ""),
            ("A1 = A1 / keep_prob", ""),
            ("A2 = A2 * D2\n", ""),
            ("A2 = A2 / keep_prob", ""),
            ("D1, ", ""),
            ("D2, ", ""),
        ),
        "MB301",
        "nothing is dropped",
    ),
    "forward_propagation_with_dropout_x11": (
        (("A1 = A1 / keep_prob", "A1 = A1 / (1 - keep_prob)"),),
        "MB302",
        "1/(1 − keep_prob)",
    ),
    "forward_propagation_with_dropout_x12": (
        (("A3 = 1 / (1 + np.exp(-Z3))", "A3 = 1 / (1 + np.exp(-Z3)) * (np.random.rand(*Z3.shape) < keep_prob)"),),
        "MB304",
        "output layer",
    ),
    "forward_propagation_with_dropout_x13": ((("np.dot(W2, A1) + b2", "np.dot(W2, A1)"),), "MB103", "b2 is not added"),
    "forward_propagation_with_dropout_x14": (
        ((("D1 = np.random.rand(A1.shape[0], A1.shape[1])"), "D1 = None"),),
        "MB702",
        "",
    ),
}
WITH_COST = (
    ("(X, parameters)", "(X, Y, parameters)"),
    ("    return A3,", "    cost = np.sum(-Y * np.log(A3) - (1 - Y) * np.log(1 - A3)) / X.shape[1]\n    return cost,"),
)
OTHER_FORWARDS = [
    replaced(
        "forward_propagation_tanh",
        FORWARD,
        [("np.maximum(Z1, 0)", "np.tanh(Z1)"), ("np.maximum(Z2, 0)", "np.tanh(Z2)")],
    ),
    replaced(
        "forward_propagation_leaky",
        FORWARD,
        [(f"np.maximum(Z{l}, 0)", f"np.where(Z{l} > 0, Z{l}, 0.01 * Z{l})") for l in (1, 2)],
    ),
    replaced(
        "forward_propagation_with_helpers",
        FORWARD,
        [("np.maximum(Z1, 0)", "relu(Z1)"), ("1 / (1 + np.exp(-Z3))", "sigmoid(Z3)")],
    ),
    """
    def forward_propagation_any_depth(X, params):
        A, caches = X, []
        for k, (W, b) in enumerate(params):
            Z = W @ A + b
            caches.append((A, Z))
            A = np.maximum(Z, 0) if k + 1 < len(params) else 1 / (1 + np.exp(-Z))
        return A, caches
    """,
    """
    def forward_propagation_two(X, parameters):
        A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
        A2 = 1 / (1 + np.exp(-(parameters["W2"] @ A1 + parameters["b2"])))
        return A2, {"A1": A1, "A2": A2}
    """,
    """
    def forward_propagation_softmax(X, parameters):
        A1 = np.maximum(parameters["W1"] @ X + parameters["b1"], 0)
        Z2 = parameters["W2"] @ A1 + parameters["b2"]
        A2 = np.exp(Z2) / np.sum(np.exp(Z2), axis=0, keepdims=True)
        return A2
    """,
    replaced("forward_propagation_n", FORWARD, WITH_COST),
    replaced("forward_propagation_n_sum", FORWARD, [*WITH_COST, (" / X.shape[1]\n", "\n")]),
    replaced("forward_propagation_n_sign", FORWARD, [*WITH_COST, ("np.sum(-Y", "-np.sum(-Y")]),
]


@pytest.fixture(scope="module")
def forwards(tmp_path_factory):
    functions = [named("forward_propagation", FORWARD)]
    functions += [replaced(name, FORWARD, [how[:2]]) for name, how in WRONG_FORWARDS.items()]
    functions += [replaced(name, DROPOUT, pairs) for name, pairs in RIGHT_DROPOUTS.items()]
    functions += [replaced(name, DROPOUT, how[0]) for name, how in WRONG_DROPOUTS.items()]
    return Judged(tmp_path_factory.mktemp("forwards"), functions + OTHER_FORWARDS)


@pytest.mark.parametrize(
    "name",
    [
        "forward_propagation",
        "forward_propagation_tanh",
        "forward_propagation_leaky",
        "forward_propagation_with_helpers",
        "forward_propagation_any_depth",
        "forward_propagation_two",
        "forward_propagation_softmax",
        "forward_propagation_n",
        *RIGHT_DROPOUTS,
    ],
)
def test_right_forward_passes(forwards, name):
    forwards.right(name)


@pytest.mark.parametrize("name", WRONG_FORWARDS)
def test_wrong_forward_passes(forwards, name):
    forwards.wrong(name, *WRONG_FORWARDS[name][2:])


@pytest.mark.parametrize("name", WRONG_DROPOUTS)
def test_wrong_dropouts(forwards, name):
    forwards.wrong(name, *WRONG_DROPOUTS[name][1:])


@pytest.mark.parametrize(
    ("name", "words"), [("forward_propagation_n_sum", "× m"), ("forward_propagation_n_sign", "× −1")]
)
def test_the_cost_of_a_forward_pass_is_judged_too(forwards, name, words):
    forwards.wrong(name, "MB802", words, output="cost")


# --- the scalar pair, and gradient checkers ----------------------------------------------------------------------

SCALAR = [
    "def forward_propagation(x, theta):\n    J = np.dot(theta, x)\n    return J",
    "def backward_propagation(x, theta):\n    dtheta = x\n    return dtheta",
]
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
    ("name", "code", "words"),
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


@pytest.mark.parametrize("name", WRONG_CHECKS)
def test_checkers_by_what_they_accept_reject_and_give(scalars, name):
    scalars.wrong(name, "MB803", output=WRONG_CHECKS[name][1])


@pytest.mark.parametrize("name", NO_CHECKS)
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


@pytest.mark.parametrize("name", RIGHT_CHECKS_N)
def test_right_checkers_of_a_network(checkers, name):
    checkers.right(name)


@pytest.mark.parametrize("name", WRONG_CHECKS_N)
def test_wrong_checkers_of_a_network(checkers, name):
    checkers.wrong(name, "MB803", output=WRONG_CHECKS_N[name][1])


def test_unfinished_checkers_of_a_network(checkers):
    checkers.wrong("gradient_check_n_template", "MB702")
    checkers.wrong("gradient_check_n_silent", "MB803", "neither returns nor prints")


# --- vectors and updates -----------------------------------------------------------------------------------------

VECTORS = [
    """
    def dictionary_to_vector(parameters):
        keys, count = [], 0
        for key in ["W1", "b1", "W2", "b2", "W3", "b3"]:
            new_vector = np.reshape(parameters[key], (-1, 1))
            keys = keys + [key] * new_vector.shape[0]
            theta = new_vector if count == 0 else np.concatenate((theta, new_vector), axis=0)
            count += 1
        return theta, keys
    """,
    (
        "def dictionary_to_vector_flat(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() for k in parameters])"
    ),
    (
        "def dictionary_to_vector_x1(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() for k in sorted(parameters)]), []"
    ),
    (
        "def dictionary_to_vector_x2(parameters):\n"
        "    return np.concatenate([parameters[k].T.ravel() for k in parameters]), []"
    ),
    (
        "def dictionary_to_vector_x3(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() for k in parameters if k[0] == 'W'])"
    ),
    (
        "def dictionary_to_vector_x4(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() * 2 for k in parameters])"
    ),
    "def dictionary_to_vector_x5(parameters):\n    theta = None\n    return theta",
    (
        "def gradients_to_vector(gradients):\n    return np.concatenate([gradients[k].reshape(-1, "
        "1) for k in ('dW1', 'db1', 'dW2', 'db2', 'dW3', 'db3')])"
    ),
    "def gradients_to_vector_x1(gradients):\n    return np.concatenate([g.reshape(-1, 1) for g in gradients.values()])",
    """
    def vector_to_dictionary(theta):
        parameters = {}
        parameters["W1"] = theta[:20].reshape((5, 4))
        parameters["b1"] = theta[20:25].reshape((5, 1))
        parameters["W2"] = theta[25:40].reshape((3, 5))
        parameters["b2"] = theta[40:43].reshape((3, 1))
        parameters["W3"] = theta[43:46].reshape((1, 3))
        parameters["b3"] = theta[46:47].reshape((1, 1))
        return parameters
    """,
    """
    def vector_to_dictionary_x1(theta):
        parameters = vector_to_dictionary(theta)
        parameters["W2"] = theta[24:39].reshape((3, 5))
        return parameters
    """,
    """
    def vector_to_dictionary_x2(theta):
        parameters = vector_to_dictionary(theta)
        parameters["W1"] = theta[:20].reshape((4, 5))
        return parameters
    """,
    """
    def vector_to_dictionary_x3(theta):
        parameters = vector_to_dictionary(theta)
        del parameters["b3"]
        return parameters
    """,
    "def vector_to_dictionary_x4(theta):\n    parameters = {}",
]
UPDATES = [
    """
    def update_parameters(parameters, grads, learning_rate):
        n = len(parameters) // 2
        for k in range(n):
            parameters["W" + str(k + 1)] = parameters["W" + str(k + 1)] - learning_rate * grads["dW" + str(k + 1)]
            parameters["b" + str(k + 1)] = parameters["b" + str(k + 1)] - learning_rate * grads["db" + str(k + 1)]
        return parameters
    """,
    """
    def update_parameters_in_place(parameters, grads, learning_rate=1.2):
        for key in parameters:
            parameters[key] -= learning_rate * grads["d" + key]
        return parameters
    """,
    (
        "def update_parameters_new(params, gradients, alpha):\n"
        "    return {k: v - alpha * gradients['d' + k] for k, v in params.items()}"
    ),
    """
    def update_parameters_two(parameters, grads, learning_rate):
        W1, b1, W2, b2 = (parameters[k] - learning_rate * grads["d" + k] for k in ("W1", "b1", "W2", "b2"))
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    """,
    (
        "def update_parameters_x1(parameters, grads, learning_rate):\n"
        "    return {k: v + learning_rate * grads['d' + k] for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x2(parameters, grads, learning_rate):\n"
        "    return {k: v - grads['d' + k] for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x3(parameters, grads, learning_rate):\n    return {k: v - "
        "learning_rate * grads['d' + k] if k[0] == 'W' else v for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x4(parameters, grads, learning_rate):\n    for k in parameters:\n"
        "        parameters[k] = parameters[k] - learning_rate * grads['d' + k]"
    ),
    (
        "def update_parameters_x5(parameters, grads, learning_rate):\n"
        "    return {k: v - learning_rate * np.sum(grads['d' + k]) for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x6(parameters, grads, learning_rate):\n"
        "    return {k: learning_rate * grads['d' + k] for k, v in parameters.items()}"
    ),
    "def update_parameters_x7(parameters, grads, learning_rate):\n    W1 = None\n    return {'W1': W1}",
]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    return Judged(tmp_path_factory.mktemp("vectors"), VECTORS + UPDATES)


@pytest.mark.parametrize(
    "name",
    [
        "dictionary_to_vector",
        "dictionary_to_vector_flat",
        "gradients_to_vector",
        "vector_to_dictionary",
        "update_parameters",
        "update_parameters_in_place",
        "update_parameters_new",
        "update_parameters_two",
    ],
)
def test_right_vectors_and_updates(vectors, name):
    vectors.right(name)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("dictionary_to_vector_x1", "MB103", "order"),
        ("dictionary_to_vector_x2", "MB103", "order"),
        ("dictionary_to_vector_x3", "MB501", "entries; owed 47"),
        ("dictionary_to_vector_x4", "MB199", ""),
        ("dictionary_to_vector_x5", "MB702", ""),
        ("gradients_to_vector_x1", "MB501", "owed 47"),
        ("vector_to_dictionary_x1", "MB103", "W2"),
        ("vector_to_dictionary_x2", "MB501", "W1 has shape (4, 5)"),
        ("vector_to_dictionary_x3", "MB501", "b3 is not there"),
        ("vector_to_dictionary_x4", "MB702", "no dictionary"),
        ("update_parameters_x1", "MB101", "added"),
        ("update_parameters_x2", "MB101", "learning rate"),
        ("update_parameters_x3", "MB101", "not updated"),
        ("update_parameters_x4", "MB702", "no dictionary"),
        ("update_parameters_x5", "MB199", "α"),
        ("update_parameters_x6", "MB101", "the step"),
        ("update_parameters_x7", "MB702", "not finished"),
    ],
)
def test_wrong_vectors_and_updates(vectors, name, code, words):
    vectors.wrong(name, code, words)


# --- what does not load, and what is not there ---------------------------------------------------------------------


def test_what_does_not_load_is_said_once_and_the_rest_is_judged(tmp_path):
    judged = Judged(tmp_path, [cost("compute_cost", DATA), "def compute_cost_broken(A3, Y:\n    return 1", *SCALAR])
    judged.right("compute_cost")
    judged.right("forward_propagation")
    judged.wrong("compute_cost_broken", "MB701", "cannot be loaded: SyntaxError")
    assert judged.found["compute_cost_broken"][0].place[2] == 7


def test_a_file_of_nothing_owes_nothing(tmp_path):
    assert Judged(tmp_path, []).found == {}


def test_a_function_that_ends_its_process_costs_itself_alone(tmp_path):
    judged = Judged(
        tmp_path,
        ["import os, signal", "def compute_cost_x(A3, Y):\n    os._exit(3)", cost("compute_cost", DATA),
         "def initialize_parameters_he(layers_dims):\n    os.kill(os.getpid(), signal.SIGSEGV)"],
    )  # fmt: skip
    judged.wrong("compute_cost_x", "MB703", "compute_cost_x its process ended itself, with exit code 3")
    judged.wrong("initialize_parameters_he", "MB703", "SIGSEGV")
    judged.right("compute_cost")


def test_what_is_left_of_a_target_that_died_three_times_is_not_asked(tmp_path):
    judged = Judged(tmp_path, ["import os"] + [f"def compute_cost_{k}(A3, Y):\n    os._exit(3)" for k in range(5)])
    codes = [[v.code for v in found] for found in judged.found.values()]
    assert codes[0] == ["MB703"]
    assert codes[3:] == [[], []]
    assert list(judged.looked.values())[3:] == [0, 0]


def test_a_line_that_older_releases_of_numpy_took_is_said_to_be_one(tmp_path):
    judged = Judged(
        tmp_path,
        [
            (
                "def compute_cost(A3, Y):\n    c = np.zeros(1)\n"
                "    c[0] = np.ones((1, 2))[0, :1]\n    return float(np.ones((1, 1))) + c[0]"
            )
        ],
    )
    judged.wrong("compute_cost", "MB701", "older releases of NumPy")
