"""How far two correct programs of precision u may differ, entry by entry: C·u·M, and the unit of underflow.

    tolerance = C · (u · M + tiny · amplification),   C = 64 + max(m, n_0 … n_L)

M is pushed through the same graph by ``manual_backprop.magnitudes``, along the court's own forward pass: what is judged
has no part in how it is judged. There is no absolute tolerance anywhere: scaling the cost scales both sides. ``tiny``
is the smallest normal number; one program may flush what lies below it (JAX on the CPU does) and another not.

A tolerance can be so wide that it sees nothing. A coordinate is *resolved* where the tolerance is at most 1e-3 of the
largest entry of its block, or where M = 0, when only an exact zero (up to underflow) will do. What is not resolved
counts against coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop.magnitudes import RESOLUTION, Magnitudes, magnitudes
from reference.cases.problem import Problem

__all__ = [
    "Deviations",
    "Magnitudes",
    "Tolerance",
    "compare",
    "gradient_tolerances",
    "magnitudes_of",
    "project",
    "tolerance",
]

Array = NDArray[Any]


class Tolerance(NamedTuple):
    """How far one quantity of a stack of G problems may be off; shapes are the quantity's, ``(G, …)``."""

    unit: Array  # what errors are counted in: u · M + tiny · amplification
    C: float
    exact: NDArray[np.bool_]  # M = 0: the entry is zero whatever the rounding
    in_range: NDArray[np.bool_]  # C · M is a finite number of the dtype

    @property
    def width(self) -> Array:
        return self.C * self.unit


def magnitudes_of(problem: Problem) -> Magnitudes:
    """M of every quantity of a stack, float64; computed at each call. What overflows is in no tolerance's range."""
    wide = [(W.astype(np.float64), b.astype(np.float64)) for W, b in problem.parameters]
    forward: Any = problem.forward()
    with np.errstate(over="ignore", invalid="ignore"):
        return magnitudes(
            problem.X.astype(np.float64),
            problem.Y.astype(np.float64),
            wide,
            forward,
            lambd=problem.lambd,
            unit=problem.unit,
            **problem.architecture(),
        )


def tolerance(
    problem: Problem, M: Magnitudes, magnitude: Array, *, dtype: str | None = None, slack: float = 1.0
) -> Tolerance:
    """The tolerance of a quantity whose M is ``magnitude (G, …)``, at the precision of the case or of ``dtype``.

    ``slack``: how many times what is derived a caller allows.
    """
    info = np.finfo(dtype or problem.shape.dtype)
    amplification = M.amplification.reshape(-1, *(1,) * (magnitude.ndim - 1))
    with np.errstate(over="ignore"):
        unit = float(info.eps) * magnitude + float(info.tiny) * amplification
        in_range = float(info.max) > problem.C * magnitude
    return Tolerance(unit, slack * problem.C, magnitude == 0, in_range)


def gradient_tolerances(problem: Problem, M: Magnitudes | None = None) -> dict[str, Tolerance]:
    """The tolerance of every gradient, ``dW1``, ``db1``, …: data and L2 term together. ``M``, where it is known."""
    M = M or magnitudes_of(problem)
    found: dict[str, Tolerance] = {}
    for l, (dW, l2, db) in enumerate(zip(M.dW, M.l2, M.db, strict=True), start=1):
        found |= {f"dW{l}": tolerance(problem, M, dW + l2), f"db{l}": tolerance(problem, M, db)}
    return found


class Deviations(NamedTuple):
    """How far a quantity is from what a witness says of it, entry by entry."""

    error: Array  # in units of u · M; ``inf`` where either side is not finite and ought to be
    wrong: NDArray[np.bool_]
    resolved: NDArray[np.bool_]


def compare(got: Array, want: Array, allowed: Tolerance, *, extra: Array | float = 0.0) -> Deviations:
    """Entry by entry; ``extra`` widens the tolerance by what the witness itself admits (inf where it is silent)."""
    wide = np.asarray(got, dtype=np.float64)
    width = allowed.width + extra
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(wide - want)
        judged = allowed.in_range & np.isfinite(width)
        lost = judged & ~np.isfinite(difference)  # NaN compares as equal to everything, so it is said apart
        error = np.where(lost, np.inf, np.where(judged, difference * (allowed.C / width), 0.0))
        resolved = judged & ((width <= RESOLUTION * _largest(want, judged)) | (allowed.exact & (extra == 0)))
    return Deviations(error, error > allowed.C, resolved)


def _largest(block: Array, judged: NDArray[np.bool_]) -> Array:
    """The largest magnitude of each problem's block, shaped to broadcast against it."""
    axes = tuple(range(1, block.ndim))
    return np.max(np.abs(block), axis=axes, keepdims=True, initial=0.0, where=judged)


def project(blocks: Sequence[Array], V: Sequence[Array]) -> Array:
    """Σ over blocks of ⟨block, v⟩, for S directions: blocks ``(G, n, k)``, V ``(S, G, n, k)``, result ``(S, G)``."""
    with np.errstate(invalid="ignore"):  # ∞ · 0 in a block that is not finite: NaN, which ``compare`` calls wrong
        return sum(((block * v).sum(axis=(-2, -1)) for block, v in zip(blocks, V, strict=True)), start=np.zeros(()))
