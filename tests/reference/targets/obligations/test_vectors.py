"""Vectors of parameters."""

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


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    return Judged(tmp_path_factory.mktemp("vectors"), VECTORS)


@each(
    "name",
    [
        "dictionary_to_vector",
        "dictionary_to_vector_flat",
        "gradients_to_vector",
        "vector_to_dictionary",
    ],
)
def test_right_vectors(vectors, name):
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
    ],
)
def test_wrong_vectors(vectors, name, code, words):
    vectors.wrong(name, code, words)
