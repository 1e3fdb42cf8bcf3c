"""Layers in the styles in which people write them."""

STORED = """
class Dense:
    def __init__(self, n_in, n_out):
        self.weights = 0.01 * np.random.randn(n_in, n_out)
        self.biases = np.zeros((1, n_out))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T
"""

LISTED = """
class Affine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None

    def forward(self, x):
        W, b = self.params
        self.x = x
        return np.dot(x, W) + b

    def backward(self, dout):
        W, b = self.params
        dx = np.dot(dout, W.T)
        self.grads[0][...] = np.dot(self.x.T, dout)
        self.grads[1][...] = dout.sum(axis=0)
        return dx
"""

UPDATING = """
class Linear:
    def __init__(self, n_in, n_out):
        self.weights = np.random.randn(n_in, n_out)
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.input = x
        return x @ self.weights + self.bias

    def backward(self, output_gradient, learning_rate):
        step = self.input.T @ output_gradient
        back = output_gradient @ self.weights.T
        self.weights -= learning_rate * step
        self.bias -= learning_rate * output_gradient.sum(0)
        return back
"""

OWN_RATE = """
class Linear:
    def __init__(self, n_in, n_out, lr=0.01):
        self.lr, self.W, self.b = lr, np.random.randn(n_out, n_in) * 1e-3, np.zeros((n_out, 1))

    def fprop(self, X):
        self.X = X
        return self.W.dot(X) + self.b

    def bprop(self, delta):
        up = self.W.T.dot(delta)
        self.W = self.W - self.lr * delta.dot(self.X.T)
        self.b = self.b - self.lr * delta.sum(axis=1, keepdims=True)
        return up
"""

LAZY = """
class Dense:
    def __init__(self, n_out):
        self.n_out = n_out
        self.params = {}
        self.grads = {}

    def forward(self, x):
        if not self.params:
            self.params["W"] = np.random.randn(x.shape[1], self.n_out)
            self.params["b"] = np.zeros(self.n_out)
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, grad):
        self.grads["W"] = self.x.T @ grad
        self.grads["b"] = grad.sum(axis=0)
        return grad @ self.params["W"].T
"""

BUILT = """
class Layer:
    def set_input_shape(self, shape):
        self.input_shape = shape

class Dense(Layer):
    def __init__(self, n_units, input_shape=None):
        self.n_units = n_units
        self.input_shape = input_shape
        self.trainable = True
        self.W = None
        self.w0 = None

    def initialize(self, optimizer):
        limit = 1 / np.sqrt(self.input_shape[0])
        self.W = np.random.uniform(-limit, limit, (self.input_shape[0], self.n_units))
        self.w0 = np.zeros((1, self.n_units))
        self.W_opt = optimizer
        self.w0_opt = optimizer

    def forward_pass(self, X, training=True):
        self.layer_input = X
        return X.dot(self.W) + self.w0

    def backward_pass(self, accum_grad):
        W = self.W
        if self.trainable:
            grad_w = self.layer_input.T.dot(accum_grad)
            grad_w0 = np.sum(accum_grad, axis=0, keepdims=True)
            self.W = self.W_opt.update(self.W, grad_w)
            self.w0 = self.w0_opt.update(self.w0, grad_w0)
        return accum_grad.dot(W.T)
"""

PARAMETERS = """
class Param:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)

class FullyConnected:
    def __init__(self, n_in, n_out):
        self.W = Param(0.001 * np.random.randn(n_in, n_out))
        self.B = Param(np.zeros((1, n_out)))
        self.X = None

    def forward(self, X):
        self.X = X
        return np.dot(X, self.W.value) + self.B.value

    def backward(self, d_out):
        self.W.grad += np.dot(self.X.T, d_out)
        self.B.grad += np.sum(d_out, axis=0, keepdims=True)
        return np.dot(d_out, self.W.value.T)

    def params(self):
        return {"W": self.W, "B": self.B}
"""

EMBEDDING = """
class Embedding:
    def __init__(self, W):
        self.params, self.grads, self.idx = [W], [np.zeros_like(W)], None

    def forward(self, idx):
        W, = self.params
        self.idx = idx
        return W[idx]

    def backward(self, dout):
        dW, = self.grads
        dW[...] = 0
        np.add.at(dW, self.idx, dout)
        return None
"""

POOLING = """
class MaxPool:
    def __init__(self, size=2):
        self.size = size

    def forward(self, x):
        n, c, h, w = x.shape
        k = self.size
        parts = x.reshape(n, c, h // k, k, w // k, k)
        out = parts.max(axis=(3, 5))
        self.mask = parts == out[:, :, :, None, :, None]
        self.shape = x.shape
        return out

    def backward(self, dout):
        return (self.mask * dout[:, :, :, None, :, None]).reshape(self.shape)
"""

CONVOLUTION = """
class Conv:
    def __init__(self, filters, channels, k):
        self.W = np.random.randn(filters, channels, k, k)
        self.b = np.zeros(filters)

    def forward(self, x):
        n, c, h, w = x.shape
        f, _, k, _ = self.W.shape
        self.last_input = x
        out = np.zeros((n, f, h - k + 1, w - k + 1))
        for i in range(h - k + 1):
            for j in range(w - k + 1):
                out[:, :, i, j] = np.tensordot(x[:, :, i:i + k, j:j + k], self.W, axes=([1, 2, 3], [1, 2, 3])) + self.b
        return out

    def backward(self, d_out):
        x, k = self.last_input, self.W.shape[2]
        dx, self.W_grad, self.b_grad = np.zeros(x.shape), np.zeros(self.W.shape), d_out.sum(axis=(0, 2, 3))
        for i in range(d_out.shape[2]):
            for j in range(d_out.shape[3]):
                d = d_out[:, :, i, j]
                self.W_grad += np.tensordot(d, x[:, :, i:i + k, j:j + k], axes=(0, 0))
                dx[:, :, i:i + k, j:j + k] += np.tensordot(d, self.W, axes=(1, 0))
        return dx
"""
