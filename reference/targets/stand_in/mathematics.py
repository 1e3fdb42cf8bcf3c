"""In the place of ``math`` and ``scipy.special``: theirs on plain numbers, the kind's own on numbers of a kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from reference.targets.stand_in.functions import MATH, SPECIAL, words
from reference.targets.stand_in.pattern import PATTERN
from reference.targets.stand_in.refusing import StandInModule

__all__ = ["math_of", "special_of"]

BY_UFUNC = {name: getattr(np, name) for name in
            words("""
    exp exp2 expm1 log log10 log1p log2 sqrt cbrt sin cos tan sinh cosh tanh hypot degrees radians""")}  # fmt: skip
BY_UFUNC |= {"acos": np.arccos, "acosh": np.arccosh, "asin": np.arcsin, "asinh": np.arcsinh, "atan": np.arctan,
             "atan2": np.arctan2, "atanh": np.arctanh, "pow": np.power, "fmod": np.fmod, "fabs": np.fabs,
             "copysign": np.copysign}  # fmt: skip
SWITCHES = ("fmod", "fabs", "copysign")
WHOLE = {"floor": np.floor, "ceil": np.ceil, "trunc": np.trunc}
ASKED = ("isfinite", "isinf", "isnan", "isclose")
SUMS = ("fsum", "prod", "dist", "sumprod")


def math_of(kind: Any) -> ModuleType:
    """``math``, whose own functions keep a number of the kind one."""
    module = StandInModule("math")
    for name in MATH:
        if hasattr(math, name):
            own = getattr(math, name)
            setattr(module, name, _mathematical(kind, name, own) if callable(own) else own)
    return module


def _mathematical(kind: Any, name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    def number(x: Any) -> Any:
        return x.item() if isinstance(x, np.ndarray | kind.array) and x.size == 1 else x

    def call(*arguments: Any, **options: Any) -> Any:
        given = [number(a) for a in arguments]
        if name in SUMS:
            return _summed(kind, name, own, *given)
        if not any(type(g) in kind.unwrapped for g in given):
            return own(*given, **options)
        PATTERN.operations += 1
        if name in WHOLE:
            return int(kind.real(kind.apply(WHOLE[name], "__call__", tuple(given), None, {})))
        if name in ASKED:
            return own(*map(kind.shown, given), **options)
        if name in SWITCHES or kind.is_complex:
            if name == "log" and len(given) == 2:
                return call(given[0]) / call(given[1])
            if name in BY_UFUNC:
                _in_its_domain(own, *map(kind.shown, given))
                return kind.apply(BY_UFUNC[name], "__call__", tuple(given), None, {})
            special = kind.special_formula(name)
            if special is None:
                return own(*(kind.constant(g, f"math.{name}") for g in given), **options)
            return kind.wrap(special(*map(kind.plain, given)))
        return kind.wrap(np.float64(own(*map(kind.plain, given), **options)))

    return call


def _in_its_domain(own: Callable[..., Any], *numbers: Any) -> None:
    """``math`` raises where NumPy returns what is not finite."""
    own(*map(float, numbers))


def _summed(kind: Any, name: str, own: Callable[..., Any], *given: Any) -> Any:
    parts = [list(g) if name != "dist" or np.iterable(g) else g for g in given]
    if not any(type(x) in kind.unwrapped for part in parts for x in part):
        return own(*parts)
    arrays = [kind.functions["array"](part) for part in parts]
    if name in ("fsum", "prod"):
        return kind.functions["sum" if name == "fsum" else "prod"](arrays[0])
    if name == "sumprod":
        return kind.functions["sum"](arrays[0] * arrays[1])
    return kind.functions["sqrt"](kind.functions["sum"]((arrays[0] - arrays[1]) ** 2))


def special_of(kind: Any) -> ModuleType:
    """``scipy.special``."""
    module = StandInModule("scipy.special")
    for name in SPECIAL:
        setattr(module, name, _special(kind, name))
    return module


def _special(kind: Any, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        import scipy.special

        PATTERN.operations += 1
        given = [kind.plain(a) for a in arguments]
        named = {n: kind.plain(v) for n, v in options.items()}
        if kind.is_complex:
            formula = kind.special_formula(name)
            if formula is not None:
                return kind.wrap(formula(*given, **named))
            given = [kind.constant(a, f"scipy.special.{name}") for a in arguments]
        return kind.wrap(getattr(scipy.special, name)(*given, **named))

    call.__name__ = name
    return call
