"""Right pairs of a style that was once accused, each beside a wrong twin that must be found."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reference.pairs.judge import judge_pair
from tests.reference.pairs.in_process import pairs_of
from tests.reference.pairs.test_nothing_green_unseen import judged

pytestmark = pytest.mark.slow

TWINS = {
    "classes that are one at the least": (
        """
        class Criterion:
            def loss(self, logits, labels):
                e = np.exp(logits - logits.max(axis=1, keepdims=True))
                p = e / e.sum(axis=1, keepdims=True)
                nll = -(np.log(p) * labels).sum(axis=1)
                return np.sum(nll) / labels.shape[0]

            def grad(self, logits, labels):
                e = np.exp(logits)
                return FIRST / labels.shape[0]
    """,
        "(e / e.sum(axis=1, keepdims=True) - labels)",
        "(e / e.sum(axis=1, keepdims=True) - 2 * labels)",
    ),
    "labels that are calculated with": (
        """
        class Criterion:
            def loss(self, logits, labels):
                e = np.exp(logits - logits.max(axis=1, keepdims=True))
                self.p = e / e.sum(axis=1, keepdims=True)
                return -np.sum((np.log(self.p) * labels).sum(axis=1)) / labels.shape[0]

            def grad(self, logits, labels):
                return FIRST / labels.shape[0]
    """,
        "(self.p - labels)",
        "(self.p + labels)",
    ),
    "a loss in a matrix of its own": (
        """
        class Squares:
            def forward(self, A, Y):
                # A: (N, C), Y: (N, C)
                self.A, self.Y = A, Y
                n, c = A.shape
                return np.ones((1, n)) @ (A - Y) ** 2 @ np.ones((c, 1)) / (n * c)

            def backward(self):
                return FIRST * (self.A - self.Y) / self.A.size
    """,
        "2",
        "1",
    ),
    "a layer that steps where it has an optimiser, and keeps its gradients in any case": (
        """
        class Mixing:
            def __init__(self, ins, outs):
                self.weights = np.random.rand(ins, outs)
                self._optimizer = None

            @property
            def optimizer(self):
                return self._optimizer

            def forward(self, rows):
                self.rows = rows
                return rows @ self.weights

            def backward(self, error):
                self.gradient_weights = FIRST
                if self.optimizer:
                    self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
                return error @ self.weights.T
    """,
        "self.rows.T @ error",
        "self.rows.T @ error / 2",
    ),
    "a layer that steps by an optimiser's own word, and keeps no gradient": (
        """
        class Mixing:
            def __init__(self, ins, outs):
                self.weights = np.random.rand(ins, outs)
                self.optimizer = None

            def forward(self, rows):
                self.rows = rows
                return rows @ self.weights

            def backward(self, error):
                below = error @ self.weights.T
                if self.optimizer is not None:
                    self.weights = self.optimizer.calculate_update(self.weights, FIRST)
                return below
    """,
        "self.rows.T @ error",
        "self.rows.T @ error / 2",
    ),
    "a call of the object itself says that rows are no examples": (
        """
        class HalfSquare:
            def __call__(self, guess, truth):
                return 0.5 * np.mean((guess - truth) ** 2)

            def gradient(self, guess, truth):
                return FIRST / guess.shape[0]

        if __name__ == "__main__":
            half = HalfSquare()
            print(half(np.array([1.0, 2.0, 0.5]), np.array([0.0, 1.0, 1.0])))
    """,
        "(guess - truth)",
        "2 * (guess - truth)",
    ),
    "a call around the forward pass that keeps the slopes": (
        """
        class Differentiable:
            def __init__(self):
                self.slopes = {}

            def __call__(self, *given):
                out = self.forward(*given)
                self.slopes = self.local(*given)
                return out

        class Doubled(Differentiable):
            def __init__(self, ins, outs):
                super().__init__()
                self.W = np.random.randn(ins, outs)

            def forward(self, X):
                self.X = X
                return np.tanh(X @ self.W)

            def local(self, X):
                return {"X": 1 - np.tanh(X @ self.W) ** 2}

            def backward(self, dY):
                d = dY * self.slopes["X"]
                self.dW = FIRST
                return d @ self.W.T
    """,
        "self.X.T @ d",
        "self.X.T @ dY",
    ),
    "keys of a configuration that a helper gives, and no document names": (
        """
        def whiten_forward(x, gain, conf):
            '''
            - x: rows of shape (N, D)
            - gain: of shape (D,)
            - conf: dictionary with these keys:
              - eps: a small constant
            '''
            eps = conf.get('eps', 1e-5)
            n, d = conf.get('shape', x.shape)
            axis = conf.get('axis', 0)
            centred = x - x.mean(axis=0)
            std = np.sqrt((centred**2).mean(axis=0) + eps)
            unit = centred / std
            return gain * unit, (unit, std, gain, n, d, axis)

        def whiten_backward(dout, cache):
            unit, std, gain, n, d, axis = cache
            dgain = (dout * unit).reshape(n, d).sum(axis=axis)
            dunit = dout * gain
            dx = (dunit - dunit.mean(axis=0) - FIRST) / std
            return dx, dgain
    """,
        "unit * (dunit * unit).mean(axis=0)",
        "unit * (dunit * unit).sum(axis=0)",
    ),
    "an output that is kept, and that its cotangent names": (
        """
        class Step:
            def forward(self, x, W):
                self.z = W @ x
                self.s = np.tanh(self.z)

            def backward(self, x, W, ds):
                dz = ds * (1 - self.s**2)
                return np.outer(dz, x), FIRST
    """,
        "W.T @ dz",
        "W.T @ ds",
    ),
    "an output that is kept, the last of all that is": (
        """
        class Squash:
            def forward(self, x):
                self.h = np.exp(-x)
                self.q = 1 / (1 + self.h)

            def backward(self, dout):
                return dout * FIRST
    """,
        "self.q * (1 - self.q)",
        "self.q * self.q",
    ),
    "inputs that an engine keeps and that compute as arrays do": (
        """
        class Product:
            def forward(self, a, b):
                return a * b

            def backward(self, gy):
                a, b = self.inputs
                return FIRST, gy * a
    """,
        "gy * b",
        "gy * a",
    ),
    "inputs that an engine keeps as variables": (
        """
        class Product:
            def forward(self, a, b):
                return a * b

            def backward(self, gy):
                a, b = self.inputs
                return FIRST, gy * a.data
    """,
        "gy * b.data",
        "gy * a.data",
    ),
    "a class whose derivative is taken of its output": (
        """
        class Squash:
            def activate(self, x):
                return 1 / (1 + np.exp(-x))

            def gradient(self, x):
                return FIRST
    """,
        "x * (1 - x)",
        "x * (1 + x)",
    ),
    "many entries, with a comparison that is equal in some": (
        """
        def ladder_forward(x):
            # x: (N, C, H, W)
            even = np.floor(x) % 2 == 0
            return np.where(even, 0.0, 3 * x), x

        def ladder_backward(dout, x):
            return np.where(FIRST, 0.0, 3 * dout)
    """,
        "np.floor(x) % 2 == 0",
        "np.floor(x) == 0",
    ),
    "a generator of the old kind without a seed": (
        """
        class Noise:
            def __init__(self, keep=0.75, seed=None):
                self.keep, self.rng = keep, np.random.RandomState(seed)

            def forward(self, x):
                self.kept = self.rng.binomial(1, self.keep, size=x.shape)
                return x * self.kept / self.keep

            def backward(self, dout):
                return FIRST
    """,
        "dout * self.kept / self.keep",
        "dout * self.kept",
    ),
    "a backward pass that is a derivative of what comes in": (
        """
        class Ramp:
            @staticmethod
            def forward(X):
                return np.maximum(0, X) ** 2

            @staticmethod
            def backward(X):
                return FIRST
    """,
        "np.where(X < 0, 0, 2 * X)",
        "np.where(X < 0, 0, X)",
    ),
    "a cotangent of the name of what comes in": (
        """
        class Ramp:
            def forward(self, x):
                self.on = x > 0
                return np.where(self.on, x, 0.25 * x)

            def backward(self, x):
                return FIRST
    """,
        "np.where(self.on, x, 0.25 * x)",
        "np.where(self.on, x, 0.5 * x)",
    ),
    "a gradient of two arguments that are handed one array": (
        """
        class Look:
            def forward(self, query, keys, values):
                self.q, self.k, self.v = query, keys, values
                self.y = np.tanh(query * keys)
                return self.y * values

            def backward(self, dout):
                slope = dout * self.v * (1 - self.y**2)
                self.grad_q, self.grad_k, self.grad_v = slope * self.k, slope * self.q, dout * self.y
                return self.grad_q, FIRST
    """,
        "self.grad_k + self.grad_v",
        "self.grad_k - self.grad_v",
    ),
    "a derivative that is a Jacobian": (
        """
        class Shares:
            def forward(self, x):
                return np.exp(x) / np.sum(np.exp(x), 0).reshape(1, x.shape[1])

            def backward(self, x):
                return FIRST
    """,
        "np.diag(x[:, 0]) - np.dot(x, x.T)",
        "np.diag(x[:, 0]) + np.dot(x, x.T)",
    ),
    "an accuracy before the loss": (
        """
        class Fit:
            def gradient(self):
                return FIRST

            def __call__(self, a, y, requires_acc=True):
                e = np.exp(a)
                self.p, self.y = e / e.sum(axis=-1, keepdims=True), y
                loss = -np.sum(y * np.log(self.p)) / len(y)
                if requires_acc:
                    right = np.argmax(self.p, axis=-1) == np.argmax(y, axis=-1)
                    return right.mean(), loss
                return loss
    """,
        "(self.p - self.y) / len(self.y)",
        "self.p - self.y",
    ),
    "a random stream that is seeded with nothing": (
        """
        class Noise:
            def __init__(self, rate=0.25, seed=None):
                self.rate, self.seed = rate, seed

            def forward(self, x):
                np.random.seed(self.seed)
                self.kept = (np.random.random_sample(x.shape) >= self.rate) / (1 - self.rate)
                return x * self.kept

            def backward(self, dout):
                return FIRST
    """,
        "dout * self.kept",
        "dout * (self.kept > 0)",
    ),
    "outputs summed up over passes until they are cleared": (
        """
        class Joined:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)
                self.clear()

            def clear(self):
                self.x = self.y = None

            def forward(self, x):
                if self.y is None:
                    self.x, self.y = x, x @ self.W
                else:
                    self.x = self.x + x
                    self.y += x @ self.W
                return self.y

            def backward(self, dout):
                self.dW = FIRST
                return dout @ self.W.T
    """,
        "self.x.T @ dout",
        "1.5 * self.x.T @ dout",
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_the_right_one_passes_and_its_twin_is_found(name: str, tmp_path: Path) -> None:
    text, right, wrong = TWINS[name]
    result = judged(tmp_path / "right.py", text.replace("FIRST", right))
    assert result.not_judged is None
    assert [f for row in result.rows for f in row.findings] == []
    twin = judged(tmp_path / "wrong.py", text.replace("FIRST", wrong))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]


OF_ROWS = {
    "a dictionary of the gradients of chosen rows": """
        def pull_forward(picked, others, E):
            h = E[picked]
            far = E[others]
            score = far @ h
            return np.sum(np.tanh(score)), {"h": h, "far": far, "score": score}

        def pull_backward(cache):
            g = 1 - np.tanh(cache["score"]) ** 2
            return {"grad_far": np.outer(g, cache["h"]), "grad_h": g @ cache["far"]}
    """,
    "a cache beside the loss is no dictionary of gradients": """
        def pull_forward(picked, others, E, F):
            h = E[picked].mean(axis=0)
            far = F[others]
            score = far @ h
            loss = np.sum(score ** 2)
            return loss, {"h": h, "far": far, "score": score}
    """,
}


@pytest.mark.parametrize("name", OF_ROWS)
def test_what_is_of_no_argument_is_not_held_to_one(name: str, tmp_path: Path) -> None:
    for seed in range(3):
        path = tmp_path / f"rows_{seed}.py"
        path.write_text("import numpy as np\n" + dedent(OF_ROWS[name]), encoding="utf-8")
        for pair in pairs_of(path).values():
            result = judge_pair(pair, seed=seed, explained=False)
            assert [f for row in result.rows for f in row.findings if f.severity == "error"] == []


FORMULAS = """
import numpy as np

