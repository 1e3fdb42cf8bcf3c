"""A recorded forward pass as one program of JAX, and the gradient that JAX makes of it.

JAX differentiates the program whole; what it makes is computed by NumPy, and nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.mutable_jax_evaluation import evaluated
from reference.targets.stand_in.mutable_jax_groups import Read, StepGroup, grouped
from reference.targets.stand_in.mutable_jax_operations import OPERATIONS
from reference.targets.stand_in.mutable_jax_tape import Tape

__all__ = ["derivative"]


def derivative(
    tape: Tape, leaves: Sequence[NDArray], values: NDArray, labels: NDArray, cotangents: NDArray
) -> tuple[float, NDArray]:
    """The sum of cotangents times outputs as JAX's program has it, and its gradient, the leaves side by side.

    ``leaves``: the primals; ``values``, ``labels`` and ``cotangents``: of the outputs, side by side.
    """
    import jax

    given = np.concatenate([np.zeros(0), *(leaf.ravel() for leaf in leaves)])
    groups, result = grouped(tape, values, labels)
    if not result.groups:
        return float(np.sum(values * cotangents)), np.zeros_like(given)
    reads = [read for group in groups for read in group.reads] + [result]
    arrays = [cotangents, *(a for read in reads for a in (read.constants, read.order) if a is not None)]

    def program(leaves: Any, arrays: Sequence[Any]) -> Any:
        rest = iter(arrays)
        weights = next(rest)
        flat = [leaves]
        for group in groups:
            operands = [_read(jax, read, flat, rest) for read in group.reads]
            flat.append(jax.numpy.ravel(_function(jax, group)(*operands)))
        return jax.numpy.sum(_read(jax, result, flat, rest) * weights)

    def with_gradient(leaves: Any, arrays: Sequence[Any]) -> Any:
        value, back = jax.vjp(lambda leaves: program(leaves, arrays), leaves)
        return value, *back(jax.numpy.ones_like(value))

    with jax.enable_x64(True):
        closed = jax.make_jaxpr(with_gradient)(given, arrays)
        value, gradient = evaluated(closed.jaxpr, closed.consts, [given, *arrays])
    return float(value), gradient


def _function(jax: Any, group: StepGroup) -> Callable[..., Any]:
    traced = OPERATIONS[group.operation].traced

    def one(*operands: Any) -> Any:
        return traced(jax, *operands, *group.static)

    return jax.vmap(one) if group.batched else one


def _read(jax: Any, read: Read, flat: list[Any], arrays: Any) -> Any:
    """An operand, of the results so far."""
    parts = [flat[g] for g in read.groups]
    if read.constants is not None:
        parts.append(next(arrays))
    elements = parts[0] if len(parts) == 1 else jax.numpy.concatenate(parts)
    if read.order is not None:
        where = jax.lax.GatherDimensionNumbers(offset_dims=(), collapsed_slice_dims=(0,), start_index_map=(0,))
        index, mode = next(arrays), jax.lax.GatherScatterMode.PROMISE_IN_BOUNDS
        elements = jax.lax.gather(elements, index, where, (1,), mode=mode)
    return jax.numpy.reshape(elements, read.shape)
