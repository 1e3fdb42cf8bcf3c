"""Backward passes that take the gradient of one output alone: they answer for the first entry that is not zero."""

from __future__ import annotations

import ast

__all__ = ["single_entry_at"]


def single_entry_at(function: ast.FunctionDef) -> int | None:
    """The line on which a loop over an argument passes over zeros, where that loop itself returns the answer."""
    taken = {a.arg for a in function.args.args}
    for loop in (n for n in ast.walk(function) if isinstance(n, ast.For)):
        entry = _entry_of(loop, taken)
        if entry is None or not any(isinstance(s, ast.Return) for s in loop.body):
            continue
        for s in loop.body:
            match s:
                case ast.If(
                    test=ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=0)]),
                    body=[ast.Continue()],
                ) if name == entry:
                    return s.lineno
    return None


def _entry_of(loop: ast.For, taken: set[str]) -> str | None:
    """What an entry of an argument is called, where a loop goes over one."""
    match loop:
        case ast.For(target=ast.Name(id=entry), iter=ast.Name(id=of)) if of in taken:
            return entry
        case ast.For(
            target=ast.Tuple(elts=[_, ast.Name(id=entry)]),
            iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=of), *_]),
        ) if of in taken:
            return entry
    return None
