"""scikit-learn's arrays to the last bit, the formulas of the docstrings, seeds, and the errors."""

import math

import numpy as np
import pytest

from manual_backprop.datasets import DATASETS, Dataset, circles, moons, noisy_diagonal, spirals
from manual_backprop.training import model, predict
from tests.folding import each, slow_after

SIZES = [(1, 2), (2, 1), (3, 7), (100, 51), (300, 100), (211, 1000)]
SEEDS = [(1, 2), (0, 2**32 - 1), (77, 77)]
TAIL = 25  # a bound may fail with probability e^-25 = 1.4e-11 on each side


def bits(array):
    return array.shape, array.dtype, array.tobytes()


def same_as_scikit_learn(dataset, make, *, sizes, noise, seeds, **constants):
    for X, Y, m, seed in zip(dataset[::2], dataset[1::2], sizes, seeds, strict=True):
        their_X, their_y = make(n_samples=m, noise=noise, random_state=np.random.RandomState(seed), **constants)
        assert bits(X) == bits(their_X.T)
        assert bits(Y) == bits(their_y.reshape(1, m).astype(np.float64))


@pytest.mark.slow
@each("noise", [0, 0.05, 3.7])
@each("seeds", SEEDS)
@each("sizes", SIZES)
@each("factor", [0.8, 0.3, 0])
def test_circles_are_scikit_learn_s(sizes, noise, seeds, factor):
    make = pytest.importorskip("sklearn.datasets").make_circles
    ours = circles(m_train=sizes[0], m_test=sizes[1], noise=noise, seeds=seeds, factor=factor)
    same_as_scikit_learn(ours, make, sizes=sizes, noise=noise, seeds=seeds, factor=factor)


@pytest.mark.slow
@each("noise", [0, 0.05, 3.7])
@each("seeds", SEEDS)
@each("sizes", SIZES)
def test_moons_are_scikit_learn_s(sizes, noise, seeds):
    make = pytest.importorskip("sklearn.datasets").make_moons
    ours = moons(m_train=sizes[0], m_test=sizes[1], noise=noise, seeds=seeds)
    same_as_scikit_learn(ours, make, sizes=sizes, noise=noise, seeds=seeds)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "generate", "draws"),
    [
        ("make_circles", circles, [(1, 300, 0.05), (2, 100, 0.05)]),
        ("make_moons", moons, [(3, 300, 0.2), (4, 100, 0.2)]),
    ],
)
def test_the_defaults_are_the_course_s_lines(name, generate, draws):
    """The course seeds NumPy's global generator and lets scikit-learn draw from it."""
    make, state = getattr(pytest.importorskip("sklearn.datasets"), name), np.random.get_state()
    try:
        theirs = []
        for seed, m, noise in draws:
            np.random.seed(seed)
            X, y = make(n_samples=m, noise=noise)
            theirs += [X.T, y.reshape(1, m).astype(np.float64)]
    finally:
        np.random.set_state(state)
    assert [bits(array) for array in generate()] == [bits(array) for array in theirs]


FIRST = {  # the first and the last train example, and their labels: the streams, pinned
    "circles": [(-0.07741354010048114, 0.8526022642742742, 1.0), (-0.061145412565262895, 0.9298264080659127, 0.0)],
    "moons": [(-0.21687013460912397, 1.0154493742029873, 0.0), (0.547725598273234, 0.3481746137071188, 1.0)],
    "spirals": [(0.12497707190431823, -0.5155691277140327, 0.0), (1.0134373822323706, 0.0355577950331156, 1.0)],
    "diagonal": [(-0.5336081946923126, 0.43195199803058926, 1.0), (-0.2906014630688495, 0.4018708332818701, 1.0)],
}


@each("name", FIRST)
def test_the_streams_are_frozen(name):
    X, Y, _, _ = DATASETS[name]()
    np.testing.assert_allclose(np.vstack([X, Y])[:, [0, -1]].T, FIRST[name], rtol=1e-13)


@each("name", DATASETS)
@each("sizes", SIZES)
def test_examples_are_columns(name, sizes):
    dataset = DATASETS[name](m_train=sizes[0], m_test=sizes[1])
    assert isinstance(dataset, Dataset)
    assert [array.shape for array in dataset] == [(2, sizes[0]), (1, sizes[0]), (2, sizes[1]), (1, sizes[1])]
    for array in dataset:
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert array.flags.writeable
    for Y in (dataset.train_Y, dataset.test_Y):
        assert set(Y.flat) <= {0.0, 1.0}
        if name != "diagonal":
            assert Y.sum() == math.ceil(Y.size / 2)


