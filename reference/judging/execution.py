"""Running an entry on a stack of problems, and what shows before anything is compared.

An entry is run three times: twice on the same arguments (two calls must give the same bits, and leave the arguments as
they were), and once with λ = 0.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.cases.quantities import is_gradient, split
from reference.findings.conventions import Convention
from reference.interface.entry import Entry, Outcome, Place, Ran
from reference.interface.exceptions import TargetChanged, TargetDied, TargetNotStarted, TargetRaised
from reference.interface.outcome import as_dict
from reference.interface.raised import described

__all__ = ["Failure", "Raised", "attempt", "begun", "malformed", "raised", "run_once", "what_raised"]

T = TypeVar("T")
Returned = tuple[Outcome, Outcome, list["Failure"]]
TRACE_LINES = 6
LARGEST = 10**7  # entries of a quantity; more than any case's
LONGEST = 300  # of an exception's message
OURS = Path(__file__).parents[1]


class Failure(NamedTuple):
    """One output of one case is wrong."""

    check: str
    output: str
    code: str
    case: Case
    text: str = ""
    at: tuple[int, ...] = ()
    got: float | None = None
    want: float | None = None
    share: float = 1.0  # of the block's entries that are wrong
    place: Place | None = None  # where in the target's source
    conventions: tuple[Convention, ...] = ()  # it is no error where a backward pass agrees with these


class Raised(NamedTuple):
    """An exception, in an answer's place."""

    error: BaseException


def attempt(ask: Callable[[], T]) -> T | Raised:
    """What a target answers. It may raise anything, ``SystemExit`` included; an interrupt is the user's own."""
    try:
        return ask()
    except (KeyboardInterrupt, TargetNotStarted, TargetChanged):  # none of these is its answer
        raise
    except BaseException as error:
        return Raised(error)


@contextmanager
def begun(entry: Entry, problem: Problem) -> Iterator[Callable[[], Returned]]:
    """What the entry returns, what it returns for λ = 0, and what is wrong with the calls themselves: to be fetched.

    An entry in another process runs meanwhile.
    """
    given = _writable(problem)
    calls = [given, _writable(problem)]
    if problem.lambd.any():
        calls.append(_writable(replace(problem, lambd=np.zeros_like(problem.lambd))))
    if entry.begun is None:
        waiting = iter(calls)
        yield lambda: _returned(entry, problem, given, lambda: _called(entry, next(waiting)))
        return
    with entry.begun(calls) as fetch:
        yield lambda: _returned(entry, problem, given, fetch)


def _returned(entry: Entry, problem: Problem, given: Problem, fetch: Callable[[], Ran]) -> Returned:
    outcome, changed = fetch()
    again = fetch().outcome
    of_data = fetch().outcome if problem.lambd.any() else outcome
    failures = []
    for name, g in changed.items():
        failures.append(Failure(entry.check, name, "MB601", problem.cases[g], f"{name} was changed by the call"))
    for name, before, after in _arguments(problem, given):
        if not np.array_equal(before, after):
            g = int(np.flatnonzero((before != after).reshape(len(before), -1).any(axis=-1))[0])
            failures.append(Failure(entry.check, name, "MB601", problem.cases[g], f"{name} was changed by the call"))
    for name, first in outcome.items():
        numeric = first.dtype.kind in "fiubc" and first.size <= LARGEST  # what is not, is malformed
        if name not in again or (numeric and not np.array_equal(first, again[name], equal_nan=True)):
            failures.append(
                Failure(entry.check, name, "MB602", problem.cases[0], "two calls with the same arguments differ")
            )
    return outcome, of_data, failures


def run_once(entry: Entry, problem: Problem) -> Outcome:
    """Run an entry on copies that it may write to. Raises what it raises; ``TypeError`` where it returns no dict."""
    return _called(entry, _writable(problem)).outcome


def _called(entry: Entry, given: Problem) -> Ran:
    return Ran(as_dict(entry.run(given))) if entry.watched is None else entry.watched(given)


