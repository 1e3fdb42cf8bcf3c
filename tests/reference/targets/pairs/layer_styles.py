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

NORMALISED = """
class BatchNorm:
    def __init__(self, dim, eps=1e-5, momentum=0.9):
        self.gamma, self.beta = np.ones(dim), np.zeros(dim)
        self.eps, self.momentum = eps, momentum
        self.running_mean, self.running_var = np.zeros(dim), np.ones(dim)

    def forward(self, x, training=True):
        if training:
            mu, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mu, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xn = (x - mu) / self.std
        self.training = training
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        self.dbeta = dout.sum(axis=0)
        self.dgamma = (dout * self.xn).sum(axis=0)
        dxn = dout * self.gamma
        if not self.training:
            return dxn / self.std
        return (dxn - dxn.mean(axis=0) - self.xn * (dxn * self.xn).mean(axis=0)) / self.std
"""

DROPOUT = """
class Dropout:
    def __init__(self, p=0.5):
        self.p = p
        self.training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        if self.training:
            self.mask = (np.random.rand(*x.shape) > self.p) / (1 - self.p)
            return x * self.mask
        return x

    def backward(self, dout):
        return dout * self.mask if self.training else dout

    def eval(self):
        self.training = False

    def train(self):
        self.training = True
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

CELL = """
class RNNCell:
    def __init__(self, n_in, n_hidden):
        self.Wx = np.random.randn(n_in, n_hidden) * 0.1
        self.Wh = np.random.randn(n_hidden, n_hidden) * 0.1
        self.b = np.zeros(n_hidden)
        self.cache = []

    def forward(self, x, h_prev):
        h_next = np.tanh(x @ self.Wx + h_prev @ self.Wh + self.b)
        self.cache.append((x, h_prev, h_next))
        return h_next

    def backward(self, dh_next):
        x, h_prev, h_next = self.cache.pop()
        da = dh_next * (1 - h_next ** 2)
        self.dWx, self.dWh, self.db = x.T @ da, h_prev.T @ da, da.sum(axis=0)
        return da @ self.Wx.T, da @ self.Wh.T
"""

LSTM = """
def sig(z):
    return 1 / (1 + np.exp(-z))

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        H = h_prev.shape[1]
        a = x @ Wx + h_prev @ Wh + b
        f, g, i, o = sig(a[:, :H]), np.tanh(a[:, H:2 * H]), sig(a[:, 2 * H:3 * H]), sig(a[:, 3 * H:])
        c_next = f * c_prev + g * i
        h_next = o * np.tanh(c_next)
        self.cache = x, h_prev, c_prev, f, g, i, o, c_next
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev, f, g, i, o, c_next = self.cache
        t = np.tanh(c_next)
        ds = dc_next + dh_next * o * (1 - t ** 2)
        da = np.hstack((ds * c_prev * f * (1 - f), ds * i * (1 - g ** 2), ds * g * i * (1 - i),
                        dh_next * t * o * (1 - o)))
        self.grads[0][...] = x.T @ da
        self.grads[1][...] = h_prev.T @ da
        self.grads[2][...] = da.sum(axis=0)
        return da @ Wx.T, da @ Wh.T, ds * f
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

ACTIVATED = """
class ActivationLayer:
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        return self.activation(self.input)

    def backward_propagation(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error

class Dense:
    def __init__(self, n_in, n_out, activation, optimizer):
        self.w, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)
        self.activation, self.optimizer = activation, optimizer

    def forward(self, x):
        self.x, self.z = x, x @ self.w + self.b
        return self.activation(self.z)

    def backward(self, grad):
        dz = grad * self.activation.derivative(self.z)
        back = dz @ self.w.T
        self.w = self.optimizer.update(self.w, self.x.T @ dz)
        self.b = self.optimizer.update(self.b, dz.sum(axis=0))
        return back
"""

SHARED = """
class Layer:
    cache = []

class Scale(Layer):
    def __init__(self, n):
        self.scale = np.ones(n)

    def forward(self, x):
        self.cache.append(x)
        return x * self.scale

    def backward(self, dout):
        x = self.cache[0]
        self.dscale = (dout * x).sum(axis=0)
        return dout * self.scale
"""

HANDED = """
class Dense:
    def __init__(self, n_in, n_out):
        self.params = {"W": np.random.randn(n_in, n_out), "b": np.zeros(n_out)}
        self.optimizer = None

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.params["W"] + self.params["b"]

    def backward(self, grads, learning_rate):
        dparams = {"dW": self.inputs.T @ grads, "db": grads.sum(axis=0)}
        self.optimizer.update(self, dparams, learning_rate)
        return grads @ self.params["W"].T

class Stored:
    def __init__(self, n_in, n_out):
        self.weights = {"W": np.random.randn(n_in, n_out)}

    def forward(self, x):
        return x @ self.weights["W"], (x,)

    def backward(self, x, cache, upstream_gradient, gradients):
        gradients["W"] = cache[0].T @ upstream_gradient
        return upstream_gradient @ self.weights["W"].T, gradients
"""
