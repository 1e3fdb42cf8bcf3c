"""Layers that are wired by reference: which arguments of a constructor are layers before it, and what stands for one.

``Linear(x, w, b)`` is handed nodes; its ``forward()`` takes nothing and reads ``self.inbound[0].value``, its
``backward()`` leaves what it found in ``self.gradients[node]`` or in ``node.grad``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from reference.targets.pairs.source.method_names import is_backward
from reference.targets.pairs.trees import own_copy
from reference.targets.reading.trees import assigned_to

__all__ = ["GRADIENT", "LATER", "VALUE", "WIRED", "Wire", "holders_in", "wired_in"]

WIRED = "wired"  # in an annotation's place: an argument of the constructor that is handed to the forward pass here
VALUE = re.compile(
    r"values?|val|data|outputs?|out|activations?|a|y|z|x|h|o|v|res(ult)?|array|tensor|item|(forward|node)_?value"
)
GRADIENT = re.compile(
    r"grads?|gradients?|d|dx|dy|diff|deltas?|errors?|err|adjoint|bar|derivative|partials?"
    r"|d_?(value|output|out|data)s?|(grad|gradient|delta|error)_\w+|\w+_(grad|gradient|delta|error|diff)s?"
)
LATER = re.compile(
    r"(out(bound|going|puts?)?|next|child(ren)?|consumers?|succ(essors?)?|down(stream)?|users|after|followers|to)_?"
    r"(nodes?|layers?|ops?)?"
)
BEFORE = re.compile(
    r"(in(bound|coming|puts?)?|prev(ious)?|parents?|bottoms?|sources?|pred(ecessors?)?|up(stream)?|children|from)_?"
    r"(nodes?|layers?|ops?)?"
)
VERB = re.compile(r"(get|set|compute|calc\w*|add|zero|reset)_")
HANDED_ON = "_gradient_handed_on"
SHAPES = {"shape", "ndim", "size", "dtype"}
SHAPE = re.compile(r"(\w+_)?shape")
WIDTH = re.compile(
    r"(\w+_)?(size|dim|units|features|neurons|width)|(n|num)_(out\w*|units|neurons|nodes|features)|n_?out|units"
)
OF_ARRAYS = frozenset(dir(np.ndarray))


class Wire:
    """A layer or node before another, with the array that comes from it; what it wraps its array in is itself.

    ``holders``: attributes that are such wrappers, though an array might be called so.
    """

    def __init__(self, array: Any, holders: frozenset[str] = frozenset()) -> None:
        self.__dict__.update(_array=array, _holders=holders)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        word = name.lower()
        if word in SHAPES or SHAPE.fullmatch(word):
            return getattr(self._array, word if word in SHAPES else "shape")
        if name in self._holders:
            return self
        if is_backward(name) and not GRADIENT.fullmatch(word):
            return self._handed_on
        if VALUE.fullmatch(word.removeprefix("get_")) and word.startswith("get_"):
            return self
        if GRADIENT.fullmatch(word) and not VERB.match(word):
            self.__dict__[name] = self._array * 0
            return self.__dict__[name]
        if VALUE.fullmatch(word):
            return self._array
        if name in OF_ARRAYS:
            return getattr(self._array, name)
        if WIDTH.fullmatch(word):
            return self._array.shape[-1]
        if LATER.fullmatch(word) or BEFORE.fullmatch(word):
            return self.__dict__.setdefault(name, [])
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self._array

    def __deepcopy__(self, memo: dict[int, Any]) -> Wire:
        import copy

        made = Wire(own_copy(self._array), self._holders)
        memo[id(self)] = made
        made.__dict__.update({k: copy.deepcopy(v, memo) for k, v in self.__dict__.items() if not k.startswith("_")})
        return made

    def _handed_on(self, gradient: Any = None, *_: Any, **__: Any) -> None:
        """It is called for its own way back: with the gradient of what comes from it, which counts every time."""
        if hasattr(gradient, "shape"):
            before = self.__dict__.get(HANDED_ON)
            self.__dict__[HANDED_ON] = gradient if before is None else before + gradient

    def take(self, array: Any) -> None:
        """Another array comes from it; nothing is known of its gradient."""
        for name in [
            name for name in self.__dict__ if GRADIENT.fullmatch(name.lower()) or VALUE.fullmatch(name.lower())
        ]:
            del self.__dict__[name]
        self.__dict__["_array"] = array
        self.__dict__.pop(HANDED_ON, None)

    def gradient(self) -> Any | None:
        """What it was called with, or what was left with it."""
        if HANDED_ON in self.__dict__:
            return self.__dict__[HANDED_ON]
        found = (value for name, value in self.__dict__.items() if GRADIENT.fullmatch(name.lower()))
        return next((value for value in found if hasattr(value, "shape")), None)


# --- what a class is wired by, as it is written ----------------------------------------------------------------------


def wired_in(makers: Sequence[ast.FunctionDef], passes: Sequence[ast.FunctionDef]) -> dict[str, bool]:
    """The arguments of a class's constructor that are layers, in their order; or the attributes that hold such.

    ``makers``: its constructor, without self, and those of its bases; ``passes``: its methods. True: it is a list of
    layers itself.
    """
    if not makers:
        return _attributes(passes)
    read = {attribute for node in passes for attribute in _read_through(node)}
    listed = {attribute for node in passes for attribute in _listed(node)}
    arguments = [a.arg for a in makers[0].args.args]
    optional = arguments[len(arguments) - len(makers[0].args.defaults) :]
    own = [name for name in arguments if name not in optional or BEFORE.fullmatch(name.lower())]
    names = {name: {name} for name in own}  # by argument, what it is called in further constructors
    kept: dict[str, set[str]] = {name: set() for name in own}  # the attributes of self that it is kept in
    found: dict[str, bool] = {}
    for k, maker in enumerate(makers):
        for node in ast.walk(maker):
            for name, called in names.items():
                if _is_asked_as_a_layer(node, called):
                    found.setdefault(name, False)
            _keep(node, names, kept)
            if isinstance(node, ast.Call) and k + 1 < len(makers) and _makes_a_base(node):
                _hand_on(node, makers[k + 1], names)
    for name, attributes in kept.items():
        if attributes & listed and not any(_in_a_list(maker, names[name]) for maker in makers):
            found[name] = True
        elif attributes & read:
            found.setdefault(name, False)
    return {name: found[name] for name in own if name in found} or _attributes(passes)


def holders_in(nodes: Iterable[ast.FunctionDef]) -> frozenset[str]:
    """Attributes that are asked for the value or the gradient of what they hold: ``layer.out.value``, or ``out`` of
    ``self.inp = layer.out`` where ``self.inp.value`` is asked for.
    """
    every = [node for function in nodes for node in ast.walk(function)]
    found = {
        node.value.attr
        for node in every
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and _is_of_a_layer(node.attr)
    }
    found |= {
        value.attr for target, value in assigned_to(every) if isinstance(value, ast.Attribute) and _own(target) in found
    }
    return frozenset(found)


def _attributes(passes: Sequence[ast.FunctionDef]) -> dict[str, bool]:
    """What a class reads through that nobody gives to its constructor: it is wired afterwards."""
    names = [name for node in passes for name in _read_through(node) if BEFORE.fullmatch(name.lower().strip("_"))]
    several = {name for node in passes for name in _listed(node)}
    return {name: name in several for name in dict.fromkeys(names)}


def _is_of_a_layer(attribute: str) -> bool:
    text = attribute.lower()
    return bool(VALUE.fullmatch(text.removeprefix("get_")) or (GRADIENT.fullmatch(text) and not VERB.match(text)))


def _own(node: ast.AST) -> str:
    """The attribute of self that a node is; "" of any other."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
            return attribute
    return ""


