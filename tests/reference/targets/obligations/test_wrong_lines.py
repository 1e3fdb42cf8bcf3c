"""The statement that is to be mended: planted mistakes, each found at the line with a mark behind it."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import Judged

MARK = "  # here"
HEAD = "import math\nimport numpy as np\nfrom gc_utils import *\n\n\n"
NETWORK = """
def forward_propagation_n(X, Y, parameters):
    A = X
    for l in (1, 2, 3):
        Z = parameters["W" + str(l)] @ A + parameters["b" + str(l)]
        A = np.maximum(Z, 0) if l < 3 else 1 / (1 + np.exp(-Z))
    cost = np.sum(-Y * np.log(A) - (1 - Y) * np.log(1 - A)) / X.shape[1]
    return cost, A
"""
WRONG = {
    "gradient_check_n_unmoved": ("J_minus is taken at theta itself", """
def NAME(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    gradapprox = np.zeros(theta.shape)
    for i in range(len(theta)):
        thetaplus = np.copy(theta)
        thetaplus[i][0] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))  # here
        gradapprox[i] = (J_plus - J_minus) / (2 * epsilon)
    return np.linalg.norm(grad - gradapprox) / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))
"""),
    "gradient_check_n_overwritten": ("one gradient with itself", """
def NAME(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = dictionary_to_vector(parameters)
    g = gradients_to_vector(gradients)
    numeric = g  # here
    for i in range(len(theta)):
        J = []
        for sign in (1, -1):
            moved = np.copy(theta)
            moved[i, 0] += sign * epsilon
            J.append(forward_propagation_n(X, Y, vector_to_dictionary(moved))[0])
        numeric[i, 0] = (J[0] - J[1]) / (2 * epsilon)
    return np.linalg.norm(g - numeric) / (np.linalg.norm(g) + np.linalg.norm(numeric))
"""),
    "gradient_check_n_with_itself": ("one gradient with itself", """
def NAME(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = dictionary_to_vector(parameters)
    g = gradients_to_vector(gradients)
    numeric = g.copy()
    for i in range(len(theta)):
        J = []
        for sign in (1, -1):
            moved = np.copy(theta)
            moved[i, 0] += sign * epsilon
            J.append(forward_propagation_n(X, Y, vector_to_dictionary(moved))[0])
        numeric[i, 0] = (J[0] - J[1]) / (2 * epsilon)
    difference = np.linalg.norm(g - g) / (np.linalg.norm(g) + np.linalg.norm(numeric))  # here
    return difference
"""),
    "initialize_parameters": ("all of the weights are positive", """
def NAME(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.rand(n_y, n_h) * 0.01  # here
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}
"""),
    "initialize_parameters_he": ("stands in every layer for its own n_prev", """
def NAME(layers_dims):
    parameters = {}
    n = np.sqrt(2 / layers_dims[0])  # here
    for l in range(1, len(layers_dims)):
        parameters["W" + str(l)] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * n
        parameters["b" + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters
"""),
    "init_ones": ("does not start at zero", """
def NAME(layer_dims):
    W = {f"W{l}": np.random.randn(layer_dims[l], layer_dims[l - 1]) for l in range(1, len(layer_dims))}
    return {**W, **{f"b{l}": np.ones((layer_dims[l], 1)) for l in range(1, len(layer_dims))}}  # here
"""),
    "init_positive": ("all of the biases are positive", """
def NAME(layer_dims):
    W = {f"W{l}": np.random.randn(layer_dims[l], layer_dims[l - 1]) for l in range(1, len(layer_dims))}
    return {**W, **{f"b{l}": np.random.rand(layer_dims[l], 1) for l in range(1, len(layer_dims))}}  # here
"""),
    "initialize_parameters_random": ("does not start at zero", """
def NAME(layers_dims):
    W = {f"W{l}": np.random.randn(layers_dims[l], layers_dims[l - 1]) * 10 for l in range(1, len(layers_dims))}
    return {**W, **{f"b{l}": np.random.randn(layers_dims[l], 1) for l in range(1, len(layers_dims))}}  # here
"""),
    "compute_cost_with_regularization": ("L2 term × −1, and without W3 in it", """
def NAME(A3, Y, parameters, lambd):
    m = Y.shape[1]
    squares = 0
    for l in range(1, len(parameters) // 2):
        squares += np.sum(parameters["W" + str(l)] ** 2)
    data = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    return data - lambd * squares / (2 * m)  # here
"""),
    "update_parameters_with_adam": ("β2·t stands for β2ᵗ", """
def NAME(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    for name in list(parameters):
        v["d" + name] = beta1 * v["d" + name] + (1 - beta1) * grads["d" + name]
        s["d" + name] = beta2 * s["d" + name] + (1 - beta2) * grads["d" + name] ** 2
        v_hat = v["d" + name] / (1 - beta1 ** t)
        s_hat = s["d" + name] / (1 - beta2 * t)  # here
        parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(np.abs(s_hat)) + epsilon)
    return parameters, v, s
"""),
    "random_mini_batches_labels": ("X alone is shuffled", """
def NAME(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    order = np.random.permutation(m)
    shuffled_X = X[:, order]
    shuffled_Y = Y.reshape((1, m))  # here
    at = range(0, m, mini_batch_size)
    return [(shuffled_X[:, k:k + mini_batch_size], shuffled_Y[:, k:k + mini_batch_size]) for k in at]
"""),
    "random_mini_batches_slices": ("X alone is shuffled", """
def NAME(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    Y = np.array(Y)
    X, batches = X[:, np.random.permutation(X.shape[1])], []
    for k in range(0, X.shape[1], mini_batch_size):
        x = X[:, k:k + mini_batch_size]
        y = Y[:, k:k + mini_batch_size]  # here
        batches.append((x, y))
    return batches
"""),
    "random_mini_batches_tail": ("the last, smaller batch is missing", """
def NAME(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    order, batches = np.random.permutation(X.shape[1]), []
    n = X.shape[1] // mini_batch_size  # here
    for k in range(n):
        at = order[k * mini_batch_size:(k + 1) * mini_batch_size]
        batches.append((X[:, at], Y[:, at]))
    return batches
"""),
    "schedule_lr_decay": ("⌊epoch / interval⌋", """
def NAME(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    learning_rate = learning_rate0 / (1 + decay_rate * epoch_num / time_interval)  # here
    return learning_rate
"""),
    "L_model_forward": ("Z2 is made from X, not from A1", """
def NAME(X, parameters):
    L = len(parameters) // 2
    A = X
    for l in range(1, L):
        A, _ = one_layer(X, parameters["W" + str(l)], parameters["b" + str(l)], "relu")  # here
    return one_layer(A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
"""),
    "forward_propagation_with_dropout": ("whatever keep_prob is", """
def NAME(X, parameters, keep_prob=0.5):
    keep_prob = 0.8  # here
    A, cache = X, ()
    for l in (1, 2):
        Z = parameters["W" + str(l)] @ A + parameters["b" + str(l)]
        D = np.random.rand(*Z.shape) < keep_prob
        A = np.maximum(Z, 0) * D / keep_prob
        cache += (Z, D, A, parameters["W" + str(l)], parameters["b" + str(l)])
    Z = parameters["W3"] @ A + parameters["b3"]
    A = 1 / (1 + np.exp(-Z))
    return A, (*cache, Z, A, parameters["W3"], parameters["b3"])
"""),
}  # fmt: skip
WITHOUT_LINE = {  # what is missing stands nowhere
    "random_mini_batches_complete": ("the last, smaller batch is missing", """
def NAME(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    order, batches = np.random.permutation(X.shape[1]), []
    complete = X.shape[1] // mini_batch_size
    for k in range(complete):
        at = order[k * mini_batch_size:(k + 1) * mini_batch_size]
        batches.append((X[:, at], Y[:, at]))
    return batches
"""),
}  # fmt: skip
ONE_LAYER = """
def one_layer(A, W, b, activation):
    Z = W @ A + b
    return (np.maximum(Z, 0) if activation == "relu" else 1 / (1 + np.exp(-Z))), (A, W, b, Z)
"""
RIGHT = {
    "init_drawn": """
def NAME(layer_dims):
    return {f"{kind}{l}": np.random.randn(layer_dims[l], layer_dims[l - 1] if kind == "W" else 1)
            for l in range(1, len(layer_dims)) for kind in "Wb"}
""",
}
SCALED = """
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
    Z1 = W1 @ X + b1
    A1 = np.maximum(Z1, 0)
    D1 = np.random.rand(*A1.shape) < 0.8  # the mask
    A1 = A1 * D1 / 0.8  # the scale
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, (Z1, D1, A1, W1, b1, Z2, A2, W2, b2)
"""


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    every = {name: text for name, (_, text) in {**WRONG, **WITHOUT_LINE}.items()} | RIGHT
    functions = [NETWORK, ONE_LAYER, *(text.replace("NAME", name) for name, text in every.items())]
    return Judged(tmp_path_factory.mktemp("lines"), [text.strip() for text in functions], HEAD)


@each("name", WRONG)
def test_a_mistake_is_found_at_its_line(judged, name):
    found, *_ = judged.found[name]
    assert WRONG[name][0] in found.text
    assert found.place is not None
    assert judged.text[found.place[2] - 1].endswith(MARK), judged.text[found.place[2] - 1]
    assert judged.line(name) <= found.place[2] <= judged.line(name) + WRONG[name][1].count("\n")


@each("name", WITHOUT_LINE)
def test_what_is_missing_is_found_at_no_line(judged, name):
    found, *_ = judged.found[name]
    assert WITHOUT_LINE[name][0] in found.text
    assert found.place is None


@each("name", RIGHT)
def test_what_is_right_is_not_accused(judged, name):
    judged.right(name)


def test_a_scale_of_its_own_is_said_beside_the_mask(tmp_path):
    judged = Judged(tmp_path, [SCALED.strip()])
    lines = {v.output: judged.text[v.place[2] - 1] for v in judged.found["forward_propagation_with_dropout"]}
    assert lines.keys() == {"D1", "A1"}
    assert lines["D1"].endswith("# the mask")
    assert lines["A1"].endswith("# the scale")
