"""Two derivatives in one: a loss that answers for the logits of its argument, a softmax that leaves its own to it, a
sigmoid or softmax that is handed the labels and answers for the loss as well.

Neither is the derivative of its own forward pass, and neither means to be: together they are right. Which is told by
numbers alone: entry by entry it is the true derivative carried on through a sigmoid or a softmax.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.pairs.draws.drawn import Judged
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["combined"]

Array = NDArray[Any]
ALIKE = 1e-5  # a guard within the logarithm moves it by so much
LOGITS = "is declared, not derived: the gradient by what a {} was given, of which this argument is the answer"
HANDED_ON = "is declared, not derived: what comes in is handed on, as where the loss answers for the softmax too"
OF_A_LOSS = (
    "is declared, not derived: what comes in is subtracted from the output, as the labels of the loss that goes with it"
)


def combined(standings: Standings) -> dict[str, str]:
    """By primal, where all that is wrong with a pair is of this kind on every draw."""
    wrong = [row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    if len(wrong) != 1:
        return {}
    (name,) = wrong
    told = [(next(iter(_of(judged, name)), ""), judged) for judged in standings.judged if name in judged.blocks]
    said = {text for text, judged in told if text or not _but_for_a_guard(judged, name)}
    text = said.pop() if len(said) == 1 else ""
    shapes = [judged.seen.run.outputs[0].shape for judged in standings.judged]
    several = any(n > 1 for shape in shapes for n in shape[1:] or shape)  # a vector is one example
    return {name: text} if text and (several or text != HANDED_ON) else {}  # of one class alone it says nothing


def _of(judged: Judged, name: str) -> Iterator[str]:
    run = judged.seen.run
    got, primal = run.gradients[name], run.primals[name].astype(np.float64)
    if run.takes_cotangent:
        same = [c for c in run.cotangents if c.shape == got.shape and np.array_equal(c, got)]
        if same and any(_axes_of_a_softmax(output) for output in run.outputs):
            yield HANDED_ON
        if any(_less_the_labels(got, output, c) for output, c in zip(run.outputs, run.cotangents, strict=True)):
            yield OF_A_LOSS
        if not all(output.size < got.size for output in run.outputs):
            return  # only what sums up, as a loss of every example, answers for the logits
    if not (np.all(primal > 0) and np.all(primal < 1)):
        return
    for want in _truths(judged, name, got.shape):
        for axis in _axes_of_a_softmax(primal):
            if _alike(got, primal * (want - np.sum(want * primal, axis=axis, keepdims=True))):
                yield LOGITS.format("softmax")
        if _alike(got, want * primal * (1 - primal)):
            yield LOGITS.format("sigmoid")


def _less_the_labels(got: Array, output: Array, given: Array) -> bool:
    """Is it what comes out less what comes in, over a number of examples: of numbers between 0 and 1 no derivative?"""
    if not got.shape == output.shape == given.shape or not (np.all(output > 0) and np.all(output <= 1)):
        return False
    return any(_alike(got, (output - given) / n) for n in {1, output.size, *output.shape})


def _but_for_a_guard(judged: Judged, name: str) -> bool:
    """In this configuration it is the derivative, but for what a constant within the logarithm moves."""
    got = judged.seen.run.gradients[name]
    return any(_alike(got, want) for want in _truths(judged, name, got.shape))


def _truths(judged: Judged, name: str, shape: tuple[int, ...]) -> Iterator[Array]:
    """What a witness says of every entry."""
    for of in judged.heard[name].values():
        if of.entries.size == int(np.prod(shape)) and of.known().all():
            yield of.values.astype(np.float64).reshape(shape)


def _axes_of_a_softmax(output: Array) -> list[int]:
    """Along which positive numbers sum to one."""
    if output.dtype.kind != "f" or not output.size or np.any(output < 0):
        return []
    return [k for k in range(output.ndim) if np.allclose(output.sum(axis=k), 1.0, rtol=0, atol=1e-5)]


def _alike(got: Array, want: Array) -> bool:
    return bool(np.all(np.abs(got - want) <= ALIKE * max(float(np.max(np.abs(want), initial=0.0)), 1e-300)))