def _read_through(function: ast.FunctionDef) -> Iterator[str]:
    """``prev`` of ``self.prev.output``, of ``self.prev[0].output`` and of ``self.prev.backward(…)``."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if is_backward(attribute) and _own(inner):
                yield _own(inner)
        if isinstance(node, ast.Attribute) and _is_of_a_layer(node.attr):
            inner = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            if name := _own(inner):
                yield name
    yield from _listed(function)


def _listed(function: ast.FunctionDef) -> Iterator[str]:
    """``inbound`` of ``self.inbound[0].value``, and where each of it is gone through and asked for that."""
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Subscript(value=inner), attr=attribute) if _is_of_a_layer(attribute):
                yield _own(inner)
            case (
                ast.For(target=ast.Name(id=name), iter=inner) | ast.comprehension(target=ast.Name(id=name), iter=inner)
            ):
                asked = (n for n in ast.walk(function) if isinstance(n, ast.Attribute) and _is_of_a_layer(n.attr))
                if any(isinstance(n.value, ast.Name) and n.value.id == name for n in asked):
                    yield _own(inner)
            case ast.Assign(targets=[ast.Tuple()], value=inner):
                yield _own(inner)


def _is_asked_as_a_layer(node: ast.AST, names: set[str]) -> bool:
    """Is it asked for what no array has?"""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in names:
            return attribute not in OF_ARRAYS
    return False


def _keep(node: ast.AST, names: dict[str, set[str]], kept: dict[str, set[str]]) -> None:
    if not isinstance(node, ast.Assign):
        return
    attributes = {_own(target) for target in node.targets} - {""}
    inside = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("list", "tuple"):
        value = value.args[0] if value.args else value
    plainly = isinstance(value, ast.Name | ast.List | ast.Tuple)
    for name, called in names.items():
        if attributes and plainly and inside & called:
            kept[name] |= attributes


def _in_a_list(maker: ast.FunctionDef, names: set[str]) -> bool:
    return any(
        isinstance(element, ast.Name) and element.id in names
        for node in ast.walk(maker)
        if isinstance(node, ast.List | ast.Tuple)
        for element in node.elts
    )


def _makes_a_base(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"


def _hand_on(call: ast.Call, base: ast.FunctionDef, names: dict[str, set[str]]) -> None:
    """What the arguments are called in the constructor of the base; a list of some is each of them."""
    given = [a for a in call.args if not (isinstance(a, ast.Name) and a.id == "self")]
    pairs = [*zip((a.arg for a in base.args.args), given, strict=False), *((k.arg, k.value) for k in call.keywords)]
    for taken, value in pairs:
        inside = [value, *(value.elts if isinstance(value, ast.List | ast.Tuple) else ())]
        for name in names:
            if taken and any(isinstance(n, ast.Name) and n.id == name for n in inside):
                names[name].add(taken)
