"""One stack of problems before the court: ask the witnesses, run the entry, compare entry by entry.

``judge`` returns plain numbers (a ``Tally`` per output) and what is wrong (``Failure``s); it decides nothing about
the run as a whole. The data term and the L2 term are judged apart, since a strong regulariser hides a wrong data
gradient, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.problem import Problem
from reference.cases.quantities import is_gradient, is_intermediate
from reference.interface.entry import Entry, Outcome
from reference.judging.execution import Failure, Raised, attempt, begun, malformed, raised
from reference.judging.hearing import WitnessCache, hearing
from reference.judging.panel import Dispute, Panel, WitnessReport
from reference.judging.tolerance import Deviations, Magnitudes, compare, project, tolerance

__all__ = ["Court", "Judgement", "Tally", "judge"]

DIGITS = 1e-6  # relative to its block: what is off by less than this may be right but inaccurate

Array = NDArray[Any]
Compare = Callable[..., Deviations]  # as ``tolerance.compare``


class Tally(NamedTuple):
    """What was counted of one output, over any number of cases; tallies add up."""

    cases: int = 0
    coordinates: int = 0
    excluded: int = 0  # by central differences, at kinks
    unresolved: int = 0  # by autodiff's tolerance or by central differences' bound
    worst_error: float = 0.0  # in units of u · M
    autodiff: int = 0  # coordinates compared with each witness
    central_difference: int = 0
    complex_step: int = 0
    uncovered: int = 0  # left out or unresolved by central differences alone, in float64

    def __add__(self, other: Tally) -> Tally:  # type: ignore[override]  # a sum, where tuples would be joined
        return Tally(
            self.cases + other.cases,
            self.coordinates + other.coordinates,
            self.excluded + other.excluded,
            self.unresolved + other.unresolved,
            max(self.worst_error, other.worst_error),
            self.autodiff + other.autodiff,
            self.central_difference + other.central_difference,
            self.complex_step + other.complex_step,
            self.uncovered + other.uncovered,
        )


class Quantity(NamedTuple):
    """What is compared, and with what."""

    output: str
    got: Array
    want: Array
    M: Array
    central: tuple[Array, Array, Array] | None = None  # D, bound, straddles
    along: tuple[Array, Array] | None = None  # V (S, G, …) of this block alone, and dJ along it
    term: str = ""  # "data" or "l2", where it is one of the two that an output is made of


class Court(NamedTuple):
    """What a judgement rests on, where it is not the court's own. ``selftest --gate`` breaks one part at a time."""

    witnesses: Panel | None = None
    compare: Compare | None = None


OURS = Court()


class Judgement(NamedTuple):
    """What was compared of each output, what is wrong, and where the witnesses disagree."""

    tallies: dict[str, Tally]
    failures: list[Failure]
    disputes: list[Dispute]


def judge(
    entry: Entry,
    problem: Problem,
    *,
    exhaustive: bool,
    rng: np.random.RandomState,
    witness_cache: WitnessCache | None = None,
    court: Court = OURS,
) -> Judgement:
    """Judge one entry on one stack; ``exhaustive`` asks the complex step for every coordinate."""
    as_taken = problem if entry.as_taken is None else attempt(partial(entry.as_taken, problem))
    if isinstance(as_taken, Raised):
        return Judgement({}, [raised(entry, problem, as_taken.error)], [])
    problem = as_taken
    with begun(entry, problem) as fetch:
        witness_report, disputes = hearing(problem, exhaustive, rng, witness_cache, court.witnesses)
        answer = attempt(fetch)
    if isinstance(answer, Raised):
        return Judgement({}, [raised(entry, problem, answer.error)], disputes)
    outcome, of_data, failures = answer
    bad = list(malformed(entry, problem, outcome)) or list(malformed(entry, problem, of_data))
    failures, misshapen = failures + bad, {failure.output for failure in bad}
    outcome, of_data = (_well_formed(o, misshapen, witness_report) for o in (outcome, of_data))
    tallies: dict[str, Tally] = {}
    wrong: dict[tuple[str, str], Failure] = {}
    # a target may return anything; what is not finite is for ``compare`` to say
    with np.errstate(invalid="ignore", over="ignore"):
        for quantity in _quantities(problem, witness_report, outcome, of_data):
            tally, failure = _assess(entry, problem, witness_report.M, quantity, court.compare or compare)
            output = quantity.output
            if output in misshapen:
                continue
            if quantity.term:  # the same coordinates, looked at once more
                tally = Tally(worst_error=tally.worst_error)
            tallies[output] = tallies.get(output, Tally()) + tally
            if failure is not None:
                wrong[output, quantity.term] = failure
    return Judgement(tallies, failures + _reading(wrong), disputes)


