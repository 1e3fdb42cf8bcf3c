import numpy as np


def loss_and_grads(params, X, y, reg):
    """Two-layer net, examples in rows, softmax."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    n = len(X)
    hidden = np.maximum(X @ W1 + b1, 0)
    scores = hidden @ W2 + b2
    scores -= scores.max(axis=1, keepdims=True)
    exp = np.exp(scores)
    probs = exp / exp.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(n), y]).sum() / n + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    dscores = probs
    dscores[np.arange(n), y] -= 1
    dscores /= n
    dhidden = dscores @ W2.T * (hidden > 0)
    grads = {
        "W1": X.T @ dhidden + reg * W1,
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T @ dscores + reg * W2,
        "b2": dscores.sum(axis=0),
    }
    return loss, grads
