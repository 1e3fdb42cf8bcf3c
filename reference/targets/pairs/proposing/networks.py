"""Networks that train themselves: a class with weights and a step, or a function with a loop that subtracts."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.targets.pairs.networks.candidates import label_texts, losses_in, outputs_in, predicted
from reference.targets.pairs.networks.roots import RATE, TRAINING_RATE
from reference.targets.pairs.networks.sites import (
    called_in,
    carried_names,
    goes_forward,
    goes_on_its_own,
    leans_on_another,
    named_step,
    needs_the_forward_pass,
    steps_in,
    takes_data,
    turns_of,
)
from reference.targets.pairs.networks.trainer import NETWORK, is_controlled
from reference.targets.pairs.proposing.network_sizes import last_name, sizes_by_name, sizes_made
from reference.targets.pairs.source.beside import imported_functions
from reference.targets.pairs.source.functions import (
    SourceFunction,
    calls_of,
    documents_of,
    returned_names,
    source_functions,
)
from reference.targets.pairs.source.kept_arguments import asked_of_maker, beside
from reference.targets.pairs.source.methods import methods_of
from reference.targets.pairs.source.uses import asked_of
from reference.targets.pairs.weaving.weave import FLAT, loops_of, statements_of
from reference.targets.reading.abstract import is_abstract
from reference.targets.reading.looks import updates_in
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.parsed import is_of_self
from reference.targets.reading.source import Cell
from reference.targets.reading.statements import definitions

__all__ = ["network_proposals"]

LIFTED = re.compile(r"script(_\d+)?")  # lines that became a function

SURE = (
    "lr",
    "learning_rate",
    "learningrate",
    "eta",
    "l_rate",
    "learn_rate",
    "rate",
    "step_size",
    "learningRate",
    "learning_rate_init",
)


def network_proposals(cells: list[Cell], loaded: Loaded, taken: set[str]) -> Iterator[Proposal]:
    """``taken``: checks that are proposed already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calls = calls_of(cells)
        functions = source_functions(cells, loaded)
        known = {**imported_functions(loaded), **functions}
        for node in (each.node for each in definitions(cells).loadable):
            owner = loaded.names.get(node.name) if isinstance(node, ast.ClassDef) else None
            if isinstance(node, ast.ClassDef) and isinstance(owner, type):
                yield from _of_class(owner, node, cells, calls, known, taken)
        numbers = {name: value for name, value in loaded.names.items() if type(value) is int}
        for one in _of_functions(functions, calls, taken):
            sizes = sizes_by_name([functions[n] for n in (one.backward, *one.asked[NETWORK]["calls"])], numbers)
            facts = {**one.asked[NETWORK], "sizes": list(dict.fromkeys([*one.asked[NETWORK]["sizes"], *sizes]))}
            yield one._replace(asked={**one.asked, NETWORK: facts})


def _of_class(
    owner: type,
    node: ast.ClassDef,
    cells: list[Cell],
    calls: Mapping[str, list[str]],
    functions: Mapping[str, SourceFunction],
    taken: set[str],
) -> Iterator[Proposal]:
    methods = methods_of(owner, cells)
    own = {s.name for s in node.body if isinstance(s, ast.FunctionDef)}
    maker = methods.get("__init__")
    made_from = maker.names if maker is not None else ()
    found: list[str] = []
    for name in (n for n in methods if n in own and n != "__init__"):
        method = methods[name]
        if is_abstract(method.node) or needs_the_forward_pass(method.required):
            continue
        if not (named_step(name) or steps_in(method.node)) or not takes_data(method.node, method.names, made_from):
            continue
        if goes_forward(method.node, {**functions, **methods}) and not leans_on_another(method.node, methods):
            found.append(name)
    whole = [n for n in found if f"{owner.__name__}.{n}" not in taken]
    for name in whole:
        within = called_in(methods[name].node)
        if within & set(found) - {name} and not steps_in(methods[name].node):
            continue  # it leads to a step that is judged by itself
        yield _proposal(owner.__name__, methods[name], maker, methods, functions, cells, calls, owner)


def _of_functions(
    functions: Mapping[str, SourceFunction], calls: Mapping[str, list[str]], taken: set[str]
) -> Iterator[Proposal]:
    for name, function in functions.items():
        lines = LIFTED.fullmatch(name) is not None
        if name in taken or not steps_in(function.node) or (needs_the_forward_pass(function.required) and not lines):
            continue
        if not (named_step(name) or any(updates_in(function.node.body))):
            continue  # it sums up
        if (lines or goes_forward(function.node, functions)) and takes_data(function.node, function.names, ()):
            yield _proposal("", function, None, {}, functions, [], calls, None)


