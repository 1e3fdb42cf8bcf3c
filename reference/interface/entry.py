"""What stands before the court: plain values, nothing to inherit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from numpy.typing import NDArray

from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.problem import Problem
from reference.findings.conventions import Convention
from reference.findings.verdicts import Certainty
from reference.interface.pair import OpenPair

__all__ = [
    "Entry", "Event", "Implementation", "Law", "Meter", "NotJudged", "Outcome", "OwnDerivative", "Place", "Ran",
    "Violation",
]  # fmt: skip

Outcome = dict[str, NDArray]  # "cost" (G,), "Z1", "A1", "dW1", "db1", "dZ1", "dA1", … (G, n, m) as in the course


class Place(NamedTuple):
    """Where something stands in a stranger's source."""

    file: str
    cell: int | None
    line: int


class Event(NamedTuple):
    """While a stranger's code ran, a variable took a value; frames are numbered in the order of their calls."""

    place: Place
    function: str
    frame: int
    variable: str
    value: NDArray


class Meter(NamedTuple):
    """What one call costs, measured where the target runs."""

    seconds: Callable[[Problem, int], float]  # of one call, over so many in a row
    memory: Callable[[Problem], int | None]  # bytes


Begun = Callable[[Sequence[Problem]], AbstractContextManager[Callable[[], "Ran"]]]


class Entry(NamedTuple):
    """One function under test."""

    check: str
    domain: Domain
    run: Callable[[Problem], Outcome]
    as_taken: Callable[[Problem], Problem] | None = None  # with the target's own masks, labels that it takes
    trace: Callable[[Problem], list[Event]] | None = None  # where a wrong line is looked for
    own: Callable[[], OwnDerivative | None] = lambda: None  # the derivative of the target's own forward pass and cost
    own_at: Callable[[Case], OwnDerivative | None] | None = None  # the same for the shape of one case
    random: bool = False  # it draws random numbers on its way back
    conventions: tuple[str, ...] = ()  # in which it differs from the course, and is right
    meter: Meter | None = None  # for a target in another process
    slack: Mapping[str, float] = {}  # by dtype: how many times the derived tolerance its caller allows
    watched: Callable[[Problem], Ran] | None = None  # ``run``, with what it changed of the target's own cache
    begun: Begun | None = None  # the same of several problems, fetched one by one
    loss_unknown: bool = False  # the file has no cost, and its function no name of the course's that would tell
    owes: tuple[str, ...] = ("dW", "db")  # the gradients that it has to return; no db of a network without biases


class Ran(NamedTuple):
    """What a call returned, and what else it changed, by the course's names: the index of a case that shows it."""

    outcome: Outcome
    changed: Mapping[str, int] = {}


class OwnDerivative(NamedTuple):
    """A backward pass beside the derivative of its own forward pass and cost."""

    consistent: bool | None  # None: there is no telling
    text: str
    forward: str | None = None
    cost: str | None = None
    of_loss: str | None = None  # the loss whose gradient it is, where the file has no cost
    apart: float = 1.0  # by so much of the largest entry, where it is not consistent


class Violation(NamedTuple):
    """A law that was broken: what of, the code, and how."""

    output: str
    code: str
    text: str
    certainty: Certainty = "exactly"
    place: tuple[str, int | None, int] | None = None  # file, cell, line
    part: str = ""  # of the line that is wrong: where in the source it is looked for
    conventions: tuple[Convention, ...] = ()  # it is no error where a backward pass agrees with these
    remedy: str = ""  # of MB704: the line that would have it judged


class Law(NamedTuple):
    """A check of what no gradient shows: ``run(seed)`` returns how many things it looked at, and what it found."""

    check: str
    run: Callable[[int], tuple[int, list[Violation]]]
    says: bool = True  # that there was nothing to look at
    needed: bool = True  # without it nothing is verified: what is not judged of it is MB704


class NotJudged(NamedTuple):
    """A function that was left out, and why."""

    check: str
    reason: str
    remedy: str = ""  # the line that would have it judged
    place: Place | None = None
    needed: bool = False  # a backward pass, a gradient checker or an update: without it nothing is verified (MB704)

    def __str__(self) -> str:
        return f"{self.check} is not judged: {self.reason}"


class Implementation(NamedTuple):
    """A target: what it is called, and what it exports."""

    name: str
    entries: tuple[Entry, ...]
    laws: tuple[Law, ...] = ()
    notes: tuple[str | NotJudged, ...] = ()
    unknown: tuple[
        tuple[str, Callable[[], OwnDerivative | None]], ...
    ] = ()  # of no network that the court knows: only consistent, or not
    close: Callable[[], None] = lambda: None
    lost: str | None = None  # why none of it could be loaded
    seen: tuple[str, ...] = ()  # what the file holds, and the nearest thing to do: said where nothing was checked
    names: tuple[str, ...] = ()  # every function and class that it defines
    excepted: tuple[str, ...] = ()  # of these, what is left out on request
    owns_beside: Mapping[str, Callable[[], OwnDerivative | None]] = {}  # by check: ``own``, in one more process
    bound: Mapping[str, str] = {}  # every key of its binding that goes by a name: "", or that it has no such name
    pairs: tuple[OpenPair, ...] = ()  # forward and backward passes that are held to each other
    beside: tuple[OpenPair, ...] = ()  # losses that a law holds to their own differences: as pairs they tell a cause
