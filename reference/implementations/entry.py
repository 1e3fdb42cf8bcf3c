"""What stands before the court: plain values, nothing to inherit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from numpy.typing import NDArray

from reference.case import DTYPES, HIDDENS, OUTPUTS, Case
from reference.findings import Violation
from reference.problem import Problem

__all__ = ["ANY", "COURSE", "Domain", "Entry", "Implementation", "Law", "Outcome", "Violation"]

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

    def accepts(self, case: Case) -> bool:
        depth = len(case.dims) - 1
        return (
            (depth in self.depths or (self.deeper and depth > max(self.depths)))
            and case.hidden in self.hiddens
            and case.output in self.outputs
            and case.dtype in self.dtypes
            and (self.l2 or case.lambd == 0)
            and (self.dropout or case.keep_prob == 1)
        )


ANY = Domain(deeper=True)
COURSE = Domain(depths=(3,), hiddens=("relu",), outputs=("sigmoid",), dtypes=("float64",), l2=False, dropout=False)


class Entry(NamedTuple):
    """One function under test."""

    check: str
    domain: Domain
    run: Callable[[Problem], Outcome]


class Law(NamedTuple):
    """A check of what no gradient shows: ``run(seed)`` returns how many things it looked at, and what it found."""

    check: str
    run: Callable[[int], tuple[int, list[Violation]]]


class Implementation(NamedTuple):
    """A target: what it is called, and what it exports."""

    name: str
    entries: tuple[Entry, ...]
    laws: tuple[Law, ...] = ()
