"""The loop: it descends, it is its seed's, its masks are fresh, and its errors name the argument."""

import numpy as np
import pytest

from manual_backprop import network, training
from manual_backprop.initialization import he
from manual_backprop.optimizers import OPTIMIZERS
from tests.folding import each

DIMS = (2, 8, 4, 1)


@pytest.fixture
def data():
    """A ring around a disc: X (2, 60), Y (1, 60)."""
    rng = np.random.RandomState(0)
    X = rng.randn(2, 60)
    return X, (np.hypot(*X) > 1.1).astype(float)[np.newaxis]


def arrays(parameters):
    return [array for pair in parameters for array in pair]


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(arrays(first), arrays(second), strict=True))


@each("optimizer", ["gradient_descent", "momentum", "rmsprop", "adam"])
@each(("lambd", "keep_prob"), [(0.0, 1.0), (0.5, 1.0), (0.0, 0.9), (0.5, 0.9)])
def test_the_cost_falls(data, optimizer, lambd, keep_prob):
    learning_rate = 0.01 if optimizer in ("rmsprop", "adam") else 0.3
    constants = {"lambd": lambd, "keep_prob": keep_prob, "optimizer": optimizer, "cost_every": 1}
    costs = training.model(*data, DIMS, learning_rate=learning_rate, num_iterations=300, **constants).costs
    assert np.mean(costs[-20:]) < 0.7 * np.mean(costs[:20])


@each("initialization", training.INITIALIZATIONS)
def test_the_start_is_the_named_initialization_of_the_seed(data, initialization):
    parameters, costs = training.model(
        *data, DIMS, learning_rate=0.1, num_iterations=0, initialization=initialization, seed=4
    )
    assert costs == []
    assert equal(parameters, training.INITIALIZATIONS[initialization](DIMS, rng=np.random.RandomState(4)))


def test_first_cost_and_first_step(data):
    """One iteration with everything on, against central differences of a cost written here."""
    X, Y = data
    lambd, keep_prob, ε = 0.7, 0.8, 1e-6
    rng = np.random.RandomState(9)
    start = he(DIMS, rng=rng)
    masks = [rng.random_sample((n, X.shape[1])) < keep_prob for n in DIMS[1:-1]]

    def cost(parameters):
        A, squares = X, 0.0
        for l, (W, b) in enumerate(parameters):
            Z = W @ A + b
            squares += np.sum(W**2)
            if l < len(masks):
                A = np.tanh(Z) * masks[l] / keep_prob
        return (np.sum(np.logaddexp(0, Z) - Y * Z) + lambd / 2 * squares) / X.shape[1]

    trained, costs = training.model(
        X, Y, DIMS, learning_rate=1.0, num_iterations=1, hidden="tanh", lambd=lambd, keep_prob=keep_prob, seed=9
    )
    assert costs == pytest.approx([cost(start)], rel=1e-13)
    for old, new in zip(arrays(start), arrays(trained), strict=True):
        for index in np.ndindex(old.shape):
            kept = old[index]
            old[index] = kept + ε
            J_plus = cost(start)
            old[index] = kept - ε
            J_minus = cost(start)
            old[index] = kept
            assert kept - new[index] == pytest.approx((J_plus - J_minus) / (2 * ε), rel=0, abs=1e-8)


def test_masks_differ_between_iterations(data):
    constants = {"learning_rate": 0.0, "num_iterations": 5, "cost_every": 1}
    assert len(set(training.model(*data, DIMS, keep_prob=0.8, **constants).costs)) == 5
    assert len(set(training.model(*data, DIMS, keep_prob=1.0, **constants).costs)) == 1


