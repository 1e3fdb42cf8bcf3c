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
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from manual_backprop.differences import KINKED
from manual_backprop.magnitudes import Magnitudes, allowance, kept_shares, magnitudes
from reference.cases.case import Case, Shape

__all__ = ["Problem", "draw"]

Array = NDArray[Any]
Parameters = tuple[tuple[Array, Array], ...]
Masks = tuple[NDArray[np.bool_], ...] | None
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
    M: Magnitudes  # float64, at these arrays
    nudged: int  # columns of X that were drawn anew

    @property
    def shape(self) -> Shape:
        return self.cases[0].shape

    @property
    def unit(self) -> float:
        """u of the dtype under test."""
        return float(np.finfo(self.shape.dtype).eps)

    @property
    def C(self) -> int:
        return allowance(self.shape.m, self.shape.dims)

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
            M=_take(self.M, part),
        )

    def masked(self, masks: Masks) -> Problem:
        """The same problem with other masks: those that a target draws by itself."""
        with np.errstate(over="ignore", invalid="ignore"):
            M = _magnitudes(self.shape, self.X, self.Y, self.parameters, self.lambd, masks, self.keep_prob)
        return replace(self, masks=masks, M=M)

    def kept(self) -> list[Array]:
        """D_l / keep_prob of every hidden layer, ones where nothing is dropped."""
        return kept_shares(self.M.forward, self.masks, self.keep_prob)

    def double(self) -> tuple[Array, Array, Parameters]:
        """X, Y and the parameters in float64: what the witnesses see."""
        wide = np.float64
        return (
            self.X.astype(wide),
            self.Y.astype(wide),
            tuple((W.astype(wide), b.astype(wide)) for W, b in self.parameters),
        )


def _take(tree: Any, part: slice) -> Any:
    """``part`` of every array in nested tuples and lists."""
    if isinstance(tree, np.ndarray):
        return tree[part]
    if isinstance(tree, list):
        return [_take(leaf, part) for leaf in tree]
    return type(tree)(*(_take(leaf, part) for leaf in tree))


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
    for index in _near_ties(stacked):
        case = cases[index]
        rng.seed(case.seed)
        arrays = _draw_one(case, rng)
        columns = _columns(_stack([case], [arrays]))
        for k in range(1, NUDGES + 1):
            if not columns.size:
                break
            nudged += columns.size
            if k % ANEW:
                arrays["X"][:, columns] = rng.standard_normal((case.dims[0], columns.size))
            else:  # what a dead or a dropped layer cuts off sees biases alone, whatever X is
                arrays = _draw_one(case, rng)
            columns = _columns(_stack([case], [arrays]))
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
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is out of range, and counts as unresolved
        M = _magnitudes(shape, X, Y, parameters, lambd, masks, keep_prob)
    return Problem(tuple(cases), X, Y, parameters, masks, lambd, keep_prob, M, 0)


def _magnitudes(
    shape: Shape, X: Array, Y: Array, parameters: Parameters, lambd: Array, masks: Masks, keep_prob: Array
) -> Magnitudes:
    return magnitudes(
        X.astype(np.float64),
        Y.astype(np.float64),
        [(W.astype(np.float64), b.astype(np.float64)) for W, b in parameters],
        hidden=shape.hidden,
        output=shape.output,
        lambd=lambd,
        masks=masks,
        keep_prob=keep_prob,
        unit=float(np.finfo(shape.dtype).eps),
    )


def _ties(problem: Problem) -> list[NDArray[np.bool_]]:
    """For each hidden layer ``(G, n, m)``: is Z within rounding of the kink, but not exactly determined?"""
    if problem.shape.hidden not in KINKED:
        return []
    near = problem.C * problem.unit
    pairs = zip(problem.M.forward.Z[:-1], problem.M.Z[:-1], strict=True)
    return [(Z_bar > 0) & (np.abs(Z) <= near * Z_bar) for Z, Z_bar in pairs]


def _near_ties(problem: Problem) -> list[int]:
    hit = np.zeros(len(problem.cases), dtype=bool)
    for tie in _ties(problem):
        hit |= tie.any(axis=(-2, -1))
    return [int(k) for k in np.flatnonzero(hit)]


def _columns(problem: Problem) -> NDArray[np.intp]:
    """The examples of a stack of one that hold a near-tie."""
    hit = np.zeros(problem.shape.m, dtype=bool)
    for tie in _ties(problem):
        hit |= tie[0].any(axis=-2)
    return np.flatnonzero(hit)
