"""Functions that compare or choose: what is chosen is noted, and taken by its index where numbers are complex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.functions import words
from reference.targets.stand_in.pattern import PATTERN
from reference.targets.stand_in.switches import note_largest, note_order, note_truth

__all__ = ["functions_of"]

MISSING = object()


def _axes_last(x: NDArray, axis: Any) -> tuple[NDArray, tuple[int, ...]]:
    """``x`` with the axes that are reduced as one, last; and which they were."""
    if axis is None:
        return x.reshape(-1), tuple(range(x.ndim))
    axes = tuple(a % max(x.ndim, 1) for a in np.atleast_1d(axis))
    kept = [a for a in range(x.ndim) if a not in axes]
    moved = x.transpose([*kept, *axes])
    return moved.reshape(*(x.shape[a] for a in kept), -1), axes


def functions_of(kind: Any) -> dict[str, Callable[..., Any]]:
    """By their names in NumPy."""
    plain, wrap, functions = kind.plain, kind.wrap, kind.functions

    def arrays(x: Any) -> tuple[NDArray, NDArray]:
        """As the kind computes with it, and its real part."""
        PATTERN.operations += 1
        x = np.asarray(plain(x))
        return x, kind.real(x)

    def largest(name: str, *, smallest: bool, skipping: bool = False) -> Callable[..., Any]:
        function = getattr(np, name)
        worst = np.inf if smallest else -np.inf

        def reduced(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = MISSING,
                    where: Any = MISSING) -> Any:  # fmt: skip
            x, real = arrays(a)
            options = {n: plain(v) for n, v in (("initial", initial), ("where", where)) if v is not MISSING}
            seen = real if where is MISSING else np.where(plain(where), real, worst)
            seen = np.where(np.isnan(seen), worst, seen) if skipping and seen.dtype.kind == "f" else seen
            moved, axes = _axes_last(seen, axis)
            if not moved.shape[-1] or real.dtype.kind not in "f" or not moved.size:
                return _into(out, wrap(function(x, axis=axis, keepdims=keepdims, **options)))
            taken = note_largest(name, moved, -1, smallest=smallest)
            if not kind.is_complex:
                return _into(out, wrap(function(x, axis=axis, keepdims=keepdims, **options)))
            values = np.take_along_axis(_axes_last(x, axis)[0], taken[..., None], -1)[..., 0]
            if initial is not MISSING:
                first = plain(initial)
                beyond = kind.real(first) < kind.real(values) if smallest else kind.real(first) > kind.real(values)
                values = np.where(beyond, first, values)
            return _into(out, wrap(np.expand_dims(values, axes) if keepdims else values[()]))

        return reduced

    def _into(out: Any, value: Any) -> Any:
        if out is None:
            return value
        out[...] = value
        return out

    def index_of(name: str, *, smallest: bool) -> Callable[..., Any]:
        function = getattr(np, name)

        def index(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
            _, real = arrays(a)
            seen = real.ravel() if axis is None else real
            if name.startswith("nan"):
                seen = np.where(np.isnan(seen), np.inf if smallest else -np.inf, seen)
            if seen.ndim:
                note_largest(name, seen, -1 if axis is None else axis, smallest=smallest)
            return _into(out, wrap(function(real, axis=axis, keepdims=keepdims)))

        return index

    def where(condition: Any, *choices: Any, x: Any = MISSING, y: Any = MISSING) -> Any:
        truth = note_truth("where", arrays(condition)[1])
        if x is not MISSING:
            choices = (x, y)
        return wrap(np.where(truth, *map(plain, choices)))

    def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = MISSING, max: Any = MISSING,
             **options: Any) -> Any:  # fmt: skip
        lowest = plain(a_min if min is MISSING else min)
        highest = plain(a_max if max is MISSING else max)
        x, real = arrays(a)
        above = True if lowest is None else np.greater(real, kind.real(lowest))
        below = True if highest is None else np.less(real, kind.real(highest))
        if kind.real(x).dtype.kind == "f":
            for bound, outcome in ((lowest, above), (highest, below)):
                if bound is not None:
                    gaps = np.abs(real - kind.real(bound))
                    PATTERN.note("clip", np.asarray(outcome), gap=gaps, scale=lambda: np.abs(real))
        if not kind.is_complex or (x.dtype.kind != "c" and not _moving(lowest, highest)):
            return _into(out, wrap(np.clip(x, lowest, highest)))
        value = x if lowest is None else np.where(above | np.isnan(real), x, lowest)
        value = value if highest is None else np.where(below | np.isnan(real), value, highest)
        return _into(out, wrap(value[()]))

    def _moving(*bounds: Any) -> bool:
        return any(np.iscomplexobj(b) for b in bounds if b is not None)

    def order_of(name: str) -> Callable[..., Any]:
        def order(a: Any, axis: Any = -1, kind: Any = None, **options: Any) -> Any:  # argsort, argpartition
            _, real = arrays(a)
            if axis is None:
                real, axis = real.ravel(), 0
            note_order(name, real, axis)
            return wrap(np.argsort(real, axis=axis, kind=kind))

        return order

    def argpartition(a: Any, kth: Any, axis: Any = -1, **options: Any) -> Any:
        real = arrays(a)[1]
        note_order("argpartition", real.ravel() if axis is None else real, 0 if axis is None else axis)
        return wrap(np.argpartition(real, kth, axis))

    def sort(a: Any, axis: Any = -1, **options: Any) -> Any:
        x, real = arrays(a)
        if axis is None:
            x, real, axis = x.ravel(), real.ravel(), 0
        order = note_order("sort", real, axis)
        return wrap(np.take_along_axis(x, order, axis) if kind.is_complex else np.sort(x, axis=axis))

    def partition(a: Any, kth: Any, axis: Any = -1, **options: Any) -> Any:
        x, real = arrays(a)
        order = note_order("partition", real, axis)
        return wrap(np.take_along_axis(x, order, axis) if kind.is_complex else np.partition(x, kth, axis))

    def quantile_of(name: str, scale: float) -> Callable[..., Any]:
        function = getattr(np, name)

        def quantile(a: Any, q: Any = 0.5, axis: Any = None, *rest: Any, keepdims: bool = False, **options: Any) -> Any:
            x, real = arrays(a)
            moved, axes = _axes_last(real, axis)
            order = note_order(name, moved, -1)
            if not kind.is_complex:
                given = (x,) if name == "median" else (x, kind.constant(q, name))
                return wrap(function(*given, *rest, axis=axis, keepdims=keepdims, **options))
            if rest or options:
                kind.refuse(f"{name} by another method than the linear one")
            sorted_ = np.take_along_axis(_axes_last(x, axis)[0], order, -1)
            at = np.asarray(kind.constant(q, name)) / scale * (sorted_.shape[-1] - 1)
            low = np.floor(at).astype(int)
            part, high = at - low, np.minimum(low + 1, sorted_.shape[-1] - 1)
            value = np.take(sorted_, low, -1) * (1 - part) + np.take(sorted_, high, -1) * part
            value = np.moveaxis(value, list(range(-part.ndim, 0)), list(range(part.ndim))) if part.ndim else value
            if keepdims:
                value = np.expand_dims(value, tuple(part.ndim + a for a in axes))
            return wrap(value[()])

        return quantile

    def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
        x, real = arrays(a)
        if real.dtype.kind == "f":
            shifted = real * 10.0**decimals
            PATTERN.note("round", np.rint(shifted), gap=np.abs(np.abs(shifted - np.rint(shifted)) - 0.5),
                         scale=lambda: np.abs(shifted))  # fmt: skip
        return _into(out, wrap(np.round(real if kind.is_complex else x, decimals)))

    def truths(name: str) -> Callable[..., Any]:
        function = getattr(np, name)

        def answered(a: Any, *arguments: Any, **options: Any) -> Any:
            truth = note_truth(name, arrays(a)[1])
            return wrap(function(truth, *map(plain, arguments), **{n: plain(v) for n, v in options.items()}))

        return answered

    def answered(name: str) -> Callable[..., Any]:
        """An answer about real numbers that is noted whole."""
        function = getattr(np, name)

        def answer(*arguments: Any, **options: Any) -> Any:
            PATTERN.operations += 1
            given = [kind.shown(a) for a in arguments]
            value = function(*given, **{n: kind.shown(v) for n, v in options.items()})
            if any(np.asarray(g).dtype.kind == "f" for g in given if g is not None):
                for part in value if isinstance(value, tuple) else (value,):
                    if np.asarray(part).dtype.kind in "biu":
                        PATTERN.note(name, np.asarray(part))
            return wrap(value)

        return answer

    def unique(a: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
               axis: Any = None, **options: Any) -> Any:  # fmt: skip
        x, real = arrays(a)
        found = list(np.unique(real, return_index=True, return_inverse=True, return_counts=True, axis=axis))
        if real.dtype.kind == "f":
            PATTERN.note("unique", found[1], found[2])
        if kind.is_complex and x.dtype.kind == "c":
            found[0] = x.ravel()[found[1]] if axis is None else np.take(x, found[1], axis)
        kept = [f for f, asked in zip(found, (True, return_index, return_inverse, return_counts), strict=True) if asked]
        return wrap(tuple(kept)) if len(kept) > 1 else wrap(kept[0])

    def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
        at, weights = np.asarray(kind.shown(x)), plain(weights)
        if weights is None or not np.iscomplexobj(weights):
            return wrap(np.bincount(at, weights, minlength))
        counted = np.zeros(max(minlength, int(at.max(initial=-1)) + 1), dtype=weights.dtype)
        np.add.at(counted, at, weights)
        return wrap(counted)

    def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
        whole, real = arrays(x)
        if real.dtype.kind == "f":
            PATTERN.note("nan_to_num", np.isfinite(real))
        value = np.nan_to_num(real, nan=nan, posinf=posinf, neginf=neginf)
        value = np.where(np.isfinite(real), whole, value)[()]
        return wrap(value) if copy else _into(x, wrap(value))

    def piecewise(x: Any, conditions: Any, choices: Any, *arguments: Any, **options: Any) -> Any:
        x = functions["asarray"](x)
        given = [np.asarray(plain(c)).astype(bool) for c in conditions]
        if len(choices) == len(given) + 1:
            given.append(~np.any(given, axis=0))
        value = functions["zeros_like"](x)
        for condition, choice in zip(given, choices, strict=True):
            value[condition] = choice(x[condition], *arguments, **options) if callable(choice) else choice
        return value

    def in_place(name: str) -> Callable[..., Any]:
        function = getattr(np, name)

        def write(x: Any, *arguments: Any, **options: Any) -> None:
            into = plain(x)
            function(into, *(plain(kind.fitting(a, into.dtype)) for a in arguments), **options)

        return write

    def passed(name: str) -> Callable[..., Any]:
        function = getattr(np, name)
        return lambda *arguments, **options: wrap(
            function(*map(plain, arguments), **{n: plain(v) for n, v in options.items()})
        )

    def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return _into(out, functions["max"](a, axis, None, keepdims) - functions["min"](a, axis, None, keepdims))

    made: dict[str, Callable[..., Any]] = {
        **{name: largest(name, smallest=False) for name in ("max", "amax")},
        **{name: largest(name, smallest=True) for name in ("min", "amin")},
        "nanmax": largest("nanmax", smallest=False, skipping=True),
        "nanmin": largest("nanmin", smallest=True, skipping=True),
        **{name: index_of(name, smallest=False) for name in ("argmax", "nanargmax")},
        **{name: index_of(name, smallest=True) for name in ("argmin", "nanargmin")},
        "where": where, "clip": clip, "argsort": order_of("argsort"), "argpartition": argpartition, "sort": sort,
        "partition": partition, "median": quantile_of("median", 1.0), "quantile": quantile_of("quantile", 1.0),
        "percentile": quantile_of("percentile", 100.0), "round": round_, "around": round_, "unique": unique,
        "fix": lambda x: functions["trunc"](x), "bincount": bincount, "nan_to_num": nan_to_num, "ptp": ptp,
        "piecewise": piecewise, "msort": lambda a: sort(a, 0), "select": passed("select"), "choose": passed("choose"),
    }  # fmt: skip
    for name in ("any", "all", "nonzero", "flatnonzero", "argwhere", "count_nonzero"):
        made[name] = truths(name)
    for name in words("""
    searchsorted digitize histogram isclose allclose array_equal array_equiv lexsort isin isneginf isposinf
    intersect1d union1d setdiff1d"""):
        made[name] = answered(name)
    for name in ("fill_diagonal", "put", "place", "putmask", "copyto", "put_along_axis"):
        made[name] = in_place(name)
    return made