def _well_formed(outcome: Outcome, misshapen: set[str], witness_report: WitnessReport) -> Outcome:
    """The outcome without what cannot be compared; a gradient is stood in for by the witness's, and not judged."""
    kept = {name: array for name, array in outcome.items() if name not in misshapen}
    for l in range(1, len(witness_report.autodiff.dW) + 1):
        kept.setdefault(f"dW{l}", witness_report.autodiff.dW[l - 1])
        kept.setdefault(f"db{l}", witness_report.autodiff.db[l - 1])
    return kept


# --- comparing --------------------------------------------------------------------------------------------


def _quantities(
    problem: Problem, witness_report: WitnessReport, outcome: Outcome, of_data: Outcome
) -> Iterator[Quantity]:
    """Every quantity that was returned, beside what the witnesses say of it."""
    ad, central, probes, M = witness_report
    L = len(problem.shape.dims) - 1
    regularized = problem.lambd.any()
    for l in range(L):
        W_block = (central.D[l][..., :-1], central.bound[l][..., :-1], central.straddles[l][..., :-1])
        b_block = (central.D[l][..., -1:], central.bound[l][..., -1:], central.straddles[l][..., -1:])
        VW, Vb = probes.V[l]
        dW, db = f"dW{l + 1}", f"db{l + 1}"
        data, total = of_data[dW], outcome[dW]
        yield Quantity(
            dW,
            total,
            ad.dW[l] + ad.l2[l],
            M.dW[l] + M.l2[l],
            (W_block[0] + ad.l2[l], *W_block[1:]),
            (VW, probes.data + probes.l2),
        )
        yield Quantity(db, outcome[db], ad.db[l], M.db[l], b_block, (Vb, probes.data))
        if regularized:
            yield Quantity(dW, data, ad.dW[l], M.dW[l], W_block, (VW, probes.data), term="data")
            yield Quantity(dW, total - data, ad.l2[l], 2 * M.dW[l] + M.l2[l], None, (VW, probes.l2), term="l2")
            yield Quantity(db, outcome[db] - of_data[db], np.zeros_like(ad.db[l]), 2 * M.db[l], term="l2")
    keep_prob = problem.keep_prob[:, None, None]
    dropped = zip(ad.H, problem.masks or (), strict=False)
    want_A = ad.H[:-1] if problem.masks is None else [H * (D / keep_prob) for H, D in dropped]
    wanted: dict[str, list[tuple[Array, Array]]] = {
        "cost": [(ad.cost + ad.l2_cost, M.cost + M.l2_cost)],
        "Z": list(zip(ad.Z, M.Z, strict=True)),
        "A": [*zip(want_A, M.A[1:], strict=True), (ad.dZ[-1] + problem.Y.astype(np.float64), M.dZ[-1])],
        "dZ": list(zip(ad.dZ, M.dZ, strict=True)),
        "dA": list(zip(ad.dA, M.dA, strict=True)),
    }
    for kind, layers in wanted.items():
        for l, (want, magnitude) in enumerate(layers, start=1):
            name = kind if kind == "cost" else f"{kind}{l}"
            if name in outcome:
                yield Quantity(name, outcome[name], want, magnitude)


