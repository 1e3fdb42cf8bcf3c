from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reference.targets.pairs import layer_styles, loss_styles, network_styles, state_styles
from tests.reference.targets.pairs.held import called, prepared, wrong

R = np.random.RandomState(0)
X, X2, T = R.randn(4, 3), R.randn(4, 3), R.rand(4, 3) + 0.5
IMAGE, LABELS, SIZES = R.randn(2, 3, 4, 6), np.array([0, 2, 1, 1]), {"n_in": 3, "n_out": 5}
ONE_HOT = np.eye(3)[LABELS]

RIGHT: list[tuple[Any, ...]] = [  # style, check, arguments, constructor, the gradient of each primal as it is called
    (layer_styles.STORED, "Dense.backward", {"inputs": X}, SIZES,
     {"inputs": "self.dinputs", "self.weights": "self.dweights", "self.biases": "self.dbiases"}),
    (layer_styles.LISTED, "Affine.backward", {"x": X}, {"W": R.randn(3, 5), "b": np.zeros(5)},
     {"x": "dx", "self.params.0": "self.grads.0", "self.params.1": "self.grads.1"}),
    (layer_styles.UPDATING, "Linear.backward", {"x": X}, SIZES,
     {"x": "back", "self.weights": "the change of self.weights", "self.bias": "the change of self.bias"}),
    (layer_styles.OWN_RATE, "Linear.bprop", {"X": X}, {"n_in": 4, "n_out": 5},
     {"X": "up", "self.W": "the change of self.W", "self.b": "the change of self.b"}),
    (layer_styles.LAZY, "Dense.backward", {"x": X}, {"n_out": 5},
     {"x": "", "self.params.W": "self.grads.W", "self.params.b": "self.grads.b"}),
    (layer_styles.BUILT, "Dense.backward_pass", {"X": X}, {"n_units": 5},
     {"X": "", "self.W": "the change of self.W", "self.w0": "the change of self.w0"}),
    (layer_styles.PARAMETERS, "FullyConnected.backward", {"X": X}, SIZES,
     {"X": "", "self.W.value": "self.W.grad", "self.B.value": "self.B.grad"}),
    (state_styles.NORMALISED, "BatchNorm.backward", {"x": X}, {"dim": 3},
     {"x": "", "self.gamma": "self.dgamma", "self.beta": "self.dbeta"}),
    (state_styles.NORMALISED, "BatchNorm.backward", {"x": X, "training": False}, {"dim": 3},
     {"x": "", "self.gamma": "self.dgamma", "self.beta": "self.dbeta"}),
    (state_styles.DROPOUT, "Dropout.backward", {"x": X}, {}, {"x": ""}),
    (layer_styles.EMBEDDING, "Embedding.backward", {"idx": np.array([1, 0, 1])}, {"W": R.randn(4, 5)},
     {"self.params.0": "self.grads.0"}),
    (state_styles.CELL, "RNNCell.backward", {"x": X, "h_prev": R.randn(4, 5)}, {"n_in": 3, "n_hidden": 5},
     {"x": "", "h_prev": "", "self.Wx": "self.dWx", "self.Wh": "self.dWh", "self.b": "self.db"}),
    (state_styles.LSTM, "LSTM.backward", {"x": X, "h_prev": R.randn(4, 5), "c_prev": R.randn(4, 5)},
     {"Wx": R.randn(3, 20), "Wh": R.randn(5, 20), "b": np.zeros(20)},
     {"x": "", "h_prev": "", "c_prev": "", "self.params.0": "self.grads.0", "self.params.1": "self.grads.1",
      "self.params.2": "self.grads.2"}),
    (layer_styles.POOLING, "MaxPool.backward", {"x": IMAGE}, {}, {"x": ""}),
    (layer_styles.CONVOLUTION, "Conv.backward", {"x": IMAGE}, {"filters": 5, "channels": 3, "k": 2},
     {"x": "dx", "self.W": "self.W_grad", "self.b": "self.b_grad"}),
    (loss_styles.SIGMOID, "Sigmoid.gradient", {"x": X}, {}, {"x": ""}),
    (loss_styles.STATIC, "Tanh.f_prime", {"x": X}, {}, {"x": ""}),
    (loss_styles.STATIC, "Activations.softplus_derivative", {"z": X}, {}, {"z": ""}),
    (loss_styles.STATIC, "Activations.elu_grad", {"z": X}, {}, {"z": ""}),
    (loss_styles.SQUARES, "SquareLoss.gradient", {"y": X, "y_pred": X2}, {}, {"y_pred": ""}),
    (loss_styles.MEAN, "MSE.grad", {"predicted": X, "actual": X2}, {}, {"predicted": ""}),
    (loss_styles.BY_EXAMPLE, "CategoricalCrossentropy.backward", {"y_pred": T, "y_true": ONE_HOT}, {},
     {"y_pred": "self.dinputs"}),
    (loss_styles.SOFTMAX, "SoftmaxWithLoss.backward", {"x": X, "t": LABELS}, {}, {"x": ""}),
    (loss_styles.FUNCTION, "Exp.backward", {"a": X}, {}, {"a": ""}),
    (loss_styles.FUNCTION, "Mul.backward", {"a": X, "b": X2}, {}, {"a": "", "b": ""}),
    (network_styles.NETWORK, "TwoLayerNet.gradient", {"x": X, "t": R.randn(4, 2)},
     {"n_in": 3, "n_hidden": 5, "n_out": 2},
     {"self.params.W1": "W1", "self.params.b1": "b1", "self.params.W2": "W2", "self.params.b2": "b2"}),
    (network_styles.NETWORK, "Sequential.backward", {"x": X}, {"n_in": 3, "n_out": 2},
     {"x": "grad", "self.layers.0.W": "self.layers.0.dW", "self.layers.0.b": "self.layers.0.db",
      "self.layers.2.W": "self.layers.2.dW", "self.layers.2.b": "self.layers.2.db"}),
    (network_styles.NETWORK, "LossAndGradients.loss", {"X": X, "y": R.randn(4, 5), "reg": 0.7}, SIZES,
     {"self.params.W": "W", "self.params.b": "b"}),
    (network_styles.LOSS_BETWEEN, "NeuralNetwork.backward", {"X": X, "y": R.rand(4, 2)},
     {"n_in": 3, "n_hidden": 5, "n_out": 2},
     {"self.W1": "", "self.b1": "", "self.W2": "", "self.b2": ""}),
    (network_styles.NUMBER, "LogisticRegression.backward", {"X": X, "y": R.rand(4, 1)}, {"n": 3},
     {"self.w": "self.dw", "self.b": "self.db"}),
    (network_styles.NUMBER, "PReLU.backward", {"x": X}, {}, {"x": "", "self.alpha": "self.dalpha"}),
    (loss_styles.WHOLE_NUMBERS, "ReLU.gradient", {"x": X}, {}, {"x": ""}),
    (loss_styles.ENGINE, "Square.backward", {"x": X}, {}, {"x": ""}),
    (state_styles.ACTIVATED, "ActivationLayer.backward_propagation", {"input_data": X}, {}, {"input_data": ""}),
    (state_styles.ACTIVATED, "Dense.backward", {"x": X}, {**SIZES, "activation": "tanh"},
     {"x": "back", "self.w": "the change of self.w", "self.b": "the change of self.b"}),
    (state_styles.SHARED, "Scale.backward", {"x": X}, {"n": 3}, {"x": "", "self.scale": "self.dscale"}),
    (state_styles.HANDED, "Dense.backward", {"inputs": X}, SIZES,
     {"inputs": "", "self.params.W": "self.optimizer.gradients.dW", "self.params.b": "self.optimizer.gradients.db"}),
    (state_styles.HANDED, "Stored.backward", {"x": X}, SIZES, {"x": "", "self.weights.W": ""}),
    (loss_styles.AVERAGED, "ByRow.backward", {"y_pred": X, "y_true": X2}, {}, {"y_pred": ""}),
    (loss_styles.AVERAGED, "ByRowAndBatch.backward", {"y_pred": X, "y_true": X2}, {}, {"y_pred": ""}),
    (loss_styles.AVERAGED, "ByEntry.gradient", {"p": T / 2, "y": R.rand(4, 3)}, {}, {"p": ""}),
    (loss_styles.AVERAGED, "ByColumn.gradient", {"x": X, "y": X2}, {}, {"x": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("style", "check", "arguments", "construct", "expected"), RIGHT)
def test_a_right_class_in_every_style(
    tmp_path: Path,
    style: str,
    check: str,
    arguments: dict[str, Any],
    construct: dict[str, Any],
    expected: dict[str, str],
) -> None:
    pair = prepared(tmp_path, style, check, arguments, construct)
    found = called(pair)
    assert found.keys() == expected.keys()
    assert all(not name or found[primal] == name for primal, name in expected.items())
    assert not wrong(pair)


def test_of_output(tmp_path: Path) -> None:
    reading = {"of": "output"}
    assert not wrong(prepared(tmp_path, loss_styles.OF_OUTPUT, "Sigmoid.derivative", {"z": X}, reading=reading))
    assert wrong(prepared(tmp_path, loss_styles.OF_OUTPUT, "Sigmoid.derivative", {"z": X})) == {"z"}
