"""A derivative that takes no cotangent: how it is asked for, and how what it returns is applied to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from reference.interface.pair import Proposal
from reference.targets.pairs.arguments.matching import Gradient
from reference.targets.pairs.arguments.outputs import NoOutput
from reference.targets.stand_in.kind import StandIn

__all__ = ["flagged", "pulled_back"]


def flagged(proposal: Proposal) -> dict[str, Any]:
    """The argument that asks a function for its derivative."""
    own = {p.name for p in proposal.takes}
    return {p.name: True for p in proposal.backward_takes if p.name not in own and not p.many}


def pulled_back(gradient: Gradient, cotangent: Any, primals: Mapping[str, NDArray], kind: StandIn) -> Gradient:
    """The cotangent through a derivative: times it entry by entry, or as a Jacobian (outputs first)."""
    slope = gradient.value
    shape, out = tuple(getattr(slope, "shape", ())), tuple(getattr(cotangent, "shape", ()))
    if slope is None or (not hasattr(slope, "shape") and not isinstance(slope, float | int | complex)):
        return gradient
    if getattr(getattr(slope, "dtype", None), "kind", "f") in "biu":
        slope = slope * 1.0
    if shape == out or shape == () or out == ():
        return gradient._replace(value=slope * cotangent)
    inputs = {p.shape for p in primals.values()}
    if shape in inputs and all(n == 1 for n in out):  # a loss in a matrix of its own
        return gradient._replace(value=slope * cotangent.reshape(()))
    if len(shape) > len(out) and shape in inputs:  # a row's loss, and the gradient of its entries
        if shape[: len(out)] == out:
            return gradient._replace(value=slope * cotangent.reshape(out + (1,) * (len(shape) - len(out))))
        if shape[-len(out) :] == out:
            return gradient._replace(value=slope * cotangent)
    value = _through_jacobian(slope, cotangent, shape, out)
    if value is None:
        raise NoOutput(f"a derivative of shape {shape} is none of an output of shape {out}")
    return gradient._replace(value=value)


def _through_jacobian(slope: Any, cotangent: Any, shape: tuple[int, ...], out: tuple[int, ...]) -> Any:
    """(n, n) for n outputs, flat or as a column or a row; (m, n, n) for m rows of n; (outputs…, inputs…) for any."""
    n = 1
    for size in out:
        n *= size
    if shape == (n, n):
        return (cotangent.reshape(1, n) @ slope).reshape(out)
    if len(out) == 2 and shape == (out[0], out[1], out[1]):
        return (cotangent.reshape(out[0], 1, out[1]) @ slope).reshape(out)
    if len(out) == 2 and shape == (out[1], out[0], out[0]):  # columns
        turned = (cotangent.T.reshape(out[1], 1, out[0]) @ slope).reshape(out[1], out[0])
        return turned.T
    if shape == (*out, *out):
        return (cotangent.reshape(1, n) @ slope.reshape(n, n)).reshape(out)
    return None
