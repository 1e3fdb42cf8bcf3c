"""Whether a function changes an array where it lies, as its source tells."""

from __future__ import annotations

import ast

__all__ = ["changes_in_place"]

HARMLESS = {"requires_grad_", "detach_", "clone_", "retain_grad_"}  # of PyTorch's methods that end so
WRITES = {"copyto", "put", "place", "putmask", "fill", "fill_diagonal", "put_along_axis", "sort", "itemset"}


def changes_in_place(function: ast.FunctionDef) -> bool:
    """``a[i] = b``, ``a += b``, ``a.clamp_(min=0)``, ``np.copyto(a, b)``, ``f(a, out=b)``."""
    return any(_changes(node) for node in ast.walk(function))


def _changes(node: ast.AST) -> bool:
    match node:
        case ast.AugAssign(target=ast.Name()):
            return True
        case ast.Subscript(ctx=ast.Store(), slice=index):
            return not (isinstance(index, ast.Constant) and isinstance(index.value, str))  # what is kept by a name
        case ast.Call(func=ast.Attribute(attr=name), keywords=keywords):
            of_torch = name.endswith("_") and not name.endswith("__") and name not in HARMLESS
            return of_torch or name in WRITES or any(k.arg == "out" for k in keywords)
    return False
