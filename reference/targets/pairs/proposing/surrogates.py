"""Backward passes that are declared and not derived: a surrogate, a straight-through estimator, a reversed gradient."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from reference.targets.pairs.source.functions import SourceFunction, documents_of, returns_of
from reference.targets.pairs.source.in_place import changes_in_place

__all__ = ["through_another", "why_not_derived"]

STEPS = {"sign", "round", "rint", "floor", "ceil", "heaviside", "fix", "trunc", "around", "round_", "digitize"}
DECLARED = re.compile(
    r"surrogate|straight.?through|\bste\b|gradient.?reversal|revers\w*.?(the.?)?gradient|grad\w*.?revers|\bgrl\b|pseudo.?derivative",
    re.IGNORECASE,
)
ROUGHLY = re.compile(
    r"\b(?:simplified|approximated?|approximation (?:of|to) the|rough|crude)\W{1,3}(?:\w+\W{1,3}){0,2}?"
    r"(?:gradient|derivative|backward)",
    re.IGNORECASE,
)
SCALED = re.compile(r"revers|flip|\bgrl\b|scale_?grad|grad\w*_?(scale|multiplier)|stop_?grad", re.IGNORECASE)
SQUASHES = re.compile(r"\w*(?:soft_?max|sigm|logistic|expit)\w*", re.IGNORECASE)
SAME = {"copy", "view", "reshape", "array", "asarray", "ascontiguousarray"}


def why_not_derived(forward: SourceFunction, backward: SourceFunction) -> str:
    """Why a backward pass cannot be the derivative of its forward pass, and does not mean to be; else nothing."""
    written = f"{forward.name} {backward.name}\n{documents_of(forward)}\n{documents_of(backward)}".replace("_", " ")
    step = _step(forward)
    if step is not None and not _is_zero(backward):
        what = "the forward pass is a step, whose own derivative is zero"
        return f"{what} (line {step})"
    if _is_the_identity(forward) and (DECLARED.search(written) or SCALED.search(f"{forward.name} {backward.name}")):
        return "the forward pass is the identity, and the gradient is changed on purpose"
    if DECLARED.search(written) and _rounds(forward):
        return "the forward pass rounds, and the gradient is passed straight through"
    if said := ROUGHLY.search(documents_of(backward)):
        return f"by its own words it is no exact gradient ({' '.join(said[0].split())})"
    return ""


def through_another(forward: SourceFunction, slope: SourceFunction) -> str:
    """Why the gradient of a loss is that of another argument: what it takes in its place goes through a softmax first,
    which its loss is handed the answer of, beside the same labels.
    """
    for given, taken in zip(forward.names, slope.names, strict=False):
        if given in slope.names or taken in forward.names or not set(forward.names) & set(slope.names):
            continue
        if (squash := _squashed(slope, taken)) and not _squashed(forward, given):
            return f"its argument {taken} goes through {squash}, of which the {given} of {forward.name} is the answer"
    return ""


def _squashed(function: SourceFunction, name: str) -> str:
    """What an argument goes through, by its name."""
    for n in ast.walk(function.node):
        match n:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Name(id=argument), *_]) if (
                argument == name and SQUASHES.fullmatch(called)
            ):
                return called
    return ""


def _step(function: SourceFunction) -> int | None:
    """The line of the step, where what is returned first is one."""
    bound = {
        s.targets[0].id: s.value
        for s in ast.walk(function.node)
        if isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], ast.Name)
    }
    lines = []
    for value in returns_of(function.node):
        first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
        if isinstance(first, ast.Name):
            first = bound.get(first.id, first)
        if not _is_a_step(first, function.names):
            return None
        lines.append(first.lineno)
    return lines[0] if lines else None


def _is_a_step(value: ast.expr, names: Sequence[str]) -> bool:
    match value:
        case ast.Compare():
            return True
        case ast.Call(func=ast.Attribute(attr="astype", value=inner)):
            return _is_a_step(inner, names)
        case ast.Call(func=ast.Attribute(attr="array" | "asarray" | "float32" | "float64"), args=[inner, *_]):
            return _is_a_step(inner, names)
        case ast.Call(func=ast.Attribute(attr="where"), args=[_, ast.expr() as yes, ast.expr() as no]):
            return _is_constant(yes) and _is_constant(no)
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="np" | "numpy"))):
            return name in STEPS
        case ast.Call(func=ast.Name(id="float" | "int" | "round"), args=[inner, *_]):
            return isinstance(inner, ast.Compare) or value.func.id == "round"  # type: ignore[attr-defined]
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right):  # "np.round(x / scale) * scale"
            return any(_is_scale(a, names) and _is_a_step(b, names) for a, b in ((left, right), (right, left)))
        case ast.IfExp(body=yes, orelse=no):
            return _is_constant(yes) and _is_constant(no)
    return False


def _is_scale(value: ast.expr, names: Sequence[str]) -> bool:
    """A constant, or an argument that is not the first: ``x * (x > 0)`` is no step."""
    return _is_constant(value) or (isinstance(value, ast.Name) and value.id in names[1:])


def _is_constant(value: ast.expr) -> bool:
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    return isinstance(value, ast.Constant)


def _rounds(function: SourceFunction) -> bool:
    return any(
        isinstance(n, ast.Attribute) and n.attr in STEPS and isinstance(n.value, ast.Name)
        for n in ast.walk(function.node)
    )


def _is_zero(function: SourceFunction) -> bool:
    """Does it return zeros, as the derivative of a step is?"""
    values = returns_of(function.node)
    return bool(values) and all(
        re.fullmatch(
            r"(np|numpy)\.zeros(_like)?\(.*\)|0(\.0*)?|\w+ \* 0(\.0*)?|0(\.0*)? \* \w+", ast.unparse(v), re.DOTALL
        )
        for v in values
    )


def _is_the_identity(function: SourceFunction) -> bool:
    """Does it hand on an argument, or a copy of one?"""
    values = returns_of(function.node)
    firsts = [v.elts[0] if isinstance(v, ast.Tuple) and v.elts else v for v in values]
    changed = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    handed_on = bool(firsts) and all(_handed_on(v) in set(function.names) - changed for v in firsts)
    return handed_on and not changes_in_place(function.node)


def _handed_on(value: ast.expr) -> str | None:
    match value:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id="np" | "numpy")), args=[ast.Name(id=name), *_]):
            return name if method in SAME else None
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=name))):
            return name if method in SAME else None
    return None
