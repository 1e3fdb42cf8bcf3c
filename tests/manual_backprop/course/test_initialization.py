"""The course's initialisers and its training loop from each of them."""

import numpy as np
import pytest

from manual_backprop.course import initialization
from tests.folding import each

INITIALIZERS = [
    initialization.initialize_parameters_zeros,
    initialization.initialize_parameters_random,
    initialization.initialize_parameters_he,
]


@each("initialize", INITIALIZERS)
@each("dims", [[2, 10, 5, 1], (1, 1), [4, 3, 2, 2, 1]])
def test_layout(initialize, dims):
    parameters = initialize(dims)
    names = [name for l in range(1, len(dims)) for name in (f"W{l}", f"b{l}")]
    shapes = [shape for l in range(1, len(dims)) for shape in ((dims[l], dims[l - 1]), (dims[l], 1))]
    assert list(parameters) == names
    assert [θ.shape for θ in parameters.values()] == shapes
    assert all(θ.dtype == np.float64 for θ in parameters.values())


def test_an_unknown_initialization_is_named(examples):
    X, Y = examples
    with pytest.raises(ValueError, match=r"initialization is 'xavier'; it takes one of zeros, random, he"):
        initialization.model(X, Y, num_iterations=1, initialization="xavier")


@pytest.mark.parametrize("start", ["zeros", "random", "he"])
def test_no_iterations_return_the_start(examples, start):
    X, Y = examples
    got = initialization.model(X, Y, num_iterations=0, initialization=start)
    want = getattr(initialization, f"initialize_parameters_{start}")([2, 10, 5, 1])
    assert all(np.array_equal(got[name], want[name]) for name in want)


def test_costs_are_printed_every_thousand_iterations_or_not_at_all(examples, capsys):
    X, Y = examples
    initialization.model(X, Y, num_iterations=1001)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["Cost after iteration 0", "Cost after iteration 1000"]
    first, last = (float(line.split(": ")[1]) for line in lines)
    assert last < first
    initialization.model(X, Y, num_iterations=1, print_cost=False)
    assert capsys.readouterr().out == ""


def test_zeros_never_learn_a_weight(examples):
    X, Y = examples
    parameters = initialization.model(X, Y, 0.1, 100, False, "zeros")
    assert not any(parameters[name].any() for name in ("W1", "W2", "W3", "b1", "b2"))
    assert parameters["b3"].any()


def test_plot_draws_the_costs_and_shows_nothing(examples):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    X, Y = examples
    initialization.model(X, Y, 0.01, 2001, False, plot=True)
    try:
        (line,) = pyplot.gca().lines
        assert len(line.get_ydata()) == 3
    finally:
        pyplot.close("all")
