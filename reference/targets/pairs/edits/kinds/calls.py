"""Single edits of calls and products: axis, keepdims, sum and mean, transposes, swapped operands, other functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from reference.targets.pairs.edits.kinds.page import ATOM, PRODUCT, UNARY, Change, Page
from reference.targets.pairs.edits.kinds.scope import Scope
from reference.targets.reading.trees import called_name, said_of_the_array

__all__ = ["of_calls"]

REDUCED = {"sum", "mean", "max", "min", "prod", "argmax", "argmin", "std", "var", "amax", "amin", "softmax", "cumsum"}
AXES = ("0", "1", "2", "-1", "None", "(0, 1)", "(0, 2)", "(1, 2)", "(0, 1, 2)", "(0, 2, 3)", "(2, 3)", "(1, 2, 3)")
TWINS = {
    "sum": ("mean",), "mean": ("sum",), "maximum": ("minimum",), "minimum": ("maximum",), "exp": ("log", "expm1"),
    "log": ("exp", "log1p"), "sin": ("cos",), "cos": ("sin",), "tanh": ("sinh", "cosh"),
    "sinh": ("cosh", "tanh"), "cosh": ("sinh",),
    "sqrt": ("square",), "square": ("sqrt",), "sign": ("abs",), "abs": ("sign",), "max": ("min", "sum"),
    "min": ("max",), "argmax": ("argmin",), "zeros_like": ("ones_like",), "ones_like": ("zeros_like",),
    "zeros": ("ones",), "ones": ("zeros",), "std": ("var",), "var": ("std",), "outer": ("dot",), "dot": ("outer",),
    "rot90": ("copy",),
}  # fmt: skip
BARE = (
    "sqrt",
    "square",
    "abs",
    "exp",
    "log",
    "sign",
    "tanh",
    "sum",
    "mean",
    "flip",
    "rot90",
    "flipud",
    "fliplr",
    "squeeze",
)


def of_calls(page: Page, node: ast.AST, scope: Scope) -> Iterator[Change]:
    """Every edit of this kind of one node."""
    match node:
        case ast.Call():
            if isinstance(node.func, ast.Attribute) and node.func.attr == "t" and not node.args:
                yield page.change("transpose", node, page.text(node.func.value, ATOM), 0.9)
            yield from _of_reductions(page, node)
            yield from _of_functions(page, node)
            match node.func:
                case ast.Attribute(attr="set", value=ast.Subscript(value=ast.Attribute(attr="at"))):  # JAX's x.at[i]
                    yield page.change("repeated", node.func, f"{page.text(node.func.value, ATOM)}.add", 1.0)
            if (two := _factors(node)) is not None:
                yield from _of_matrix_products(page, node, *two)
            if called_name(node) == "where" and len(node.args) == 3:
                where = [page.text(a) for a in (node.args[0], node.args[2], node.args[1])]
                yield page.change("comparison", node, f"{page.text(node.func)}({', '.join(where)})", 1.2)
            if called_name(node) == "einsum" and isinstance(node.args[0], ast.Constant):
                yield from _of_einsum(page, node.args[0])
        case ast.BinOp(op=ast.Mult() | ast.Add() | ast.Sub()):
            for side in (node.left, node.right):
                if len(shape := scope.shape(side) or ()) > 0:
                    for axis in range(len(shape)):
                        text = f"np.sum({page.text(side)}, axis={axis}, keepdims=True)"
                        yield page.change("row term", side, text, 1.6)
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            yield from _of_matrix_products(page, node, left, right)
        case ast.Attribute(attr="T" | "mT", value=value):
            yield page.change("transpose", node, page.text(value, ATOM), 0.9)
        case ast.Tuple(elts=elements) if 2 < len(elements) < 5 and _permutes(page, node):
            texts = [page.text(e) for e in elements]
            for other in permutations(texts):
                if list(other) != texts:
                    yield page.change("transpose", node, f"({', '.join(other)})", 1.3)
        case ast.Subscript(value=value, slice=index) if isinstance(node.ctx, ast.Load):
            yield from _of_slices(page, node, value, index, scope)
            if len(scope.shape(node) or ()) == 2:
                yield page.change("transpose", node, f"{page.text(node, ATOM)}.T", 1.2)
        case ast.Name() if isinstance(node.ctx, ast.Load) and len(scope.shape(node) or ()) == 2:
            if not (isinstance(page.parents[node], ast.Attribute) and page.parents[node].attr == "T"):  # type: ignore[attr-defined]
                yield page.change("transpose", node, f"{page.text(node, ATOM)}.T", 1.2)


def _factors(node: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """The two factors of ``np.dot(a, b)`` and ``a.dot(b)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="dot" | "matmul" | "outer" | "mm" | "bmm"), args=[left, right]):
            return left, right
        case ast.Call(func=ast.Attribute(attr="dot" | "mm" | "matmul" | "bmm", value=left), args=[right]):
            return left, right
    return None


