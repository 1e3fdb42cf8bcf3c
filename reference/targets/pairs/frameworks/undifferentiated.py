"""Rules that are declared and not derived, as a framework spells them: ``(x > 0).float()``, ``x.view_as(x)``."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from reference.targets.pairs.source.functions import SourceFunction, documents_of, returns_of
from reference.targets.pairs.source.in_place import changes_in_place

__all__ = ["why_undifferentiated"]

STEPS = {"sign", "sgn", "round", "rint", "floor", "ceil", "heaviside", "trunc", "fix", "gt", "ge", "lt", "le",
         "greater", "greater_equal", "less", "bucketize", "one_hot", "argmax", "floor_divide", "bernoulli"}  # fmt: skip
SAME = {"view_as", "clone", "contiguous", "detach", "alias", "copy", "expand_as", "identity", "asarray", "array", "to",
        "clone_"}  # fmt: skip
SHAPED = {"view", "reshape"}  # the same where it is given its own shape
CASTS = {"float", "double", "half", "to", "type", "type_as", "astype", "int", "long", "clone", "detach", "contiguous",
         "bool", "mul", "asarray", "array", "stop_gradient"}  # fmt: skip
MODULES = {"torch", "F", "np", "numpy", "jnp", "lax", "jax", "anp"}
DECLARED = re.compile(
    r"surrogate|straight.?through|\bste\b|grad\w*.?revers|revers\w*.?(the.?)?gradient|\bgrl\b|pseudo.?(derivative|grad)|"
    r"\bspik\w*|binari[sz]e|quanti[sz]\w*",
    re.IGNORECASE,
)

GUIDED = re.compile(
    r"guided|deconvnet|relevance|\blrp\b|fake|hijack|no.?grad|stop.?grad|without.?grad|feedback.?align|random.?feedback",
    re.IGNORECASE,
)
PASSED_ON = re.compile(r"straight.?through", re.IGNORECASE)
PICKS = {"argmin", "argmax", "min", "max", "index_select", "gather", "topk", "take", "take_along_axis", "embedding"}


def why_undifferentiated(name: str, about: str, forward: SourceFunction, backward: SourceFunction) -> str:
    """Why a rule cannot be the derivative of its function, and does not mean to be; else nothing."""
    bound = _bound(forward)
    written = f"{_spaced(name)}\n{about}\n{documents_of(forward)}\n{documents_of(backward)}".replace("_", " ")
    firsts = [_first(value, bound) for value in returns_of(forward.node)]
    if firsts and all(_is_a_step(value, forward, bound) for value in firsts):
        if _is_zero(backward):
            return ""
        return f"the forward pass is a step, whose own derivative is zero (line {firsts[0].lineno})"
    handed_on = firsts and all(_handed_on(value, bound) in forward.names for value in firsts)
    if handed_on and not changes_in_place(forward.node):
        return "the forward pass is the identity, and the gradient is changed on purpose"
    if GUIDED.search(written):
        return "its name says that the gradient is another on purpose"
    if PASSED_ON.search(written) and _picks(forward):
        return "the forward pass picks one of several, and the gradient is passed straight through"
    if DECLARED.search(written) and _steps_somewhere(forward):
        return "the forward pass rounds or compares, and the gradient is passed on in another way"
    return ""


def _spaced(name: str) -> str:
    """``GradientReversal`` as two words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)


def _bound(function: SourceFunction) -> dict[str, ast.expr]:
    """What each local was given last."""
    return {
        s.targets[0].id: s.value
        for s in ast.walk(function.node)
        if isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], ast.Name)
    }


def _first(value: ast.expr, bound: Mapping[str, ast.expr]) -> ast.expr:
    first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    for _ in range(4):
        if not (isinstance(first, ast.Name) and first.id in bound):
            break
        first = bound[first.id]
    return first


def _is_a_step(value: ast.expr, function: SourceFunction, bound: Mapping[str, ast.expr]) -> bool:
    """Is it constant wherever it is differentiable?"""
    if isinstance(value, ast.Name) and value.id in bound and value.id not in function.names:
        return _is_a_step(bound[value.id], function, {k: v for k, v in bound.items() if k != value.id})
    match value:
        case ast.Compare():
            return True
        case ast.Call(func=ast.Attribute(attr="where"), args=[_, yes, no]):
            return _is_constant(yes) and _is_constant(no)
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id=module)), args=[inner, *_]) if module in MODULES:
            return name in STEPS or (name in CASTS and _is_a_step(inner, function, bound))
        case ast.Call(func=ast.Attribute(attr=name, value=inner)):
            return name in STEPS or (name in CASTS and _is_a_step(inner, function, bound))
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() | ast.Add() | ast.Sub(), right=right):
            pairs = ((left, right), (right, left))
            return any(_is_scale(a, function) and _is_a_step(b, function, bound) for a, b in pairs)
    return False


def _is_scale(value: ast.expr, function: SourceFunction) -> bool:
    """A constant, or an argument that is not the first."""
    return _is_constant(value) or (isinstance(value, ast.Name) and value.id in function.names[1:])


def _is_constant(value: ast.expr) -> bool:
    match value:
        case ast.UnaryOp(operand=inner):
            return _is_constant(inner)
        case ast.Call(func=ast.Attribute(attr="ones_like" | "zeros_like" | "full_like" | "tensor" | "array")):
            return True
    return isinstance(value, ast.Constant)


def _handed_on(value: ast.expr, bound: Mapping[str, ast.expr]) -> str | None:
    """The argument that is handed on, or a copy of it."""
    match value:
        case ast.Name(id=name):
            return _handed_on(bound[name], {k: v for k, v in bound.items() if k != name}) if name in bound else name
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=module)), args=[ast.Name(id=name), *rest]) if (
            module in MODULES
        ):
            return name if method in SAME or (method in SHAPED and _own_shape(rest, name)) else None
        case ast.Call(func=ast.Attribute(attr=method, value=inner)) if method in SAME:
            return _handed_on(inner, bound)
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=name)), args=rest) if method in SHAPED:
            return _handed_on(ast.Name(name), bound) if _own_shape(rest, name) else None
        case ast.BinOp(left=inner, op=ast.Mult(), right=ast.Constant(value=1 | 1.0)):
            return _handed_on(inner, bound)
    return None


def _own_shape(sizes: list[ast.expr], name: str) -> bool:
    """``x.view(x.shape)``: any other shape is another function, which has a derivative."""
    return [ast.unparse(size).lstrip("*") for size in sizes] in ([f"{name}.shape"], [f"{name}.size()"])


def _steps_somewhere(function: SourceFunction) -> bool:
    return any(
        (isinstance(n, ast.Attribute) and n.attr in STEPS) or isinstance(n, ast.Compare)
        for n in ast.walk(function.node)
    )


def _picks(function: SourceFunction) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr in PICKS for n in ast.walk(function.node))


def _is_zero(function: SourceFunction) -> bool:
    """Does it return zeros, as the derivative of a step is?"""
    values = returns_of(function.node)
    zero = r"\(?(torch|jnp|np|numpy|anp)\.zeros(_like)?\(.*?\)(, None)*,?\)?|\(?0(\.0*)?,?\)?|\(?\w+ \* 0(\.0*)?,?\)?"
    return bool(values) and all(re.fullmatch(zero, ast.unparse(v), re.DOTALL) for v in values)
