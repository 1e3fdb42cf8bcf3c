"""What stands for a module that is not there: an error only where one of its names is used, and not before.

Whatever is asked of a promise by who merely looks at it (``hasattr``, ``isinstance``, ``==``) is answered; what needs
its value raises the ``ModuleNotFoundError`` that the import would have raised.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from reference.targets.reading import course_helpers
from reference.targets.reading.vocabulary import plain

__all__ = ["Absent", "Provided", "is_supplied", "spelt"]


def spelt(names: Mapping[str, Any]) -> dict[str, Any]:
    """The helpers by their names without case and underscores: ``Forward_Propagation_n``, ``dictionaryToVector``."""
    return {plain(name): value for name, value in names.items()}


def is_supplied(value: Any) -> bool:
    """Is it ours, or a promise, and so nothing that the file itself brings along?"""
    if isinstance(value, FunctionType):
        return value.__module__ == course_helpers.__name__
    return type(value) in (Absent, Provided)


class Absent:
    """A module that is imported when one of its names is used, and not before.

    ``helpers``: the course's, by their plain names, for a module that would be a missing helper module.
    """

    __array_ufunc__ = None  # NumPy leaves an operator to it

    def __init__(self, name: str, helpers: Mapping[str, Any] | None = None) -> None:
        self._name, self._helpers = name, helpers or {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._helpers.get(plain(name)) or Absent(f"{self._name}.{name}", self._helpers)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._value()(*args, **kwargs)

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        """A class that inherits from it is defined without it: its other methods may be ours to judge."""
        return ()

    def _value(self) -> Any:
        root, _, rest = self._name.partition(".")
        value: Any = importlib.import_module(root)  # ModuleNotFoundError, with the module's name
        parts = rest.split(".") if rest else []
        for k, part in enumerate(parts, start=1):
            if not hasattr(value, part):
                importlib.import_module(".".join([root, *parts[:k]]))
            value = getattr(value, part)
        return value


def _forwarded(name: str) -> Any:
    def method(self: Absent, *args: Any) -> Any:
        value = self._value()
        method = getattr(type(value), name, None)  # as Python looks up its own operators
        if method is None:
            raise TypeError(f"{self._name} is a {type(value).__name__}, which has no {name}")
        return method(value, *args)

    method.__name__ = name
    return method


UNARY = ("abs", "array", "bool", "enter", "float", "index", "int", "invert", "iter", "len", "neg", "pos")
BINARY = ("add", "and", "floordiv", "matmul", "mod", "mul", "or", "pow", "sub", "truediv", "xor")
OTHERS = ("contains", "delitem", "exit", "ge", "getitem", "gt", "le", "lt", "setitem")
for _name in (*UNARY, *BINARY, *(f"r{name}" for name in BINARY), *OTHERS):
    setattr(Absent, f"__{_name}__", _forwarded(f"__{_name}__"))


class Provided(ModuleType):
    """A helper module of the course: its functions, and a promise for every other name."""

    def __init__(self, name: str, names: Mapping[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(names)
        vars(self)["_helpers"] = spelt({k: v for k, v in names.items() if is_supplied(v)})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._helpers.get(plain(name)) or Absent(f"{self.__name__}.{name}", self._helpers)
