"""No function of the course mutates an argument, touches NumPy's global generator, or gives other bits twice."""

import copy

import numpy as np
import pytest

from manual_backprop.course import gradient_checking, initialization, regularization
from tests.folding import each

RNG = np.random.RandomState(0)
X, Y, DIMS = RNG.randn(4, 6), np.array([[1, 0, 1, 1, 0, 0]]), [4, 5, 3, 1]
PARAMETERS = regularization.initialize_parameters(DIMS)
A3, CACHE = regularization.forward_propagation(X, PARAMETERS)
_, DROPOUT_CACHE = regularization.forward_propagation_with_dropout(X, PARAMETERS, 0.8)
GRADIENTS = regularization.backward_propagation(X, Y, CACHE)
THETA, _ = gradient_checking.dictionary_to_vector(PARAMETERS)

CALLS = {
    initialization: {
        "initialize_parameters_zeros": (DIMS,),
        "initialize_parameters_random": (DIMS,),
        "initialize_parameters_he": (DIMS,),
        "model": (X, Y, 0.1, 3),
    },
    regularization: {
        "initialize_parameters": (DIMS,),
        "sigmoid": (X,),
        "relu": (X,),
        "forward_propagation": (X, PARAMETERS),
        "compute_cost": (A3, Y),
        "compute_cost_with_regularization": (A3, Y, PARAMETERS, 0.7),
        "backward_propagation": (X, Y, CACHE),
        "backward_propagation_with_regularization": (X, Y, CACHE, 0.7),
        "forward_propagation_with_dropout": (X, PARAMETERS, 0.8),
        "backward_propagation_with_dropout": (X, Y, DROPOUT_CACHE, 0.8),
        "update_parameters": (PARAMETERS, GRADIENTS, 0.1),
        "predict": (X, Y, PARAMETERS),
        "predict_dec": (PARAMETERS, X),
        "model": (X, Y, 0.1, 3, True, 0.7, 0.86),
    },
    gradient_checking: {
        "forward_propagation": (2, 4),
        "backward_propagation": (2, 4),
        "gradient_check": (2, 4),
        "forward_propagation_n": (X, Y, PARAMETERS),
        "backward_propagation_n": (X, Y, CACHE),
        "gradient_check_n": (PARAMETERS, GRADIENTS, X, Y),
        "dictionary_to_vector": (PARAMETERS,),
        "vector_to_dictionary": (THETA,),
        "gradients_to_vector": (GRADIENTS,),
    },
}
DRAWS = {"plot_decision_boundary"}  # returns axes, and has its own test


def bits(value):
    if isinstance(value, dict):
        return [(key, bits(entry)) for key, entry in value.items()]
    if isinstance(value, tuple | list):
        return [bits(entry) for entry in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.str, value.shape, value.tobytes()
    return value


@pytest.mark.parametrize("module", CALLS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_function_is_called_here(module):
    assert set(CALLS[module]) | DRAWS >= set(module.__all__) >= set(CALLS[module])


@each(
    ("module", "name"),
    [
        pytest.param(module, name, id=f"{module.__name__.rpartition('.')[2]}.{name}")
        for module in CALLS
        for name in CALLS[module]
    ],
)
def test_pure(module, name):
    function, arguments = getattr(module, name), copy.deepcopy(CALLS[module][name])
    before = bits(arguments)
    generator = bits(np.random.get_state())
    first = bits(function(*arguments))
    assert bits(arguments) == before, f"{name} mutated an argument"
    assert bits(np.random.get_state()) == generator, f"{name} touched the global generator"
    np.random.random_sample()
    assert bits(function(*arguments)) == first, f"{name} gave other bits the second time"
