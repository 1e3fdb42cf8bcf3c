"""What looks like a backward pass, a checker or an update, under any name; and what only sounds like one."""

from __future__ import annotations

import ast
import textwrap

from reference.targets.reading.looks import looks_like, updates_in
from reference.targets.reading.source import Cell
from reference.targets.reading.survey import survey
from tests.folding import each

BACKWARD = [
    "def back_prop(X, Y, A1, W2):\n    dZ = A1 - Y\n    return dZ @ X.T",
    "def bprop(x, y):\n    return step(x, y)",
    "def backpropagate(net, y):\n    return net.grads(y)",
    "def nn_backward(x, y):\n    return f(x)",
    "def compute_grads(W, X, Y):\n    return X.T @ (X @ W - Y)",
    "def gradient(theta, X, y):\n    return X.T.dot(X.dot(theta) - y) / len(y)",
    "def grad_fn(p, x, y):\n    g = np.dot(x, p - y)\n    return g",
    "def nn_cost(t1, t2, X, y):\n    Theta1_grad = np.dot(X.T, y)\n    return 1, Theta1_grad",
    "def backprop(self, x, y):\n    nabla_w = np.dot(x, y)\n    return nabla_w",
    'def loss(W, X, Y):\n    return 1, {"dW1": X.T @ (X @ W - Y)}',
    'def one_step(p, X, Y):\n    grads = {}\n    grads["dW" + str(1)] = X @ Y.T\n    return grads',
    "def train(X, Y, W):\n    for _ in range(9):\n        dW = X.T @ (X @ W - Y)\n        W -= 0.1 * dW\n    return W",
    "def learn(l0, y, syn0):\n    l1_delta = (y - l0) * l0\n    syn0 += l0.T @ l1_delta\n    return syn0",
]
CHECKERS = [
    "def grad_check(f, x, g):\n    return abs((f(x + 1) - f(x)) - g)",
    "def numerical_gradient(f, x, h=1e-4):\n    return (f(x + h) - f(x - h)) / (2 * h)",
    "def eval_numerical_gradient(f, x):\n    return f(x) - f(x - 1)",
    "def compare_with_quotient_by_hand(f, x, g):\n    return f",
    "def slope(f, x, eps):\n    return (f(x + eps) - f(x - eps)) / (2.0 * eps)",
]
UPDATES = [
    "def update_mini_batch(self, batch, eta):\n    self.w = [w - eta * n for w, n in zip(self.w, batch)]",
    "def sgd_step(W, dW, lr):\n    W -= lr * dW\n    return W",
    'def sgd(w, dw, config):\n    w -= config["learning_rate"] * dw\n    return w',
    "def apply(params, grads, alpha):\n    return {k: v - alpha * grads['d' + k] for k, v in params.items()}",
    "def train(x, y):\n    s = 2 * (x @ w[0] - y)\n    w[0] -= s * x\n    return s",
    "def climb(W, dW, lr):\n    W = W + lr * dW\n    return W",
    "def update_weights(w, dw):\n    return w - dw",
]
NOTHING = [
    "def train(x, rows):\n    w = np.ones(3)\n    w[0] -= x\n    return w",
    "def plot_gradient(X, W):\n    dW = X @ W\n    show(dW)",
    "def sigmoid_grad_plot(z, a):\n    return a @ z",
    "def relu_derivative(z):\n    return z > 0",
    "def sigmoid_gradient(z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)",
    "def load_data(path):\n    data = np.dot(read(path), 1)\n    return data",
    "def model(X, Y, lr):\n    for _ in range(9):\n        g = back(X, Y)\n        p = update(g, lr)\n    return p",
    "def train(net, X, Y):\n    dW, db = net.back(X, Y)\n    return net.apply(dW, db)",
    "def gradients_to_vector(grads, names):\n    return np.sum([grads[n] for n in names])",
    "def initialize_velocity(p):\n    return {'dW1': np.zeros(p.shape)}",
    "def test_backward(X, Y):\n    dW = X @ Y.T\n    assert dW",
    "def callback(x, y):\n    return x @ y",
    "def background(x, y):\n    return x @ y",
    "def score_of(y, p):\n    mean_error = np.mean(y != p)\n    return mean_error",
    "def standardise(x, eps):\n    return (x - x.mean()) / (x.std() + eps)",
    "def leaky(x, alpha):\n    return np.where(x > 0, x, alpha * x)",
    "def decay(lr, epoch):\n    lr = lr - 0.1 * lr\n    return lr",
    "def backward(X):\n    raise NotImplementedError",
    "def forward(X, W):\n    dot = np.dot(W, X)\n    return dot",
]