def _writable(problem: Problem) -> Problem:
    """Copies that may be written to, so that a mutation is seen and not merely refused."""
    return replace(
        problem,
        X=problem.X.copy(),
        Y=problem.Y.copy(),
        parameters=tuple((W.copy(), b.copy()) for W, b in problem.parameters),
        masks=None if problem.masks is None else tuple(D.copy() for D in problem.masks),
    )


def _arguments(before: Problem, after: Problem) -> Iterator[tuple[str, Any, Any]]:
    yield "X", before.X, after.X
    yield "Y", before.Y, after.Y
    for l, (old, new) in enumerate(zip(before.parameters, after.parameters, strict=True), start=1):
        yield f"W{l}", old[0], new[0]
        yield f"b{l}", old[1], new[1]
    for l, (D, D_after) in enumerate(zip(before.masks or (), after.masks or (), strict=True), start=1):
        yield f"D{l}", D, D_after


def raised(entry: Entry, problem: Problem, error: BaseException) -> Failure:
    """The user's frames only, innermost last."""
    if isinstance(error, TargetDied):
        return Failure(entry.check, "*", "MB703", problem.cases[0], str(error))
    if isinstance(error, TargetRaised):
        code, text, place = described(error)
        return Failure(entry.check, "*", code, problem.cases[0], text, place=None if place is None else Place(*place))
    frames = [f for f in traceback.extract_tb(error.__traceback__) if OURS not in Path(f.filename).parents]
    where = "; ".join(f"{f.filename}:{f.lineno} in {f.name}" for f in frames[-TRACE_LINES:])
    text = f"raised {type(error).__name__}{_message(error)}" + (f" ({where})" if where else "")
    code = "MB702" if isinstance(error, NotImplementedError) else "MB701"
    return Failure(entry.check, "*", code, problem.cases[0], text)


def what_raised(error: BaseException) -> str:
    """An exception of a target's in one line, wherever its process is: ``ZeroDivisionError: division by zero``."""
    if isinstance(error, TargetRaised):
        details = error.details
        return f"{details['type']}: {details['message']}" if details["message"] else str(details["type"])
    if isinstance(error, TargetDied):
        return f"it {error}"
    return " ".join(f"{type(error).__name__}{_message(error)}".split())


def _message(error: BaseException) -> str:
    try:
        said = str(error)
    except Exception:  # the target's own __str__
        return ""
    return f": {said[:LONGEST]}{'…' if len(said) > LONGEST else ''}" if said else ""


def malformed(entry: Entry, problem: Problem, outcome: Outcome) -> Iterator[Failure]:
    """Missing outputs, shapes that would broadcast later, dtypes that are not the case's. Other names are not ours."""
    G, case = len(problem.cases), problem.cases[0]
    for name, owed in _owed(problem).items():
        array = outcome.get(name)
        if array is None:
            if is_gradient(name) and split(name)[0] in entry.owes:
                yield Failure(entry.check, name, "MB702", case, f"{name} is not returned")
        elif array.shape != (G, *owed):
            yield Failure(entry.check, name, "MB501", case, f"{name} has shape {array.shape[1:]}; it takes {owed}")
        elif array.dtype != problem.shape.dtype:
            text = f"{name} is {array.dtype} where everything given is {problem.shape.dtype}"
            yield Failure(entry.check, name, "MB502", case, text)


def _owed(problem: Problem) -> dict[str, tuple[int, ...]]:
    """The shape of every quantity that a backward pass may return, for one problem."""
    dims, m = problem.shape.dims, problem.shape.m
    owed: dict[str, tuple[int, ...]] = {"cost": ()}
    for l, (n_prev, n) in enumerate(pairwise(dims), start=1):
        owed |= {f"dW{l}": (n, n_prev), f"db{l}": (n, 1)}
        owed |= {f"{kind}{l}": (n, m) for kind in ("Z", "A", "dZ")}
        if l < len(dims) - 1:
            owed[f"dA{l}"] = (n, m)
    return owed
