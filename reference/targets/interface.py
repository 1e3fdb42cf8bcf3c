"""What stands before the court: plain values, nothing to inherit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.case import BIASES, DTYPES, HIDDENS, OUTPUTS, Case
from reference.cases.problem import Problem
from reference.findings.codes import Violation

__all__ = [
    "ANY", "COURSE", "Domain", "Entry", "Event", "Implementation", "Law", "Meter", "Outcome", "OwnDerivative", "Place",
    "Violation", "kind_of",
]  # fmt: skip

Outcome = dict[str, NDArray]  # "cost" (G,), "Z1", "A1", "dW1", "db1", "dZ1", "dA1", … (G, n, m) as in the course


class Domain(NamedTuple):
    """The cases that a function can be asked."""

    depths: tuple[int, ...] = (1, 2, 3, 4, 5)
    deeper: bool = False  # takes deeper networks too, though none is drawn
    hiddens: tuple[str, ...] = HIDDENS
    outputs: tuple[str, ...] = OUTPUTS
    dtypes: tuple[str, ...] = DTYPES
    l2: bool = True
    dropout: bool = True
    last: int | None = None  # the only width of the last layer, where there is one
    scales: tuple[float, float] = (0.0, np.inf)
    keep_probs: tuple[float, float] = (0.0, 1.0)  # where something is dropped
    biases: tuple[str, ...] = BIASES
    share: int = 1  # of a plan's random cases, one in so many

    def accepts(self, case: Case) -> bool:
        depth = len(case.dims) - 1
        return (
            (depth in self.depths or (self.deeper and depth > max(self.depths)))
            and case.hidden in self.hiddens
            and case.output in self.outputs
            and case.dtype in self.dtypes
            and (self.l2 or case.lambd == 0)
            and (self.dropout or case.keep_prob == 1)
            and self.last in (None, case.dims[-1])
            and self.scales[0] <= case.scale <= self.scales[1]
            and (case.keep_prob == 1 or self.keep_probs[0] <= case.keep_prob <= self.keep_probs[1])
            and case.bias in self.biases
        )


ANY = Domain(deeper=True)
COURSE = Domain(
    depths=(3,), hiddens=("relu",), outputs=("sigmoid",), dtypes=("float64",), l2=False, dropout=False, share=8
)


def kind_of(case: Case) -> Domain:
    """The cases of one kind: what a function must be able to do that is asked this one, and no more."""
    return Domain(
        depths=(len(case.dims) - 1,),
        hiddens=(case.hidden,),
        outputs=(case.output,),
        dtypes=(case.dtype,),
        l2=case.lambd > 0,
        dropout=case.keep_prob < 1,
    )


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


class Entry(NamedTuple):
    """One function under test."""

    check: str
    domain: Domain
    run: Callable[[Problem], Outcome]
    with_own_masks: Callable[[Problem], Problem] | None = (
        None  # the problem with what the target itself draws: its masks
    )
    trace: Callable[[Problem], list[Event]] | None = None  # where a wrong line is looked for
    own: Callable[[], OwnDerivative | None] = lambda: None  # the derivative of the target's own forward pass and cost
    random: bool = False  # it draws random numbers on its way back
    conventions: tuple[str, ...] = ()  # in which it differs from the course, and is right
    meter: Meter | None = None  # for a target in another process
    slack: Mapping[str, float] = {}  # by dtype: how many times the derived tolerance its caller allows


class OwnDerivative(NamedTuple):
    """A backward pass beside the derivative of its own forward pass and cost."""

    consistent: bool | None  # None: there is no telling
    autodiff: bool  # JAX could differentiate the target's own code too
    text: str
    forward: str | None = None
    cost: str | None = None


class Law(NamedTuple):
    """A check of what no gradient shows: ``run(seed)`` returns how many things it looked at, and what it found."""

    check: str
    run: Callable[[int], tuple[int, list[Violation]]]
    says: bool = True  # that there was nothing to look at


class Implementation(NamedTuple):
    """A target: what it is called, and what it exports."""

    name: str
    entries: tuple[Entry, ...]
    laws: tuple[Law, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[
        tuple[str, Callable[[], OwnDerivative | None]], ...
    ] = ()  # of no network that the court knows: only consistent, or not
    close: Callable[[], None] = lambda: None
    lost: str | None = None  # why none of it could be loaded
