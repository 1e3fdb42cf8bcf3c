"""Gradients by JAX through a target's own lines: the independent witness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.prepared import Prepared
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax import is_ours
from reference.targets.stand_in.mutable_jax_kind import MutableJax
from reference.targets.stand_in.mutable_jax_program import derivative
from reference.targets.stand_in.mutable_jax_tape import MOST_STEPS, TooManySteps, recording
from reference.targets.stand_in.pattern import recorded

__all__ = ["autodiff"]

AGREEMENT = 1e-9  # of the value as NumPy had it and as JAX's program has it: far above rounding, far below a mistake


def autodiff(prepared: Prepared, kind: MutableJax, cotangents: Sequence[Any], most: int = MOST_STEPS) -> dict[str, Any]:
    """``gradients`` by primal, ``value``: the sum of cotangents times outputs, and ``pattern``: the branches taken.

    A forward pass of more than ``most`` steps of arithmetic is not differentiated: ``too_many_steps`` says the limit,
    and smaller sizes may be asked for.
    """
    with np.errstate(all="ignore"), recorded() as pattern, recording(most) as tape:
        lifted = {name: kind.traced(kind.lift(value), tape) for name, value in prepared.primals.items()}
        try:
            outputs = prepared.forward(lifted)
        except TooManySteps as error:
            return {"too_many_steps": most, "why": str(error)}
        digest = pattern.digest()
        values, labels, weights = _side_by_side(kind, outputs, cotangents)
        value, gradient = derivative(tape, list(prepared.primals.values()), values, labels, weights)
        _agreed(float(np.sum(values * weights)), value, float(np.sum(np.abs(values * weights))))
    gradients, at = {}, 0
    for name, primal in prepared.primals.items():
        gradients[name] = gradient[at : at + primal.size].reshape(primal.shape)
        at += primal.size
    return {"gradients": gradients, "value": value, "pattern": digest, "steps": len(tape.steps)}


def _side_by_side(
    kind: MutableJax, outputs: Sequence[Any], cotangents: Sequence[Any]
) -> tuple[NDArray, NDArray, NDArray]:
    values, labels, weights = [np.zeros(0)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for output, cotangent in zip(outputs, cotangents, strict=True):
        value = np.asarray(kind.lower(output), dtype=float)
        own = output.labels if is_ours(output) else None
        values.append(value.ravel())
        labels.append(np.zeros(value.size, dtype=np.int64) if own is None else own.ravel())
        weights.append(np.broadcast_to(np.asarray(cotangent, dtype=float), value.shape).ravel())
    return np.concatenate(values), np.concatenate(labels), np.concatenate(weights)


def _agreed(numpys: float, jaxs: float, scale: float) -> None:
    """JAX computes the value anew from the primals: what was not recorded as it happened shows there."""
    if np.isfinite(numpys) and not abs(numpys - jaxs) <= AGREEMENT * scale:
        raise Refused(f"what was recorded has the value {jaxs}, the forward pass {numpys}")
