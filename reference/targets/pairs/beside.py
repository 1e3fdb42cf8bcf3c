"""A pair on the inputs of another: its own parameters are replaced, its truth is not rounded, its calls are timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.imported_jax import imported_jax
from reference.targets.pairs.prepared import Prepared
from reference.targets.pairs.running import quiet
from reference.targets.stand_in.complex_rules import REAL
from reference.targets.stand_in.complex_step import STEP

__all__ = ["call_of", "doubles", "extended", "with_primals"]


@contextmanager
def doubles() -> Iterator[None]:
    """What a target does with JAX itself, it does in double precision here, as everybody beside it does."""
    jax = imported_jax()
    if jax is None:
        yield
        return
    with jax.enable_x64(True):
        yield


def with_primals(prepared: Prepared, instead: Mapping[str, Any]) -> Prepared:
    """The same pair at other values of its primals, in their own shapes. Raises ``ValueError`` for any other."""
    for name, value in instead.items():
        if np.shape(value) != np.shape(prepared.primals[name]):
            raise ValueError(f"{name} has shape {np.shape(prepared.primals[name])}, not {np.shape(value)}")
    return prepared._replace(primals={**prepared.primals, **{name: np.asarray(a) for name, a in instead.items()}})


def extended(prepared: Prepared, kind: Any, cotangents: Sequence[NDArray], points: Sequence[Any]) -> dict[str, Any]:
    """The outputs, and the complex step of Σ cotangents · outputs at every point, none of it rounded to double."""
    derivatives = np.full(len(points), np.nan, dtype=REAL)
    with quiet():
        first = [kind.lower(output) for output in prepared.forward(_lifted(prepared, kind))]
        for row, (name, index) in enumerate(points):
            lifted = _lifted(prepared, kind)
            unit = np.zeros(np.shape(prepared.primals[name]), dtype=REAL)
            unit.flat[int(index)] = STEP
            kind.plain(lifted[name]).imag = unit
            outputs = [kind.lower(output) for output in prepared.forward(lifted)]
            terms = (np.sum(np.asarray(c) * o) for c, o in zip(cotangents, outputs, strict=True))
            derivatives[row] = np.imag(sum(terms, start=REAL(0))) / STEP
    return {"derivatives": derivatives, "outputs": [np.real(output).astype(REAL) for output in first]}


def call_of(prepared: Prepared, cotangents: Sequence[NDArray]) -> Callable[[], Any]:
    """Both passes with NumPy itself, once: what is timed."""
    given = [np.asarray(c) for c in cotangents]

    def call() -> Any:
        with quiet(), doubles():
            return prepared.backward(prepared.primals, given)

    return call


def _lifted(prepared: Prepared, kind: Any) -> dict[str, Any]:
    return {name: kind.lift(array) for name, array in prepared.primals.items()}
