"""Another implementation's own plan at the sizes, values and settings of the first one's draw."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.comparison.pairs.given import First, filled, leaves_of
from reference.comparison.pairs.likeness import coupled
from reference.comparison.pairs.turning import Turn, fitted, turn_between
from reference.interface.pair import PairDraw
from reference.pairs.draws.observation import run
from reference.pairs.inputs.cases.case import case_of
from reference.pairs.inputs.cases.drawing import draw_of
from reference.pairs.inputs.cases.running import RunningPlan
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    Path,
    ShapeSpec,
    Size,
    SizeError,
    Spec,
    ValueLaw,
    WholeNumber,
    leaves,
    names_of_plan,
)

__all__ = ["Placing", "Turned", "planned"]

NEUTRAL: tuple[tuple[re.Pattern[str], float | int], ...] = (
    (re.compile(r"strides?$", re.IGNORECASE), 1),
    (re.compile(r"pad(ding)?$", re.IGNORECASE), 0),
    (re.compile(r"reg|lam|l2|weight_?decay", re.IGNORECASE), 0.0),
)

Turned = Callable[[str], bool]
Values = NDArray[Any]


class Placing(NamedTuple):
    """A draw, and of each of its arrays the first one's name and the turn to it."""

    draw: PairDraw
    turns: Mapping[str, tuple[str, Turn]]


def planned(reading: RunningPlan, first: First, turned: Turned) -> Placing | str:
    """The plan's draw with the first one's values in place of its own; or why there is none."""
    plan = reading.plan
    base = reading.draw(first.draw.seed, 0)
    values = dict(leaves_of({**base.construct, **base.arguments}))
    specs = {".".join(way): spec for way, spec in (*leaves(plan.construct), *leaves(plan.arguments))}
    dims = _dims(reading, base, values, specs)
    mine = dict(leaves_of({**first.draw.construct, **first.draw.arguments}))
    arrays = {**{n: v for n, v in mine.items() if isinstance(v, np.ndarray)}, **first.run.primals}
    pairs = coupled(arrays, dims, lambda one, other: _may_be(arrays[one].shape, dims[other], specs.get(other)))
    missing = [name for name in dims if name not in pairs and name in specs]
    if missing:
        return f"nothing that the first is given stands for its {', '.join(missing)}"
    numbers = coupled(
        {n: v for n, v in mine.items() if n not in arrays},
        {n: v for n, v in values.items() if not isinstance(v, np.ndarray)},
    )
    sizes: dict[str, int] = {}
    for other, one in pairs.items():
        shape = arrays[one].shape[::-1] if turned(other) and arrays[one].ndim == 2 else arrays[one].shape
        if len(dims[other]) != len(shape) and _rank(shape) != _rank(dims[other]):
            continue  # labels in another form
        settled = fitted(dims[other], shape, sizes)
        if settled is None:
            return f"its {other} {_shown(dims[other])} does not have the axes of the first one's {one} {shape}"
        sizes = settled
    chosen: dict[Path, Any] = {}
    for way, spec in (*((("construct", *w), s) for w, s in leaves(plan.construct)), *leaves(plan.arguments)):
        name = ".".join(way[1:] if way[0] == "construct" and plan.construct else way)
        if name not in numbers:
            if isinstance(spec, ChoiceSpec) and (neutral := _neutral(name)) is not None:
                chosen[way] = neutral
            continue
        value = mine[numbers[name]]
        if isinstance(spec, WholeNumber) and isinstance(spec.size, str) and type(value) is int:
            sizes.setdefault(spec.size, value)
        elif isinstance(spec, ChoiceSpec):
            chosen[way] = value
    known = reading.sizes(0)
    sizes = {**{name: known[name] for name in names_of_plan(plan) if name in known}, **sizes}
    try:
        draw = draw_of(case_of(reading.pair.proposal.check, plan, sizes, chosen, seed=first.draw.seed))
    except SizeError as error:
        return f"it cannot have the first one's sizes: {error}"
    draw = base if not plan.arguments else draw
    turns: dict[str, tuple[str, Turn]] = {}
    given = dict(leaves_of(draw.arguments))
    for other, one in pairs.items():
        if other not in given:
            continue
        value, old = arrays[one], np.asarray(given[other])
        turn = turn_between(value.shape, old.shape, transposed=turned(other) and value.ndim == 2)
        if turn is not None:
            turns[other] = (one, turn)
            given[other] = turn.there(value).astype(value.dtype if old.dtype.kind == value.dtype.kind else old.dtype)
        elif (labels := _as_labels(value, old)) is not None:
            given[other] = labels
        else:
            return f"its {other} has shape {old.shape}, and the first one's {one} {value.shape}"
    return Placing(draw._replace(arguments=filled(draw.arguments, given)), turns)


def _neutral(name: str) -> float | int | None:
    """What a setting is that the first one does not have."""
    last = name.rpartition(".")[2]
    return next((value for pattern, value in NEUTRAL if pattern.match(last)), None)


def _dims(
    reading: RunningPlan, base: PairDraw, values: Mapping[str, Any], specs: Mapping[str, Spec]
) -> dict[str, tuple[Size, ...]]:
    """The axes of each of its arrays by name, its own parameters' too: those are told by a run, no two sizes equal."""
    dims: dict[str, tuple[Size, ...]] = {}
    for name, value in values.items():
        spec = specs.get(name)
        if isinstance(spec, Array):
            dims[name] = spec.dims
        elif isinstance(value, np.ndarray) and not isinstance(spec, ShapeSpec):
            dims[name] = tuple(value.shape)
    by_size: dict[int, Size] = {n: name for name, n in reading.sizes(0).items()}
    for name, primal in run(reading.pair, base, "plain").primals.items():
        if name not in dims and name not in values:
            sizes: list[Size] = [by_size[n] if n != 1 and n in by_size else n for n in primal.shape]
            dims[name] = tuple(sizes)
    return dims


def _rank(shape: Any) -> int:
    return sum(n != 1 for n in shape)


def _may_be(shape: tuple[int, ...], dims: tuple[Size, ...], spec: Spec | None) -> bool:
    """May an array of this shape stand for these axes, ones aside? Labels may be whole numbers, or one-hot."""
    more = {0}
    if isinstance(spec, Array) and spec.law is ValueLaw.LABELS:
        more = {0, 1}
    elif isinstance(spec, Array) and spec.law in (ValueLaw.ONE_HOT, ValueLaw.ONE_HOT_COLUMNS):
        more = {0, -1}
    return len(shape) - len(dims) in more or _rank(shape) - _rank(dims) in more


def _as_labels(value: Values, old: Values) -> Values | None:
    """Whole numbers as one-hot rows, and the other way round."""
    if value.dtype.kind in "iu" and old.ndim == value.ndim + 1:
        if old.shape[:-1] == value.shape:
            return np.eye(old.shape[-1])[value]
        return np.moveaxis(np.eye(old.shape[0])[value], -1, 0) if old.shape[1:] == value.shape else None
    if old.dtype.kind in "iu" and value.ndim == old.ndim + 1:
        if value.shape[:-1] == old.shape:
            return np.argmax(value, axis=-1)
        return np.argmax(value, axis=0) if value.shape[1:] == old.shape else None
    return None


def _shown(dims: tuple[Size, ...]) -> str:
    return f"({','.join(map(str, dims))})"