def by_hand(X, Y, dims, *, seed, num_iterations, hidden, lambd, keep_prob, optimizer, learning_rate):
    """The loop with ``network``'s functions; from one RandomState first the weights, then masks, layer 1 first."""
    rng = np.random.RandomState(seed)
    parameters, state, costs = he(dims, rng=rng), None, []
    for _ in range(num_iterations):
        masks = None
        if keep_prob < 1:
            masks = [rng.random_sample((n, X.shape[1])) < keep_prob for n in dims[1:-1]]
        switches = {"hidden": hidden, "masks": masks, "keep_prob": keep_prob}
        forward = network.forward_propagation(X, parameters, **switches)
        costs.append(network.compute_cost(forward.Z[-1], Y, parameters, lambd=lambd))
        gradients = network.backward_propagation(Y, parameters, forward, lambd=lambd, **switches)
        pairs = list(zip(gradients.dW, gradients.db, strict=True))
        parameters, state = OPTIMIZERS[optimizer](parameters, pairs, state, learning_rate=learning_rate)
    return parameters, costs


@each("optimizer", OPTIMIZERS)
@each(("lambd", "keep_prob"), [(0.0, 1.0), (0.5, 1.0), (0.0, 0.8), (0.5, 0.8)])
@each(("dims", "hidden"), [(DIMS, "relu"), ((2, 5, 1, 4, 1), "tanh"), ((2, 1), "relu")])
def test_training_is_the_loop_by_hand(data, dims, hidden, lambd, keep_prob, optimizer):
    """Eight steps carry rounding to 4e-15; one entry of a mask turned over in the tanh network, a weight by 7e-4."""
    constants = {"hidden": hidden, "lambd": lambd, "keep_prob": keep_prob, "optimizer": optimizer, "seed": 5}
    constants |= {"num_iterations": 8, "learning_rate": 0.05}
    want, want_costs = by_hand(*data, dims, **constants)
    got, costs = training.model(*data, dims, cost_every=1, **constants)
    np.testing.assert_allclose(costs, want_costs, rtol=1e-12)
    for new, expected in zip(arrays(got), arrays(want), strict=True):
        np.testing.assert_allclose(new, expected, rtol=0, atol=1e-12)


def test_masks_that_are_given_stay(data):
    """The loop with the same masks at every iteration, and nothing drawn but the weights."""
    X, Y = data
    masks = training.draw_masks(DIMS, 60, keep_prob=0.8, rng=np.random.RandomState(1))
    constants = {"keep_prob": 0.8, "masks": masks}
    parameters = he(DIMS, rng=np.random.RandomState(5))
    want = []
    for _ in range(6):
        forward = network.forward_propagation(X, parameters, **constants)
        want.append(network.compute_cost(forward.Z[-1], Y, parameters))
        found = network.backward_propagation(Y, parameters, forward, **constants)
        pairs = list(zip(found.dW, found.db, strict=True))
        parameters, _ = OPTIMIZERS["gradient_descent"](parameters, pairs, learning_rate=0.3)
    settings = {"learning_rate": 0.3, "num_iterations": 6, "seed": 5, "keep_prob": 0.8, "cost_every": 1}
    got, costs = training.model(X, Y, DIMS, masks=masks, **settings)
    np.testing.assert_allclose(costs, want, rtol=1e-12)
    for new, expected in zip(arrays(got), arrays(parameters), strict=True):
        np.testing.assert_allclose(new, expected, rtol=0, atol=1e-12)
    assert training.model(X, Y, DIMS, **settings).costs != costs


def test_masks_are_drawn_for_the_hidden_layers_alone_layer_1_first():
    masks = training.draw_masks(DIMS, 60, keep_prob=0.8, rng=np.random.RandomState(1))
    U = np.random.RandomState(1).random_sample(12 * 60)
    assert np.array_equal(masks[0], U[: 8 * 60].reshape(8, 60) < 0.8)
    assert np.array_equal(masks[1], U[8 * 60 :].reshape(4, 60) < 0.8)
    assert training.draw_masks(DIMS, 60, keep_prob=1, rng=np.random.RandomState(1)) is None


