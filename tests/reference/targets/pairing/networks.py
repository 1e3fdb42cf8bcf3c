"""Networks as people write them, in many manners: forward and backward passes for the tests of how they are read."""

from __future__ import annotations

__all__ = ["MANNERS", "Manner", "twin"]

from typing import NamedTuple


class Manner(NamedTuple):
    """A file that is right, what is told of it, and a mistake: ``(right, wrong, the gradients that it spoils)``."""

    text: str
    told: dict[str, object]
    mistake: tuple[str, str, set[str]]


def twin(manner: Manner) -> str:
    """The same file with its mistake."""
    right, wrong, _ = manner.mistake
    assert manner.text.count(right) == 1
    return manner.text.replace(right, wrong)


PARTS = """
import numpy as np

def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    E = np.exp(Z2 - Z2.max(axis=0))
    return Z1, A1, Z2, E / E.sum(axis=0)

def one_hot(Y):
    rows = np.zeros((Y.size, Y.max() + 1))
    rows[np.arange(Y.size), Y] = 1
    return rows.T

def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    return dZ1.dot(X.T) / m, dZ1.sum(1, keepdims=True) / m, dZ2.dot(A1.T) / m, dZ2.sum(1, keepdims=True) / m
"""

ROWS_IN_PARTS = """
import numpy as np

def feed(X, W1, b1, W2, b2):
    hidden = np.tanh(X @ W1 + b1)
    return hidden, 1 / (1 + np.exp(-(hidden @ W2 + b2)))

def back_prop(X, y, hidden, output, W2):
    delta = (output - y) / len(X)
    dW2, db2 = hidden.T @ delta, delta.sum(axis=0)
    below = delta @ W2.T * (1 - hidden ** 2)
    dW1, db1 = X.T @ below, below.sum(axis=0)
    return dW2, db2, dW1, db1
"""

ROWS_OF_CLASSES = """
import numpy as np

def forward_pass(X, params):
    cache = {"A1": np.maximum(0, X.dot(params["W1"]) + params["b1"])}
    scores = cache["A1"].dot(params["W2"]) + params["b2"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True), cache

def backward_pass(X, y, params, probs, cache, reg):
    N = X.shape[0]
    d = probs.copy()
    d[np.arange(N), y] -= 1
    d /= N
    grads = {"W2": cache["A1"].T.dot(d) + reg / N * params["W2"], "b2": d.sum(axis=0)}
    d = d.dot(params["W2"].T)
    d[cache["A1"] <= 0] = 0
    grads |= {"W1": X.T.dot(d) + reg / N * params["W1"], "b1": d.sum(axis=0)}
    return grads
"""

WITHOUT_BIASES = """
import numpy as np

def squash(x):
    return 1 / (1 + np.exp(-x))

def feedforward(X, W1, W2):
    h = squash(np.dot(X, W1))
    return h, squash(np.dot(h, W2))

def bprop(X, y, h, out, W1, W2):
    m = X.shape[0]
    delta = (out - y) / m
    dW2 = np.dot(h.T, delta)
    dW1 = np.dot(X.T, np.dot(delta, W2.T) * h * (1 - h))
    return dW1, dW2
"""

ANY_DEPTH = """
import numpy as np

def run_network(params, inputs):
    layers = [inputs]
    L = len(params) // 2
    for i in range(1, L + 1):
        z = params["W%d" % i] @ layers[-1] + params["b%d" % i]
        layers.append(np.tanh(z) if i < L else 1 / (1 + np.exp(-z)))
    return layers

def compute_gradients(params, activations, labels):
    L = len(params) // 2
    m, grads, delta = labels.shape[1], {}, activations[-1] - labels
    for i in reversed(range(1, L + 1)):
        grads["W%d" % i] = delta @ activations[i - 1].T / m
        grads["b%d" % i] = np.mean(delta, axis=1, keepdims=True)
        delta = params["W%d" % i].T @ delta * (1 - activations[i - 1] ** 2)
    return grads
"""

MISSPELT = """
import numpy as np

def L_model_foward(X, parameters):
    caches, A, L = ["nothing"], X, len(parameters) // 2
    for l in range(1, L + 1):
        Z = parameters["W" + str(l)] @ A + parameters["b" + str(l)]
        caches.append((A, parameters["W" + str(l)], Z))
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches

def L_model_backward(AL, Y, caches):
    L, grads, m = len(caches) - 1, {}, Y.shape[1]
    dZ = AL - Y
    for l in range(L, 0, -1):
        A_prev, W, _ = caches[l]
        grads["dW" + str(l)] = dZ @ A_prev.T / m
        grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dZ = (W.T @ dZ) * (caches[l - 1][2] > 0)
    return grads
"""

