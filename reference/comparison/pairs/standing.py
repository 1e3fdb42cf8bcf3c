"""How each target stands, over all of its pairs that were compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reference.comparison.contenders import Contender
from reference.comparison.pairs.sides import Side
from reference.findings.verdicts import EXIT_CODES, Verdict, verdict_of, worst_exit
from reference.report.models.comparison import Accuracy, Agreement, Standing
from reference.report.models.evidence import Evidence
from reference.report.models.verification import CheckResult

__all__ = ["JudgedSide", "joined_agreement", "standing_of"]


class JudgedSide(NamedTuple):
    """One implementation of one pair. ``untimed``: why it has no price."""

    side: Side
    verdict: Verdict
    error: str | None = None
    checks: tuple[CheckResult, ...] = ()
    conventions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    cases: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()
    untimed: str = ""


def standing_of(
    target: str, contender: Contender | None, judged: Sequence[JudgedSide], rows: Sequence[Accuracy], left: str | None
) -> Standing | None:
    """The worst of a target's pairs; nothing of a file whose pairs stand under names of their own."""
    mine = [j for j in judged if j.side.target == target]
    if not mine:
        if contender is None or (contender.implementation is not None and left is None):
            return None
        if contender.implementation is None:
            return Standing(target=target, verdict="error", error=contender.error)
        return Standing(target=target, verdict="inconclusive", error=left)
    verdict = verdict_of(worst_exit([EXIT_CODES[j.verdict] for j in mine]))
    several = len(mine) > 1
    errors = [f"{j.side.pair.proposal.check}: {j.error}" if several else j.error for j in mine if j.error]
    notes = list(dict.fromkeys(note for j in mine for note in j.notes))
    return Standing(
        target=target,
        verdict=verdict,
        error="; ".join(errors) or None,
        notes=[*notes, *([left] if left else [])],
        conventions=list(dict.fromkeys(text for j in mine for text in j.conventions)),
        cases=sum(j.cases for j in mine),
        failed=sum(j.failed for j in mine),
        accuracy=list(rows),
        checks=[check for j in mine for check in j.checks],
        evidence=[one for j in mine for one in j.evidence],
    )


def joined_agreement(found: Sequence[Agreement]) -> list[Agreement]:
    """One row for every two targets and dtype: the worst over all pairs."""
    rows: dict[tuple[str, str, str], Agreement] = {}
    for one in found:
        key = one.first, one.second, one.dtype
        known = rows.get(key)
        if known is None:
            rows[key] = one
            continue
        worst = max(known, one, key=lambda a: a.difference)
        rows[key] = worst.model_copy(
            update={"cases": known.cases + one.cases, "blocks": known.blocks + one.blocks,
                    "agree": known.agree and one.agree}
        )  # fmt: skip
    return list(rows.values())
