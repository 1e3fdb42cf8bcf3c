"""What looks like a gradient and is none, what is meant otherwise than it looks: right ones, each with a wrong twin."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from reference.pairs.judge import judge_pair
from reference.pairs.result import PairResult
from tests.reference.pairs.in_process import pairs_of
from tests.reference.pairs.test_nothing_green_unseen import judged

pytestmark = pytest.mark.slow


class Twin(NamedTuple):
    text: str
    right: str  # in place of PART
    wrong: str
    said: str = ""  # of the right one: nothing, "warning" or "inconclusive"
    found: str = "error"  # of the wrong one


TWINS = {
    "what is written at an index": Twin("""
        def put_forward(x, v, index):
            out = x.copy()
            out[index] = v
            return out, (x, index)

        def put_backward(dout, cache):
            x, index = cache
            dx = dout.copy()
            dx[index] = PART
            return dx, dout[index]
    """, "0", "1"),
    "what is read at an index is summed": Twin("""
        def rows_forward(W, x):
            return W[x] * 2, (W, x)

        def rows_backward(dout, cache):
            W, x = cache
            dW = np.zeros_like(W)
            PART
            return dW
    """, "np.add.at(dW, x, 2 * dout)", "dW[x] += 2 * dout"),
    "a slope of its own is kept, and what is handed back is the gradient": Twin("""
        class Gelish:
            def forward(self, x):
                self.x, self.s = x, np.tanh(x)
                return x * self.s

            def backward(self, upstream):
                self.dy_dx = self.s + PART * (1 - self.s ** 2)
                return upstream * self.dy_dx
    """, "self.x", "self.s"),
    "labels that are called as what a gradient is of": Twin("""
        class Surprise:
            def __call__(self, y, guess):
                self.y, self.guess = y, guess
                return -np.sum(y * np.log(guess) + (1 - y) * np.log(1 - guess)) / len(y)

            def gradient(self):
                self.dL_dy = ((1 - self.y) / (1 - self.guess) PART self.y / self.guess) / len(self.y)
                return self.dL_dy
    """, "-", "+"),
    "labels that are called as what a gradient is of, in functions": Twin("""
        def surprise(y, y_pred):
            return -np.sum(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred)) / len(y)

        def surprise_grad(y, y_pred):
            dL_dy = ((1 - y) / (1 - y_pred) PART y / y_pred) / len(y)
            return dL_dy
    """, "-", "+"),
    "two that are multiplied, of which one is called y": Twin("""
        class Product:
            def forward(self, x, y):
                self.x, self.y = x, y
                return x * y

            def backward(self, dout):
                return dout * self.y, dout * PART
    """, "self.x", "self.y"),
    "labels and predictions that are called each as the other": Twin("""
        class Squares:
            def __call__(self, y, y_hat):
                self.input, self.y_hat = y, y_hat
                return np.mean((y - y_hat) ** 2)

            def backwards(self):
                self.grad = 2 * (self.input PART self.y_hat) / self.input.size
    """, "-", "+"),
    "scores and labels that are called each as the other": Twin("""
        class Surprise:
            def __call__(self, y, y_hat):
                self.p, self.y_hat = self.softmax(y), y_hat
                return -np.mean(np.sum(y_hat * np.log(self.p), axis=1))

            @staticmethod
            def softmax(y):
                e = np.exp(y)
                return e / e.sum(axis=1, keepdims=True)

            def backwards(self):
                return (self.p PART self.y_hat) / len(self.p)
    """, "-", "+"),
    "what a loss has worked out comes back under the name of a gradient": Twin("""
        class Surprise:
            def forward(self, inputs, y_true):
                e = np.exp(inputs)
                self.output = e / e.sum(axis=1, keepdims=True)
                return -np.mean(np.log(self.output[np.arange(len(inputs)), y_true]))

            def backward(self, dvalues, y_true):
                self.dinputs = dvalues.copy()
                self.dinputs[np.arange(len(dvalues)), y_true] -= PART
                self.dinputs = self.dinputs / len(dvalues)
    """, "1", "2"),
    "what the logarithm is taken of, beside what is called otherwise": Twin("""
        class Surprise:
            def loss(self, y, wanted):
                return -np.mean(wanted * np.log(y))

            def loss_der(self, y, wanted):
                return -wanted / y / PART
    """, "y.size", "(-y.size)"),
    "a gradient that is declared in one configuration, and has a guard in the other": Twin("""
        def loss_and_grad(F, y, softmax_out):
            p = F if softmax_out else np.exp(F) / np.exp(F).sum(axis=1, keepdims=True)
            loss = -np.mean(np.log(p[np.arange(len(F)), y] + 1e-8))
            grad = p.copy()
            grad[np.arange(len(F)), y] -= PART
            return loss, grad / len(F)
    """, "1", "2", "inconclusive"),
    "a prediction that is called predict": Twin("""
        class Surprise:
            def loss(self, predict, target):
                p = np.clip(predict, 1e-12, 1 - 1e-12)
                return -np.sum(target * np.log(p) + (1 - target) * np.log(1 - p)) / len(target)

            def gradient(self, predict, target):
                p = np.clip(predict, 1e-12, 1 - 1e-12)
                return ((1 - target) / (1 - p) - PART / p) / len(target)
    """, "target", "(1 - target)"),
    "a softmax that is handed the labels of its loss": Twin("""
        class Last:
            def forward(self, z):
                e = np.exp(z - z.max(axis=1, keepdims=True))
                self.p = e / e.sum(axis=1, keepdims=True)
                return self.p

            def backward(self, labels):
                return self.p PART labels
    """, "-", "+", "inconclusive"),
    "a mean over the examples of a sigmoid with its loss": Twin("""
        class Gate:
            def forward(self, z):
                self.p = 1 / (1 + np.exp(-z))
                return self.p

            def backward(self, eta):  # eta are the labels
                return (self.p - eta) PART len(eta)
    """, "/", "*", "inconclusive"),
    "one number an example, by what the sigmoid was given": Twin("""
        class Surprise:
            def __call__(self, guess, y):
                return -np.mean(y * np.log(guess) + (1 - y) * np.log(1 - guess))

            def backward(self, guess, y):
                return (guess PART y) / len(y)
    """, "-", "+", "inconclusive"),
    "a loss of every example, by what the softmax was given": Twin("""
        class Surprise:
            def __call__(self, y, y_pred):
                return -np.sum(y * np.log(y_pred), axis=1, keepdims=True)

            def derivative(self, y, y_pred):
                return y_pred PART y
    """, "-", "+", "inconclusive"),
    "one example, with a guard in its logarithm": Twin("""
        class Surprise:
            def forward(self, scores, label):
                e = np.exp(scores - np.max(scores))
                self.p, self.label = e / np.sum(e), label
                return -np.log(self.p[label] + 1e-9)

            def backward(self):
                grad = self.p.copy()
                grad[self.label] -= PART
                return grad
    """, "1", "2", "warning"),
    "a value for when it cannot be worked out is not what is missing": Twin("""
        def surprise_loss(scores, labels):
            p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            try:
                loss = -np.mean(np.log(p[np.arange(len(p)), labels]))
            except FloatingPointError:
                loss = None
            grad = p.copy()
            grad[np.arange(len(p)), labels] -= 1
            grad /= PART
            return loss, grad
    """, "len(p)", "p.size"),
    "a step that a loss works out": Twin("""
        def squares_loss(y_true, y_pred, learning_rate):
            loss = np.sum((y_pred - y_true) ** 2) / len(y_true)
            grad = (y_true - y_pred) / len(y_true)
            return loss, PART * learning_rate * grad
    """, "2", "3", "inconclusive"),
    "what is left of a template behind the end": Twin("""
        class Affine:
            def __init__(self, ins, outs):
                self.W = np.random.randn(ins, outs)

            def forward(self, x):
                self.x = x
                return x @ self.W

            def backward(self, dout):
                self.dW = self.x.T @ dout
                dx = dout @ PART
                return dx
                dx = None  # TODO
                raise NotImplementedError
    """, "self.W.T", "(2 * self.W.T)"),
    "a node that hands on what it does not keep": Twin("""
        class Node:
            def __init__(self):
                self.output, self.grad = None, None

            def __call__(self):
                self.output = self.forward() if self.output is None else self.output
                return self.output

            def backward(self, grad):
                self.grad = grad if self.grad is None else self.grad + grad


        class Cubed(Node):
            def __init__(self, node):
                super().__init__()
                self.node = node

            def forward(self):
                return self.node() ** 3

            def backward(self, grad):
                self.node.backward(PART * grad * self.node.output ** 2)
                super().backward(grad)
    """, "3", "2"),
    "two arrays in one list, as it is documented": Twin("""
        class Step:
            def __init__(self, ins, units):
                self.U, self.V = np.random.randn(ins, units), np.random.randn(units, units)

            def forward(self, inputs):
                '''inputs: [what comes in, of shape (batch, ins), the state, of shape (batch, units)]'''
                self.out = np.tanh(inputs[0] @ self.U + inputs[1] @ self.V)
                return self.out

            def backward(self, dout, inputs):
                d = dout * (1 - self.out ** 2)
                self.dU, self.dV = inputs[0].T @ d, inputs[1].T @ PART
                return [d @ self.U.T, d @ self.V.T]
    """, "d", "dout"),
    "functions that a class only holds": Twin("""
        class Squares:
            def loss(y_true, y_pred):
                return np.sum((y_pred - y_true) ** 2) / 2

            def derivative(y_true, y_pred):
                return y_pred PART y_true
    """, "-", "+"),
    "one entry of what comes in counts": Twin("""
        class Last:
            def __init__(self, ins, outs):
                self.w = np.random.randn(ins, outs)

            def forward(self, x):
                self.x, self.t = x, x @ self.w
                return np.exp(self.t) / np.exp(self.t).sum()

            def backprop(self, dout, rate):
                for k, g in enumerate(dout):
                    if g == 0:
                        continue
                    p = np.exp(self.t) / np.exp(self.t).sum()
                    dt = -p[k] * p * g
                    dt[k] = p[k] * (1 - PART) * g
                    dx = self.w @ dt
                    self.w -= rate * np.outer(self.x, dt)
                    return dx
    """, "p[k]", "p[k] / 2"),
    "refused by a method that names the one to call": Twin("""
        class Affine:
            def __init__(self, ins, outs):
                self.W = np.random.randn(ins, outs)

            def forward(self, x):
                self.x = x
                return x @ self.W

            def gradient(self):
                raise NotImplementedError("there is none: use backward() here")

            def backward(self, dout):
                self.dW = self.x.T @ dout
                return dout @ PART
    """, "self.W.T", "(2 * self.W.T)"),
    "a step of a layer that has nothing to learn": Twin("""
        class Middle:
            def forward(self, x):
                '''x: (N, H, W, C)'''
                self.shape = x.shape
                return x.mean(axis=(1, 2), keepdims=True)

            def SGD(self, error):
                return np.ones(self.shape) * error / (self.shape[1] * self.shape[PART])

            def backward(self, lr=1e-3, weight_decay=1e-4):
                pass
    """, "2", "3"),
    "a step beside the pass that leaves what it goes by": Twin("""
        class Scaling:
            def __init__(self, size):
                self.w = np.random.randn(size)

            def forward(self, x):
                '''x: (N, size)'''
                self.x = x
                return x * self.w

            def gradient(self, dout):
                self.dw = (dout * self.x).sum(axis=0)
                return dout * PART

            def backward(self, alpha=0.01, momentum=0.9):
                self.w -= alpha * self.dw
    """, "self.w", "self.x"),
    "a number that has only so many digits": Twin("""
        def bow_forward(x):
            inner = 0.79788456 * x * (1 + 0.044715 * x * x)
            return 0.5 * x * (1 + np.tanh(inner)), x

        def bow_backward(dout, x):
            t = np.tanh(0.79788456 * x * (1 + 0.044715 * x * x))
            return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (0.79788456 + PART * x * x))
    """, "0.1070322243", "0.1070322343", "warning"),
    "a number that is cut off": Twin("""
        def bell_forward(x):
            return np.sqrt(2 / np.pi) * np.sin(x), x

        def bell_backward(dout, x):
            return PART * dout * np.cos(x)
    """, "0.7978845", "0.7978836", "warning"),
    "a number that has so many digits, in one place of two": Twin("""
        SLOPE = 1.04719755

        def arc_forward(x, w):
            '''x (N, D), w (N, D)'''
            return np.sin(np.pi / 3 * x) * w, (x, w)

        def arc_backward(dout, cache):
            x, w = cache
            return dout * SLOPE * np.cos(np.pi / 3 * x) * w, dout * np.sin(np.pi / 3 * x) PART
    """, "", "* SLOPE", "warning"),
    "labels that a loss is told of beforehand": Twin("""
        class Surprise:
            def set_target(self, T):
                self.T = T

            def forward(self, Z):
                self.count, self.classes = Z.shape
                self.picked = Z[np.arange(self.count), self.T]
                return -np.log(self.picked)

            def backward(self):
                grad = np.zeros((self.count, self.classes))
                grad[np.arange(self.count), self.T] = -1 / self.picked PART
                return grad
    """, "", "/ self.classes"),
    "an option that is 1 unless it is told": Twin("""
        class Elu:
            def __init__(self, alpha=1.0):
                self.alpha = alpha

            def forward(self, x):
                self.x = x
                return np.where(x > 0, x, self.alpha * (np.exp(x) - 1))

            def backward(self, grad):
                return grad * np.where(self.x > 0, 1.0, PART)
    """, "self.alpha * np.exp(self.x)", "np.exp(self.x)"),
    "an option of a function and its derivative, without a point": Twin("""
        def softplus(x, steepness=1, prime=False):
            if prime:
                return PART
            return np.log1p(np.exp(steepness * x)) / steepness
    """, "1 / (1 + np.exp(-steepness * x))", "1 / (1 + np.exp(-x))"),
    "an option that the backward pass is not told": Twin("""
        def swish(x, sharpness=1.0):
            return x / (1 + np.exp(-sharpness * x))

        def swish_backward(dout, x):
            s = 1 / (1 + np.exp(-x))
            return dout * (s + x * s * (1 - s)) PART
    """, "", "* 2"),
    "a mean over the batch, which is an input's gradient over its outputs as well": Twin("""
        def affine_forward(x, w, b):
            '''x: (N, D), w: (D, M), b: (M,)'''
            return x @ w + b, (x, w, b)

        def affine_backward(dout, cache):
            x, w, b = cache
            return dout @ w.T PART, x.T @ dout, dout.sum(axis=0)
    """, "", "/ dout.shape[1]"),
    "a mean over features, of which each is normalised by itself": Twin("""
        def batchnorm_forward(x, gamma, beta):
            '''x: (N, D), gamma: (D,), beta: (D,)'''
            std = np.sqrt(x.var(axis=0) + 1e-5)
            xhat = (x - x.mean(axis=0)) / std
            return gamma * xhat + beta, (xhat, gamma, std)

        def batchnorm_backward(dout, cache):
            xhat, gamma, std = cache
            dgamma, dbeta = np.sum(dout * xhat, axis=0), np.sum(dout, axis=0) PART
            dxhat = dout * gamma
            dx = (dxhat - dxhat.mean(axis=0) - xhat * np.mean(dxhat * xhat, axis=0)) / std
            return dx, dgamma, dbeta
    """, "", "/ dout.shape[1]"),
    "a border that is cut off as it should be at one padding alone": Twin("""
        def frame_forward(x, w, pad=1):
            '''x: (N, H, W), w: (W,)'''
            return np.pad(x * w, ((0, 0), (pad, pad), (pad, pad))), (x, w, pad)

        def frame_backward(dout, cache):
            x, w, pad = cache
            H, W = x.shape[1:]
            inner = dout[:, pad:pad + H, pad:pad + W]
            dx = (dout[:, :, pad:pad + W] * w)[:, pad:pad + PART]
            return dx, (inner * x).sum(axis=(0, 1))
    """, "H", "H * pad"),
    "static methods of a class that nobody can construct": Twin("""
        class Net:
            def __init__(self, *sizes):
                self.first = sizes[0]

            @staticmethod
            def squash(z):
                return 1 / (1 + np.exp(-z))

            @staticmethod
            def squash_prime(z):
                s = Net.squash(z)
                return s * (1 - s) PART
    """, "", "* 2"),
    "a forward pass that keeps its input if it is asked to": Twin("""
        class Map:
            def __init__(self, n, k):
                self.weight = np.random.randn(n, k)
                self.kept = None

            def __call__(self, x, save_inp=False):
                if save_inp:
                    self.kept = x
                return x @ self.weight

            def backward(self, grad):
                self.grad = self.kept.T @ grad PART
                return grad @ self.weight.T
    """, "", "* 2"),
    "widths of hidden layers in a list": Twin("""
        class Chain:
            def __init__(self, hidden_layer_sizes, input_size, output_size):
                sizes = [input_size] + list(hidden_layer_sizes) + [output_size]
                self.weights = [np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]

            def train(self, X, y, rate, epochs):
                for _ in range(epochs):
                    seen = [X]
                    for w in self.weights:
                        seen.append(seen[-1] @ w)
                    d = seen[-1] - y
                    for k in reversed(range(len(self.weights))):
                        step = seen[k].T @ d
                        d = d @ self.weights[k].T PART
                        self.weights[k] -= rate * step
    """, "", "* 2"),
    "a number whose gradient is an array of one entry": Twin("""
        class Odds:
            def __init__(self, columns):
                self.w = np.random.uniform(-1, 1, columns)
                self.b = 0

            def forward(self, x):
                return 1 / (1 + np.exp(-(x @ self.w + self.b)))

            def loss(self, y_hat, y):
                return -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))

            def backward(self, x, y_hat, y):
                off = (y_hat - y).reshape(-1, 1)
                dw, db = np.mean(x * off, axis=0), np.PART(off, axis=0)
                return dw, db
    """, "mean", "sum"),
    "an input that is handed back beside its gradient": Twin("""
        class Linear:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)

            def fwd(self, x):
                self.kept = [x]
                return x @ self.W

            def back(self, signal, out):
                x = self.kept.pop()
                dW = x.T @ signal PART
                signal = signal @ self.W.T
                return signal, x, dW
    """, "", "* 2"),
    "a formula's own delta": Twin("""
        class Mish:
            def omega(self, x):
                return 4 * (x + 1) + 4 * np.exp(2 * x) + np.exp(3 * x) + np.exp(x) * (4 * x + 6)

            def delta(self, x):
                return 2 * np.exp(x) + np.exp(2 * x) + 2

            def forward(self, x):
                self.x = x
                return x * np.tanh(np.log(1 + np.exp(x)))

            def backward(self, dout):
                x = self.x
                return dout * np.exp(x) * self.omega(x) / self.delta(x) PART
    """, "** 2", ""),
    "weights in a list that the class holds": Twin("""
        class Net:
            weights = []

            def __init__(self, sizes):
                self.depth = len(sizes) - 1
                for a, b in zip(sizes[:-1], sizes[1:]):
                    self.weights.append(0.1 * np.random.randn(a, b))

            def train(self, X, y, rate=0.2):
                outs = [X]
                for w in self.weights:
                    outs.append(np.tanh(outs[-1] @ w))
                delta = (outs[-1] - y) * (1 - outs[-1] ** 2)
                for k in reversed(range(self.depth)):
                    step = outs[k].T @ delta
                    delta = delta @ self.weights[k].T * (1 - outs[k] ** PART)
                    self.weights[k] -= rate * step
    """, "2", "3"),
    "what another pass does is left empty": Twin("""
        class Scaling:
            def __init__(self, size):
                self.w = np.random.randn(size)

            def forward(self, x):
                '''x: (N, size)'''
                self.x = x
                return x * self.w

            def backward(self, dout):
                self.dw = (dout * self.x).sum(axis=0)
                return dout * PART

            def calc_grad(self):
                pass
    """, "self.w", "self.x"),
    "a constant that the way back alone has": Twin("""
        class Middle:
            def __init__(self, input_shape):
                # input_shape: (N, H, W, C)
                self.share = np.ones(input_shape) / (input_shape[1] * input_shape[2]) PART

            def forward(self, x):
                # x: (N, H, W, C)
                return x.mean(axis=(1, 2), keepdims=True)

            def backward(self, dout):
                return dout * self.share
    """, "", "* (1 + 1e-6)"),
    "gradients that travel as rows beside examples in columns": Twin("""
        class Norm:
            def __init__(self, inputDim):
                self.gamma, self.beta = np.ones((inputDim, 1)), np.zeros((inputDim, 1))

            def forward(self, x):
                self.std = np.sqrt(np.var(x, axis=1, keepdims=True) + 1e-12)
                self.unit = (x - np.mean(x, axis=1, keepdims=True)) / self.std
                return PART self.gamma * self.unit + self.beta

            def backward(self, grads):
                n = self.unit.shape[1]
                self.gradBeta = np.dot(grads.T, np.ones((n, 1))) / n
                self.gradGamma = np.dot(grads.T * self.unit, np.ones((n, 1))) / n
                g = grads.T * self.gamma / self.std
                dx = g - g.mean(axis=1, keepdims=True) - self.unit * np.mean(g * self.unit, axis=1, keepdims=True)
                return dx.T
    """, "", "2 *", "inconclusive", "inconclusive"),
    "gradients that travel as rows beside examples in columns, under a name of nothing": Twin("""
        class Norm:
            def __init__(self, inputDim, every=3):
                self.gamma, self.beta = np.ones((inputDim, 1)), np.zeros((inputDim, 1))

            def forward(self, x):
                self.std = np.sqrt(np.var(x, axis=1, keepdims=True) + 1e-12)
                self.unit = (x - np.mean(x, axis=1, keepdims=True)) / self.std
                return PART self.gamma * self.unit + self.beta

            def backward(self, grads):
                n = self.unit.shape[1]
                self.gradBeta = np.dot(grads.T, np.ones((n, 1))) / n
                self.gradGamma = np.dot(grads.T * self.unit, np.ones((n, 1))) / n
                g = grads.T * self.gamma / self.std
                dx = g - g.mean(axis=1, keepdims=True) - self.unit * np.mean(g * self.unit, axis=1, keepdims=True)
                dx1 = dx.T
                return dx1
    """, "", "2 *", "inconclusive", "inconclusive"),
    "steps that are kept": Twin("""
        class Dense:
            def __init__(self, ins, outs):
                self.W, self.U = np.random.randn(ins, outs), np.random.randn(ins, outs)

            def forward(self, x):
                self.x = x
                return np.tanh(x @ self.W) + x @ self.U

            def backward(self, dout, lr):
                d = dout * (1 - np.tanh(self.x @ self.W) ** 2)
                self.dU = self.x.T @ dout * lr
                self.dW = self.x.T @ PART * lr
                self.W, self.U = self.W - self.dW, self.U - self.dU
                return d @ self.W.T + dout @ self.U.T if lr == 0 else None
    """, "d", "dout"),
    "a step with a decay": Twin("""
        class Dense:
            def __init__(self, ins, outs):
                self.W = np.random.randn(ins, outs)

            def forward(self, x):
                self.x = x
                return x @ self.W

            def backward(self, dout, lr=0.1):
                self.dW = (self.x.T @ dout + 0.1 * self.W) * lr
                dx = PART @ self.W.T
                self.W -= self.dW
                return dx
    """, "dout", "(-dout)", "inconclusive"),
    "of one class there is nothing to see": Twin("""
        class Last:
            def forward(self, x):
                self.e = np.exp(x)
                self.total = np.sum(self.e, axis=1)
                return self.e / self.total[:, None]

            def backward(self, dout):
                p = self.e / self.total[:, None]
                PART
                return p * (dout - np.sum(dout * p, axis=1, keepdims=True))
    """, "", "assert dout.shape[1] == 1", found="inconclusive"),
    "a mask that an earlier call has left": Twin("""
        class Largest:
            def forward(self, x):
                '''x: (N, D)'''
                if PART:
                    self.mask = np.zeros_like(x)
                self.mask[np.arange(len(x)), x.argmax(axis=1)] = 1
                return x.max(axis=1)

            def backward(self, dout):
                return self.mask * dout[:, None]
    """, "True", 'not hasattr(self, "mask") or self.mask.shape != x.shape', found="inconclusive"),
    "a state that is there to be kept": Twin("""
        class Mean:
            def __init__(self, size):
                self.w, self.seen = np.random.randn(size), np.zeros(size)

            def forward(self, x):
                '''x: (N, size)'''
                self.x, self.seen = x, 0.9 * self.seen + 0.1 * x.mean(axis=0)
                return x * self.w

            def backward(self, dout):
                self.dw = (dout * self.x).sum(axis=0)
                return dout * PART
    """, "self.w", "self.x"),
    "what is left for the layer before": Twin("""
        class Dense:
            def __init__(self, ins, outs):
                self.weights = np.random.randn(ins, outs)

            def forward(self, inputs):
                self.inputs = inputs
                return inputs @ self.weights

            def backward(self, delta):
                self.dWeights = self.inputs.T @ delta
                self.error = PART @ self.weights.T
    """, "delta", "(3 * delta)"),
    "what is left for the layer before, under a name that says nothing": Twin("""
        class Dense:
            def __init__(self, ins, outs):
                self.weights = np.random.randn(ins, outs)

            def forward(self, inputs):
                self.inputs = inputs
                return inputs @ self.weights

            def backward(self, delta):
                self.dWeights = self.inputs.T @ delta
                PART
    """, "return delta @ self.weights.T", "self.below = delta @ self.weights.T", found="inconclusive"),
    "both values of what an answer depends on": Twin("""
        class Running:
            def __init__(self, size, return_sequences=False):
                self.w, self.return_sequences = np.random.randn(size), return_sequences

            def forward(self, x):
                '''x: (N, T, size)'''
                self.x, every = x, np.cumsum(x * self.w, axis=1)
                return every if self.return_sequences else every[:, -1]

            def backward(self, dout):
                if self.return_sequences:
                    d = np.cumsum(dout[:, ::PART], axis=1)[:, ::PART]
                else:
                    d = np.repeat(dout[:, None], self.x.shape[1], axis=1)
                self.dw = (d * self.x).sum(axis=(0, 1))
                return d * self.w
    """, "-1", "1"),
    "a slope written into what it was given": Twin("""
        def relu(x):
            return np.maximum(x, 0)

        def d_relu(x):
            x = PART
            x[x <= 0] = 0
            x[x > 0] = 1
            return x
    """, "x.copy()", "x"),
    "a function written into what it was given, whose slope is told by its output": Twin("""
        def relu(x):
            y = PART
            y[y < 0] = 0
            return y

        def relu_deriv(x):
            return np.array(x > 0, dtype=np.int8)
    """, "x.copy()", "x"),
    "sizes that are kept side by side, and given behind a law": Twin("""
        class Dense:
            def __init__(self, dim_input, num_neurons):
                self.dim_input, self.num_neurons = dim_input, num_neurons
                self.W = np.random.normal(0, np.sqrt(2 / (dim_input + num_neurons)), (dim_input, num_neurons))

            def fprop(self, X):
                self.X = X
                return X @ self.W

            def bprop(self, V):
                self.dW = self.X.T @ V PART
                return V @ self.W.T
    """, "", "/ self.num_neurons"),
    "a number that keeps a divisor from zero on the way back": Twin("""
        class Root:
            def forward(self, x):
                '''x: (N, D), positive'''
                self.root = np.sqrt(x)
                return self.root

            def backward(self, dout):
                return dout * PART * self.root / ((2 * self.root) ** 2 + 1e-8)
    """, "2", "4", said="warning"),
    "a number that the way back forgets": Twin("""
        class Unit:
            def forward(self, x):
                '''x: (N, D)'''
                self.x, self.length = x, (x ** 2).sum(axis=1, keepdims=True)
                return x / (self.length + 1e-6)

            def backward(self, dout):
                length = self.length + PART
                return dout / length - 2 * self.x * (dout * self.x).sum(axis=1, keepdims=True) / length ** 2
    """, "1e-6", "0"),
    "the gradient of what nothing depends on": Twin("""
        class Dense:
            def __init__(self, ins, outs):
                self.weights, self.bias = np.random.randn(ins, outs), np.zeros(outs)

            def forward(self, x):
                self.x = x
                return x @ self.weights PART

            def backward(self, grad_out):
                self.grad_w = self.x.T @ grad_out
                self.grad_b = grad_out.sum(axis=0)
                return grad_out @ self.weights.T
    """, "+ self.bias", "", found="inconclusive"),
    "the slope of a penalty that stands in a loss elsewhere": Twin("""
        class Shrinking:
            def __init__(self, n_in, n_out, l1, l2):
                self.weights, self.l1, self.l2 = np.random.randn(n_in, n_out), l1, l2

            def forward(self, x):
                self.x = x
                return x @ self.weights

            def backward(self, grad_out):
                self.grad_w = self.x.T @ grad_out + self.l1 * np.sign(self.weights)
                self.grad_w += PART * self.l2 * self.weights
                return grad_out @ self.weights.T
    """, "2", "3", said="inconclusive"),
    "a loss of probabilities whose gradient is handed the scores": Twin("""
        def softmax(z):
            e = np.exp(z - z.max())
            return e / e.sum()

        def surprise(probs, labels):
            return -np.sum(labels * np.log(probs))

        def surprise_derivative(scores, labels):
            return PART - labels
    """, "softmax(scores)", "np.sqrt(scores)", said="inconclusive"),
    "what says of itself that it is rough": Twin("""
        class Focused:
            def forward(self, p, t):
                return np.mean((1 - p) ** 2 * (p - t) ** 2)

            def backward(self, p, t):
                # PART gradient, with the focus held
                return 2 * (1 - p) ** 2 * (p - t) / p.size
    """, "simplified", "the", said="inconclusive"),
    "a size that is called as what is returned": Twin("""
        class Doubled:
            def forward(self, q, k):
                self.q, self.k = q, k
                return q * k

            def backward(self, dout):
                '''Returns the gradients PART.'''
                d_q, d_k = dout * self.k, dout * self.q
                return d_q, d_k
    """, "of shapes (n, d_k), (n, d_k): d_q, d_k", "(d_k, d_q)"),
    "a slope that calls its input as an output": Twin("""
        def squash(x):
            return 1 / (1 + np.exp(-x))

        def squash_prime(y):
            return squash(y) * (1 - PART)
    """, "squash(y)", "y"),
    "a slope that is handed an output": Twin("""
        def squash(x):
            return 1 / (1 + np.exp(-x))

        def squash_prime(y):
            return y * (1 PART y)
    """, "-", "+"),
    "a backward pass for training alone": Twin("""
        class Whitened:
            def __init__(self, dim):
                self.mean, self.var = np.zeros(dim), np.ones(dim)

            def forward(self, x, training):
                '''x: (N, dim)'''
                mean, var = x.mean(axis=0), x.var(axis=0)
                if not training:
                    self.unit = (x - self.mean) / np.sqrt(self.var + 0.1)
                    return self.unit
                self.std = np.sqrt(var + 0.1)
                self.unit = (x - mean) / self.std
                return self.unit

            def backward(self, dout):
                self.std = getattr(self, "std", 1.0)
                return (dout - dout.mean(axis=0) - PART * (dout * self.unit).mean(axis=0)) / self.std
    """, "self.unit", "2 * self.unit", said="inconclusive"),
    "gradients by every example, of weights with an axis for them": Twin("""
        class Stacked:
            def __init__(self, n_in, n_out):
                self.W, self.b = np.random.randn(AXIS, n_in), np.random.randn(AXIS, 1)

            def forward(self, x):
                '''x: (N, n_in, 1)'''
                self.x = x
                return np.matmul(self.W, x) + self.b

            def backward(self, dout):
                self.dW, self.db = np.matmul(dout, self.x.transpose(0, 2, 1)), dout
                return np.matmul(np.swapaxes(self.W, -1, -2), dout)
    """.replace("AXIS", "PARTn_out"), "1, ", "", said="inconclusive"),
}  # fmt: skip


def severities(result: PairResult) -> set[str]:
    if result.not_judged is not None:
        return {"inconclusive"}
    return {finding.severity for row in result.rows for finding in row.findings}


@pytest.mark.parametrize("name", TWINS)
def test_the_right_one_is_not_accused_and_its_twin_is_found(name: str, tmp_path: Path) -> None:
    twin = TWINS[name]
    right = severities(judged(tmp_path / "right.py", twin.text.replace("PART", twin.right)))
    assert right == ({twin.said} if twin.said else set())
    assert twin.found in severities(judged(tmp_path / "wrong.py", twin.text.replace("PART", twin.wrong)))


DERIVED = """
    class Scaling:
        def __init__(self, size):
            self.w = np.random.randn(size)

        def forward(self, x):
            '''x: (N, size)'''
            self.x = x
            return self._scaled(x)

        def backward(self, dout):
            self.dw = (dout * self.x).sum(axis=0)
            return self._scaled_back(dout)

        def _scaled(self, x):
            return x * self.w

        def _scaled_back(self, dout):
            return dout * self.w


    class Halving(Scaling):
        def _scaled_back(self, dout):
            return dout * self.w FACTOR
