import numpy as np


def loss(params, X, y):
    """Softmax loss of a two-layer net.  X (N, D), y (N,) integers.  Returns loss, grads."""
    W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
    N = X.shape[0]

    h = np.maximum(0, X @ W1 + b1)
    f = h @ W2 + b2
    f = f - f.max(axis=1, keepdims=True)
    p = np.exp(f) / np.exp(f).sum(axis=1, keepdims=True)
    value = -np.log(p[range(N), y]).mean()

    df = p.copy()
    df[range(N), y] -= 1
    dh = (df @ W2.T) * (h > 0)
    grads = {}
    grads['W2'] = h.T @ df / N
    grads['W1'] = X.T @ dh / N
    grads['b2'] = df.sum(axis=0)
    grads['b1'] = dh.sum(axis=0)
    return value, grads
