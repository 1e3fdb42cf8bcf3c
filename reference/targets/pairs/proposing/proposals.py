"""What looks like a pair in a file: proposed by names alone, with everything that is known before anything runs."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping

import numpy as np

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.targets.pairs.proposing.classes import class_proposals
from reference.targets.pairs.proposing.decorated import said_pairs, with_what_is_said
from reference.targets.pairs.proposing.derivatives import derivative_pairs
from reference.targets.pairs.proposing.functions import NamedPair, function_pairs
from reference.targets.pairs.proposing.networks import network_proposals
from reference.targets.pairs.proposing.surrogates import through_another, why_not_derived
from reference.targets.pairs.proposing.values import value_functions
from reference.targets.pairs.source.beside import imported_functions
from reference.targets.pairs.source.functions import (
    SourceFunction,
    calls_of,
    documents_of,
    returned_names,
    source_functions,
)
from reference.targets.pairs.source.limits import limited_at
from reference.targets.pairs.source.missing import missing_line
from reference.targets.pairs.source.modes import asks_for_a_mode
from reference.targets.pairs.source.single_entry import single_entry_at
from reference.targets.pairs.source.uses import asked_of
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell

__all__ = ["GLOBAL", "function_proposals", "proposals_of"]

GLOBAL = "global"  # in an annotation's place: no argument, but a name that code at the file's top level would set


def proposals_of(cells: list[Cell], loaded: Loaded) -> dict[str, Proposal]:
    """Every proposal of a file by its check."""
    every = [*function_proposals(cells, loaded), *class_proposals(cells, loaded)]
    every += network_proposals(cells, loaded, {proposal.check for proposal in every})
    return {proposal.check: with_what_is_said(proposal, loaded) for proposal in every}


def function_proposals(cells: list[Cell], loaded: Loaded) -> list[Proposal]:
    """Every pair of functions, every function with its own gradient, every function with its derivative."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        functions = source_functions(cells, loaded)
        said = list(said_pairs(functions, loaded))
        told = {pair.backward.name for pair in said}
        beside = imported_functions(loaded)
        pairs = [*said, *(pair for pair in function_pairs(functions, beside) if pair.backward.name not in told)]
        taken = {pair.backward.name for pair in pairs}
        pairs += value_functions(functions, taken)
        taken |= {pair.backward.name for pair in pairs}
        pairs += [pair for pair in derivative_pairs(functions, taken) if pair.backward.name not in taken]
        calls = calls_of(cells)
        return [_proposal(pair, {**beside, **functions}, loaded, calls) for pair in pairs]


def _proposal(
    pair: NamedPair, functions: Mapping[str, SourceFunction], loaded: Loaded, calls: Mapping[str, list[str]]
) -> Proposal:
    forward, backward = pair.forward, pair.backward
    both = (forward,) if forward.name == backward.name else (forward, backward)
    outside = [Parameter(name, annotation=GLOBAL) for name in _outside(forward, functions, loaded)]
    takes = tuple(p for p in forward.takes if p.name != pair.flag)
    missing = missing_line(backward.node)
    return Proposal(
        check=backward.name,
        kind=pair.kind,
        forward=forward.name,
        backward=backward.name,
        takes=(*takes, *outside),
        backward_takes=backward.takes,
        returned=returned_names(backward.node),
        forward_returned=returned_names(forward.node),
        documents=tuple(text for text in map(documents_of, both) if text),
        asked=asked_of(forward, backward, functions),
        calls=tuple(dict.fromkeys(call for f in both for call in calls.get(f.name, ()))),
        cell=backward.cell,
        line=backward.line,
        forward_line=forward.line if forward.name in loaded.own else backward.line,
        unfinished=missing if missing is not None else missing_line(forward.node),
        limited=limited_at(backward.node),
        single=single_entry_at(backward.node),
        modeless=not asks_for_a_mode(backward.node),
        not_derived=_not_derived(pair),
    )


def _not_derived(pair: NamedPair) -> str:
    if pair.kind == PairKind.VALUE:
        return ""
    why = why_not_derived(pair.forward, pair.backward)
    return why or (through_another(pair.forward, pair.backward) if pair.kind == PairKind.DERIVATIVE else "")


def _outside(function: SourceFunction, functions: Mapping[str, SourceFunction], loaded: Loaded) -> list[str]:
    """Names that a function, or one that it calls, takes from the file's top level, where nothing has set them."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        here = waiting.pop(0)
        if here.name in seen:
            continue
        seen.add(here.name)
        for name in _free(here.node):
            if name in functions:
                waiting.append(functions[name])
            elif name in loaded.skipped and name not in loaded.names and _may_be_a_value(here.node, name):
                found[name] = None
    return list(found)


def _may_be_a_value(node: ast.FunctionDef, name: str) -> bool:
    """Neither is it called, nor asked for what no array has."""
    for n in ast.walk(node):
        match n:
            case ast.Call(func=ast.Name(id=called)) if called == name:
                return False
            case ast.Attribute(value=ast.Name(id=asked), attr=attribute) if asked == name:
                if not hasattr(np.ndarray, attribute) and not hasattr(dict, attribute):
                    return False
    return True


def _free(node: ast.FunctionDef) -> Iterator[str]:
    bound = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    declared = {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}
    bound |= {n.id for n in names if isinstance(n.ctx, ast.Store) and n.id not in declared}
    yield from dict.fromkeys(n.id for n in names if isinstance(n.ctx, ast.Load) and n.id not in bound)
