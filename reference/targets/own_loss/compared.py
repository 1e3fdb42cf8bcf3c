"""A gradient beside the differences of the loss that the same function returns, on problems of every shape it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.cases.quantities import gradient_names
from reference.interface.entry import Outcome, Violation
from reference.targets.loss_differences import Differences, differences
from reference.targets.own_loss.asked import OwnLoss

__all__ = ["GUARDED", "BlockCompared", "Compared", "beside_differences", "misshapen", "problems"]

WIDTHS = ((4, 3, 5, 2), (3, 5, 4, 6), (5, 4, 3, 7))  # before the last layer, never equal side by side
EXAMPLES, SEED, LAMBD = (6, 1, 8), 710, 1.3
FEW = 3  # shapes of the last turn
GUARDED = 1e-6  # of the largest entry: a logarithm that is guarded by 1e-8 is off by so much


class BlockCompared(NamedTuple):
    """One gradient on one problem, beside the derivative of the loss."""

    name: str
    got: np.ndarray
    want: np.ndarray
    smooth: np.ndarray
    wrong: bool


class Compared(NamedTuple):
    """One problem, and every gradient on it."""

    problem: Problem
    differences: Differences
    blocks: dict[str, BlockCompared]


def problems(own: OwnLoss, *, decayed: bool = True) -> Iterator[Problem]:
    """Stacks of one: every shape that it takes, with several examples and with one. ``decayed``: λ is not 0."""
    shapes = list(dict.fromkeys([*own.shapes, *((depth, own.shapes[0][1]) for depth in own.raises)]))
    for k, m in enumerate(EXAMPLES):
        for depth, last in shapes if k < 2 else shapes[:FEW]:
            dims = (*WIDTHS[k][:depth], last)
            lambd = LAMBD if own.l2 and decayed else 0.0
            problem = draw([Case(dims, m, own.hidden, own.output, lambd=lambd, seed=SEED + k)])
            yield problem if own.taken is None else own.taken(problem)


def misshapen(own: OwnLoss, problem: Problem, outcome: Outcome) -> list[Violation]:
    """What is not returned, or has a shape that would broadcast later."""
    found = []
    for name in _names(own, problem):
        a, l = outcome.get(name), int(name[2:]) - 1
        owed = problem.parameters[l]["Wb".index(name[1])].shape[1:]
        if a is None:
            found.append(Violation(name, "MB702", f"{name} is not returned"))
        elif a.shape[1:] != owed:
            found.append(Violation(name, "MB501", f"{name} has shape {a.shape[1:]}; it takes {owed}"))
    return found


def _names(own: OwnLoss, problem: Problem) -> list[str]:
    names = gradient_names(len(problem.parameters))
    return names if own.biases else [name for name in names if name.startswith("dW")]


def beside_differences(own: OwnLoss, problem: Problem, outcome: Outcome) -> Compared | None:
    """``None`` where differences do not say."""
    d = differences(problem, own.losses)
    if d.smooth.mean() < 0.5:
        return None
    return Compared(problem, d, {block.name: block for block in _blocks(own, problem, outcome, d)})


def _blocks(own: OwnLoss, problem: Problem, outcome: Outcome, d: Differences) -> Iterator[BlockCompared]:
    at = 0
    names = _names(own, problem)
    for l, layer in enumerate(problem.parameters, 1):
        for kind, a in zip(("dW", "db"), layer, strict=True):
            part, at = slice(at, at + a[0].size), at + a[0].size
            name = f"{kind}{l}"
            if name not in names:
                continue
            got, want = np.ravel(outcome[name][0]).astype(np.float64), d.value[part]
            smooth = d.smooth[part]
            allowed = d.error[part] + GUARDED * d.scale
            wrong = bool(np.any(~(np.abs(got - want) <= allowed)[smooth]))
            yield BlockCompared(name, got, want, smooth, wrong)
