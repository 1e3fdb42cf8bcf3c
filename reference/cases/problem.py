"""The arrays that cases stand for, stacked along one leading axis.

Arrays come from ``numpy.random.RandomState(seed)``, whose stream NumPy has frozen, in this order: X, then W_l and
b_l layer by layer, then Y, then the masks. A case of ``dtype=float32`` is drawn in float64 and rounded once.

A near-tie, |Z| ≤ C·u·Z̄ ahead of a kink, is a draw where two correct programs may take different sides. The column
of X is drawn anew from the same stream, and counted as nudged; where that does not help, everything is. An exact tie
(Z̄ = 0) is kept: there all agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.cases.case import Case, Shape
from reference.cases.forward import Forward, forward_pass, near_kinks

__all__ = ["Problem", "draw"]

Array = NDArray[Any]
Parameters = tuple[tuple[Array, Array], ...]
Masks = tuple[NDArray[np.bool_], ...] | None
ALLOWANCE = 64  # the part of C that does not grow: the largest ratio ever seen is below a tenth of it
ANEW = 10  # of so many nudges, one draws everything anew
NUDGES = 100  # of one case before it is given up; each one hits a set of measure near C·u


@dataclass(frozen=True)
class Problem:
    """A stack of G problems of one shape. Arrays are read-only, in the case's dtype, examples in columns."""

    cases: tuple[Case, ...]
    X: Array  # (G, n_0, m)
    Y: Array  # (G, n_L, m)
    parameters: Parameters  # ((W_1 (G, n_1, n_0), b_1 (G, n_1, 1)), …)
    masks: Masks  # (D_1 (G, n_1, m), …), or None where nothing is dropped
    lambd: Array  # (G,)
    keep_prob: Array  # (G,)
    nudged: int  # columns of X that were drawn anew

    @property
    def shape(self) -> Shape:
        return self.cases[0].shape

    @cached_property
    def unit(self) -> float:
        """u of the dtype under test."""
        return float(np.finfo(self.shape.dtype).eps)

    @cached_property
    def C(self) -> int:
        """The factor of the tolerance C · u · M: a sequential sum of n equal terms alone can be off by n · u · M."""
        return ALLOWANCE + max(self.shape.m, *self.shape.dims)

    def architecture(self) -> dict[str, Any]:
        """The keywords that ``manual_backprop.network`` and its witnesses share."""
        return {
            "hidden": self.shape.hidden,
            "output": self.shape.output,
            "masks": self.masks,
            "keep_prob": self.keep_prob,
        }

    def at(self, index: slice | int) -> Problem:
        """A part of the stack, still a stack."""
        part = index if isinstance(index, slice) else slice(index, index + 1 or None)
        return replace(
            self,
            cases=self.cases[part],
            X=self.X[part],
            Y=self.Y[part],
            parameters=tuple((W[part], b[part]) for W, b in self.parameters),
            masks=None if self.masks is None else tuple(D[part] for D in self.masks),
            lambd=self.lambd[part],
            keep_prob=self.keep_prob[part],
        )

    def masked(self, masks: Masks) -> Problem:
        """The same problem with other masks: those that a target draws by itself."""
        return replace(self, masks=masks)

    def forward(self) -> Forward:
        """The court's own forward pass of these arrays, float64; computed at each call."""
        return forward_pass(self.X, self.parameters, **self.architecture())


def draw(cases: Sequence[Case], rng: np.random.RandomState | None = None) -> Problem:
    """Draw a stack of cases of one shape. ``rng`` is scratch: it is reseeded for every case.

    Raises ``ValueError`` for no case, for cases of different shapes, and for a near-tie that no draw removes.
    """
    shapes = {case.shape for case in cases}
    if len(shapes) != 1:
        raise ValueError(f"a stack takes cases of one shape; given {len(shapes)}")
    rng = np.random.RandomState() if rng is None else rng
    drawn, nudged = [], 0
    for case in cases:
        rng.seed(case.seed)
        drawn.append(_draw_one(case, rng))
    stacked = _stack(cases, drawn)
    for index in map(int, np.flatnonzero(_near_ties(stacked).any(axis=-1))):
        case = cases[index]
        rng.seed(case.seed)
        arrays = _draw_one(case, rng)
        columns = np.flatnonzero(_near_ties(_stack([case], [arrays]))[0])
        for k in range(1, NUDGES + 1):
            if not columns.size:
                break
            nudged += columns.size
            if k % ANEW:
                arrays["X"][:, columns] = rng.standard_normal((case.dims[0], columns.size))
            else:  # what a dead or a dropped layer cuts off sees biases alone, whatever X is
                arrays = _draw_one(case, rng)
            columns = np.flatnonzero(_near_ties(_stack([case], [arrays]))[0])
        if columns.size:
            raise ValueError(f"{NUDGES} new draws left a pre-activation within rounding of a kink: {case}")
        drawn[index] = arrays
    return replace(_stack(cases, drawn) if nudged else stacked, nudged=nudged)


def _draw_one(case: Case, rng: np.random.RandomState) -> dict[str, Any]:
    X = rng.standard_normal((case.dims[0], case.m))
    parameters = []
    for n_prev, n in pairwise(case.dims):
        W = rng.standard_normal((n, n_prev)) * (case.scale * np.sqrt(2.0 / n_prev))
        b = rng.standard_normal((n, 1)) * case.scale  # drawn in either case: the stream stays the same
        parameters.append((W, b if case.bias == "random" else np.zeros_like(b)))
    n_L = case.dims[-1]
    if case.output == "sigmoid":
        Y = (rng.random_sample((n_L, case.m)) < 0.5).astype(np.float64)
    elif case.output == "softmax":
        Y = (np.arange(n_L)[:, None] == rng.randint(n_L, size=case.m)).astype(np.float64)
    else:
        Y = rng.standard_normal((n_L, case.m))
    masks = [rng.random_sample((n, case.m)) < case.keep_prob for n in case.dims[1:-1]]
    return {"X": X, "parameters": parameters, "Y": Y, "masks": masks}


def _stack(cases: Sequence[Case], drawn: list[dict[str, Any]]) -> Problem:
    shape = cases[0].shape

    def stack(arrays: list[Array], dtype: str = shape.dtype) -> Array:
        stacked = np.array(arrays).astype(dtype)
        stacked.flags.writeable = False
        return stacked

    layers = range(len(shape.dims) - 1)
    parameters = tuple(
        (stack([d["parameters"][l][0] for d in drawn]), stack([d["parameters"][l][1] for d in drawn])) for l in layers
    )
    masks = tuple(stack([d["masks"][l] for d in drawn], "bool") for l in layers[:-1]) if shape.dropout else None
    X, Y = stack([d["X"] for d in drawn]), stack([d["Y"] for d in drawn])
    lambd = np.array([case.lambd for case in cases])
    keep_prob = np.array([case.keep_prob for case in cases])
    return Problem(tuple(cases), X, Y, parameters, masks, lambd, keep_prob, 0)


def _near_ties(problem: Problem) -> NDArray[np.bool_]:
    """The examples ``(G, m)`` that hold a pre-activation within rounding of a kink."""
    return near_kinks(
        problem.forward(), problem.parameters, hidden=problem.shape.hidden, reach=problem.C * problem.unit
    )
