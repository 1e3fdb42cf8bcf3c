"""Functions and classes that return their own loss, as entries of the court or as laws of their own.

Where the loss is that of a network that the court knows, all three witnesses speak; any other loss is held to its own
differences, and to JAX through the file's own code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from reference.cases.domain import Domain
from reference.cases.problem import Problem
from reference.interface.entry import Entry, Event, Law, NotJudged, Place, Ran
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.descriptions import as_tree
from reference.targets.own_loss.asked import OwnLoss
from reference.targets.own_loss.law import law_of
from reference.targets.process.supervisor import Worker
from reference.targets.remote import FEW, MODERATE

__all__ = ["OwnLosses", "own_losses"]


class OwnLosses(NamedTuple):
    """What is made of the functions of a target that return their own loss."""

    names: frozenset[str] = frozenset()  # functions that are judged so, and in no other way
    entries: tuple[Entry, ...] = ()
    laws: tuple[Law, ...] = ()
    notes: tuple[str | NotJudged, ...] = ()


def own_losses(worker: Worker, *, only: str | None, file: str) -> OwnLosses:
    """Ask a target which of its functions and classes have their own loss, and hold each to that."""
    try:
        candidates = worker.ask("losses", only=only)
    except (TargetRaised, TargetDied):
        return OwnLosses()
    names: set[str] = set()
    entries: list[Entry] = []
    laws: list[Law] = []
    notes: list[str | NotJudged] = []
    for check, certain, where in candidates:
        place = _place(where, file)
        try:
            answer = worker.ask("loss", check=check, only=only)
        except (TargetRaised, TargetDied) as lost:
            answer = {"not_judged": f"while it was tried, it {lost}"}
        if answer["not_judged"] is not None:
            if certain:
                names.add(check)
                notes.append(NotJudged(check, answer["not_judged"], _remedy(check), place, needed=True))
            continue
        names.add(check)
        own = _own_loss(worker, answer, file)
        if own.is_the_courts:
            entries.append(_entry(own))
        else:
            laws.append(law_of(own))
        notes += [f"{check}: {own.in_words}"] if own.in_words else []
    return OwnLosses(frozenset(names), tuple(entries), tuple(laws), tuple(notes))


def _remedy(check: str) -> str:
    return f"--bind argument.NAME=MEANING for the arguments of {check} that go by other names"


def _place(where: list[Any] | None, file: str) -> Place | None:
    return None if where is None else Place(where[0] or file, where[1], where[2])


def _own_loss(worker: Worker, answer: dict[str, Any], file: str) -> OwnLoss:
    check = answer["check"]

    def run(problem: Problem) -> Ran:
        returned = worker.ask("loss_run", check=check, problem=as_tree(problem))
        changed = dict(returned["changed"])
        for name in changed.keys() & {"X", "Y"}:
            getattr(problem, name)[changed.pop(name)] += 1  # so that the mutation is seen on this side too
        return Ran({name: a for name, a in returned["outcome"].items() if isinstance(a, np.ndarray)}, changed)

    def losses(problem: Problem) -> np.ndarray:
        return np.asarray(worker.ask("loss_values", check=check, problem=as_tree(problem)), dtype=np.float64)

    def autodiff(problem: Problem) -> np.ndarray | None:
        try:
            found = worker.ask("loss_autodiff", check=check, problem=as_tree(problem))
        except (TargetRaised, TargetDied):
            return None
        return np.asarray(found, dtype=np.float64) if isinstance(found, np.ndarray) else None

    def taken(problem: Problem) -> Problem:
        prepared = worker.ask("loss_prepared", check=check, problem=as_tree(problem))
        layers = zip(problem.parameters, prepared["b"], strict=True)
        return replace(problem, Y=prepared["Y"], parameters=tuple((W, b) for (W, _), b in layers))

    return OwnLoss(
        check, run, losses, autodiff, _trace(worker, check, file), _source(worker, check, file),
        taken if answer["replaces"] else None,
        said=answer["said"], shapes=tuple((d, n) for d, n in answer["shapes"]), raises=tuple(answer["raises"]),
        l2=answer["l2"], biases=answer["biases"], known=answer["known"] and tuple(answer["known"]),
    )  # fmt: skip


def _trace(worker: Worker, check: str, file: str) -> Callable[[Problem], list[Event]]:
    def trace(problem: Problem) -> list[Event]:
        try:
            events = worker.ask("loss_trace", check=check, problem=as_tree(problem.at(0)))
        except (TargetRaised, TargetDied):
            return []
        return [
            Event(Place(file if name == file else name, cell, line), function, frame, variable, value)
            for name, cell, line, function, frame, variable, value in events
            if isinstance(value, np.ndarray)
        ]

    return trace


def _source(worker: Worker, check: str, file: str) -> Callable[[str], Place | None]:
    def place(gradient: str) -> Place | None:
        try:
            at = worker.ask("gradient_line", check=check, gradient=gradient)
        except (TargetRaised, TargetDied):
            return None
        return None if at is None else Place(file if at[0] is None else at[0], at[1], at[2])

    return place


def _entry(own: OwnLoss) -> Entry:
    """The loss is a known network's: the court's own entry."""
    domain = Domain(
        depths=tuple(sorted({depth for depth, _ in own.shapes} | set(own.raises))),
        hiddens=(own.hidden,),
        outputs=(own.output,),
        dtypes=("float64",),
        l2=own.l2,
        dropout=False,
        last=1 if {last for _, last in own.shapes} == {1} else None,
        scales=MODERATE,
        biases=("random",),
        share=FEW,
    )
    return Entry(
        own.check,
        domain,
        lambda problem: own.run(problem).outcome,
        own.taken,
        own.trace,
        conventions=tuple(filter(None, [own.network_in_words])),
        watched=own.run,
    )
