"""A stranger's backward pass beside the derivative of its own forward pass and cost, by central differences.

Where these accuse, JAX is asked of the same code: where the two say two things, there is no telling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.interface.entry import OwnDerivative
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.descriptions import RemotePair, as_tree
from reference.targets.loss_differences import Differences, contradicts, differences
from reference.targets.pairing.losses import LOSSES
from reference.targets.process.supervisor import Worker
from reference.targets.reading.roles import Role

__all__ = ["own_of"]

SEEDS = range(701, 709)
TWO_THINGS = "the differences of its own cost, and JAX through the same code, say two things"


def own_of(
    worker: Worker, pair: RemotePair, costs: Sequence[str | None], case: Case | None = None
) -> Callable[[], OwnDerivative | None]:
    """How to hold a backward pass to its own forward pass: with its cost, or with the first known loss that fits.

    ``costs``: the file's own, ``None`` where the forward pass returns it; or the names of losses, which are a guess:
    where none of them fits there is no telling. ``case``: of which the shape is asked about, where it is said.
    """

    def own() -> OwnDerivative | None:
        if not pair.own_forward or (costs == [None] and pair.role != Role.BACKWARD):
            return None
        for cost in costs:
            try:
                found = _consistency(worker, pair, cost, case)
            except (TargetRaised, TargetDied, ValueError, TypeError, KeyError):  # there is no telling
                continue
            if cost not in LOSSES:
                return found
            if found is not None and found.consistent:
                return found._replace(cost=None, of_loss=cost)
        return None

    return own


def _consistency(worker: Worker, pair: RemotePair, cost: str | None, case: Case | None) -> OwnDerivative | None:
    """Central differences of the file's own J, at two steps; and where they accuse, JAX on the file's own code.

    Of the probes, the first on which every layer lives: where the file's own masks leave one dead, whatever lies before
    it has no part in J.
    """
    first: OwnDerivative | None = None
    for seed in SEEDS:
        found, dead = _compared(worker, pair, cost, _own_probe(pair, case, seed))
        if not dead or (found is not None and not found.consistent):
            return found
        first = first or found
    return first


def _compared(
    worker: Worker, pair: RemotePair, cost: str | None, problem: Problem
) -> tuple[OwnDerivative | None, bool]:
    """The backward pass beside the derivative of one problem; and does some layer's weight have no part in it?"""
    outcome = worker.ask("run", check=pair.check, problem=as_tree(problem), own=True)["outcome"]
    names = [(f"dW{l}", f"db{l}") for l in range(1, len(problem.parameters) + 1)]
    if not pair.biased:  # whatever the biases are, they do not enter
        outcome |= {db: np.zeros_like(b) for (_, db), (_, b) in zip(names, problem.parameters, strict=True)}
    got = np.concatenate([np.ravel(outcome[name][0]).astype(np.float64) for layer in names for name in layer])

    def J(stack: Problem) -> np.ndarray:
        return np.asarray(worker.ask("costs", check=pair.check, cost=cost, problem=as_tree(stack)), dtype=np.float64)

    found = differences(problem, J)
    best, smooth, scale = found.value, found.smooth, found.scale
    if got.shape != best.shape or not np.isfinite(best).all() or smooth.mean() < 0.5:
        return None, False
    off = np.abs(got - best)[smooth]
    consistent = bool(np.all(off <= found.error[smooth]))
    if not consistent and _contradicted_by_jax(worker, pair, cost, problem, found):
        return OwnDerivative(None, TWO_THINGS, pair.own_name, cost), False
    differ = float(off.max(initial=0.0) / scale)
    text = f"differs from the derivative of its own forward pass and cost by {differ:.2g} of the largest entry"
    ends = np.cumsum([a[0].size for layer in problem.parameters for a in layer])
    weights = np.split(best, ends[:-1])[::2]
    own = OwnDerivative(consistent, text, pair.own_name, cost, apart=differ)
    return own, any(not dW.any() for dW in weights)


def _contradicted_by_jax(
    worker: Worker, pair: RemotePair, cost: str | None, problem: Problem, found: Differences
) -> bool:
    """Does JAX, through the file's own code, say another derivative than its differences? Then nobody is accused."""
    if cost in LOSSES:
        return False
    try:
        by_jax = worker.ask("autodiff", check=pair.check, cost=cost, problem=as_tree(problem))
    except (TargetRaised, TargetDied):
        return False
    return contradicts(by_jax, found)


def _own_probe(pair: RemotePair, case: Case | None, seed: int) -> Problem:
    depth = 3 if 3 in pair.own_depths else pair.own_depths[-1]
    dims = (*(4, 3, 5, 2, 6, 3)[:depth], 1 if pair.own_output == "sigmoid" else pair.last or 3)
    keep_prob = 0.7 if pair.dropout else 1.0
    lambd = 1.3 if pair.l2 else 0.0
    shape = dims if case is None else case.dims
    return draw([Case(shape, 7, pair.hidden, pair.output, lambd=lambd, keep_prob=keep_prob, seed=seed)])
