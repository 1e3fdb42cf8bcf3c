"""Every float array that a step may change: of the object, of local variables, of the names of its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.objects.arrays import Path, called, is_array, is_float, lowered, put, reached
from reference.targets.stand_in.kind import StandIn

__all__ = ["OWN", "TRAINING_RATE", "Spot", "constants", "number", "rate_places", "read", "shown_as", "spots", "written"]

OWN = "self"
TRAINING_RATE = r"train\w{0,3}_?rate"
RATE = re.compile(
    r"_*((learn(ing)?_?)?rate|l_?rate|lr|l_r|alpha|eta|step_?size|stepsize|learning_?coef\w*|learnrate|gamma|n_?eta|epsilon|eps"
    rf"|learning_?rate_?\d*|lr_?\d+|{TRAINING_RATE}|η|α)_*",
    re.IGNORECASE,
)
NAMES_MOST = 60


class Spot(NamedTuple):
    """Where an array stands: within which variable, and by which ways."""

    root: str  # "self", the name of a local variable, "global NAME"
    paths: tuple[Path, ...]
    value: Any


def _variables(frame: FrameType) -> Iterator[tuple[str, Any]]:
    local = frame.f_locals
    if OWN in local:
        yield OWN, local[OWN]
    yield from ((name, value) for name, value in local.items() if name != OWN and not name.startswith("__"))
    own = [(name, value) for name, value in frame.f_globals.items() if not name.startswith("__") and _holds(value)]
    yield from ((f"global {name}", value) for name, value in own[:NAMES_MOST] if name not in local)


def _holds(value: Any) -> bool:
    if isinstance(value, ModuleType | FunctionType | type | str | bytes | bool | int):
        return False
    return isinstance(value, list | dict | float) or is_float(value) or type(value).__module__ == "target"


def spots(frame: FrameType, numbers: frozenset[str]) -> dict[str, Spot]:
    """By name; what is one array stands once. ``numbers``: names that count too where they are single numbers."""
    found: dict[str, Spot] = {}
    known: set[int] = set()
    for root, value in _variables(frame):
        name = root.rpartition(" ")[2]
        if is_float(value):
            if id(value) not in known:
                known.add(id(value))
                found.setdefault(name, Spot(root, (("self",),), value))
        elif name in numbers and _is_number(value):
            found.setdefault(name, Spot(root, (("self",),), value))
        elif root == OWN or not is_array(value):
            for array in reached(value, numbers).values():
                if id(array.value) in known and is_array(array.value):
                    continue
                known.add(id(array.value))
                inner = called(array.paths[0][1:])
                found.setdefault(inner if root == OWN else f"{name}.{inner}", Spot(root, array.paths, array.value))
    return found


def _is_number(value: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return type(value) in (int, float) or (kind == "f" and getattr(value, "ndim", None) == 0)


def read(frame: FrameType, model: Any, spot: Spot) -> Any:
    """What stands there now. Raises what a stranger's objects raise."""
    root = model if spot.root == OWN and model is not None else _root(frame, spot.root)
    value = root
    for step in spot.paths[0][1:]:
        value = value[step] if isinstance(value, Mapping | list | tuple) else getattr(value, step)
    return value


def _root(frame: FrameType, root: str) -> Any:
    first, _, name = root.partition(" ")
    return frame.f_globals[name] if name else frame.f_locals[first]


def written(frame: FrameType, spot: Spot, value: Callable[[], Any]) -> bool:
    """Put an array there at once; False where it is a local variable, which the function itself has to set."""
    if len(spot.paths[0]) == 1:
        _, _, name = spot.root.partition(" ")
        if name:
            frame.f_globals[name] = value()
        return bool(name)
    root, made = _root(frame, spot.root), value()
    for path in spot.paths:
        put(root, path, made)
    return True


def shown_as(name: str) -> str:
    """``weights.0`` as ``weights[0]``, as its source has it."""
    return re.sub(r"\.(\d+)", r"[\1]", name)


def rate_places(frame: FrameType) -> list[tuple[str, Path]]:
    """Where a rate may be kept: by the names of variables and of attributes."""
    found: list[tuple[str, Path]] = []
    for root, value in _variables(frame):
        name = root.rpartition(" ")[2]
        if isinstance(value, float | int) and not isinstance(value, bool) and RATE.fullmatch(name):
            found.append((root, ("self",)))
        elif root == OWN or type(value).__module__ == "target":
            inner = getattr(value, "__dict__", {})
            found += [
                (root, ("self", key))
                for key, one in inner.items()
                if type(one) in (int, float) and RATE.fullmatch(str(key))
            ]
        elif isinstance(value, dict):
            found += [(root, ("self", key)) for key, one in value.items()
                      if isinstance(key, str) and type(one) in (int, float) and RATE.fullmatch(key)]  # fmt: skip
    return found


def constants(frame: FrameType) -> dict[str, float]:
    """The numbers that a strength may be: local variables, attributes, entries, the names of the file."""
    found: dict[str, Any] = {}
    for root, value in _variables(frame):
        inner = value if isinstance(value, dict) else getattr(value, "__dict__", {})
        if isinstance(value, dict) or type(value).__module__ == "target":
            found |= {f"{root}.{name}": one for name, one in inner.items()}
        found[root] = value
    return {name: float(v) for name, v in found.items() if type(v) in (int, float) and v > 0}


def number(value: Any, kind: StandIn) -> Any:
    """A number or an array of a kind, as NumPy has it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return np.asarray(float(value))
    return lowered(value, kind)
