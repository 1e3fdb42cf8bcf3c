"""Whoever does the same by other means, each in the fastest way that was found; imported when asked.

Two things are asked of them. A ``Checker`` says whether gradients that someone wrote by hand are right; a ``Trainer``
takes one step of training. Both come as plain functions over one problem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from reference.interface.outcome import Single

__all__ = ["Array", "Blocks", "Checker", "Setting", "Single", "Trainer", "blocks_of", "flat", "unflat"]

Array = NDArray[Any]
Blocks = list[Array]  # W_1, b_1, …, W_L, b_L, or their gradients


class Checker(NamedTuple):
    """Someone who is handed a problem with its gradients, and accepts them or not."""

    name: str
    package: str
    looks_at: str  # which parameters
    accepts: Callable[[Single, Blocks], bool]
    cost: Callable[[Single], float]  # J as this peer has it: compared before anything is timed
    approximation: Callable[[Single], Array] | None = None  # its differences, flat, where it hands them out


class Setting(NamedTuple):
    """A network, a batch and a step length: everyone starts from the same numbers."""

    name: str
    X: Array  # (n_0, m)
    Y: Array  # (n_L, m): labels 0 or 1, or one-hot
    parameters: tuple[tuple[Array, Array], ...]
    output: str
    lambd: float
    keep_prob: float
    learning_rate: float

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.X.shape[0], *(W.shape[0] for W, b in self.parameters))

    @property
    def m(self) -> int:
        return self.X.shape[1]

    @property
    def dtype(self) -> DTypeLike:
        return self.X.dtype


class Trainer(NamedTuple):
    """One who trains. ``dropped`` makes of an array of ones what its own dropout makes of it."""

    name: str
    package: str
    step: Callable[[], object]
    parameters: Callable[[], Blocks]  # as they are now, in the course's orientation
    dropped: Callable[[int], Array] | None = None


def blocks_of(single: Single) -> Blocks:
    """The parameters, one after the other."""
    return [block for pair in single.parameters for block in pair]


def flat(blocks: Sequence[Array]) -> Array:
    """All entries as one vector, a copy."""
    return np.concatenate([np.ravel(block) for block in blocks])


def unflat(vector: Array, like: Sequence[Array]) -> Blocks:
    """Views of one vector, shaped as ``like``."""
    ends = np.cumsum([block.size for block in like])
    return [vector[end - block.size : end].reshape(block.shape) for end, block in zip(ends, like, strict=True)]
