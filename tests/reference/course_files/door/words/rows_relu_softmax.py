import numpy as np

# X: (N, D), W1: (D, H), W2: (H, C), biases are flat, y: (N,) class numbers


def forward(X, params):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    return hidden, scores


def softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=1, keepdims=True)


def compute_loss(X, y, params):
    _, scores = forward(X, params)
    probs = softmax(scores)
    return -np.mean(np.log(probs[np.arange(len(y)), y]))


def compute_gradients(X, y, params):
    N = X.shape[0]
    hidden, scores = forward(X, params)
    dscores = softmax(scores)
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {"W2": hidden.T.dot(dscores), "b2": dscores.sum(axis=0)}
    dhidden = dscores.dot(params["W2"].T)
    dhidden[hidden <= 0] = 0
    grads["W1"] = X.T.dot(dhidden)
    grads["b1"] = dhidden.sum(axis=0)
    return grads