def normalised(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def surprise(p, t):
    return -np.sum(np.log(p[np.arange(len(p)), t] + 1e-7)) / len(p)
"""
SURPRISE = """
from formulas import *

class SoftmaxSurprise:
    def forward(self, x, t):
        self.t = t
        self.p = normalised(x)
        return surprise(self.p, self.t)

    def backward(self, dout=1):
        dx = self.p.copy()
        dx[np.arange(len(dx)), self.t] -= 1
        return LAST
"""

SHIFTED = """
class ShiftedSurprise:
    def forward(self, x, t):
        eps = 1e-12
        z = x - np.max(x, axis=1, keepdims=True)
        near = z - np.log(np.exp(z).sum(axis=1, keepdims=True) + eps)
        return -np.sum(near[np.arange(len(t)), t]) / len(t)

    def backward(self, x, t):
        eps = 1e-12
        z = x - np.max(x, axis=1, keepdims=True)
        dx = np.exp(z - np.log(np.exp(z).sum(axis=1, keepdims=True) + eps))
        dx[np.arange(len(t)), t] -= 1
        return LAST
"""


def test_a_guard_that_stands_in_both_passes_is_a_convention(tmp_path: Path) -> None:
    right = judged(tmp_path / "right.py", SHIFTED.replace("LAST", "dx / len(t)"))
    ((finding,),) = [row.findings for row in right.rows if row.findings]
    assert (finding.code, finding.severity) == ("MB402", "warning")
    twin = judged(tmp_path / "wrong.py", SHIFTED.replace("LAST", "dx"))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]


def test_a_guard_of_a_file_beside_is_a_convention(tmp_path: Path) -> None:
    (tmp_path / "formulas.py").write_text(FORMULAS, encoding="utf-8")
    right = judged(tmp_path / "right.py", SURPRISE.replace("LAST", "dx / len(dx)"))
    ((finding,),) = [row.findings for row in right.rows if row.findings]
    assert (finding.code, finding.severity) == ("MB402", "warning")
    assert finding.place == (str(tmp_path / "formulas.py"), None, 9)
    twin = judged(tmp_path / "wrong.py", SURPRISE.replace("LAST", "dx"))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]


def test_what_fits_one_number_alone_is_not_right(tmp_path: Path) -> None:
    text = """
        class SquaredError:
            def loss(self, y_pred, y_true):
                return np.mean((y_pred - y_true) ** 2)

            def gradient(self, y_pred, y_true):
                return LAST
    """
    assert judged(tmp_path / "right.py", text.replace("LAST", "2 * (y_pred - y_true) / y_pred.size")).not_judged is None
    one = judged(tmp_path / "wrong.py", text.replace("LAST", "2 * np.mean(y_pred - y_true)"))
    assert one.not_judged is not None
    assert "returns no gradient that fits an argument" in one.not_judged.reason


STRANGE = {
    "NumPy's own names of arguments": """
        class Through:
            def forward(self, x):
                return x + np.full_like(a=x, fill_value=0.5)

            def backward(self, dout):
                return np.ones_like(a=dout, dtype=float) * dout
    """,
    "an argument whose default is a dictionary": """
        class Bend:
            def __init__(self, kind="tanh", kind_params={}):
                self.kind, self.params = kind, dict(kind_params)

            def forward(self, x):
                self.y = np.tanh(x)
                return self.y

            def backward(self, dout):
                return dout * (1 - self.y**2)
    """,
    "any number of arguments": """
        class Beside:
            def __init__(self, axis=0):
                self.axis = axis

            def forward(self, *xs):
                self.sizes = [x.shape[self.axis] for x in xs]
                return np.concatenate(xs, axis=self.axis)

            def backward(self, gy):
                return tuple(np.split(gy, np.cumsum(self.sizes)[:-1], axis=self.axis))
    """,
}


@pytest.mark.parametrize("name", STRANGE)
def test_no_signature_is_an_error_of_the_tool(name: str, tmp_path: Path) -> None:
    result = judged(tmp_path / "strange.py", STRANGE[name])
    assert [f for row in result.rows for f in row.findings if f.severity == "error"] == []


def test_a_shape_that_the_document_promises_is_no_mistake(tmp_path: Path) -> None:
    text = """
        class Cell:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_out, n_in)

            def forward(self, x):
                \"\"\"
                x: (n_in,)
                \"\"\"
                self.x = x
                return np.tanh(self.W @ x)

            def backward(self, delta):
                \"\"\"
                PROMISE
                \"\"\"
                slope = (delta * (1 - np.tanh(self.W @ self.x) ** 2)).reshape(1, -1)
                self.dW = slope.T @ self.x.reshape(1, -1)
                dx = slope @ self.W
                return dx
    """
    kept = judged(tmp_path / "kept.py", text.replace("PROMISE", "dx: (1, n_in)"))
    assert "error" not in {f.severity for row in kept.rows for f in row.findings}
    broken = judged(tmp_path / "broken.py", text.replace("PROMISE", "dx: (n_in,)"))
    assert [f.code for row in broken.rows for f in row.findings if f.severity == "error"] == ["MB501"]


def test_means_over_the_batch_where_the_input_s_gradient_is_handed_on(tmp_path: Path) -> None:
    text = """
        class Full:
            def __init__(self, n_in, n_out):
                self.W, self.b, self.below = np.random.randn(n_in, n_out), np.zeros((1, n_out)), None

            def forward(self, x):
                self.x = x
                return x @ self.W + self.b

            def backward(self, dout):
                n = len(dout)
                self.dW, self.db = self.x.T @ dout / n, LAST
                if self.below is not None:
                    self.below.backward(dout @ self.W.T)
    """
    kept = judged(tmp_path / "kept.py", text.replace("LAST", "dout.sum(axis=0, keepdims=True) / n"))
    assert kept.rows
    assert "error" not in {f.severity for row in kept.rows for f in row.findings}
    mixed = judged(tmp_path / "mixed.py", text.replace("LAST", "dout.sum(axis=0, keepdims=True)"))
    assert [row.output for row in mixed.rows if any(f.severity == "error" for f in row.findings)] == ["self.dW"]


def test_in_place_as_an_option_says_is_a_warning(tmp_path: Path) -> None:
    text = """
        class Ramp:
            def activate(self, xOPTION):
                return np.maximum(x, 0)

            def gradient(self, xOPTION):
                y = MADE
                y[x > 0] = 1.0
                y[x <= 0] = 0.0
                return y
    """
    said = text.replace("OPTION", ", copy=False").replace("MADE", "x.copy() if copy else x")
    kept = judged(tmp_path / "kept.py", said)
    assert {(f.code, f.severity) for row in kept.rows for f in row.findings} == {("MB601", "warning")}
    unsaid = judged(tmp_path / "unsaid.py", text.replace("OPTION", "").replace("MADE", "x"))
    assert ("MB601", "error") in {(f.code, f.severity) for row in unsaid.rows for f in row.findings}


def test_imports_for_types_alone_do_not_go_round(tmp_path: Path) -> None:
    (tmp_path / "held.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from waves import Wave\n\n\n"
        "class Held:\n    def __init__(self, data):\n        self.data = data\n",
        encoding="utf-8",
    )
    (tmp_path / "bare.py").write_text(
        "from held import Held\n\n\ndef bare(x):\n    return x.data if isinstance(x, Held) else x\n", encoding="utf-8"
    )
    text = """
        from held import Held
        from bare import bare

        class Wave:
            def forward(self, x):
                self.x = bare(x)
                return np.sin(self.x)

            def backward(self, gy):
                return gy * np.cos(self.x)
    """
    result = judged(tmp_path / "waves.py", text)
    assert result.not_judged is None
    assert [f for row in result.rows for f in row.findings] == []


def test_what_keeps_gradients_is_no_backward_pass(tmp_path: Path) -> None:
    path = tmp_path / "kept.py"
    path.write_text(
        dedent("""
        import numpy as np

        class Full:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)
                self.init_grad()

            def init_grad(self):
                self.dW = np.zeros_like(self.W)

            def forward(self, x):
                self.x = x
                return x @ self.W

            def backward(self, dout):
                self.dW = self.x.T @ dout
                return dout @ self.W.T

            def grads(self):
                return {"W": self.dW}
        """),
        encoding="utf-8",
    )
    assert list(pairs_of(path)) == ["Full.backward"]


def test_a_mean_over_all_entries_is_told_by_its_factor(tmp_path: Path) -> None:
    text = """
        class AbsoluteError:
            def loss(self, y_pred, y_true):
                return np.mean(np.abs(y_pred - y_true))

            def gradient(self, y_pred, y_true):
                return np.where(y_pred > y_true, 1, -1)
    """
    path = tmp_path / "error.py"
    path.write_text("import numpy as np\n" + dedent(text), encoding="utf-8")
    (pair,) = pairs_of(path).values()
    ((finding,),) = [row.findings for row in judge_pair(pair, seed=0).rows if row.findings]
    assert finding.code == "MB102"
    assert "y_pred.size ×" in finding.text


WINDOWS = """
import numpy as np

