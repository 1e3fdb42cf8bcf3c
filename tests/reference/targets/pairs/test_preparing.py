"""Pairs of functions in many styles: every gradient is matched with its primal, and right where the code is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.interface.pair import PairKind
from reference.targets.pairs.arguments.outputs import NoOutput
from tests.reference.targets.pairs.files import opened, wrong_by

R = np.random.RandomState(0)
r = R.standard_normal

FUNCTIONS: dict[str, tuple[str, str, dict[str, Any], set[str]]] = {
    "a cache": (
        """
        def affine_forward(x, w, b):
            return x @ w + b, (x, w, b)

        def affine_backward(dout, cache):
            x, w, b = cache
            return dout @ w.T, x.T @ dout, dout.sum(axis=0)
        """,
        "affine_backward",
        {"x": r((4, 3)), "w": r((3, 5)), "b": r(5)},
        {"x", "w", "b"},
    ),
    "arguments again": (
        """
        def fc_fwd(inputs, weights, bias):
            return np.dot(inputs, weights) + bias

        def fc_bwd(grad_output, inputs, weights, bias):
            grad_weights = inputs.T.dot(grad_output)
            grad_bias = np.sum(grad_output, 0)
            grad_inputs = grad_output.dot(weights.T)
            return {"weights": grad_weights, "bias": grad_bias, "inputs": grad_inputs}
        """,
        "fc_bwd",
        {"inputs": r((4, 3)), "weights": r((3, 5)), "bias": r(5)},
        {"inputs", "weights", "bias"},
    ),
    "the output again": (
        """
        def forwardTanh(x):
            return np.tanh(x)

        def backwardTanh(dout, out):
            return dout * (1 - out * out)
        """,
        "backwardTanh",
        {"x": r((4, 3))},
        {"x"},
    ),
    "the cache first": (
        """
        def scale_fprop(x, gamma):
            cache = {"x": x, "gamma": gamma}
            return x * gamma, cache

        def scale_bprop(cache, dy):
            return dy * cache["gamma"], (dy * cache["x"]).sum(0)
        """,
        "scale_bprop",
        {"x": r((4, 3)), "gamma": r(3)},
        {"x", "gamma"},
    ),
    "two outputs": (
        """
        def cell_step_forward(x, h, c, W):
            a = np.hstack([x, h]) @ W
            new_c = c + np.tanh(a)
            new_h = new_c * a
            return new_h, new_c, (x, h, a, new_c, W)

        def cell_step_backward(dnew_h, dnew_c, cache):
            x, h, a, new_c, W = cache
            dc = dnew_c + dnew_h * a
            da = dnew_h * new_c + dc * (1 - np.tanh(a) ** 2)
            both = da @ W.T
            return both[:, : x.shape[1]], both[:, x.shape[1] :], dc, np.hstack([x, h]).T @ da
        """,
        "cell_step_backward",
        {"x": r((2, 3)), "h": r((2, 5)), "c": r((2, 5)), "W": r((8, 5))},
        {"x", "h", "c", "W"},
    ),
}


@pytest.mark.parametrize("style", FUNCTIONS)
def test_a_pair_of_functions(style: str) -> None:
    text, check, arguments, primals = FUNCTIONS[style]
    file = opened(text)
    assert [(p.check, p.kind) for p in file.proposals.values()] == [(check, PairKind.FUNCTION)]
    errors, returned = wrong_by(file.prepared(check, **arguments))
    assert errors.keys() == primals
    assert max(errors.values()) < 1e-7
    assert not returned.unmatched
    assert not returned.changed


def test_a_function_that_draws_draws_the_same_again() -> None:
    file = opened(
        """
        rng = np.random.default_rng(5)
        counter = [0]

        def dropout_forward(x, dropout_param):
            counter[0] += 1
            mask = (np.random.rand(*x.shape) < dropout_param["p"]) * (1 + rng.random(x.shape)) * counter[0]
            dropout_param["calls"] = dropout_param.get("calls", 0) + 1
            return x * mask * dropout_param["calls"], (dropout_param, mask)

        def dropout_backward(dout, cache):
            param, mask = cache
            return dout * mask * param["calls"]
        """
    )
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr]
    pair = file.prepared("dropout_backward", x=r((4, 3)), dropout_param={"p": 0.6})
    errors, returned = wrong_by(pair)
    assert errors["x"] < 1e-8
    assert not returned.changed
    assert np.array_equal(np.random.get_state()[1], state)  # type: ignore[arg-type]
    assert file.loaded.names["counter"] == [0]


def test_a_generator_is_begun_anew() -> None:
    file = opened(
        """
        def noise_forward(x, rng, old):
            scale = rng.normal(size=x.shape) + old.randn(*x.shape)
            return x * scale, scale

        def noise_backward(dout, scale):
            return dout * scale
        """
    )
    errors, _ = wrong_by(file.prepared("noise_backward", x=r((4, 3)), rng={"rng": 1}, old={"rng": 2}))
    assert errors["x"] < 1e-8


def test_arguments_that_are_changed_are_noticed() -> None:
    file = opened(
        """
        def relu_forward(x, state):
            state["mean"] *= 0.5
            return np.maximum(x, 0), x

        def relu_backward(dout, x):
            dout[x <= 0] = 0
            x[:] = 0
            return dout
        """
    )
    errors, returned = wrong_by(file.prepared("relu_backward", x=r((4, 3)), state={"mean": r(3)}))
    assert errors["x"] < 1e-8
    assert set(returned.changed) == {"x", "state.mean", "dout"}


def test_what_fits_nothing_is_unmatched() -> None:
    file = opened(
        """
        def affine_forward(x, w, b):
            return x @ w + b, (x, w)

        def affine_backward(dout, cache):
            x, w = cache
            dx, dw, db = dout @ w.T, x.T @ dout, dout.sum()
            return dx, dw.T, db, np.zeros(17), None
        """
    )
    errors, returned = wrong_by(file.prepared("affine_backward", x=r((4, 3)), w=r((3, 5)), b=r(5)))
    assert errors["x"] < 1e-8
    assert returned.called["x"] == "dx"
    assert errors["w"] == np.inf
    assert returned.unmatched == (("affine_backward(…)[3]", (17,)), ("affine_backward(…)[4] is None", ()))


VALUES: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "a loss and dx": (
        """
        def softmax_loss(x, y):
            N = x.shape[0]
            p = np.exp(x - x.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            dx = p.copy()
            dx[np.arange(N), y] -= 1
            return -np.log(p[np.arange(N), y]).sum() / N, dx / N
        """,
        {"x": r((4, 3)), "y": np.array([0, 2, 1, 2])},
        {"x"},
    ),
    "labels of the shape of the prediction": (
        """
        def mse_loss(target, out):
            loss = np.mean((out - target) ** 2)
            grad = 2 * (out - target) / out.size
            return loss, grad
        """,
        {"target": r((4, 3)), "out": r((4, 3))},
        {"out"},
    ),
    "a penalty": (
        """
        def svm_loss(W, X, y, reg):
            s = X @ W
            margin = np.maximum(0, s - s[np.arange(len(y)), y][:, None] + 1)
            margin[np.arange(len(y)), y] = 0
            ones = (margin > 0) * 1.0
            ones[np.arange(len(y)), y] = -ones.sum(axis=1)
            return margin.sum() / len(y) + reg * (W * W).sum(), X.T @ ones / len(y) + 2 * reg * W

        def loss_and_grad(W, X, y, reg):
            loss, dW = svm_loss(W, X, y, reg)
            return loss, dW
        """,
        {"W": r((3, 5)), "X": r((4, 3)), "y": np.array([0, 2, 4, 2]), "reg": 0.3},
        {"W"},
    ),
    "a flat gradient": (
        """
        def cost_function(theta, X, y):
            A, v = theta[:12].reshape(3, 4), theta[12:]
            h = np.tanh(X @ A)
            e = h @ v - y
            J = (e ** 2).sum()
            dA = X.T @ (np.outer(2 * e, v) * (1 - h * h))
            grad = np.concatenate([dA.ravel(), h.T @ (2 * e)])
            return J, grad
        """,
        {"theta": r(16), "X": r((5, 3)), "y": r(5)},
        {"theta"},
    ),
    "a dictionary": (
        """
        def net_loss(params, X, y):
            h = np.tanh(X @ params["W1"] + params["b1"])
            e = h @ params["W2"] + params["b2"] - y
            loss = 0.5 * (e * e).sum()
            grads = {"W2": h.T @ e, "b2": e.sum(axis=0)}
            d = e @ params["W2"].T * (1 - h * h)
            grads["W1"], grads["b1"] = X.T @ d, d.sum(axis=0)
            return loss, grads
        """,
        {"params": {"W1": r((3, 6)), "b1": r(6), "W2": r((6, 2)), "b2": r(2)}, "X": r((5, 3)), "y": r((5, 2))},
        {"params.W1", "params.b1", "params.W2", "params.b2"},
    ),
    "two lists": (
        """
        def loss_grad(weights, biases, X, Y):
            h = np.tanh(X @ weights[0] + biases[0])
            e = h @ weights[1] + biases[1] - Y
            d = e @ weights[1].T * (1 - h * h)
            dW = [X.T @ d, h.T @ e]
            db = [d.sum(0), e.sum(0)]
            return 0.5 * np.sum(e ** 2), dW, db
        """,
        {"weights": [r((3, 6)), r((6, 2))], "biases": [r(6), r(2)], "X": r((5, 3)), "Y": r((5, 2))},
        {"weights.0", "weights.1", "biases.0", "biases.1"},
    ),
    "the gradient first, and a bias that is a number": (
        """
        def propagate(w, b, X, Y):
            A = 1 / (1 + np.exp(-(w.T @ X + b)))
            cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
            grads = {"dw": X @ (A - Y).T / X.shape[1], "db": np.mean(A - Y)}
            return grads, cost
        """,
        {"w": r((3, 1)), "b": 0.3, "X": r((3, 5)), "Y": np.array([[0, 1, 1, 0, 1]])},
        {"w", "b"},
    ),
    "a triplet": (
        """
        def triplet_loss(a, p, n, margin=1.0):
            d = np.sum((a - p) ** 2, axis=1) - np.sum((a - n) ** 2, axis=1) + margin
            on = (d > 0)[:, None] / len(a)
            loss = np.mean(np.maximum(d, 0))
            return loss, (2 * on * (n - p), -2 * on * (a - p), 2 * on * (a - n))

        def triplet_loss_grad_named(a, p, n):
            loss, (da, dp, dn) = triplet_loss(a, p, n)
            return loss, (da, dp, dn)
        """,
        {"a": r((4, 3)), "p": r((4, 3)), "n": r((4, 3))},
        {"a", "p", "n"},
    ),
    "names of the top level": (
        """
        Wxh = np.random.randn(4, 3)
        bh = np.zeros((4, 1))

        def lossFun(inputs, hprev):
            h = np.tanh(Wxh @ inputs + bh) * hprev
            loss = 0.5 * np.sum(h ** 2)
            d = h * hprev * (1 - np.tanh(Wxh @ inputs + bh) ** 2)
            return loss, d @ inputs.T, d, h
        """,
        {"inputs": r((3, 1)), "hprev": r((4, 1)), "Wxh": r((4, 3)), "bh": r((4, 1))},
        {"Wxh"},
    ),
}


@pytest.mark.parametrize("style", VALUES)
def test_a_value_with_its_gradient(style: str) -> None:
    text, arguments, primals = VALUES[style]
    file = opened(text)
    check = list(file.proposals)[-1]
    assert file.proposals[check].kind == PairKind.VALUE
    pair = file.prepared(check, **arguments)
    assert not pair.takes_cotangent
    errors, _ = wrong_by(pair)
    assert primals <= errors.keys()
    assert max(errors[name] for name in primals) < 1e-7


SIGMOID = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"
DERIVATIVES: dict[str, tuple[str, dict[str, Any], str]] = {
    "of its input": (SIGMOID + "def sigmoid_prime(z): return sigmoid(z) * (1 - sigmoid(z))", {"z": r((3, 4))}, ""),
    "of its output": (SIGMOID + "def sigmoid_grad(a): return a * (1 - a)", {"z": r((3, 4))}, "output"),
    "of a number": (SIGMOID + "def sigmoid_prime(z): return sigmoid(z) * (1 - sigmoid(z))", {"z": 0.3}, ""),
    "a flag": (
        "def tanh(x, deriv=False):\n    if deriv:\n        return 1 - np.tanh(x) ** 2\n    return np.tanh(x)",
        {"x": r((3, 4))},
        "",
    ),
    "a flag, of its output": (
        "def nonlin(x, deriv=False):\n    if (deriv == True):\n        return x * (1 - x)\n"
        "    return 1 / (1 + np.exp(-x))",
        {"x": r((3, 4))},
        "output",
    ),
    "booleans": (
        "def relu(x): return np.maximum(0, x)\ndef relu_derivative(x): return x > 0", {"x": r((3, 4))}, "",
    ),
    "a Jacobian": (
        "def softmax(s):\n    e = np.exp(s - s.max())\n    return e / e.sum()\n"
        "def softmax_grad(s):\n    p = softmax(s)\n    return np.diag(p) - np.outer(p, p)",
        {"s": r(5)},
        "",
    ),
    "a Jacobian of every row": (
        "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum(axis=1, keepdims=True)\n"
        "def softmax_jacobian(x):\n    p = softmax(x)\n"
        "    return np.einsum('ij,jk->ijk', p, np.eye(p.shape[1])) - np.einsum('ij,ik->ijk', p, p)",
        {"x": r((4, 5))},
        "",
    ),
    "a loss of the prediction": (
        "def mse(y_true, y_pred): return np.mean((y_true - y_pred) ** 2)\n"
        "def mse_prime(y_true, y_pred): return 2 * (y_pred - y_true) / y_true.size",
        {"y_true": r((4, 3)), "y_pred": r((4, 3))},
        "",
    ),
    "a loss of every row": (
        "def sse(y, t): return np.sum((y - t) ** 2, axis=1)\ndef sse_derivative(y, t): return 2 * (y - t)",
        {"y": r((4, 3)), "t": r((4, 3))},
        "",
    ),
    "cost and gradient": (
        "def compute_cost(X, y, w, b): return np.sum((X @ w + b - y) ** 2) / 2\n"
        "def compute_gradient(X, y, w, b):\n    e = X @ w + b - y\n    dj_db = e.sum()\n    dj_dw = X.T @ e\n"
        "    return dj_db, dj_dw",
        {"X": r((4, 3)), "y": r(4), "w": r(3), "b": 0.2},
        "",
    ),
    "a step of a recurrent layer, by its own slope": (
        "def leaky(x, slope=0.1): return np.where(x > 0, x, slope * x)\n"
        "def leaky_prime(x, slope=0.1): return np.where(x > 0, 1, slope)",
        {"x": r((3, 4)), "slope": 0.3},
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", DERIVATIVES)
def test_a_derivative(style: str) -> None:
    text, arguments, of = DERIVATIVES[style]
    file = opened(text)
    (proposal,) = file.proposals.values()
    assert proposal.kind == PairKind.DERIVATIVE
    errors, returned = wrong_by(file.prepared(proposal.check, of=of, **arguments))
    assert errors
    assert max(errors.values()) < 1e-7
    assert not returned.unmatched


BOUND: dict[str, tuple[str, dict[str, Any]]] = {
    "a number that was returned": (
        """
        def concat_forward(a, b): return np.concatenate((a, b), axis=1), a.shape[1]
        def concat_backward(dout, p):
            da, db = np.split(dout, [p], axis=1)
            return da, db
        """,
        {"a": r((4, 3)), "b": r((4, 5))},
    ),
    "a cache that is unpacked": (
        """
        def scale_forward(x, gamma):
            cache = (gamma, x, x * gamma)
            return np.tanh(x * gamma), cache

        def scale_backward(dout, g, inp, z):
            d = dout * (1 - np.tanh(z) ** 2)
            return d * g, (d * inp).sum(0)

        if __name__ == "__main__":
            out, cache = scale_forward(np.ones((2, 3)), np.ones(3))
            scale_backward(out, *cache)
        """,
        {"x": r((4, 3)), "gamma": r(3)},
    ),
    "as the file calls it": (
        """
        def product_forward(p, q): return p * q
        def product_backward(g, one, two): return g * one, g * two

        def main(u, v):
            out = product_forward(u, v)
            return product_backward(out, v, u)
        """,
        {"p": r((4, 3)), "q": r((4, 3))},
    ),
}


@pytest.mark.parametrize("style", BOUND)
def test_what_a_backward_pass_is_handed(style: str) -> None:
    text, arguments = BOUND[style]
    file = opened(text)
    (check,) = file.proposals
    errors, _ = wrong_by(file.prepared(check, **arguments))
    assert errors.keys() == arguments.keys()
    assert max(errors.values()) < 1e-7


def test_labels_have_no_gradient_by_shape() -> None:
    file = opened(
        """
        def loss_of(X, w, y):
            loss = np.sum((X @ w - y) ** 2)
            return loss, 2 * (X @ w)
        """
    )
    errors, returned = wrong_by(file.prepared("loss_of", X=r((4, 3)), w=r(3), y=r(4)))
    assert not errors
    assert [shape for _, shape in returned.unmatched] == [(4,)]


def test_a_derivative_of_another_shape_is_none() -> None:
    file = opened("def f(x, w): return x @ w\ndef f_prime(x, w): return w.T")
    with pytest.raises(NoOutput, match="none of an output"):
        wrong_by(file.prepared("f_prime", x=r((4, 3)), w=r((3, 5))))
