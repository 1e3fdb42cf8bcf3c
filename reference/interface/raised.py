"""What a target's process tells of an exception, as a finding; and a target of which nothing is left but that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.interface.entry import Implementation, Law, Violation
from reference.interface.exceptions import TargetRaised
from reference.interface.foreign_messages import older_numpy_took_it

__all__ = ["broken", "described", "says"]


def described(raised: TargetRaised) -> tuple[str, str, tuple[str, int | None, int] | None]:
    """Code, text, and the place of the innermost frame of the user's own."""
    details = raised.details
    frames = details["frames"]
    place = None
    if frames:
        file, cell, line, _ = frames[-1]
        place = (file, cell, line)
    if details["template"]:
        if details["blank"]:
            file, cell, line = details["blank"]
            place = (file, cell, line)
        return "MB702", f"is not finished: it ends with {details['type']}: {details['message']}", place
    if details["unbindable"]:
        return "MB704", f"how to call it, or to read what it returns, is not known: {details['message']}", place
    text = f"raised {details['type']}" + (f": {details['message']}" if details["message"] else "")
    if older_numpy_took_it(details["message"]):
        text += "; older releases of NumPy let an array of one entry pass for a number"
    calls = [f"{name}, {f'cell {cell} ' if cell else ''}line {line}" for _, cell, line, name in frames]
    return "MB701", text + (f" ({' → '.join(calls)})" if calls else ""), place


def says(check: str, violations: Sequence[Violation]) -> Law:
    """A law that is already known to be broken."""
    return Law(check, lambda seed: (1, list(violations)))


def broken(target: str, check: str, violation: Violation, close: Callable[[], None]) -> Implementation:
    """A target that could not be loaded at all."""
    return Implementation(target, (), (says(check, [violation]),), close=close, lost=violation.text)