class Tops:
    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def forward(self, x):
        n, c, h, w = x.shape
        self.shape, self.where = x.shape, {}
        out = np.zeros((n, c, (h - self.size) // self.stride + 1, (w - self.size) // self.stride + 1), dtype=np.float32)
        for i in np.ndindex(out.shape):
            top, left = i[2] * self.stride, i[3] * self.stride
            window = x[i[0], i[1], top : top + self.size, left : left + self.size]
            k = TOPMOST
            out[i] = READ
            self.where[i] = top + k // self.size, left + k % self.size
        return out

    def backward(self, dout):
        dx = np.zeros(self.shape, dtype=np.float32)
        for i in np.ndindex(dout.shape):
            dx[i[0], i[1], self.where[i][0], self.where[i][1]] += GIVEN
        return dx
"""


@pytest.mark.parametrize("read", ["window.flat[k]", "next(v for j, v in enumerate(window.flat) if j == k)"])
def test_windows_read_place_by_place_are_of_a_narrower_float(read: str, tmp_path: Path) -> None:
    text = WINDOWS.replace("TOPMOST", "np.argmax(window)").replace("READ", read)
    result = judged(tmp_path / "right.py", text.replace("GIVEN", "dout[i]").removeprefix("\nimport numpy as np"))
    assert [(f.code, f.severity) for row in result.rows for f in row.findings] == [("MB403", "warning")]
    twin = judged(tmp_path / "wrong.py", text.replace("GIVEN", "2 * dout[i]").removeprefix("\nimport numpy as np"))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]


def test_what_a_narrower_float_loses_is_no_mistake_where_a_witness_is_missing(tmp_path: Path) -> None:
    """``np.trim_zeros`` is on no list: autodiff stops there, and two exact witnesses are not to be had."""
    text = """
    def thrice_forward(x):
        # x: (N, D)
        y = 3 * x
        np.trim_zeros(np.asarray(y)[0])
        return y.astype(np.float32), x

    def thrice_backward(dout, cache):
        return FACTOR * dout.astype(np.float32) * np.ones_like(cache)
    """
    result = judged(tmp_path / "right.py", text.replace("FACTOR", "np.float32(3)"))
    assert not any(f.severity == "error" for row in result.rows for f in row.findings)


STARRED = """
from row_wise import *
from softly import softmax
from everything import *

class Weighing:
    def forward(self, x):
        '''x: (N, D)'''
        self.out = softmax(x)
        return self.out

    def backward(self, dout):
        dx = self.out * dout
        return dx - self.out * dx.sum(axis=AXIS, keepdims=True)
"""


@pytest.mark.parametrize(("axis", "severities"), [("1", []), ("0", ["error"])])
def test_a_star_brings_no_helper_of_ours_over_the_file_s_own(axis: str, severities: list[str], tmp_path: Path) -> None:
    (tmp_path / "softly.py").write_text(
        "from everything import *\n\ndef softmax(x):\n    e = np.exp(x - x.max(axis=1, keepdims=True))\n"
        "    return e / e.sum(axis=1, keepdims=True)\n",
        encoding="utf-8",
    )
    (tmp_path / "everything.py").write_text("import numpy as np\n", encoding="utf-8")
    (tmp_path / "row_wise.py").write_text("import numpy as np\n\nWIDTH = 3\n", encoding="utf-8")
    result = judged(tmp_path / "target.py", STARRED.replace("AXIS", axis))
    assert result.not_judged is None
    assert [f.severity for row in result.rows for f in row.findings] == severities


EPSILON = """
    class Centring:
        def __init__(self, eps=SMALL):
            self.eps = eps

        def forward(self, x):
            # x: (N, D)
            self.mid = x.mean(axis=1, keepdims=True)
            self.spread = np.sqrt(((x - self.mid) ** 2).mean(axis=1, keepdims=True)) + self.eps
            self.x = x
            return (x - self.mid) / self.spread

        def backward(self, dout):
            unit = (self.x - self.mid) / self.spread
            away = (dout * unit).mean(axis=1, keepdims=True)
            return (dout - dout.mean(axis=1, keepdims=True) - unit * away) / self.spread
"""


@pytest.mark.parametrize(("small", "severity"), [("1e-10", "warning"), ("1e-3", "error")])
def test_a_default_that_keeps_a_divisor_from_zero_is_a_guard(small: str, severity: str, tmp_path: Path) -> None:
    result = judged(tmp_path / "target.py", EPSILON.replace("SMALL", small))
    assert {f.severity for row in result.rows for f in row.findings} == {severity}


def test_a_default_within_a_logarithm_is_a_guard(tmp_path: Path) -> None:
    text = """
    class Surprise:
        def forward(self, p, t, eps=1e-9):
            # p: (N, D), t: (N, D), one-hot
            self.p, self.t = p, t
            return -np.sum(t * np.log(p + eps)) / len(p)

        def backward(self):
            return -self.t / self.p / DIVISOR
    """
    result = judged(tmp_path / "right.py", text.replace("DIVISOR", "len(self.p)"))
    assert [(f.code, f.severity) for row in result.rows for f in row.findings] == [("MB402", "warning")]
    twin = judged(tmp_path / "wrong.py", text.replace("DIVISOR", "self.p.size"))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]


HEADED = """
    class Looking:
        def __init__(self, d_m, d_k):
            self.q, self.k, self.v = np.random.randn(d_m, d_k), np.random.randn(d_m, d_k), np.random.randn(d_m, d_k)

        def forward(self, x_q, x_kv):
            self.x_q, self.x_kv = x_q, x_kv
            self.a, self.b, self.c = x_q @ self.q, x_kv @ self.k, x_kv @ self.v
            s = self.a @ self.b.swapaxes(-1, -2)
            e = np.exp(s - s.max(axis=-1, keepdims=True))
            self.w = e / e.sum(axis=-1, keepdims=True)
            return self.w @ self.c

        def backward(self, dout):
            dw = dout @ self.c.swapaxes(-1, -2)
            ds = self.w * (dw - np.sum(dw * self.w, axis=-1, keepdims=True))
            da, db, dc = ds @ self.b, ds.swapaxes(-1, -2) @ self.a, self.w.swapaxes(-1, -2) @ dout
            self.dq = np.einsum("ntd,ntk->dk", self.x_q, da)
            self.dk = np.einsum("ntd,ntk->dk", self.x_kv, FIRST)
            self.dv = np.einsum("ntd,ntk->dk", self.x_kv, dc)
            return da @ self.q.T, db @ self.k.T + dc @ self.v.T
"""


@pytest.mark.parametrize(("first", "severities"), [("db", []), ("-db", ["error"])])
def test_the_width_of_a_model_is_that_of_what_comes_in(first: str, severities: list[str], tmp_path: Path) -> None:
    result = judged(tmp_path / "target.py", HEADED.replace("FIRST", first))
    assert result.not_judged is None
    assert [f.severity for row in result.rows for f in row.findings] == severities
