"""Live objects as bytes: what they hold, and not what is text anyway.

Functions and classes of the kernel go by value, with what they have closed over and the globals that they use. Four
things go by name, so that whoever reads them decides what they mean there: the code of a cell (its text goes beside),
modules, what was imported from them, and what cannot be pickled.
"""

from __future__ import annotations

import io
import marshal
import sys
from collections.abc import Mapping
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from reference.notebook.gathering import HOME, Gathered

__all__ = ["Carried", "carried"]

LARGEST = 64 * 2**20  # bytes of one value
OF_NUMPY = ("numpy", "numpy.linalg", "numpy.random", "numpy.fft")  # whose functions are known by their names
ARRAYS = ("ndarray", "dtype")  # by which an array itself is pickled
GLOBALS, CODE, MODULE, IMPORTED, LOST = "globals", "code", "module", "imported", "lost"


class Carried(NamedTuple):
    """``state``: a dictionary of the names, pickled; ``lost``: what could not be, and why."""

    state: bytes
    lost: dict[str, str]


def carried(found: Gathered, namespace: Mapping[str, Any]) -> Carried:
    """What was gathered of a namespace. A value that cannot be pickled costs nobody else anything until it is used."""
    lost: dict[str, str] = {}
    values = {}
    for name, value in found.values.items():
        try:
            size = len(_dumps(found, namespace, {name: value}, lost))
            why = f"it is larger than {LARGEST // 2**20} MiB" if size > LARGEST else None
        except Exception as error:  # a stranger's __reduce__ may raise anything
            why = _why(error)
        if why is None:
            values[name] = value
        elif name in found.used:
            lost[name] = why
    own = dict(found.own)
    try:
        return Carried(_dumps(found, namespace, own | values, lost), lost)
    except Exception:
        pass
    for name, value in found.own.items():
        try:
            _dumps(found, namespace, {name: value}, lost)
        except Exception as error:
            lost[name] = _why(error)
            del own[name]
    return Carried(_dumps(found, namespace, own | values, lost), lost)


def _why(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _dumps(found: Gathered, namespace: Mapping[str, Any], objects: dict[str, Any], lost: Mapping[str, str]) -> bytes:
    import cloudpickle

    known = _by_name(found, namespace, lost)
    ours = {"kernel": True}  # what stands for the namespace itself; cloudpickle adds to one that is empty

    class Pickler(cloudpickle.Pickler):
        def persistent_id(self, value: Any) -> tuple[Any, ...] | None:
            if value is ours:
                return (GLOBALS,)
            kind = type(value)
            if kind is CodeType:
                spot = found.spot(value)
                return None if spot is None else (CODE, *spot, value.co_freevars, marshal.dumps(value))
            if issubclass(kind, ModuleType):
                name = value.__name__
                return (MODULE, name) if name != HOME and sys.modules.get(name) is value else None
            return known.get(id(value))

    written = io.BytesIO()
    pickler = Pickler(written, protocol=5)
    pickler.globals_ref[id(namespace)] = ours
    pickler.dump(objects)
    return written.getvalue()


def _by_name(found: Gathered, namespace: Mapping[str, Any], lost: Mapping[str, str]) -> dict[int, tuple[Any, ...]]:
    """By its identity, what goes by name: the functions of NumPy, what was imported, what is lost."""
    known: dict[int, tuple[Any, ...]] = {}
    for module in OF_NUMPY:
        for name, value in vars(sys.modules.get(module, object)).items():
            if callable(value) and not issubclass(type(value), type) and not name.startswith("_"):
                known.setdefault(id(value), (IMPORTED, (), module, name))
    for name, value in found.imported.items():
        array = issubclass(type(value), type) and value.__name__ in ARRAYS
        if not array and not issubclass(type(value), ModuleType):
            start = (IMPORTED, (), _home(value), getattr(value, "__name__", name))
            _, names, module, attribute = known.get(id(value), start)
            known[id(value)] = (IMPORTED, (*names, name), module, attribute)
    for name in lost:
        known[id(namespace[name])] = (LOST, name)
    return known


def _home(value: Any) -> str:
    return str(getattr(value, "__module__", None) or "builtins")
