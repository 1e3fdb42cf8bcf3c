from pathlib import Path

import numpy as np
import pytest

from reference.targets.pairs.objects.constructing import Unprepared
from tests.reference.targets.pairs import layer_styles, loss_styles, network_styles, state_styles
from tests.reference.targets.pairs.held import called, cotangents, prepared, proposals, wrong

R = np.random.RandomState(1)
X, SIZES = R.randn(4, 3), {"n_in": 3, "n_out": 5}

WRONG = [  # style, check, arguments, constructor, what stands there, what stands in its place, what is wrong then
    (layer_styles.STORED, "Dense.backward", {"inputs": X}, SIZES,
     "dvalues.sum(axis=0, keepdims=True)", "dvalues.mean(axis=0, keepdims=True)", {"self.biases"}),
    (layer_styles.LISTED, "Affine.backward", {"x": X}, {"W": R.randn(3, 5), "b": np.zeros(5)},
     "np.dot(self.x.T, dout)", "np.dot(self.x.T, dout) / len(dout)", {"self.params.0"}),
    (layer_styles.UPDATING, "Linear.backward", {"x": X}, SIZES,
     "-= learning_rate * step", "-= 2 * learning_rate * step", {"self.weights"}),
    (layer_styles.UPDATING, "Linear.backward", {"x": X}, SIZES,
     "return back", "return output_gradient @ self.weights.T", {"x"}),
    (layer_styles.OWN_RATE, "Linear.bprop", {"X": X}, {"n_in": 4, "n_out": 5},
     "self.b - self.lr", "self.b + self.lr", {"self.b"}),
    (layer_styles.BUILT, "Dense.backward_pass", {"X": X}, {"n_units": 5}, "accum_grad.dot(W.T)",
     "accum_grad.dot(self.W.T)", {"X"}),
    (state_styles.NORMALISED, "BatchNorm.backward", {"x": X}, {"dim": 3},
     "(dout * self.xn).sum(axis=0)", "(dout * self.xn).mean(axis=0)", {"self.gamma"}),
    (state_styles.DROPOUT, "Dropout.backward", {"x": X}, {}, "return dout * self.mask", "return dout * (self.mask > 0)",
     {"x"}),
    (layer_styles.EMBEDDING, "Embedding.backward", {"idx": np.array([1, 0, 1])}, {"W": R.randn(4, 5)},
     "np.add.at(dW, self.idx, dout)", "dW[self.idx] += dout", {"self.params.0"}),
    (state_styles.CELL, "RNNCell.backward", {"x": X, "h_prev": R.randn(4, 5)}, {"n_in": 3, "n_hidden": 5},
     "da = dh_next * (1 - h_next ** 2)", "da = dh_next", {"x", "h_prev", "self.Wx", "self.Wh", "self.b"}),
    (loss_styles.SQUARES, "SquareLoss.gradient", {"y": X, "y_pred": R.randn(4, 3)}, {}, "-(y - y_pred)", "y - y_pred",
     {"y_pred"}),
    (loss_styles.MEAN, "MSE.grad", {"predicted": X, "actual": R.randn(4, 3)}, {}, "/ predicted.size",
     "/ len(predicted)", {"predicted"}),
    (network_styles.NETWORK, "LossAndGradients.loss", {"X": X, "y": R.randn(4, 5), "reg": 0.7}, SIZES,
     "X.T @ d + reg", "X.T @ d + 2 * reg", {"self.params.W"}),
    (network_styles.LOSS_BETWEEN, "NeuralNetwork.backward", {"X": X, "y": R.rand(4, 2)},
     {"n_in": 3, "n_hidden": 5, "n_out": 2}, "* self.a1 * (1 - self.a1)", "* (1 - self.a1 ** 2)",
     {"self.W1", "self.b1"}),
]  # fmt: skip


@pytest.mark.parametrize(("style", "check", "arguments", "construct", "old", "new", "expected"), WRONG)
def test_a_mistake_is_seen_where_it_is(
    tmp_path: Path, style: str, check: str, arguments: dict, construct: dict, old: str, new: str, expected: set[str]
) -> None:
    assert old in style
    assert wrong(prepared(tmp_path, style.replace(old, new), check, arguments, construct)) == expected


def test_what_is_proposed(tmp_path: Path) -> None:
    found = proposals(tmp_path, network_styles.NETWORK)
    assert {name: proposal.forward for name, proposal in found.items()} == {
        "Affine.backward": "forward",
        "Tanh.backward": "forward",
        "SumOfSquares.backward": "forward",
        "TwoLayerNet.gradient": "loss",
        "Sequential.backward": "forward",
        "LossAndGradients.loss": "loss",
    }
    net = found["TwoLayerNet.gradient"]
    assert [(p.name, p.optional, p.default) for p in net.constructor] == [
        ("n_in", False, None), ("n_hidden", False, None), ("n_out", False, None), ("std", True, 0.01),
    ]  # fmt: skip
    assert [p.name for p in net.takes] == [p.name for p in net.backward_takes] == ["x", "t"]
    text = (tmp_path / "layers.py").read_text().split("\n")
    assert "def gradient" in text[net.line - 1]
    assert "def loss" in text[net.forward_line - 1]
    assert net.owner == "TwoLayerNet"


