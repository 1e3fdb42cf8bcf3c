"""What looks like a backward pass, a gradient checker or an update, and was not judged: MB704, which is never green."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference.diagnosis import Cause
from reference.findings.codes import NOT_JUDGED
from reference.interface.entry import NotJudged
from reference.judging.execution import Failure
from reference.verification.explained import Explained

__all__ = ["said_of", "unjudged"]

Notes = list[str | NotJudged]
NAMED = 3  # functions in one sentence


def unjudged(
    notes: Iterable[str | NotJudged], failures: Iterable[Failure], *, alone: bool
) -> tuple[list[Explained], Notes]:
    """The findings, one a function, and the notes that are left.

    ``failures``: a call that says itself that it cannot be judged. ``alone``: one case is asked for, and not the file.
    """
    said: Notes = [*notes]
    said += [NotJudged(f.check, f.text, place=f.place, needed=True) for f in failures if f.code == NOT_JUDGED]
    if alone:
        return [], said
    needed: dict[str, NotJudged] = {}
    for note in said:
        if isinstance(note, NotJudged) and note.needed:
            needed.setdefault(note.check, note)
    plain = [note for note in said if not (isinstance(note, NotJudged) and note.check in needed)]
    return [_explained(note) for note in sorted(needed.values(), key=_where)], plain


def _where(note: NotJudged) -> tuple[int, int]:
    return (0, 0) if note.place is None else (note.place.cell or 0, note.place.line)


def _explained(note: NotJudged) -> Explained:
    cause = Cause("*", NOT_JUDGED, "exactly", note.reason, place=note.place)
    return Explained(note.check, cause, "inconclusive", remedy=note.remedy)


def said_of(checks: Sequence[str]) -> str:
    """Why a target is inconclusive, in a sentence."""
    more = f" and {len(checks) - NAMED} more" if len(checks) > NAMED else ""
    listed = ", ".join(checks[:NAMED]) if more else " and ".join(filter(None, (", ".join(checks[:-1]), checks[-1])))
    return f"{listed}{more} {'was' if len(checks) == 1 else 'were'} not judged"
