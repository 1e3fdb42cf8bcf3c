"""Every number in ``tests/data/course_published.json``, to the digits printed there."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from manual_backprop.course import gradient_checking, initialization, regularization
from tests.folding import each

PUBLISHED = json.loads((Path(__file__).parents[2] / "data" / "course_published.json").read_text(encoding="utf-8"))
HALF_UNIT = 0.5001e-8  # eight decimals are printed

FUNCTIONS = {
    "initialize_parameters_he": initialization.initialize_parameters_he,
    "initialize_parameters_random": initialization.initialize_parameters_random,
    "initialize_parameters_zeros": initialization.initialize_parameters_zeros,
    "backward_propagation_with_dropout": regularization.backward_propagation_with_dropout,
    "backward_propagation_with_regularization": regularization.backward_propagation_with_regularization,
    "compute_cost_with_regularization": regularization.compute_cost_with_regularization,
    "forward_propagation_with_dropout": regularization.forward_propagation_with_dropout,
}


def decode(value):
    if isinstance(value, dict) and set(value) == {"dtype", "shape", "data"}:
        array = np.array(value["data"], dtype=value["dtype"])
        assert list(array.shape) == value["shape"]
        return array
    if isinstance(value, dict):
        return {key: decode(entry) for key, entry in value.items()}
    return [decode(entry) for entry in value] if isinstance(value, list) else value


def assert_published(got, want, where):
    if isinstance(want, dict):
        assert list(got) == list(want), where
        for key in want:
            assert_published(got[key], want[key], f"{where}[{key!r}]")
    elif isinstance(want, list):
        assert isinstance(got, tuple), where
        assert len(got) == len(want), where
        for i, entry in enumerate(want):
            assert_published(got[i], entry, f"{where}[{i}]")
    elif isinstance(want, np.ndarray):
        assert got.dtype == want.dtype, where
        assert got.shape == want.shape, where
        atol = 0 if want.dtype == bool else HALF_UNIT
        np.testing.assert_allclose(got.astype(float), want.astype(float), rtol=0, atol=atol, err_msg=where)
    else:
        assert got == pytest.approx(want, rel=1e-15), where


def test_no_published_number_goes_unread():
    assert set(PUBLISHED) == {"about", "functions", "functions_2017", "gradient_checking", "training"}
    assert set(PUBLISHED["functions"]) == set(FUNCTIONS)
    assert set(PUBLISHED["functions_2017"]) == {
        "initialize_parameters_random([3,2,1])", "initialize_parameters_he([2,4,1])",
        "compute_cost_with_regularization", "cross_entropy_part_alone",
    }  # fmt: skip
    assert set(PUBLISHED["gradient_checking"]) == {
        "forward_propagation(x=2,theta=4)", "backward_propagation(x=2,theta=4)", "backward_propagation(x=3,theta=4)",
        "gradient_check(x=2,theta=4,epsilon=1e-7)", "gradient_check(x=3,theta=4,epsilon=1e-7)",
        "test_case", "cost", "gradient_check_n", "dead_entries", "correct",
    }  # fmt: skip
    assert set(PUBLISHED["gradient_checking"]["gradient_check_n"]) == {"epsilon", "correct_gradients", "note", *BUGS}
    assert set(PUBLISHED["training"]) == {"initialization", "regularization"}
    assert set(PUBLISHED["training"]["initialization"]) == {"data", "model", "zeros", "random", "he"}
    assert set(PUBLISHED["training"]["regularization"]) == {"data", "model", "none", "l2", "dropout"}


# --- one call each ----------------------------------------------------------------------------------------


@each("name", FUNCTIONS)
def test_function(name):
    case = decode(PUBLISHED["functions"][name])
    assert_published(FUNCTIONS[name](**case["arguments"]), case["expected"], name)


@pytest.mark.parametrize(("name", "dims"), [("random", [3, 2, 1]), ("he", [2, 4, 1])])
def test_initialization_of_2017(name, dims):
    want = PUBLISHED["functions_2017"][f"initialize_parameters_{name}({json.dumps(dims, separators=(',', ':'))})"]
    got = FUNCTIONS[f"initialize_parameters_{name}"](dims)
    for l in (1, 2):
        np.testing.assert_allclose(got[f"W{l}"], want[f"W{l}"], rtol=0, atol=HALF_UNIT)
        assert not got[f"b{l}"].any()


def test_cost_of_2017():
    arguments = decode(PUBLISHED["functions"]["compute_cost_with_regularization"]["arguments"])
    want = PUBLISHED["functions_2017"]
    got = regularization.compute_cost_with_regularization(**arguments)
    assert got == pytest.approx(want["compute_cost_with_regularization"], rel=1e-15)
    got = regularization.compute_cost(arguments["A3"], arguments["Y"])
    assert got == pytest.approx(want["cross_entropy_part_alone"], rel=1e-15)


# --- gradient checking ------------------------------------------------------------------------------------

CHECKING = PUBLISHED["gradient_checking"]
BUGS = {
    "both_planted_bugs (dW2 x2, db1 x4/m instead of 1/m)": {"dW2": 2, "db1": 4},
    "only_dW2_x2": {"dW2": 2},
    "only_db1_x4": {"db1": 4},
}


@pytest.fixture
def network():
    """(X, Y, parameters, cost, gradients) of the published test case; its labels are one-dimensional."""
    rng = np.random.RandomState(1)
    X, Y = rng.randn(4, 3), np.array([1, 1, 0])
    shapes = {"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}
    parameters = {name: rng.randn(*shape) for name, shape in shapes.items()}
    cost, cache = gradient_checking.forward_propagation_n(X, Y, parameters)
    return X, Y, parameters, cost, gradient_checking.backward_propagation_n(X, Y, cache)


def test_one_parameter():
    assert gradient_checking.forward_propagation(2, 4) == CHECKING["forward_propagation(x=2,theta=4)"]
    for x in (2, 3):
        assert gradient_checking.backward_propagation(x, 4) == CHECKING[f"backward_propagation(x={x},theta=4)"]
        assert gradient_checking.gradient_check(x, 4) == CHECKING[f"gradient_check(x={x},theta=4,epsilon=1e-7)"]


def test_cost_and_gradients(network):
    *_, cost, gradients = network
    assert cost == pytest.approx(CHECKING["cost"], rel=1e-15)
    digits = CHECKING["correct"]["digits"]
    for name in ("dW1", "db1", "dW2", "db2", "dW3", "db3"):
        want = np.array(CHECKING["correct"][name], dtype=float)
        exponent = np.floor(np.log10(np.abs(np.where(want == 0, 1, want))))
        half_unit = np.where(want == 0, 0, 0.5001 * 10 ** (exponent - digits + 1))
        assert gradients[name].shape == want.shape
        assert (np.abs(gradients[name] - want) <= half_unit).all(), name


def test_dead_entries(network):
    *_, gradients = network
    for dead in (
        gradients["db1"][4], gradients["dW1"][4, :], gradients["dW2"][0:2, :], gradients["db2"][0:2],
        gradients["dW3"][0, 0:2],
    ):  # fmt: skip
        assert not dead.any()


@pytest.mark.parametrize("bugs", BUGS)
def test_planted_bugs(network, bugs):
    X, Y, parameters, _, gradients = network
    wrong = {**gradients, **{name: factor * gradients[name] for name, factor in BUGS[bugs].items()}}
    got = gradient_checking.gradient_check_n(parameters, wrong, X, Y, CHECKING["gradient_check_n"]["epsilon"])
    # One unit of J's rounding over 2ε, which moves with the BLAS kernel, is 3e-10 of the gradient's norm.
    assert got == pytest.approx(CHECKING["gradient_check_n"][bugs], rel=0, abs=1e-9)


def test_correct_gradients(network):
    X, Y, parameters, _, gradients = network
    got = gradient_checking.gradient_check_n(parameters, gradients, X, Y, CHECKING["gradient_check_n"]["epsilon"])
    for want in CHECKING["gradient_check_n"]["correct_gradients"]:
        assert got == pytest.approx(want, rel=0.01)


# --- training ---------------------------------------------------------------------------------------------


def circles(n, *, seed):
    """scikit-learn's ``make_circles(n, noise=.05)`` under ``numpy.random.seed(seed)``, transposed."""
    rng = np.random.RandomState(seed)
    angles = np.linspace(0, 2 * np.pi, n // 2, endpoint=False)
    circle = np.array([np.cos(angles), np.sin(angles)])
    X, Y = np.hstack([circle, circle * 0.8]), np.repeat([0, 1], n // 2)
    order = np.arange(n)
    rng.shuffle(order)
    return X[:, order] + rng.normal(scale=0.05, size=(n, 2)).T, Y[np.newaxis, order]


def printed_numbers(capsys):
    return [float(line.split(": ")[1]) for line in capsys.readouterr().out.splitlines()]


STARTS = {"zeros": 5e-9, "he": 5e-9, "random": 0.02}  # random is saturated: the last bit of a sum decides the curve


@each(("start", "tolerance"), STARTS.items())
def test_the_first_costs_of_training_from(start, tolerance, capsys):
    settings, want = PUBLISHED["training"]["initialization"]["model"], PUBLISHED["training"]["initialization"][start]
    X, Y = circles(300, seed=1)
    initialization.model(X, Y, settings["learning_rate"], settings["cost_every"] + 1, initialization=start)
    assert printed_numbers(capsys) == pytest.approx([float(cost) for cost in want["cost"][:2]], rel=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize(("start", "tolerance"), STARTS.items())
def test_training_from(start, tolerance, capsys):
    settings, want = PUBLISHED["training"]["initialization"]["model"], PUBLISHED["training"]["initialization"][start]
    X, Y = circles(300, seed=1)
    parameters = initialization.model(X, Y, settings["learning_rate"], settings["num_iterations"], initialization=start)
    assert [W.shape[1] for W in list(parameters.values())[::2]] + [1] == settings["layers_dims"]
    lines = capsys.readouterr().out.splitlines()
    wanted_iterations = range(0, settings["num_iterations"], settings["cost_every"])
    assert [line.split(": ")[0] for line in lines] == [f"Cost after iteration {i}" for i in wanted_iterations]
    costs = [float(line.split(": ")[1]) for line in lines]
    assert costs == pytest.approx([float(cost) for cost in want["cost"]], rel=tolerance)

    regularization.predict(X, Y, parameters)
    regularization.predict(*circles(100, seed=2), parameters)
    assert printed_numbers(capsys) == [want["train_accuracy"], want["test_accuracy"]]


@pytest.mark.parametrize("constants", ["none", "l2", "dropout"])
def test_football(constants, capsys):
    path = Path(os.environ.get("FOOTBALL_NPZ", ""))
    if not path.is_file():
        pytest.skip("set FOOTBALL_NPZ to the path of football.npz, the course's data, to run this")
    settings, want = (
        PUBLISHED["training"]["regularization"]["model"],
        PUBLISHED["training"]["regularization"][constants],
    )
    with np.load(path) as football:
        train = football["train_X"], football["train_Y"]
        test = football["test_X"], football["test_Y"]
    parameters = regularization.model(
        *train,
        settings["learning_rate"],
        settings["num_iterations"],
        lambd=want.get("lambd", 0),
        keep_prob=want.get("keep_prob", 1),
    )
    assert printed_numbers(capsys) == pytest.approx(want["cost"], rel=5e-9)
    regularization.predict(*train, parameters)
    regularization.predict(*test, parameters)
    assert printed_numbers(capsys) == pytest.approx([want["train_accuracy"], want["test_accuracy"]], abs=5e-13)
