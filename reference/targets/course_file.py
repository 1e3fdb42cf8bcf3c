"""A course-style ``.py`` or ``.ipynb`` as an implementation: its backward passes as entries, what else it owes as
laws.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from reference.interface.entry import Implementation, NotJudged, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.raised import broken, described, says
from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.targets.module_object import direct
from reference.targets.obligations import obligations
from reference.targets.own_loss.opening import own_losses
from reference.targets.pairing.passes import Reached
from reference.targets.process.supervisor import Worker
from reference.targets.reading.roles import Role
from reference.targets.reading.source import SourceError, read
from reference.targets.reading.vocabulary import strong
from reference.targets.remote import RemoteFunction, RemotePair, entry_of, own_of

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
    own = own_losses(worker, only=only, file=str(path))
    functions = [f for f in functions if f.name not in own.names]
    pairs, lost = _pairs(worker, [f for f in functions if only in (None, f.name)])
    notes: list[str | NotJudged] = [*own.notes, *(NotJudged(p.check, p.not_judged) for p in pairs if p.not_judged)]
    if details["repaired"]:
        notes.append("Python 2: its print statements were read as calls")
    judged = [p for p in pairs if p.not_judged is None and only in (None, p.check)]
    weak = [p for p in judged if p.reached <= Reached.RAISED and not strong(p.check) and p.check != only]
    notes += [NotJudged(p.check, OTHER) for p in weak]
    judged = [p for p in judged if p not in weak]
    if only is not None and only not in [*own.names, *(f["name"] for f in details["functions"])]:
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
    entries += own.entries
    laws = [*own.laws, *(says(name, [violation]) for name, violation in lost)]
    unloadable = _unloadable(details["unloadable"], str(path))
    laws += [says(name, violations) for name, violations in unloadable if only in (None, name)]
    if any(p.rows for p in pairs):  # what the others owe is written down for columns
        notes.append("examples are rows: only the backward pass, with its forward pass, is judged")
    else:
        laws += [law for law in obligations(worker, functions, pairs, str(path)) if only in (None, law.check)]
    of_nothing = [violations[0].text for _, violations in unloadable] if not functions else []
    return Implementation(
        shown, tuple(entries), tuple(laws), tuple(notes), tuple(unknown), worker.close, next(iter(of_nothing), None)
    )


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
