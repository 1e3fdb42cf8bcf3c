"""A function with its own loss as the court asks it, and which loss that is, in words and as conventions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reference.cases.problem import Problem
from reference.findings.conventions import CONVENTIONS, SUMMED, Convention, Term
from reference.interface.entry import Event, Place, Ran

__all__ = ["OwnLoss"]

WORDS = {
    "1": "", "m": "summed over the examples", "2": "twice the course's", "2m": "twice the sum over the examples",
}  # fmt: skip


class OwnLoss(NamedTuple):
    """A function with its own loss: how it is asked, and which loss that is."""

    check: str
    run: Callable[[Problem], Ran]
    losses: Callable[[Problem], np.ndarray]
    autodiff: Callable[[Problem], np.ndarray | None]
    trace: Callable[[Problem], list[Event]]
    place: Callable[[str], Place | None]  # where its source sets a gradient
    taken: Callable[[Problem], Problem] | None  # the problem as it takes it: labels are classes
    said: str  # the reading of its arguments, in words
    shapes: tuple[tuple[int, int], ...]  # layers, outputs
    raises: tuple[int, ...]  # depths at which it raises, though it takes several
    l2: bool
    biases: bool
    known: tuple[str, str, bool, str, str] | None  # hidden, output, squared, data, penalty

    @property
    def hidden(self) -> str:
        return self.known[0] if self.known else "relu"

    @property
    def output(self) -> str:
        if self.known:
            return self.known[1]
        return "sigmoid" if self.shapes[0][1] == 1 else "softmax"

    @property
    def is_the_courts(self) -> bool:
        return self.biases and self.known is not None and self.known[2:4] == (False, "1") and self.known[4] in ("", "1")

    @property
    def network_in_words(self) -> str:
        if self.known is None or (self.hidden, self.output) == ("relu", "sigmoid"):
            return ""
        deep = any(depth > 1 for depth, _ in self.shapes)
        return (
            f"hidden units are {self.hidden}, the output is {self.output}" if deep else f"the output is {self.output}"
        )

    @property
    def in_words(self) -> str:
        """The reading, and the loss that it is held to."""
        return "; ".join(filter(None, [self.said, "" if self.is_the_courts else self._loss_in_words()]))

    def _loss_in_words(self) -> str:
        if self.known is None:
            return "held to the loss that it returns, which is none that this tool knows by name"
        _, output, squared, data, penalty = self.known
        half = squared or output == "identity"
        loss = "a squared error" if half else "cross-entropy"
        words = {"1": ", halved", "m": ", halved and summed", "2": "", "2m": ", summed"}[data] if half else WORDS[data]
        behind = f" behind a {output}" if squared else ""
        decay = {"": "", "1": "", "none": ", without the penalty", "m": ", with λ/2 Σ‖W‖²", "2": ", with λ/m Σ‖W‖²",
                 "2m": ", with λ Σ‖W‖²"}[penalty]  # fmt: skip
        text = f"{loss}{words}" if half else f"{loss} {words}".strip()
        network = self.network_in_words
        return f"held to the loss that it returns: {text}{behind}{decay}" + (f" ({network})" if network else "")

    @property
    def conventions(self) -> tuple[Convention, ...] | None:
        """What sets its loss apart from the course's; ``None`` where no diagnosis knows it."""
        if self.known is None:
            return None
        _, output, squared, data, penalty = self.known
        found = []
        if squared:
            alike = [c for c in CONVENTIONS if c.squared and all(c.data(m) == _factor(data, m) for m in (3, 5))]
            if output != "sigmoid" or not alike:
                return None
            found.append(alike[0])
        elif data != "1":
            if data == "m":
                found.append(SUMMED)
            else:
                found.append(Convention(Term.MEAN, data=lambda m: _factor(data, m)))
        if penalty not in ("", "1"):
            found.append(Convention(Term.PENALTY, penalty=lambda m: 0.0 if penalty == "none" else _factor(penalty, m)))
        return tuple(found)


def _factor(name: str, m: float) -> float:
    return (2.0 if name[0] == "2" else 1.0) * (m if name.endswith("m") else 1.0)
