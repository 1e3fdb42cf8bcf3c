"""Plans from calls that stand in the file, in tests beside it and in a notebook's other cells. Nothing of them is run.

A call tells the meaning of the arguments, not their sizes: of the documented and the tried plans, those are seen that
the call agrees with; where there is none, the call's own shapes are a plan, one letter for each number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.pairs.inputs.plans.settings import setting, size_argument
from reference.pairs.inputs.plans.tried import taken_of
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    Plan,
    Rank,
    Spec,
    SpecGroup,
    ValueLaw,
    WholeNumber,
    leaves,
    names_of,
    value_of_size,
)
from reference.pairs.inputs.spec import ShapeSpec as ShapeSpec
from reference.pairs.inputs.text.static_values import UNKNOWN, Made, Shaped, valued
from reference.targets.reading.parsing import statements

__all__ = ["Call", "calls_seen", "seen_plans"]

MOST, AGREEING, PLANS = 12, 6, 120  # calls, plans for each, plans that are looked at
WINDOW = re.compile(r"f|(?:kernel|filter|pool|window)_?(?:size|[hw]\w*)?|k_?size", re.IGNORECASE)
Call = tuple[dict[str, Any], dict[str, Any]]  # arguments, the constructor's


def seen_plans(proposal: Proposal, sources: Sequence[str], others: Iterable[Plan]) -> Iterator[Plan]:
    """``others``: the plans that a call may agree with, the likeliest first."""
    calls = calls_seen(proposal, sources)
    if not calls:
        return
    known = [plan for plan, _ in zip(others, range(PLANS), strict=False)]
    for arguments, construct in calls:
        where = ", ".join(f"{name} {_spoken(value)}" for name, value in arguments.items())
        agreeing = [plan for plan in known if _agrees(plan, arguments, construct)][:AGREEING]
        for plan in agreeing:
            yield plan._replace(rank=Rank.SEEN, label=f"seen {plan.label}", where=where)
        yield from _literal(proposal, arguments, construct, where)


def _spoken(value: Any) -> str:
    return str(value.dims).replace(" ", "") if isinstance(value, Shaped) else repr(value)[:24]


# --- the calls -------------------------------------------------------------------------------------------------------


def calls_seen(proposal: Proposal, sources: Sequence[str]) -> list[Call]:
    """Every call of the forward pass whose arrays are all known, each meaning once."""
    found: list[Call] = []
    name = proposal.owner if proposal.forward == "__call__" else proposal.forward.rpartition(".")[2]
    called = re.compile(rf"(?<!def )\b{re.escape(name)}\s*\(")
    for source in sources:
        if called.search(source) is None:
            continue
        try:
            body = statements(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for call in _in_scope(body, proposal, {}):
            if call not in found and any(isinstance(v, Shaped) for v in call[0].values()):
                found.append(call)
            if len(found) == MOST:
                return found
    return found


def _in_scope(body: Sequence[ast.stmt], proposal: Proposal, known: dict[str, Any]) -> Iterator[Call]:
    """Statement by statement; a function's own names begin with those around it."""
    classes = frozenset((proposal.owner,)) if proposal.owner else frozenset()
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            if statement.name != proposal.forward:
                yield from _in_scope(statement.body, proposal, dict(known))
            continue
        if isinstance(statement, ast.ClassDef):
            if statement.name != proposal.owner:
                yield from _in_scope(statement.body, proposal, dict(known))
            continue
        inner = [getattr(statement, name, None) or [] for name in ("body", "orelse", "finalbody")]
        heads = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.expr)]
        for call in (n for head in heads for n in ast.walk(head) if isinstance(n, ast.Call)):
            seen = _call(call, proposal, known, classes)
            if seen is not None:
                yield seen
        if isinstance(statement, ast.Assign):
            value = valued(statement.value, known, classes)
            for target in statement.targets:
                _bind(target, value, known)
        for block in inner:
            yield from _in_scope(block, proposal, known)


