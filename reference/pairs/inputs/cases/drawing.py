"""Arrays from a case: NumPy's frozen stream, a stream of its own for every argument.

Every entry is exact in float32, so that a run in float32 and one in float64 see the same inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw
from reference.pairs.inputs.cases.case import PairCase
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    GeneratorSpec,
    Path,
    ShapeSpec,
    Spec,
    SpecGroup,
    ValueLaw,
    WholeNumber,
    WordForm,
    WordSpec,
)

__all__ = ["draw_of", "milder"]

GRID = 0.5  # between the values of a draw that is to have ties
RARE = 0.3  # of spikes
CONTEXT = 4  # words, of which the last is the first again
SCALED = (ValueLaw.NORMAL, ValueLaw.INNER)


def draw_of(case: PairCase) -> PairDraw:
    """Everything that the pair is given."""
    return PairDraw(
        {name: _value(spec, (name,), case) for name, spec in case.arguments.items()},
        {name: _value(spec, ("construct", name), case) for name, spec in case.construct.items()},
        case.seed,
        dict(case.reading),
    )


def milder(case: PairCase) -> PairCase:
    """The same with smaller entries: what saturates or cancels, does so less."""
    return case._replace(scale=case.scale / 4)


def _value(spec: Spec, path: Path, case: PairCase) -> Any:
    match spec:
        case Array():
            return _array(spec, _stream(case.seed, path), case)
        case WholeNumber(size):
            return size
        case ChoiceSpec(options):
            value = options[0]
            return list(value) if isinstance(value, list) else value
        case ShapeSpec(dims):
            return tuple(dims)
        case GeneratorSpec():
            return {"rng": case.seed}
        case WordSpec():
            return _words(spec.form, int(spec.below), path, case)
    return _group(spec, path, case)


def _group(group: SpecGroup, path: Path, case: PairCase) -> Any:
    made = {name: _value(entry, (*path, name), case) for name, entry in group.entries.items()}
    if group.form == "dict":
        return made
    values = list(made.values())
    return values if group.form == "list" else tuple(values)


def _words(form: WordForm, below: int, path: Path, case: PairCase) -> Any:
    if form is WordForm.CORPUS:
        return {"corpus": case.seed, "below": below}
    if form is WordForm.ROWS:
        return {_word(k): k for k in range(below)}
    rows = _stream(case.seed, path).randint(0, max(1, below), size=CONTEXT).tolist()
    rows[-1] = rows[0]
    several = form in (WordForm.INDICES, WordForm.WORDS)
    spelt = [_word(k) for k in rows] if form in (WordForm.WORD, WordForm.WORDS) else rows
    return spelt if several else spelt[0]


def _word(row: int) -> str:
    return f"word{row}"


def _stream(seed: int, path: Path) -> np.random.RandomState:
    return np.random.RandomState([seed, crc32(".".join(path).encode())])


def _array(spec: Array, rng: np.random.RandomState, case: PairCase) -> NDArray:
    dims = tuple(int(d) for d in spec.dims)
    if spec.law is ValueLaw.LABELS:
        return _labels(dims, int(spec.below), rng)
    if spec.law is ValueLaw.MASK:
        return _mixed(rng.random_sample(dims) < 0.5, False)
    values = LAWS[spec.law](dims, rng)
    if spec.law in (ValueLaw.NORMAL, ValueLaw.INNER, ValueLaw.POSITIVE, ValueLaw.UNIT):
        if spec.law in SCALED:
            values = values * case.scale
        if case.ties:
            values = np.round(values / GRID) * GRID + (0.0 if spec.law in SCALED else GRID)
    values = values.astype(np.float32)
    return values if case.dtype == "float32" else values.astype(np.float64)


def _labels(dims: tuple[int, ...], below: int, rng: np.random.RandomState) -> NDArray:
    """Among several there are equal ones and different ones."""
    flat = rng.randint(0, max(1, below), size=int(np.prod(dims)))
    if flat.size >= 2 and below >= 2 and len(set(flat.tolist())) == 1:
        flat[0] = (flat[0] + 1) % below
    if flat.size >= 3 and len(set(flat.tolist())) == flat.size:
        flat[-1] = flat[0]
    return np.asarray(flat.reshape(dims), dtype=np.int64)


def _mixed(values: NDArray, lowest: Any) -> NDArray:
    """Among several there are both."""
    if values.size >= 2 and len(np.unique(values)) == 1:
        flat = values.reshape(-1)
        flat[0] = not flat[0] if values.dtype == bool else lowest if flat[0] != lowest else 1.0
    return values


def _unit(dims: tuple[int, ...], rng: np.random.RandomState) -> NDArray:
    return 0.05 + 0.9 * rng.random_sample(dims)


def _probable(dims: tuple[int, ...], rng: np.random.RandomState, axis: int) -> NDArray:
    if not dims:
        return _unit(dims, rng)
    weights = np.exp(rng.standard_normal(dims))
    return weights / weights.sum(axis=axis, keepdims=True)


def _one_hot(dims: tuple[int, ...], rng: np.random.RandomState, axis: int) -> NDArray:
    if not dims:
        return np.ones(dims)
    chosen = _labels(tuple(np.delete(dims, axis)), dims[axis], rng)
    return np.moveaxis(np.eye(dims[axis])[chosen], -1, axis)


LAWS: Mapping[ValueLaw, Any] = {
    ValueLaw.NORMAL: lambda dims, rng: np.asarray(rng.standard_normal(dims)),
    ValueLaw.POSITIVE: lambda dims, rng: 0.5 + rng.random_sample(dims),
    ValueLaw.UNIT: _unit,
    ValueLaw.INNER: lambda dims, rng: 1.9 * rng.random_sample(dims) - 0.95,
    ValueLaw.ROWS: lambda dims, rng: _probable(dims, rng, -1),
    ValueLaw.COLUMNS: lambda dims, rng: _probable(dims, rng, 0),
    ValueLaw.ONE_HOT: lambda dims, rng: _one_hot(dims, rng, len(dims) - 1),
    ValueLaw.ONE_HOT_COLUMNS: lambda dims, rng: _one_hot(dims, rng, 0),
    ValueLaw.SIGNS: lambda dims, rng: _mixed(np.where(rng.random_sample(dims) < 0.5, -1.0, 1.0), -1.0),
    ValueLaw.BITS: lambda dims, rng: _mixed(np.asarray(rng.random_sample(dims) < 0.5, dtype=float), 0.0),
    ValueLaw.SPIKES: lambda dims, rng: _mixed(np.asarray(rng.random_sample(dims) < RARE, dtype=float), 0.0),
    ValueLaw.ZERO: lambda dims, rng: np.zeros(dims),
}
