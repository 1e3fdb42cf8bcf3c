"""What an expression would give, as far as its text says: numbers, texts, dictionaries, and arrays by their shapes.

Nothing is run. Of an array its sizes are known, and what its entries look like.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reference.pairs.inputs.spec import ValueLaw

__all__ = ["UNKNOWN", "Made", "Shaped", "valued"]


class Shaped(NamedTuple):
    """An array: its sizes, the law of its entries, and of whole numbers the bound below which they lie."""

    dims: tuple[int, ...]
    law: ValueLaw = ValueLaw.NORMAL
    below: int = 0


class Made(NamedTuple):
    """An object of a class of the file's: what its constructor was given."""

    owner: str
    places: tuple[Any, ...]
    names: Mapping[str, Any]


UNKNOWN = object()
NORMAL = ("randn", "standard_normal", "normal", "uniform", "random_sample", "random", "rand", "sample", "ranf")
FILLED = ("zeros", "ones", "empty", "full")
LIKE = ("zeros_like", "ones_like", "empty_like", "full_like")
SAME = ("asarray", "array", "abs", "float32", "float64", "exp", "tanh", "sqrt", "copy", "astype", "ascontiguousarray",
        "round", "clip", "square", "log", "sin", "cos", "maximum")  # fmt: skip
KNOWN: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "len": len,
    "tuple": tuple,
    "list": list,
}


def valued(node: ast.expr | None, known: Mapping[str, Any], classes: frozenset[str] = frozenset()) -> Any:
    """The value of an expression, or ``UNKNOWN``. ``known``: of the names around it."""
    if node is None:
        return UNKNOWN

    def of(inner: ast.expr) -> Any:
        return valued(inner, known, classes)

    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return known.get(name, UNKNOWN)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            values = [of(e) for e in elements]
            return UNKNOWN if UNKNOWN in values else tuple(values) if isinstance(node, ast.Tuple) else values
        case ast.Dict(keys=keys, values=inner):
            names = [of(k) if k is not None else UNKNOWN for k in keys]
            return UNKNOWN if UNKNOWN in names else {str(k): of(v) for k, v in zip(names, inner, strict=True)}
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value = of(inner)
            return -value if isinstance(value, int | float) else value
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(of(left), op, of(right))
        case ast.Compare(left=left):
            value = of(left)
            return Shaped(value.dims, ValueLaw.MASK) if isinstance(value, Shaped) else UNKNOWN
        case ast.Attribute(value=inner, attr=name):
            return _attribute(of(inner), name)
        case ast.Subscript(value=inner, slice=index):
            return _part(of(inner), of(index) if not isinstance(index, ast.Slice) else UNKNOWN)
        case ast.Call():
            return _called(node, of, classes)
    return UNKNOWN


def _attribute(value: Any, name: str) -> Any:
    if isinstance(value, Shaped):
        return {"T": value._replace(dims=value.dims[::-1]), "shape": value.dims, "ndim": len(value.dims)}.get(
            name, UNKNOWN
        )
    return UNKNOWN


def _part(value: Any, index: Any) -> Any:
    if isinstance(value, tuple | list | dict) and not isinstance(value, Shaped):
        try:
            return value[index]
        except (KeyError, IndexError, TypeError):
            return UNKNOWN
    if (
        isinstance(value, Shaped)
        and isinstance(index, Shaped)
        and value.law is ValueLaw.ONE_HOT
        and len(value.dims) == 2
    ):
        return Shaped((*index.dims, value.dims[1]), ValueLaw.ONE_HOT)  # np.eye(C)[labels]
    return UNKNOWN


def _combined(left: Any, op: ast.operator, right: Any) -> Any:
    arrays = [v for v in (left, right) if isinstance(v, Shaped)]
    if arrays:
        if len(arrays) == 2 and isinstance(op, ast.MatMult):
            one, two = arrays
            return Shaped((*one.dims[:-1], *two.dims[1:])) if len(one.dims) == len(two.dims) == 2 else UNKNOWN
        largest = max(arrays, key=lambda a: (len(a.dims), a.dims))
        if largest.law in (ValueLaw.LABELS, ValueLaw.BITS) and isinstance(op, ast.Mult | ast.Sub):
            return largest._replace(law=ValueLaw.SIGNS, below=0)  # 2 * labels − 1
        return largest
    if isinstance(left, int | float) and isinstance(right, int | float):
        try:
            return OPERATORS[type(op)](left, right)
        except (KeyError, ZeroDivisionError, OverflowError):
            return UNKNOWN
    return left + right if type(left) is type(right) in (tuple, list) and isinstance(op, ast.Add) else UNKNOWN


OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b, ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b if abs(b) < 64 and abs(a) < 1e6 else UNKNOWN,
}  # fmt: skip


def _called(node: ast.Call, of: Callable[[ast.expr], Any], classes: frozenset[str]) -> Any:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    places = [of(a) for a in node.args if not isinstance(a, ast.Starred)]
    named = {k.arg: of(k.value) for k in node.keywords if k.arg}
    if name in classes:
        return Made(name, tuple(places), named)
    if isinstance(node.func, ast.Name) and name in KNOWN and len(places) == 1 and not isinstance(places[0], Shaped):
        try:
            return KNOWN[name](places[0]) if places[0] is not UNKNOWN else UNKNOWN
        except (TypeError, ValueError):
            return UNKNOWN
    if name == "dict" and not places:
        return dict(named)
    if name == "len" and places and isinstance(places[0], Shaped):
        return places[0].dims[0] if places[0].dims else UNKNOWN
    upon = of(node.func.value) if isinstance(node.func, ast.Attribute) else UNKNOWN
    return _made(name, places, named, upon)


