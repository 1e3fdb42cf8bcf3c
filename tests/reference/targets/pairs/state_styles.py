"""Layers with a state, an optimiser or functions of somebody else."""

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
        self.input_shape = None

    def build(self, input_shape):
        self.input_shape = input_shape
        if self.optimizer:
            self.optimizer.init_params(self)

    def forward(self, inputs):
        assert inputs.shape[1:] == self.input_shape[1:]
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