def _turned(page: Page, node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        return page.text(node.value, ATOM)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "t" and not node.args:
        return page.text(node.func.value, ATOM)
    return f"{page.text(node, ATOM)}.T"


def _of_matrix_products(page: Page, node: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Change]:
    a, b, at, bt = page.text(left), page.text(right), _turned(page, left), _turned(page, right)
    pairs = [(b, a, 0.9), (at, b, 1.0), (a, bt, 1.0), (bt, at, 1.1), (at, bt, 1.2), (bt, a, 1.1), (b, at, 1.1)]
    for x, y, weight in pairs:
        kind = "operand" if (x, y) in ((b, a), (bt, a), (b, at)) else "transpose"
        match node:
            case ast.BinOp():
                grouped = [f"({t})" if " " in t and not t.endswith((")", "]")) else t for t in (x, y)]
                text = " @ ".join(grouped)
            case ast.Call(func=ast.Attribute() as function, args=[_, _]):
                text = f"{page.text(function)}({x}, {y})"
            case _:
                text = f"{x if x.isidentifier() or x.endswith(('.T', ')', ']')) else f'({x})'}.dot({y})"
        yield page.change(kind, node, text, weight)
    if isinstance(node, ast.BinOp):
        yield page.change("operand", node, f"{page.text(left, PRODUCT)} * {page.text(right, UNARY)}", 1.5)


def _of_einsum(page: Page, node: ast.Constant) -> Iterator[Change]:
    before, arrow, after = str(node.value).partition("->")
    if arrow and 1 < len(after) < 5:
        for other in permutations(after):
            if "".join(other) != after:
                yield page.change("transpose", node, repr(f"{before}->{''.join(other)}"), 1.2)
    first, comma, second = before.partition(",")
    if comma:
        for k, operand in enumerate((first, second)):
            if 1 < len(operand) < 4:
                for other in permutations(operand):
                    pair = ["".join(other), second] if k == 0 else [first, "".join(other)]
                    if pair != [first, second]:
                        yield page.change("transpose", node, repr(f"{','.join(pair)}{arrow}{after}"), 1.2)


def _of_slices(page: Page, node: ast.Subscript, value: ast.expr, index: ast.expr, scope: Scope) -> Iterator[Change]:
    """Where one entry, or every second one, is taken of what must be summed."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    array = page.text(value, ATOM)
    for axis, part in enumerate(parts):
        if isinstance(part, ast.Constant) and isinstance(part.value, int):
            rest = [page.text(p) for k, p in enumerate(parts) if k != axis]
            kept = "" if all(text == ":" for text in rest) else f"[{', '.join(rest)}]"
            yield page.change("axis", node, f"{array}.sum(axis={axis}){kept}", 1.2)
    yield from _of_margins(page, node, parts, array, scope)
    if page.text(index) == "::-1":
        yield page.change("index", node, page.text(value), 1.0)
    steps = [page.text(p.step) if isinstance(p, ast.Slice) and p.step else "" for p in parts]
    if any(steps) and all(isinstance(p, ast.Slice) for p in parts):
        sizes, axes = [], []
        for axis, step in enumerate(steps):
            if step:
                sizes += [f"{array}.shape[{axis}] // {step}", step]
                axes.append(len(sizes) - 1)
            else:
                sizes.append(f"{array}.shape[{axis}]")
        rank = len(scope.shape(value) or parts)
        sizes += [f"{array}.shape[{axis}]" for axis in range(len(parts), rank)]
        over = str(tuple(axes)) if len(axes) > 1 else str(axes[0])
        yield page.change("accumulate", node, f"{array}.reshape({', '.join(sizes)}).sum(axis={over})", 1.2)


def _of_margins(page: Page, node: ast.Subscript, parts: list[ast.expr], array: str, scope: Scope) -> Iterator[Change]:
    """``a[:, :h, :w]`` where a margin was added on both sides: what is kept begins behind it."""
    from_start = [isinstance(p, ast.Slice) and not p.lower and p.upper is not None and not p.step for p in parts]
    if not any(from_start) or not isinstance(node.ctx, ast.Load):
        return
    for margin, size in scope.sizes.items():
        if size < 1 or not margin.replace(".", "").isidentifier():
            continue
        kept = [_behind(page, p, margin) if bare else page.text(p) for p, bare in zip(parts, from_start, strict=True)]
        yield page.change("index", node, f"{array}[{', '.join(kept)}]", 0.9 if "pad" in margin.lower() else 1.4)


def _behind(page: Page, part: ast.expr, margin: str) -> str:
    upper = part.upper if isinstance(part, ast.Slice) else None
    assert upper is not None
    from_end = isinstance(upper, ast.UnaryOp) and isinstance(upper.op, ast.USub)
    return f"{margin}:-{margin}" if from_end else f"{margin}:{margin} + {page.text(upper, PRODUCT)}"


def _of_layouts(page: Page, node: ast.Call) -> Iterator[Change]:
    """``a.reshape(n, m).transpose(1, 0)`` and ``a.reshape(m, n)``, each for the other."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                attr="transpose", value=ast.Call(func=ast.Attribute(attr="reshape") as shaped, args=sizes)
            ),
            args=order,
        ) if len(order) == len(sizes) and all(isinstance(k, ast.Constant) for k in order):
            places = [k.value for k in order if isinstance(k, ast.Constant) and isinstance(k.value, int)]
            if sorted(places) == list(range(len(sizes))):
                text = ", ".join(page.text(sizes[k]) for k in places)
                yield page.change("transpose", node, f"{page.text(shaped)}({text})", 1.2)
        case ast.Call(func=ast.Attribute(attr="reshape") as shaped, args=[_, _, *_] as sizes) if len(sizes) <= 4:
            for turned in permutations(range(len(sizes))):
                places = list(turned)
                if places != sorted(places):
                    text = ", ".join(page.text(sizes[k]) for k in places)
                    back = ", ".join(str(places.index(k)) for k in range(len(sizes)))
                    yield page.change("transpose", node, f"{page.text(shaped)}({text}).transpose({back})", 1.4)


