"""What a class does with the arguments of its constructor, there and wherever else it keeps them or hands them on."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reference.targets.pairs.source.chosen_by_key import dictionaries_in, texts_looked_up
from reference.targets.pairs.source.facts import entry_of, facts_in
from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.pairs.source.methods import methods_of, read_method
from reference.targets.pairs.source.uses import EVERY, handed_on, in_their_order, noted, plainly, stand_for
from reference.targets.pairs.source.whole_numbers import deepest_layer, facts_of_sizes, kept_as, sizes_in
from reference.targets.reading.source import Cell

__all__ = ["asked_of_maker", "beside"]

DEEPEST = 3  # functions, methods and classes that an argument is handed on to
OF_BOTH = ("texts", "attributes", "branches", "called", "deepest")  # of a name that one of the passes takes as well
OTHERS = ("numpy", "scipy", "builtins", "typing", "collections", "functools", "math", "random", "copy", "abc")

Facts = dict[str, dict[str, Any]]


def asked_of_maker(owner: type, cells: list[Cell]) -> Facts:
    """By argument of the constructor, as ``asked_of`` has it, with what ``facts_of_sizes`` adds."""
    return plainly(_Maker(owner, cells, 0).facts())


def beside(constructed: Facts, passed: Facts) -> Facts:
    """Both: of a name that a pass takes as well, what it is asked for there, and what of the constructor's is safe."""
    found = {**constructed, **passed}
    for name in constructed.keys() & passed.keys():
        found[name] = _merged(passed[name], {k: v for k, v in constructed[name].items() if k in OF_BOTH})
    return found


def _merged(facts: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    both = {**further, **facts}
    for fact in facts.keys() & further.keys():
        if isinstance(facts[fact], list) and isinstance(further[fact], list):
            both[fact] = list(dict.fromkeys([*facts[fact], *further[fact]]))
    return both


class _Maker:
    """One class and where the arguments of its constructor go."""

    def __init__(self, owner: type, cells: list[Cell], depth: int) -> None:
        self.cells, self.depth = cells, depth
        self.methods = methods_of(owner, cells)
        constructors = [vars(base)["__init__"] for base in owner.__mro__[:-1] if "__init__" in vars(base)]
        made = [(each, read_method("__init__", each, cells, bound=True)) for each in constructors]
        self.constructors = [maker for _, maker in made if maker is not None]
        self.names: dict[str, Any] = {}
        for function in [each for each, maker in reversed(made) if maker is not None]:
            self.names |= function.__globals__
        self.found: Facts = {}
        self.kept: dict[str, Sequence[str]] = {}  # the keys of dictionaries
        self.own: dict[str, str] = {}  # the argument by the attribute that it is kept as

    def facts(self) -> Facts:
        if not self.constructors:
            return {}
        taken = {name: name for name in self.constructors[0].names}
        self._read(self.constructors[0], taken, self.constructors[1:], self.depth)
        for name, method in self.methods.items():
            if name != "__init__" and self.own:
                self._read(method, {}, (), self.depth)
        deepest = deepest_layer(method.node for method in self.methods.values())
        if deepest > 1 and self.depth == 0:
            self.found[EVERY] = {"deepest": deepest}
        return self.found

    def _read(
        self, function: SourceFunction, taken: Mapping[str, str], further: Sequence[SourceFunction], depth: int
    ) -> None:
        """``further``: the constructors of its bases, where it is one."""
        nodes = in_their_order(function.node)
        known = {**self.own, **taken}
        for name, value in (*stand_for(nodes), *kept_as(nodes)):
            source = next((of for each in _itself(value) if (of := entry_of(each, known))), None)
            if source is not None and name not in known and (taken or not name.startswith("self.")):
                known[name] = source
        self.own |= {name: of for name, of in known.items() if name.startswith("self.")}
        sizes = sizes_in(nodes)
        dictionaries = {**dictionaries_in((), self.names), **self.kept, **dictionaries_in(nodes)}
        self.kept |= {name: keys for name, keys in dictionaries.items() if name.startswith("self.")}
        for node in nodes:
            noted(self.found, texts_looked_up(node, known, dictionaries))
            noted(self.found, facts_in(node, known))
            noted(self.found, facts_of_sizes(node, known, sizes))
            if isinstance(node, ast.Call) and depth < DEEPEST:
                self._hand_on(node, known, further, depth + 1)

    def _hand_on(self, call: ast.Call, known: Mapping[str, str], further: Sequence[SourceFunction], depth: int) -> None:
        match call.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__") if further:
                self._follow(call, further[0], known, further[1:], depth)
            case ast.Attribute(value=ast.Name(), attr="__init__") if further and call.args:
                bare = ast.copy_location(ast.Call(call.func, call.args[1:], call.keywords), call)
                self._follow(bare, further[0], known, further[1:], depth)
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in self.methods:
                self._follow(call, self.methods[name], known, (), depth)
            case ast.Name(id=name):
                self._follow_name(call, self.names.get(name), known, depth)

    def _follow(
        self, call: ast.Call, function: SourceFunction, known: Mapping[str, str], further: Sequence[SourceFunction],
        depth: int,
    ) -> None:  # fmt: skip
        inner = handed_on(call, function.names, known)
        if inner:
            self._read(function, inner, further, depth)

    def _follow_name(self, call: ast.Call, value: Any, known: Mapping[str, str], depth: int) -> None:
        if str(getattr(value, "__module__", "")).partition(".")[0] in OTHERS:
            return
        if inspect.isclass(value):
            if not handed_on(call, _names_of(value), known):
                return
            inner = handed_on(call, _names_of(value), known)
            for name, facts in _Maker(value, self.cells, depth).facts().items():
                head, bracket, rest = name.partition("[")
                if head in inner:
                    self._join(inner[head] + bracket + rest, facts)
        elif inspect.isfunction(value):
            function = read_method(value.__name__, value, self.cells, bound=False)
            if function is not None:
                self._apart(call, function, known, depth)

    def _apart(self, call: ast.Call, function: SourceFunction, known: Mapping[str, str], depth: int) -> None:
        """A function outside the class: it has no self."""
        own, self.own = self.own, {}
        self._follow(call, function, known, (), depth)
        self.own = own

    def _join(self, what: str, facts: Mapping[str, Any]) -> None:
        known = self.found.setdefault(what, {})
        for fact, value in facts.items():
            before = known.get(fact)
            if isinstance(value, dict) and isinstance(before, dict):
                known[fact] = {**before, **value}
            elif not (isinstance(value, int) and isinstance(before, int) and before > value):
                known[fact] = value


def _names_of(owner: type) -> Iterable[str]:
    try:
        return [*inspect.signature(owner).parameters]
    except (TypeError, ValueError):
        return ()


def _itself(value: ast.expr) -> Iterator[ast.expr]:
    """What may be the very value: ``k`` of ``k``, ``(k, k) if … else k``, ``k or 1``, ``tuple(k)``."""
    match value:
        case ast.IfExp(body=one, orelse=other):
            yield from _itself(one)
            yield from _itself(other)
        case ast.BoolOp(values=values):
            for each in values:
                yield from _itself(each)
        case ast.Call(func=ast.Name(id="tuple" | "list" | "int" | "dict"), args=[inner]):
            yield from _itself(inner)
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call():
            yield value
