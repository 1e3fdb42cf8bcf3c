"""What a verified case is: the stream of cases, and the way of a stack of them from its lines to the verdict.

A case is a network of three layers (widths 1 to 11, relu, sigmoid output), a batch of 1 to 19 examples, L2 and dropout,
zero biases in one of ten. It is verified when the forward and backward passes of the code under test have run, every
entry of its gradients lies within the derived tolerance of autodiff, and within the bound of kink-aware central
differences of every parameter. Drawing the arrays, and the magnitudes that tolerances are made of, are part of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.peers import Blocks, Single
from manual_backprop.differences import Differences
from reference.cases.case import Case
from reference.cases.generation import STACK
from reference.cases.problem import Problem, draw
from reference.interface.entry import Entry, Outcome
from reference.interface.outcome import singles
from reference.judging.judge import judge
from reference.judging.panel import central_differences
from reference.judging.tolerance import Magnitudes, compare, gradient_tolerances, magnitudes_of
from reference.witnesses.autodiff import Autodiff, autodiff, gradients

__all__ = ["Cases", "Examined", "examine", "stacks", "stages", "verified"]

WIDTH, EXAMPLES, ZERO_BIASES = 11, 19, 0.1


class Examined(NamedTuple):
    """Of one stack: the largest error as a share of what is allowed, and what central differences could see."""

    by_autodiff: float
    by_differences: float
    coordinates: int
    covered: int


def stacks(count: int, seed: int) -> list[list[Case]]:
    """``count`` stacks, no two of one shape."""
    rng, found = np.random.RandomState([seed, 11]), {}
    while len(found) < count:
        dims = tuple(int(n) for n in rng.randint(1, WIDTH + 1, size=4))
        m = int(rng.randint(1, EXAMPLES + 1))
        found[dims, m] = [
            Case(
                dims,
                m,
                lambd=round(rng.uniform(0.1, 2), 3),
                keep_prob=round(rng.uniform(0.3, 0.95), 3),
                bias="zero" if rng.random_sample() < ZERO_BIASES else "random",
                seed=int(rng.randint(2**32, dtype=np.uint32)),
            )
            for _ in range(STACK)
        ]
    return list(found.values())


def verified(entry: Entry, stack: Sequence[Case], scratch: np.random.RandomState) -> Examined:
    """One stack, from its lines to the verdict."""
    problem = draw(stack, scratch)
    M = magnitudes_of(problem)
    return examine(problem, M, entry.run(problem), autodiff(problem), central_differences(problem, M))


def examine(problem: Problem, M: Magnitudes, outcome: Outcome, said: Autodiff, central: Differences) -> Examined:
    """Every entry of every gradient, against both witnesses."""
    worst, apart, coordinates, covered = 0.0, 0.0, 0, 0
    wanted, widths = gradients(said), gradient_tolerances(problem, M)
    for l, (D, bound) in enumerate(zip(central.D, central.bound, strict=True), start=1):
        for name, columns in ((f"dW{l}", slice(None, -1)), (f"db{l}", slice(-1, None))):
            width = widths[name]
            first = compare(outcome[name], wanted[name], width)
            approximation = D[..., columns] + (said.l2[l - 1] if name.startswith("dW") else 0)
            second = compare(outcome[name], approximation, width, extra=bound[..., columns])
            worst = max(worst, float(first.error.max()))
            apart = max(apart, float(second.error.max()))
            coordinates, covered = coordinates + second.resolved.size, covered + int(second.resolved.sum())
    return Examined(worst / problem.C, apart / problem.C, coordinates, covered)


def stages(entry: Entry, cases: Sequence[Sequence[Case]], scratch: np.random.RandomState) -> dict[str, float]:
    """Seconds a case, stage by stage, over all stacks."""
    spent = dict.fromkeys(("drawing, magnitudes", "code under test", "autodiff", "differences", "comparing"), 0.0)
    for stack in cases:
        marks = [time.perf_counter()]
        problem = draw(stack, scratch)
        M = magnitudes_of(problem)
        marks.append(time.perf_counter())
        outcome = entry.run(problem)
        marks.append(time.perf_counter())
        said = autodiff(problem)
        marks.append(time.perf_counter())
        central = central_differences(problem, M)
        marks.append(time.perf_counter())
        examine(problem, M, outcome, said, central)
        marks.append(time.perf_counter())
        for name, taken in zip(spent, np.diff(marks), strict=True):
            spent[name] += float(taken) / (len(cases) * len(stack))
    return spent


# --- what everyone is asked -------------------------------------------------------------------------------------


class Cases(NamedTuple):
    """Ours take a stack at once, the others one problem."""

    entry: Entry  # the code under test
    stacks: list[list[Case]]
    problems: list[Problem]  # the same, drawn
    alone: list[Problem]  # the first of each
    wide: list[list[Case]]  # of the distribution that ``verify`` draws from

    def given(self, number: int) -> tuple[Single, Blocks]:
        """The first case of a stack, with the gradients that were written by hand."""
        alone = self.alone[number % len(self.alone)]
        outcome, layers = self.entry.run(alone), range(1, len(alone.parameters) + 1)
        return singles(alone)[0], [outcome[f"{kind}{l}"][0] for l in layers for kind in ("dW", "db")]

    def widely(self) -> int:
        """How many of ``verify``'s own cases are accused, by all three witnesses."""
        accused, scratch = 0, np.random.RandomState()
        for stack in self.wide:
            found = judge(self.entry, draw(stack, scratch), exhaustive=False, rng=scratch)
            accused += len(found.failures) + len(found.disputes)
        return accused
