"""What a forward pass returned: which of it are outputs, which is a loss, and what is left for the backward pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.source.naming import is_cache, is_gradient, is_loss, plain

__all__ = ["NoOutput", "Told", "is_number", "loss_and_rest", "shape_of", "told"]

MOST = 10_000  # values of a generator
OUT = (
    "out",
    "output",
    "outputs",
    "y",
    "yhat",
    "ypred",
    "a",
    "al",
    "z",
    "h",
    "result",
    "scores",
    "logits",
    "pred",
    "probs",
)


class NoOutput(Exception):
    """Nothing that a forward pass returned is a float array."""


class Told(NamedTuple):
    """``outputs`` are in the order of the cotangents; ``parts``: everything by name, ``rest`` what is no output."""

    whole: Any
    outputs: list[Any]
    called: list[str]
    parts: dict[str, Any]
    rest: list[Any]
    listed: bool = False  # the only output is a list of arrays, and its cotangent is one


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of a float array or a number of any kind; ``None`` for anything else."""
    if isinstance(value, bool | int | str | Mapping | tuple | list) or value is None:
        return None
    if isinstance(value, float | complex):
        return ()
    dtype = getattr(value, "dtype", None)
    try:
        return tuple(value.shape) if np.dtype(dtype).kind in "fc" else None
    except (TypeError, AttributeError):
        return None


def is_number(value: Any) -> bool:
    shape = shape_of(value)
    return shape is not None and all(n == 1 for n in shape)


def whole_of(result: Any) -> Any:
    """A generator's values; a named tuple or an object as what it holds."""
    if isinstance(result, Iterator):
        return list(islice(result, MOST))
    return result


def parts_of(result: Any, names: Sequence[str]) -> list[tuple[str, Any]]:
    """The elements of what was returned with their names; one that is no tuple is the only element."""
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return list(zip(result._fields, result, strict=True))
    if isinstance(result, tuple) or (isinstance(result, list) and len(names) == len(result) > 1):
        called = names if len(names) == len(result) else [""] * len(result)
        return list(zip(called, result, strict=True))
    return [(names[0] if len(names) == 1 else "", result)]


def told(result: Any, names: Sequence[str], cotangents: Sequence[str], *, loss: bool = False) -> Told:
    """``names``: in the return statement. ``cotangents``: the arguments of the backward pass that are such.

    ``loss``: a number is looked for. Raises ``NoOutput``.
    """
    result = whole_of(result)
    parts = parts_of(result, names)
    named = {name: value for name, value in parts if name}
    if len(parts) == 1:
        return _of_one(result, parts[0][0], named, loss=loss)
    able = [k for k, (_, value) in enumerate(parts) if shape_of(value) is not None]
    likely = [k for k in able if not is_cache(parts[k][0])] or able
    wanted = max(len(cotangents), 1)
    if loss:
        losses = [k for k in able if is_loss(parts[k][0]) and is_number(parts[k][1])]
        picked = (losses or [k for k in able if is_number(parts[k][1])] or likely)[:1]
    else:
        picked = _by_name(parts, cotangents, able) or likely[:wanted]
    if not picked:
        listed = next((k for k, (_, value) in enumerate(parts) if _is_row(value)), None)
        if listed is None:
            raise NoOutput("nothing that the forward pass returns is a float array")
        name, value = parts[listed]
        rest = [v for k, (_, v) in enumerate(parts) if k != listed]
        return Told(result, list(value), [f"{name}[{k}]" for k in range(len(value))], named, rest, listed=True)
    rest = [value for k, (_, value) in enumerate(parts) if k not in picked]
    called = [parts[k][0] or ("out" if len(picked) == 1 else f"out[{k}]") for k in picked]
    return Told(result, [parts[k][1] for k in picked], called, named, rest)


def _of_one(result: Any, name: str, named: dict[str, Any], *, loss: bool) -> Told:
    if shape_of(result) is not None:
        return Told(result, [result], [name or "out"], named, [])
    if isinstance(result, Mapping):
        able = {str(key): value for key, value in result.items() if shape_of(value) is not None}
        losses = [key for key, value in able.items() if len(key) > 1 and is_loss(key) and is_number(value)]
        known = [key for key in able if plain(key) in OUT]
        key = next(iter(losses if loss or losses else known or list(able)[-1:]), None)
        if key is not None:
            return Told(result, [able[key]], [key], {**named, **able}, [result])
    if _is_row(result):
        return Told(result, list(result), [f"{name or 'out'}[{k}]" for k in range(len(result))], named, [], listed=True)
    raise NoOutput("nothing that the forward pass returns is a float array")


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(shape_of(v) is not None for v in value)


def _by_name(parts: Sequence[tuple[str, Any]], cotangents: Sequence[str], able: Sequence[int]) -> list[int]:
    """The outputs that every cotangent names: ``dnext_h`` is that of ``next_h``."""
    found = []
    for cotangent in cotangents:
        bare = plain(cotangent)
        at = next((k for k in able if parts[k][0] and bare in _gradients_of(parts[k][0]) and k not in found), None)
        if at is None:
            return []
        found.append(at)
    return found


def _gradients_of(name: str) -> set[str]:
    bare = plain(name)
    return {
        f"d{bare}",
        f"grad{bare}",
        f"{bare}grad",
        f"dl{bare}",
        f"dld{bare}",
        f"delta{bare}",
        f"grad{bare}s",
        f"g{bare}",
    }


def loss_and_rest(result: Any, names: Sequence[str]) -> tuple[Any, Any, tuple[str, ...]]:
    """The loss of what a value-and-gradient function returned, what is left of it, and the names of that."""
    result = whole_of(result)
    if isinstance(result, Mapping):
        numbers = [key for key, value in result.items() if is_number(value)]
        at = next((key for key in numbers if is_loss(str(key))), numbers[0] if numbers else None)
        if at is None:
            raise NoOutput("no number is among what it returns: where is the loss?")
        return result[at], {key: value for key, value in result.items() if key != at}, ()
    parts = parts_of(result, names)
    numbers = [k for k, (_, value) in enumerate(parts) if is_number(value)]
    numbers = [k for k in numbers if not is_gradient(parts[k][0])] or numbers
    sure = [k for k in numbers if is_loss(parts[k][0]) and not is_gradient(parts[k][0])]
    if len(parts) < 2 or not numbers:
        raise NoOutput("no number is among what it returns: where is the loss?")
    at = (sure or numbers)[0]
    rest = tuple(value for k, (_, value) in enumerate(parts) if k != at)
    return parts[at][1], rest, tuple(name for k, (name, _) in enumerate(parts) if k != at)
