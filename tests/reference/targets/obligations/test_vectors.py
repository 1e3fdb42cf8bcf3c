"""Vectors of parameters and their updates."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import Judged

VECTORS = [
    """
    def dictionary_to_vector(parameters):
        keys, count = [], 0
        for key in ["W1", "b1", "W2", "b2", "W3", "b3"]:
            new_vector = np.reshape(parameters[key], (-1, 1))
            keys = keys + [key] * new_vector.shape[0]
            theta = new_vector if count == 0 else np.concatenate((theta, new_vector), axis=0)
            count += 1
        return theta, keys
    """,
    (
        "def dictionary_to_vector_flat(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() for k in parameters])"
    ),
    (
        "def dictionary_to_vector_x1(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() for k in sorted(parameters)]), []"
    ),
    (
        "def dictionary_to_vector_x2(parameters):\n"
        "    return np.concatenate([parameters[k].T.ravel() for k in parameters]), []"
    ),
    (
        "def dictionary_to_vector_x3(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() for k in parameters if k[0] == 'W'])"
    ),
    (
        "def dictionary_to_vector_x4(parameters):\n"
        "    return np.concatenate([parameters[k].ravel() * 2 for k in parameters])"
    ),
    "def dictionary_to_vector_x5(parameters):\n    theta = None\n    return theta",
    (
        "def gradients_to_vector(gradients):\n    return np.concatenate([gradients[k].reshape(-1, "
        "1) for k in ('dW1', 'db1', 'dW2', 'db2', 'dW3', 'db3')])"
    ),
    "def gradients_to_vector_x1(gradients):\n    return np.concatenate([g.reshape(-1, 1) for g in gradients.values()])",
    """
    def vector_to_dictionary(theta):
        parameters = {}
        parameters["W1"] = theta[:20].reshape((5, 4))
        parameters["b1"] = theta[20:25].reshape((5, 1))
        parameters["W2"] = theta[25:40].reshape((3, 5))
        parameters["b2"] = theta[40:43].reshape((3, 1))
        parameters["W3"] = theta[43:46].reshape((1, 3))
        parameters["b3"] = theta[46:47].reshape((1, 1))
        return parameters
    """,
    """
    def vector_to_dictionary_x1(theta):
        parameters = vector_to_dictionary(theta)
        parameters["W2"] = theta[24:39].reshape((3, 5))
        return parameters
    """,
    """
    def vector_to_dictionary_x2(theta):
        parameters = vector_to_dictionary(theta)
        parameters["W1"] = theta[:20].reshape((4, 5))
        return parameters
    """,
    """
    def vector_to_dictionary_x3(theta):
        parameters = vector_to_dictionary(theta)
        del parameters["b3"]
        return parameters
    """,
    "def vector_to_dictionary_x4(theta):\n    parameters = {}",
]
UPDATES = [
    """
    def update_parameters(parameters, grads, learning_rate):
        n = len(parameters) // 2
        for k in range(n):
            parameters["W" + str(k + 1)] = parameters["W" + str(k + 1)] - learning_rate * grads["dW" + str(k + 1)]
            parameters["b" + str(k + 1)] = parameters["b" + str(k + 1)] - learning_rate * grads["db" + str(k + 1)]
        return parameters
    """,
    """
    def update_parameters_in_place(parameters, grads, learning_rate=1.2):
        for key in parameters:
            parameters[key] -= learning_rate * grads["d" + key]
        return parameters
    """,
    (
        "def update_parameters_new(params, gradients, alpha):\n"
        "    return {k: v - alpha * gradients['d' + k] for k, v in params.items()}"
    ),
    """
    def update_parameters_two(parameters, grads, learning_rate):
        W1, b1, W2, b2 = (parameters[k] - learning_rate * grads["d" + k] for k in ("W1", "b1", "W2", "b2"))
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    """,
    (
        "def update_parameters_x1(parameters, grads, learning_rate):\n"
        "    return {k: v + learning_rate * grads['d' + k] for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x2(parameters, grads, learning_rate):\n"
        "    return {k: v - grads['d' + k] for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x3(parameters, grads, learning_rate):\n    return {k: v - "
        "learning_rate * grads['d' + k] if k[0] == 'W' else v for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x4(parameters, grads, learning_rate):\n    for k in parameters:\n"
        "        parameters[k] = parameters[k] - learning_rate * grads['d' + k]"
    ),
    (
        "def update_parameters_x5(parameters, grads, learning_rate):\n"
        "    return {k: v - learning_rate * np.sum(grads['d' + k]) for k, v in parameters.items()}"
    ),
    (
        "def update_parameters_x6(parameters, grads, learning_rate):\n"
        "    return {k: learning_rate * grads['d' + k] for k, v in parameters.items()}"
    ),
    "def update_parameters_x7(parameters, grads, learning_rate):\n    W1 = None\n    return {'W1': W1}",
]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    return Judged(tmp_path_factory.mktemp("vectors"), VECTORS + UPDATES)


@each(
    "name",
    [
        "dictionary_to_vector",
        "dictionary_to_vector_flat",
        "gradients_to_vector",
        "vector_to_dictionary",
        "update_parameters",
        "update_parameters_in_place",
        "update_parameters_new",
        "update_parameters_two",
    ],
)
def test_right_vectors_and_updates(vectors, name):
    vectors.right(name)


@each(
    "name, code, words",
    [
        ("dictionary_to_vector_x1", "MB103", "order"),
        ("dictionary_to_vector_x2", "MB103", "order"),
        ("dictionary_to_vector_x3", "MB501", "entries; owed 47"),
        ("dictionary_to_vector_x4", "MB199", ""),
        ("dictionary_to_vector_x5", "MB702", ""),
        ("gradients_to_vector_x1", "MB501", "owed 47"),
        ("vector_to_dictionary_x1", "MB103", "W2"),
        ("vector_to_dictionary_x2", "MB501", "W1 has shape (4, 5)"),
        ("vector_to_dictionary_x3", "MB501", "b3 is not there"),
        ("vector_to_dictionary_x4", "MB702", "no dictionary"),
        ("update_parameters_x1", "MB101", "added"),
        ("update_parameters_x2", "MB101", "learning rate"),
        ("update_parameters_x3", "MB101", "not updated"),
        ("update_parameters_x4", "MB702", "no dictionary"),
        ("update_parameters_x5", "MB199", "α"),
        ("update_parameters_x6", "MB101", "the step"),
        ("update_parameters_x7", "MB702", "not finished"),
    ],
)
def test_wrong_vectors_and_updates(vectors, name, code, words):
    vectors.wrong(name, code, words)
