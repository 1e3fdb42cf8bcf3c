"""One edit of a function, numbered, with the lines that it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reference.targets.pairs.edits.kinds import Change
from reference.targets.pairs.edits.units import Unit

__all__ = ["Edit", "Parts", "edit_of"]

Parts = list[tuple[int, int, tuple[str, ...]]]  # from, to, the gradients that this part of a function has a part in


class Edit(NamedTuple):
    """One edit, with the whole lines that it stands in."""

    number: int
    unit: Unit
    change: Change
    line: int  # of the cell
    before: tuple[str, ...]
    after: tuple[str, ...]
    affects: tuple[str, ...] | None = None  # gradients that its statement has a part in, where that is known

    def rank(self, wrong: Sequence[str]) -> float:
        """How late it is tried: by how plain it is, and by which gradients its statement has a part in."""
        if self.affects is None:
            return self.change.weight + 0.5
        touched, wanted = set(self.affects), set(wrong)
        if wanted and not touched & wanted:
            return float("inf")
        return self.change.weight + (0.0 if touched == wanted else 1.0 if touched > wanted else 2.0)

    def tree(self) -> dict[str, Any]:
        """For the wire."""
        return {
            "number": self.number, "kind": self.change.kind, "weight": self.change.weight, "file": self.unit.file,
            "cell": self.unit.cell, "line": self.line, "before": list(self.before), "after": list(self.after),
            "function": self.unit.code.co_name, "shared": self.unit.forward and self.unit.backward,
            "old": self.unit.page.source[self.change.start : self.change.end], "new": self.change.text,
        }  # fmt: skip


def edit_of(number: int, unit: Unit, change: Change, parts: Parts) -> Edit:
    """With the lines that it changes, whole."""
    affects = next((touched for start, end, touched in parts if start <= change.start and change.end <= end), None)
    source = unit.page.source
    first = source.count("\n", 0, change.start)
    start = source.rfind("\n", 0, change.start) + 1
    end = source.find("\n", change.end)
    end = len(source) if end < 0 else end
    before = source[start:end]
    after = source[start : change.start] + change.text + source[change.end : end]
    return Edit(
        number, unit, change, unit.first + first - 1, tuple(before.split("\n")), tuple(after.split("\n")), affects
    )
