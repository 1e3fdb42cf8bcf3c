"""Layers with lazily built parameters, channels last."""
from __future__ import annotations

import abc
from typing import Optional

import numpy as np


class Layer(abc.ABC):
    trainable = True

    def __init__(self, name: Optional[str] = None) -> None:
        self.name = name or type(self).__name__.lower()
        self.built = False

    def build(self, shape: tuple) -> None:
        self.built = True

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        return self.forward(inputs)

    @abc.abstractmethod
    def forward(self, inputs: np.ndarray) -> np.ndarray: ...

    @abc.abstractmethod
    def backward(self, grad: np.ndarray) -> np.ndarray: ...


class Dense(Layer):
    def __init__(self, units: int, name: Optional[str] = None) -> None:
        super().__init__(name)
        self.units = units
        self.kernel = None
        self.bias = None

    def build(self, shape: tuple) -> None:
        limit = np.sqrt(6 / (shape[-1] + self.units))
        self.kernel = np.random.uniform(-limit, limit, (shape[-1], self.units))
        self.bias = np.zeros(self.units)
        super().build(shape)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        if not self.built:
            self.build(inputs.shape)
        self.inputs = inputs
        return inputs @ self.kernel + self.bias

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.dkernel = self.inputs.T @ grad
        self.dbias = grad.sum(axis=0)
        return grad @ self.kernel.T


class Dropout(Layer):
    trainable = False

    def __init__(self, rate: float = 0.4, training: bool = True) -> None:
        super().__init__()
        self.rate = rate
        self.training = training

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        if not self.training:
            self.mask = np.ones_like(inputs)
            return inputs
        self.mask = np.random.binomial(1, 1 - self.rate, size=inputs.shape)
        return inputs * self.mask / (1 - self.rate)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.mask


class BatchNormalization(Layer):
    def __init__(self, epsilon: float = 1e-3, momentum: float = 0.99) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.momentum = momentum
        self.gamma = self.beta = None

    def build(self, shape: tuple) -> None:
        n = shape[-1]
        self.gamma, self.beta = np.ones(n), np.zeros(n)
        self.moving_mean, self.moving_var = np.zeros(n), np.ones(n)
        super().build(shape)

    def forward(self, inputs: np.ndarray, training: bool = True) -> np.ndarray:
        """inputs: (batch, features)"""
        if not self.built:
            self.build(inputs.shape)
        self.training = training
        if training:
            mean, var = inputs.mean(axis=0), inputs.var(axis=0)
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_var = self.momentum * self.moving_var + (1 - self.momentum) * var
        else:
            mean, var = self.moving_mean, self.moving_var
        self.std = np.sqrt(var + self.epsilon)
        self.normed = (inputs - mean) / self.std
        return self.gamma * self.normed + self.beta

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.dgamma = (grad * self.normed).sum(axis=0)
        self.dbeta = grad.sum(axis=0)
        if not self.training:
            return grad * self.gamma / self.std
        n = len(grad)
        return self.gamma / (n * self.std) * (n * grad - self.dbeta - self.normed * self.dbeta)


class LayerNormalization(Layer):
    def __init__(self, width: int, epsilon: float = 1e-3) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.gamma = np.ones(width)
        self.beta = np.zeros(width)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """inputs: (batch, time, width)"""
        mean = inputs.mean(axis=-1, keepdims=True)
        self.std = np.sqrt(inputs.var(axis=-1, keepdims=True) + self.epsilon)
        self.normed = (inputs - mean) / self.std
        return self.gamma * self.normed + self.beta

    def backward(self, grad: np.ndarray) -> np.ndarray:
        axes = tuple(range(grad.ndim - 1))
        self.dgamma = np.sum(grad * self.normed, axis=axes)
        self.dbeta = np.sum(grad, axis=axes)
        d = grad * self.gamma
        centred = d - np.mean(d, axis=-1, keepdims=True)
        return (centred - self.normed * np.mean(d * self.normed, axis=-1, keepdims=True)) / self.std


