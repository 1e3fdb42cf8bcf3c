"""The dictionary: how each line of a forward and of a backward pass is right, and how people get it wrong.

A line is made of parts; a mistake is another way to fill one part. Two mistakes on one line are two parts filled wrong.

line        parts and fillings              forward     Z_l, A_l, A_L
cost        J                               upstream    dZ_L, dA_l, dZ_l
gradients   dW_l, db_l
"""

from __future__ import annotations

from collections.abc import Iterable

from reference.diagnosis.mistakes.cost import COST
from reference.diagnosis.mistakes.forward import FORWARD
from reference.diagnosis.mistakes.gradients import GRADIENTS, l2_term
from reference.diagnosis.mistakes.line import Filling, Line, Value, line_of, of_layer
from reference.diagnosis.mistakes.upstream import KEEPS, MASKS, UPSTREAM, of_squared_error
from reference.diagnosis.scene import Scene
from reference.findings.conventions import Convention, Term

__all__ = ["KEEPS", "LINES", "MASKS", "Filling", "Line", "fillings", "line_of", "mistakes", "of_layer", "owed_by"]

LINES: dict[str, Line] = {
    **FORWARD,
    **COST,
    "dZ_L": UPSTREAM["dZ_L"],
    **GRADIENTS,
    "dA": UPSTREAM["dA"],
    "dZ": UPSTREAM["dZ"],
}


def fillings(line: Line, s: Scene) -> tuple[tuple[str, Filling], ...]:
    """Every mistake on a line, with the part that it is in."""
    return s.once(line.make, lambda: (*line.mistakes(), *line.more(s)))


def mistakes() -> list[tuple[str, str, Filling]]:
    """Every mistake of the dictionary that no scene names: the quantity's kind, the part, and how it is filled."""
    return [(kind, part, filling) for kind, line in LINES.items() for part, filling in line.mistakes()]


def owed_by(conventions: Iterable[Convention]) -> dict[str, dict[str, Filling]]:
    """The parts of a backward pass that the derivative of another J fills otherwise."""
    owed: dict[str, dict[str, Filling]] = {}
    for convention in conventions:
        kind, part, value = _owed(convention)
        owed[kind] = {part: Filling("", "", value)}
    return owed


def _owed(c: Convention) -> tuple[str, str, Value]:
    if c.squared:
        return "dZ_L", "residual", lambda s: c.data(s.m) * of_squared_error(s)
    if c.term is Term.MEAN:
        return "dZ_L", "factor", lambda s: float(c.data(s.m))
    return "dW", "L2", lambda s: c.penalty(s.m) * l2_term(s)
