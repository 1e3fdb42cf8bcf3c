"""Where training starts: zeros, large random numbers, He's and Xavier's scales.

Every function returns ``[(W_1, b_1), …, (W_L, b_L)]`` with ``W_l (n_l, n_{l-1})`` and ``b_l (n_l, 1) = 0``.
``rng`` is a ``numpy.random.RandomState`` or ``Generator``; layer 1 is drawn first. ``layers_dims`` is
``(n_0, …, n_L)``; fewer than two entries, or one below 1, is a ``ValueError``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from manual_backprop.primitives import Array

__all__ = ["he", "random", "xavier", "zeros"]

Parameters = list[tuple[Array, Array]]
Random = np.random.RandomState | np.random.Generator


def zeros(layers_dims: Sequence[int]) -> Parameters:
    """W = 0: every unit of a layer stays equal to every other, so the network never learns more than one."""
    return _layers(layers_dims, lambda n, n_prev: np.zeros((n, n_prev)))


def random(layers_dims: Sequence[int], *, rng: Random, scale: float = 10.0) -> Parameters:
    """W = scale · N(0, 1). The course's scale of 10 saturates the output at once."""
    return _layers(layers_dims, lambda n, n_prev: rng.standard_normal((n, n_prev)) * scale)


def he(layers_dims: Sequence[int], *, rng: Random) -> Parameters:
    """W = N(0, 2 / n_prev), which keeps the variance through relu layers (He et al. 2015, eq. 10)."""
    return _layers(layers_dims, lambda n, n_prev: rng.standard_normal((n, n_prev)) * np.sqrt(2.0 / n_prev))


def xavier(layers_dims: Sequence[int], *, rng: Random, fan: Literal["in", "average"] = "in") -> Parameters:
    """W = N(0, 1 / n_prev), or N(0, 2 / (n + n_prev)) with ``fan="average"``.

    Source: Glorot & Bengio (2010), eq. 10 (the forward condition alone, the course's choice) and eq. 12 (the
    compromise between forward and backward).
    """
    if fan not in ("in", "average"):
        raise ValueError(f"fan is {fan!r}; it takes 'in' or 'average'")
    return _layers(
        layers_dims,
        lambda n, n_prev: rng.standard_normal((n, n_prev)) / np.sqrt(n_prev if fan == "in" else (n + n_prev) / 2),
    )


def _layers(layers_dims: Sequence[int], weights: Callable[[int, int], Array]) -> Parameters:
    dims = [int(n) for n in layers_dims]
    if len(dims) < 2 or min(dims) < 1 or dims != list(layers_dims):
        raise ValueError(f"layers_dims is {list(layers_dims)}; it takes two or more whole sizes, each at least 1")
    return [(weights(n, n_prev), np.zeros((n, 1))) for n_prev, n in pairwise(dims)]
