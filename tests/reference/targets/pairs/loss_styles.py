"""Losses, activations and networks in the styles in which people write them."""

SIGMOID = """
class Sigmoid:
    def __call__(self, x):
        return 1 / (1 + np.exp(-x))

    def gradient(self, x):
        p = self.__call__(x)
        return p * (1 - p)
"""

STATIC = """
class Tanh:
    @staticmethod
    def f(x):
        return np.tanh(x)

    @staticmethod
    def f_prime(x):
        return 1 - np.tanh(x) ** 2

class Activations:
    @staticmethod
    def softplus(z):
        return np.log1p(np.exp(z))

    @staticmethod
    def softplus_derivative(z):
        return 1 / (1 + np.exp(-z))

    def elu(self, z, alpha=1.5):
        return np.where(z > 0, z, alpha * (np.exp(z) - 1))

    def elu_grad(self, z, alpha=1.5):
        return np.where(z > 0, 1, alpha * np.exp(z))
"""

OF_OUTPUT = """
class Sigmoid:
    def forward(self, z):
        return 1 / (1 + np.exp(-z))

    def derivative(self, a):
        return a * (1 - a)
"""

SQUARES = """
class SquareLoss:
    def loss(self, y, y_pred):
        return 0.5 * np.power((y - y_pred), 2)

    def gradient(self, y, y_pred):
        return -(y - y_pred)
"""

MEAN = """
class MSE:
    def loss(self, predicted, actual):
        return np.mean((predicted - actual) ** 2)

    def grad(self, predicted, actual):
        return 2 * (predicted - actual) / predicted.size
"""

BY_EXAMPLE = """
class Loss:
    def calculate(self, output, y):
        return np.mean(self.forward(output, y))

class CategoricalCrossentropy(Loss):
    def forward(self, y_pred, y_true):
        return -np.log((y_pred * y_true).sum(axis=1))

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        self.dinputs = -y_true / dvalues
        self.dinputs = self.dinputs / samples
"""

SOFTMAX = """
class SoftmaxWithLoss:
    def __init__(self):
        self.params, self.grads = [], []
        self.y, self.t = None, None

    def forward(self, x, t):
        self.t = t
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        n = x.shape[0]
        return -np.log(self.y[np.arange(n), t]).mean()

    def backward(self, dout=1):
        n = self.t.shape[0]
        dx = self.y.copy()
        dx[np.arange(n), self.t] -= 1
        return dout * dx / n
"""

FUNCTION = """
class Context:
    pass

class Exp:
    @staticmethod
    def forward(ctx, a):
        out = np.exp(a)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        out, = ctx.saved_tensors
        return grad_output * out

class Mul:
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return grad_output * b, grad_output * a
"""

ENGINE = """
class Variable:
    def __init__(self, data):
        self.data = data

class Function:
    def __call__(self, *inputs):
        self.inputs = inputs
        return Variable(self.forward(*[x.data for x in inputs]))

class Square(Function):
    def forward(self, x):
        return x ** 2

    def backward(self, gy):
        x = self.inputs[0].data
        return 2 * x * gy
"""

WHOLE_NUMBERS = """
class ReLU:
    def __call__(self, x):
        return np.where(x >= 0, x, 0)

    def gradient(self, x):
        return np.where(x >= 0, 1, 0)
"""

AVERAGED = """
class ByRow:
    def forward(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2, axis=-1)

    def backward(self, y_pred, y_true):
        return 2 * (y_pred - y_true) / y_pred.shape[-1]

class ByRowAndBatch(ByRow):
    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        outputs = len(dvalues[0])
        return -2 * (y_true - dvalues) / outputs / samples

class ByEntry:
    def loss(self, p, y):
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    def gradient(self, p, y):
        n, m = y.shape
        return (p - y) / (p * (1 - p)) / m

class ByColumn:
    def forward(self, x, y):
        return ((y - x) ** 2).mean(axis=0)

    def gradient(self, x, y):
        return 2 * (x - y) / len(x)
"""
