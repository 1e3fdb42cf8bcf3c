"""What the networks are trained on: circles, moons, spirals, a noisy diagonal.

Every generator returns a ``Dataset`` of two classes in the plane: ``X (2, m)`` and ``Y (1, m)`` of 0 and 1, examples
as columns. ``seeds`` are two, for train and test; each pair comes from a ``RandomState`` of its own, so that the same
arguments give the same bits. ``m_train`` and ``m_test`` are at least 1, ``noise`` is at least 0; anything else is a
``ValueError``. Files are read by ``data_files``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from manual_backprop.primitives import Array

__all__ = ["DATASETS", "Dataset", "circles", "moons", "noisy_diagonal", "spirals"]

LOW, HIGH = (-0.8, -0.7), (0.4, 0.6)  # opposite corners of the diagonal's rectangle


class Dataset(NamedTuple):
    """``X (n_0, m)`` and ``Y (1, m)`` of 0 and 1, float64; the test pair is ``None`` where there is none."""

    train_X: Array
    train_Y: Array
    test_X: Array | None = None
    test_Y: Array | None = None


def circles(
    *,
    m_train: int = 300,
    m_test: int = 100,
    noise: float = 0.05,
    seeds: tuple[int, int] = (1, 2),
    factor: float = 0.8,
) -> Dataset:
    """x = r (cos t, sin t) + noise · N(0, 1),  r = 1 where y = 0 and r = factor where y = 1,  t even over [0, 2π).

    Source: scikit-learn's ``make_circles`` after ``np.random.seed(seed)``, to the last bit: the course's own data.
    """
    if not (isinstance(factor, Real) and 0 <= factor < 1):
        raise ValueError(f"factor is {factor!r}; it takes a number in [0, 1)")

    def draw(m_0: int, m_1: int, rng: np.random.RandomState) -> tuple[Array, Array]:
        outer, inner = (_circle(np.linspace(0, 2 * np.pi, m_y, endpoint=False)) for m_y in (m_0, m_1))
        return _shuffled(outer, factor * inner, noise, rng)

    return _dataset(draw, m_train, m_test, noise, seeds)


def moons(*, m_train: int = 300, m_test: int = 100, noise: float = 0.2, seeds: tuple[int, int] = (3, 4)) -> Dataset:
    """x = (cos t, sin t) where y = 0, (1 − cos t, ½ − sin t) where y = 1, + noise · N(0, 1),  t even over [0, π].

    Source: scikit-learn's ``make_moons`` after ``np.random.seed(seed)``, to the last bit.
    """

    def draw(m_0: int, m_1: int, rng: np.random.RandomState) -> tuple[Array, Array]:
        upper, lower = (_circle(np.linspace(0, np.pi, m_y)) for m_y in (m_0, m_1))
        lower = 1 - lower
        lower[1] -= 0.5  # after the 1, as there: ½ − sin t rounds otherwise
        return _shuffled(upper, lower, noise, rng)

    return _dataset(draw, m_train, m_test, noise, seeds)


def spirals(
    *,
    m_train: int = 300,
    m_test: int = 100,
    noise: float = 0.03,
    seeds: tuple[int, int] = (7, 8),
    turns: float = 1.5,
) -> Dataset:
    """x = r (cos t, sin t) + noise · N(0, 1),  t = 2π · turns · r + π y,  r = √U(0, 1): two arms of Archimedes' spiral.

    The root spreads the points evenly over the disc, and so along the arms.
    """
    if not (isinstance(turns, Real) and 0 < turns < math.inf):
        raise ValueError(f"turns is {turns!r}; it takes a number above 0")

    def draw(m_0: int, m_1: int, rng: np.random.RandomState) -> tuple[Array, Array]:
        r_0, r_1 = np.sqrt(rng.uniform(size=m_0)), np.sqrt(rng.uniform(size=m_1))
        arm_0, arm_1 = r_0 * _circle(2 * np.pi * turns * r_0), r_1 * _circle(2 * np.pi * turns * r_1 + np.pi)
        return _shuffled(arm_0, arm_1, noise, rng)

    return _dataset(draw, m_train, m_test, noise, seeds)


def noisy_diagonal(
    *, m_train: int = 211, m_test: int = 200, noise: float = 0.15, seeds: tuple[int, int] = (5, 6)
) -> Dataset:
    """y = [x₂ − x₁ − 0.15 + noise · N(0, 1) > 0],  x uniform over [−0.8, 0.4] × [−0.7, 0.6].

    The line x₂ = x₁ + 0.15 runs through the rectangle's middle. Noise moves the labels, not the points: with the
    default one example in eleven lies on the wrong side, enough for a network without regularization to learn by heart.
    """

    def draw(m_0: int, m_1: int, rng: np.random.RandomState) -> tuple[Array, Array]:
        X = np.ascontiguousarray(rng.uniform(LOW, HIGH, size=(m_0 + m_1, 2)).T)
        Y = X[1:] - X[:1] - 0.15 + rng.normal(scale=noise, size=(1, m_0 + m_1)) > 0
        return X, Y.astype(np.float64)

    return _dataset(draw, m_train, m_test, noise, seeds)


DATASETS: dict[str, Callable[..., Dataset]] = {
    "circles": circles,
    "moons": moons,
    "spirals": spirals,
    "diagonal": noisy_diagonal,
}


def _circle(t: Array) -> Array:
    return np.stack([np.cos(t), np.sin(t)])


def _shuffled(X_0: Array, X_1: Array, noise: float, rng: np.random.RandomState) -> tuple[Array, Array]:
    """The examples of both classes in random order, then the noise, example by example."""
    X = np.hstack([X_0, X_1])
    Y = np.hstack([np.zeros((1, X_0.shape[1])), np.ones((1, X_1.shape[1]))])
    order = rng.permutation(X.shape[1])
    blur = rng.normal(scale=noise, size=X.T.shape).T
    return np.ascontiguousarray(X[:, order] + blur), Y[:, order]


def _dataset(
    draw: Callable[[int, int, np.random.RandomState], tuple[Array, Array]],
    m_train: int,
    m_test: int,
    noise: float,
    seeds: tuple[int, int],
) -> Dataset:
    """``draw(m_0, m_1, rng)`` for train and for test, ⌊m/2⌋ and ⌈m/2⌉ of the classes, with the arguments checked."""
    for name, m in (("m_train", m_train), ("m_test", m_test)):
        if not (isinstance(m, Integral) and m >= 1):
            raise ValueError(f"{name} is {m!r}; it takes a whole number, at least 1")
    if not (isinstance(noise, Real) and 0 <= noise < math.inf):
        raise ValueError(f"noise is {noise!r}; it takes a finite number, at least 0")
    if np.shape(seeds) != (2,) or not all(isinstance(seed, Integral) and 0 <= seed < 2**32 for seed in seeds):
        raise ValueError(f"seeds is {seeds!r}; it takes two whole numbers in [0, 2³²), for train and for test")
    train, test = (
        draw(m // 2, m - m // 2, np.random.RandomState(seed)) for m, seed in zip((m_train, m_test), seeds, strict=True)
    )
    return Dataset(*train, *test)
