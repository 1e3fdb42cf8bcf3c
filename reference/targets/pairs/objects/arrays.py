"""The arrays within an object of a stranger's class: found by their paths, copied, and put in place.

A path is a tuple of steps, each an attribute's name, a key or an index; ``("self", "params", "W1")`` is called
``self.params.W1``. An array that is reached in several ways is one array with several paths, the shortest first.
"""

from __future__ import annotations

import copy
import re
from collections import deque
from collections.abc import Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.objects.wires import Wire
from reference.targets.pairs.trees import own_copy
from reference.targets.stand_in.kind import StandIn

__all__ = [
    "Path",
    "ReachedArray",
    "at",
    "called",
    "copied",
    "is_array",
    "is_float",
    "lowered",
    "put",
    "rates",
    "reached",
]

DEEPEST = 8  # steps from the object
MOST = 5_000  # values that are looked at
RATE = re.compile(r"_*(lr|l_rate|learning_?rate|learn_rate|eta|step_size)_?", re.IGNORECASE)
LEAVES = (str, bytes, int, bool, type(None), type, range, slice, FunctionType, BuiltinFunctionType, ModuleType)

Path = tuple[Any, ...]


class ReachedArray(NamedTuple):
    """A float array of an object, and every way to it."""

    paths: tuple[Path, ...]
    value: Any

    @property
    def name(self) -> str:
        return called(self.paths[0])


def called(path: Path) -> str:
    """The dotted name of a path; a private attribute without its class's name before it."""
    return ".".join(str(step).partition("__")[2] or str(step) if _is_private(step) else str(step) for step in path)


def _is_private(step: Any) -> bool:
    return isinstance(step, str) and step.startswith("_") and not step.startswith("__") and "__" in step[1:]


def is_array(value: Any) -> bool:
    """Has it a shape and a type, as an array of any stand-in has, and an axis?"""
    return bool(isinstance(getattr(value, "shape", None), tuple) and value.shape and hasattr(value, "dtype"))


def is_float(value: Any) -> bool:
    """An array whose entries a derivative can be taken of."""
    return is_array(value) and np.dtype(value.dtype).kind in "fc"


def _is_number(value: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return isinstance(value, float) or (kind == "f" and getattr(value, "ndim", None) == 0)


def lowered(value: Any, kind: StandIn) -> NDArray | None:
    """A float array or number of the kind as NumPy has it; ``None`` for anything else."""
    if isinstance(value, bool | int | str | type(None)):
        return None
    try:
        found = np.asarray(kind.lower(value))
    except (TypeError, ValueError):
        return None
    return found if found.dtype.kind in "fc" else None


def _within(value: Any) -> Iterator[tuple[Any, Any]]:
    """What a value consists of, by step."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple | deque):
        yield from enumerate(value)
    elif isinstance(value, MethodType):
        yield "__self__", value.__self__
    elif not isinstance(value, LEAVES):
        for base in type(value).__mro__:
            slots = base.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                if hasattr(value, name) and name not in ("__dict__", "__weakref__"):
                    yield name, getattr(value, name)
        yield from getattr(value, "__dict__", {}).items()


def _values(root: Any) -> Iterator[tuple[Path, Any]]:
    """Every value by every path, the shortest first; what has been gone into is not gone into again."""
    waiting: deque[tuple[Path, Any]] = deque([(("self",), root)])
    entered: set[int] = set()
    for _ in range(MOST):
        if not waiting:
            return
        path, value = waiting.popleft()
        yield path, value
        if is_array(value) or id(value) in entered or len(path) > DEEPEST or isinstance(value, LEAVES):
            continue
        entered.add(id(value))
        inside = ((step, inner) for step, inner in _within(value) if not isinstance(inner, Wire))
        waiting.extend(((*path, step), inner) for step, inner in inside if not isinstance(step, Wire))


def reached(root: Any, numbers: frozenset[str] = frozenset()) -> dict[str, ReachedArray]:
    """Every float array that is reached from an object, by its name; what is one array stands once.

    ``numbers``: attributes that count too where they are single numbers.
    """
    found: dict[Any, ReachedArray] = {}
    for path, value in _values(root):
        if "__self__" in path:
            continue
        if is_float(value):
            before = found.get(id(value))
            found[id(value)] = ReachedArray((*(before.paths if before else ()), path), value)
        elif path[-1] in numbers and _is_number(value):
            found[path] = ReachedArray((path,), value)
    named: dict[str, ReachedArray] = {}
    for each in found.values():
        named.setdefault(each.name, each)
    return named


def rates(root: Any) -> list[Path]:
    """Where an object keeps the rate that it learns by, whatever its optimiser."""
    return [path for path, value in _values(root) if isinstance(value, float) and RATE.fullmatch(str(path[-1]))]


def at(root: Any, path: Path) -> Any:
    """What stands at a path, whose first step is the object itself."""
    for step in path[1:]:
        root = root[step] if isinstance(root, Mapping | list | tuple | deque) else getattr(root, step)
    return root


def put(root: Any, path: Path, value: Any) -> None:
    """Put a value at a path; a tuple on the way is made anew."""
    *way, last = path
    holder = at(root, tuple(way))
    if isinstance(holder, tuple):
        entries = [value if k == last else entry for k, entry in enumerate(holder)]
        anew = type(holder)(*entries) if hasattr(holder, "_fields") else type(holder)(entries)
        put(root, tuple(way), anew)
    elif isinstance(holder, dict | list | deque):
        holder[last] = value
    else:
        object.__setattr__(holder, last, value) if _is_frozen(holder) else setattr(holder, last, value)


def _is_frozen(holder: Any) -> bool:
    return bool(getattr(getattr(type(holder), "__dataclass_params__", None), "frozen", False))


def copied(root: Any) -> Any:
    """A copy that shares no array with it. Raises what ``copy`` raises, and where a function holds on to it."""
    memo: dict[int, Any] = {}
    values = list(_values(root))
    inside = {id(value) for _, value in values if not isinstance(value, LEAVES)}
    for _, value in values:
        if isinstance(value, ModuleType):
            memo[id(value)] = value
        elif isinstance(getattr(value, "shape", None), tuple) and hasattr(value, "copy"):
            memo[id(value)] = own_copy(value)
        elif isinstance(value, FunctionType) and any(id(held) in inside for held in _held(value)):
            raise TypeError(f"{value.__name__} holds on to the object that it belongs to")
    return copy.deepcopy(root, memo)


def _held(function: FunctionType) -> Iterator[Any]:
    """What a function has from around it."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
