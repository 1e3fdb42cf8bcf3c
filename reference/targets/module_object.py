"""``module:object`` and ``file.py::function``: a function of one problem, a pair of passes, or a loss with its
gradients.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.problem import Problem, draw
from reference.cases.quantities import split
from reference.interface.entry import Entry, Implementation, NotJudged, Outcome, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.raised import broken, described
from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.targets.descriptions import RemotePair, as_tree
from reference.targets.open_pairs import alone, is_named, open_pairs
from reference.targets.own_loss.opening import own_losses
from reference.targets.process.children import Children
from reference.targets.process.supervisor import Worker
from reference.targets.remote import entry_of, meter_of

__all__ = ["NotThere", "direct", "module_object"]


class NotThere(Exception):
    """A name that leads nowhere, or to nothing that can be called; the message says which."""


def module_object(
    name: str, module: str, attribute: str, limits: Limits, binding: Binding, children: Children | None = None
) -> Implementation:
    """Import an object in a process of its own. Raises ``NotThere`` where there is no such object."""
    greeting = {"ask": "module", "module": module, "attribute": attribute, "folder": os.getcwd()}
    worker = Worker(limits, {**greeting, "binding": binding.model_dump()}, children)
    try:
        answer = worker.greet()
    except TargetRaised as raised:
        code, text, place = described(raised)
        violation = Violation("*", code, f"cannot be imported: it {text}", place=place)
        return broken(name, attribute, violation, worker.close)
    except TargetDied as died:
        return broken(name, attribute, Violation("*", "MB703", f"importing {module} {died}"), worker.close)
    if answer["not_there"] is not None:
        worker.close()
        raise NotThere(answer["not_there"])
    if (pairs := _pairs(worker, answer, name, module, attribute, binding)) is not None:
        worker.close()
        return pairs
    if answer.get("own_loss"):
        own = own_losses(worker, only=attribute, file=module)
        return Implementation(name, own.entries, own.laws, own.notes, close=worker.close)
    if answer["pair"] is None:
        return Implementation(name, (direct(worker, attribute),), close=worker.close)
    pair = RemotePair.of(answer["pair"])
    if pair.not_judged is not None:
        return Implementation(name, (), notes=(NotJudged(pair.check, pair.not_judged),), close=worker.close)
    return Implementation(name, (entry_of(worker, pair, costs=[binding.cost], file=module),), close=worker.close)


def _pairs(
    worker: Worker, answer: Any, name: str, module: str, attribute: str, binding: Binding
) -> Implementation | None:
    """The object as a pair, from the file that it is written in; ``None`` where it is a network, or no pair."""
    network = answer.get("own_loss") or (
        answer["pair"] is not None and RemotePair.of(answer["pair"]).not_judged is None
    )
    if binding.kind == "network" or (network and binding.kind is None):
        return None
    here = Path(*module.split(".")).with_suffix(".py")
    try:
        file = str(here.resolve()) if here.is_file() else worker.ask("module_file", module=module, attribute=attribute)
    except (TargetRaised, TargetDied):
        return None
    if file is None:
        return None
    load = {"ask": "load", "path": file, "only": None, "binding": binding.model_dump()}
    other = Worker(worker.limits, load, worker.children)
    try:
        if other.greet()["unreadable"] is None:
            opened, notes = open_pairs(other, file=file, shown=name, inputs=binding.inputs)
            named = [one for one in opened if is_named(one, attribute.rpartition(".")[2] or attribute)]
            if binding.kind == "pair" or (named and not (answer["pair"] is None and _takes_a_problem(worker))):
                return alone(other, name, named, notes, attribute)
    except (TargetRaised, TargetDied):
        pass
    other.close()
    return None


def _takes_a_problem(worker: Worker) -> bool:
    """Is it a function of one problem, by what it does with a small one?"""
    try:
        return worker.ask("problem", problem=as_tree(draw([Case((2, 2, 1), 3)])))["outcome"] is not None
    except (TargetRaised, TargetDied):
        return False


def direct(worker: Worker, check: str) -> Entry:
    """A function that takes a problem and returns its gradients by the course's names."""
    run: Callable[[Problem], Outcome] = lambda problem: _run(worker, problem)
    return Entry(check, ANY, run, meter=meter_of(worker, None))


def _run(worker: Worker, problem: Problem) -> Outcome:
    answer = worker.ask("problem", problem=as_tree(problem))
    for name, g in answer["changed"]:  # so that the mutation is seen on this side too
        _argument(problem, name)[g] += 1
    if answer["outcome"] is None:
        raise TypeError(answer["why"])
    return {name: a for name, a in answer["outcome"].items() if isinstance(a, np.ndarray)}


def _argument(problem: Problem, name: str) -> Any:
    if name in ("X", "Y"):
        return getattr(problem, name)
    kind, l = split(name)
    if kind == "D":
        assert problem.masks is not None
        return problem.masks[l - 1].view(np.uint8)
    return problem.parameters[l - 1]["Wb".index(kind)]
