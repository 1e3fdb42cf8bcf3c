"""Updates of the parameters: each rule in several hands, and each mistake planted in a right one."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import HEAD, Judged, named, replaced

GD = """
def NAME(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * grads["db" + str(l)]
    return parameters
"""
MOMENTUM = """
def NAME(parameters, grads, v, beta, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        v["dW" + str(l + 1)] = beta * v["dW" + str(l + 1)] + (1 - beta) * grads["dW" + str(l + 1)]
        v["db" + str(l + 1)] = beta * v["db" + str(l + 1)] + (1 - beta) * grads["db" + str(l + 1)]
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * v["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * v["db" + str(l + 1)]
    return parameters, v
"""
RMSPROP = """
def NAME(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    for key in parameters.keys():
        s["d" + key] = beta * s["d" + key] + (1 - beta) * np.square(grads["d" + key])
        parameters[key] -= learning_rate * grads["d" + key] / (np.sqrt(s["d" + key]) + epsilon)
    return parameters, s
"""
ADAM = """
def NAME(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    L = len(parameters) // 2
    v_corrected = {}
    s_corrected = {}
    for l in range(1, L + 1):
        v["dW%d" % l] = beta1 * v["dW%d" % l] + (1 - beta1) * grads["dW%d" % l]
        v["db%d" % l] = beta1 * v["db%d" % l] + (1 - beta1) * grads["db%d" % l]
        v_corrected["dW%d" % l] = v["dW%d" % l] / (1 - np.power(beta1, t))
        v_corrected["db%d" % l] = v["db%d" % l] / (1 - np.power(beta1, t))
        s["dW%d" % l] = beta2 * s["dW%d" % l] + (1 - beta2) * np.power(grads["dW%d" % l], 2)
        s["db%d" % l] = beta2 * s["db%d" % l] + (1 - beta2) * np.power(grads["db%d" % l], 2)
        s_corrected["dW%d" % l] = s["dW%d" % l] / (1 - beta2 ** t)
        s_corrected["db%d" % l] = s["db%d" % l] / (1 - beta2 ** t)
        parameters["W%d" % l] -= learning_rate * v_corrected["dW%d" % l] / (np.sqrt(s_corrected["dW%d" % l]) + epsilon)
        parameters["b%d" % l] -= learning_rate * v_corrected["db%d" % l] / (np.sqrt(s_corrected["db%d" % l]) + epsilon)
    return parameters, v, s, v_corrected, s_corrected
"""
RIGHT = {
    "update_parameters_with_gd": GD,
    "update_parameters_of_small_letters": GD.replace('"W"', '"w"').replace('"dW"', '"dw"'),
    "update_parameters_with_momentum": MOMENTUM,
    "update_parameters_with_rmsprop": RMSPROP,
    "update_parameters_with_adam": ADAM,
    "update_parameters_with_adam_by_layers": """
def NAME(params, gradients, m, v, t, lr, beta1, beta2, eps):
    new, m1, v1 = {}, {}, {}
    for k in params:
        g = gradients["d" + k]
        m1["d" + k] = m["d" + k] * beta1 + g * (1 - beta1)
        v1["d" + k] = v["d" + k] * beta2 + g * g * (1 - beta2)
        new[k] = params[k] - lr * (m1["d" + k] / (1 - beta1 ** t)) / (np.sqrt(v1["d" + k] / (1 - beta2 ** t)) + eps)
    return new, m1, v1
""",
    "update_parameters_in_place": """
def NAME(parameters, grads, learning_rate=1.2):
    for key in parameters:
        parameters[key] -= learning_rate * grads["d" + key]
""",
    "update_parameters_of_one_layer": """
def NAME(parameters, grads, learning_rate):
    parameters["W"] -= learning_rate * grads["dW"]
    parameters["b"] -= learning_rate * grads["db"]
    return parameters
""",
    "update_parameters_copies": """
def NAME(params, gradients, alpha):
    return {k: v - alpha * gradients['d' + k] for k, v in params.items()}
""",
    "update_parameters_of_two_layers": """
def NAME(parameters, grads, learning_rate=1.2):
    W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
    W1 = W1 - learning_rate * grads["dW1"]
    b1 = b1 - learning_rate * grads["db1"]
    W2 = W2 - learning_rate * grads["dW2"]
    b2 = b2 - learning_rate * grads["db2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
    "update_params": """
def NAME(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2
""",
    "update_logistic": """
def NAME(w, b, dw, db, learning_rate):
    w = w - learning_rate * dw
    b = b - learning_rate * db
    return w, b
""",
    "update_variables_momentum": """
def NAME(alpha, beta1, var, grad, v):
    v = beta1 * v + (1 - beta1) * grad
    return var - alpha * v, v
""",
    "update_variables_RMSProp": """
def NAME(alpha, beta2, epsilon, var, grad, s):
    s = beta2 * s + (1 - beta2) * grad ** 2
    return var - alpha * grad / (s ** 0.5 + epsilon), s
""",
    "update_variables_Adam": """
def NAME(alpha, beta1, beta2, epsilon, var, grad, v, s, t):
    v = beta1 * v + (1 - beta1) * grad
    s = beta2 * s + (1 - beta2) * grad ** 2
    return var - alpha * v / (1 - beta1 ** t) / ((s / (1 - beta2 ** t)) ** 0.5 + epsilon), v, s
""",
    "update_parameters_of_fixed_rate": """
def NAME(parameters, grads):
    for key in parameters:
        parameters[key] = parameters[key] - 0.01 * grads["d" + key]
    return parameters
""",
    "update_parameters_of_pairs": """
def NAME(parameters, gradients, learning_rate):
    return [(W - learning_rate * dW, b - learning_rate * db)
            for (W, b), (dW, db) in zip(parameters, gradients)]
""",
    "update_parameters_with_adam_fixed": """
def NAME(parameters, grads, v, s, t, learning_rate):
    for k in parameters:
        v["d" + k] = 0.9 * v["d" + k] + 0.1 * grads["d" + k]
        s["d" + k] = 0.999 * s["d" + k] + 0.001 * grads["d" + k] ** 2
        parameters[k] = parameters[k] - learning_rate * (v["d" + k] / (1 - 0.9 ** t)) / (
            np.sqrt(s["d" + k] / (1 - 0.999 ** t)) + 1e-8)
    return parameters, v, s
""",
    "sgd_momentum_by_prefix": """
def NAME(parameters, grads, v, beta, learning_rate):
    for k in parameters:
        v["v" + k] = beta * v["v" + k] + (1 - beta) * grads["d" + k]
        parameters[k] -= learning_rate * v["v" + k]
    return parameters, v
""",
}

W, B = 'parameters["W%d" % l] -= ', 'parameters["b%d" % l] -= '
WRONG = {  # a right one, what is changed in it, and words of what is said; "output" where it is not W1
    "adam_1": (ADAM, [(" / (1 - np.power(beta1, t))", "")], "the bias correction of v is missing"),
    "adam_2": (ADAM, [(" / (1 - beta2 ** t)", "")], "the bias correction of s is missing"),
    "adam_3": (ADAM, [("(1 - np.power(beta1, t))", "(1 - beta1)")], "t is not used in the correction of v"),
    "adam_4": (ADAM, [("(1 - beta2 ** t)", "(1 - beta2)")], "t is not used in the correction of s"),
    "adam_5": (ADAM, [("(1 - beta2 ** t)", "(1 - beta1 ** t)")], "β1 stands for β2 in the correction of s"),
    "adam_6": (ADAM, [("(1 - beta2 ** t)", "(1 - beta2 * t)")], "β2·t stands for β2ᵗ"),
    "adam_7": (ADAM, [("(1 - beta2 ** t)", "(1 - beta2) ** t")], "(1 − β2)ᵗ stands for 1 − β2ᵗ"),
    "adam_8": (ADAM, [('v_corrected["dW%d" % l] = ', 'v["dW%d" % l] = v_corrected["dW%d" % l] = '),
                      ('v_corrected["db%d" % l] = ', 'v["db%d" % l] = v_corrected["db%d" % l] = ')],
               "stored back"),
    "adam_9": (ADAM, [("beta1 * v", "(1 - beta1) * v"), ("+ (1 - beta1) * g", "+ beta1 * g")], "swapped"),
    "adam_10": (ADAM, [("beta2 * s", "(1 - beta2) * s"), ("+ (1 - beta2) * np", "+ beta2 * np")], "swapped"),
    "adam_11": (ADAM, [('np.power(grads["dW%d" % l], 2)', 'grads["dW%d" % l]'),
                       ('np.power(grads["db%d" % l], 2)', 'grads["db%d" % l]')], "not squared"),
    "adam_12": (ADAM, [('np.sqrt(s_corrected["dW%d" % l])', 's_corrected["dW%d" % l]'),
                       ('np.sqrt(s_corrected["db%d" % l])', 's_corrected["db%d" % l]')], "root is missing"),
    "adam_13": (ADAM, [(" + epsilon)", ")")], "ε is missing"),
    "adam_14": (ADAM, [("-= learning_rate *", "+= learning_rate *")], "added"),
    "adam_15": (ADAM, [("-= learning_rate *", "-= ")], "learning rate is not used"),
    "adam_16": (ADAM, [('learning_rate * v_corrected["d', 'learning_rate * grads["d')], "v is not used"),
    "adam_17": (ADAM, [('learning_rate * v_corrected["d', 'learning_rate * v["d')], "correction of v is missing"),
    "adam_18": (ADAM, [("range(1, L + 1)", "range(1, L)")], "last layer alone"),
    "adam_19": (ADAM, [(B, 'parameters["b%d" % l] = parameters["b%d" % l] - 0 * ')], "of the biases alone"),
    "adam_20": (ADAM, [("beta2 * s", "beta1 * s"), ("(1 - beta2) * np", "(1 - beta1) * np")], "β1 stands for β2"),
    "adam_21": (ADAM, [("(1 - beta1) * grads", "(1 - beta1) * parameters"),
                       ('parameters["dW%d" % l]\n', 'parameters["W%d" % l]\n'),
                       ('parameters["db%d" % l]\n', 'parameters["b%d" % l]\n')], "parameter stands for its gradient"),
    "adam_22": (ADAM, [("    L = len", "    beta1 = 0.9\n    L = len")], "β1 is not used: it is 0.9"),
    "adam_23": (ADAM, [("    L = len", "    learning_rate = 0.01\n    L = len")], "α is not used: it is 0.01"),
    "adam_24": (ADAM, [("(1 - beta2 ** t)", "(1 - beta2 ** (t + 1))"),
                       ("np.power(beta1, t)", "np.power(beta1, t + 1)")],
                "t + 1 stands for t"),
    "momentum_1": (MOMENTUM, [("beta * v", "(1 - beta) * v"), ("+ (1 - beta) *", "+ beta *")], "swapped"),
    "momentum_2": (MOMENTUM, [("+ (1 - beta) *", "+")], "without the factor 1 − β"),
    "momentum_3": (MOMENTUM, [("learning_rate * v", "learning_rate * grads")], "v is not used"),
    "momentum_4": (MOMENTUM, [("] - learning_rate", "] + learning_rate")], "added"),
    "momentum_5": (MOMENTUM, [("] - learning_rate *", "] -")], "learning rate is not used"),
    "momentum_6": (MOMENTUM, [("range(L)", "range(L - 1)")], "last layer alone"),
    "momentum_7": (MOMENTUM, [("range(L)", "range(1, L)")], "first layer alone"),
    "momentum_8": (MOMENTUM, [("return parameters, v", "return parameters"),
                                ("    L = ", "    v = {k: a for k, a in v.items()}\n    L = ")],
                   "neither returned nor changed"),
    "momentum_9": (MOMENTUM, [("beta * v", "v")], "factor β is missing"),
    "momentum_10": (MOMENTUM, [("range(L)", "range(L + 1)")], "off by one"),
    "momentum_11": (MOMENTUM, [("* grads", "* -grads")], "subtracted"),
    "rmsprop_1": (RMSPROP, [("np.square(grads[\"d\" + key])", "grads[\"d\" + key]")], "not squared"),
    "rmsprop_2": (RMSPROP, [("beta * s", "(1 - beta) * s"), ("+ (1 - beta) *", "+ beta *")], "swapped"),
    "rmsprop_3": (RMSPROP, [("np.sqrt(s[\"d\" + key])", "s[\"d\" + key]")], "root is missing"),
    "rmsprop_4": (RMSPROP, [(" / (np.sqrt(s[\"d\" + key]) + epsilon)", "")], "s is not used"),
    "rmsprop_5": (RMSPROP, [("-= learning", "+= learning")], "added"),
    "rmsprop_6": (RMSPROP, [(" + epsilon", "")], "ε is missing"),
    "rmsprop_7": (RMSPROP, [("+ (1 - beta) *", "+")], "factor 1 − β is missing"),
}  # fmt: skip
PLAIN = {  # of gradient descent: code, words
    "gd_1": ([("] - learning_rate", "] + learning_rate")], "MB101", "added"),
    "gd_14": ([('"W"', '"w"'), ('"dW"', '"dw"'), ("] - learning_rate", "] + learning_rate")], "MB101", "added"),
    "gd_2": ([("] - learning_rate *", "] -")], "MB101", "learning rate is not used"),
    "gd_3": ([("range(1, L + 1)", "range(1, L)")], "MB101", "last layer alone"),
    "gd_4": ([("range(1, L + 1)", "range(2, L + 1)")], "MB101", "first layer alone"),
    "gd_5": ([("range(1, L + 1)", "range(0, L + 1)")], "MB804", "off by one"),
    "gd_6": ([("range(1, L + 1)", "range(1, L + 2)")], "MB804", "off by one"),
    "gd_7": ([("* grads", "* np.sum(grads"), ("str(l)]\n", "str(l)])\n")], "MB199", "α"),
    "gd_8": ([('parameters["b" + str(l)] = ', 'other = ')], "MB101", "it is not updated"),
    "gd_9": ([("return parameters", "return None"),
              ("    L = ", "    parameters = dict(parameters)\n    L = ")], "MB702", "changes none"),
    "gd_10": ([('grads["db"', 'grads["dW"')], "MB501", "b1 has shape (3, 4); owed (3, 1)"),
    "gd_13": ([("] - learning_rate *", "] * 0 + learning_rate *")], "MB101", "it is the step, not the parameter"),
    "gd_11": ([("range(1, L + 1)", "range(1, min(L, 2) + 1)")], "MB101", "of the last layer alone"),
    "gd_12": ([("    L = ", "    assert len(parameters) < 8\n    L = ")], "MB701", "with 4 layers"),
}  # fmt: skip


def _name(key):
    kind, _, k = key.partition("_")
    return f"update_parameters_with_{kind}_x{k}"


@pytest.fixture(scope="module")
def updates(tmp_path_factory):
    functions = [named(name, text) for name, text in RIGHT.items()]
    functions += [replaced(_name(key), text, pairs) for key, (text, pairs, _) in WRONG.items()]
    functions += [replaced(_name(key), GD, pairs) for key, (pairs, _, _) in PLAIN.items()]
    functions += list(OTHERS.values())
    return Judged(tmp_path_factory.mktemp("updates"), functions)


TURNED = """
def NAME(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        parameters["W" + str(l)] -= learning_rate * grads["dW" + str(l)].T
        parameters["b" + str(l)] -= learning_rate * grads["db" + str(l)]
    return parameters
"""
OTHERS = {
    "inside": replaced("update_parameters_rmsprop_inside", RMSPROP,
                       [("np.sqrt(s[\"d\" + key]) + epsilon", "np.sqrt(s[\"d\" + key] + epsilon)")]),
    "heavy": replaced("sgd_momentum_heavy", MOMENTUM, [("+ (1 - beta) *", "+")]),
    "velocity": """
def sgd_momentum_velocity(parameters, grads, v, beta, learning_rate):
    for k in parameters:
        v["d" + k] = beta * v["d" + k] - learning_rate * grads["d" + k]
        parameters[k] = parameters[k] + v["d" + k]
    return parameters, v
""",
    "from_zero": replaced("adam_from_zero", ADAM,
                          [("(1 - beta2 ** t)", "(1 - beta2 ** (t + 1))"),
                       ("np.power(beta1, t)", "np.power(beta1, t + 1)")]),
    "nesterov": MOMENTUM.replace("NAME", "update_parameters_nesterov"),
    "unknown": "def update_parameters_unknown(parameters, grads, zeta):\n    return parameters",
    "own": """
def step_of_my_own(parameters, grads, learning_rate):
    return {k: a - learning_rate * np.sign(grads["d" + k]) for k, a in parameters.items()}
""",
    "turned": TURNED.replace("NAME", "update_parameters_turned"),
    "turned_added": TURNED.replace("NAME", "update_parameters_turned_added").replace("-=", "+="),
    "template": "def update_parameters_blank(parameters, grads, learning_rate):\n    W1 = None\n    return {'W1': W1}",
}  # fmt: skip


@each("name", RIGHT)
def test_right_updates(updates, name):
    updates.right(name)


def test_gradients_may_be_handed_over_as_their_transposes(updates):
    assert [v.text for v in updates.found["update_parameters_turned"]] == [
        "the gradient of W is given as its transpose"
    ]
    assert updates.looked["update_parameters_turned"] > 800
    updates.wrong("update_parameters_turned_added", "MB101", "added")


@each("key", WRONG)
def test_a_planted_mistake_is_named_with_its_line(updates, key):
    updates.wrong(_name(key), "MB804", WRONG[key][2])
    assert all(v.place is not None for v in updates.found[_name(key)]), updates.found[_name(key)]


@each("key", PLAIN)
def test_wrong_gradient_descent(updates, key):
    _, code, words = PLAIN[key]
    updates.wrong(_name(key), code, words)


@each(
    "name, words",
    [
        ("update_parameters_rmsprop_inside", "ε stands inside the root"),
        ("sgd_momentum_heavy", "without the factor 1 − β"),
        ("sgd_momentum_velocity", "v is β v − α dθ"),
        ("adam_from_zero", "t counts from 0"),
    ],
)
def test_a_convention_is_right_and_said(updates, name, words):
    (said,) = updates.found[name]
    assert said.code == ""
    assert words in said.text
    assert updates.looked[name] > 0


@each("name", ["update_parameters_nesterov", "update_parameters_unknown", "step_of_my_own"])
def test_what_follows_no_known_rule_is_not_judged_and_says_so(updates, name):
    (said,) = updates.found[name]
    assert said.code == "MB704"
    assert said.remedy


def test_a_template_is_not_finished(updates):
    updates.wrong("update_parameters_blank", "MB702", "not finished")


# --- what an update starts with ------------------------------------------------------------------------------

VELOCITY = """
def NAME(parameters):
    L = len(parameters) // 2
    v = {}
    for l in range(L):
        v["dW" + str(l + 1)] = np.zeros(parameters["W" + str(l + 1)].shape)
        v["db" + str(l + 1)] = np.zeros_like(parameters["b" + str(l + 1)])
    return v
"""
BOTH = """
def NAME(parameters):
    v, s = {}, {}
    for k in parameters:
        v["d" + k] = np.zeros_like(parameters[k])
        s["d" + k] = np.zeros_like(parameters[k])
    return v, s
"""


def test_states(tmp_path):
    planted = {
        "initialize_velocity_x1": (VELOCITY, [("range(L)", "range(L - 1)")], "none of W3"),
        "initialize_velocity_x2": (VELOCITY, [("range(L)", "range(1, L)")], "none of W1"),
        "initialize_velocity_x3": (VELOCITY, [('np.zeros_like(parameters["b" + str(l + 1)])', "np.zeros((1, 1))")],
                                   "has shape (1, 1); owed (3, 1)"),
        "initialize_velocity_x4": (VELOCITY, [("np.zeros(", "np.ones(")], "does not start at zero"),
        "initialize_adam_x1": (BOTH, [("        s[", "        v[")], "none of W1"),
        "initialize_adam_x2": (BOTH, [('s["d" + k] = np.zeros_like(parameters[k])', 's["d" + k] = parameters[k]')],
                               "does not start at zero"),
    }  # fmt: skip
    judged = Judged(tmp_path, [
        named("initialize_velocity", VELOCITY), named("initialize_adam", BOTH),
        *(replaced(name, text, pairs) for name, (text, pairs, _) in planted.items()),
        replaced("initialize_velocity_x5", VELOCITY, [("range(L)", "range(L + 1)")]),
    ])  # fmt: skip
    judged.right("initialize_velocity")
    judged.right("initialize_adam")
    for name, (_, _, words) in planted.items():
        judged.wrong(name, "MB804", words)
    judged.wrong("initialize_velocity_x5", "MB701", "KeyError")


def test_the_files_own_averages_tell_their_names(tmp_path):
    own = MOMENTUM.replace('v["d', 'v["mom_d').replace("NAME", "update_parameters_with_momentum")
    state = VELOCITY.replace('v["d', 'v["mom_d').replace("NAME", "initialize_velocity")
    judged = Judged(tmp_path, [state, own], head=HEAD)
    judged.right("update_parameters_with_momentum")
    judged.right("initialize_velocity")
