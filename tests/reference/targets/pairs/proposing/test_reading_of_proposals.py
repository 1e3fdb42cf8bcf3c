"""What is known of a proposal before anything runs."""

from __future__ import annotations

import pytest

from reference.interface.pair import Proposal
from tests.reference.targets.pairs.files import opened


def only(text: str) -> Proposal:
    (proposal,) = opened(text).proposals.values()
    return proposal


def test_what_an_argument_is_asked_for() -> None:
    p = only(
        """
        def pad(x, param):
            return x * param.get("fill", 0.5)

        def conv_forward(x, w, y, conv_param, n=3, both=()):
            a, b = both
            # two shapes that differ
            N, C, H, W = x.shape
            F = w.shape[0]
            stride, mode = conv_param["stride"], conv_param["mode"]
            if mode == "same" or conv_param["mode"] in ("valid", "full"):
                pass
            for i in range(n):
                x[i, :, :, 1]
            return pad(x, conv_param)[y], (x, conv_param)

        def conv_backward(dout, cache):
            '''Of shape (N, F).'''
            x, conv_param = cache
            return dout * conv_param["dilation"]
        """
    )
    assert set(p.asked["conv_param"]["keys"]) == {"stride", "mode", "fill", "dilation"}
    assert p.asked["conv_param"]["defaults"] == {"fill": 0.5}
    assert p.asked['conv_param["mode"]']["texts"] == ["same", "valid", "full"]
    assert p.asked["x"]["dims"] == ["N", "C", "H", "W"]
    assert p.asked["x"]["rank"] == 4
    assert p.asked["w"]["sizes"] == {"F": 0}
    assert p.asked["y"]["indexes"] is True
    assert p.asked["n"]["counts"] is True
    assert p.asked["both"]["parts"] == ["a", "b"]
    assert p.documents == ("two shapes that differ", "Of shape (N, F).")
    assert p.takes[4].optional
    assert p.takes[4].default == 3


def test_names_that_are_returned_and_calls_of_the_file() -> None:
    p = only(
        """
        def layer_forward(x, w):
            out = x @ w
            return out, (x, w)

        def layer_backward(dout, cache):
            x, w = cache
            return -dout @ w.T, {"w": x.T @ dout}, x.sum(), dout

        if __name__ == "__main__":
            out, cache = layer_forward(np.ones((2, 3)), np.ones((3, 4)))
            layer_backward(out, cache)
        """
    )
    assert p.forward_returned == ("out", "(x, w)")
    assert p.returned == ("", "", "", "dout")
    assert p.calls == ("layer_forward(np.ones((2, 3)), np.ones((3, 4)))", "layer_backward(out, cache)")
    assert (p.line, p.forward_line, p.cell) == (7, 3, None)
    assert Proposal.of(p.tree()) == p


def test_names_from_the_top_level_are_arguments() -> None:
    p = only(
        """
        Wxh = np.random.randn(3, 2)
        size = 4

        def lossFun(inputs, hprev):
            loss = np.sum(Wxh @ inputs) * size
            return loss, dWxh, dbh, hprev
        """
    )
    assert [(t.name, t.annotation) for t in p.takes] == [("inputs", ""), ("hprev", ""), ("Wxh", "global")]


UNFINISHED = {
    "x = cache\n    pass": 6,
    "dx = None\n    x = cache\n    return dx": 5,
    "dx, dw = None, None\n    # your code\n    return dx, dw": 5,
    "dx = None\n    if cache:\n        pass\n    else:\n        dx = dout\n    return dx": 7,
    "raise NotImplementedError": 5,
    "dx = np.zeros_like(dout)\n    pass\n    return dx": 5,
    "'''Not yet.'''": 4,
    "...": 4,
}
FINISHED = [
    "dx = None\n    dx = dout * cache\n    return dx",
    "dx, x = None, cache\n    dx = dout * x\n    pass\n    return dx",
    "dx = np.zeros_like(dout)\n    dx[0] = 1\n    pass\n    return dx",
    "dx = None\n    if cache:\n        dx = dout\n    else:\n        dx = -dout\n    return dx",
    "dx = np.zeros_like(dout)\n    np.add.at(dx, cache, dout)\n    pass\n    return dx",
    "return dout, None",
    "try:\n        dx = dout\n    except ValueError:\n        pass\n    return dx",
]


@pytest.mark.parametrize("body", UNFINISHED)
def test_unfinished(body: str) -> None:
    p = only(f"\ndef f_forward(x): return x, 1\ndef f_backward(dout, cache):\n    {body}\n")
    assert p.unfinished == UNFINISHED[body]


@pytest.mark.parametrize("body", FINISHED)
def test_finished(body: str) -> None:
    assert only(f"def f_forward(x): return x, 1\ndef f_backward(dout, cache):\n    {body}\n").unfinished is None


DECLARED = [
    "def step(x): return (x > 0).astype(float)\ndef step_grad(dout, x): return dout / (1 + x * x)",
    "def spike(v): return np.where(v > 1, 1.0, 0.0)\ndef spike_surrogate_backward(dout, v): return dout * np.exp(-v)",
    "def binarize_forward(w):\n    out = np.sign(w)\n    return out, w\n"
    "def binarize_backward(dout, w): return dout * (abs(w) < 1)",
    "def quantize_forward(x):\n    return np.round(x * 4) / 4\n"
    "def quantize_backward(dout):\n    # straight-through\n    return dout",
    "def grl_forward(x): return x\ndef grl_backward(dout, lam): return -lam * dout",
    "def reversal_forward(x):\n    'Gradient reversal.'\n    return x.copy()\n"
    "def reversal_backward(dout): return -dout",
]
DERIVED = [
    "def relu(x): return x * (x > 0)\ndef relu_grad(dout, x): return dout * (x > 0)",
    "def step(x): return (x > 0).astype(float)\ndef step_derivative(x): return np.zeros_like(x)",
    "def identity(x): return x\ndef identity_prime(x): return np.ones_like(x)",
    "def identity_forward(x): return x\ndef identity_backward(dout): return dout",
    "def flatten_forward(x): return x.reshape(len(x), -1), x.shape\n"
    "def flatten_backward(dout, s): return dout.reshape(s)",
    "def floor_forward(x):\n    n = np.floor(x.shape[0] / 2)\n    return x * n, n\n"
    "def floor_backward(dout, n): return dout * n",
]


@pytest.mark.parametrize("text", DECLARED)
def test_declared_and_not_derived(text: str) -> None:
    assert only(text).not_derived


@pytest.mark.parametrize("text", DERIVED)
def test_derived(text: str) -> None:
    assert only(text).not_derived == ""
