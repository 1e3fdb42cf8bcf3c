import numpy as np


class MLP:
    def __init__(self, sizes, seed=0):
        rng = np.random.RandomState(seed)
        self.weights = [rng.randn(a, b) * np.sqrt(2.0 / a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros(b) for b in sizes[1:]]

    def forward(self, x):
        self.activations = [x]
        for i, (W, b) in enumerate(zip(self.weights, self.biases)):
            z = self.activations[-1] @ W + b
            last = i == len(self.weights) - 1
            self.activations.append(z if last else np.maximum(z, 0))
        return self.activations[-1]

    def backward(self, dout):
        self.weight_grads, self.bias_grads = [], []
        for i in reversed(range(len(self.weights))):
            self.weight_grads.insert(0, self.activations[i].T @ dout)
            self.bias_grads.insert(0, dout.sum(axis=0))
            dout = dout @ self.weights[i].T
            if i > 0:
                dout = dout * (self.activations[i] > 0)
        return dout


class Highway:
    """y = t * h + (1 - t) * x"""

    def __init__(self, size):
        self.params = {"Wh": np.random.randn(size, size), "Wt": np.random.randn(size, size),
                       "bh": np.zeros(size), "bt": -np.ones(size)}
        self.grads = {}

    def forward(self, x):
        p = self.params
        self.x = x
        self.zh = x @ p["Wh"] + p["bh"]
        self.h = np.maximum(self.zh, 0)
        self.t = 1 / (1 + np.exp(-(x @ p["Wt"] + p["bt"])))
        return self.t * self.h + (1 - self.t) * x

    def backward(self, dy):
        p = self.params
        dh = dy * self.t * (self.zh > 0)
        dt = dy * (self.h - self.x) * self.t * (1 - self.t)
        dWh, dWt = self.x.T @ dt, self.x.T @ dh
        self.grads["Wh"], self.grads["Wt"] = dWh, dWt
        self.grads["bh"], self.grads["bt"] = dh.sum(0), dt.sum(0)
        return dy * (1 - self.t) + dh @ p["Wh"].T + dt @ p["Wt"].T


class ResidualBlock:
    def __init__(self, dim, hidden):
        self.W1 = np.random.randn(dim, hidden) / np.sqrt(dim)
        self.W2 = np.random.randn(hidden, dim) / np.sqrt(hidden)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1)
        return x + self.h @ self.W2

    def backward(self, dout):
        dx = dout
        self.dW2 = self.h.T @ dout
        dh = (dout @ self.W2.T) * (1 - self.h ** 2)
        self.dW1 = self.x.T @ dh
        dx = dh @ self.W1.T
        return dx


class PReLU:
    def __init__(self, channels):
        self.alpha = 0.25 * np.ones(channels)

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dout):
        self.dalpha = np.sum(dout * np.minimum(self.x, 0), axis=0)
        return dout * np.where(self.x > 0, 1, self.alpha)


class Maxout:
    """pieces linear maps, of which the greatest counts"""

    def __init__(self, n_in, n_out, pieces=3):
        self.W = np.random.randn(pieces, n_in, n_out)
        self.b = np.random.randn(pieces, n_out)

    def forward(self, x):
        self.x = x
        z = np.einsum("ni,pio->pno", x, self.W) + self.b[:, None, :]
        self.winner = z.argmax(axis=0)
        return z.max(axis=0)

    def backward(self, dout):
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
        dx = np.zeros_like(self.x)
        for p in range(len(self.W)):
            d = dout * (self.winner == p)
            self.dW[p] = self.x.T @ d
            self.db[p] = d.sum(axis=0)
            dx += d @ self.W[p].T
        return dx


class TiedAutoencoder:
    def __init__(self, visible, hidden):
        self.W = 0.5 * np.random.randn(visible, hidden)
        self.b, self.c = np.zeros(hidden), np.zeros(visible)

    def forward(self, x):
        self.x = x
        self.h = 1 / (1 + np.exp(-(x @ self.W + self.b)))
        return self.h @ self.W.T + self.c

    def backward(self, dout):
        self.dc = dout.sum(0)
        self.dW = dout.T @ self.h
        dh = dout @ self.W * self.h * (1 - self.h)
        self.dW = self.x.T @ dh
        self.db = dh.sum(0)
        return dh @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def __call__(self, x):
        return self.forward(x)

    def through(self, dout):
        return dout * self.mask


class SharedReLUNet:
    def __init__(self, d, h, o):
        self.W1, self.b1 = np.random.randn(d, h), np.random.randn(h)
        self.W2, self.b2 = np.random.randn(h, h), np.random.randn(h)
        self.W3 = np.random.randn(h, o)
        self.relu = ReLU()

    def forward(self, x):
        self.x = x
        self.h1 = self.relu(x @ self.W1 + self.b1)
        self.h2 = self.relu(self.h1 @ self.W2 + self.b2)
        return self.h2 @ self.W3

    def backward(self, dout):
        self.dW3 = self.h2.T @ dout
        d2 = self.relu.through(dout @ self.W3.T)
        self.dW2, self.db2 = self.h1.T @ d2, d2.sum(axis=0)
        d1 = self.relu.through(d2 @ self.W2.T)
        self.dW1, self.db1 = self.x.T @ d1, d1.sum(axis=0)
        dx = d1 @ self.W1.T
        return dx


if __name__ == "__main__":
    np.random.seed(0)
    x = np.random.randn(7, 5)
    for layer in (MLP([5, 6, 4]), Highway(5), ResidualBlock(5, 8), PReLU(5), Maxout(5, 3), TiedAutoencoder(5, 2),
                  SharedReLUNet(5, 6, 3)):
        y = layer.forward(x)
        print(type(layer).__name__, layer.backward(np.ones_like(y)).shape)
