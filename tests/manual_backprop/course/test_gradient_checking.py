"""The course's gradient checker passes right gradients of any three-layer shape and rejects planted faults."""

import numpy as np
import pytest

from manual_backprop.course import gradient_checking
from tests.folding import each

NAMES = ["W1", "b1", "W2", "b2", "W3", "b3"]
SHAPES = [((4, 5, 3, 1), 3), ((2, 3, 4, 1), 7), ((1, 1, 1, 1), 1), ((3, 2, 2, 2), 4)]


@pytest.fixture
def checked(network):
    def draw(dims, m, **options):
        X, Y, parameters = network(dims, m, **options)
        _, cache = gradient_checking.forward_propagation_n(X, Y, parameters)
        return X, Y, parameters, gradient_checking.backward_propagation_n(X, Y, cache)

    return draw


@each(("dims", "m"), SHAPES)
@each("seed", range(3))
def test_right_gradients_pass(checked, dims, m, seed, capsys):
    X, Y, parameters, gradients = checked(dims, m, seed=seed)
    difference = gradient_checking.gradient_check_n(parameters, gradients, X, Y, print_msg=True)
    assert difference < 2e-7
    message = capsys.readouterr().out
    assert "gradients agree" in message
    assert str(difference) in message


@each("fault", [lambda g: 2 * g, lambda g: -g, lambda g: 0 * g, lambda g: g + 1e-4, np.flip])
@each("name", NAMES)
def test_planted_faults_are_rejected(checked, name, fault, capsys):
    X, Y, parameters, gradients = checked((4, 5, 3, 2), 6)
    wrong = {**gradients, f"d{name}": fault(gradients[f"d{name}"])}
    assert gradient_checking.gradient_check_n(parameters, wrong, X, Y, print_msg=True) > 1e-5
    assert "do not agree" in capsys.readouterr().out


def test_one_parameter(monkeypatch, capsys):
    assert gradient_checking.gradient_check(2, 4) < 2e-7
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(gradient_checking, "backward_propagation", lambda x, theta: theta)
    assert gradient_checking.gradient_check(2, 4, print_msg=True) == pytest.approx(1 / 3)
    assert "do not agree" in capsys.readouterr().out


def test_two_zero_gradients_do_not_differ():
    assert gradient_checking.gradient_check(0, 4) == 0


def test_one_dimensional_labels(checked):
    X, Y, parameters, gradients = checked((4, 5, 3, 1), 6)
    cost, cache = gradient_checking.forward_propagation_n(X, Y[0], parameters)
    assert cost == gradient_checking.forward_propagation_n(X, Y, parameters)[0]
    flat = gradient_checking.backward_propagation_n(X, Y[0], cache)
    assert all(np.array_equal(flat[name], gradients[name]) for name in gradients)
    assert gradient_checking.gradient_check_n(parameters, flat, X, Y[0]) < 2e-7


def test_labels_that_would_broadcast_are_refused(checked):
    X, Y, parameters, _ = checked((4, 5, 3, 1), 6)
    with pytest.raises(ValueError, match=r"Y has shape \(6, 1\)"):
        gradient_checking.forward_propagation_n(X, Y.T, parameters)


def test_float32_parameters_are_differenced_in_float64(checked):
    X, Y, parameters, _ = checked((2, 3, 2, 1), 4, dtype=np.float32)
    exact = {name: θ.astype(np.float64) for name, θ in parameters.items()}
    _, cache = gradient_checking.forward_propagation_n(X.astype(np.float64), Y, exact)
    gradients = gradient_checking.backward_propagation_n(X.astype(np.float64), Y, cache)
    assert gradient_checking.gradient_check_n(parameters, gradients, X, Y) < 2e-7


# --- vectors ----------------------------------------------------------------------------------------------


def test_vectors_and_dictionaries(checked):
    _, _, parameters, gradients = checked((4, 5, 3, 1), 3)
    theta, keys = gradient_checking.dictionary_to_vector(parameters)
    assert theta.shape == (47, 1)
    assert keys == ["W1"] * 20 + ["b1"] * 5 + ["W2"] * 15 + ["b2"] * 3 + ["W3"] * 3 + ["b3"]
    assert np.array_equal(theta[:20, 0], parameters["W1"].ravel())
    back = gradient_checking.vector_to_dictionary(theta)
    assert list(back) == NAMES
    assert all(np.array_equal(back[name], parameters[name]) for name in NAMES)
    vector = gradient_checking.gradients_to_vector(gradients)
    assert vector.shape == (47, 1)
    as_parameters = gradient_checking.vector_to_dictionary(vector)
    assert all(np.array_equal(as_parameters[name], gradients[f"d{name}"]) for name in NAMES)


def test_vectors_keep_the_order_of_the_names_whatever_the_order_of_the_dictionary(checked):
    _, _, parameters, _ = checked((4, 5, 3, 1), 3)
    turned = dict(reversed(parameters.items()))
    want, got = (gradient_checking.dictionary_to_vector(given)[0] for given in (parameters, turned))
    assert np.array_equal(want, got)


def test_other_shapes(checked):
    _, _, parameters, _ = checked((2, 3, 4, 2), 3)
    shapes = {name: parameters[name].shape for name in NAMES}
    theta, keys = gradient_checking.dictionary_to_vector(parameters)
    assert len(keys) == len(theta)
    back = gradient_checking.vector_to_dictionary(theta, shapes=shapes)
    assert all(np.array_equal(back[name], parameters[name]) for name in NAMES)
    with pytest.raises(ValueError, match="theta has 35 entries"):
        gradient_checking.vector_to_dictionary(theta)


def test_a_dictionary_does_not_share_memory_with_its_vector():
    theta = np.zeros((47, 1))
    gradient_checking.vector_to_dictionary(theta)["W1"][0, 0] = 1
    assert not theta.any()
