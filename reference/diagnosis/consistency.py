"""Two questions, two verdicts: is it the derivative of its own forward pass and cost, and is it the course's?

A backward pass that is consistent with itself is right, and what sets it apart from the course is a convention; so
are its cost and its forward pass, where it is the derivative of these. What is neither is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reference.diagnosis import Cause, Diagnosis, diagnose
from reference.findings.codes import CONVENTION
from reference.judging.execution import Failure
from reference.targets.interface import Entry, OwnDerivative

__all__ = ["agreed", "held_to_its_own"]

NUMBERS = ("MB101", "MB102", "MB103", "MB104", "MB199", "MB201", "MB202", "MB301", "MB302")


def held_to_its_own(
    entry: Entry, failures: Sequence[Failure], others: Iterable[Failure], own: OwnDerivative | None
) -> tuple[Diagnosis, list[str]]:
    """What is wrong with a backward pass, and the conventions in which it is right.

    Wrong numbers of one that is the derivative of its own J are conventions. One that is not is held to the course,
    or to the known convention of its own cost, whichever leaves less to find fault with.
    """
    diagnosis, theirs = diagnose(entry, failures), _costs_of_their_own(others, own)
    if own is not None and own.consistent:
        kept = [cause for cause in diagnosis.causes if cause.code not in NUMBERS]
        said = [_short(cause) for cause in diagnosis.causes if cause.code in NUMBERS]
        return Diagnosis(kept, diagnosis.consequences if kept else frozenset()), theirs or list(dict.fromkeys(said))
    if theirs:
        by_convention = diagnose(entry, failures, conventions=theirs)
        if len(by_convention.causes) < len(diagnosis.causes):
            return by_convention, theirs
    return diagnosis, []


def _short(cause: Cause) -> str:
    what = cause.text.partition(", on ")[0]
    return f"{cause.output}: {what}" if cause.certainty != "unexplained" else f"{cause.output} is not the course's"


def _costs_of_their_own(failures: Iterable[Failure], own: OwnDerivative | None) -> list[str]:
    """In which known ways the cost that a backward pass belongs to is another than the course's."""
    if own is None:
        return []
    said = [f.text for f in failures if f.check == own.cost and f.text.startswith(CONVENTION)]
    return [text for whole in said for text in whole.removeprefix(CONVENTION).split(f" and {CONVENTION}")]


def agreed(
    failures: Iterable[Failure], owns: Mapping[str, OwnDerivative | None], kept: Sequence[str] = ()
) -> dict[Failure, str]:
    """The failures of laws that a backward pass of the same file makes a convention, with the words for each.

    ``kept``: the backward passes that were held to their own cost's convention.
    """
    consistent = [own for check, own in owns.items() if own is not None and (own.consistent or check in kept)]
    found = {}
    for failure in failures:
        by_cost = failure.text.startswith(CONVENTION) and any(own.cost == failure.check for own in consistent)
        unknown = failure.code == "MB199" and any(own.forward == failure.check for own in consistent)
        if by_cost or unknown:
            found[failure] = failure.text.replace(CONVENTION, "")
    return found