FLAT_LABELS = """
import numpy as np

def nn_forward(X, w1, b1, w2, b2):
    a1 = 1 / (1 + np.exp(-(X.dot(w1.T) + b1)))
    return a1, 1 / (1 + np.exp(-(a1.dot(w2.T) + b2)))

def nn_backward(X, y, a1, a2, w2):
    m = len(y)
    dz2 = a2 - y[:, None]
    dz1 = dz2.dot(w2) * a1 * (1 - a1)
    return {"dw1": dz1.T.dot(X) / m, "db1": dz1.sum(0) / m, "dw2": dz2.T.dot(a1) / m, "db2": dz2.sum(0) / m}
"""

ALONE = """
import numpy as np

def back_propagate(X, Y, A1, A2, W2):
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * A1 * (1 - A1)
    return dZ1 @ X.T / m, dZ1.sum(axis=1, keepdims=True) / m, dZ2 @ A1.T / m, dZ2.sum(axis=1, keepdims=True) / m
"""

OUTPUT_FIRST = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_prop(X, W1, b1, W2, b2):
    A1 = sigmoid(W1 @ X + b1)
    return sigmoid(W2 @ A1 + b2), A1

def back_prop(X, Y, yhat, A1, W2):
    m = X.shape[1]
    dZ2 = yhat - Y
    dZ1 = W2.T @ dZ2 * A1 * (1 - A1)
    return dZ1 @ X.T / m, dZ1.sum(axis=1, keepdims=True) / m, dZ2 @ A1.T / m, dZ2.sum(axis=1, keepdims=True) / m
"""

DIGITS = PARTS.replace("Y.max() + 1", "10")

MANNERS = {
    "in parts": Manner(
        PARTS,
        {"hidden": "relu", "output": "softmax", "depths": [2], "integers": True, "forward": "forward_prop"},
        ("(Z1 > 0)", "(Z1 > -9)", {"dW1", "db1"}),
    ),
    "ten classes, counted out": Manner(
        DIGITS,
        {"hidden": "relu", "output": "softmax", "depths": [2], "integers": True, "last": 10, "forward": "forward_prop"},
        ("(Z1 > 0)", "(Z1 > -9)", {"dW1", "db1"}),
    ),
    "rows, in parts": Manner(
        ROWS_IN_PARTS,
        {"hidden": "tanh", "output": "sigmoid", "depths": [2], "rows": True, "forward": "feed"},
        ("1 - hidden ** 2", "1 - hidden", {"dW1", "db1"}),
    ),
    "rows of classes": Manner(
        ROWS_OF_CLASSES,
        {"hidden": "relu", "output": "softmax", "rows": True, "integers": True, "l2": True},
        ('dot(d) + reg / N * params["W1"]', 'dot(d) + reg * params["W1"]', {"dW1"}),
    ),
    "without biases": Manner(
        WITHOUT_BIASES,
        {"hidden": "sigmoid", "output": "sigmoid", "rows": True, "biased": False},
        ("h * (1 - h)", "h * (1 + h)", {"dW1"}),
    ),
    "any depth, a forward pass under any name": Manner(
        ANY_DEPTH,
        {"hidden": "tanh", "output": "sigmoid", "depths": [1, 2, 3, 4], "any_depth": True, "forward": "run_network"},
        ("activations[i - 1].T / m", "activations[i - 1].T / m * (1 + (i == 2))", {"dW2"}),
    ),
    "misspelt": Manner(
        MISSPELT,
        {"hidden": "relu", "output": "sigmoid", "depths": [1, 2, 3, 4], "forward": "L_model_foward"},
        (
            "(W.T @ dZ) * (caches",
            "(W.T @ dZ) * (1 * caches[l - 1][2] > 1) * (caches",
            {f"{kind}{l}" for kind in ("dW", "db") for l in (1, 2, 3)},
        ),
    ),
    "flat labels": Manner(
        FLAT_LABELS,
        {"hidden": "sigmoid", "output": "sigmoid", "rows": True, "forward": "nn_forward"},
        ("a1 * (1 - a1)", "a1", {"dW1", "db1"}),
    ),
    "the output first, without a name": Manner(
        OUTPUT_FIRST,
        {"hidden": "sigmoid", "output": "sigmoid", "depths": [2], "forward": "forward_prop"},
        ("A1 * (1 - A1)", "A1 * (1 + A1)", {"dW1", "db1"}),
    ),
    "alone": Manner(
        ALONE,
        {"hidden": "sigmoid", "output": "sigmoid", "depths": [2], "forward": None},
        ("dZ2.sum(axis=1", "2 * dZ2.sum(axis=1", {"db2"}),
    ),
}