@pytest.mark.parametrize("keep_prob", [1.0, 0.8])
def test_the_seed_decides_everything(data, keep_prob):
    X, Y = data
    before = X.copy(), Y.copy()
    state = np.random.get_state()[1].copy()
    constants = {"learning_rate": 0.3, "num_iterations": 20, "keep_prob": keep_prob, "cost_every": 5}
    first, second, other = (training.model(X, Y, DIMS, seed=seed, **constants) for seed in (1, 1, 2))
    assert first.costs == second.costs
    assert equal(first.parameters, second.parameters)
    assert first.costs != other.costs
    assert not equal(first.parameters, other.parameters)
    assert np.array_equal(X, before[0])
    assert np.array_equal(Y, before[1])
    assert np.array_equal(np.random.get_state()[1], state)


def test_costs_and_callback(data):
    seen = []
    trained, costs = training.model(
        *data, DIMS, learning_rate=0.1, num_iterations=11, cost_every=5, callback=lambda *call: seen.append(call)
    )
    assert [iteration for iteration, _, _ in seen] == [0, 5, 10]
    assert [cost for _, cost, _ in seen] == costs
    assert equal(seen[0][2], training.model(*data, DIMS, learning_rate=0.1, num_iterations=0).parameters)
    assert not equal(seen[-1][2], trained)


def test_dtype_is_that_of_X(data):
    X, Y = (array.astype(np.float32) for array in data)
    trained = training.model(X, Y, DIMS, learning_rate=0.1, num_iterations=3, lambd=0.1, keep_prob=0.8)
    assert {array.dtype for array in arrays(trained.parameters)} == {np.dtype(np.float32)}
    assert training.predict(X, trained.parameters).dtype == np.float32


def test_predict_is_the_output_without_dropout(data):
    X, _ = data
    W1, b1, W2, b2 = np.eye(2), np.zeros((2, 1)), np.array([[1.0, -1.0]]), np.array([[0.5]])
    want = 1 / (1 + np.exp(-(np.maximum(X[:1], 0) - np.maximum(X[1:], 0) + 0.5)))
    got = training.predict(X, [(W1, b1), (W2, b2)])
    np.testing.assert_allclose(got, want, rtol=1e-14)


@each(
    ("argument", "message"),
    [
        ({"optimizer": "sgd"}, r"optimizer is 'sgd'; it takes one of gradient_descent, momentum, rmsprop, adam"),
        ({"initialization": "normal"}, r"initialization is 'normal'; it takes one of zeros, random, he, xavier"),
        ({"hidden": "gelu"}, "hidden is 'gelu'; it takes one of relu"),
        ({"output": "relu"}, "output is 'relu'; it takes one of sigmoid"),
        ({"keep_prob": 0.0}, r"keep_prob is 0\.0"),
        ({"keep_prob": 1.5}, r"keep_prob is 1\.5"),
        ({"keep_prob": float("nan")}, "keep_prob is nan"),
        ({"masks": [np.ones((8, 60), dtype=bool)], "keep_prob": 0.8}, r"masks have shapes \[\(8, 60\)\]"),
        ({"masks": [np.ones((n, 1), dtype=bool) for n in (8, 4)], "keep_prob": 0.8}, r"masks have shapes \[\(8, 1\)"),
        ({"masks": [np.ones((n, 60), dtype=bool) for n in (8, 4)]}, "keep_prob is 1, which drops nothing"),
        ({"num_iterations": -1}, "num_iterations is -1"),
        ({"cost_every": 0}, "cost_every 0"),
        ({"layers_dims": (2,)}, "layers_dims is"),
        ({"layers_dims": (3, 4, 1)}, r"W1 \(4, 3\)"),
        ({"layers_dims": (2, 4, 2)}, r"Y has shape \(1, 60\)"),
        ({"Y": np.zeros(60)}, r"Y has shape \(60,\)"),
    ],
)
def test_errors_name_the_argument(data, argument, message):
    X, Y = data
    arguments = {"X": X, "Y": Y, "layers_dims": DIMS, "learning_rate": 0.1, "num_iterations": 1, **argument}
    with pytest.raises(ValueError, match=message):
        training.model(**arguments)