def look(source):
    (node,) = ast.parse(textwrap.dedent(source)).body
    arguments = [a.arg for a in node.args.args if a.arg != "self"]
    needed = arguments[: len(arguments) - len(node.args.defaults)]
    return looks_like(node.name, needed, node.body)


@each("source", BACKWARD)
def test_a_backward_pass(source):
    assert look(source) == "backward pass"


@each("source", [s for s in CHECKERS if "by_hand" not in s])
def test_a_gradient_checker(source):
    assert look(source) == "gradient checker"


@each("source", UPDATES)
def test_an_update(source):
    assert look(source) == "update"


@each("source", NOTHING)
def test_what_only_sounds_like_one(source):
    assert look(source) is None


FILE = """
import numpy as np
SIZE = 3

class Net:
    def __init__(self, n): self.n = n
    def backward(self, X, Y): return X @ Y.T

def back(X, Y):
    return helper(X, Y)

def helper(X, Y, k=1):
    def inner(dW): return dW @ X
    return inner(Y)

for _ in range(3):
    delta_2 = X.T @ Y
    W1 -= 0.1 * (X.T @ delta_2)
"""


def test_what_a_file_holds():
    found = survey([Cell(None, FILE)])
    assert [(f["name"], f["line"], f["looks"]) for f in found["functions"]] == [
        ("back", 9, "backward pass"),
        ("helper", 12, None),
    ]
    assert "helper" in found["functions"][0]["uses"]
    assert found["functions"][1]["arguments"] == ["X", "Y"]
    (net,) = found["classes"]
    assert [(m["name"], m["arguments"], m["looks"]) for m in net["methods"]] == [
        ("__init__", ["n"], None),
        ("backward", ["X", "Y"], "backward pass"),
    ]
    assert [line for _, line, _ in found["script"]["gradients"]] == [17, 18]


def test_the_last_definition_counts_and_a_cell_that_does_not_parse_costs_itself_alone():
    cells = [Cell(1, "def f(X, Y):\n    return X"), Cell(2, "def back(:\n"), Cell(4, "def f(X, Y):\n    dW = X @ Y")]
    (f,) = survey(cells)["functions"]
    assert (f["cell"], f["looks"]) == (4, "backward pass")
    script = {"statements": 0, "gradients": [], "updates": [], "lifted": []}
    assert survey([]) == {"functions": [], "classes": [], "script": script}


# --- the plain step ---------------------------------------------------------------------------------------------------

PLAIN = [
    "W1 -= lr * dW1",
    "W1 = W1 - alpha * dW1",
    "b = b - db * learning_rate",
    "self.W -= self.lr * self.dW",
    "theta = theta - eta * grad_theta",
    'params["W" + str(l)] -= lr * grads["dW" + str(l)]',
    'params[f"W{l}"] = params[f"W{l}"] - lr * grads[f"dW{l}"]',
    'params[key] -= lr * grads["d" + key]',
    'params[key] = params[key] - lr * grads[f"d{key}"]',
    "weights[l] -= lr * weights_grad[l]",
    "p -= lr * g",
]
NOT_PLAIN = [
    "W1 += lr * dW1",  # uphill
    "W1 = W1 + alpha * dW1",
    "W1 -= lr * dW2",
    "W1 -= lr * db1",
    "W1 -= lr * dW1 / m",
    "W1 -= lr * vW1",
    "W1 -= dW1",
    "W1 = W2 - lr * dW2 * 2",
    'params["W" + str(l)] -= lr * grads["dW" + str(l + 1)]',
    'params["W" + str(l)] -= lr * grads["db" + str(l)]',
    'params[f"W{l}"] -= lr * grads[f"dW{k}"]',
    'params[key] -= lr * grads["d" + other]',
    "weights[l] -= lr * weights_grad[l - 1]",
    "p -= lr * lr * g",
]


def plain_steps(statement):
    return [step.plain for step in updates_in(ast.parse(statement).body)]


@each("statement", PLAIN)
def test_a_plain_step(statement):
    assert plain_steps(statement) == [True]


@each("statement", NOT_PLAIN)
def test_what_is_no_plain_step(statement):
    assert True not in plain_steps(statement)
