"""Networks, and losses within them, in the styles in which people write them."""

NETWORK = """
from collections import OrderedDict

class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return dout @ self.W.T

class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out ** 2)

class SumOfSquares:
    def forward(self, x, t):
        self.x, self.t = x, t
        return 0.5 * np.sum((x - t) ** 2) / len(x)

    def backward(self, dout=1):
        return (self.x - self.t) / len(self.x)

class TwoLayerNet:
    def __init__(self, n_in, n_hidden, n_out, std=0.01):
        self.params = {"W1": std * np.random.randn(n_in, n_hidden), "b1": np.zeros(n_hidden),
                       "W2": std * np.random.randn(n_hidden, n_out), "b2": np.zeros(n_out)}
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["Tanh"] = Tanh()
        self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])
        self.last = SumOfSquares()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.last.forward(self.predict(x), t)

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        return {"W1": self.layers["Affine1"].dW, "b1": self.layers["Affine1"].db,
                "W2": self.layers["Affine2"].dW, "b2": self.layers["Affine2"].db}

class Sequential:
    def __init__(self, n_in, n_out):
        self.layers = [Affine(np.random.randn(n_in, 4), np.zeros(4)), Tanh(),
                       Affine(np.random.randn(4, n_out), np.zeros(n_out))]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

class LossAndGradients:
    def __init__(self, n_in, n_out):
        self.params = {"W": np.random.randn(n_in, n_out), "b": np.zeros(n_out)}

    def loss(self, X, y=None, reg=0.3):
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        loss = 0.5 * np.sum((scores - y) ** 2) + 0.5 * reg * np.sum(self.params["W"] ** 2)
        d = scores - y
        grads = {"W": X.T @ d + reg * self.params["W"], "b": d.sum(axis=0)}
        return loss, grads
"""

LOSS_BETWEEN = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, learning_rate=0.1):
        self.learning_rate = learning_rate
        self.W1, self.b1 = np.random.randn(n_in, n_hidden) * 0.01, np.zeros((1, n_hidden))
        self.W2, self.b2 = np.random.randn(n_hidden, n_out) * 0.01, np.zeros((1, n_out))

    def forward(self, X):
        self.a1 = sigmoid(X @ self.W1 + self.b1)
        self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
        return self.a2

    def compute_loss(self, y_true, y_pred):
        return -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))

    def backward(self, X, y, output):
        d2 = (output - y) / y.size
        d1 = d2 @ self.W2.T * self.a1 * (1 - self.a1)
        self.W2 -= self.learning_rate * self.a1.T @ d2
        self.b2 -= self.learning_rate * d2.sum(axis=0, keepdims=True)
        self.W1 -= self.learning_rate * X.T @ d1
        self.b1 -= self.learning_rate * d1.sum(axis=0, keepdims=True)
"""

NUMBER = """
class LogisticRegression:
    def __init__(self, n):
        self.w = np.zeros((n, 1))
        self.b = 0

    def forward(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.b)))

    def loss(self, y, p):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, X, y, p):
        dz = (p - y) / len(X)
        self.dw = X.T @ dz
        self.db = np.sum(dz)

class PReLU:
    def __init__(self, alpha=0.25):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dout):
        self.dalpha = np.sum(np.where(self.x > 0, 0, self.x) * dout)
        return np.where(self.x > 0, 1, self.alpha) * dout
"""