def test_the_sizes_of_the_course():
    sizes = {name: (generate().train_Y.size, generate().test_Y.size) for name, generate in DATASETS.items()}
    assert sizes == {"circles": (300, 100), "moons": (300, 100), "spirals": (300, 100), "diagonal": (211, 200)}


def test_the_names():
    assert {"circles": circles, "moons": moons, "spirals": spirals, "diagonal": noisy_diagonal} == DATASETS


@each("name", DATASETS)
def test_each_pair_comes_from_its_own_seed(name):
    train_X, train_Y, test_X, test_Y = DATASETS[name](m_train=20, m_test=30, seeds=(8, 9))
    swapped = DATASETS[name](m_train=30, m_test=20, seeds=(9, 8))
    assert [bits(array) for array in swapped] == [bits(array) for array in (test_X, test_Y, train_X, train_Y)]


@each("name", DATASETS)
def test_another_seed_gives_other_points(name):
    dataset = DATASETS[name](m_train=20, m_test=20, seeds=(8, 9))
    assert not np.isin(dataset.train_X, dataset.test_X).any()


@each("name", DATASETS)
def test_the_global_generator_is_left_alone(name):
    before = np.random.get_state()
    first = DATASETS[name]()
    after = np.random.get_state()
    assert (before[1] == after[1]).all()
    assert before[2:] == after[2:]
    np.random.random(7)
    assert [bits(array) for array in DATASETS[name]()] == [bits(array) for array in first]


@each("name", DATASETS)
def test_what_the_caller_does_to_the_arrays_stays_with_the_caller(name):
    first = DATASETS[name]()
    kept = [bits(array) for array in first]
    for array in first:
        array[...] = 7
    assert [bits(array) for array in DATASETS[name]()] == kept


# --- spirals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [1.5, 0.25, 4])
def test_spirals_without_noise_lie_on_the_arms(turns):
    for X, Y in zip(*[iter(spirals(noise=0, turns=turns))] * 2, strict=True):
        x = X[0] + 1j * X[1]
        arm = np.abs(x) * np.exp(2j * np.pi * turns * np.abs(x)) * np.where(Y[0] == 1, -1, 1)
        np.testing.assert_allclose(x, arm, atol=1e-13)


def test_spirals_are_spread_evenly_over_the_disc():
    """r² is uniform: |F_n − F| ≥ ε with probability 2 exp(−2nε²) at most (Massart 1990), in each class."""
    X, Y, _, _ = spirals(m_train=20_000, noise=0)
    for y in (0, 1):
        squares = np.sort((X[:, Y[0] == y] ** 2).sum(axis=0))
        n = squares.size
        assert np.abs(squares - (np.arange(n) + 0.5) / n).max() < np.sqrt(TAIL / (2 * n)) + 1 / n


def test_spirals_are_blurred_by_normal_noise():
    """Σ blur² / noise² is χ² with k degrees of freedom; the bound is that of Laurent & Massart 2000, lemma 1."""
    noise, exact, blurred = 0.4, spirals(m_train=20_000, noise=0), spirals(m_train=20_000, noise=0.4)
    assert bits(exact.train_Y) == bits(blurred.train_Y)
    blur = (blurred.train_X - exact.train_X) / noise
    k = blur.size
    assert -2 * np.sqrt(k * TAIL) < (blur**2).sum() - k < 2 * np.sqrt(k * TAIL) + 2 * TAIL
    assert abs(blur.sum()) < np.sqrt(2 * TAIL * k)
    assert abs((blur[0] * blur[1]).sum()) < np.sqrt(2 * TAIL * k)


# --- the noisy diagonal -----------------------------------------------------------------------------------------------


def above(X):
    return X[1] > X[0] + 0.15


def test_the_diagonal_without_noise():
    for X, Y in zip(*[iter(noisy_diagonal(noise=0))] * 2, strict=True):
        np.testing.assert_array_equal(Y[0], above(X))


def test_the_diagonal_s_points_fill_its_rectangle():
    X, _, _, _ = noisy_diagonal(m_train=20_000)
    for x, low, high in zip(X, (-0.8, -0.7), (0.4, 0.6), strict=True):
        n, part = x.size, (np.sort(x) - low) / (high - low)
        assert part[0] >= 0
        assert part[-1] <= 1
        assert np.abs(part - (np.arange(n) + 0.5) / n).max() < np.sqrt(TAIL / (2 * n)) + 1 / n  # Massart, as above