def _proposal(
    owner: str, step: SourceFunction, maker: SourceFunction | None, methods: Mapping[str, SourceFunction],
    functions: Mapping[str, SourceFunction], cells: list[Cell], calls: Mapping[str, list[str]], made: type | None,
) -> Proposal:  # fmt: skip
    known = {**functions, **methods}
    asked: dict[str, Any] = asked_of(step, step, known)
    if maker is not None and made is not None:
        asked = beside(asked_of_maker(made, cells), asked)
    constructor = maker.takes if maker is not None else ()
    data = [p for p in step.takes if not _is_controlled(p)]
    with_data = not data and bool(constructor)
    facts = _facts(step, maker, methods, functions, with_data)
    takes = tuple(data) if not with_data else tuple(p for p in constructor if not _is_controlled(p))
    texts = tuple(text for text in (documents_of(f) for f in (maker, step) if f is not None) if text)
    called = (owner, step.name) if owner else (step.name,)
    return Proposal(
        check=f"{owner}.{step.name}" if owner else step.name,
        kind=PairKind.NETWORK,
        forward=step.name,
        backward=step.name,
        owner=owner,
        constructor=tuple(p for p in constructor if not _is_controlled(p)) if not with_data else constructor,
        takes=takes,
        backward_takes=step.takes,
        returned=returned_names(step.node),
        forward_returned=returned_names(step.node),
        documents=texts,
        asked={**asked, NETWORK: facts},
        calls=tuple(dict.fromkeys(call for name in called for call in calls.get(name, ()))),
        cell=step.cell,
        line=step.line,
        forward_line=step.line,
    )


def _is_controlled(parameter: Parameter) -> bool:
    return parameter.many or bool(is_controlled(parameter.name)) or _is_a_rate(parameter.name)


def _is_a_rate(name: str) -> bool:
    return name in SURE or re.fullmatch(TRAINING_RATE, name, re.IGNORECASE) is not None


def _facts(
    step: SourceFunction, maker: SourceFunction | None, methods: Mapping[str, SourceFunction],
    functions: Mapping[str, SourceFunction], with_data: bool,
) -> dict[str, Any]:  # fmt: skip
    every = (*step.takes, *(maker.takes if maker is not None else ()))
    others = methods.values() if methods else [functions[name] for name in _reached_from(step, functions)]
    reached = [*others, step]
    updated, literals = _updated(reached)
    data = [p.name for p in step.takes if not _is_controlled(p)]
    known = methods or functions
    forwards = [
        n for n, f in known.items() if f.node is not step.node and len(f.required) == 1 and goes_on_its_own(n, f.node)
    ]
    attributes = sorted({n.attr for f in methods.values() for n in ast.walk(f.node) if is_of_self(n)})
    return {
        "turns": [FLAT] if (flat := _flat(step)) >= 0 else turns_of(step.node),
        "flat": flat,
        "carried": list(carried_names(step.node)),
        "numbers": sorted(updated),
        "updated": sorted(updated),
        "literals": literals,
        "calls": sorted(_reached_from(step, methods or functions)),
        "takes": [list(p) for p in step.takes if not p.many],
        "constructor": [list(p) for p in (maker.takes if maker is not None else ()) if not p.many],
        "sizes": sizes_made([*([maker] if maker is not None else []), *reached]),
        "once": [p.name for p in every if is_controlled(p.name) == "once"],
        "batch": [p.name for p in every if is_controlled(p.name) == "batch"],
        "rates": [p.name for p in every if _is_a_rate(p.name)],
        "made_with_data": with_data,
        "globals": [],
        "besides": [list(b) for b in (*outputs_in(step.node), *predicted(step.node, data, forwards, bool(methods)))],
        "losses": [list(loss) for loss in losses_in(step.node, methods, functions)],
        "numbers_written": sorted(
            {
                n.value
                for f in reached
                for n in ast.walk(f.node)
                if isinstance(n, ast.Constant) and type(n.value) is float
            }
        ),
        "labels": label_texts(step.node, attributes),
    }


def _flat(step: SourceFunction) -> int:
    """Of lines without a loop that became a function, the first statement that reads its arguments; else -1."""
    if not LIFTED.fullmatch(step.name) or loops_of(step.node.body):
        return -1
    for number, statement in enumerate(statements_of(step.node.body)):
        if any(isinstance(n, ast.Name) and n.id in step.names for n in ast.walk(statement)):
            return number
    return -1


def _reached_from(step: SourceFunction, functions: Mapping[str, SourceFunction]) -> set[str]:
    """The functions that a step calls, and those that they call in turn."""
    found: set[str] = set()
    waiting = [step]
    while waiting:
        for name in called_in(waiting.pop().node) & functions.keys() - found - {step.name}:
            found.add(name)
            waiting.append(functions[name])
    return found


def _updated(functions: Sequence[SourceFunction]) -> tuple[set[str], dict[str, float]]:
    """The last names of what is changed by a step, and the number of the source that each step is multiplied by."""
    names: set[str] = set()
    literals: dict[str, float] = {}
    for statement in (s for f in functions for s in steps_in(f.node)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]  # type: ignore[attr-defined]
        value = statement.value  # type: ignore[attr-defined]
        for target in (e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])):
            name = last_name(target)
            if not name or RATE.fullmatch(name):
                continue
            names.add(name)
            step = value if isinstance(statement, ast.AugAssign) else getattr(value, "right", value)
            found = [n for n in _factors(step) if isinstance(n, float) and 0 < n < 1]
            if found and not any(isinstance(n, str) and RATE.fullmatch(n) for n in _factors(step)):
                literals[name] = found[0]
    return names, literals


def _factors(value: ast.expr) -> Iterator[float | str]:
    match value:
        case ast.UnaryOp(operand=inner):
            yield from _factors(inner)
        case ast.BinOp(op=ast.Mult() | ast.MatMult(), left=left, right=right):
            yield from _factors(left)
            yield from _factors(right)
        case ast.BinOp(op=ast.Div(), left=left):
            yield from _factors(left)
        case ast.Constant(value=float(number)):
            yield number
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