class Conv2D(Layer):
    def __init__(self, filters: int, kernel_size: int = 3, strides: int = 2) -> None:
        super().__init__()
        self.filters, self.size, self.strides = filters, kernel_size, strides
        self.kernel = self.bias = None

    def build(self, shape: tuple) -> None:
        self.kernel = np.random.randn(self.size, self.size, shape[-1], self.filters) * 0.1
        self.bias = np.zeros(self.filters)
        super().build(shape)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """inputs: (batch, height, width, channels)"""
        if not self.built:
            self.build(inputs.shape)
        self.inputs = inputs
        n, h, w, _ = inputs.shape
        k, s = self.size, self.strides
        out = np.zeros((n, (h - k) // s + 1, (w - k) // s + 1, self.filters))
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                patch = inputs[:, i * s:i * s + k, j * s:j * s + k, :]
                out[:, i, j, :] = np.tensordot(patch, self.kernel, axes=3) + self.bias
        return out

    def backward(self, grad: np.ndarray) -> np.ndarray:
        k, s = self.size, self.strides
        dinputs = np.zeros_like(self.inputs)
        self.dkernel = np.zeros_like(self.kernel)
        self.dbias = grad.sum(axis=(0, 1, 2))
        for i in range(grad.shape[1]):
            for j in range(grad.shape[2]):
                patch = self.inputs[:, i:i + k, j:j + k, :]
                self.dkernel += np.einsum("nabc,nf->abcf", patch, grad[:, i, j, :])
                dinputs[:, i * s:i * s + k, j * s:j * s + k, :] += np.einsum("nf,abcf->nabc", grad[:, i, j, :], self.kernel)
        return dinputs


class MaxPooling2D(Layer):
    trainable = False

    def __init__(self, pool_size: int = 2) -> None:
        super().__init__()
        self.p = pool_size

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """inputs: (batch, height, width, channels); what does not fill a window is left out"""
        p = self.p
        n, h, w, c = inputs.shape
        self.shape = inputs.shape
        cut = inputs[:, :h // p * p, :w // p * p].reshape(n, h // p, p, w // p, p, c)
        cut = cut.transpose(0, 1, 3, 5, 2, 4).reshape(n, h // p, w // p, c, p * p)
        self.index = cut.argmax(axis=-1)
        return cut.max(axis=-1)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        p = self.p
        n, h, w, c = self.shape
        onehot = np.arange(p * p) == self.index[..., None]
        spread = (onehot * grad[..., None]).reshape(n, h // p, w // p, c, p, p).transpose(0, 1, 4, 2, 5, 3)
        out = np.zeros(self.shape)
        out[:, :h // p * p, :w // p * p] = spread.reshape(n, h // p * p, w // p * p, c)
        return out


class UpSampling2D(Layer):
    trainable = False

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.size = size

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """inputs: (batch, height, width, channels)"""
        return np.kron(inputs, np.ones((1, self.size, self.size, 1)))

    def backward(self, grad: np.ndarray) -> np.ndarray:
        n, h, w, c = grad.shape
        s = self.size
        return grad.reshape(n, h // s, s, w // s, s, c).mean(axis=(2, 4))


class Flatten(Layer):
    trainable = False

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        self.shape = inputs.shape
        return inputs.reshape(len(inputs), -1)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad.reshape(self.shape)


class Activation(Layer):
    trainable = False
    functions = {
        "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
        "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        "linear": (lambda x: x, lambda x: np.ones_like(x)),
    }

    def __init__(self, kind: str = "tanh") -> None:
        super().__init__()
        self.f, self.df = self.functions[kind]

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        self.inputs = inputs
        return self.f(inputs)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.df(self.inputs)


class SimpleRNN(Layer):
    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.kernel = np.random.randn(features, units) * 0.5
        self.recurrent = np.random.randn(units, units) * 0.5

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """inputs: (batch, time, features); the last state is returned"""
        self.inputs = inputs
        self.states = [np.zeros((inputs.shape[0], self.recurrent.shape[0]))]
        for t in range(inputs.shape[1]):
            self.states.append(np.tanh(inputs[:, t] @ self.kernel + self.states[-1] @ self.recurrent))
        return self.states[-1]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.dkernel = np.zeros_like(self.kernel)
        self.drecurrent = np.zeros_like(self.recurrent)
        dinputs = np.zeros_like(self.inputs)
        for t in range(self.inputs.shape[1] - 1, -1, -1):
            da = grad * (1 - self.states[t + 1] ** 2)
            self.dkernel += self.inputs[:, t].T @ da
            self.drecurrent = self.states[t].T @ da
            dinputs[:, t] = da @ self.kernel.T
            grad = da @ self.recurrent.T
        return dinputs


class Sequential:
    def __init__(self, layers: Optional[list] = None) -> None:
        self.layers = layers if layers is not None else [Dense(4), Activation("tanh"), Dense(2)]

    def forward(self, x: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad


class MeanSquaredError:
    def forward(self, y_pred: np.ndarray, y_true: np.ndarray) -> float:
        """y_pred, y_true: (batch, outputs)"""
        self.diff = y_pred - y_true
        return float(np.mean(np.sum(self.diff ** 2, axis=1)))

    def backward(self) -> np.ndarray:
        return 2 * self.diff / len(self.diff)


class CategoricalCrossentropy:
    """y_true: one-hot, (batch, classes)"""

    def forward(self, logits: np.ndarray, y_true: np.ndarray) -> float:
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y_true = y_true
        return -np.sum(y_true * (logits - logits.max(axis=1, keepdims=True) - np.log(e.sum(axis=1, keepdims=True)))) / len(logits)

    def backward(self) -> np.ndarray:
        return (self.p - self.y_true) / self.p.shape[0]
