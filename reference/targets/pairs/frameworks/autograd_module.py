"""What stands in the place of HIPS autograd: its NumPy is that of a kind, and the rules that it is told are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference.targets.stand_in.refusing import StandInModule

__all__ = ["KEPT", "AutogradRules", "autograd_of"]

KEPT = "__autograd_rules__"


class AutogradRules:
    """Of every function the makers of its vector products: by its place backwards, or of tangents forwards."""

    def __init__(self) -> None:
        self.backwards: dict[int, dict[int, Callable[..., Any]]] = {}
        self.forwards: dict[int, dict[int, Callable[..., Any]]] = {}
        self.functions: dict[int, Any] = {}

    def primitive(self, function: Any) -> Any:
        return function

    def defvjp(self, function: Any, *makers: Any, argnums: Any = None) -> None:
        self._keep(self.backwards, function, makers, argnums)

    def defjvp(self, function: Any, *makers: Any, argnums: Any = None) -> None:
        self._keep(self.forwards, function, makers, argnums)

    def defvjp_argnum(self, function: Any, maker: Any) -> None:
        count = function.__code__.co_argcount
        every = [self._of_place(maker, k) for k in range(count)]
        self._keep(self.backwards, function, every, None)

    @staticmethod
    def _of_place(maker: Any, k: int) -> Callable[..., Any]:
        return lambda answer, *arguments, **named: maker(k, answer, arguments, named)

    def _keep(self, kept: dict[int, Any], function: Any, makers: Any, argnums: Any) -> None:
        self.functions[id(function)] = function
        kept[id(function)] = dict(zip(range(len(makers)) if argnums is None else argnums, makers, strict=False))


def autograd_of(kind: Any) -> dict[str, Any]:
    """By the name that it is imported under."""
    rules = AutogradRules()
    module, extend = StandInModule("autograd"), StandInModule("autograd.extend")
    scipy = StandInModule("autograd.scipy")
    vars(scipy)["special"] = kind.special
    for name in ("primitive", "defvjp", "defjvp", "defvjp_argnum"):
        setattr(extend, name, getattr(rules, name))
    vars(module).update({"numpy": kind.numpy, "extend": extend, "scipy": scipy, KEPT: rules, "core": extend})
    return {"autograd": module}
