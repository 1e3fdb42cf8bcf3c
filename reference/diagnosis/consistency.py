"""Two questions, two verdicts: is it the derivative of its own forward pass and cost, and is it the course's?

A backward pass that is consistent with itself is right, and what sets it apart from the course is a convention; so
are its cost and its forward pass, where it is the derivative of these. What is neither is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reference.cases.battery import battery
from reference.cases.quantities import gradient_names
from reference.diagnosis.causes import Cause
from reference.diagnosis.diagnose import Diagnosis, diagnose
from reference.findings.conventions import Convention, Term, conventions_of
from reference.interface.entry import Entry, OwnDerivative
from reference.judging.execution import Failure

__all__ = ["agreed", "held_to_its_own", "of_another_loss"]

OF_A_GUARD = 1e-5  # what a constant within the logarithm moves; another loss has another gradient altogether
NUMBERS = ("MB101", "MB102", "MB103", "MB104", "MB199", "MB201", "MB202", "MB301", "MB302")


def held_to_its_own(
    entry: Entry, failures: Sequence[Failure], others: Iterable[Failure], own: OwnDerivative | None
) -> tuple[Diagnosis, list[str]]:
    """What is wrong with a backward pass, and the conventions in which it is right, in words.

    Wrong numbers of one that is the derivative of its own J are conventions. One that is not is held to the course,
    or to the known convention of its own cost, whichever leaves less to find fault with.
    """
    diagnosis, theirs = diagnose(entry, failures), _of_its_own_cost(others, own)
    in_words = [convention.of_cost for convention in theirs]
    if own is not None and own.consistent:
        kept = [cause for cause in diagnosis.causes if cause.code not in NUMBERS]
        apart = [_apart(cause) for cause in diagnosis.causes if cause.code in NUMBERS]
        said = [f"it is the gradient of {own.of_loss}"] if own.of_loss else in_words or list(dict.fromkeys(apart))
        return Diagnosis(kept, diagnosis.consequences if kept else frozenset()), said
    if own is None and entry.loss_unknown:
        return _by_likeliest_loss(entry, failures, diagnosis)
    if theirs:
        by_convention = diagnose(entry, failures, conventions=theirs)
        if len(by_convention.causes) < len(diagnosis.causes):
            return by_convention, in_words
    return diagnosis, []


def of_another_loss(entry: Entry, own: OwnDerivative | None, others: Iterable[Failure]) -> Cause | None:
    """Where a backward pass is the course's, and its file's cost is a known one of another loss: the line that tells.

    A cost that is wrong in any other way is the cost's own finding.
    """
    if own is None or own.consistent is not False or own.of_loss is not None:
        return None
    if own.apart <= OF_A_GUARD:
        return None
    if any(f.check == own.forward for f in others):  # it belongs to another forward pass, and the fault is there
        return None
    said = [f.conventions for f in others if f.check == own.cost]
    if any(not conventions for conventions in said):
        return None
    case = next(case for case in battery() if entry.domain.outputs[0] in case.output)
    case = replace(case, hidden=entry.domain.hiddens[0], dims=case.dims[: max(entry.domain.depths)] + case.dims[-1:])
    every = [Failure(entry.check, name, "MB199", case) for name in gradient_names(len(case.dims) - 1)]
    losses = [c for c in conventions_of(Term.LOSS) if not said or any(c in conventions for conventions in said)]
    for convention in losses:
        causes = diagnose(entry, every, conventions=[convention]).causes
        if len(causes) == 1 and causes[0].certainty == "exactly":
            text = (
                f"{causes[0].text}; the file's cost is the {convention.of_cost}, and this the gradient of another loss"
            )
            return causes[0]._replace(text=text)
    return None


def _by_likeliest_loss(entry: Entry, failures: Sequence[Failure], diagnosis: Diagnosis) -> tuple[Diagnosis, list[str]]:
    """Held to the known loss that leaves least to find fault with, where nothing says which one it has."""
    best, said = diagnosis, list[str]()
    for convention in conventions_of(Term.LOSS, Term.MEAN):
        by_convention = diagnose(entry, failures, conventions=[convention])
        if by_convention.causes and _fault(by_convention) < _fault(best):
            best, said = by_convention, [f"held to {convention.of_cost}, the loss that fits best"]
    return best, said


def _fault(diagnosis: Diagnosis) -> tuple[int, int]:
    """How much is left to find fault with: what nothing explains counts first."""
    return sum(cause.certainty == "unexplained" for cause in diagnosis.causes), len(diagnosis.causes)


def _apart(cause: Cause) -> str:
    """The difference that sets a quantity apart from the course's."""
    unexplained = cause.certainty == "unexplained"
    return f"{cause.output} is not the course's" if unexplained else f"{cause.output}: {cause.what or cause.text}"


def _of_its_own_cost(failures: Iterable[Failure], own: OwnDerivative | None) -> list[Convention]:
    """The known ways in which the cost that a backward pass belongs to is another than the course's."""
    if own is None:
        return []
    return [convention for f in failures if f.check == own.cost for convention in f.conventions]


def agreed(
    failures: Iterable[Failure], owns: Mapping[str, OwnDerivative | None], kept: Sequence[str] = ()
) -> dict[Failure, str]:
    """The failures of laws that a backward pass of the same file makes a convention, with the words for each.

    ``kept``: the backward passes that were held to their own cost's convention.
    """
    consistent = [own for check, own in owns.items() if own is not None and (own.consistent or check in kept)]
    found = {}
    for failure in failures:
        by_cost = bool(failure.conventions) and any(own.cost == failure.check for own in consistent)
        unknown = failure.code == "MB199" and any(own.forward == failure.check for own in consistent)
        if by_cost:
            found[failure] = " and ".join(convention.of_cost for convention in failure.conventions)
        elif unknown:
            found[failure] = failure.text
    return found
