"""A course-style ``.py`` or ``.ipynb`` as an implementation: its backward passes as entries, what else it owes as
laws.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from reference.targets.binding import Binding
from reference.targets.interface import Implementation, Violation
from reference.targets.module_object import direct
from reference.targets.obligations import obligations
from reference.targets.process.supervisor import Limits, TargetDied, TargetRaised, Worker
from reference.targets.raised import broken, described, says
from reference.targets.reading.source import SourceError, read
from reference.targets.reading.vocabulary import strong
from reference.targets.remote import RemoteFamily, RemoteFunction, entry_of, own_of

__all__ = ["course_file"]

RAISES, UNKNOWN = 1, 2  # how far a backward pass went: it raised; or it was fed by a forward pass that is none we know
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
    functions = [RemoteFunction(**f) for f in details["functions"]]
    families, lost = _families(worker, [f for f in functions if only in (None, f.name)])
    notes = [f.note for f in families if f.note]
    if details["repaired"]:
        notes.append("Python 2: its print statements were read as calls")
    judged = [f for f in families if f.note is None and only in (None, f.check)]
    weak = [f for f in judged if f.status <= RAISES and not strong(f.check) and f.check != only]
    notes += [f"{f.check} is not judged: {OTHER}" for f in weak]
    judged = [f for f in judged if f not in weak]
    if only is not None and only not in [f["name"] for f in details["functions"]]:
        worker.close()
        raise SourceError(f"{path} has no function {only!r}")
    entries = [
        entry_of(worker, family, cost=binding.cost or _cost_of(family, functions), file=str(path))
        for family in judged
        if family.status != UNKNOWN
    ]
    if details["direct"]:
        entries.append(direct(worker, only or ""))
    unknown = [(f.check, own_of(worker, f, _cost_of(f, functions))) for f in judged if f.status == UNKNOWN]
    laws = [says(name, [found]) for name, found in lost]
    unloadable = _unloadable(details["unloadable"], str(path))
    laws += [says(name, found) for name, found in unloadable if only in (None, name)]
    if any(f.rows for f in families):  # what the others owe is written down for columns
        notes.append("examples are rows: only the backward pass, with its forward pass, is judged")
    else:
        laws += [law for law in obligations(worker, functions, families, str(path)) if only in (None, law.check)]
    of_nothing = [found[0].text for _, found in unloadable] if not functions else []
    return Implementation(
        shown, tuple(entries), tuple(laws), tuple(notes), tuple(unknown), worker.close, next(iter(of_nothing), None)
    )


def _families(
    worker: Worker, functions: list[RemoteFunction]
) -> tuple[list[RemoteFamily], list[tuple[str, Violation]]]:
    """The backward passes with what feeds them; and those that cost their process, or raised on the way."""
    families, lost = [], []
    for f in functions:
        if not (f.role or "").startswith("backward"):
            continue
        try:
            families.append(RemoteFamily(**worker.ask("family", check=f.name)))
        except TargetRaised as raised:
            code, text, place = described(raised)
            lost.append((f.name, Violation("*", code, text, place=place)))
        except TargetDied as died:
            lost.append((f.name, Violation("*", "MB703", f"{f.name} {died}")))
    return families, lost


def _unloadable(unloadable: list[Any], file: str) -> list[tuple[str, list[Violation]]]:
    """What does not parse or cannot be defined is reported by itself, with its reason."""
    return [
        (name or "*", [Violation("*", "MB701", f"cannot be loaded: {reason}", place=(file, cell, line))])
        for name, cell, line, reason in unloadable
    ]


def _cost_of(family: RemoteFamily, functions: list[RemoteFunction]) -> str | None:
    """The file's own cost that belongs to a backward pass; ``None`` where its forward pass returns the cost."""
    wanted = "cost l2" if family.l2 else "cost"
    found = [f.name for f in functions if f.role == wanted] or [f.name for f in functions if f.role == "cost"]
    if family.forward is not None and any(f.name == family.forward and f.role == "forward n" for f in functions):
        return None
    if not found and wanted == "cost" and family.output == "sigmoid":
        return "compute_cost"  # the course's own
    if not found or (wanted == "cost l2" and not any(f.role == wanted for f in functions)):
        return None
    alike = family.check.replace("backward_propagation", "compute_cost")
    return max(found, key=lambda name: difflib.SequenceMatcher(None, alike, name).ratio())
