"""``float``, ``np.float64``, ``np.floating`` …: types that keep a number of a kind instead of making it NumPy's.

And Python's own ``float`` and ``int`` for NumPy itself, which take an array with one entry as NumPy did before 2.4.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from reference.targets.stand_in.functions import words
from reference.targets.stand_in.pattern import PATTERN

__all__ = ["dtype_behind", "float_types", "one_entry_types", "type_behind"]

CONCRETE = words("float16 float32 float64 longdouble double single half float128")
ABSTRACT = words("floating inexact number generic")


class FloatType(type):
    """The type of such a type: who is an instance, and to what it is equal."""

    behind: type
    kind: Any

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, cls.behind) or (type(x) in cls.kind.unwrapped and not isinstance(x, np.ndarray))

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(type_behind(other), cls.behind)

    def __eq__(cls, other: Any) -> bool:
        return cls is other or cls.behind is other

    def __hash__(cls) -> int:
        return hash(cls.behind)


def float_types(kind: Any) -> dict[str, Any]:
    """By their names in NumPy; ``float`` itself is Python's."""

    def python_float(cls: type, value: Any = 0.0) -> Any:
        if isinstance(value, np.ndarray | kind.array) and value.size == 1:
            value = value.item()
        if type(value) in kind.unwrapped:
            return value
        return builtins.float(value)

    def numpys(cls: Any, value: Any = 0.0) -> Any:
        return kind.functions["array"](value, dtype=cls)[()]

    made: dict[str, Any] = {"float": FloatType("float", (), _body(kind, float, python_float, np.dtype(float)))}
    for name in CONCRETE:
        if hasattr(np, name):
            behind = getattr(np, name)
            made[name] = FloatType(name, (), _body(kind, behind, numpys, np.dtype(behind)))
    for name in ABSTRACT:
        made[name] = FloatType(name, (), _body(kind, getattr(np, name), numpys, None))
    return made


def one_entry_types(kind: Any) -> dict[str, Any]:
    """``float`` and ``int`` that note where they are given an array with one entry and any axes, and take it."""

    def made(behind: Any) -> FloatType:
        def new(cls: type, *given: Any, **options: Any) -> Any:
            if given and isinstance(given[0], np.ndarray) and given[0].ndim and given[0].size == 1:
                PATTERN.note_one_entry(behind.__name__)
                return behind(given[0].item())
            return behind(*given, **options)

        return FloatType(behind.__name__, (), _body(kind, behind, new, np.dtype(behind)))

    return {behind.__name__: made(behind) for behind in (builtins.float, builtins.int)}


def _body(kind: Any, behind: type, new: Any, dtype: Any) -> dict[str, Any]:
    body = {"behind": behind, "kind": kind, "__new__": new}
    if dtype is not None:
        body["dtype"] = dtype
    for name in ("fromhex", "from_bytes", "max", "min"):
        if hasattr(behind, name):
            body[name] = staticmethod(getattr(behind, name))
    return body


def type_behind(x: Any) -> Any:
    """NumPy's or Python's own type for one of these."""
    return x.behind if isinstance(x, FloatType) else x


def dtype_behind(asked: Any) -> np.dtype | None:
    """The dtype that is asked for, or ``None`` where none is."""
    if asked is None:
        return None
    try:
        return np.dtype(type_behind(asked))
    except TypeError:
        return None
