"""Functions of a file that JAX differentiates by a rule of its own: ``custom_vjp`` and ``custom_jvp``."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.targets.pairs.frameworks.spoken import JAX
from reference.targets.pairs.frameworks.undifferentiated import why_undifferentiated
from reference.targets.pairs.source.functions import (
    SourceFunction,
    calls_of,
    documents_of,
    of_lambda,
    returned_names,
    returns_of,
)
from reference.targets.pairs.source.leading_output import leading_output_at
from reference.targets.pairs.source.methods import read_method
from reference.targets.pairs.source.missing import missing_line
from reference.targets.pairs.source.uses import asked_of
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.parsing import trees_of
from reference.targets.reading.source import Cell

__all__ = ["literal_nothing", "rules_in"]

MODULES = ("jnp", "jax.numpy", "np", "anp")


def rules_in(cells: list[Cell], loaded: Loaded) -> Iterator[Proposal]:
    """Every function with a rule, under the first name that it has."""
    import jax

    calls, lines = calls_of(cells), _lines(cells)
    seen: set[int] = set()
    checks: set[str] = set()
    for name, rule in list(loaded.names.items()):
        if not isinstance(rule, jax.custom_vjp | jax.custom_jvp) or id(rule) in seen:
            continue
        seen.add(id(rule))
        proposal = _proposal(name, rule, cells, calls, lines)
        if proposal is not None:
            if proposal.check in checks:
                proposal = proposal._replace(check=f"{name}.defvjp")
            checks.add(proposal.check)
            yield proposal


def _proposal(name: str, rule: Any, cells: list[Cell], calls: Any, lines: Any) -> Proposal | None:
    by_tangents = hasattr(rule, "jvp")
    back = getattr(rule, "jvp" if by_tangents else "bwd", None)
    forward = _source(name, rule.fun, cells)
    if back is None or forward is None or not forward.takes:
        return None
    own = _source(getattr(back, "__name__", ""), back, cells)
    word = "defjvp" if by_tangents else "defvjp"
    named = own is not None and own.name.isidentifier() and own.name.strip("_") != "" and bool(own.text)
    given = lines.get(name)
    if own is None and given is not None:
        own = _lambda(name, given[1])
    cell, line = (own.cell, own.line) if own is not None and named else given[0] if given else (forward.cell, forward.line)  # fmt: skip  # noqa: E501
    backward = own if own is not None else forward._replace(name=f"{name}.{word}")
    read = own is not None
    static = _static(rule, forward)
    moving = [p.name for p in forward.takes if p.name not in static]
    functions = {forward.name: forward, backward.name: backward}
    halves = [getattr(f, "__name__", "") for f in (rule.fun, back, getattr(rule, "fwd", None))]
    missing = missing_line(backward.node, nothing_is_an_answer=True)
    return Proposal(
        check=backward.name if named else f"{name}.{word}",
        kind=PairKind.RULE,
        forward=name,
        backward=backward.name if named else f"{name}.{word}",
        takes=tuple(Parameter(p.name, p.optional, p.default, _plain(p), p.many) for p in forward.takes),
        backward_takes=backward.takes if read else (),
        returned=returned_names(backward.node) if read else (),
        forward_returned=returned_names(forward.node),
        documents=tuple(text for text in dict.fromkeys(map(documents_of, (forward, backward))) if text),
        asked=asked_of(forward, backward if read else forward, functions),
        calls=tuple(calls.get(name, ())),
        cell=cell,
        line=line,
        leading=leading_output_at(own.node, own.names[-1:]) if own is not None and not by_tangents else None,
        forward_line=forward.line,
        unfinished=missing if named and missing is not None else missing_line(forward.node),
        not_derived=why_undifferentiated(f"{name} {backward.name}", "", forward, backward) if read else "",
        framework=JAX,
        spellings=(name,),
        halves=tuple(n for n in halves if n.isidentifier()),
        without_gradient=() if by_tangents or not read else literal_nothing(moving, backward),
        static=static,
    )


def _source(name: str, function: Any, cells: list[Cell]) -> SourceFunction | None:
    """A function as the file has it, beneath what only wraps it."""
    plain = inspect.unwrap(getattr(function, "func", function)) if callable(function) else function
    if not inspect.isfunction(plain):
        return None
    return read_method(name if plain.__name__ == "<lambda>" else plain.__name__, plain, cells, bound=False)


def _static(rule: Any, forward: SourceFunction) -> tuple[str, ...]:
    """The arguments that are told not to be differentiated."""
    names = forward.names
    told = getattr(rule, "nondiff_argnums", ()) or ()
    more = getattr(rule, "nondiff_argnames", ()) or ()
    return tuple(dict.fromkeys((*(names[k] for k in told if -len(names) <= k < len(names)), *more)))


def _plain(parameter: Parameter) -> str:
    return "np.ndarray" if re.search(r"Array|ndarray", parameter.annotation) else parameter.annotation


def literal_nothing(names: Sequence[str], backward: SourceFunction) -> tuple[str, ...]:
    """The arguments for which nothing, or zeros, are written down wherever the backward pass returns."""
    rows = [v.elts if isinstance(v, ast.Tuple) else [v] for v in returns_of(backward.node)]
    if not rows:
        return ()
    return tuple(name for k, name in enumerate(names) if all(k < len(row) and _is_nothing(row[k]) for row in rows))


def _is_nothing(value: ast.expr) -> bool:
    """None, or a zero that is made there and nothing is added to."""
    match value:
        case ast.Constant(value=None | 0.0):
            return True
        case ast.Call(func=ast.Attribute(value=module, attr="zeros" | "zeros_like")):
            return ast.unparse(module) in MODULES
        case ast.Call(func=ast.Attribute(value=module, attr="array" | "asarray"), args=[ast.Constant(value=0), *_]):
            return ast.unparse(module) in MODULES
    return False


def _lambda(name: str, call: ast.Call) -> SourceFunction | None:
    """The backward pass of ``f.defvjp(lambda x: …, lambda kept, g: …)`` as a function with a name."""
    last = call.args[-1] if call.args else None
    if not isinstance(last, ast.Lambda):
        return None
    return of_lambda(f"{name}_rule", last, last.body)


def _lines(cells: Sequence[Cell]) -> dict[str, tuple[tuple[int | None, int], ast.Call]]:
    """By function the place where it is given its rule, and the call that does."""
    found: dict[str, tuple[tuple[int | None, int], ast.Call]] = {}
    for cell, tree in trees_of(cells):
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="defvjp" | "defjvp" | "defjvps")):
                    found.setdefault(name, ((cell.number, node.lineno), node))
    return found