def _made(name: str, places: list[Any], named: Mapping[str, Any], upon: Any) -> Any:
    """An array that a call of NumPy's makes, as a function or as a method of another array."""
    size = named.get("size", named.get("shape", UNKNOWN))
    if name in ("randn", "rand"):
        return _shaped(tuple(places))
    if name in ("normal", "uniform") and size is UNKNOWN and len(places) > 2:
        size = places[2]
    if name in NORMAL:
        wanted = size if size is not UNKNOWN else places[0] if places and name not in ("normal", "uniform") else ()
        return _shaped(wanted)
    if name in ("randint", "integers", "choice"):
        low, high = (places[0], named.get("high", UNKNOWN)) if len(places) == 1 else (*places[:2],)[:2] or (0, 0)
        bound = high if type(high) is int and name != "choice" and not (size is UNKNOWN and len(places) == 2) else low
        wanted = (
            size if size is not UNKNOWN else places[2] if len(places) > 2 else places[1] if len(places) == 2 else ()
        )
        shaped = _shaped(wanted)
        if isinstance(bound, list | tuple):
            return shaped._replace(law=_law_of(list(bound))[0]) if isinstance(shaped, Shaped) else UNKNOWN
        return (
            shaped._replace(law=ValueLaw.LABELS, below=bound)
            if isinstance(shaped, Shaped) and type(bound) is int
            else shaped
        )
    if name in FILLED:
        return _shaped(places[0] if places else size)
    if name in LIKE:
        return places[0] if places and isinstance(places[0], Shaped) else UNKNOWN
    if name in ("eye", "identity") and places and type(places[0]) is int:
        return Shaped((places[0], places[0]), ValueLaw.ONE_HOT)
    if name == "linspace":
        count = named.get("num", places[2] if len(places) > 2 else 50)
        return Shaped((count,)) if type(count) is int else Shaped((-1,))
    if name == "arange" and len(places) in (1, 2) and all(type(p) is int for p in places):
        count = places[-1] - (places[0] if len(places) == 2 else 0)
        return Shaped((count,), ValueLaw.LABELS, places[-1]) if count > 0 else UNKNOWN
    if name == "prod" and places and isinstance(places[0], tuple | list) and not isinstance(places[0], Shaped):
        product = 1
        for p in places[0]:
            product *= p if type(p) is int else 1
        return product
    if name == "reshape":
        array, rest = (upon, places) if isinstance(upon, Shaped) else (places[0] if places else UNKNOWN, places[1:])
        return _reshaped(array, rest[0] if len(rest) == 1 else tuple(rest))
    if name == "astype" and isinstance(upon, Shaped):
        return upon._replace(law=ValueLaw.BITS) if upon.law is ValueLaw.MASK else upon
    if name == "to_categorical" and places and isinstance(places[0], Shaped):
        return Shaped((*places[0].dims, places[0].below or 2), ValueLaw.ONE_HOT)
    if name in ("sign",) and places and isinstance(places[0], Shaped):
        return places[0]._replace(law=ValueLaw.SIGNS)
    if name in SAME:
        array = upon if isinstance(upon, Shaped) else places[0] if places else UNKNOWN
        return array if isinstance(array, Shaped) else _of_literal(array)
    return UNKNOWN


def _shaped(size: Any) -> Any:
    dims = size if isinstance(size, tuple | list) else (size,)
    return Shaped(tuple(dims)) if all(type(d) is int and d > 0 for d in dims) else UNKNOWN


def _reshaped(array: Any, size: Any) -> Any:
    if not isinstance(array, Shaped):
        return UNKNOWN
    dims = list(size) if isinstance(size, tuple | list) else [size]
    if not all(type(d) is int for d in dims):
        return UNKNOWN
    total, fixed = 1, 1
    for d in array.dims:
        total *= d
    for d in dims:
        fixed *= d if d > 0 else 1
    dims = [total // fixed if d == -1 else d for d in dims]
    return array._replace(dims=tuple(dims)) if all(d > 0 for d in dims) else UNKNOWN


def _of_literal(value: Any) -> Any:
    """An array that is written out."""
    dims: list[int] = []
    inner = value
    while isinstance(inner, list | tuple) and not isinstance(inner, Shaped):
        if not inner:
            return UNKNOWN
        dims.append(len(inner))
        inner = inner[0]
    if not isinstance(inner, int | float):
        return UNKNOWN
    law, below = _law_of(_flat(value))
    return Shaped(tuple(dims), law, below)


def _flat(value: Any) -> list[Any]:
    return [x for inner in value for x in _flat(inner)] if isinstance(value, list | tuple) else [value]


def _law_of(entries: list[Any]) -> tuple[ValueLaw, int]:
    if all(e in (-1, 1) for e in entries) and -1 in entries:
        return ValueLaw.SIGNS, 0
    if all(type(e) is int and e >= 0 for e in entries):
        return ValueLaw.LABELS, max(entries) + 1
    if all(e in (0.0, 1.0) for e in entries):
        return ValueLaw.BITS, 0
    return ValueLaw.NORMAL, 0
