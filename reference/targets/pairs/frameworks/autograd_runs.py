"""A rule of HIPS autograd with everything that it is given, ready to run with any kind of stand-in for its NumPy."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, PairKind, Proposal
from reference.targets.pairs.arguments.outputs import NoOutput
from reference.targets.pairs.frameworks.autograd_module import KEPT, AutogradRules
from reference.targets.pairs.frameworks.spoken import AUTOGRAD
from reference.targets.pairs.frameworks.undifferentiated import why_undifferentiated
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.source.functions import (
    SourceFunction,
    calls_of,
    documents_of,
    of_lambda,
    returned_names,
    source_functions,
)
from reference.targets.pairs.source.uses import asked_of
from reference.targets.pairs.state import SameState
from reference.targets.pairs.trees import changed_names, fresh, is_float_array
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.parsing import trees_of
from reference.targets.reading.source import Cell
from reference.targets.stand_in.kind import StandIn

__all__ = ["prepare_autograd", "rules_in"]


def rules_in(cells: list[Cell], loaded: Loaded) -> Iterator[Proposal]:
    """Every function of the file that autograd is told a rule of. ``loaded``: with ``autograd_of`` in its place."""
    rules = _rules_of(loaded)
    functions = source_functions(cells, loaded)
    lines: dict[str, tuple[int | None, ast.Call]] = {}
    for cell, tree in trees_of(cells):
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name() | ast.Attribute() as called, args=[ast.Name(id=name), *_]):
                    if getattr(called, "attr", getattr(called, "id", "")) in ("defvjp", "defjvp", "defvjp_argnum"):
                        lines.setdefault(name, (cell.number, node))
    calls = calls_of(cells)
    for name, (cell_number, call) in lines.items():
        function = loaded.names.get(name)
        if id(function) not in rules.functions or name not in functions:
            continue
        forward = functions[name]
        makers = [_source(e, functions) for e in call.args[1:]]
        backward = next((m for m in makers if m is not None), forward)
        yield Proposal(
            check=f"{name}.defvjp" if id(function) in rules.backwards else f"{name}.defjvp",
            kind=PairKind.RULE,
            forward=name,
            backward=next((m.name for m in makers if m is not None and m.name in functions), f"{name}.defvjp"),
            takes=forward.takes,
            returned=tuple("" for _ in makers),
            forward_returned=returned_names(forward.node),
            documents=tuple(text for text in [documents_of(forward)] if text),
            asked=asked_of(forward, forward, {name: forward}),
            calls=tuple(calls.get(name, ())),
            cell=cell_number,
            line=call.lineno,
            forward_line=forward.line,
            not_derived=why_undifferentiated(name, "", forward, backward),
            framework=AUTOGRAD,
            spellings=(name,),
            halves=(name, *(m.name for m in makers if m is not None)),
        )


def _source(value: Any, functions: Mapping[str, SourceFunction]) -> SourceFunction | None:
    """The maker of a rule as a function with a name."""
    if isinstance(value, ast.Name):
        return functions.get(value.id)
    if not isinstance(value, ast.Lambda):
        return None
    return of_lambda("rule", value, value.body.body if isinstance(value.body, ast.Lambda) else value.body)


def _rules_of(loaded: Loaded) -> AutogradRules:
    return next((found for value in loaded.names.values() if (found := _kept(value)) is not None), AutogradRules())


def _kept(value: Any) -> AutogradRules | None:
    """The rules that a name of the file leads to: that of the module itself, or of one of its functions."""
    found = getattr(value, "__dict__", {}).get(KEPT)
    owner = getattr(value, "__self__", None)
    if isinstance(owner, AutogradRules):
        return owner
    if found is None and type(value).__name__ == "StandInModule":
        inner = vars(value).get("primitive") or vars(value).get("defvjp")
        return getattr(inner, "__self__", None)
    return found if isinstance(found, AutogradRules) else None


def prepare_autograd(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Prepared:
    """``loaded``: the file with that kind in the place of autograd's NumPy. Raises what the rule raises."""
    run = _AutogradRun(proposal, loaded, draw, kind)
    return Prepared(run.primals, run.forward, run.backward, True)


class _AutogradRun:
    """One draw of one rule with one kind of stand-in."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> None:
        self.proposal, self.draw, self.kind = proposal, draw, kind
        self.function, self.rules = loaded.names[proposal.forward], _rules_of(loaded)
        self.state = SameState(loaded, kind)
        self.names = [p.name for p in proposal.takes if not p.many and p.name in draw.arguments]
        known = self.rules.backwards.get(id(self.function)) or self.rules.forwards.get(id(self.function)) or {}
        self.makers = {self.names[k]: m for k, m in known.items() if m is not None and k < len(self.names)}
        given = draw.arguments
        self.primals = {n: np.array(given[n]) for n in self.makers if is_float_array(given[n])}

    def _arguments(self, primals: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: self.draw.arguments[name] for name in self.names}
        return fresh(given, primals, self.kind, lambda name, seed: np.random.RandomState(seed))

    def forward(self, primals: Mapping[str, Any]) -> list[Any]:
        with self.state.from_seed(self.draw.seed):
            return [self._answer(self._arguments(primals))]

    def _answer(self, arguments: Mapping[str, Any]) -> Any:
        answer = self.function(*arguments.values())
        if not hasattr(answer, "dtype") and not isinstance(answer, float):
            raise NoOutput(f"{self.proposal.forward} returns no array of floats")
        return answer

    def backward(self, primals: Mapping[str, Any], cotangents: Sequence[Any]) -> PairGradients:
        gradients = {}
        with self.state.from_seed(self.draw.seed):
            arguments, before = self._arguments(primals), self._arguments(primals)
            answer = self._answer(arguments)
            for name in self.primals:
                if id(self.function) in self.rules.backwards:
                    gradients[name] = self.makers[name](answer, *arguments.values())(cotangents[0])
                else:
                    gradients[name] = self._by_tangents(name, answer, arguments, cotangents[0])
            changed = changed_names(arguments, before, self.kind)
        called = {name: f"the gradient of {name}" for name in gradients}
        return PairGradients(gradients, called, changed=changed)

    def _by_tangents(self, name: str, answer: Any, arguments: Mapping[str, Any], cotangent: Any) -> Any:
        """One entry after another."""
        found = np.zeros(self.primals[name].shape)
        for index in np.ndindex(found.shape):
            unit = np.zeros(found.shape)
            unit[index] = 1.0
            moved = self.makers[name](self.kind.lift(unit), answer, *arguments.values())
            found[index] = np.sum(np.asarray(self.kind.lower(moved)).real * np.asarray(self.kind.lower(cotangent)).real)
        return self.kind.lift(found)
