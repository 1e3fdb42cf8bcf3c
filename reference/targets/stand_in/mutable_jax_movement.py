"""What makes arrays and moves their elements about: NumPy does to the labels what it does to the values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax import concrete, is_ours, made, values_of
from reference.targets.stand_in.mutable_jax_arithmetic import arithmetic
from reference.targets.stand_in.number_types import type_behind
from reference.targets.stand_in.switches import note_cast_to

__all__ = ["MOVEMENT", "array", "dtype_of"]

Function = Callable[..., Any]


def dtype_of(wanted: Any) -> Any:
    """Every float is a float64 here; everything else is what it is."""
    if wanted is None:
        return None
    dtype = np.dtype(type_behind(wanted))
    if dtype.kind == "c":
        raise Refused("complex numbers")
    return np.dtype(np.float64) if dtype.kind == "f" else dtype


# --- making -----------------------------------------------------------------------------------------------------------


def array(given: Any, dtype: Any = None, *, copy: Any = True, order: Any = None, ndmin: int = 0, **options: Any) -> Any:
    """Nested sequences of numbers and arrays keep every label."""
    wanted = dtype_of(dtype)
    if is_ours(given):
        result = given
        if copy:
            result = made(given.value.copy(), None if given.labels is None else given.labels.copy(), scalar=False)
    elif _holds_ours(given):
        rows = [array(g) for g in given]
        if len({np.shape(values_of(r)[0]) for r in rows}) > 1:
            raise Refused("an array of arrays of different shapes")
        pairs = [values_of(r) for r in rows]
        labels = [np.zeros(v.shape, dtype=np.int64) if l is None else l for v, l in pairs]
        result = made(np.stack([v for v, _ in pairs]), np.stack(labels))
    else:
        result = made(np.array(given, dtype=wanted if wanted is None or wanted.kind != "f" else None), scalar=False)
    if wanted is not None and is_ours(result) and result.dtype != wanted:
        result = astype(result, wanted)
    if ndmin and result.ndim < ndmin:
        result = result.reshape((1,) * (ndmin - result.ndim) + result.shape)
    return result


def _holds_ours(given: Any) -> bool:
    if not isinstance(given, list | tuple):
        return False
    return any(is_ours(g) or _holds_ours(g) for g in given)


def asarray(given: Any, dtype: Any = None, *args: Any, **options: Any) -> Any:
    """The array itself where it is one already."""
    return array(given, dtype, copy=not is_ours(given) or given.scalar)


def astype(a: Any, dtype: Any, copy: bool = True, **options: Any) -> Any:
    """A cast; one to whole numbers is a step, whose derivative is 0."""
    wanted = dtype_of(dtype)
    if wanted.kind == "f" and a.value.dtype.kind == "f":
        return made(a.value.copy("K"), a.labels.copy("K"), scalar=a.scalar) if copy else a
    if a.value.dtype.kind == "f":
        note_cast_to(wanted, a.value)
    return made(a.value.astype(wanted), scalar=a.scalar)


def _made_by(name: str) -> Function:
    """Shape first, dtype by name or where NumPy has it."""

    def function(*args: Any, dtype: Any = None, **options: Any) -> Any:
        options = {key: concrete(option) for key, option in options.items()}
        given = list(args)
        if name in ("zeros", "ones", "empty") and len(given) > 1:
            dtype = given.pop(1)
        if dtype is not None:
            options["dtype"] = dtype_of(dtype)
        for k, arg in enumerate(given):
            if is_ours(arg) and arg.is_traced():
                raise Refused(f"{name} of a number that depends on what is differentiated by (argument {k + 1})")
        value = getattr(np, name)(*_plain(given), **options)
        if name == "empty" and value.dtype.kind == "f":
            value.fill(np.nan)  # what was never written must not look like a number
        return made(value)

    return function


def _plain(args: Iterable[Any]) -> list[Any]:
    return [concrete(arg) for arg in args]


def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", **options: Any) -> Any:
    """One number everywhere."""
    values, labels = values_of(fill_value)
    shape = concrete(shape)
    value = np.full(shape, values, dtype=dtype_of(dtype))
    return made(value, None if labels is None else np.full(shape, labels))


def _like(name: str) -> Function:
    def function(a: Any, *args: Any, dtype: Any = None, shape: Any = None, **options: Any) -> Any:
        a = a if is_ours(a) else array(a)
        given = [*args, *([options["fill_value"]] if "fill_value" in options else [])]
        fill = given.pop(0) if name == "full_like" else None
        kind = dtype_of(given[0] if given else dtype)
        value = np.zeros_like(a.value, dtype=kind, shape=concrete(shape))
        result = made(value)
        if name == "empty_like" and value.dtype.kind == "f":
            value.fill(np.nan)
        elif name == "ones_like":
            value.fill(1)
        elif name == "full_like":
            result[...] = fill
        return result

    return function


# --- moving -----------------------------------------------------------------------------------------------------------


def _moved(name: str, data: tuple[int | str, ...] = (0,), several: bool = False) -> Function:
    """``data``: the arguments that hold elements, each ``several`` arrays or one; all others are parameters."""
    function: Any = np
    for part in name.split("."):
        function = getattr(function, part)

    def moving(*args: Any, **options: Any) -> Any:
        options.pop("dtype", None)
        if options.pop("out", None) is not None:
            raise Refused(f"{name}(out=…)")
        pairs = {}
        for key in data:
            if isinstance(key, str) or key >= len(args):
                continue
            given = args[key]
            pairs[key] = [values_of(g) for g in given] if several else [values_of(given)]
        inexact = any(v.dtype.kind == "f" for found in pairs.values() for v, _ in found)

        def called(which: int) -> Any:
            given = _plain(args)
            for key, found in pairs.items():
                arrays = [v if which == 0 else _labels(v, l) for v, l in found]
                given[int(key)] = arrays if several else arrays[0]
            return function(*given, **{k: concrete(o) for k, o in options.items()})

        values = called(0)
        return _paired(values, called(1) if inexact else None)

    return moving


_RESHAPED = _moved("reshape")


def _labels(values: NDArray, labels: NDArray | None) -> NDArray:
    return np.zeros_like(values, dtype=np.int64) if labels is None else labels


def _paired(values: Any, labels: Any) -> Any:
    if isinstance(values, list | tuple):
        return type(values)(_paired(v, None if labels is None else labels[k]) for k, v in enumerate(values))
    return made(values, labels)


def _several(name: str) -> Function:
    moving = _moved(name, several=True)

    def function(arrays: Any, *args: Any, **options: Any) -> Any:
        arrays = [arrays[k] for k in range(len(arrays))] if is_ours(arrays) else list(arrays)
        return moving(arrays, *args, **options)

    return function


def _spread(name: str) -> Function:
    """``atleast_2d(a, b)``: one result an argument."""
    moving = _moved(name)

    def function(*arrays: Any) -> Any:
        results = [moving(a) for a in arrays]
        return results[0] if len(results) == 1 else tuple(results)

    return function


def reshape(a: Any, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: Any = None) -> Any:
    """A view where NumPy makes one."""
    return _RESHAPED(a, newshape if shape is None else shape, order)


def broadcast_arrays(*arrays: Any, **options: Any) -> Any:
    """All of one shape."""
    shape = np.broadcast_shapes(*(np.shape(values_of(a)[0]) for a in arrays))
    return tuple(MOVEMENT["broadcast_to"](a, shape) for a in arrays)


def block(arrays: Any) -> Any:
    """Rows of blocks."""
    if not isinstance(arrays, list) or not any(isinstance(row, list) for row in arrays):
        return MOVEMENT["hstack"](arrays) if isinstance(arrays, list) else asarray(arrays)
    return MOVEMENT["vstack"]([block(row) for row in arrays])


def meshgrid(*arrays: Any, **options: Any) -> Any:
    """Grids of coordinates."""
    pairs = [values_of(a) for a in arrays]
    values = np.meshgrid(*(v for v, _ in pairs), **options)
    return _paired(list(values), list(np.meshgrid(*(_labels(v, l) for v, l in pairs), **options)))


def pad(a: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Edges, of a constant or of what stands inside."""
    values, labels = values_of(a)
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap", "empty"):
        raise Refused(f"pad by {mode!r}")
    if is_ours(options.get("constant_values")) and options["constant_values"].is_traced():
        raise Refused("pad with a number that depends on what is differentiated by")
    width = concrete(pad_width)
    options = {key: concrete(option) for key, option in options.items()}
    rest = {key: option for key, option in options.items() if key != "constant_values"}
    mode = "constant" if mode == "empty" else mode
    return made(np.pad(values, width, mode, **options), None if labels is None else np.pad(labels, width, mode, **rest))