def test_what_stands_around_a_class_is_told(tmp_path: Path) -> None:
    (found,) = proposals(tmp_path, """
        class Dense:
            \'\'\'A layer; x is (N, D).\'\'\'

            def __init__(self, mode, n):
                # n: units
                self.on = mode == "fast"
                self.W = np.zeros((3, n))

            def forward(self, x):
                n, d = x.shape
                return x @ self.W

            def backward(self, dout):
                dx = dout @ self.W.T
                dW = None
                return dx, dW

        layer = Dense("fast", 5)
        layer.forward(np.ones((2, 3)))
        """.replace("\\\'", "\'")).values()  # fmt: skip
    assert found.asked["mode"]["texts"] == ["fast"]
    assert found.asked["x"]["dims"] == ["n", "d"]
    assert found.returned == ("dx", "dW")
    assert any("(N, D)" in text for text in found.documents)
    assert "n: units" in "\n".join(found.documents)
    assert found.calls == ("Dense('fast', 5)", "layer.forward(np.ones((2, 3)))")
    assert found.unfinished is not None


def test_inherited_from_a_sibling(tmp_path: Path) -> None:
    base = """
        import numpy as np

        class Layer:
            def __call__(self, x):
                return self.forward(x)

            def backward(self, dout):
                return dout * self.factor()

            def forward(self, x):
                raise NotImplementedError
        """
    source = """
        from base import Layer

        class Cube(Layer):
            def forward(self, x):
                self.x = x
                return x ** 3

            def factor(self):
                return 3 * self.x ** 2
        """
    assert list(proposals(tmp_path, source, base=base)) == ["Cube.backward"]
    assert not wrong(prepared(tmp_path, source, "Cube.backward", {"x": X}, base=base))


REFUSED = {
    "opens a file": ("""
        class Dense:
            def __init__(self, path):
                self.W = np.load(path)
            def forward(self, x):
                return x @ self.W
            def backward(self, dout):
                return dout @ self.W.T
        """, {"path": "weights.npy"}, "wants a file"),
    "asks somebody": ("""
        class Dense:
            def __init__(self):
                self.rate = float(input("rate? "))
            def forward(self, x):
                return x
            def backward(self, dout):
                return dout
        """, {}, "wants somebody at the keyboard"),
    "has no loss": ("""
        class Dense:
            def __init__(self):
                self.W = np.ones((3, 2))
            def forward(self, x):
                self.out = x @ self.W
                return self.out
            def backward(self, x, y, out):
                return x.T @ (out - y)
        """, {}, "begins from y, of which the forward pass makes no loss"),
    "needs a second forward pass": ("""
        class Dense:
            def __init__(self):
                self.before = self.now = None
            def forward(self, x):
                self.before, self.now = self.now, x
                return x * x
            def backward(self, dout):
                return 2 * dout * self.before.copy()
        """, {}, "runs only after a second forward pass"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_made_ready_is_told(tmp_path: Path, name: str) -> None:
    source, construct, reason = REFUSED[name]
    with pytest.raises(Unprepared, match=reason):  # noqa: PT012
        pair = prepared(tmp_path, source, "Dense.backward", {"x": X}, construct)
        pair.backward(pair.primals, cotangents(pair))


def test_every_run_begins_from_the_same_state(tmp_path: Path) -> None:
    pair = prepared(tmp_path, state_styles.CELL, "RNNCell.backward", {"x": X, "h_prev": R.randn(4, 5)},
                    {"n_in": 3, "n_hidden": 5})  # fmt: skip
    first = {name: np.array(value) for name, value in pair.primals.items()}
    given = cotangents(pair)
    answers = [pair.backward(pair.primals, given).gradients for _ in range(2)]
    assert all(np.array_equal(answers[0][name], answers[1][name]) for name in answers[0])
    assert all(np.array_equal(first[name], pair.primals[name]) for name in first)
    assert first["self.b"].all()  # off its start


def test_an_object_that_cannot_be_copied_is_constructed_anew(tmp_path: Path) -> None:
    source = """
        class Dense:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)
                self.apply = lambda x: x @ self.W
                self.count = (k for k in range(10 ** 6))

            def forward(self, x):
                next(self.count)
                self.x = x
                return self.apply(x)

            def backward(self, dout):
                self.dW = self.x.T @ dout
                return dout @ self.W.T
        """
    pair = prepared(tmp_path, source, "Dense.backward", {"x": X}, SIZES)
    assert called(pair) == {"x": "answer", "self.W": "self.dW"}
    assert not wrong(pair)


def test_an_argument_that_is_changed_is_told(tmp_path: Path) -> None:
    source = """
        class ReLU:
            def forward(self, x):
                self.off = x <= 0
                x[self.off] = 0
                return x

            def backward(self, dout):
                dout[self.off] = 0
                return dout
        """
    pair = prepared(tmp_path, source, "ReLU.backward", {"x": X})
    assert set(pair.backward(pair.primals, cotangents(pair)).changed) == {"x", "dout"}


def test_the_mode_that_is_asked_for(tmp_path: Path) -> None:
    def output(mode: str) -> np.ndarray:
        pair = prepared(tmp_path, state_styles.DROPOUT, "Dropout.backward", {"x": X}, reading={"mode": mode})
        assert not wrong(pair)
        return np.asarray(pair.forward(pair.primals)[0])

    assert np.array_equal(output("test"), X)
    assert not np.array_equal(output("train"), X)
