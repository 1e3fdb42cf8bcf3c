"""Both passes of a prepared pair, its differences and its complex step: raw numbers, and the pattern of each run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairing.same_numbers import held
from reference.targets.pairs.prepared import Prepared
from reference.targets.stand_in.complex_rules import REAL
from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.pattern import recorded

__all__ = ["complex_step", "cotangents_of", "differences", "quiet", "recorded_run"]

SIDES = (1.0, -1.0, 2.0, -2.0)  # times ε
SMALL = 2.0**-10
APART = 0xC07A  # the stream of the cotangents is not the one that drew the arguments


@contextmanager
def quiet() -> Iterator[None]:
    """Overflow is a number here, an imaginary part that is dropped an error; runs without end from the same numbers."""
    with np.errstate(all="ignore"), warnings.catch_warnings(), held():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield


def cotangents_of(prepared: Prepared, outputs: Sequence[NDArray], seed: int) -> list[NDArray]:
    """Standard normal in the shape of each output, as float32 has them exactly; 1 for a loss.

    Times 2⁻¹⁰ where they are to be small, and zero but for one entry where that alone is taken.
    """
    if not prepared.takes_cotangent:
        return [np.ones(np.shape(output)) for output in outputs]
    rng = np.random.RandomState(seed ^ APART)
    unit = SMALL if prepared.small else 1.0
    drawn = [unit * rng.standard_normal(np.shape(o)).astype(np.float32).astype(np.float64) for o in outputs]
    return [_one_entry(each, rng.randint(each.size)) if prepared.single and each.size else each for each in drawn]


def _one_entry(array: NDArray, at: int) -> NDArray:
    kept = np.zeros(array.shape)
    kept.flat[at] = array.flat[at]
    return kept


def recorded_run(
    prepared: Prepared, kind: Any, seed: int, path: Path, *, cotangents: Sequence[NDArray] | None = None
) -> dict[str, Any]:
    """Both passes once, as ``ask_pair_run`` answers: the pattern is the forward pass's."""
    with quiet():
        with recorded(measured=True) as pattern:
            outputs = [kind.lower(o) for o in prepared.forward(_lifted(prepared, kind))]
        seen = {
            "pattern": pattern.digest(),
            "switches": pattern.switches(path),
            "near": pattern.near(),
            "ties": sum(pattern.ties.values()),
            "operations": pattern.operations,
        }
        if cotangents is None:
            cotangents = cotangents_of(prepared, outputs, seed)
        second = prepared.again(_lifted(prepared, kind)) if kind.name == "plain" else None
        returned = prepared.backward(_lifted(prepared, kind), [kind.lift(np.asarray(c)) for c in cotangents])
        return {
            "primals": {name: np.asarray(array) for name, array in prepared.primals.items()},
            "outputs": outputs,
            "again": None if second is None else [kind.lower(output) for output in second],
            "cotangents": list(cotangents),
            "gradients": {name: _lowered(kind, gradient) for name, gradient in returned.gradients.items()},
            "called": dict(returned.called),
            "unmatched": [[name, list(shape)] for name, shape in returned.unmatched],
            "changed": list(returned.changed),
            "stepped": list(returned.stepped),
            "breaks": [list(each) for each in returned.breaks],
            "unfit": prepared.unfit,
            **seen,
            "casts": pattern.cast_places(path),  # of both passes
            "one_entry": pattern.one_entry_places(path),
            "effort": pattern.operations + pattern.touched,
        }


def differences(
    prepared: Prepared, kind: Any, cotangents: Sequence[NDArray], points: Sequence[Any], steps: Sequence[float]
) -> dict[str, Any]:
    """Σ cotangents · outputs at θ ± ε and θ ± 2ε along every point, and where the pattern is θ's own."""
    values = np.full((len(points), len(SIDES)), np.nan)
    same = np.zeros((len(points), len(SIDES)), dtype=bool)
    with quiet():
        value, own = _valued(prepared, kind, cotangents, _lifted(prepared, kind))
        for row, ((name, where), step) in enumerate(zip(points, steps, strict=True)):
            direction = _direction(prepared.primals[name], where)
            for column, side in enumerate(SIDES):
                moved = prepared.primals[name] + side * step * direction
                values[row, column], pattern = _valued(
                    prepared, kind, cotangents, _lifted(prepared, kind, {name: moved})
                )
                same[row, column] = pattern == own
    return {"values": values, "same": same, "value": value, "pattern": own}


def complex_step(prepared: Prepared, kind: Any, cotangents: Sequence[NDArray], points: Sequence[Any]) -> dict[str, Any]:
    """The derivative of Σ cotangents · outputs along every point, by one run each in extended precision."""
    derivatives = np.full(len(points), np.nan, dtype=REAL)
    step = getattr(kind, "step", STEP)
    value, pattern = np.nan, ""
    with quiet():
        for row, (name, where) in enumerate(points):
            lifted = _lifted(prepared, kind)
            kind.plain(lifted[name]).imag = step * _direction(prepared.primals[name], where).astype(REAL)
            with recorded() as noted:
                outputs = [kind.lower(output) for output in prepared.forward(lifted)]
            total = sum((np.sum(np.asarray(c) * o) for c, o in zip(cotangents, outputs, strict=True)), start=REAL(0))
            derivatives[row] = np.imag(total) / step
            if not row:
                value, pattern = float(np.real(total)), noted.digest()
    return {
        "derivatives": derivatives.astype(np.float64),
        "value": value,
        "pattern": pattern,
        "precision": prepared.precision,
    }


def _lifted(prepared: Prepared, kind: Any, instead: Mapping[str, NDArray] | None = None) -> dict[str, Any]:
    return {name: kind.lift(array) for name, array in {**prepared.primals, **(instead or {})}.items()}


def _lowered(kind: Any, gradient: Any) -> Any:
    """A gradient as NumPy has it; of what is neither an array nor a number, its type's name will cross."""
    try:
        return kind.lower(gradient)
    except (TypeError, ValueError):
        return gradient


def _valued(prepared: Prepared, kind: Any, cotangents: Sequence[NDArray], primals: dict[str, Any]) -> tuple[float, str]:
    with recorded() as pattern:
        outputs = [kind.lower(output) for output in prepared.forward(primals)]
    total = sum(
        (np.sum(np.asarray(c).astype(REAL) * o.astype(REAL)) for c, o in zip(cotangents, outputs, strict=True)),
        start=REAL(0),
    )
    return float(total), pattern.digest()


def _direction(primal: NDArray, where: Any) -> NDArray:
    if isinstance(where, np.ndarray):
        return np.asarray(where, dtype=np.float64).reshape(primal.shape)
    unit = np.zeros(np.shape(primal))
    unit.flat[int(where)] = 1.0
    return unit