def _assess(
    entry: Entry, problem: Problem, M: Magnitudes, q: Quantity, compare: Compare
) -> tuple[Tally, Failure | None]:
    """Compare one quantity with each witness that speaks of it."""
    slack = entry.slack.get(problem.shape.dtype, 1.0)
    allowed = tolerance(problem, M, q.M, slack=slack)
    by_autodiff = compare(q.got, q.want, allowed)
    wrong, resolved = by_autodiff.wrong, by_autodiff.resolved
    counts = Tally(cases=len(problem.cases), coordinates=q.got.size, autodiff=q.got.size)
    if q.central is not None:
        D, bound, straddles = q.central
        by_central = compare(q.got, D, allowed, extra=bound)
        known = np.isfinite(bound)
        wrong, resolved = wrong | (by_central.wrong & known), resolved & by_central.resolved
        alone = compare(q.want, D, tolerance(problem, M, q.M, dtype="float64"), extra=bound)
        counts = counts._replace(
            excluded=int(straddles.sum()),
            central_difference=int(known.sum()),
            uncovered=int((~alone.resolved).sum()),
        )
        resolved = resolved | straddles  # counted once, as excluded
    if q.along is not None:
        wrong, asked = (
            wrong | _along(problem, M, q, by_autodiff, slack, compare),
            int((q.along[0] != 0).any(axis=(-2, -1)).sum()),
        )
        counts = counts._replace(complex_step=asked)
    counts = counts._replace(
        unresolved=int((~resolved).sum()),
        worst_error=float(np.max(by_autodiff.error, initial=0.0)),
    )
    return counts, (_failure(entry.check, problem, q, by_autodiff, wrong) if wrong.any() else None)


def _along(
    problem: Problem, M: Magnitudes, q: Quantity, by_autodiff: Deviations, slack: float, compare: Compare
) -> NDArray[np.bool_]:
    """Where a directional derivative of the complex step contradicts, as a mask over the block's entries."""
    assert q.along is not None
    V, truth = q.along
    ours = (V != 0).any(axis=(-2, -1))  # directions of this block alone: (S, G)
    got = project([q.got.astype(np.longdouble)], [V])
    along = project([q.M], [np.abs(V)])
    # a direction's other blocks are zero, so the truth along it is this block's own
    allowed = tolerance(problem, M, along.T.astype(np.float64), slack=slack)
    found = compare(got.T.astype(np.float64), truth.T.astype(np.float64), allowed)
    bad = found.wrong & ours.T  # (G, S)
    if not bad.any():
        return np.zeros(q.got.shape, dtype=bool)
    touched = (V != 0) & bad.T[..., None, None]
    worst = by_autodiff.error == by_autodiff.error.max(axis=(-2, -1), keepdims=True)
    return touched.any(axis=0) & worst


def _failure(check: str, problem: Problem, q: Quantity, compared: Deviations, wrong: NDArray[np.bool_]) -> Failure:
    """The entry that is furthest off, in the first case that is wrong."""
    g = int(np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=-1))[0])
    error = np.where(wrong[g], np.maximum(compared.error[g], 1e-300), -1.0)
    index = tuple(int(k) for k in np.unravel_index(int(np.argmax(error)), error.shape))
    got, want = float(q.got[g][index]), float(q.want[g][index])
    found = Failure(check, q.output, "MB199", problem.cases[g], "", index, got, want, float(wrong[g].mean()))
    if not np.isfinite(got):
        return found._replace(code="MB401", text="not finite")
    if q.output == "cost":
        return found._replace(code="MB802", text="is another than the reference, by no mistake that is known")
    largest = float(np.max(np.abs(q.want[g]), initial=0.0))
    off = float(np.max(np.where(wrong[g], np.abs(q.got[g] - q.want[g]), 0.0)))
    if 0 < off <= DIGITS * largest:
        return found._replace(code="MB402", text=f"right to {-np.log10(off / largest):.1f} digits")
    return found


def _reading(wrong: dict[tuple[str, str], Failure]) -> list[Failure]:
    """Failures of outputs, made of the quantities that are off: the L2 term of dW2 alone is an L2 mistake of dW2."""
    failures: dict[str, Failure] = {}
    gradients = any(is_gradient(output) for output, _ in wrong)
    for (output, term), failure in wrong.items():
        if failure.code == "MB199":
            if term == "l2" and (output, "data") not in wrong:
                failure = failure._replace(code="MB202", text="the data term is right, the L2 term is not")
            elif is_intermediate(output) and not gradients:
                failure = failure._replace(code="MB305", text="wrong, but no gradient of a parameter is affected")
        kept = failures.get(output)
        if kept is None:
            failures[output] = failure
        elif kept.code in ("MB199", "MB402") and failure.code == "MB202":
            failures[output] = kept._replace(code=failure.code, text=failure.text)  # with the whole gradient's numbers
    return list(failures.values())