def test_the_diagonal_s_noise_moves_labels_and_not_points():
    exact, blurred = noisy_diagonal(noise=0), noisy_diagonal()
    assert bits(exact.train_X) == bits(blurred.train_X)
    assert bits(exact.train_Y) != bits(blurred.train_Y)


@pytest.mark.parametrize(("noise", "low", "high"), [(0.15, 1 / 12, 1 / 10), (0.05, 1 / 40, 1 / 25), (1, 0.3, 0.4)])
def test_how_many_lie_on_the_wrong_side_of_the_diagonal(noise, low, high):
    """P = E Φ(−|s| / noise) with s the score, over the rectangle; the bound is Hoeffding's."""
    m = 400_000
    centers = (np.arange(200) + 0.5) / 200
    score = (1.3 * centers[:, None] - 0.7) - (1.2 * centers - 0.8) - 0.15
    P = np.mean([math.erfc(abs(s) / (noise * math.sqrt(2))) / 2 for s in score.flat])
    assert low < P < high
    X, Y, _, _ = noisy_diagonal(m_train=m, noise=noise)
    assert abs(np.mean(Y[0] != above(X)) - P) < np.sqrt(TAIL / (2 * m))


@pytest.mark.slow
@pytest.mark.parametrize("num_iterations", slow_after(1, [10_000, 30_000]))
def test_the_diagonal_overfits_without_regularization(num_iterations):
    """The course's network and constants: it learns its examples by heart, and L2 keeps it from that."""

    def gap(lambd):
        dataset = noisy_diagonal()
        parameters = model(
            *dataset[:2], (2, 20, 3, 1), learning_rate=0.3, num_iterations=num_iterations, initialization="xavier",
            lambd=lambd, seed=3,
        ).parameters  # fmt: skip
        train, test = (np.mean((predict(X, parameters) > 0.5) == Y) for X, Y in (dataset[:2], dataset[2:]))
        return train - test

    assert gap(0) > 0.025
    assert gap(0.7) < 0.02


# --- what does not fit ------------------------------------------------------------------------------------------------


@each("name", DATASETS)
@each(
    ("given", "message"),
    [
        ({"m_train": 0}, "m_train is 0; it takes a whole number, at least 1"),
        ({"m_test": -3}, "m_test is -3; it takes a whole number"),
        ({"m_train": 2.5}, "m_train is 2.5; it takes a whole number"),
        ({"m_test": math.nan}, "m_test is nan; it takes a whole number"),
        ({"m_test": "100"}, "m_test is '100'; it takes a whole number"),
        ({"m_test": None}, "m_test is None; it takes a whole number"),
        ({"noise": -0.1}, "noise is -0.1; it takes a finite number, at least 0"),
        ({"noise": math.nan}, "noise is nan; it takes"),
        ({"noise": math.inf}, "noise is inf; it takes"),
        ({"noise": None}, "noise is None; it takes"),
        ({"noise": "0.1"}, "noise is '0.1'; it takes"),
        ({"seeds": 1}, "seeds is 1; it takes two whole numbers"),
        ({"seeds": (1,)}, r"seeds is \(1,\); it takes two"),
        ({"seeds": (1, 2, 3)}, r"seeds is \(1, 2, 3\); it takes two"),
        ({"seeds": (1, -2)}, r"seeds is \(1, -2\); it takes two"),
        ({"seeds": (2**32, 2)}, r"seeds is \(4294967296, 2\); it takes two"),
        ({"seeds": (1, None)}, r"seeds is \(1, None\); it takes two"),
        ({"seeds": (1, 2.5)}, r"seeds is \(1, 2.5\); it takes two"),
    ],
)
def test_what_does_not_fit_is_named(name, given, message):
    with pytest.raises(ValueError, match=message):
        DATASETS[name](**given)


@each("factor", [-0.1, 1, 1.5, math.nan, None])
def test_a_factor_that_does_not_fit_is_named(factor):
    with pytest.raises(ValueError, match=rf"factor is {factor}; it takes a number in \[0, 1\)"):
        circles(factor=factor)


@each("turns", [0, -1, math.inf, math.nan, None])
def test_turns_that_do_not_fit_are_named(turns):
    with pytest.raises(ValueError, match=f"turns is {turns}; it takes a number above 0"):
        spirals(turns=turns)


@each("name", DATASETS)
def test_whole_numbers_may_be_numpy_s(name):
    given = DATASETS[name](m_train=np.int64(5), m_test=np.uint8(200), noise=np.float64(0.1), seeds=np.array([1, 2]))
    plain = DATASETS[name](m_train=5, m_test=200, noise=0.1, seeds=(1, 2))
    assert [bits(array) for array in given] == [bits(array) for array in plain]
