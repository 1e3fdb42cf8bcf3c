"""How many random networks are verified in a second? ``python -m benchmarks --only verified``

``verification`` says what a case is, and what verified means. The others judge the same gradients, one case at a time,
each case of a shape that they have not met. Whoever rejects gradients that are right is not wrong in the sense of the
first table: how often it does is printed beside its time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.agreement import WitnessAgreement, table, wrong
from benchmarks.machine import installed
from benchmarks.peers import Checker
from benchmarks.peers.jax import CHECK_GRADS, GRAD_AND_LOOP
from benchmarks.peers.plain import LOOP
from benchmarks.peers.torch import GRADCHECK, GRADCHECK_FAST
from benchmarks.plan import BenchmarkPlan, Say
from benchmarks.tables import ABSENT, duration, markdown, met, times
from benchmarks.timing import interleaved, ratio, spread
from benchmarks.verification import Cases, stacks, stages, verified
from manual_backprop.gradient_check import COVERAGE
from reference.cases.generation import STACK, random_stacks
from reference.cases.problem import draw
from reference.interface.entry import Entry, Outcome
from reference.judging.tolerance import compare, magnitudes_of, tolerance
from reference.targets import resolve
from reference.witnesses.autodiff import autodiff, warm_up

__all__ = ["CHECKERS", "FULL", "QUICK", "Sizes", "measure"]

OURS = "manual-backprop"
CHECKERS = (GRAD_AND_LOOP, LOOP, GRADCHECK, GRADCHECK_FAST, CHECK_GRADS)
GOAL, GOALS = 1000, {GRAD_AND_LOOP.name: 500, GRADCHECK.name: 50, GRADCHECK_FAST.name: 15}
PLANTED = "dW2 doubled: share accepted"
WINDOW = 4  # shapes that everyone is asked in a round: ours a stack of each, the others one case of each


class Sizes(NamedTuple):
    shapes: int  # each a stack of ``STACK`` cases
    passes: int  # over all of them
    rounds: int  # of ``WINDOW`` shapes for everyone
    sample: int  # right cases that are put to a peer, before anything is timed
    wide: int  # cases of the distribution that ``verify`` draws from


FULL, QUICK = Sizes(256, 5, 21, 64, 1024), Sizes(32, 3, 2, 4, 64)


# --- verified first ---------------------------------------------------------------------------------------------


def _own(cases: Cases) -> list[WitnessAgreement]:
    entry, scratch = cases.entry, np.random.RandomState()
    planted = entry._replace(run=lambda problem: _doubled(entry.run(problem)))
    seen = [verified(entry, stack, scratch) for stack in cases.stacks]
    missed = [verified(planted, stack, scratch).by_autodiff <= 1 for stack in cases.stacks[:4]]
    n, covered = sum(e.coordinates for e in seen), sum(e.covered for e in seen)
    allowance = "share of what is allowed"
    return [
        WitnessAgreement(OURS, f"gradients and autodiff's, {allowance}", max(e.by_autodiff for e in seen), 1),
        WitnessAgreement(OURS, f"gradients and differences, {allowance}", max(e.by_differences for e in seen), 1),
        WitnessAgreement(OURS, "entries that differences do not resolve", 1 - covered / n, 1 - COVERAGE),
        WitnessAgreement(OURS, PLANTED, float(np.mean(missed)), 0),
        WitnessAgreement(OURS, "of `verify`'s own cases accused", cases.widely(), 0),
    ]


def _doubled(outcome: Outcome) -> Outcome:
    return {**outcome, "dW2": 2 * outcome["dW2"]}


def _peer(checker: Checker, cases: Cases, count: int) -> list[WitnessAgreement]:
    """Is its J ours, and is a planted mistake rejected? Asked where doubling dW2 is a mistake of some size."""
    asked = [k for k in range(len(cases.alone)) if np.abs(cases.given(k)[1][2]).max() > 0.01][:count]
    off, accepted = [], []
    for k in asked:
        alone = cases.alone[k]
        said, M = autodiff(alone), magnitudes_of(alone)
        single, blocks = cases.given(k)
        found = compare(
            np.array([checker.cost(single)]), said.cost + said.l2_cost, tolerance(alone, M, M.cost + M.l2_cost)
        )
        off.append(float(found.error.max()) / alone.C)
        blocks[2] = 2 * blocks[2]
        accepted.append(checker.accepts(single, blocks))
    return [
        WitnessAgreement(checker.name, "J and autodiff's, share of what is allowed", max(off, default=np.nan), 1),
        WitnessAgreement(checker.name, PLANTED, float(np.mean(accepted or np.nan)), 0),
    ]


# --- then timed -------------------------------------------------------------------------------------------------


def measure(
    plan: BenchmarkPlan,
    say: Say,
    *,
    sizes: Sizes | None = None,
    entry: Entry | None = None,
    checkers: Sequence[Checker] = CHECKERS,
) -> bool:
    """Print the tables; false where someone was wrong."""
    sizes = sizes or (QUICK if plan.quick else FULL)
    entry = entry or resolve("manual_backprop")().entries[0]
    drawn, rng = stacks(sizes.shapes, plan.seed), np.random.RandomState([plan.seed, 77])
    wide = list(random_stacks(entry.domain, rng, sizes.wide, stacked=STACK))
    problems = [draw(stack) for stack in drawn]
    cases = Cases(entry, drawn, problems, [problem.at(0) for problem in problems], wide)
    began = time.perf_counter()
    warm_up()
    compiled = time.perf_counter() - began
    present = [checker for checker in checkers if installed(checker.package)]
    agreements = _own(cases) + [a for checker in present for a in _peer(checker, cases, 3)]
    say(table(agreements))
    if OURS in (bad := wrong(agreements)):
        return False
    say(_throughput(plan, sizes, cases, compiled))
    said = {c.name: "wrong, not timed" if c.name in bad else ABSENT for c in checkers}
    say(_beside_peers(plan, sizes, cases, checkers, [c for c in present if c.name not in bad], said))
    return not bad


def _throughput(plan: BenchmarkPlan, sizes: Sizes, cases: Cases, compiled: float) -> str:
    entry, scratch, count = cases.entry, np.random.RandomState(), sum(map(len, cases.stacks))
    work: dict[str, Callable[[int], object]] = {
        "all": lambda number: [verified(entry, stack, scratch) for stack in cases.stacks],
        "alone": lambda number: [entry.run(problem) for problem in cases.problems],
        "wide": lambda number: cases.widely(),
    }
    taken = interleaved(work, plan.rounds or sizes.passes, seed=plan.seed, batch=None)
    rate, wider = spread([count / t for t in taken["all"]]), spread([sizes.wide / t for t in taken["wide"]])
    alone = spread(taken["alone"]).median / count
    shares = stages(entry, cases.stacks, scratch)
    rows = [
        ("cases verified in a second", times(*rate), met(f"≥ {GOAL:,}", rate.median >= GOAL)),
        ("compilation, once a run and not in it", duration(compiled), ""),
        *((f"of a case's time: {name}", duration(seconds), "") for name, seconds in shares.items()),
        ("the code under test alone, a case", duration(alone), ""),
        ("verification, times that", times(*ratio(taken["all"], taken["alone"])), ""),
        ("`verify`'s own cases in a second, three witnesses", times(*wider), ""),
    ]
    return markdown((f"{count:,} cases of {len(cases.stacks)} shapes", "median (quartiles)", "goal"), rows)


def _rejected(checker: Checker, cases: Cases, count: int) -> str:
    """How many right gradients, and how many of these are of networks without biases, where exact ties are common."""
    asked = [k * len(cases.alone) // count for k in range(count)]
    biases = [cases.alone[k].cases[0].bias for k in asked]
    found = [bias for k, bias in zip(asked, biases, strict=True) if not checker.accepts(*cases.given(k))]
    return f"{len(found)} of {count}; with zero biases {found.count('zero')} of {biases.count('zero')}"


def _beside_peers(
    plan: BenchmarkPlan,
    sizes: Sizes,
    cases: Cases,
    checkers: Sequence[Checker],
    present: Sequence[Checker],
    said: dict[str, str],
) -> str:
    scratch = np.random.RandomState()
    rejected = {c.name: _rejected(c, cases, sizes.sample) for c in present}

    def window(number: int) -> range:
        return range(number * WINDOW, (number + 1) * WINDOW)

    def ours(number: int) -> None:
        for k in window(number):
            verified(cases.entry, cases.stacks[k % len(cases.stacks)], scratch)

    def asked(checker: Checker, number: int) -> None:
        for k in window(number):
            checker.accepts(*cases.given(k))

    work = {OURS: ours} | {checker.name: partial(asked, checker) for checker in present}
    taken = interleaved(work, plan.rounds or sizes.rounds, seed=plan.seed, batch=None)
    for name, seconds in taken.items():
        taken[name] = [t / WINDOW / (STACK if name == OURS else 1) for t in seconds]
    mine = duration(spread(taken[OURS]).median)
    rows = [(OURS, "every parameter, by two witnesses", mine, "1", "", f"0 of {sum(map(len, cases.stacks)):,}")]
    for checker in checkers:
        name, goal = checker.name, GOALS.get(checker.name)
        if name not in taken:
            rows.append((name, checker.looks_at, said[name], "", "", ""))
            continue
        beside = ratio(taken[name], taken[OURS])
        rows.append((
            name, checker.looks_at, duration(spread(taken[name]).median), times(*beside),
            "" if goal is None else met(f"≥ {goal}", beside.median >= goal), rejected[name],
        ))  # fmt: skip
    return markdown(("one case", "looks at", "median", "times ours", "goal", "right gradients rejected"), rows)