"""


@pytest.mark.parametrize(("factor", "found"), [("", set()), ("/ 2", {"error"})])
def test_who_has_another_part_of_an_inherited_pass_has_another_pass(
    factor: str, found: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "layers.py"
    path.write_text("import numpy as np\n" + dedent(DERIVED.replace("FACTOR", factor)), encoding="utf-8")
    pairs = pairs_of(path)
    assert set(pairs) == {"Scaling.backward", "Halving.backward"}
    assert severities(judge_pair(pairs["Scaling.backward"], seed=0, explained=False)) == set()
    assert severities(judge_pair(pairs["Halving.backward"], seed=0, explained=False)) == found


UNSTEADY = """
    import time


    class Scaling:
        def __init__(self, size):
            self.w = np.random.randn(size)

        def forward(self, x):
            '''x: (N, size)'''
            self.x = x
            return x * self.w

        def backward(self, dout):
            self.dw = (dout * self.x).sum(axis=0)
            return 2 * dout * self.w TICKING
"""


@pytest.mark.parametrize(("ticking", "certain"), [("", {"exactly"}), ("+ time.perf_counter() % 1", {"unexplained"})])
def test_what_differs_from_call_to_call_is_mended_by_no_edit(ticking: str, certain: set[str], tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text("import numpy as np\n" + dedent(UNSTEADY.replace("TICKING", ticking)), encoding="utf-8")
    result = judge_pair(pairs_of(path)["Scaling.backward"], seed=0)
    wrong = [f for row in result.rows for f in row.findings if row.output not in ("*", "self.dw")]
    assert {finding.certainty for finding in wrong if finding.code != "MB602"} == certain


ROW = """
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def cost(theta, X, y):
        p = sigmoid(X @ theta)
        return -(np.log(p) @ y + np.log(1 - p) @ (1 - y)) / len(y)

    def cost_gradient(theta, X, y):
        row = (sigmoid(X @ theta) - y).reshape(1, -1) @ X / len(y)
        return PART
"""


@pytest.mark.parametrize(("part", "codes"), [("row[0]", set()), ("row", {"MB501"})])
def test_a_row_of_one_example_is_no_gradient_of_the_examples(part: str, codes: set[str], tmp_path: Path) -> None:
    result = judged(tmp_path / "cost.py", ROW.replace("PART", part))
    assert {finding.code for row in result.rows for finding in row.findings} == codes
