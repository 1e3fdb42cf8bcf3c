import numpy as np

g = {"relu": lambda z: z * (z > 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}


def L_model_forward(X, parameters):
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = W @ A + b
        caches.append((A, W, b, Z))
        A = g["sigmoid" if l == L else "relu"](Z)
    return A, caches


def compute_cost(AL, Y):
    return -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


def L_model_backward(AL, Y, caches):
    L, m, grads = len(caches), Y.shape[1], {}
    dZ = AL - Y
    for l in range(L, 0, -1):
        A_prev, W, b, Z = caches[l - 1]
        grads[f"dW{l}"] = dZ @ A_prev.T / m
        grads[f"db{l}"] = dZ.sum(1, keepdims=True) / m
        if l > 1:
            k = min(l - 1, L - 2)
            dZ = (W.T @ dZ) * (caches[k][3] > 0)
    return grads
