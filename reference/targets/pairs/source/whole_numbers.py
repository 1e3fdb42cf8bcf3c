"""Which arguments are whole numbers or tuples of them: what is counted, indexed at fixed places, set beside a shape."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reference.targets.pairs.source.facts import entry_of
from reference.targets.reading.parsed import is_of_self
from reference.targets.reading.trees import assigned_to, called_name

__all__ = ["deepest_layer", "facts_of_sizes", "kept_as", "sizes_in"]

COUNTED = ("randn", "rand")  # take their axes one by one
OF_SHAPE = ("zeros", "ones", "empty", "full", "standard_normal", "random", "random_sample")  # as their first argument
OF_LAW = ("normal", "uniform", "truncnorm", "laplace")  # behind what the law is told
SHAPES = ("size", "shape")  # what a shape is called where it is given by name
OF_LAYERS = re.compile(r"_*(w|ws|weights?|b|bs|bias(es)?|thetas?|syn(apses)?|layers)_*", re.IGNORECASE)
HOLD = ("tuple", "list", "len", "sorted", "enumerate", "zip", "prod")


def kept_as(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """``self.a = …`` as ("self.a", …), one by one."""
    yield from ((f"self.{target.attr}", value) for target, value in assigned_to(nodes) if is_of_self(target))


def deepest_layer(trees: Iterable[ast.AST]) -> int:
    """The last layer that is asked for by its number: 2 where ``self.weights[2]`` is."""
    found = 0
    for node in (n for tree in trees for n in ast.walk(tree)):
        match node:
            case ast.Subscript(value=ast.Attribute(attr=name), slice=ast.Constant(value=int(place))) if (
                OF_LAYERS.fullmatch(name)
            ):
                found = max(found, place)
    return found


def sizes_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The local names of sizes that are taken from a shape."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if _is_shape(value):
                found |= {name.id for name in names if isinstance(name, ast.Name)}
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_size(value, frozenset()):
                found.add(name)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                pairs = zip(names, values, strict=False)
                found |= {n.id for n, v in pairs if isinstance(n, ast.Name) and _is_size(v, frozenset())}
    return frozenset(found)


def facts_of_sizes(node: ast.AST, known: Mapping[str, str], sizes: frozenset[str]) -> Iterator[tuple[str, str, Any]]:
    """``entries``: so many it has at least, ``holds``: it is a container, ``whole``: it is a whole number, ``halved``.

    ``kinds``: the names of the types that it may have. ``parts``: the names or attributes into which it is unpacked.
    """
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=int(place))) if of := entry_of(value, known):
            yield of, "entries", place + 1 if place >= 0 else -place
        case ast.Subscript(value=value, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place)))) if (
            of := entry_of(value, known)
        ):
            yield of, "entries", place
        case ast.Subscript(value=value, slice=ast.Slice()) if of := entry_of(value, known):
            yield of, "holds", True
        case ast.Starred(value=value) if of := entry_of(value, known):
            yield of, "holds", True
        case ast.Call(func=ast.Name(id="isinstance"), args=[value, kinds]) if of := entry_of(value, known):
            names = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
            yield from ((of, "kinds", name.id) for name in names if isinstance(name, ast.Name))
        case ast.Assign(targets=[*_, ast.Tuple(elts=names)], value=value) if of := entry_of(value, known):
            if not any(isinstance(name, ast.Starred) for name in names):
                yield of, "entries", len(names)
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.IfExp(body=one, orelse=other)):
            given = (of for value in (one, other) if (of := entry_of(value, known)))
            yield from ((of, "entries", len(names)) for of in given)
        case ast.Call(func=ast.Name(id="int"), args=[value]) if of := entry_of(value, known):
            yield of, "whole", True
        case ast.Call():
            yield from _of_call(node, known)
        case ast.BinOp(left=left, op=ast.Div() | ast.FloorDiv(), right=ast.Constant(value=2)) if of := entry_of(
            left, known
        ):
            yield of, "halved", True
        case ast.BinOp():
            yield from ((of, "whole", True) for n in _beside_a_size(node, sizes) if (of := entry_of(n, known)))
            if isinstance(node.op, ast.Add):
                sides = ((node.left, node.right), (node.right, node.left))
                tuples = (one for one, other in sides if isinstance(other, ast.Tuple))
                yield from ((of, "holds", True) for one in tuples if (of := entry_of(one, known)))


def _of_call(call: ast.Call, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    name = called_name(call)
    named = [k.value for k in call.keywords if k.arg in SHAPES]
    shapes = [*named, *call.args[:1]] if name in OF_SHAPE else [*named, *call.args[2:3]] if name in OF_LAW else named
    counted = list(call.args) if name in COUNTED else []
    for shape in shapes:
        if (of := entry_of(shape, known)) is not None and not isinstance(shape, ast.Tuple):
            continue  # a number as well as a tuple
        counted += shape.elts if isinstance(shape, ast.Tuple | ast.List) else []
    if len(call.args) == 1 and isinstance(call.args[0], ast.Tuple) and "init" in ast.unparse(call.func).lower():
        counted += call.args[0].elts  # initializer((n, m))
    for each in counted:
        yield from ((of, "whole", True) for n in _factors(each) if (of := entry_of(n, known)))
    if name in HOLD and call.args and (of := entry_of(call.args[0], known)):
        yield of, "holds", True


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    """``n`` and ``k`` of ``n * k + 1``."""
    if isinstance(node, ast.BinOp):
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, ast.Starred):
        return
    else:
        yield node


def _beside_a_size(node: ast.BinOp, sizes: frozenset[str]) -> Iterator[ast.expr]:
    """What is added to a size or subtracted from it, and what a sum with a size is divided by."""
    if isinstance(node.op, ast.Add | ast.Sub):
        summands = list(_summands(node))
        if any(_is_size(each, sizes) for each in summands):
            yield from (each for each in summands if not _is_size(each, sizes))
    elif isinstance(node.op, ast.Div | ast.FloorDiv) and any(_is_size(n, sizes) for n in _summands(node.left)):
        yield node.right


def _summands(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _summands(node.left)
        yield from _summands(node.right)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant):
        yield node.right  # 2 * pad
    else:
        yield node


def _is_size(node: ast.expr, sizes: frozenset[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in sizes
        case ast.Subscript(value=value):
            return _is_shape(value)
    return False


def _is_shape(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr="shape"):
            return True
        case ast.Call(func=ast.Attribute(attr="shape"), args=[_]):
            return True
        case ast.Subscript(value=value, slice=ast.Slice()):
            return _is_shape(value)
    return False
