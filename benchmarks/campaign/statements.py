"""Changes of statements that change no value: split, joined, put in another order, with other names for locals."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.campaign.trees import arguments_of, draws, functions_of, is_simple, loads, locals_of, names_in, parsed

__all__ = ["joined", "locals_renamed", "locals_suffixed", "reordered", "split"]

Rng = np.random.RandomState


def locals_renamed(text: str, rng: Rng) -> str | None:
    """Every local has a name that says nothing. Arguments keep theirs: callers may say them."""
    return _renamed(text, lambda name, k: f"v{k}")


def locals_suffixed(text: str, rng: Rng) -> str | None:
    """Every local has a longer name: ``dW2`` is ``dW2_value``."""
    return _renamed(text, lambda name, k: f"{name}_value")


def _renamed(text: str, new: Callable[[str, int], str]) -> str | None:
    tree, changed = parsed(text), False
    if tree is None:
        return None
    for function in functions_of(tree):
        if not is_simple(function):
            continue
        taken = set(names_in(function)) | set(arguments_of(function))
        names: dict[str, str] = {}
        for k, name in enumerate(locals_of(function), start=1):
            proposed = new(name, k)
            if proposed not in taken and name != "_":
                names[name] = proposed
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in names:
                node.id = names[node.id]
                changed = True
    return ast.unparse(tree) + "\n" if changed else None


def reordered(text: str, rng: Rng) -> str | None:
    """Functions that follow one another at the margin change places; none that is defined twice, or decorated."""
    tree = parsed(text)
    if tree is None:
        return None
    counted = Counter(n.name for n in tree.body if isinstance(n, ast.FunctionDef))

    def may_move(node: ast.stmt) -> bool:
        return isinstance(node, ast.FunctionDef) and counted[node.name] == 1 and not node.decorator_list and not any(
            names_in(d) for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None
        )  # fmt: skip

    body, changed, k = list(tree.body), False, 0
    while k < len(body):
        end = k
        while end < len(body) and may_move(body[end]):
            end += 1
        if end - k > 1:
            body[k:end] = reversed(body[k:end])  # the one order that is sure to be another
            changed = True
        k = max(end, k + 1)
    tree.body = body
    return ast.unparse(tree) + "\n" if changed else None


def split(text: str, rng: Rng) -> str | None:
    """``y = a * f(b)`` becomes ``part1 = f(b)`` and ``y = a * part1``."""
    return _in_bodies(text, _split_body)


def _split_body(body: list[ast.stmt], function: ast.FunctionDef) -> bool:
    changed = False
    out: list[ast.stmt] = []
    count = sum(name.startswith("part") for name in names_in(function))
    for statement in body:
        value = statement.value if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return) else None
        if isinstance(value, ast.BinOp) and not draws(statement):
            for side in ("right", "left"):
                operand = getattr(value, side)
                if isinstance(operand, ast.BinOp | ast.Call) and not _is_text(operand):
                    count += 1
                    name = f"part{count}"
                    out.append(ast.Assign([ast.Name(name, ast.Store())], operand, lineno=0))
                    setattr(value, side, ast.Name(name, ast.Load()))
                    changed = True
                    break
        out.append(statement)
    body[:] = out
    return changed


def _is_text(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(node))


def joined(text: str, rng: Rng) -> str | None:
    """A local that is used once, in the next statement, is put in its place there."""
    return _in_bodies(text, _join_body)


def _join_body(body: list[ast.stmt], function: ast.FunctionDef) -> bool:
    changed, k = False, 0
    while k + 1 < len(body):
        first, then = body[k], body[k + 1]
        if _may_join(first, then, function):
            assert isinstance(first, ast.Assign)
            assert isinstance(first.targets[0], ast.Name)
            _Put(first.targets[0].id, first.value).visit(then)
            del body[k]
            changed = True
            k = max(0, k - 1)
        else:
            k += 1
    return changed


def _may_join(first: ast.stmt, then: ast.stmt, function: ast.FunctionDef) -> bool:
    if not (isinstance(first, ast.Assign) and len(first.targets) == 1 and isinstance(first.targets[0], ast.Name)):
        return False
    name = first.targets[0].id
    if not isinstance(then, ast.Assign | ast.Return) or then.value is None or draws(first) or draws(then):
        return False
    stored = [
        n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
    ]
    augmented = any(isinstance(n, ast.AugAssign) and name in names_in(n.target) for n in ast.walk(function))
    scopes = (ast.Lambda, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.BoolOp, ast.IfExp)
    within = any(isinstance(n, scopes) for n in ast.walk(then.value))
    return (
        len(stored) == 1
        and not augmented
        and not within
        and loads(function)[name] == 1
        and loads(then.value)[name] == 1
    )


class _Put(ast.NodeTransformer):
    """An expression in a name's place."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.value if node.id == self.name and isinstance(node.ctx, ast.Load) else node


def _in_bodies(text: str, change: Callable[[list[ast.stmt], ast.FunctionDef], bool]) -> str | None:
    tree, changed = parsed(text), False
    if tree is None:
        return None
    for function in functions_of(tree):
        if not is_simple(function):
            continue
        for node in ast.walk(function):
            for field in ("body", "orelse"):
                inner = getattr(node, field, None)
                if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
                    changed |= change(inner, function)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n" if changed else None
