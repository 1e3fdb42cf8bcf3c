"""``module:function``: imported in a process of its own, with the working directory on the path."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from reference.findings import Violation
from reference.implementations.entry import ANY, Entry, Implementation, Law, Outcome
from reference.implementations.process import Limits, TargetDied, TargetRaised, Worker
from reference.implementations.remote import as_tree
from reference.implementations.told import described
from reference.problem import Problem

__all__ = ["module_function"]

NOT_THERE = "not there: "  # how the target's process says that a name leads nowhere


def module_function(name: str, module: str, attribute: str, limits: Limits) -> Implementation:
    """A function of one problem. Raises ``TargetError`` where there is no such function."""
    from reference.implementations.resolve import ACCEPTED, TargetError

    worker = Worker(limits, {"ask": "module", "module": module, "attribute": attribute, "folder": os.getcwd()})
    try:
        answer = worker.greet()
        if isinstance(answer, str) and answer.startswith(NOT_THERE):
            worker.close()
            raise TargetError(f"target {name!r}: {answer.removeprefix(NOT_THERE)}; it takes {ACCEPTED}")
    except TargetRaised as raised:
        code, text, place = described(raised)
        return _broken(name, attribute, Violation("*", code, f"cannot be imported: it {text}", place=place), worker)
    except TargetDied as died:
        return _broken(name, attribute, Violation("*", "MB703", f"importing {module} {died}"), worker)
    return Implementation(name, (Entry(attribute, ANY, lambda problem: _run(worker, problem)),), close=worker.close)


def _broken(name: str, check: str, violation: Violation, worker: Worker) -> Implementation:
    return Implementation(name, (), (Law(check, lambda seed: (1, [violation])),), close=worker.close)


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
    l = int(name[1:]) - 1
    if name[0] == "D":
        assert problem.masks is not None
        return problem.masks[l].view(np.uint8)
    return problem.parameters[l]["Wb".index(name[0])]
