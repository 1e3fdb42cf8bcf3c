"""A course-style ``.py`` or ``.ipynb`` as an implementation: its backward passes as entries, what else it owes as
laws.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reference.interface.entry import Entry, Implementation, Law, NotJudged, Place, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.interface.raised import broken, described, says
from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.spelling import or_listed
from reference.targets.bound_names import bound_names
from reference.targets.descriptions import RemoteFunction, RemotePair
from reference.targets.holding import what_it_holds
from reference.targets.module_object import direct
from reference.targets.obligations import obligations
from reference.targets.open_pairs import (
    alone,
    is_a_layer,
    is_a_loss,
    is_its_forward,
    is_named,
    left_over,
    names_of,
    open_pairs,
)
from reference.targets.own_derivative import own_of
from reference.targets.own_loss.opening import own_losses
from reference.targets.pairing.losses import LOSSES
from reference.targets.pairing.passes import Reached
from reference.targets.process.children import Children
from reference.targets.process.supervisor import Worker
from reference.targets.reading.roles import Role
from reference.targets.reading.source import SourceError
from reference.targets.reading.training import UPDATES
from reference.targets.reading.vocabulary import strong
from reference.targets.remote import entry_of
from reference.targets.training_steps import judged_alone, led_to
from reference.targets.unjudged import Account, judged_with, names_in, not_judged

__all__ = ["course_file"]


def course_file(
    path: Path, limits: Limits, *, shown: str, only: str | None = None, binding: Binding | None = None,
    children: Children | None = None, kernel: dict[str, Any] | None = None,
) -> Implementation:  # fmt: skip
    """Load a file's definitions in a process of their own. ``shown`` is its name in the report; ``only``, one function.

    ``kernel``: what a notebook's kernel has in hand, in the place of the file.

    Raises ``SourceError`` where the file cannot be read.
    """
    binding = binding or Binding()
    greeting = {"ask": "load", "path": str(path), "only": only, "kernel": kernel}
    worker = Worker(limits, {**greeting, "binding": binding.model_dump()}, children)
    try:
        details = worker.greet()
    except TargetRaised as raised:
        return broken(shown, "*", Violation("*", "MB701", f"cannot be loaded: {raised}"), worker.close)
    except TargetDied as died:
        return broken(shown, "*", Violation("*", "MB703", f"loading its definitions {died}"), worker.close)
    if details["unreadable"] is not None:
        worker.close()
        raise SourceError(details["unreadable"])
    functions = [RemoteFunction(**{**f, "role": f["role"] and Role(f["role"])}) for f in details["functions"]]
    proposed, of_pairs = open_pairs(worker, file=str(path), shown=shown, inputs=binding.inputs)
    opened = _opened(worker, details, functions, proposed, of_pairs, path, shown=shown, only=only, binding=binding)
    return opened._replace(bound=bound_names(binding, details["survey"], details["imported"], proposed))


def _opened(
    worker: Worker, details: dict[str, Any], functions: list[RemoteFunction], proposed: list[OpenPair],
    of_pairs: list[str | NotJudged], path: Path, *, shown: str, only: str | None, binding: Binding,
) -> Implementation:  # fmt: skip
    """What of a file is judged, by whom, and what is not."""
    named = [opened for opened in proposed if only is not None and is_named(opened, only)]
    of_a_layer = binding.kind is None and not strong(only or "") and any(is_its_forward(one, only) for one in named)
    if binding.kind == "pair" or of_a_layer:
        return alone(worker, shown, proposed if only is None else named, of_pairs, only or "")
    own = own_losses(worker, only=only, file=str(path))
    of_its_own = binding.kind is None and not strong(only or "") and any(is_a_loss(one, only) for one in named)
    if of_its_own and not (own.entries or own.laws):
        return alone(worker, shown, named, of_pairs, only or "")
    halves = {name for one in proposed for name in one.proposal.halves}  # judged by the framework that they are for
    functions = [f for f in functions if f.name not in own.names | halves]
    unbound = binding.model_copy(update={"inputs": {}}) == Binding()
    plain_layers = {one.proposal.check for one in proposed if unbound and is_a_layer(one)}
    networks = [f for f in functions if only in (None, f.name) and f.name not in plain_layers]
    pairs, lost = _pairs(worker, networks, str(path))
    notes: list[str | NotJudged] = [*own.notes, *of_pairs]
    if details["repaired"]:
        notes.append("Python 2: its print statements were read as calls")
    asked = [p for p in pairs if only in (None, p.check)]
    judged = [p for p in asked if p.not_judged is None]
    for p in (p for p in asked if p.not_judged is not None):
        template = _unfinished(p, functions, str(path))
        if template is None:
            notes.append(_left_out(p, functions, shown, str(path)))
        else:
            lost.append((p.check, template))
    notes += [_refused(p, functions, shown, str(path)) for p in judged if p.refused]
    if only is not None and not named and only not in [*own.names, *(f["name"] for f in details["functions"])]:
        worker.close()
        raise SourceError(f"{path} has no function {only!r}; {or_listed(only, names_in(details['survey']))}")
    costs = {p.check: [binding.cost] if binding.cost else _costs_of(p, functions) for p in judged}
    entries = [
        entry_of(worker, pair, costs=costs[pair.check], file=str(path))
        for pair in judged
        if pair.reached != Reached.UNKNOWN_NETWORK
    ]
    if binding.kind == "network":
        named, proposed = [], []
    layers = {opened.proposal.check for opened in proposed if not strong(opened.proposal.check)}
    if details["direct"] and not named:
        entries.append(direct(worker, only or ""))
    unknown = [
        (p.check, own_of(worker, p, costs[p.check]))
        for p in judged
        if p.reached == Reached.UNKNOWN_NETWORK and not (p.check in layers and costs[p.check] == [*LOSSES])
    ]
    entries += own.entries
    laws = [*own.laws, *(says(name, [violation]) for name, violation in lost)]
    laws += [says(p.spoilt[0], [_spoilt(worker, p, functions, str(path))]) for p in judged if p.spoilt and only is None]
    unloadable = _unloadable(details["unloadable"], str(path))
    laws += [says(name, violations) for name, violations in unloadable if only in (None, name)]
    owed = [law for law in obligations(worker, functions, pairs, str(path)) if only in (None, law.check)]
    if any(p.rows for p in pairs):  # what the others owe is written down for columns, but for a step
        notes.append("examples are rows: only the backward pass, with its forward pass, and the update are judged")
        steps = [f.name for f in functions if f.role in UPDATES]
        owed = [law for law in owed if law.check in steps]
    elsewhere = {n for opened in proposed for n in (opened.proposal.check, opened.proposal.forward) if not strong(n)}
    laws += [law for law in owed if law.check not in elsewhere]  # held to each other, not to what the course has
    of_nothing = [violations[0].text for _, violations in unloadable] if not functions else []
    survey, account = details["survey"], _account(entries, unknown, laws, functions, shown, str(path))
    steps = details["composed"] if set(details["composed"]) & account.backward else []
    account = account._replace(
        own_losses=own.names - {note.check for note in own.notes if isinstance(note, NotJudged)},
        bound=frozenset(binding.arguments),
        backward=account.backward | set(steps),
    )
    held = left_over(proposed if only is None else named, judged_with(survey, account))
    held = judged_alone(held, survey, account, notes) if only is None else held
    names = {name for opened in held for name in names_of(opened.proposal)}
    notes = [note for note in notes if not (isinstance(note, NotJudged) and note.check in names)]
    account = account._replace(others=account.others | names | set(led_to(held)))
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
        pairs=tuple(held),
        owns_beside={p.check: own_of(worker.twin(), p, costs[p.check]) for p in judged},
        beside=tuple(opened for opened in proposed if opened.proposal.check in {law.check for law in own.laws}),
    )


def _spoilt(worker: Worker, pair: RemotePair, functions: list[RemoteFunction], file: str) -> Violation:
    """What is wrong with the cache of a forward pass: the backward pass beside it is right with the published one."""
    name, *entries = pair.spoilt
    line = worker.ask("line", name=name, quantity=entries[0], entry=True)
    cell = next((f.cell for f in functions if f.name == name), None)
    text = f"{' and '.join(entries)} in the cache is not what {pair.check} takes there"
    return Violation("cache", "MB103", text, place=None if line is None else (file, cell, line))


def _refused(pair: RemotePair, functions: list[RemoteFunction], shown: str, file: str) -> NotJudged:
    """A forward pass whose cache is of no layout that the backward pass beside it takes."""
    f = next(f for f in functions if f.name == pair.refused)
    why = f"{pair.check} raises on the cache that it returns, and is right on one as the course has published it"
    remedy = f"manual-backprop verify {shown.partition('::')[0]}::{pair.check} --bind forward={pair.refused}"
    return NotJudged(pair.refused, why, remedy, Place(file, f.cell, f.line), needed=True)


def _unfinished(pair: RemotePair, functions: list[RemoteFunction], file: str) -> Violation | None:
    """A template raises whatever it is fed: that is its own, and no doubt about the feeding."""
    f = next(f for f in functions if f.name == pair.check)
    if f.template is None or pair.reached != Reached.RAISED:
        return None
    text = "is not finished: None stands where an expression belongs"
    return Violation("*", "MB702", text, place=(file, f.cell, f.template))


def _left_out(pair: RemotePair, functions: list[RemoteFunction], shown: str, file: str) -> NotJudged:
    """A backward pass that nothing feeds, with the command that might have it judged."""
    f = next(f for f in functions if f.name == pair.check)
    remedy = f"manual-backprop verify {shown.partition('::')[0]}::{pair.check} {pair.remedy or '--bind forward=NAME'}"
    return NotJudged(pair.check, pair.not_judged or "", remedy, Place(file, f.cell, f.line), needed=True)


def _account(
    entries: Sequence[Entry],
    unknown: Sequence[tuple[str, Any]],
    laws: Sequence[Law],
    functions: Sequence[RemoteFunction],
    shown: str,
    file: str,
) -> Account:
    """Which functions are judged, and as what."""
    roles = {f.name: f.role for f in functions}
    said = [law.check for law in laws if law.says]
    checkers = [name for name in said if roles.get(name) in (Role.CHECK_N, Role.SCALAR_CHECK)]
    updates = [name for name in said if roles.get(name) in UPDATES]
    backward = [entry.check for entry in entries] + [check for check, _ in unknown]
    return Account(frozenset(backward), frozenset(checkers), frozenset(updates), frozenset(said), shown, file)


def _pairs(
    worker: Worker, functions: list[RemoteFunction], file: str
) -> tuple[list[RemotePair], list[tuple[str, Violation]]]:
    """The backward passes with what feeds them; and those that cost their process, or raised on the way."""
    pairs, lost = [], []
    for f in functions:
        if f.role is None or not f.role.is_backward:
            continue
        try:
            pair = RemotePair.of(worker.ask("pair", check=f.name))
            if (of_rate := worker.ask("rate", check=f.name)) is not None:
                text, cell, line = of_rate
                place = None if line is None else (file, cell, line)
                lost.append((f.name, Violation("*", "MB804", text, place=place)))
                continue
            pairs.append(pair)
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


def _costs_of(pair: RemotePair, functions: list[RemoteFunction]) -> list[str | None]:
    """The file's own cost that belongs to a backward pass, ``None`` where its forward pass returns the cost.

    Where the file has none, it is the course's of a function that bears the course's name, and of any other one of the
    known losses, whichever fits.
    """
    wanted = Role.COST_L2 if pair.l2 else Role.COST
    costs = [f.name for f in functions if f.role == wanted] or [f.name for f in functions if f.role == Role.COST]
    if pair.forward is not None and any(f.name == pair.forward and f.role == Role.FORWARD_N for f in functions):
        return [None]
    if not costs and (pair.reached == Reached.UNKNOWN_NETWORK or not strong(pair.check)):
        return list(LOSSES)
    if not costs and wanted == Role.COST and pair.output == "sigmoid":
        return ["compute_cost"]  # the course's own
    if not costs or (wanted == Role.COST_L2 and not any(f.role == wanted for f in functions)):
        return [None]
    alike = pair.check.replace("backward_propagation", "compute_cost")
    return [max(costs, key=lambda name: difflib.SequenceMatcher(None, alike, name).ratio())]
