"""What the course's helper modules provide, for files that import them and do not bring them along.

Plain NumPy in the course's manner (``reg_utils``, ``init_utils``, ``gc_utils``, ``dnn_utils``), so that the same
lines run with ``jax.numpy`` in NumPy's place. ``provided`` binds them to either.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np

__all__ = ["provided", "provided_with_caches"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(0, x)


def softmax(x):
    e = np.exp(x - np.max(x, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def forward_propagation(X, parameters):
    W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def forward_propagation_n(X, Y, parameters):
    A3, cache = forward_propagation(X, parameters)
    return compute_cost(A3, Y), cache


def compute_cost(A3, Y):
    return np.nansum(-np.log(A3) * Y - np.log(1 - A3) * (1 - Y)) / Y.shape[-1]


def backward_propagation(X, Y, cache):
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    dZ3 = A3 - Y
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * (A2 > 0)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (A1 > 0)
    grads = {"dZ3": dZ3, "dA2": dA2, "dZ2": dZ2, "dA1": dA1, "dZ1": dZ1}
    for l, (dZ, A) in enumerate(((dZ1, X), (dZ2, A1), (dZ3, A2)), start=1):
        grads[f"dW{l}"] = np.dot(dZ, A.T) / m
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True) / m
    return grads


def update_parameters(parameters, grads, learning_rate):
    return {name: value - learning_rate * grads["d" + name] for name, value in parameters.items()}


def initialize_parameters(layer_dims):
    rng, parameters = np.random.RandomState(3), {}
    for l in range(1, len(layer_dims)):
        parameters[f"W{l}"] = rng.standard_normal((layer_dims[l], layer_dims[l - 1])) / np.sqrt(layer_dims[l - 1])
        parameters[f"b{l}"] = np.zeros((layer_dims[l], 1))
    return parameters


def predict(X, y, parameters):
    return (forward_propagation(X, parameters)[0] > 0.5).astype(int)


def predict_dec(parameters, X):
    return forward_propagation(X, parameters)[0] > 0.5


NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
SHAPES = ((5, 4), (5, 1), (3, 5), (3, 1), (1, 3), (1, 1))


def dictionary_to_vector(parameters):
    keys = [name for name in NAMES for _ in range(parameters[name].size)]
    return np.concatenate([np.reshape(parameters[name], (-1, 1)) for name in NAMES]), keys


def vector_to_dictionary(theta):
    parameters, at = {}, 0
    for name, shape in zip(NAMES, SHAPES, strict=True):
        size = shape[0] * shape[1]
        parameters[name] = np.reshape(theta[at : at + size], shape)
        at += size
    return parameters


def gradients_to_vector(gradients):
    return np.concatenate([np.reshape(gradients["d" + name], (-1, 1)) for name in NAMES])


# --- dnn_utils: the same names return what their backward needs ---


def sigmoid_and_cache(Z):
    return sigmoid(Z), Z


def relu_and_cache(Z):
    return relu(Z), Z


def softmax_and_cache(Z):
    return softmax(Z), Z


def relu_backward(dA, cache):
    return dA * (cache > 0)


def sigmoid_backward(dA, cache):
    s = sigmoid(cache)
    return dA * s * (1 - s)


def linear_forward(A, W, b):
    return np.dot(W, A) + b, (A, W, b)


def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    return (sigmoid if activation == "sigmoid" else relu)(Z), (linear_cache, Z)


def L_model_forward(X, parameters):
    L, A, caches = len(parameters) // 2, X, []
    for l in range(1, L + 1):
        A, cache = linear_activation_forward(
            A, parameters[f"W{l}"], parameters[f"b{l}"], "sigmoid" if l == L else "relu"
        )
        caches.append(cache)
    return A, caches


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    return linear_backward((sigmoid_backward if activation == "sigmoid" else relu_backward)(dA, Z), linear_cache)


def L_model_backward(AL, Y, caches):
    grads, L = {}, len(caches)
    dA = -(Y / AL - (1 - Y) / (1 - AL))
    for l in range(L, 0, -1):
        activation = "sigmoid" if l == L else "relu"
        dA, grads[f"dW{l}"], grads[f"db{l}"] = linear_activation_backward(dA, caches[l - 1], activation)
        grads[f"dA{l - 1}"] = dA
    return grads


def provided(numpy: Any) -> dict[str, Any]:
    """Every helper by the names that files import it by, bound to a NumPy, or to what stands in for it."""
    scope: dict[str, Any] = {"__builtins__": __builtins__, "np": numpy, "NAMES": NAMES, "SHAPES": SHAPES}
    scope["__name__"] = __name__  # so that every one of them tells where it is from
    for name, value in globals().items():
        if isinstance(value, FunctionType) and value.__module__ == __name__ and not name.startswith("provided"):
            scope[name] = FunctionType(value.__code__, scope, name, value.__defaults__)
    names = {name: value for name, value in scope.items() if isinstance(value, FunctionType)}
    names["compute_loss"] = names["compute_cost"]
    names["initialize_parameters_deep"] = names["initialize_parameters"]
    return names


def provided_with_caches(numpy: Any) -> dict[str, Any]:
    """``sigmoid`` and ``relu`` as ``dnn_utils`` has them: the activation, and the cache for its backward."""
    names = provided(numpy)
    return {name: names[f"{name}_and_cache"] for name in ("sigmoid", "relu", "softmax")}
