"""The truth that ULPs are counted to: the gradient by the complex step in extended precision, forward only.

Of a case with more than ``WHOLE`` parameters, ``SAMPLED`` entries of each block are asked. Where ``longdouble`` is no
wider than double, ``arbitrary`` asks mpmath, and of small cases only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.problem import Problem
from reference.interface.outcome import named
from reference.witnesses import arbitrary_precision as arbitrary
from reference.witnesses.complex_step import complex_step, coordinates

__all__ = ["EXTENDED", "METHOD", "Truth", "truth"]

WHOLE, SAMPLED, CHUNK = 400, 24, 128
SMALL = 2_000  # parameters × examples × directions / 1000 that mpmath is asked for
EXTENDED = bool(np.finfo(np.longdouble).eps < np.finfo(np.float64).eps)
BITS = np.finfo(np.longdouble).nmant + 1
METHOD = (
    f"complex step in extended precision ({BITS} bits)"
    if EXTENDED
    else "complex step in 50 digits (mpmath), small cases"
)

Blocks = dict[str, NDArray[Any]]


class Truth(NamedTuple):
    """dJ of one problem by block, ``dW1 (n_1, n_0)`` …, in the widest real type; NaN where it was not asked."""

    data: Blocks  # of the data term
    l2: Blocks

    def total(self) -> Blocks:
        return {name: self.data[name] + self.l2[name] for name in self.data}


def truth(problem: Problem, *, at_zero: float | None = None) -> Truth | None:
    """dJ of a stack of one problem; ``None`` where it is too large for the arithmetic at hand.

    ``at_zero``: another slope of the hidden activation where its argument is exactly 0.
    """
    sizes = [a[0].size for pair in problem.parameters for a in pair]
    chosen = _chosen(sizes, problem.cases[0].seed)
    if EXTENDED:
        parts = [
            complex_step(problem, coordinates(problem, chosen[start : start + CHUNK]), at_zero=at_zero)
            for start in range(0, len(chosen), CHUNK)
        ]
        data, l2 = (np.concatenate([getattr(p, part)[:, 0] for p in parts]) for part in ("data", "l2"))
    elif sum(sizes) * problem.shape.m * len(chosen) <= 1000 * SMALL:
        data, l2 = arbitrary.complex_step(problem, chosen, at_zero=at_zero)
    else:
        return None
    shapes = [a.shape[1:] for pair in problem.parameters for a in pair]
    return Truth(*(_blocks(values, chosen, shapes) for values in (data, l2)))


def _chosen(sizes: list[int], seed: int) -> NDArray[np.integer]:
    if sum(sizes) <= WHOLE:
        return np.arange(sum(sizes))
    rng, starts = np.random.RandomState(seed), np.cumsum([0, *sizes[:-1]])
    picks = [rng.permutation(size)[:SAMPLED] + start for size, start in zip(sizes, starts, strict=True)]
    return np.sort(np.concatenate(picks))


def _blocks(values: NDArray[Any], chosen: NDArray[np.integer], shapes: list[tuple[int, ...]]) -> Blocks:
    flat = np.full(sum(int(np.prod(shape)) for shape in shapes), np.nan, dtype=values.dtype)
    flat[chosen] = values
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    split: Callable[..., Any] = np.split
    blocks = [part.reshape(shape) for part, shape in zip(split(flat, ends[:-1]), shapes, strict=True)]
    return {**named("dW", blocks[::2]), **named("db", blocks[1::2])}
