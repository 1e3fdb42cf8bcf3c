"""A layer whose parameters' gradients are means over the batch where its forward pass has none: a convention.

Narrow, for a forgotten 1/m is the commonest mistake: only where a cotangent is given, the gradient of everything that
comes in is exact or handed on to another layer unseen, that of every parameter is the right one over the same number,
that number is the batch's size on draws of other sizes too, which no parameter has, and no example of the forward pass
knows of another, which a rerun with one of them changed shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.draws.observation import PairRun, run
from reference.pairs.inputs.text.vocabulary import Part, part_of
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["over_the_batch"]

Array = NDArray[Any]
OWN = (Part.WEIGHT, Part.BIAS, Part.GAIN, Part.SHIFT, Part.THETA, Part.INPUT_WEIGHT, Part.STATE_WEIGHT,
       Part.GATE_WEIGHT, Part.OUTPUT_WEIGHT, Part.STATE_BIAS, Part.OUTPUT_BIAS)  # fmt: skip
TEXT = "gradients of parameters are means over the batch: 1/{} of the sum over its examples"


def over_the_batch(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """The gradients that are right up to this convention, and what is said of it."""
    given = [parameter.name for parameter in pair.proposal.takes]
    right = [row.primal for row in standings.rows if row.conclusion is RowConclusion.RIGHT]
    wrong = [row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    parameters = _parameters([*right, *wrong], given)
    inputs = [name for name in right if name not in parameters]
    unseen = [name for name in given if any(name in judged.seen.run.primals for judged in standings.judged)]
    if not right and not any(row.primal in given for row in standings.rows):
        inputs = unseen[:1]
    whole = right in (inputs, []) and len(right) + len(wrong) == len(standings.rows)
    if not wrong or not inputs or not parameters.issuperset(wrong) or not whole:
        return {}
    counts: set[int] = set()
    of_parameters: list[bool] = []
    for judged in standings.judged:
        if not judged.seen.run.takes_cotangent or (right and not judged.blocks.keys() >= set(inputs)):
            return {}
        axes = {source: _batch_axis(judged, source, wrong) for source in inputs}
        if any(axis is None or not _apart(pair, judged, source, axis) for source, axis in axes.items()):
            return {}
        own = {judged.seen.run.primals[source].shape[axis] for source, axis in axes.items() if axis is not None}
        if len(own) > 1:
            return {}
        counts |= own
        of_parameters += [own.isdisjoint(judged.seen.run.primals[name].shape) for name in wrong]
    if len(counts) < 2 or not any(of_parameters):
        return {}
    return dict.fromkeys(wrong, TEXT.format("N"))


def _parameters(primals: list[str], given: list[str]) -> set[str]:
    """What is a layer's own: what an object keeps; of a function's arguments those that are called so, or have a name
    that says nothing, and do not come first.
    """
    if kept := {name for name in primals if name not in given}:
        return kept
    parts = {name: part_of(name) for name in primals}
    return {name for name, part in parts.items() if part in OWN or (part is Part.UNKNOWN and name != given[0])}


def _batch_axis(judged: Judged, source: str, wrong: list[str]) -> int | None:
    """The axis of the input whose size is what every wrong gradient is divided by."""
    shape = judged.seen.run.primals[source].shape
    fitting = [
        axis
        for axis, count in enumerate(shape)
        if all(_is_over(judged, name, count) for name in wrong if name in judged.blocks)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _is_over(judged: Judged, name: str, count: int) -> bool:
    block = judged.blocks[name]
    if count == 1:
        return block.standing is BlockStanding.RIGHT
    got = np.asarray(judged.seen.run.gradients[name], dtype=np.float64).ravel()
    allowed = judged.seen.estimates[name].allowed()
    for witness in (COMPLEX_STEP, AUTODIFF):
        if (of := judged.heard[name].get(witness)) is None:
            continue
        known = of.known()
        off = np.abs(got[of.entries[known]] * count - of.values[known])
        if np.any(off > count * allowed + of.bounds[known]):
            return False
        if of.direction is not None and np.isfinite(of.along):
            v = of.direction.ravel()
            if abs(float(got @ v) * count - of.along) > count * allowed * float(np.abs(v).sum()) + of.along_bound:
                return False
    return True


def _apart(pair: OpenPair, judged: Judged, source: str, axis: int) -> bool:
    """Whether no example of the forward pass knows of another: one is changed, the others' outputs stay."""
    draw, before = judged.seen.draw, judged.seen.run
    value = draw.arguments.get(source)
    count = before.primals[source].shape[axis]
    if not isinstance(value, np.ndarray) or value.shape != before.primals[source].shape:
        return False
    if count == 1:
        return True
    changed = value.copy()
    np.moveaxis(changed, axis, 0)[0] *= 0.5
    try:
        after = run(pair, draw._replace(arguments={**draw.arguments, source: changed}))
    except (TargetRaised, TargetDied):
        return False
    return all(_others_stay(b, a, count) for b, a in zip(before.outputs, after.outputs, strict=True)) and _same(
        before, after
    )


def _others_stay(before: Array, after: Array, count: int) -> bool:
    axes = [axis for axis, size in enumerate(before.shape) if size == count]
    return before.shape == after.shape and any(
        np.array_equal(np.moveaxis(before, axis, 0)[1:], np.moveaxis(after, axis, 0)[1:]) for axis in axes
    )


def _same(before: PairRun, after: PairRun) -> bool:
    return len(before.outputs) == len(after.outputs)
