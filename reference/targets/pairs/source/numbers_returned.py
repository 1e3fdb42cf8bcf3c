"""Expressions that are a single number by their form, and expressions that work something out."""

from __future__ import annotations

import ast

__all__ = ["is_a_number", "is_worked_out"]

REDUCTIONS = {"sum", "mean", "norm", "dot", "vdot", "inner", "average", "trace", "nansum", "nanmean", "item", "fsum",
              "std", "var", "max", "min", "median", "prod"}  # fmt: skip
ACTIVATIONS = {"softmax", "sigmoid", "tanh", "relu", "predict", "argmax", "argmin", "argsort", "forward", "where",
               "round", "astype", "sign", "copy", "array", "asarray", "zeros", "ones", "zeros_like"}  # fmt: skip
DEEPEST = 6


def is_a_number(node: ast.expr, function: ast.FunctionDef, depth: int = 0) -> bool:
    """A sum, a mean, a product of two vectors, a norm; or arithmetic with one; or a name that was bound to one."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name), keywords=keywords, args=args):
            whole = not any(k.arg in ("axis", "keepdims") for k in keywords)
            own = isinstance(node.func, ast.Attribute) and not _is_numpy(node.func.value)
            return name in REDUCTIONS and whole and len(args) <= (1 if own or name in ("sum", "mean") else 2)
        case ast.Call(func=ast.Name(id="float" | "sum"), args=[_]):
            return True
        case ast.BinOp(op=ast.MatMult()):
            return ast.unparse(_outermost(node)).removesuffix(".T") == ast.unparse(node.right)
        case ast.BinOp(left=left, right=right):
            return is_a_number(left, function, depth) or is_a_number(right, function, depth)
        case ast.UnaryOp(operand=operand):
            return is_a_number(operand, function, depth)
        case ast.Name(id=name) if depth < DEEPEST:
            return any(is_a_number(value, function, depth + 1) for value in _bindings(function, name))
    return False


def _outermost(node: ast.expr) -> ast.expr:
    """``w`` of ``w @ A @ v``."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return node


def _is_numpy(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) or (isinstance(value, ast.Name) and value.id in ("np", "numpy"))


def _bindings(function: ast.FunctionDef, name: str) -> list[ast.expr]:
    found: list[ast.expr] = []
    for s in ast.walk(function):
        match s:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                found.append(value)
            case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                found.append(value)
    return found


def is_worked_out(node: ast.expr, *, any_call: bool = False) -> bool:
    """Arithmetic, or a call that makes one array of others; not what an activation or a decision returns.

    ``any_call``: nothing else is likely.
    """
    match node:
        case ast.BinOp():
            return True
        case ast.UnaryOp(op=ast.USub()):
            return True
        case ast.Call(func=ast.Attribute(attr="sign")):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return any_call or name not in ACTIVATIONS
        case ast.Call(func=ast.Name(id=name)):
            return name in ("dict", "list", "tuple")
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return bool(elements) and all(is_worked_out(e) or isinstance(e, ast.Name) for e in elements)
        case ast.Dict(values=values):
            return bool(values)
    return False