def _bind(target: ast.expr, value: Any, known: dict[str, Any]) -> None:
    if isinstance(target, ast.Name):
        known[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        values = value if isinstance(value, tuple | list) and not isinstance(value, Shaped | Made) else []
        for k, inner in enumerate(target.elts):
            _bind(inner, values[k] if len(values) == len(target.elts) else UNKNOWN, known)


def _call(node: ast.Call, proposal: Proposal, known: Mapping[str, Any], classes: frozenset[str]) -> Call | None:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    itself = proposal.forward == "__call__" and isinstance(node.func, ast.Name)
    if (not itself and name != proposal.forward.rpartition(".")[2]) or any(
        isinstance(a, ast.Starred) for a in node.args
    ):
        return None
    places = [valued(a, known, classes) for a in node.args]
    named = {k.arg: valued(k.value, known, classes) for k in node.keywords if k.arg}
    if proposal.kind is not PairKind.CLASS:
        return _by_name(proposal.takes, places, named), {}
    upon = valued(node.func if itself else getattr(node.func, "value", None), known, classes)
    if not isinstance(upon, Made):
        return None
    made = _by_name(proposal.constructor, list(upon.places), dict(upon.names))
    return _by_name(proposal.takes, places, named), made


def _by_name(takes: Sequence[Parameter], places: list[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    names = [p.name for p in takes if not p.many and p.annotation != "global"]
    return {**dict(zip(names, places, strict=False)), **{k: v for k, v in named.items() if k in names}}


# --- what they agree with --------------------------------------------------------------------------------------------


def _agrees(plan: Plan, arguments: Mapping[str, Any], construct: Mapping[str, Any]) -> bool:
    """Can the plan's letters be numbers such that this is the call? Every array has to be known in the call."""
    sizes: dict[str, int] = {}
    later: list[tuple[Any, int]] = []
    for specs, given in ((plan.arguments, arguments), (plan.construct, construct)):
        for way, spec in leaves(specs):
            value: Any = given
            for step in way:
                value = value.get(step, UNKNOWN) if isinstance(value, dict) else UNKNOWN
            if value is UNKNOWN:
                if isinstance(spec, Array) and specs is plan.arguments and len(way) == 1:
                    return False
                continue
            if not _like(spec, value, sizes, later):
                return False
    if not set(arguments) <= set(plan.arguments) | {n for n, v in arguments.items() if not isinstance(v, Shaped)}:
        return False
    try:
        return all(value_of_size(size, sizes) == number for size, number in later if set(names_of(size)) <= set(sizes))
    except ValueError:
        return False


def _like(spec: Spec, value: Any, sizes: dict[str, int], later: list[tuple[Any, int]]) -> bool:
    if isinstance(spec, Array):
        if not isinstance(value, Shaped):
            return isinstance(value, float) and not spec.dims
        if len(value.dims) != len(spec.dims) or not _same_law(spec.law, value.law):
            return False
        return all(_size_is(d, number, sizes, later) for d, number in zip(spec.dims, value.dims, strict=True))
    if isinstance(value, Shaped):
        return False
    if isinstance(spec, WholeNumber):
        return type(value) is int and _size_is(spec.size, value, sizes, later)
    if isinstance(spec, ShapeSpec) and isinstance(value, tuple | list):
        return len(value) == len(spec.dims)
    return not isinstance(spec, ChoiceSpec) or isinstance(value, type(spec.options[0])) or not isinstance(value, str)


def _same_law(law: ValueLaw, seen: ValueLaw) -> bool:
    whole = {ValueLaw.LABELS}
    hot = {ValueLaw.ONE_HOT, ValueLaw.ONE_HOT_COLUMNS}
    if seen in whole or law in whole:
        return (law in whole and seen in whole) or (
            seen in whole and law in (ValueLaw.BITS, ValueLaw.NORMAL, ValueLaw.POSITIVE)
        )
    if seen in hot or law in hot:
        return seen in hot and law in hot
    if seen in (ValueLaw.SIGNS, ValueLaw.BITS, ValueLaw.MASK):
        return law in (seen, ValueLaw.MASK, ValueLaw.BITS) if seen is not ValueLaw.SIGNS else law is ValueLaw.SIGNS
    return law not in (ValueLaw.SIGNS, ValueLaw.BITS, ValueLaw.MASK, ValueLaw.POSITIVE)


def _size_is(size: Any, number: int, sizes: dict[str, int], later: list[tuple[Any, int]]) -> bool:
    if isinstance(size, int):
        return size == number
    if not size.isidentifier():
        later.append((size, number))
        return True
    return sizes.setdefault(size, number) == number


# --- its own shapes --------------------------------------------------------------------------------------------------


def _literal(
    proposal: Proposal, arguments: Mapping[str, Any], construct: Mapping[str, Any], where: str
) -> Iterator[Plan]:
    """One letter for each number; a number that one array has twice is two letters in turn."""
    takes = {p.name: p for p in (*proposal.takes, *proposal.constructor)}
    if any(value is UNKNOWN for name, value in (*arguments.items(), *construct.items()) if not takes[name].optional):
        return
    every = [value for value in (*arguments.values(), *construct.values()) if isinstance(value, Shaped)]
    numbers = {d for value in every for d in value.dims}
    twice = {d for value in every for d in value.dims if value.dims.count(d) > 1}
    for shift in (0, 1) if twice else (0,):
        made, makes = (
            {name: _spec(takes[name], v, numbers, twice, shift) for name, v in given.items() if v is not UNKNOWN}
            for given in (arguments, construct)
        )
        of = _taken_of(proposal) if proposal.kind is PairKind.DERIVATIVE else proposal.slope
        for reading in [{"of": what} for what in of] or [{}]:
            yield Plan(Rank.SEEN, "seen", made, makes, reading, where=where)


def _taken_of(proposal: Proposal) -> tuple[str, ...]:
    """What a derivative is called at is its input, unless its one argument goes by another name than the function's."""
    own = [p.name for p in proposal.backward_takes if not p.optional]
    other = len(own) == len(proposal.takes) == 1 and own[0] != proposal.takes[0].name
    return taken_of(proposal) if other else ("input",)


def _spec(parameter: Parameter, value: Any, numbers: set[int], twice: set[int], shift: int) -> Spec:
    """``twice``: numbers that one array has twice; if there is a ``shift``, they are the second letter where they stand
    alone.
    """
    if isinstance(value, Shaped):
        dims: list[int | str] = []
        for d in value.dims:
            times = dims.count(f"n{d}") or (bool(shift) and d in twice and value.dims.count(d) == 1)
            dims.append(1 if d == 1 else f"n{d}" + "b" * int(times))
        below = f"n{value.below}" if value.below in numbers else max(value.below, 2)
        return Array(tuple(dims), value.law, below)
    if isinstance(value, dict):
        return SpecGroup(
            {k: _spec(Parameter(k), v, numbers, twice, shift) for k, v in value.items() if v is not UNKNOWN}
        )
    plainly = setting(parameter.name, parameter)
    if isinstance(plainly, ChoiceSpec) and isinstance(value, float) and value in (0.0, 1.0):
        return plainly
    options = (
        plainly.options if isinstance(plainly, ChoiceSpec) and all(type(o) is int for o in plainly.options) else ()
    )
    if type(value) is int and (options or (value not in twice and WINDOW.fullmatch(parameter.name))):
        return ChoiceSpec(tuple(dict.fromkeys((value, *options))))  # it equals an axis by chance
    if type(value) is int and value > 1 and (value in numbers or (plainly is None and size_argument(parameter.name))):
        return WholeNumber(f"n{value}")
    if isinstance(value, list | tuple) and value and all(type(v) is int and (v in numbers or v == 1) for v in value):
        return ShapeSpec(tuple(f"n{v}" if v > 1 else v for v in value))
    return ChoiceSpec((tuple(value) if isinstance(value, list) else value,))
