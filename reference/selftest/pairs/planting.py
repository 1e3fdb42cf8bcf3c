"""Every single edit of the repair dictionary, planted in right pairs: the judge must say of each that it is wrong.

The edited text goes the whole way that a stranger's goes: it is opened, its pairs are proposed, inputs are found, both
passes run in every kind, and the verdict is the judge's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from reference.interface.exceptions import TargetChanged, TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.judge import judge_pair
from reference.pairs.result import PairResult
from reference.pairs.trial import trial
from reference.report.pair_kills import PairKill, PairKills
from reference.selftest.pairs.rights import right_files
from reference.selftest.pairs.screening import Edits, screened
from reference.selftest.pairs.workshop import Workshop, planted

__all__ = ["plant_in_pairs"]

SAMPLED = 40  # edits of a pair that are looked at where so many of its mistakes are asked for
Judge = Callable[..., PairResult]


def plant_in_pairs(
    count: int | None = 1,
    *,
    sources: Mapping[str, str] | None = None,
    named: int | None = None,
    one_of_each: bool = False,
    only: str | None = None,
    judge: Judge = judge_pair,
    said: Callable[[PairKills], None] = lambda kills: None,
) -> list[PairKills]:
    """Plant so many mistakes in every pair, or all. ``ValueError`` where a pair is not right to begin with.

    ``one_of_each``: in one pair of every file alone, which is one of every kind; ``only``: in the pair of this name.
    ``named``: of how many of them the line is asked for, which is dearer than the verdict; all where it is ``None``.
    ``said``: what is known of a pair so far, after each mistake.
    """
    found = []
    for name, source in (right_files() if sources is None else sources).items():
        with Workshop(name, source) as workshop:
            checks = [opened.proposal.check for opened in workshop.pairs(source)]
            for check in [only] if only is not None else checks[:1] if one_of_each else checks:
                known = PairKills(check, 0, (), ())
                for known in _of_pair(workshop, check, count, named, judge):
                    said(known)
                found.append(known)
    return found


def _of_pair(workshop: Workshop, check: str, count: int | None, named: int | None, judge: Judge) -> Iterator[PairKills]:
    """What became of the mistakes of one pair, after each of them."""
    right = _named(workshop.pairs(workshop.source, forward_is_ours=True), check)
    assert right is not None
    result = judge(right, seed=0)
    if result.not_judged is not None or any(row.findings for row in result.rows):
        raise ValueError(f"{check} of {workshop.name} is not right to begin with: {_why(result)}")
    reading = trial(right, seed=0).readings[0]
    edits = screened(right, reading, sample=None if count is None else SAMPLED * count)
    known = PairKills(
        check,
        sum(map(len, edits.live)),
        tuple(PairKill(_told(e), int(e["line"]), "equivalent", why) for e, why in edits.equivalent),
        tuple(PairKill(_told(e), int(e["line"]), "does not run") for e in edits.stopped),
        numbers=len(edits.live),
    )
    yield known
    for k, group in enumerate(_chosen(edits, count)):
        explained = named is None or k < named
        kill = _judged(workshop, check, group[0], judge, explained)._replace(ways=len(group))
        known = known._replace(kills=(*known.kills, kill))
        yield known


def _chosen(edits: Edits, count: int | None) -> list[tuple[dict[str, Any], ...]]:
    """Mistakes of unlike kinds first, in an order that is drawn once and for all."""
    order = [edits.live[k] for k in np.random.RandomState(len(edits.live)).permutation(len(edits.live))]
    times: Counter[str] = Counter()
    ranked: list[tuple[int, int]] = []
    for group in order:
        ranked.append((times[group[0]["kind"]], len(ranked)))
        times[group[0]["kind"]] += 1
    return [order[k] for _, k in sorted(ranked)][:count]


def _judged(workshop: Workshop, check: str, edit: dict[str, Any], judge: Judge, explained: bool) -> PairKill:
    line, told = int(edit["line"]), _told(edit)
    try:
        text = planted(workshop.source, edit)
        opened = _named(workshop.pairs(text, forward_is_ours=not edit["shared"]), check)
        if opened is None:
            return PairKill(told, line, "left open", "it is no longer proposed")
        result = judge(opened, seed=0, explained=explained)
    except (TargetRaised, TargetDied, TargetChanged) as error:
        return PairKill(told, line, "left open", str(error))
    wrong = [finding for row in result.rows for finding in row.findings if finding.severity == "error"]
    if not wrong:
        unsure = result.not_judged is not None or result.disputes or _is_unsure(result)
        return PairKill(told, line, "left open" if unsure else "survived", _why(result))
    lines = range(line, line + len(edit["before"]))
    places = [finding.place.line for finding in wrong if finding.place is not None]
    at = any(place in lines for place in places) if explained else None
    return PairKill(told, line, "killed", ", ".join(dict.fromkeys(finding.code for finding in wrong)), at)


def _is_unsure(result: PairResult) -> bool:
    return any(finding.severity == "inconclusive" for row in result.rows for finding in row.findings)


def _why(result: PairResult) -> str:
    found = (f"{row.output} {finding.text}" for row in result.rows for finding in row.findings)
    reason = result.not_judged.reason if result.not_judged is not None else ""
    return next(filter(None, [reason, *result.disputes, *found]), "")


def _named(opened: Iterable[OpenPair], check: str) -> OpenPair | None:
    return next((one for one in opened if one.proposal.check == check), None)


def _told(edit: Mapping[str, Any]) -> str:
    """The line before and after, without what they have in common around the statement."""
    before, after = ("; ".join(part.strip() for part in edit[side]) for side in ("before", "after"))
    return f"{before}  →  {after}"
