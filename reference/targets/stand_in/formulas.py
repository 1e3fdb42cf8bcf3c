"""Functions with squares, roots or factorisations: NumPy's own on real numbers, their formulas on complex ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.functions import words
from reference.targets.stand_in.pattern import PATTERN
from reference.targets.stand_in.switches import note_largest

__all__ = ["functions_of"]

NUMPYS = words("""
    mean average var std nanmean nanvar nanstd vdot cov corrcoef sinc correlate linalg.norm linalg.inv
    linalg.solve linalg.det linalg.slogdet linalg.cholesky linalg.pinv linalg.multi_dot linalg.matrix_power
    linalg.vector_norm linalg.matrix_norm linalg.matrix_transpose linalg.outer linalg.trace""")


def functions_of(kind: Any) -> dict[str, Callable[..., Any]]:
    """By their dotted names in NumPy."""
    plain, wrap = kind.plain, kind.wrap

    def numpys(name: str) -> Callable[..., Any]:
        function: Any = np
        for part in name.split("."):
            function = getattr(function, part)

        def call(*arguments: Any, **options: Any) -> Any:
            PATTERN.operations += 1
            if name == "linalg.norm":
                _note_norm(kind.real(np.asarray(plain(arguments[0]))), *arguments[1:2], **options)
            given = [kind.dtype(a) if isinstance(a, type | np.dtype) else plain(a) for a in arguments]
            named = {n: kind.dtype(v) if n == "dtype" else plain(v) for n, v in options.items()}
            return wrap((kind.formula(name) or function)(*given, **named))

        call.__name__ = name
        return call

    made: dict[str, Callable[..., Any]] = {name: numpys(name) for name in NUMPYS}

    def vectorize(function: Any, otypes: Any = None, **options: Any) -> Any:
        def vectorized(*arguments: Any) -> Any:
            spread = np.broadcast_arrays(*map(plain, arguments))
            values = [function(*map(wrap, numbers)) for numbers in zip(*(s.ravel() for s in spread), strict=True)]
            if not spread[0].ndim:
                return made_array([values[0]])[0]
            return made_array(values).reshape(spread[0].shape)

        def made_array(values: Any) -> Any:
            dtype = otypes[0] if isinstance(otypes, list | tuple | str) and otypes else None
            return kind.functions["array"](values, dtype=dtype)

        return vectorized

    def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
        moved = np.moveaxis(np.asarray(plain(arr)), axis, -1)
        rows = [func1d(wrap(row), *args, **kwargs) for row in moved.reshape(-1, moved.shape[-1])]
        value = np.asarray(plain(kind.functions["array"](rows)))
        value = value.reshape(*moved.shape[:-1], *value.shape[1:])
        added = value.ndim - moved.ndim + 1
        return wrap(np.moveaxis(value, list(range(-added, 0)), [axis % moved.ndim + k for k in range(added)])
                    if added else value)  # fmt: skip

    def ndenumerate(x: Any) -> Iterator[Any]:
        x = kind.functions["asarray"](x)
        for index in np.ndindex(x.shape):
            yield index, x[index]

    def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
        at, knots = kind.functions["asarray"](x), np.asarray(kind.constant(xp, "interp"))
        real = kind.real(np.asarray(plain(at)))
        k = np.clip(np.searchsorted(knots, real, side="right") - 1, 0, len(knots) - 2)
        PATTERN.note("interp", np.searchsorted(knots, real, side="right"))
        if not kind.is_complex:
            return wrap(np.interp(plain(x), knots, plain(fp), left, right, period))
        if left is not None or right is not None or period is not None:
            kind.refuse("interp with left, right or period")
        values, t = np.asarray(plain(fp)), np.asarray(plain(at))
        t = np.where(real < knots[0], knots[0], np.where(real > knots[-1], knots[-1], t))
        return wrap(values[k] + (t - knots[k]) * ((values[k + 1] - values[k]) / (knots[k + 1] - knots[k])))

    others: dict[str, Any] = {
        "vectorize": vectorize, "apply_along_axis": apply_along_axis, "ndenumerate": ndenumerate, "interp": interp,
        "nditer": lambda x, *arguments, **options: Iteration(kind.functions["asarray"](x)),
        "r_": Glued(kind, np.r_), "c_": Glued(kind, np.c_), "real": lambda x: x,
    }  # fmt: skip
    return made | others


def _note_norm(x: NDArray, ord: Any = None, axis: Any = None, **options: Any) -> None:
    """The norms that switch: of absolute values, or the largest."""
    if ord is None or ord in (2, "fro") or x.dtype.kind != "f":
        return
    PATTERN.note("norm", np.greater(x, 0), np.less(x, 0), gap=lambda: np.abs(x), scale=lambda: np.abs(x))
    if ord in (np.inf, -np.inf):
        note_largest("norm", np.abs(x) if axis is not None else np.abs(x).ravel(), -1 if axis is None else axis)


class Glued:
    """``np.r_`` and ``np.c_``."""

    def __init__(self, kind: Any, own: Any) -> None:
        self.kind, self.own = kind, own

    def __getitem__(self, key: Any) -> Any:
        return self.kind.wrap(self.own[self.kind.plain(key)])

    def __deepcopy__(self, memo: Any) -> Glued:
        return self


class Iteration:
    """``np.nditer`` over one array, in the order of its indices."""

    def __init__(self, x: Any) -> None:
        self.x, self.indices = x, list(np.ndindex(x.shape))
        self.at = 0

    @property
    def finished(self) -> bool:
        return self.at >= len(self.indices)

    @property
    def multi_index(self) -> tuple[int, ...]:
        return self.indices[self.at]

    def iternext(self) -> bool:
        self.at += 1
        return not self.finished

    def __enter__(self) -> Iteration:
        return self

    def __exit__(self, *_: Any) -> None: ...

    def __getitem__(self, key: Any) -> Any:
        return self.x[self.multi_index] if key == 0 else self.x[self.multi_index][key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.x[self.multi_index] = value

    def __iter__(self) -> Iterator[Any]:
        while not self.finished:
            yield self.x[(*self.multi_index, ...)]
            self.at += 1
