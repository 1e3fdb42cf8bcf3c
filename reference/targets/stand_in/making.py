"""Functions that make an array: of the kind's own precision, so that it can take what is written into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.functions import words
from reference.targets.stand_in.number_types import dtype_behind

__all__ = ["functions_of"]


def functions_of(kind: Any) -> dict[str, Callable[..., Any]]:
    """By their names in NumPy."""
    plain, wrap = kind.plain, kind.wrap

    def of_shape(name: str) -> Callable[..., Any]:
        function = getattr(np, name)

        def make(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
            made = function(plain(shape), dtype=kind.default if dtype is None else kind.dtype(dtype), order=order)
            if name == "empty" and made.dtype.kind in "fc":
                made.fill(np.nan)  # what was never written must not look like a number
            return wrap(made)

        return make

    def like(name: str) -> Callable[..., Any]:
        function = getattr(np, name)

        def make(a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any) -> Any:
            a = plain(a)
            made = function(
                a if hasattr(a, "dtype") else np.asarray(a), dtype=kind.dtype(dtype), order=order, shape=plain(shape)
            )
            if name == "empty_like" and made.dtype.kind in "fc":
                made.fill(np.nan)
            return wrap(made)

        return make

    numpys: Any = np.full

    def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
        return wrap(numpys(plain(shape), kind.fitted(fill_value, dtype), dtype=kind.dtype(dtype), order=order))

    def full_like(a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True,
                  shape: Any = None) -> Any:  # fmt: skip
        made = like("empty_like")(a, dtype, order, subok, shape)
        made[...] = fill_value
        return made

    def array(
        x: Any, dtype: Any = None, copy: Any = True, order: Any = "K", subok: bool = False, ndmin: int = 0
    ) -> Any:
        wanted = kind.dtype(dtype)
        made = np.array(kind.fitted(x, dtype), dtype=wanted, order=order, ndmin=ndmin)
        return wrap(made)

    def asarray(x: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
        if isinstance(x, kind.array):
            plainly = plain(x)
            if dtype is None or np.dtype(kind.dtype(dtype)) == getattr(plainly, "dtype", None):
                return x if type(x) is kind.array else wrap(x)
        return array(x, dtype, order=order or "K")

    def contiguous(name: str) -> Callable[..., Any]:
        function = getattr(np, name)
        return lambda x, dtype=None: wrap(function(kind.fitted(x, dtype), dtype=kind.dtype(dtype)))

    def counted(name: str) -> Callable[..., Any]:
        """Functions of numbers alone: ``eye``, ``linspace``."""
        function = getattr(np, name)

        def make(*arguments: Any, **options: Any) -> Any:
            given = [kind.dtype(a) if _is_type(a) else kind.constant(a, name) for a in arguments]
            named = {n: kind.dtype(v) if n == "dtype" else kind.constant(v, name) for n, v in options.items()}
            return wrap(function(*given, **named))

        return make

    def fromiter(values: Any, dtype: Any = float, count: int = -1) -> Any:
        return array(list(values), dtype)

    def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **options: Any) -> Any:
        grid = np.indices(shape, dtype=np.dtype(dtype_behind(dtype)))
        return function(*map(wrap, grid), **options)

    made: dict[str, Callable[..., Any]] = {name: of_shape(name) for name in ("zeros", "ones", "empty")}
    made |= {name: like(name) for name in ("zeros_like", "ones_like", "empty_like")}
    made |= {name: contiguous(name) for name in ("ascontiguousarray", "asfortranarray")}
    made |= {
        name: counted(name)
        for name in words("""
    eye identity arange linspace logspace geomspace tri indices hanning hamming blackman""")
    }
    made |= {"full": full, "full_like": full_like, "array": array, "asarray": asarray, "asanyarray": asarray}
    made |= {"copy": lambda x, order="K", subok=False: array(x, order=order), "fromiter": fromiter}
    return made | {"fromfunction": fromfunction}


def _is_type(x: Any) -> bool:
    return isinstance(x, type | np.dtype)
