"""L2, dropout and the two together: layouts, and gradients against central differences of a cost written here."""

import inspect

import numpy as np
import pytest

from manual_backprop.course import regularization
from tests.folding import each

GRADIENTS = ["dZ3", "dW3", "db3", "dA2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
PARAMETERS = ["W1", "b1", "W2", "b2", "W3", "b3"]
SHAPES = [((2, 20, 3, 1), 8), ((3, 1, 1, 1), 1), ((1, 2, 5, 1), 4), ((4, 3, 2, 2), 5)]


def cost(X, Y, parameters, *, lambd=0.0, keep_prob=1.0):
    """J from logits, in plain NumPy; masks as the course draws them: seed 1, layer 1 first."""
    rng = np.random.RandomState(1)
    A = X
    for l in (1, 2, 3):
        Z = parameters[f"W{l}"].dot(A) + parameters[f"b{l}"]
        if l < 3:
            A = np.where(Z > 0, Z, 0) * (rng.rand(*Z.shape) < keep_prob) / keep_prob
    losses = np.logaddexp(0, Z) - Y * Z
    squares = sum(np.sum(parameters[name] ** 2) for name in ("W1", "W2", "W3"))
    return losses.sum() / X.shape[1] + lambd / (2 * X.shape[1]) * squares


def central_difference(X, Y, parameters, *, ε=1e-6, **constants):
    gradients = {}
    for name, θ in parameters.items():
        gradients[f"d{name}"] = np.empty_like(θ)
        for index in np.ndindex(θ.shape):
            J = []
            for sign in (1, -1):
                nudged = θ.copy()
                nudged[index] += sign * ε
                J.append(cost(X, Y, {**parameters, name: nudged}, **constants))
            gradients[f"d{name}"][index] = (J[0] - J[1]) / (2 * ε)
    return gradients


def assert_gradients(got, want):
    for name in want:
        assert got[name].shape == want[name].shape, name
        np.testing.assert_allclose(got[name], want[name], rtol=0, atol=1e-8, err_msg=name)


# --- signatures, layouts, dtypes --------------------------------------------------------------------------


@each(
    ("name", "signature"),
    [
        ("initialize_parameters", "(layer_dims)"),
        ("forward_propagation", "(X, parameters)"),
        ("compute_cost", "(A3, Y)"),
        ("compute_cost_with_regularization", "(A3, Y, parameters, lambd)"),
        ("backward_propagation", "(X, Y, cache)"),
        ("backward_propagation_with_regularization", "(X, Y, cache, lambd)"),
        ("forward_propagation_with_dropout", "(X, parameters, keep_prob=0.5)"),
        ("backward_propagation_with_dropout", "(X, Y, cache, keep_prob)"),
        ("update_parameters", "(parameters, grads, learning_rate)"),
        ("predict", "(X, y, parameters)"),
        ("predict_dec", "(parameters, X)"),
        ("plot_decision_boundary", "(model, X, y)"),
        (
            "model",
            "(X, Y, learning_rate=0.3, num_iterations=30000, print_cost=True, lambd=0, keep_prob=1, *, plot=False)",
        ),
    ],
)
def test_signature(name, signature):
    empty = inspect.Parameter.empty
    parameters = inspect.signature(getattr(regularization, name)).parameters.values()
    assert str(inspect.Signature([p.replace(annotation=empty) for p in parameters])) == signature
    assert name in regularization.__all__


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_plain_layout(network, dtype):
    X, Y, parameters = network((2, 4, 3, 1), 5, dtype=dtype)
    A3, cache = regularization.forward_propagation(X, parameters)
    assert A3.shape == (1, 5)
    assert [entry.shape for entry in cache] == [
        (4, 5), (4, 5), (4, 2), (4, 1), (3, 5), (3, 5), (3, 4), (3, 1), (1, 5), (1, 5), (1, 3), (1, 1),
    ]  # fmt: skip
    assert cache[9] is A3
    assert all(cache[i] is parameters[name] for i, name in zip((2, 3, 6, 7, 10, 11), PARAMETERS, strict=True))
    gradients = regularization.backward_propagation_with_regularization(X, Y, cache, 0.7)
    assert list(gradients) == GRADIENTS
    assert {array.dtype for array in (A3, *cache, *gradients.values())} == {np.dtype(dtype)}
    assert regularization.compute_cost_with_regularization(A3, Y, parameters, 0.7).dtype == dtype
    updated = regularization.update_parameters(parameters, gradients, 0.1)
    assert list(updated) == PARAMETERS
    assert {θ.dtype for θ in updated.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dropout_layout(network, dtype):
    X, Y, parameters = network((2, 4, 3, 1), 50, dtype=dtype)
    _, cache = regularization.forward_propagation_with_dropout(X, parameters, 0.8)
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3 = cache
    assert all(θ is parameters[name] for θ, name in zip((W1, b1, W2, b2, W3, b3), PARAMETERS, strict=True))
    rng = np.random.RandomState(1)
    for Z, D, A in ((Z1, D1, A1), (Z2, D2, A2)):
        assert D.dtype == bool
        assert np.array_equal(D, rng.rand(*Z.shape) < 0.8)
        assert 0 < D.mean() < 1
        np.testing.assert_allclose(A, np.where(D, np.maximum(Z, 0), 0) / 0.8, rtol=1e-6)
    gradients = regularization.backward_propagation_with_dropout(X, Y, cache, 0.8)
    assert list(gradients) == GRADIENTS
    assert {array.dtype for array in (Z1, A1, Z2, A2, Z3, A3, *gradients.values())} == {np.dtype(dtype)}
    assert not gradients["dA1"][~D1].any()
    assert not gradients["dA2"][~D2].any()


def test_keep_prob_one_is_no_dropout(network):
    X, Y, parameters = network((2, 4, 3, 1), 5)
    A3, cache = regularization.forward_propagation(X, parameters)
    kept, kept_cache = regularization.forward_propagation_with_dropout(X, parameters, 1)
    assert np.array_equal(A3, kept)
    plain = regularization.backward_propagation(X, Y, cache)
    undropped = regularization.backward_propagation_with_dropout(X, Y, kept_cache, 1)
    assert all(np.array_equal(plain[name], undropped[name]) for name in GRADIENTS)


@pytest.mark.parametrize("dims", [[2, 20, 3, 1], (4, 1)])
def test_initialize_parameters(dims):
    rng = np.random.RandomState(3)
    parameters = regularization.initialize_parameters(dims)
    assert list(parameters) == PARAMETERS[: 2 * len(dims) - 2]
    for l in range(1, len(dims)):
        want = rng.randn(dims[l], dims[l - 1]) / np.sqrt(dims[l - 1])
        np.testing.assert_allclose(parameters[f"W{l}"], want, rtol=1e-15)
        assert np.array_equal(parameters[f"b{l}"], np.zeros((dims[l], 1)))


@each("dtype", [np.uint8, np.int64, bool, np.float32])
def test_labels_of_any_dtype(network, dtype):
    X, Y, parameters = network((2, 4, 3, 1), 5)
    A3, cache = regularization.forward_propagation(X, parameters)
    assert regularization.compute_cost(A3, Y.astype(dtype)) == regularization.compute_cost(A3, Y.astype(float))
    got = regularization.backward_propagation(X, Y.astype(dtype), cache)
    want = regularization.backward_propagation(X, Y.astype(float), cache)
    assert all(np.array_equal(got[name], want[name]) for name in GRADIENTS)


def test_labels_that_would_broadcast_are_refused(network):
    X, Y, parameters = network((2, 4, 3, 1), 5)
    A3, cache = regularization.forward_propagation(X, parameters)
    with pytest.raises(ValueError, match=r"Y has shape \(5, 1\)"):
        regularization.compute_cost(A3, Y.T)
    with pytest.raises(ValueError, match=r"Y has shape \(5, 1\)"):
        regularization.backward_propagation(X, Y.T, cache)


@each("keep_prob", [0, -0.1, 1.1, float("nan")])
def test_a_keep_prob_out_of_range_is_named(network, keep_prob):
    X, _, parameters = network((2, 4, 3, 1), 5)
    with pytest.raises(ValueError, match="keep_prob is"):
        regularization.forward_propagation_with_dropout(X, parameters, keep_prob)


# --- values -----------------------------------------------------------------------------------------------


@each(("dims", "m"), SHAPES)
@each("lambd", [0.0, 0.7])
def test_gradients_with_regularization(network, dims, m, lambd):
    X, Y, parameters = network(dims, m)
    A3, cache = regularization.forward_propagation(X, parameters)
    assert regularization.compute_cost_with_regularization(A3, Y, parameters, lambd) == pytest.approx(
        cost(X, Y, parameters, lambd=lambd), rel=1e-13
    )
    want = central_difference(X, Y, parameters, lambd=lambd)
    assert_gradients(regularization.backward_propagation_with_regularization(X, Y, cache, lambd), want)
    if lambd == 0:
        assert_gradients(regularization.backward_propagation(X, Y, cache), want)


@each(("dims", "m"), SHAPES)
@each("keep_prob", [0.5, 0.86])
def test_gradients_with_dropout(network, dims, m, keep_prob):
    X, Y, parameters = network(dims, m)
    A3, cache = regularization.forward_propagation_with_dropout(X, parameters, keep_prob)
    assert regularization.compute_cost(A3, Y) == pytest.approx(cost(X, Y, parameters, keep_prob=keep_prob), rel=1e-13)
    want = central_difference(X, Y, parameters, keep_prob=keep_prob)
    assert_gradients(regularization.backward_propagation_with_dropout(X, Y, cache, keep_prob), want)


@each(("lambd", "keep_prob"), [(0.7, 0.86), (0.7, 1), (0, 0.86), (0, 1)])
def test_one_step_of_model_is_the_gradient_of_the_whole_cost(examples, lambd, keep_prob, capsys):
    X, Y = examples
    before = regularization.initialize_parameters([2, 20, 3, 1])
    after = regularization.model(X, Y, 1.0, 1, lambd=lambd, keep_prob=keep_prob)
    printed = float(capsys.readouterr().out.removeprefix("Cost after iteration 0: "))
    assert printed == pytest.approx(cost(X, Y, before, lambd=lambd, keep_prob=keep_prob), rel=1e-13)
    step = {f"d{name}": before[name] - after[name] for name in PARAMETERS}
    assert_gradients(step, central_difference(X, Y, before, lambd=lambd, keep_prob=keep_prob))


def test_lambda_and_keep_prob_train_together(examples):
    X, Y = examples
    before = regularization.initialize_parameters([2, 20, 3, 1])
    trained = {}
    for lambd, keep_prob in ((0.1, 0.86), (0.1, 1), (0, 0.86)):
        constants = {"lambd": lambd, "keep_prob": keep_prob}
        trained[lambd, keep_prob] = after = regularization.model(X, Y, 0.3, 500, False, **constants)
        assert cost(X, Y, after, **constants) < cost(X, Y, before, **constants) / 2
    both, l2, masks = trained.values()
    assert not np.array_equal(both["W1"], l2["W1"])
    assert np.linalg.norm(both["W3"]) < np.linalg.norm(masks["W3"])


@pytest.mark.slow
def test_costs_are_printed_every_ten_thousand_iterations_or_not_at_all(examples, capsys):
    X, Y = examples
    regularization.model(X, Y, 0.01, 10001)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["Cost after iteration 0", "Cost after iteration 10000"]
    regularization.model(X, Y, num_iterations=1, print_cost=False)
    assert capsys.readouterr().out == ""


def test_a_saturated_output_has_the_cost_of_the_formula():
    A3 = np.array([[1.0, 0.0]])
    assert regularization.compute_cost(A3, [[1, 0]]) == 0
    assert regularization.compute_cost(A3, [[0, 0]]) == np.inf


# --- prediction -------------------------------------------------------------------------------------------


def test_predict(capsys):
    parameters = {
        "W1": np.eye(2), "b1": np.zeros((2, 1)), "W2": np.array([[1.0, 0.0]]), "b2": np.zeros((1, 1)),
        "W3": np.ones((1, 1)), "b3": np.array([[-1.0]]),
    }  # fmt: skip
    X = np.array([[0.5, 1.5, 2.0, 1.0], [9.0, 9.0, 9.0, 9.0]])  # x1 > 1 is class 1; the output at 1 is one half
    p = regularization.predict(X, np.array([[0, 1, 0, 0]]), parameters)
    assert p.tolist() == [[0, 1, 1, 0]]
    assert np.issubdtype(p.dtype, np.integer)
    assert capsys.readouterr().out == "Accuracy: 0.75\n"
    decisions = regularization.predict_dec(parameters, X)
    assert decisions.dtype == bool
    assert np.array_equal(decisions, p == 1)


def test_plot_decision_boundary(examples):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    X, Y = examples
    seen = []

    def right_half(points):
        seen.append(points)
        return points[:, 0] > 0

    try:
        axes = regularization.plot_decision_boundary(right_half, X, Y)
        (points,) = seen
        assert points.shape[1] == 2
        assert (points.min(axis=0) <= X.min(axis=1)).all()
        assert (points.max(axis=0) >= X.max(axis=1)).all()
        np.testing.assert_array_equal(axes.collections[-1].get_offsets(), X.T)
        axes.figure.canvas.draw()
    finally:
        pyplot.close("all")