def _permutes(page: Page, node: ast.Tuple) -> bool:
    parent = page.parents.get(node)
    return isinstance(parent, ast.Call) and called_name(parent) in ("transpose", "reshape") and node in parent.args


def _of_reductions(page: Page, node: ast.Call) -> Iterator[Change]:
    name = called_name(node)
    if name in ("transpose", "reshape") and len(node.args) >= 3:
        args = (
            node.args if all(isinstance(a, ast.Constant | ast.Name | ast.UnaryOp) for a in node.args) else node.args[1:]
        )
        texts = [page.text(a) for a in args]
        head = [page.text(a) for a in node.args[: len(node.args) - len(args)]]
        for other in permutations(texts) if len(texts) < 5 else ():
            if list(other) != texts:
                yield page.change("transpose", node, f"{page.text(node.func)}({', '.join([*head, *other])})", 1.3)
    if name in ("reshape", "transpose"):
        yield from _of_layouts(page, node)
    if name not in REDUCED:
        return
    positional = said_of_the_array(node)
    array = [page.text(a) for a in node.args[: len(node.args) - len(positional)]]
    axis = next((k.value for k in node.keywords if k.arg in ("axis", "dim")), positional[0] if positional else None)
    kept = next((k.value for k in node.keywords if k.arg in ("keepdims", "keepdim")), None)
    rest = [
        f"{k.arg}={page.text(k.value)}" for k in node.keywords if k.arg not in ("axis", "keepdims", "dim", "keepdim")
    ]
    keeps = [f"keepdims={page.text(kept)}"] if kept is not None else []
    before = None if axis is None else page.text(axis)
    function = page.text(node.func)
    for new in AXES:
        if new == before:
            continue
        said = [f"axis={new}"] if new != "None" else []
        yield page.change("axis", node, f"{function}({', '.join([*array, *said, *keeps, *rest])})", 1.0)
        if said and not keeps and name not in ("argmax", "argmin", "softmax", "cumsum"):
            yield page.change("axis", node, f"{function}({', '.join([*array, *said, 'keepdims=True', *rest])})", 1.2)
    said = [] if axis is None else [f"axis={before}"]
    if kept is None:
        yield page.change("axis", node, f"{function}({', '.join([*array, *said, 'keepdims=True', *rest])})", 1.0)
    else:
        yield page.change("axis", node, f"{function}({', '.join([*array, *said, *rest])})", 1.0)
    if axis is not None and name in ("sum", "mean") and array:
        yield page.change("reduction", node, array[0], 1.4)


def _of_functions(page: Page, node: ast.Call) -> Iterator[Change]:
    name = called_name(node)
    for other in TWINS.get(name, ()):
        kind = "reduction" if {name, other} == {"sum", "mean"} else "function"
        match node.func:
            case ast.Attribute(value=value):
                yield page.change(kind, node.func, f"{page.text(value, ATOM)}.{other}", 0.9)
    if name in BARE and len(node.args) >= 1 and isinstance(node.func, ast.Attribute):
        yield page.change("function", node, page.text(node.args[0]), 1.4)
