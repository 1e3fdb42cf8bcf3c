import numpy as np


def initialize(dims):
    np.random.seed(0)
    return {f"{k}{l}": np.random.randn(dims[l], dims[l - 1] if k == "W" else 1) * 0.5
            for l in range(1, len(dims)) for k in "Wb"}


def forward(X, parameters):
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L + 1):
        Z = parameters[f"W{l}"] @ A + parameters[f"b{l}"]
        caches.append((A, Z))
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches


def cost(A, Y):
    return float(-np.nansum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / Y.shape[1])


def backward(AL, Y, caches, parameters):
    grads, m = {}, Y.shape[1]
    dZ = AL - Y
    for l in range(len(caches), 0, -1):
        A_prev, _ = caches[l - 1]
        grads[f"dW{l}"] = dZ @ A_prev.T / m
        grads[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dZ = parameters[f"W{l}"].T @ dZ * (caches[l - 2][1] > 0)
    return grads


def gradient_check(parameters, gradients, X, Y, epsilon=1e-7):
    numeric, analytic = [], []
    for key in sorted(parameters):
        P = parameters[key]
        for index in np.ndindex(P.shape):
            kept = P[index]
            P[index] = kept + epsilon
            J_plus = cost(forward(X, parameters)[0], Y)
            P[index] = kept - epsilon
            J_minus = cost(forward(X, parameters)[0], Y)
            P[index] = kept
            numeric.append((J_plus - J_minus) / (2 * epsilon))
            analytic.append(gradients["d" + key][index])
    numeric, analytic = np.array(numeric), np.array(analytic)
    return np.linalg.norm(analytic - numeric) / (np.linalg.norm(analytic) + np.linalg.norm(numeric))
