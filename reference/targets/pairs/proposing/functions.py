"""Functions that stand as a forward and a backward pass: told by their names and by what they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reference.interface.pair import PairKind
from reference.targets.pairs.source.functions import SourceFunction, returned_names, returns_of
from reference.targets.pairs.source.naming import Named, core, is_cotangent, is_gradient, is_loss, named

__all__ = ["NamedPair", "function_pairs", "takes_a_cotangent"]

# "conv_backward_weights" has the gradient of one argument alone
PARTS = {"data", "input", "inputs", "weight", "weights", "bias", "biases", "filter", "filters", "kernel", "params", "w",
         "x", "b", "parameters", "surrogate", "ste"}  # fmt: skip

Functions = Mapping[str, SourceFunction]


class NamedPair(NamedTuple):
    """Two functions, or one twice. ``flag``: the argument that asks a function for its derivative."""

    kind: PairKind
    forward: SourceFunction
    backward: SourceFunction
    flag: str = ""


def function_pairs(functions: Functions, beside: Functions) -> Iterator[NamedPair]:
    """Every backward pass with its forward pass: of several the one that is named most like it.

    ``beside``: functions that the file imports; one of them is a forward pass only where the file itself has none.
    """
    every = {**beside, **functions}
    names = {name: found for name in every if (found := named(name, doubtful=True)) is not None}
    for name, own in names.items():
        if name not in functions or own.direction not in ("backward", "slope") or not functions[name].takes:
            continue
        backward = functions[name]
        forward = _forward_of(name, own, {n: names[n] for n in names if n in functions}, functions)
        forward = forward or _forward_of(name, own, names, every)
        if forward is None or not _gives(forward):
            continue
        cotangent = takes_a_cotangent(forward, backward)
        sure = named(name) is not None and named(forward.name) is not None and _gives(backward)
        if not sure and not (cotangent and own.direction == "backward" and names[forward.name].direction == "forward"):
            continue
        if own.direction == "backward" or cotangent:
            alone = not cotangent and _asks_the_same(forward, backward)
            if alone and not own.core and not _is_of_a_loss(forward, backward):
                continue
            yield NamedPair(PairKind.DERIVATIVE if alone else PairKind.FUNCTION, forward, backward)


def takes_a_cotangent(forward: SourceFunction, backward: SourceFunction) -> bool:
    return any(is_cotangent(name, taken=forward.names) for name in backward.names)


def _gives(function: SourceFunction) -> bool:
    """Does it return something, write into something, or is it not there yet? Robots go forward and backward, too."""
    body = function.node.body
    writes = any(isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) for n in ast.walk(function.node))
    yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(function.node))
    empty = any(isinstance(s, ast.Pass | ast.Raise) for s in body) or not [s for s in body if not _is_a_constant(s)]
    return bool(returns_of(function.node)) or writes or yields or empty


def _is_of_a_loss(forward: SourceFunction, backward: SourceFunction) -> bool:
    """Without a name of what it is of and without a cotangent: both passes of a hidden Markov model are no pair."""
    loss = any(is_loss(name) and len(name) > 1 for name in returned_names(forward.node))
    return loss or any(is_gradient(name) for name in returned_names(backward.node))


def _is_a_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _asks_the_same(forward: SourceFunction, backward: SourceFunction) -> bool:
    """Does a backward pass without a cotangent take what its forward pass takes, as that of a loss does?"""
    return set(backward.required) <= set(forward.names) or (
        0 < len(backward.required) <= 2 and len(backward.required) == len(forward.required)
    )


def _forward_of(name: str, own: Named, names: Mapping[str, Named], functions: Functions) -> SourceFunction | None:
    ranked: list[tuple[int, str]] = []
    for other, theirs in names.items():
        if other == name or theirs.direction not in ("forward", ""):
            continue
        if theirs.direction == "" and not theirs.core:
            continue
        marked = theirs.direction == "forward"
        if theirs.stem == own.stem:
            ranked.append((0 if marked else 1, other))
        elif theirs.core == own.core:
            bare = core(theirs.stem) == theirs.stem
            ranked.append(((2 if marked else 3) if bare else (4 if marked else 5), other))
        elif theirs.core and theirs.core == tuple(word for word in own.core if word not in PARTS):
            ranked.append((6 if marked else 7, other))
    return functions[min(ranked, key=lambda pair: pair[0])[1]] if ranked else None
