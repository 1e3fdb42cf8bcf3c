"""The arguments of a draw as trees: which arrays of them are primals, fresh copies of all, and what a call changed."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.corpus import Corpus
from reference.targets.stand_in.kind import StandIn

__all__ = ["changed_names", "fresh", "is_float_array", "leaves", "own_copy", "primals_of"]


RUNNING = re.compile(r"running|moving|num_batches|_ema\b|^ema_", re.IGNORECASE)  # averages that every call moves on


def is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f"


def leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Whatever is no container in a tree, by its dotted name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(f"{name}.{key}", inner)
    elif type(value) in (list, tuple):
        for k, inner in enumerate(value):
            yield from leaves(f"{name}.{k}", inner)
    else:
        yield name, value


def primals_of(arguments: Mapping[str, Any], numbers: Callable[[str], bool]) -> dict[str, NDArray]:
    """Every float array of the arguments; a bare number is one where ``numbers`` says so of its name."""
    found: dict[str, NDArray] = {}
    for argument, tree in arguments.items():
        for name, value in leaves(argument, tree):
            if is_float_array(value) or (type(value) is float and numbers(name)):
                found[name] = np.array(value)
    return found


def fresh(
    arguments: Mapping[str, Any], primals: Mapping[str, Any], kind: StandIn, generator: Callable[[str, int], Any]
) -> dict[str, Any]:
    """The arguments anew: primals as given, other arrays as this kind has them, generators from their seed."""
    return {name: _fresh(name, value, primals, kind, generator) for name, value in arguments.items()}


def _fresh(
    name: str, value: Any, primals: Mapping[str, Any], kind: StandIn, generator: Callable[[str, int], Any]
) -> Any:
    if name in primals:
        return own_copy(primals[name])
    if isinstance(value, Mapping):
        if set(value) == {"rng"} and isinstance(value["rng"], int):
            return generator(name, value["rng"])
        if set(value) == {"corpus", "below"}:
            return Corpus(value["corpus"], value["below"])
        return {key: _fresh(f"{name}.{key}", inner, primals, kind, generator) for key, inner in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_fresh(f"{name}.{k}", inner, primals, kind, generator) for k, inner in enumerate(value))
    if isinstance(value, np.ndarray):
        return kind.lift(value.copy())
    return copy.deepcopy(value)


def own_copy(value: Any) -> Any:
    """An array of any kind in memory of its own."""
    return value.copy() if hasattr(value, "copy") else copy.deepcopy(value)


def changed_names(arguments: Mapping[str, Any], before: Mapping[str, Any], kind: StandIn) -> tuple[str, ...]:
    """The entries that are not as they were, by their dotted names. What was added to a dictionary is no change,
    nor is a running average.
    """
    old = dict(leaf for name, value in before.items() for leaf in leaves(name, value))
    now = dict(leaf for name, value in arguments.items() for leaf in leaves(name, value))
    names = [name for name in old if not RUNNING.search(name.rpartition(".")[2])]
    return tuple(name for name in names if name not in now or _differs(old[name], now[name], kind))


def _differs(before: Any, now: Any, kind: StandIn) -> bool:
    if before is now:
        return False
    if not _is_array(before) and not _is_array(now):
        return isinstance(before, bool | int | float | str | None) and (type(before) is not type(now) or before != now)
    try:
        a, b = np.asarray(kind.lower(before)), np.asarray(kind.lower(now))
    except TypeError:
        return False
    if a.shape != b.shape:
        return True
    return not np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc")


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")
