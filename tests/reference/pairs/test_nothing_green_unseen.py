"""Pairs that are wrong where it is easy not to look: in test mode, in the order, in what a first call leaves behind."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reference.pairs.judge import judge_pair
from reference.pairs.result import PairResult
from tests.reference.pairs.in_process import pairs_of

pytestmark = pytest.mark.slow

WRONG = {
    "far from what is owed": ("answer", "MB", """
        class Huber:
            def __init__(self, delta=1.0):
                self.delta = delta

            def loss(self, pred, target):
                off = np.abs(pred - target)
                return np.mean(np.where(off < self.delta, off**2 / 2, self.delta * (off - self.delta / 2)))

            def grad(self, pred, target):
                off = pred - target
                return np.where(np.abs(off) < self.delta, off, FAR) / off.size
    """, ("FAR", "off", "self.delta * np.sign(off)")),
    "a mean over the examples of a network that keeps its weights": ("W1", "MB", """
        class Net:
            def __init__(self, input_size, hidden_size, output_size):
                self.params = {"W1": np.random.randn(input_size, hidden_size),
                               "W2": np.random.randn(hidden_size, output_size)}

            def loss(self, X, y, reg=0.0):
                W1, W2 = self.params["W1"], self.params["W2"]
                hidden = np.tanh(X @ W1)
                scores = hidden @ W2
                probs = np.exp(scores - scores.max(axis=1, keepdims=True))
                probs /= probs.sum(axis=1, keepdims=True)
                loss = -np.log(probs[np.arange(len(X)), y]).mean() + reg * (np.sum(W1**2) + np.sum(W2**2))
                probs[np.arange(len(X)), y] -= 1
                probs /= len(X)
                dhidden = probs @ W2.T * (1 - hidden**2)
                return loss, {"W1": FIRST + 2 * reg * W1, "W2": hidden.T @ probs + 2 * reg * W2}
    """, ("FIRST", "len(X) * X.T @ dhidden", "X.T @ dhidden")),
    "written where a mask says so, as many as there are in all": ("*", "MB704", """
        class Leak:
            def __init__(self, slope=0.1):
                self.slope = slope

            def forward(self, x):
                out = x.copy()
                out[out < 0] = WRITTEN * self.slope
                self.local = np.where(out > 0, 1.0, self.slope)
                return out

            def backward(self, dout):
                return self.local * dout
    """, ("WRITTEN", "out", "out[out < 0]")),
    "where it happens to run": ("answer", "MB704", """
        class Cube:
            def forward(self, x):
                '''x: (N, D)'''
                self.x = x
                return x**3 if x[0, 0] > HIGH else x @ x

            def backward(self, dout):
                return 3 * self.x**2 * dout
    """, ("HIGH", "0.5", "-100")),
    "in test mode": ("dx", "MB", """
        def dropout_forward(x, p, mode):
            '''x: (N, D)'''
            if mode == 'train':
                mask = np.random.rand(*x.shape) < p
                return x * mask, (mode, p, mask)
            return x * p, (mode, p, None)

        def dropout_backward(dout, cache):
            mode, p, mask = cache
            dx = dout * mask if mode == 'train' else SLOPE
            return dx
    """, ("SLOPE", "dout", "dout * p")),
    "for several examples alone": ("self.db", "MB", """
        class Schicht:
            def __init__(self, ein, aus):
                self.W = np.random.randn(aus, ein)
                self.b = np.zeros((aus, 1))

            def forward(self, x):
                self.x = x
                return self.W @ x + self.b

            def backward(self, dout):
                self.dW = dout @ self.x.T
                self.db = SUM
                return self.W.T @ dout
    """, ("SUM", "dout[:, :1]", "dout.sum(axis=1, keepdims=True)")),
    "the input handed back": ("x", "MB", """
        def fc_forward(x, w, b):
            '''x: (N, D), w: (D, M), b: (M,)'''
            return x @ w + b, (x, w, b)

        def fc_backward(dout, cache):
            x, w, b = cache
            dx, dw, db = dout @ w.T, x.T @ dout, dout.sum(axis=0)
            return FIRST, dw, db
    """, ("FIRST", "x", "dx")),
    "not in the order of its docstring": ("*", "MB103", """
        def scale_forward(x, g, b):
            '''x: (N, D), g: (D,), b: (D,)'''
            return x * g + b, (x, g)

        def scale_backward(dout, cache):
            '''Returns a tuple of:
            - dx: of the input
            - dg: of the gain
            - db: of the shift
            '''
            x, g = cache
            dg, db = (dout * x).sum(axis=0), dout.sum(axis=0)
            return dout * g, LAST
    """, ("LAST", "db, dg", "dg, db")),
    "another at the second call": ("*", "MB602", """
        class Scale:
            calls = 0

            def __init__(self, dim):
                self.g = np.ones(dim)

            def forward(self, x):
                Scale.calls += 1
                self.x, self.f = x, FACTOR
                return self.f * self.g * x

            def backward(self, dout):
                self.dg = self.f * (dout * self.x).sum(axis=0)
                return self.f * dout * self.g
    """, ("FACTOR", "1 - 0.5 ** Scale.calls", "0.5")),
    "another at the second call, by a global": ("*", "MB602", """
        CALLS = 0

        def scale_forward(x):
            '''x: (N, D)'''
            global CALLS
            CALLS += 1
            return x * FACTOR, FACTOR

        def scale_backward(dout, f):
            return dout * f
    """, ("FACTOR", "CALLS", "3.0")),
    "a primal of which there is no gradient": ("*", "MB704", """
        class Dense:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)
                self.b = np.zeros(n_out)

            def forward(self, x):
                self.x = x
                return x @ self.W + self.b

            def backward(self, dout):
                self.dW = self.x.T @ dout
                KEPT
                return dout @ self.W.T
    """, ("KEPT", "pass", "self.db = dout.sum(axis=0)")),
    "the step of an optimiser of its own": ("*", "MB704", """
        class Adam:
            def __init__(self):
                self.m, self.v = 0.0, 0.0

            def step(self, w, g):
                self.m, self.v = 0.1 * g, 0.001 * g * g
                w -= STEP

        class Dense:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)
                self.lr = 0.001
                self.opt = Adam()

            def forward(self, x):
                self.x = x
                return x @ self.W

            def backward(self, dout):
                dx = dout @ self.W.T
                self.opt.step(self.W, self.lr * (self.x.T @ dout))
                return dx
    """, ("STEP", "self.m / 0.1 / (np.sqrt(self.v / 0.001) + 1e-8)", "g")),
    "no layer at all": ("*", "MB704", """
        class Network:
            def __init__(self, n, layers=None):
                self.n = n
                self.layers = FIRST

            def forward(self, x):
                for W in self.layers:
                    x = x @ W
                return x

            def backward(self, dout):
                for W in self.layers[::-1]:
                    dout = dout @ W.T
                return dout
    """, ("FIRST", "layers or []", "(np.random.randn(n, n),)")),
}  # fmt: skip

RIGHT = {
    "equal maxima share": """
        class GlobalMax:
            def forward(self, x):
                '''x: (N, C, H, W)'''
                self.top = np.max(x, axis=(2, 3), keepdims=True)
                mask = (x == self.top) * 1.0
                self.share = mask / mask.sum(axis=(2, 3), keepdims=True)
                return self.top[:, :, 0, 0]

            def backward(self, d):
                return d[:, :, None, None] * self.share
    """,
    "few entries have a gradient": """
        def pick_forward(x):
            '''x: (N, C, H, W)'''
            flat = x.reshape(len(x), -1)
            at = flat.argmax(axis=1)
            return flat[np.arange(len(x)), at], (x.shape, at)

        def pick_backward(dout, cache):
            shape, at = cache
            dx = np.zeros(shape)
            dx.reshape(shape[0], -1)[np.arange(shape[0]), at] = dout
            return dx
    """,
    "limited in size": """
        class Cell:
            def __init__(self, n_in, n_hidden):
                self.U = np.random.randn(n_hidden, n_in)

            def forward(self, x):
                self.x = x
                return self.U @ x

            def backward(self, d):
                self.dU = d @ self.x.T
                np.clip(self.dU, -0.1, 0.1, out=self.dU)
                return self.U.T @ d
    """,
    "what nothing depends on": """
        def cell_forward(x, w, v):
            '''x: (N, D), w: (D, H), v: (H, M)'''
            h = np.tanh(x @ w)
            return h, h @ v, (x, w, h)

        def cell_backward(dh, cache):
            x, w, h = cache
            d = dh * (1 - h ** 2)
            dx, dw = d @ w.T, x.T @ d
            return dx, dw
    """,
    "a loss that is returned second": """
        class SoftmaxCrossEntropy:
            def forward(self, x, y):
                '''x: scores: (N, M), y: labels: (N,)'''
                probs = np.exp(x - np.max(x, axis=1, keepdims=True))
                probs /= probs.sum(axis=1, keepdims=True)
                loss = -np.log(probs[np.arange(len(x)), y]).mean()
                self.cache = probs, y
                return probs, loss

            def backward(self):
                probs, y = self.cache
                dx = probs.copy()
                dx[np.arange(len(dx)), y] -= 1
                return dx / len(dx)
    """,
    "weights from a generator without a seed, an argument that is not read": """
        def drawn(shape, rng=None):
            rng = np.random.default_rng() if rng is None else rng
            return rng.normal(0, 1, size=shape)

        class Dense:
            def __init__(self, n_in, n_out, make=drawn):
                self.W = make((n_in, n_out))

            def forward(self, x):
                self.x = x
                return x @ self.W

            def backward(self, dout, _):
                self.dW = self.x.T @ dout
                return dout @ self.W.T
    """,
    "an array with the name of a setting": """
        class SquaredError:
            def loss(self, activation, label):
                return 0.5 * np.sum((activation - label) ** 2)

            def loss_prime(self, activation, label):
                return activation - label
    """,
    "parameters made by a method, a bias whose gradient has no leading one": """
        class Dense:
            def __init__(self, units, input_shape=None):
                self.units, self.input_shape = units, input_shape
                self.params = {"W": None, "b": None}
                self.grads = {"W": None, "b": None}

            def initialize_params(self):
                self.params["W"] = np.random.randn(self.input_shape[0], self.units)
                self.params["b"] = np.random.randn(1, self.units)

            def forward(self, X):
                self.X = X
                return X @ self.params["W"] + self.params["b"]

            def backward(self, delta):
                self.grads["W"] = self.X.T @ delta
                self.grads["b"] = np.sum(delta, axis=0)
                return delta @ self.params["W"].T
    """,
    "an interface that others derive from": """
        class Criterion:
            def __call__(self, x, y):
                return self.forward(x, y)

            def derivative(self):
                raise NotImplementedError

        class SquaredError(Criterion):
            def forward(self, x, y):
                self.x, self.y = x, y
                return ((x - y) ** 2).sum()

            def backward(self):
                return 2 * (self.x - self.y)
    """,
}


def judged(path: Path, text: str, seed: int = 0) -> PairResult:
    path.write_text("import numpy as np\n" + dedent(text), encoding="utf-8")
    (pair,) = pairs_of(path).values()
    return judge_pair(pair, seed=seed, explained=False)


@pytest.mark.parametrize("name", WRONG)
def test_it_is_found_and_the_right_one_passes(name: str, tmp_path: Path) -> None:
    output, code, text, (place, wrong, right) = WRONG[name]
    severity = "inconclusive" if code == "MB704" else "error"
    spoilt = judged(tmp_path / "wrong.py", text.replace(place, wrong))
    found = [(row.output, f) for row in spoilt.rows for f in row.findings]
    if spoilt.not_judged is None:
        assert [(o, f.severity) for o, f in found if o == output and f.code.startswith(code)] == [(output, severity)]
    else:
        assert (output, code) == ("*", "MB704")
    result = judged(tmp_path / "right.py", text.replace(place, right))
    assert result.not_judged is None
    assert [f for row in result.rows for f in row.findings] == []


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_is_accused_unseen(name: str, tmp_path: Path) -> None:
    for seed in range(3):
        result = judged(tmp_path / "right.py", RIGHT[name], seed=seed)
        assert result.not_judged is None
        assert [f for row in result.rows for f in row.findings] == []
        assert result.rows
