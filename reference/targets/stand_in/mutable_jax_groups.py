"""Recorded steps put together: those of one kind that do not wait for one another are one operation.

All entrywise ones work on their elements side by side, all others as a batch. So a convolution written as loops over
thousands of windows is a handful of operations to JAX. Elements that reach no output are left out: the root of a
negative number that ``where`` has not chosen makes no NaN.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.mutable_jax_operations import OPERATIONS
from reference.targets.stand_in.mutable_jax_tape import CONSTANT, Operand, Tape, TapeStep

__all__ = ["Read", "StepGroup", "grouped"]

ALONE = ("added_at",)  # gathers nothing by being a batch


class Read(NamedTuple):
    """An operand: elements of earlier groups and constants, side by side, in this ``order``."""

    shape: tuple[int, ...]
    groups: tuple[int, ...]
    constants: NDArray | None
    order: NDArray | None  # (elements, 1); None where they stand in order


class StepGroup(NamedTuple):
    """Steps that are one operation; ``batched``: the first axis of every operand counts them."""

    operation: str
    static: tuple[Any, ...]
    batched: bool
    reads: tuple[Read, ...]


class Placed:
    """Where each element stands: the group, and the place within its results."""

    def __init__(self, tape: Tape) -> None:
        size = tape.end - tape.start
        self.start = tape.start
        self.group = np.full(size, -1, dtype=np.int64)
        self.place = np.zeros(size, dtype=np.int64)
        self.sizes: list[int] = []

    def add(self, labels: NDArray) -> None:
        """The next group's results."""
        self.group[labels - self.start] = len(self.sizes)
        self.place[labels - self.start] = np.arange(labels.size)
        self.sizes.append(labels.size)

    def read(self, operands: Sequence[Operand], shape: tuple[int, ...]) -> Read:
        """The elements of several operands, one after the other, as one of this shape."""
        labels = np.concatenate([_labels(operand).ravel() for operand in operands])
        fixed = labels < self.start
        constants = None
        if fixed.any():
            constants = np.concatenate([operand.values.ravel() for operand in operands])[fixed]
        moving = labels[~fixed] - self.start
        groups = self.group[moving]
        used = np.unique(groups)
        begins = np.zeros(len(self.sizes), dtype=np.int64)
        begins[used] = np.cumsum([0, *(self.sizes[g] for g in used)])[:-1]
        index = np.empty(labels.size, dtype=np.int64)
        index[~fixed] = begins[groups] + self.place[moving]
        total = sum(self.sizes[g] for g in used)
        index[fixed] = np.arange(total, total + int(fixed.sum()))
        total += int(fixed.sum())
        in_order = index.size == total and bool((index == np.arange(total)).all())
        return Read(shape, tuple(int(g) for g in used), constants, None if in_order else index[:, None])


def grouped(tape: Tape, values: NDArray, labels: NDArray) -> tuple[list[StepGroup], Read]:
    """The operations in their order, and how the outputs are read of them."""
    live = _live(tape, labels)
    placed = Placed(tape)
    placed.add(np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(f, f + math.prod(s)) for f, s in tape.leaves)]))
    level = np.zeros(tape.end - tape.start, dtype=np.int32)
    heights = level.data
    waiting: dict[tuple[Any, ...], list[tuple[TapeStep, NDArray | None]]] = defaultdict(list)
    for step in tape.steps:
        at = step.first - tape.start
        if _is_of_single_numbers(step):
            if live[at]:
                made_of = (label - tape.start for label in _moving(step, tape.start))
                heights[at] = height = 1 + max((heights[k] for k in made_of), default=0)
                waiting[(height, step.operation, step.static, (), None)].append((step, None))
            continue
        span = slice(at, at + math.prod(step.shape))
        if not live[span].any():
            continue
        entrywise = OPERATIONS[step.operation].entrywise
        kept = live[span].reshape(step.shape) if entrywise else None
        step = step._replace(operands=tuple(_kept(operand, kept) for operand in step.operands))
        level[span] = height = 1 + max((_level(level, operand, tape.start) for operand in step.operands), default=0)
        shapes = () if entrywise else tuple(operand.values.shape for operand in step.operands)
        alone = step.first if step.operation in ALONE else None
        waiting[(height, step.operation, step.static, shapes, alone)].append((step, kept))
    groups = []
    for key in sorted(waiting, key=lambda key: key[0]):
        members = waiting[key]
        groups.append(_group(placed, [step for step, _ in members], entrywise=OPERATIONS[key[1]].entrywise))
        results = [np.arange(s.first, s.first + math.prod(s.shape)) for s, _ in members]
        placed.add(
            np.concatenate([r if k is None else r[k.ravel()] for r, (_, k) in zip(results, members, strict=True)])
        )
    return groups, placed.read([Operand(values, labels)], (labels.size,))


def _group(placed: Placed, steps: list[TapeStep], *, entrywise: bool) -> StepGroup:
    first, batched = steps[0], not entrywise and len(steps) > 1
    reads = []
    for k, operand in enumerate(first.operands):
        operands = [step.operands[k] for step in steps]
        shape = (sum(o.values.size for o in operands),) if entrywise else operand.values.shape
        reads.append(placed.read(operands, (len(steps), *shape) if batched else shape))
    return StepGroup(first.operation, first.static, batched, tuple(reads))


def _live(tape: Tape, labels: NDArray) -> NDArray:
    """Which elements reach an output."""
    live = np.zeros(tape.end - tape.start, dtype=bool)
    live[labels[labels >= tape.start] - tape.start] = True
    seen = live.data
    for step in reversed(tape.steps):
        if _is_of_single_numbers(step):
            if seen[step.first - tape.start]:
                for label in _moving(step, tape.start):
                    seen[label - tape.start] = True
            continue
        here = live[step.first - tape.start :][: math.prod(step.shape)]
        if not here.any():
            continue
        kept = here.reshape(step.shape) if OPERATIONS[step.operation].entrywise else None
        for operand in step.operands:
            if operand.labels is not None:
                used = _labels(_kept(operand, kept))
                live[used[used >= tape.start] - tape.start] = True
    return live


def _is_of_single_numbers(step: TapeStep) -> bool:
    """One number, made of one number each: what loops over elements are full of."""
    if math.prod(step.shape) != 1 or not OPERATIONS[step.operation].entrywise:
        return False
    return all(operand.values.size == 1 for operand in step.operands)


def _moving(step: TapeStep, start: int) -> Iterator[int]:
    """The labels of what it is made of, constants apart."""
    for operand in step.operands:
        if operand.labels is not None and (label := operand.labels.item()) >= start:
            yield label


def _kept(operand: Operand, kept: NDArray | None) -> Operand:
    """The elements of an operand that make the elements kept of a result."""
    if kept is None:
        return operand
    values, labels = operand
    if values.shape == kept.shape and kept.all():
        return operand
    if values.shape != kept.shape:
        values = np.broadcast_to(values, kept.shape)
        labels = None if labels is None else np.broadcast_to(labels, kept.shape)
    return Operand(values[kept], None if labels is None else labels[kept])


def _labels(operand: Operand) -> NDArray:
    return np.full(operand.values.shape, CONSTANT) if operand.labels is None else operand.labels


def _level(level: NDArray, operand: Operand, start: int) -> int:
    if operand.labels is None:
        return 0
    used = operand.labels[operand.labels >= start] - start
    return int(level[used].max()) if used.size else 0
