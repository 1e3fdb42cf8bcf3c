"""One network, its gradients by hand, what autodiff says of them, and our own check of every parameter."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers import Array, Blocks, Single, flat
from manual_backprop import network
from manual_backprop.gradient_check import GradientCheck, network_gradient_check
from reference.cases.case import Case
from reference.cases.problem import draw
from reference.interface.outcome import singles
from reference.witnesses.autodiff import autodiff, gradients

__all__ = ["Question", "approximation", "doubled", "off", "question"]


class Question(NamedTuple):
    """A problem, and what is known of it."""

    single: Single
    by_hand: network.Gradients
    cost: float  # J by hand
    truth: Array  # autodiff's gradient, flat

    @property
    def blocks(self) -> Blocks:
        """The gradients by hand, one after the other."""
        return [block for pair in zip(self.by_hand.dW, self.by_hand.db, strict=True) for block in pair]

    def check(self) -> GradientCheck:
        """Ours: every parameter, kinks proven absent."""
        s = self.single
        return network_gradient_check(s.X, s.Y, s.parameters, self.by_hand, lambd=s.lambd, **_architecture(s))


def question(case: Case) -> Question:
    """Drawn from the case's seed."""
    problem = draw([case])
    (s,) = singles(problem)
    forward = network.forward_propagation(s.X, s.parameters, **_architecture(s))
    by_hand = network.backward_propagation(s.Y, s.parameters, forward, lambd=s.lambd, **_architecture(s))
    J = network.compute_cost(forward.Z[-1], s.Y, s.parameters, output=s.output, lambd=s.lambd)
    said = gradients(autodiff(problem))
    names = [f"{kind}{l}" for l in range(1, len(s.parameters) + 1) for kind in ("dW", "db")]
    return Question(s, by_hand, float(J), flat([said[name][0] for name in names]))


def _architecture(single: Single) -> dict[str, Any]:
    return {name: getattr(single, name) for name in ("hidden", "output", "masks", "keep_prob")}


def doubled(asked: Question) -> Question:
    """With a mistake planted: dW2 is twice what it should be."""
    dW = [2 * block if l == 1 else block for l, block in enumerate(asked.by_hand.dW)]
    return asked._replace(by_hand=asked.by_hand._replace(dW=dW))


def approximation(check: GradientCheck) -> Array:
    """Every difference, flat, in the order of the blocks."""
    return flat([block.approximation for block in check.blocks.values()])


def off(found: Array, asked: Question) -> float:
    """How far differences are from autodiff at most, relative to the largest entry of the whole gradient."""
    return float(np.abs(found - asked.truth).max() / np.abs(asked.truth).max())
