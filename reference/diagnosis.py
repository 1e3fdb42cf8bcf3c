"""What is wrong, decided on probes: three fixed problems on which no two explanations coincide.

The smallest failing case is for the reader; it cannot tell ×2 from a forgotten 1/m at m = 1. A cause is named only
when it holds on every probe, entry by entry, within the tolerance; otherwise the finding stays unexplained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.autodiff import autodiff
from reference.case import Case
from reference.execution import Failure, run_once
from reference.findings import Certainty
from reference.implementations.entry import Entry
from reference.problem import Problem, draw
from reference.tolerance import compare, tolerance

__all__ = ["Cause", "diagnose", "probes"]

PROBES = ((4, 3, 5), (3, 5, 4), (5, 4, 3))  # widths: first, hidden ones in turn, last; never equal side by side
EXAMPLES = (6, 7, 9)
SEED = 700  # of the first probe: none of these has a dead layer

FACTORS: dict[str, Callable[[Problem], float]] = {
    "2": lambda p: 2.0,
    "1/2": lambda p: 0.5,
    "−1": lambda p: -1.0,
    "0": lambda p: 0.0,
    "4": lambda p: 4.0,
    "m": lambda p: float(p.shape.m),
    "1/m": lambda p: 1.0 / p.shape.m,
    "keep_prob": lambda p: float(p.keep_prob[0]),
    "1/keep_prob": lambda p: 1.0 / float(p.keep_prob[0]),
    "keep_prob²": lambda p: float(p.keep_prob[0]) ** 2,
    "1/keep_prob²": lambda p: 1.0 / float(p.keep_prob[0]) ** 2,
}
BIAS = "(λ/m) b"  # an L2 term where none belongs
CODE_OF = {name: "MB302" for name in FACTORS if "keep_prob" in name} | {"m": "MB102", "1/m": "MB102"}


class Cause(NamedTuple):
    code: str
    certainty: Certainty
    text: str
    candidates: list[str]


class Ratios(NamedTuple):
    """Of one probe: the factors that explain each part; ``None`` where the part is right, or was not asked."""

    total: set[str] | None
    data: set[str] | None
    l2: set[str] | None


def diagnose(entry: Entry, failure: Failure) -> Cause:
    """Name the cause of a wrong gradient, or say that it is unexplained."""
    if failure.code not in ("MB199", "MB202"):
        return Cause(failure.code, "exactly", failure.text, [])
    try:
        found = [_ratios(entry, failure, problem) for problem in probes(entry, failure.case)]
    except Exception as error:
        return Cause("MB199", "unexplained", f"the probes raised {type(error).__name__}: {error}", [])
    everywhere = f"on {len(found)} of {len(found)} probes"
    for part, names in zip(Ratios._fields, map(_common, zip(*found, strict=True)), strict=True):
        if not names:
            continue
        candidates = names if len(names) > 1 else []
        certainty: Certainty = "exactly" if len(names) == 1 else "consistent"
        factor = " or ".join(names)
        if part == "total":
            return Cause(
                CODE_OF.get(names[0], "MB101"), certainty, f"the gradient × {factor}, {everywhere}", candidates
            )
        if part == "data":
            text = f"the data term × {factor} (the L2 term is right), {everywhere}"
            return Cause(CODE_OF.get(names[0], "MB101"), certainty, text, candidates)
        if names == [BIAS]:
            text = f"the gradient with (λ/m) b added (biases are not decayed), {everywhere}"
            return Cause("MB202", certainty, text, candidates)
        if names == ["0"]:
            text = f"the gradient without its L2 term (the data term is right), {everywhere}"
            return Cause("MB201", certainty, text, candidates)
        text = f"the gradient with its L2 term × {factor} (the data term is right), {everywhere}"
        return Cause("MB202", certainty, text, candidates)
    seen = failure.text or "the ratio to the reference is no constant of the problem"
    return Cause(failure.code, "unexplained", seen, [])


def _common(found: tuple[set[str] | None, ...]) -> list[str]:
    """The factors that explain every probe; none where a probe is right as it is."""
    if not found or any(names is None for names in found):
        return []
    return [name for name in (*FACTORS, BIAS) if all(name in names for names in found if names is not None)]


def _ratios(entry: Entry, failure: Failure, problem: Problem) -> Ratios:
    output = failure.output
    kind = output.rstrip("0123456789")
    l = int(output[len(kind) :] or 0) - 1
    witness = autodiff(problem)
    total = run_once(entry, problem)[output]
    data = run_once(entry, replace(problem, lambd=np.zeros_like(problem.lambd)))[output]
    want, M = getattr(witness, kind)[l], getattr(problem.M, kind)[l]
    if kind == "db" and problem.lambd.any() and _right(problem, data, want, M):
        decay = problem.lambd[:, None, None] / problem.shape.m * problem.parameters[l][1]
        decayed = _right(problem, total - data, decay, 2 * M + np.abs(decay))
        return Ratios(None, None, {BIAS} if decayed else set())
    if kind != "dW" or not problem.lambd.any():
        return Ratios(_explaining(problem, total, want, M), None, None)
    l2, M_l2 = witness.l2[l], problem.M.l2[l]
    return Ratios(
        _explaining(problem, total, want + l2, M + M_l2),
        _explaining(problem, data, want, M) if _right(problem, total - data, l2, 2 * M + M_l2) else None,
        _explaining(problem, total - data, l2, 2 * M + M_l2) if _right(problem, data, want, M) else None,
    )


def _right(problem: Problem, got: NDArray, want: NDArray, M: NDArray) -> bool:
    return not compare(got, want, tolerance(problem, M)).wrong.any()


def _explaining(problem: Problem, got: NDArray, want: NDArray, M: NDArray) -> set[str] | None:
    """The factors c for which ``got`` is c times ``want``; ``None`` where it is right as it is."""
    if _right(problem, got, want, M):
        return None
    scaled = {name: factor(problem) for name, factor in FACTORS.items()}
    return {name for name, c in scaled.items() if _right(problem, got, c * want, max(1.0, abs(c)) * M)}


def probes(entry: Entry, case: Case) -> Iterator[Problem]:
    """Three non-degenerate problems of the case's depth, activation, output and dtype."""
    for k in range(len(PROBES)):
        yield draw([_probe(entry, case, k)])


def _probe(entry: Entry, case: Case, k: int) -> Case:
    first, hidden, last = PROBES[k]
    depth = len(case.dims) - 1
    dims = (first, *((hidden, first)[l % 2] for l in range(depth - 1)), last)
    return Case(
        dims,
        EXAMPLES[k],
        case.hidden,
        case.output,
        lambd=1.3 if entry.domain.l2 else 0.0,  # unlike keep_prob and its inverse
        keep_prob=0.7 if entry.domain.dropout else 1.0,
        dtype=case.dtype,
        seed=SEED + k,
    )
