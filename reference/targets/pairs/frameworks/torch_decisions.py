"""What PyTorch's operations decide on the way: every comparison and every choice, seen beneath its own interface.

Each rule is given what an operation was given, as real numbers, and says the outcomes and how far each is from another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.pattern import PATTERN

__all__ = ["DECISIONS", "largest_of", "noted"]

Decision = Callable[[Sequence[Any], dict[str, Any]], None]


def array(value: Any) -> NDArray[Any]:
    """A tensor or a number as NumPy has it, its real part."""
    found = np.asarray(value.detach().resolve_conj().numpy() if hasattr(value, "resolve_conj") else value)
    return found.real if found.dtype.kind == "c" else found


def largest_of(*arrays: NDArray[Any]) -> float:
    sizes = [np.abs(a[np.isfinite(a)]).max(initial=0.0) for a in map(np.asarray, arrays) if np.asarray(a).dtype != bool]
    return float(max(sizes, default=0.0))


def noted(what: str, *outcomes: Any, gap: Any = None, scale: float = 0.0) -> None:
    PATTERN.note(what, *(np.asarray(o) for o in outcomes), gap=gap, scale=scale)


def _compares(symbol: str, of: Callable[[Any, Any], Any]) -> Decision:
    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        a, b = array(args[0]), array(args[1])
        if "f" in a.dtype.kind + b.dtype.kind:
            noted(symbol, of(a, b), gap=lambda: np.abs(np.subtract(a, b, dtype=float)), scale=largest_of(a, b))

    return decide


def _sign(what: str) -> Decision:
    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        x = array(args[0])
        if x.dtype.kind == "f":
            noted(what, x > 0, x < 0, gap=lambda: np.abs(x), scale=largest_of(x))

    return decide


def _above(what: str, bound: Callable[[Sequence[Any], dict[str, Any]], Any]) -> Decision:
    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        x, b = array(args[0]), array(bound(args, options))
        noted(what, x > b, gap=lambda: np.abs(x - b), scale=largest_of(x, b))

    return decide


def _chosen(what: str) -> Decision:
    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        a, b = array(args[0]), array(args[1])
        noted(what, a > b, gap=lambda: np.abs(a - b), scale=largest_of(a, b))

    return decide


def _clamped(args: Sequence[Any], options: dict[str, Any]) -> None:
    x = array(args[0])
    low = args[1] if len(args) > 1 else options.get("min")
    high = args[2] if len(args) > 2 else options.get("max")
    for bound, of in ((low, np.less), (high, np.greater)):
        if bound is not None:
            b = array(bound)
            noted("clamp", of(x, b), gap=lambda b=b: np.abs(x - b), scale=largest_of(x, b))


def _bounded(k: int, of: Callable[[Any, Any], Any], name: str) -> Decision:
    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        x, b = array(args[0]), array(args[k] if len(args) > k else options[name])
        noted("clamp", of(x, b), gap=lambda: np.abs(x - b), scale=largest_of(x, b))

    return decide


def _whole(what: str, to: Callable[[Any], Any]) -> Decision:
    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        x = array(args[0])
        if x.dtype.kind == "f":
            turns = np.rint(x) if to is not np.rint else np.floor(x) + 0.5
            noted(what, np.nan_to_num(to(x)), gap=lambda: np.abs(x - turns), scale=1.0)

    return decide


def _divided(args: Sequence[Any], options: dict[str, Any]) -> None:
    """``floor_divide``, ``remainder``, ``fmod`` and a division with a rounding mode."""
    with np.errstate(all="ignore"):
        ratio = np.divide(array(args[0]), array(args[1]))
    if ratio.dtype.kind == "f":
        noted("floor", np.nan_to_num(np.floor(ratio)), gap=lambda: np.abs(ratio - np.rint(ratio)), scale=1.0)


def _rounded_division(args: Sequence[Any], options: dict[str, Any]) -> None:
    if options.get("rounding_mode") is not None:
        _divided(args, options)


def _extreme(what: str, sign: float) -> Decision:
    """The entry that a maximum, or a minimum, takes of each line; along several axes, of all of them at once."""

    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        x = sign * array(args[0]).astype(float)
        dims = args[1] if len(args) > 1 else options.get("dim", ())
        axes = tuple(range(x.ndim)) if dims is None or dims in ((), []) else dims
        axes = tuple(np.atleast_1d(np.asarray(axes, dtype=int)) % max(x.ndim, 1))
        lines = np.moveaxis(x, axes, range(-len(axes), 0)).reshape(*(n for k, n in enumerate(x.shape) if k not in axes), -1)  # fmt: skip  # noqa: E501
        noted(what, np.argmax(lines, axis=-1), gap=_apart(lines), scale=largest_of(x))

    return decide


def _apart(lines: NDArray[Any]) -> NDArray[Any]:
    """How far the largest of each line is from the next."""
    if lines.shape[-1] < 2:
        return np.full(lines.shape[:-1], np.inf)
    top = np.partition(lines, -2, axis=-1)
    return np.asarray(top[..., -1] - top[..., -2])


def _ordered(what: str, default: int = -1, place: int = 1) -> Decision:
    """Sorting and what takes the largest few: the whole order along a dimension."""

    def decide(args: Sequence[Any], options: dict[str, Any]) -> None:
        x = array(args[0]).astype(float)
        dim = args[place] if len(args) > place and isinstance(args[place], int) else options.get("dim", default)
        if x.ndim == 0 or isinstance(dim, bool):
            return
        order = np.argsort(x, axis=dim, kind="stable")
        steps = np.diff(np.take_along_axis(x, order, axis=dim), axis=dim)
        noted(what, order, gap=steps, scale=largest_of(x))

    return decide


def _truths(args: Sequence[Any], options: dict[str, Any]) -> None:
    for value in args[:2]:
        x = array(value) if hasattr(value, "shape") else np.zeros(0, bool)
        if x.dtype.kind == "f":
            noted("truth", x != 0, gap=lambda x=x: np.abs(x), scale=largest_of(x))


def _pooled(args: Sequence[Any], options: dict[str, Any]) -> None:
    """The place in each window that a maximum is taken from; the operation itself says which."""
    import torch

    real = torch.from_numpy(np.ascontiguousarray(array(args[0])))
    pool = {1: torch.max_pool1d, 2: torch.nn.functional.max_pool2d, 3: torch.nn.functional.max_pool3d}
    if len(args[1]) in (2, 3):
        _, index = pool[len(args[1])](real, *args[1:], return_indices=True)
        noted("max_pool", index.numpy())


def _slope(name: str) -> Decision:
    return _above(name, lambda args, options: 0.0)


DECISIONS: dict[str, Decision] = {
    "gt": _compares(">", np.greater), "ge": _compares(">=", np.greater_equal), "lt": _compares("<", np.less),
    "le": _compares("<=", np.less_equal), "eq": _compares("==", np.equal), "ne": _compares("!=", np.not_equal),
    "relu": _slope("relu"), "leaky_relu": _slope("leaky_relu"), "_prelu_kernel": _slope("prelu"), "elu": _slope("elu"),
    "abs": _sign("abs"), "sign": _sign("sign"), "sgn": _sign("sign"), "heaviside": _sign("heaviside"),
    "threshold": _above("threshold", lambda args, options: args[1]),
    "maximum": _chosen("maximum"), "minimum": _chosen("minimum"), "fmax": _chosen("maximum"),
    "fmin": _chosen("minimum"),
    "clamp": _clamped, "hardtanh": _clamped, "clamp_min": _bounded(1, np.less, "min"),
    "clamp_max": _bounded(1, np.greater, "max"),
    "floor": _whole("floor", np.floor), "ceil": _whole("ceil", np.ceil), "round": _whole("round", np.rint),
    "trunc": _whole("trunc", np.trunc), "frac": _whole("frac", np.trunc),
    "floor_divide": _divided, "remainder": _divided, "fmod": _divided, "div": _rounded_division,
    "max": _extreme("max", 1.0), "min": _extreme("min", -1.0), "amax": _extreme("amax", 1.0),
    "amin": _extreme("amin", -1.0), "argmax": _extreme("argmax", 1.0), "argmin": _extreme("argmin", -1.0),
    "sort": _ordered("sort"), "topk": _ordered("topk", place=2), "kthvalue": _ordered("kthvalue", place=2),
    "median": _ordered("median"), "mode": _ordered("mode"), "cummax": _ordered("cummax"), "cummin": _ordered("cummin"),
    "logical_not": _truths, "logical_and": _truths, "logical_or": _truths, "logical_xor": _truths, "any": _truths,
    "all": _truths, "nonzero": _truths,
    "max_pool2d_with_indices": _pooled, "max_pool3d_with_indices": _pooled,
}  # fmt: skip
