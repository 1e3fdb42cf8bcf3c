"""A course-style ``.py`` or ``.ipynb`` as an implementation: its backward passes as entries, what else it owes as
laws.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reference.interface.entry import Entry, Implementation, Law, NotJudged, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.raised import broken, described, says
from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.targets.holding import what_it_holds
from reference.targets.module_object import direct
from reference.targets.obligations import obligations
from reference.targets.pairing.passes import Reached
from reference.targets.process.supervisor import Worker
from reference.targets.reading.roles import Role
from reference.targets.reading.source import SourceError, read
from reference.targets.reading.vocabulary import strong
from reference.targets.remote import RemoteFunction, RemotePair, entry_of, own_of
from reference.targets.unjudged import Judged, names_in, not_judged

__all__ = ["course_file"]

OTHER = "its arguments or its cache are not the course's, and no forward pass beside it feeds it"


def course_file(
    path: Path, limits: Limits, *, shown: str, only: str | None = None, binding: Binding | None = None
) -> Implementation:
    """Load a file's definitions in a process of their own. ``shown`` is its name in the report; ``only``, one function.

    Raises ``SourceError`` where the file cannot be read.
    """
    cells = read(path)
    binding = binding or Binding()
    greeting = {"ask": "load", "path": str(path), "cells": [[cell.number, cell.text] for cell in cells], "only": only}
    worker = Worker(limits, {**greeting, "binding": binding.model_dump()})
    try:
        details = worker.greet()
    except TargetRaised as raised:
        return broken(shown, "*", Violation("*", "MB701", f"cannot be loaded: {raised}"), worker.close)
    except TargetDied as died:
        return broken(shown, "*", Violation("*", "MB703", f"loading its definitions {died}"), worker.close)
    functions = [RemoteFunction(**{**f, "role": f["role"] and Role(f["role"])}) for f in details["functions"]]
    pairs, lost = _pairs(worker, [f for f in functions if only in (None, f.name)])
    notes: list[str | NotJudged] = [NotJudged(p.check, p.not_judged) for p in pairs if p.not_judged]
    if details["repaired"]:
        notes.append("Python 2: its print statements were read as calls")
    judged = [p for p in pairs if p.not_judged is None and only in (None, p.check)]
    weak = [p for p in judged if p.reached <= Reached.RAISED and not strong(p.check) and p.check != only]
    notes += [NotJudged(p.check, OTHER) for p in weak]
    judged = [p for p in judged if p not in weak]
    if only is not None and only not in [f["name"] for f in details["functions"]]:
        worker.close()
        raise SourceError(f"{path} has no function {only!r}")
    entries = [
        entry_of(worker, pair, cost=binding.cost or _cost_of(pair, functions), file=str(path))
        for pair in judged
        if pair.reached != Reached.UNKNOWN_NETWORK
    ]
    if details["direct"]:
        entries.append(direct(worker, only or ""))
    unknown = [
        (p.check, own_of(worker, p, _cost_of(p, functions))) for p in judged if p.reached == Reached.UNKNOWN_NETWORK
    ]
    laws = [says(name, [violation]) for name, violation in lost]
    unloadable = _unloadable(details["unloadable"], str(path))
    laws += [says(name, violations) for name, violations in unloadable if only in (None, name)]
    owed = [law for law in obligations(worker, functions, pairs, str(path)) if only in (None, law.check)]
    if any(p.rows for p in pairs):  # what the others owe is written down for columns, but for a step
        notes.append("examples are rows: only the backward pass, with its forward pass, and the update are judged")
        steps = [f.name for f in functions if f.role == Role.UPDATE]
        owed = [law for law in owed if law.check in steps]
    laws += owed
    of_nothing = [violations[0].text for _, violations in unloadable] if not functions else []
    survey, account = details["survey"], _account(entries, unknown, laws, functions, shown, str(path))
    account = account._replace(bound=frozenset(binding.arguments))
    return Implementation(
        shown,
        tuple(entries),
        tuple(laws),
        tuple(not_judged(survey, account, notes, only=only)),
        tuple(unknown),
        worker.close,
        next(iter(of_nothing), None),
        what_it_holds(survey, account),
        names_in(survey),
    )


def _account(
    entries: Sequence[Entry],
    unknown: Sequence[tuple[str, Any]],
    laws: Sequence[Law],
    functions: Sequence[RemoteFunction],
    shown: str,
    file: str,
) -> Judged:
    """Which functions are judged, and as what."""
    roles = {f.name: f.role for f in functions}
    said = [law.check for law in laws if law.says]
    checkers = [name for name in said if roles.get(name) in (Role.CHECK_N, Role.SCALAR_CHECK)]
    updates = [name for name in said if roles.get(name) == Role.UPDATE]
    backward = [entry.check for entry in entries] + [check for check, _ in unknown]
    return Judged(frozenset(backward), frozenset(checkers), frozenset(updates), frozenset(said), shown, file)


def _pairs(worker: Worker, functions: list[RemoteFunction]) -> tuple[list[RemotePair], list[tuple[str, Violation]]]:
    """The backward passes with what feeds them; and those that cost their process, or raised on the way."""
    pairs, lost = [], []
    for f in functions:
        if f.role is None or not f.role.is_backward:
            continue
        try:
            pairs.append(RemotePair(**worker.ask("pair", check=f.name)))
        except TargetRaised as raised:
            code, text, place = described(raised)
            lost.append((f.name, Violation("*", code, text, place=place)))
        except TargetDied as died:
            lost.append((f.name, Violation("*", "MB703", f"{f.name} {died}")))
    return pairs, lost


def _unloadable(unloadable: list[Any], file: str) -> list[tuple[str, list[Violation]]]:
    """What does not parse or cannot be defined is reported by itself, with its reason."""
    return [
        (name or "*", [Violation("*", "MB701", f"cannot be loaded: {reason}", place=(file, cell, line))])
        for name, cell, line, reason in unloadable
    ]


def _cost_of(pair: RemotePair, functions: list[RemoteFunction]) -> str | None:
    """The file's own cost that belongs to a backward pass; ``None`` where its forward pass returns the cost."""
    wanted = Role.COST_L2 if pair.l2 else Role.COST
    costs = [f.name for f in functions if f.role == wanted] or [f.name for f in functions if f.role == Role.COST]
    if pair.forward is not None and any(f.name == pair.forward and f.role == Role.FORWARD_N for f in functions):
        return None
    if not costs and wanted == Role.COST and pair.output == "sigmoid":
        return "compute_cost"  # the course's own
    if not costs or (wanted == Role.COST_L2 and not any(f.role == wanted for f in functions)):
        return None
    alike = pair.check.replace("backward_propagation", "compute_cost")
    return max(costs, key=lambda name: difflib.SequenceMatcher(None, alike, name).ratio())
