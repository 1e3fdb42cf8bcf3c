import numpy as np


class PaddedEmbedding:
    """idx: integers (N, T), 0 <= idx < vocab; the word 0 is padding and gives zeros"""

    def __init__(self, vocab, dim, padding_idx=0):
        self.W = np.random.randn(vocab, dim)
        self.padding_idx = padding_idx

    def forward(self, idx):
        self.idx = idx
        out = self.W[idx]
        out[idx == self.padding_idx] = 0
        return out

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.idx, dout)


class EmbeddingBag:
    """idx: integers (N, T), 0 <= idx < vocab; the mean of the words of a row"""

    def __init__(self, vocab, dim):
        self.W = np.random.randn(vocab, dim)
        self.dW = np.zeros_like(self.W)

    def forward(self, idx):
        self.idx = idx
        return self.W[idx].mean(axis=1)

    def backward(self, dout):
        self.dW.fill(0)
        n, t = self.idx.shape
        for i in range(n):
            for j in range(t):
                self.dW[self.idx[i, j]] += dout[i] / t


class PositionalEmbedding:
    def __init__(self, max_len, dim):
        self.P = np.random.randn(max_len, dim)

    def forward(self, x):
        # x: (N, T, dim), T <= max_len
        self.t = x.shape[1]
        return x + self.P[:self.t]

    def backward(self, dout):
        self.dP = np.zeros(self.P.shape)
        self.dP[:self.t] = dout.sum(axis=0)
        return dout


class TiedSoftmax:
    """Reads and writes words with one table. idx: integers (N,), 0 <= idx < vocab"""

    def __init__(self, vocab, dim):
        self.W = np.random.randn(vocab, dim)

    def forward(self, idx):
        self.idx = idx
        self.e = self.W[idx]
        s = self.e @ self.W.T
        p = np.exp(s - s.max(1, keepdims=True))
        self.p = p / p.sum(1, keepdims=True)
        return self.p

    def backward(self, dp):
        ds = self.p * (dp - np.sum(dp * self.p, 1, keepdims=True))
        self.dW = ds.T @ self.e
        np.add.at(self.dW, self.idx, ds @ self.W)


class OneHotDense:
    def __init__(self, n_words, n_out):
        self.n_words = n_words
        self.W = np.random.randn(n_words, n_out)
        self.b = np.zeros(n_out)

    def forward(self, words):
        """words: integers (N,), 0 <= words < n_words"""
        self.x = np.eye(self.n_words)[words]
        return self.x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(0)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    idx = rng.integers(0, 6, size=(3, 4))
    for layer in (PaddedEmbedding(6, 2), EmbeddingBag(6, 2)):
        layer.backward(layer.forward(idx))
        print(layer.dW)
    tied = TiedSoftmax(6, 3)
    tied.backward(tied.forward(idx[0]))
    words = OneHotDense(6, 3)
    words.backward(words.forward(idx[0]))
    pos = PositionalEmbedding(5, 2)
    pos.backward(pos.forward(rng.normal(size=(3, 4, 2))))
