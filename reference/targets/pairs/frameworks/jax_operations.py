"""JAX's operations as NumPy has them, or what stands in its place: one line for each, of the values and the options.

What only moves entries about in a way of JAX's own (gathers, scatters, convolutions) is left to JAX, which is given the
real and the imaginary part apart. What is on neither list is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.kind import Refused

__all__ = ["OPERATIONS", "by_jax"]

Operation = Callable[[Any, Sequence[Any], dict[str, Any]], Any]  # a kind, the values, the options


def _numpys(name: str) -> Operation:
    return lambda kind, args, options: getattr(kind.numpy, name)(*args)


def _special(name: str) -> Operation:
    return lambda kind, args, options: getattr(kind.special, name)(*args)


def _reduced(name: str) -> Operation:
    def reduce(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
        axes = tuple(options["axes"])
        return getattr(kind.numpy, name)(args[0], axis=axes) if axes else args[0]

    return reduce


def _one_axis(name: str) -> Operation:
    return lambda kind, args, options: getattr(kind.numpy, name)(args[0], axis=options["axes"][0])


def _cumulative(name: str) -> Operation:
    def along(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
        axis, x = options["axis"], args[0]
        if not options.get("reverse"):
            return getattr(kind.numpy, name)(x, axis=axis)
        return kind.numpy.flip(getattr(kind.numpy, name)(kind.numpy.flip(x, axis), axis=axis), axis)

    return along


def _select(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    which, *cases = args
    if len(cases) == 2:
        return kind.numpy.where(which, cases[1], cases[0])
    found = cases[0]
    for k, case in enumerate(cases[1:], 1):
        found = kind.numpy.where(which == k, case, found)
    return found


def _broadcast(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    shape, places = tuple(options["shape"]), options["broadcast_dimensions"]
    own = [1] * len(shape)
    for axis, place in enumerate(places):
        own[place] = np.shape(args[0])[axis]
    return kind.numpy.broadcast_to(kind.numpy.reshape(args[0], tuple(own)), shape)


def _cast(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    wanted = np.dtype(options["new_dtype"]) if options["new_dtype"] != "bfloat16" else np.dtype(np.float32)
    x = args[0]
    if wanted.kind == "f" and wanted.itemsize >= 8 and isinstance(x, bool | int | float):
        return float(x)
    return kind.numpy.asarray(x).astype(wanted)


def _product(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """A sum over some axes of both, one for each of a batch over others."""
    (over_a, over_b), (batch_a, batch_b) = options["dimension_numbers"]
    a, b = args
    names = iter("abcdefghijklmnopqrstuvwxyz")
    left, right = [next(names) for _ in np.shape(a)], [next(names) for _ in np.shape(b)]
    for i, j in zip((*over_a, *batch_a), (*over_b, *batch_b), strict=True):
        right[j] = left[i]
    kept = [left[i] for i in batch_a]
    kept += [n for i, n in enumerate(left) if i not in (*over_a, *batch_a)]
    kept += [n for j, n in enumerate(right) if j not in (*over_b, *batch_b)]
    return kind.numpy.einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}", a, b)


def _slice(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    steps = options["strides"] or [1] * len(options["start_indices"])
    return args[0][tuple(map(slice, options["start_indices"], options["limit_indices"], steps))]


def _dynamic_slice(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    x, *starts = args
    sizes = options["slice_sizes"]
    at = [min(max(int(s), 0), n - size) for s, n, size in zip(starts, np.shape(x), sizes, strict=True)]
    return x[tuple(slice(s, s + size) for s, size in zip(at, sizes, strict=True))]


def _dynamic_update(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    x, update, *starts = args
    made = kind.numpy.array(x)
    sizes = np.shape(update)
    at = [min(max(int(s), 0), n - size) for s, n, size in zip(starts, np.shape(x), sizes, strict=True)]
    made[tuple(slice(s, s + size) for s, size in zip(at, sizes, strict=True))] = update
    return made


def _pad(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    x, value = args
    config = options["padding_config"]
    shape = [lo + hi + n + max(n - 1, 0) * inner for n, (lo, hi, inner) in zip(np.shape(x), config, strict=True)]
    if any(lo < 0 or hi < 0 for lo, hi, _ in config):
        raise Refused("jax.lax.pad by less than nothing is not on the list")
    made = kind.numpy.zeros(tuple(shape)) + value if np.asarray(kind.plain(x)).dtype.kind in "fc" else np.full(shape, value)  # fmt: skip  # noqa: E501
    at = tuple(slice(lo, lo + n + (n - 1) * inner, inner + 1) for n, (lo, _, inner) in zip(np.shape(x), config, strict=True))  # fmt: skip  # noqa: E501
    if all(np.shape(x)):
        made[at] = x
    return made


def _sorted(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    if options["num_keys"] != 1:
        raise Refused("jax.lax.sort by several keys is not on the list")
    order = kind.numpy.argsort(args[0], axis=options["dimension"], kind="stable")
    return [kind.numpy.take_along_axis(x, order, axis=options["dimension"]) for x in args]


def _top(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    axis = options.get("axis", -1)
    order = np.asarray(kind.plain(kind.numpy.argsort(-args[0], axis=axis, kind="stable")))
    first = np.take(order, np.arange(options["k"]), axis=axis)
    return [kind.numpy.take_along_axis(args[0], first, axis=axis), first]


def _split(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    cuts = [int(n) for n in np.cumsum(options["sizes"])[:-1]]
    return list(kind.numpy.split(args[0], cuts, axis=options["axis"]))


def _clamp(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    low, x, high = args
    return kind.numpy.minimum(kind.numpy.maximum(x, low), high)


def _round(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    if int(options["rounding_method"]) == 1:
        return kind.numpy.rint(args[0])
    return kind.numpy.sign(args[0]) * kind.numpy.floor(kind.numpy.abs(args[0]) + 0.5)


def _log_of_sums(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    return kind.numpy.log(_cumulative("cumsum")(kind, [kind.numpy.exp(args[0])], options))


def _iota(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    shape, axis = options["shape"], options["dimension"]
    own = [n if k == axis else 1 for k, n in enumerate(shape)]
    return np.broadcast_to(np.arange(shape[axis], dtype=options["dtype"]).reshape(own), shape)


def _same(kind: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    return args[0]


OPERATIONS: dict[str, Operation] = {
    **{name: _numpys(name) for name in ("exp", "exp2", "log", "log1p", "expm1", "tanh", "sin", "cos", "tan", "sinh",
                                        "cosh", "sqrt", "cbrt", "abs", "sign", "floor", "ceil", "square")},
    **{name: _numpys(numpys) for name, numpys in (
        ("neg", "negative"), ("add", "add"), ("add_any", "add"), ("sub", "subtract"), ("mul", "multiply"),
        ("div", "divide"), ("rem", "fmod"), ("pow", "power"), ("max", "maximum"), ("min", "minimum"),
        ("atan2", "arctan2"), ("asin", "arcsin"), ("acos", "arccos"), ("atan", "arctan"), ("asinh", "arcsinh"),
        ("acosh", "arccosh"), ("atanh", "arctanh"), ("is_finite", "isfinite"), ("eq", "equal"), ("ne", "not_equal"),
        ("lt", "less"), ("le", "less_equal"), ("gt", "greater"), ("ge", "greater_equal"), ("shift_left", "left_shift"),
        ("shift_right_logical", "right_shift"), ("shift_right_arithmetic", "right_shift"),
    )},
    "and": _numpys("bitwise_and"), "or": _numpys("bitwise_or"), "xor": _numpys("bitwise_xor"), "not": _numpys("invert"),
    "rsqrt": lambda kind, args, options: 1.0 / kind.numpy.sqrt(args[0]),
    "logistic": _special("expit"), "erf": _special("erf"), "erfc": _special("erfc"), "lgamma": _special("gammaln"),
    "digamma": _special("digamma"),
    "integer_pow": lambda kind, args, options: args[0] ** options["y"],
    "reduce_sum": _reduced("sum"), "reduce_max": _reduced("max"), "reduce_min": _reduced("min"),
    "reduce_prod": _reduced("prod"), "reduce_and": _reduced("all"), "reduce_or": _reduced("any"),
    "argmax": _one_axis("argmax"), "argmin": _one_axis("argmin"),
    "cumsum": _cumulative("cumsum"), "cumprod": _cumulative("cumprod"), "cumlogsumexp": _log_of_sums,
    "select_n": _select, "clamp": _clamp, "round": _round, "sort": _sorted, "top_k": _top, "split": _split,
    "broadcast_in_dim": _broadcast, "convert_element_type": _cast, "dot_general": _product, "slice": _slice,
    "dynamic_slice": _dynamic_slice, "dynamic_update_slice": _dynamic_update, "pad": _pad, "iota": _iota,
    "reshape": lambda kind, args, options: kind.numpy.reshape(args[0], tuple(options["new_sizes"])),
    "transpose": lambda kind, args, options: kind.numpy.transpose(args[0], options["permutation"]),
    "squeeze": lambda kind, args, options: kind.numpy.squeeze(args[0], axis=tuple(options["dimensions"])),
    "expand_dims": lambda kind, args, options: kind.numpy.expand_dims(args[0], tuple(options["dimensions"])),
    "concatenate": lambda kind, args, options: kind.numpy.concatenate(list(args), axis=options["dimension"]),
    "rev": lambda kind, args, options: kind.numpy.flip(args[0], tuple(options["dimensions"])),
    "tile": lambda kind, args, options: kind.numpy.tile(args[0], tuple(options["reps"])),
    "copy": _same, "copy_p": _same, "stop_gradient": _same, "optimization_barrier": lambda kind, args, options: [*args],
    "reduce_precision": _same, "real": _same, "sharding_constraint": _same, "pbroadcast": _same, "mesh_cast": _same,
    "zeros_like": lambda kind, args, options: 0.0 * args[0],
}  # fmt: skip

BY_JAX = ("gather", "scatter", "scatter-add", "scatter_add", "conv_general_dilated", "select_and_gather_add",
          "reduce_window_sum", "threefry2x32", "random_bits", "random_seed", "random_wrap", "random_unwrap",
          "random_split", "random_fold_in", "bitcast_convert_type", "population_count", "clz", "erf_inv")  # fmt: skip
LINEAR_IN = {"gather": (0,), "scatter": (0, 2), "scatter-add": (0, 2), "scatter_add": (0, 2), "reduce_window_sum": (0,)}


INDEXED = ("gather", "scatter", "scatter-add", "scatter_add")


def _within(args: Sequence[Any], numbers: Any, sizes: Any) -> None:
    """JAX takes the nearest entry for one that is not there, and adds to none: other programs raise."""
    shape, indices = np.shape(args[0]), np.asarray(args[1])
    axes: Sequence[int] = getattr(numbers, "start_index_map", ()) or getattr(
        numbers, "scatter_dims_to_operand_dims", ()
    )
    for k, axis in enumerate(axes):
        last = shape[axis] - (1 if sizes is None else sizes[axis])
        column = indices[..., k] if indices.ndim else indices
        if column.size and (column.min() < 0 or column.max() > max(last, 0)):
            raise IndexError(f"an index is out of bounds for axis {axis} with size {shape[axis]}")


def by_jax(kind: Any, primitive: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """By JAX itself, of the real and of the imaginary part where they go through it alike."""
    import jax

    name = primitive.name
    if name not in BY_JAX:
        raise Refused(f"jax's {name} is not on the list of what is followed")
    plain = [np.asarray(kind.plain(a)) for a in args]
    if name in INDEXED:
        _within(plain, options["dimension_numbers"], options.get("slice_sizes"))
    complex_ones = [k for k, a in enumerate(plain) if a.dtype.kind == "c"]

    def bound(values: Sequence[Any]) -> Any:
        with jax.enable_x64(True):  # dtypes stay what they were when it was traced
            made = primitive.bind(*(_as_jax_has_it(v) for v in values), **options)
        return [np.asarray(m) for m in made] if primitive.multiple_results else np.asarray(made)

    if not complex_ones:
        made = bound(plain)
        return [kind.wrap(m) for m in made] if isinstance(made, list) else kind.wrap(made)
    if name == "conv_general_dilated":
        a, b = plain
        real = bound([a.real, b.real])
        imaginary = bound([a.imag.astype(a.real.dtype) / STEP, b.real]) + bound([a.real, b.imag / STEP])
        return kind.wrap((real + 1j * (imaginary.astype(np.longdouble) * STEP)).astype(np.clongdouble))
    if name not in LINEAR_IN:
        raise Refused(f"jax's {name} of what has a derivative is not on the list")
    moved = LINEAR_IN[name]
    real = bound([a.real if a.dtype.kind == "c" else a for a in plain])
    zeros = [(a.imag / STEP if a.dtype.kind == "c" else 0 * a) if k in moved else a for k, a in enumerate(plain)]
    imaginary = bound([z.real if z.dtype.kind == "c" else z for z in zeros]).astype(np.longdouble) * STEP
    return kind.wrap((real.astype(np.longdouble) + 1j * imaginary).astype(np.clongdouble))


def _as_jax_has_it(array: Any) -> Any:
    """Extended precision as double, which is the widest that JAX has."""
    array = np.asarray(array)
    return array.astype(np.float64) if array.dtype == np.longdouble else array
