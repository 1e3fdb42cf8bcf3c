import numpy as np


class TwoLayerNet(object):
    """input - affine - ReLU - affine - softmax, with an L2 penalty on the weights"""

    def __init__(self, input_size, hidden_size, output_size, std=1e-1):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        """
        X: (N, D); y: (N,), labels; reg: strength of the penalty.
        Without y the scores are returned, otherwise the loss and a dictionary of gradients.
        """
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape

        a = X.dot(W1) + b1
        h = np.maximum(0, a)
        scores = h.dot(W2) + b2
        if y is None:
            return scores

        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).sum() / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        grads = {}
        ds = p.copy()
        ds[np.arange(N), y] -= 1
        ds /= N
        grads['W2'] = h.T.dot(ds) + 2 * reg * W2
        grads['b2'] = ds.sum(axis=0)
        dh = ds.dot(W2.T)
        dh[a <= 0] = 0
        grads['W1'] = X.T.dot(dh) + 2 * reg * W1
        grads['b1'] = dh.sum(axis=0)
        return loss, grads


class DeepNet:
    def __init__(self, dims=(5, 4, 6, 3), reg=0.1, seed=0):
        rng = np.random.RandomState(seed)
        self.reg = reg
        self.L = len(dims) - 1
        self.params = {}
        for i in range(1, self.L + 1):
            self.params['W%d' % i] = 0.3 * rng.randn(dims[i - 1], dims[i])
            self.params['b%d' % i] = np.zeros(dims[i])

    def loss(self, X, y):
        # X: (N, D), y: (N,)
        h = {0: X}
        for i in range(1, self.L + 1):
            z = h[i - 1] @ self.params['W%d' % i] + self.params['b%d' % i]
            h[i] = np.tanh(z) if i < self.L else z
        out = h[self.L]
        N = X.shape[0]
        out = out - out.max(1, keepdims=True)
        logp = out - np.log(np.exp(out).sum(1, keepdims=True))
        loss = -logp[range(N), y].mean()
        for i in range(1, self.L + 1):
            loss += 0.5 * self.reg * (self.params['W%d' % i] ** 2).sum()

        grads = {}
        d = np.exp(logp)
        d[range(N), y] -= 1
        d /= N
        for i in range(self.L, 0, -1):
            W = self.params['W%d' % i]
            grads['W%d' % i] = h[i - 1].T @ d
            if i != 2:
                grads['W%d' % i] += self.reg * W
            grads['b%d' % i] = d.sum(0)
            d = d @ W.T
            if i > 1:
                d = d * (1 - h[i - 1] ** 2)
        return loss, grads
