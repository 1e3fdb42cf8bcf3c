"""What central differences of every parameter of one network cost. ``python -m benchmarks --only exhaustive``

100-64-32-10 on 16 examples, relu, softmax, L2 and dropout: 8,874 parameters. Ours tells of each whether a kink was
crossed and how large the error of the difference can be, which takes more than one quotient; the others take one, and
tell neither. Who looks along one direction alone stands beside them, and is no measure for the goal. Then ours by
itself on 784-128-64-10 with 32 examples: time, memory, and its errors beside those of the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.agreement import WitnessAgreement, table, wrong
from benchmarks.machine import installed
from benchmarks.peers import Checker
from benchmarks.peers import autograd as autograd_peer
from benchmarks.peers import jax as jax_peer
from benchmarks.peers.numdifftools import GRADIENT
from benchmarks.peers.plain import LOOP, loop
from benchmarks.peers.scipy import THREE_POINT
from benchmarks.peers.torch import GRADCHECK, GRADCHECK_FAST
from benchmarks.plan import BenchmarkPlan, Say
from benchmarks.questions import Question, approximation, doubled, off, question
from benchmarks.tables import ABSENT, duration, durations, markdown, met, size, times
from benchmarks.timing import interleaved, ratio, spread, traced_peak
from reference.cases.case import Case
from reference.targets.metering import peak_memory

__all__ = ["CHECKERS", "FULL", "QUICK", "Sizes", "measure"]

OURS = "manual-backprop network_gradient_check"
CHECKERS = (LOOP, THREE_POINT, GRADIENT, GRADCHECK, GRADCHECK_FAST, autograd_peer.CHECK_GRADS, jax_peer.CHECK_GRADS)
GOAL, LARGE_SECONDS, LARGE_BYTES = 40, 4.0, 200e6
DIFFERENCES = "differences and autodiff's, relative to the largest"
PLANTED, UNTOUCHED = "dW2 doubled: accepted", "right gradients: not accepted"
CLOSE = 1e-5  # a difference that is further off is no difference of this cost


class Sizes(NamedTuple):
    medium: Case
    large: Case
    rounds: int
    sample: int  # of the loop's parameters, at the large size


SMALL, MEDIUM, LARGE = (
    Case(dims, m, output="softmax", lambd=0.7, keep_prob=0.86, seed=3)
    for dims, m in (((30, 20, 10, 5), 16), ((100, 64, 32, 10), 16), ((784, 128, 64, 10), 32))
)
FULL, QUICK = Sizes(MEDIUM, LARGE, 5, 400), Sizes(SMALL, MEDIUM, 3, 40)


# --- verified first ---------------------------------------------------------------------------------------------


def _own(asked: Question) -> list[WitnessAgreement]:
    check = asked.check()
    return [
        WitnessAgreement(OURS, DIFFERENCES, off(approximation(check), asked), CLOSE),
        WitnessAgreement(OURS, PLANTED, float(doubled(asked).check().verdict != "FAIL"), 0),
        WitnessAgreement(OURS, UNTOUCHED, float(check.verdict != "PASS"), 0),
    ]


def _peer(checker: Checker, asked: Question) -> list[WitnessAgreement]:
    apart = abs(checker.cost(asked.single) / asked.cost - 1)
    found = [
        WitnessAgreement(checker.name, "J and the network's, relative", apart, 1e-12),
        WitnessAgreement(checker.name, PLANTED, float(_accepts(checker, doubled(asked))), 0),
    ]
    if checker.approximation is not None:
        found.append(
            WitnessAgreement(checker.name, DIFFERENCES, off(checker.approximation(asked.single), asked), CLOSE)
        )
    return found


def _accepts(checker: Checker, asked: Question) -> bool:
    return checker.accepts(asked.single, asked.blocks)


# --- then timed -------------------------------------------------------------------------------------------------


def measure(
    plan: BenchmarkPlan, say: Say, *, sizes: Sizes | None = None, checkers: Sequence[Checker] = CHECKERS
) -> bool:
    """Print the tables; false where someone was wrong."""
    sizes = sizes or (QUICK if plan.quick else FULL)
    asked = question(sizes.medium)
    present = [checker for checker in checkers if installed(checker.package)]
    agreements = _own(asked) + [a for checker in present for a in _peer(checker, asked)]
    say(table(agreements))
    if OURS in (bad := wrong(agreements)):
        return False
    say(_beside_peers(plan, sizes, asked, checkers, bad))
    return _alone(plan, sizes, say) and not bad


def _beside_peers(
    plan: BenchmarkPlan, sizes: Sizes, asked: Question, checkers: Sequence[Checker], bad: set[str]
) -> str:
    present = [checker for checker in checkers if installed(checker.package) and checker.name not in bad]
    accepted = {checker.name: _accepts(checker, asked) for checker in present}
    work: dict[str, Callable[[int], object]] = {OURS: lambda number: asked.check()}
    work |= {checker.name: lambda number, checker=checker: _accepts(checker, asked) for checker in present}
    taken = interleaved(work, plan.rounds or sizes.rounds, seed=plan.seed)
    typical = {name: spread(t).median for name, t in taken.items()}
    beside = {name: ratio(t, taken[OURS]) for name, t in taken.items()}
    whole = [checker.name for checker in present if checker.looks_at == LOOP.looks_at]
    best = min(whole, key=beside.__getitem__, default=None) if sizes.medium == MEDIUM else None
    rows = [(OURS, "every parameter, kinks proven", duration(typical[OURS]), "1", "", "accepted")]
    for checker in checkers:
        name = checker.name
        if name not in taken:
            said = "wrong, not timed" if name in bad else ABSENT
            rows.append((name, checker.looks_at, said, "", "", ""))
            continue
        goal = met(f"≥ {GOAL}", beside[name].median >= GOAL) if name == best else ""
        judged = "accepted" if accepted[name] else "rejected"
        rows.append((name, checker.looks_at, duration(typical[name]), times(*beside[name]), goal, judged))
    title = f"{asked.truth.size:,} parameters"
    return markdown((title, "looks at", "median", "times ours", "goal, of the best", "the right gradients"), rows)


def _alone(plan: BenchmarkPlan, sizes: Sizes, say: Say) -> bool:
    """A network of the size of MNIST's."""
    asked = question(sizes.large)
    check = asked.check()
    which = np.sort(np.random.RandomState(0).permutation(asked.truth.size)[: sizes.sample])
    whole = np.abs(asked.truth).max()
    ours = np.abs(approximation(check) - asked.truth)[which] / whole
    theirs = np.abs(loop(asked.single, which) - asked.truth[which]) / whole
    on = f"error and the plain loop's, on {len(which)} entries"
    agreements = [
        WitnessAgreement(OURS, DIFFERENCES, off(approximation(check), asked), CLOSE),
        WitnessAgreement(OURS, UNTOUCHED, float(check.verdict != "PASS"), 0),
        WitnessAgreement(OURS, f"the largest {on}", float(ours.max()), float(theirs.max())),
        WitnessAgreement(OURS, f"the median {on}", float(np.median(ours)), float(np.median(theirs))),
    ]
    say(table(agreements))
    if wrong(agreements):
        return False
    taken = interleaved({OURS: lambda number: asked.check()}, plan.rounds or sizes.rounds, seed=plan.seed)
    seconds, held, resident = spread(taken[OURS]), traced_peak(asked.check), peak_memory(asked.check)
    in_time, in_memory = seconds.median <= LARGE_SECONDS, held <= LARGE_BYTES
    goals = (met(f"≤ {LARGE_SECONDS:.0f} s", in_time), met(f"≤ {size(LARGE_BYTES)}", in_memory))
    time_goal, memory_goal = goals if sizes.large == LARGE else ("", "")
    rows = [
        ("time, median (quartiles)", durations(*seconds), time_goal),
        ("most memory, NumPy's own count", size(held), memory_goal),
        ("most memory, the system's count", "not told" if resident is None else size(resident), ""),
    ]
    dims = "-".join(map(str, sizes.large.dims))
    say(markdown((f"{asked.truth.size:,} parameters: {dims}, {sizes.large.m} examples", "ours", "goal"), rows))
    return True
