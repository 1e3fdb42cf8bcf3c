"""What a function has at hand, seen while it ran: arrays by shape, sizes, and numbers that are no sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["Scope", "Shape", "broadcast", "observed"]

Shape = tuple[int, ...]
MOST = 60  # arrays
WITH_ATTRIBUTES = ("self", "ctx", "context")
DTYPES = (("torch.float", "f"), ("torch.double", "f"), ("torch.bool", "b"), ("torch.uint", "u"), ("torch.int", "i"))


class Scope(NamedTuple):
    """Expressions by what they were: ``sizes`` are whole numbers, ``numbers`` are others."""

    arrays: dict[str, Shape]
    masks: frozenset[str]  # boolean arrays, and those of zeros and ones
    sizes: dict[str, int]
    numbers: dict[str, float]
    counters: frozenset[str]  # what a loop counts with
    unused: frozenset[str]  # locals that are assigned and not looked at again
    language: str = ""  # whose arrays these are, where they are not NumPy's: "torch" or "jnp"

    def dimensions(self) -> list[str]:
        """Every size of an array, said once, by a name where there is one."""
        named = {value: name for name, value in reversed(self.sizes.items()) if value > 1 and name not in self.counters}
        found = {}
        for array, shape in self.arrays.items():
            for axis, size in enumerate(shape):
                if size > 1 and size not in found:
                    found[size] = named.get(size, f"{array}.shape[{axis}]")
        found.update({value: name for value, name in named.items() if value not in found and value > 2})
        return list(found.values())[:8]

    def alike(self, shape: Shape) -> list[str]:
        """Arrays of one shape."""
        return self._first_unused(name for name, own in self.arrays.items() if own == shape)

    def fitting(self, shape: Shape) -> list[str]:
        """Arrays that may be multiplied with one of this shape and leave it so."""
        return self._first_unused(name for name, own in self.arrays.items() if own and broadcast(own, shape) == shape)

    def _first_unused(self, names: Iterable[str]) -> list[str]:
        """What was made and not used is what was forgotten; then what is named like a gradient."""
        return sorted(names, key=lambda name: name not in self.unused)

    def shape(self, node: ast.AST) -> Shape | None:
        """The shape of an expression, as far as that can be told from its names."""
        found = (
            self.arrays.get(ast.unparse(node)) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else None
        )
        if found is not None:
            return found
        match node:
            case ast.Constant() | ast.Name():
                return ()
            case ast.UnaryOp(operand=operand):
                return self.shape(operand)
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                return self._product(left, right)
            case ast.BinOp(left=left, right=right):
                return broadcast(self.shape(left), self.shape(right))
            case ast.Compare(left=left, comparators=[right]):
                return broadcast(self.shape(left), self.shape(right))
            case ast.Attribute(value=value, attr="T") | ast.Call(func=ast.Attribute(attr="t", value=value), args=[]):
                inner = self.shape(value)
                return None if inner is None else inner[::-1]
            case ast.Call(func=ast.Attribute(attr="dot" | "matmul" | "mm"), args=[left, right]):
                return self._product(left, right)
            case ast.Call(func=ast.Attribute(value=left, attr="dot" | "matmul" | "mm"), args=[right]):
                return self._product(left, right)
            case ast.Call(
                func=ast.Attribute(
                    attr="exp" | "log" | "tanh" | "maximum" | "square" | "copy" | "sin" | "cos" | "sigmoid"
                ),
                args=[one, *_],
            ):
                return self.shape(one)
            case _:
                return None

    def _product(self, left: ast.expr, right: ast.expr) -> Shape | None:
        a, b = self.shape(left), self.shape(right)
        return (*a[:-1], *b[-1:]) if a and b and len(a) == len(b) >= 2 else None


def broadcast(a: Shape | None, b: Shape | None) -> Shape | None:
    """The shape of a sum of two arrays."""
    if a is None or b is None:
        return None
    longest = max(len(a), len(b))
    a, b = (1,) * (longest - len(a)) + a, (1,) * (longest - len(b)) + b
    if any(x != y and 1 not in (x, y) for x, y in zip(a, b, strict=True)):
        return None
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


def observed(
    values: Mapping[str, Any], counters: frozenset[str] = frozenset(), unused: frozenset[str] = frozenset()
) -> Scope:
    """The scope that a frame's local variables make."""
    scope = Scope({}, frozenset(), {}, {}, counters, unused)
    masks, seen = set(), set()
    for text, value in sorted(_expressions(values), key=lambda found: not found[0].isidentifier()):
        if isinstance(value, bool) or (id(value) in seen and not text.isidentifier() and not isinstance(value, int)):
            continue
        seen.add(id(value))
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and shape:
            kind = _kind(value)
            scope = scope._replace(language=scope.language or _language(value))
            if kind in ("f", "b", "i", "u", "c") and len(scope.arrays) < MOST:
                scope.arrays[text] = tuple(int(n) for n in shape)
                if kind == "b" or _is_of_zeros_and_ones(value):
                    masks.add(text)
        elif isinstance(value, int):
            scope.sizes[text] = value
        elif isinstance(value, float) or (shape == () and _kind(value) == "f"):
            number = _number(value)
            if number is not None:
                scope.numbers[text] = number
    return scope._replace(masks=frozenset(masks))


def _number(value: Any) -> float | None:
    """An array without axes as a number; None of one that only stands for a number."""
    try:
        return float(value)
    except Exception:  # a stranger's array, or a framework's tracer
        return None


def _kind(value: Any) -> str:
    """The kind of an array's dtype as NumPy calls it, whose array it may be."""
    dtype = getattr(value, "dtype", None)
    found = getattr(dtype, "kind", None)
    if isinstance(found, str):
        return found
    text = str(dtype)
    return next((letter for name, letter in DTYPES if text.startswith(name)), "")


def _language(value: Any) -> str:
    home = type(value).__module__.partition(".")[0]
    return {"torch": "torch", "jax": "jnp", "jaxlib": "jnp"}.get(home, "")


def _is_of_zeros_and_ones(value: Any) -> bool:
    try:
        return bool(((value == 0) | (value == 1)).all()) and bool((value == 1).any())
    except Exception:  # a stranger's array
        return False


def _expressions(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Local variables, the attributes of ``self``, and entries of dictionaries one or two levels down."""
    for name, value in values.items():
        if not name.isidentifier():
            continue
        yield name, value
        if name in WITH_ATTRIBUTES:
            for attribute, inner in list(getattr(value, "__dict__", {}).items())[:60]:
                yield f"{name}.{attribute}", inner
                yield from _entries(f"{name}.{attribute}", inner)
        else:
            yield from _entries(name, value)


def _entries(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in list(value.items())[:30]:
            if isinstance(key, str):
                yield f"{name}[{key!r}]", inner
    elif isinstance(value, tuple | list) and len(value) <= 8:
        for k, inner in enumerate(value):
            yield f"{name}[{k}]", inner
