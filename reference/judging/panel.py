"""The three witnesses, asked together; and when they disagree, which one is the odd one out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop.differences import Differences, network_differences
from reference.cases.problem import Problem
from reference.judging.tolerance import Magnitudes, compare, magnitudes_of, project, tolerance
from reference.witnesses import complex_step as step
from reference.witnesses.autodiff import Autodiff
from reference.witnesses.kept_answers import asked_anew, recalled

__all__ = [
    "WITNESSES",
    "Dispute",
    "Panel",
    "WitnessReport",
    "ask_witnesses",
    "central_differences",
    "compare_witnesses",
    "honest_witnesses",
    "odd_one_out",
]

WITNESSES = ("autodiff", "central_difference", "complex_step")


class Panel(NamedTuple):
    """Whom a court asks. ``selftest --gate`` puts a broken one in the place of each."""

    autodiff: Callable[[Problem], Autodiff]
    central_differences: Callable[[Problem, Magnitudes], Differences]
    complex_step: Callable[[Problem, step.Vectors], step.Probes]


class WitnessReport(NamedTuple):
    """What the three witnesses say of one stack of problems."""

    autodiff: Autodiff
    central: Differences
    probes: step.Probes
    M: Magnitudes  # that they are compared within


class Dispute(NamedTuple):
    """Two witnesses disagree on a case. ``odd`` is the one that the other two contradict, if there is one."""

    case: str
    odd: str | None
    text: str


def central_differences(problem: Problem, M: Magnitudes) -> Differences:
    """Differences of the data term by every parameter, in float64 whatever the case's dtype."""
    parameters = [(W.astype(np.float64), b.astype(np.float64)) for W, b in problem.parameters]
    return network_differences(problem.Y.astype(np.float64), parameters, M, **problem.architecture())


def honest_witnesses() -> Panel:
    """The three that everybody is held to. What autodiff said of the same problem may be recalled."""
    return Panel(recalled, central_differences, step.complex_step)


def ask_witnesses(
    problem: Problem,
    *,
    exhaustive: bool,
    rng: np.random.RandomState | None = None,
    witnesses: Panel | None = None,
) -> WitnessReport:
    """Ask all three. ``exhaustive``: the complex step along every coordinate, else along samples.

    ``witnesses``: others than the honest ones.
    """
    asked = witnesses or honest_witnesses()
    M = magnitudes_of(problem)
    V = step.every_coordinate(problem) if exhaustive else step.sampled(problem, rng or np.random.RandomState())
    with np.errstate(over="ignore", invalid="ignore"):  # out of range: nobody is asked to agree there
        return WitnessReport(
            asked.autodiff(problem),
            asked.central_differences(problem, M),
            asked.complex_step(problem, V),
            M,
        )


def compare_witnesses(
    problem: Problem, witness_report: WitnessReport, *, witnesses: Panel | None = None
) -> list[Dispute]:
    """Compare the witnesses with each other, each pair within what both admit; one dispute per case at most.

    Where sampled directions leave open who is odd, the complex step is asked for every coordinate of that case.
    """
    agree = _agreement(problem, witness_report)
    asked = witnesses or Panel(asked_anew, central_differences, step.complex_step)
    disputes = []
    for g in np.flatnonzero(~np.all(list(agree.values()), axis=0)):
        single = problem.at(int(g))
        full = ask_witnesses(single, exhaustive=True, witnesses=asked)
        verdicts = {pair: bool(ok[0]) for pair, ok in _agreement(single, full).items()}
        odd = odd_one_out(verdicts)
        pairs = ", ".join(f"{a} and {b}" for (a, b), ok in verdicts.items() if not ok) or "two of them"
        disputes.append(Dispute(str(single.cases[0]), odd, f"{pairs} disagree"))
    return disputes


def odd_one_out(agree: dict[tuple[str, str], bool]) -> str | None:
    """The witness that both others contradict while they agree with each other; ``None`` where there is none."""
    for pair, ok in agree.items():
        if ok and not any(other for rest, other in agree.items() if rest != pair):
            return next(w for w in WITNESSES if w not in pair)
    return None


def _agreement(problem: Problem, witness_report: WitnessReport) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Do two witnesses agree on the data term of J? ``(G,)`` for each pair of them."""
    ad, central, probes, magnitudes = witness_report
    G = len(problem.cases)
    blocks = [np.concatenate(pair, axis=-1) for pair in zip(ad.dW, ad.db, strict=True)]
    M = [np.concatenate(pair, axis=-1) for pair in zip(magnitudes.dW, magnitudes.db, strict=True)]
    V = [np.concatenate(pair, axis=-1) for pair in probes.V]

    ad_central = np.ones(G, dtype=bool)
    for g, D, bound, bar in zip(blocks, central.D, central.bound, M, strict=True):
        wrong = compare(g, D, tolerance(problem, magnitudes, bar, dtype="float64"), extra=bound).wrong
        ad_central &= ~wrong.any(axis=(-2, -1))

    along = tolerance(problem, magnitudes, project(M, [np.abs(v) for v in V]).T.astype(np.float64), dtype="float64")
    truth = probes.data.T.astype(np.float64)
    ad_step = ~np.any(compare(project(blocks, V).T.astype(np.float64), truth, along).wrong, axis=-1)

    # a direction through a coordinate that was left out says nothing of central differences
    known = [np.isfinite(bound) for bound in central.bound]
    admitted = [np.where(ok, bound, 0.0) for ok, bound in zip(known, central.bound, strict=True)]
    slack = project(admitted, [np.abs(v) for v in V])
    slack = np.where(project([~ok for ok in known], [v != 0 for v in V]) > 0, np.inf, slack).T.astype(np.float64)
    central_step = ~np.any(
        compare(project(central.D, V).T.astype(np.float64), truth, along, extra=slack).wrong, axis=-1
    )
    return {
        ("autodiff", "central_difference"): ad_central,
        ("autodiff", "complex_step"): ad_step,
        ("central_difference", "complex_step"): central_step,
    }
