"""Other ways to write the same operation: ``np.dot`` and ``@``, ``np.multiply`` and ``*``, arguments by name."""

from __future__ import annotations

import ast

import numpy as np

from benchmarks.campaign.trees import functions_of, parsed

__all__ = ["at_for_dot", "by_name", "dot_for_at", "multiply_for_star", "star_for_multiply"]

Rng = np.random.RandomState
NUMBERS = (
    "m",
    "lambd",
    "lambtha",
    "epsilon",
    "eps",
    "keep_prob",
    "learning_rate",
    "alpha",
    "theta",
    "x",
    "L",
    "l",
    "n",
)


def at_for_dot(text: str, rng: Rng) -> str | None:
    """``np.dot(a, b)`` becomes ``a @ b``, where neither is a number."""
    return _changed(text, _AtForDot())


def dot_for_at(text: str, rng: Rng) -> str | None:
    """``a @ b`` becomes ``np.dot(a, b)``."""
    return _changed(text, _DotForAt()) if "import numpy as np" in text or "np." in text else None


def multiply_for_star(text: str, rng: Rng) -> str | None:
    """``a * b`` becomes ``np.multiply(a, b)`` within functions, outside indices, sizes and texts."""
    return _changed(text, _MultiplyForStar()) if "np." in text else None


def star_for_multiply(text: str, rng: Rng) -> str | None:
    """``np.multiply(a, b)`` becomes ``a * b``."""
    return _changed(text, _StarForMultiply())


def _changed(text: str, change: ast.NodeTransformer) -> str | None:
    tree = parsed(text)
    if tree is None:
        return None
    before = ast.dump(tree)
    for function in functions_of(tree):
        for k, statement in enumerate(function.body):
            function.body[k] = change.visit(statement)
    tree = ast.fix_missing_locations(tree)
    return None if ast.dump(tree) == before else ast.unparse(tree) + "\n"


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    name = node.id.lower() if isinstance(node, ast.Name) else ""
    return isinstance(node, ast.Constant) or name in NUMBERS or name.startswith("theta")


def _is_of_numpy(node: ast.Call, name: str) -> bool:
    called = node.func
    return (
        isinstance(called, ast.Attribute) and called.attr == name and isinstance(called.value, ast.Name)
        and called.value.id in ("np", "numpy") and len(node.args) == 2 and not node.keywords
    )  # fmt: skip


class _AtForDot(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _is_of_numpy(node, "dot") and not any(map(_is_number, node.args)):
            return ast.BinOp(node.args[0], ast.MatMult(), node.args[1])
        return node


class _DotForAt(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _numpy("dot", node) if isinstance(node.op, ast.MatMult) else node


class _MultiplyForStar(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        texts = (n for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str | bytes))
        lists = (n for n in ast.walk(node) if isinstance(n, ast.List | ast.Tuple | ast.ListComp))
        plain = isinstance(node.op, ast.Mult) and not any(texts) and not any(lists)
        return _numpy("multiply", node) if plain else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in ("range", "str", "xrange", "reversed", "print", "int"):
            return node
        return self.generic_visit(node)


class _StarForMultiply(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.BinOp(node.args[0], ast.Mult(), node.args[1]) if _is_of_numpy(node, "multiply") else node


def _numpy(name: str, node: ast.BinOp) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), [node.left, node.right], [])


# --- arguments by name ------------------------------------------------------------------------------------------


def by_name(cells: list[str], rng: Rng) -> list[str] | None:
    """Arguments by place are given by name in calls of the file's own functions, in whichever cell they stand."""
    trees = [parsed(text) for text in cells]
    signatures: dict[str, list[str] | None] = {}
    for tree in trees:
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.FunctionDef):
                plain = not (node.args.vararg or node.args.posonlyargs or node.args.kwarg)
                names = [a.arg for a in node.args.args] if plain else None
                signatures[node.name] = names if signatures.get(node.name, names) == names else None
    out, changed = [], False
    for text, tree in zip(cells, trees, strict=True):
        change = _ByName(signatures)
        if tree is not None:
            tree = ast.fix_missing_locations(change.visit(tree))
        out.append(ast.unparse(tree) + "\n" if tree is not None and change.changed else text)
        changed |= change.changed
    return out if changed else None


class _ByName(ast.NodeTransformer):
    def __init__(self, signatures: dict[str, list[str] | None]) -> None:
        self.signatures, self.changed = signatures, False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        names = self.signatures.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if names is None or not node.args or len(node.args) > len(names) or any(
            isinstance(a, ast.Starred) for a in node.args
        ):  # fmt: skip
            return node
        given = [ast.keyword(name, value) for name, value in zip(names, node.args, strict=False)]
        self.changed = True
        return ast.Call(node.func, [], [*given, *node.keywords])
