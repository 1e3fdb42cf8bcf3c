"""What was concluded of pairs, in the form in which everything else is concluded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reference.cases.case import CaseError
from reference.diagnosis import Cause
from reference.interface.entry import Implementation, NotJudged
from reference.interface.pair import PairKind
from reference.pairs.result import PairFinding, PairResult, PairRow
from reference.verification.conclusion import OutputRow
from reference.verification.explained import Example, Explained
from reference.verification.failures import Stored, name_of

__all__ = ["pair_fails", "pair_notes", "pair_rows", "pairs_drawn"]

FORMS = {
    PairKind.FUNCTION: "forward and backward",
    PairKind.VALUE: "value and gradient",
    PairKind.DERIVATIVE: "function and derivative",
    PairKind.CLASS: "class",
    PairKind.RULE: "rule of a framework",
    PairKind.NETWORK: "network that trains itself",
}


def pair_rows(results: Iterable[PairResult], target: str) -> Iterator[OutputRow]:
    """A row for each gradient of each pair."""
    for result in results:
        for row in result.rows:
            yield OutputRow(
                result.check,
                row.output,
                row.tally,
                findings=tuple(_explained(target, result.check, row, finding) for finding in row.findings),
                consistent=row.consistent,
                conventions=row.conventions,
                follows=row.follows,
            )


def pair_notes(results: Iterable[PairResult]) -> Iterator[str | NotJudged]:
    """What was not judged, and what else is to be said."""
    for result in results:
        if result.not_judged is not None:
            yield result.not_judged
        yield from (f"{result.check}: {note}" for note in result.notes)


def pairs_drawn(results: Iterable[PairResult], implementation: Implementation) -> dict[str, str]:
    """Of each judged pair its form, what it was given, at how many draws, and who spoke of it."""
    kinds = {opened.proposal.check: opened.proposal.kind for opened in implementation.pairs}
    return {
        result.check: f"{FORMS[kinds[result.check]]}: {result.drawn} · {_counted(result)}"
        for result in results
        if result.drawn and result.check in kinds
    }


def _counted(result: PairResult) -> str:
    tallies = [row.tally for row in result.rows]
    spoke = [any(getattr(t, name) for t in tallies) for name in ("autodiff", "central_difference", "complex_step")]
    return f"{_number(result.distinct_cases, 'draw', 'draws')}, {_number(sum(spoke), 'witness', 'witnesses')}"


def _number(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _explained(target: str, check: str, row: PairRow, finding: PairFinding) -> Explained:
    cause = Cause(
        row.output,
        finding.code,
        finding.certainty,
        finding.text,
        candidates=finding.candidates,
        upstream_of=finding.upstream_of,
        place=finding.place,
        suggestion=finding.suggestion,
    )
    if finding.smallest is None:
        return Explained(check, cause, finding.severity)
    stored = Stored(target, check, row.output, finding.smallest)
    example = Example(finding.smallest, finding.at, finding.got, finding.want)
    return Explained(check, cause, finding.severity, None, stored, name_of(stored), of_pair=example)


def pair_fails(other: Implementation, check: str, case: str, seed: int, *, output: str | None = None) -> bool | None:
    """Does a pair fail at a case, in one output or in any? ``None`` where there is no such pair, it takes other
    arguments now, or nothing could be said of it.
    """
    opened = next((p for p in other.pairs if p.proposal.check == check), None)
    if opened is None:
        return None
    try:
        from reference.pairs.judge import judge_pair  # here: most files have no pair

        rows = judge_pair(opened, seed=seed, case=case, explained=False).rows
    except CaseError:
        return None
    wrong = [row.output for row in rows if any(finding.severity == "error" for finding in row.findings)]
    if not wrong and not (rows and all(row.consistent for row in rows)):
        return None
    return output in wrong if output is not None else bool(wrong)