def diff(a: Any, n: int = 1, axis: int = -1, **options: Any) -> Any:
    """Neighbours subtracted."""
    if options:
        raise Refused("diff(prepend=…)")
    for _ in range(n):
        later = [slice(None)] * values_of(a)[0].ndim
        earlier = list(later)
        later[axis], earlier[axis] = slice(1, None), slice(None, -1)
        a = arithmetic("subtract", a[tuple(later)], a[tuple(earlier)])
    return a


MADE = """zeros ones empty eye identity arange linspace logspace geomspace tri indices hanning hamming blackman"""
ONE = """transpose permute_dims swapaxes moveaxis rollaxis expand_dims squeeze split array_split vsplit hsplit
    dsplit unstack tile repeat roll flip fliplr flipud rot90 broadcast_to resize take take_along_axis diag diagonal
    diagflat tril triu matrix_transpose lib.stride_tricks.as_strided lib.stride_tricks.sliding_window_view"""
SEVERAL = "concatenate concat stack vstack hstack dstack column_stack row_stack"

MOVEMENT: dict[str, Function] = {
    **{name: _made_by(name) for name in MADE.split()},
    **{name: _like(name) for name in ("zeros_like", "ones_like", "empty_like", "full_like")},
    **{name: _moved(name) for name in ONE.split() if hasattr(np, name.split(".")[0])},
    **{name: _several(name) for name in SEVERAL.split() if hasattr(np, name)},
    **{name: _spread(name) for name in ("atleast_1d", "atleast_2d", "atleast_3d")},
    "append": _moved("append", (0, 1)), "insert": _moved("insert", (0, 2)), "delete": _moved("delete"),
    "compress": _moved("compress", (1,)), "extract": _moved("extract", (1,)),
    "reshape": reshape, "ravel": _moved("ravel"),
    "full": full, "array": array, "asarray": asarray, "asanyarray": asarray, "asfarray": asarray,
    "ascontiguousarray": _moved("ascontiguousarray"), "asfortranarray": _moved("asfortranarray"),
    "copy": lambda a, order="K", **_: array(a), "astype": astype, "broadcast_arrays": broadcast_arrays,
    "block": block, "meshgrid": meshgrid, "pad": pad, "diff": diff,
}  # fmt: skip
