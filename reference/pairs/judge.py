"""A pair before the court: every reading with the best evidence behind it has a vote, and what they say is concluded.

*Wrong* takes every one of them: who guessed may not accuse. Readings that differ are inconclusive, both shown, with the
line that binds one of them; but where a pair is right under one of which there are fewer doubts, it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.interface.entry import NotJudged, Place
from reference.interface.pair import OpenPair, PairDraw, PairKind
from reference.pairs.compiled import judged_by_differences
from reference.pairs.concluding import result_of
from reference.pairs.inputs.plans.bound import is_example
from reference.pairs.plan import PairReading
from reference.pairs.reading import Bench, RowConclusion, Standings, judge_reading
from reference.pairs.result import PairFinding, PairResult, PairRow, backward_place
from reference.pairs.trial import trial

__all__ = ["judge_pair", "judge_readings"]


def judge_pair(
    open_pair: OpenPair, *, seed: int, case: str | None = None, draws: int = 3,
    progress: Callable[[], None] = lambda: None, explained: bool = True,
) -> PairResult:  # fmt: skip
    """Judge a pair on drawn inputs, or on those of a case line. Raises nothing that the target raises.

    ``explained``: the cause of what is wrong is sought, and the smallest case.
    """
    if open_pair.proposal.not_run is not None:
        why, remedy = open_pair.proposal.not_run
        check = open_pair.proposal.check
        return PairResult(check, not_judged=NotJudged(check, why, remedy, backward_place(open_pair), needed=True))
    if open_pair.proposal.unfinished is not None:
        return _unfinished(open_pair)
    tried = trial(open_pair, seed=seed, case=case)
    if tried.not_judged is not None and _is_declared(open_pair):
        return _declared(open_pair, tried.not_judged)
    if tried.not_judged is not None:
        wanted = open_pair.proposal.asked.get(PairKind.NETWORK, {}).get("wanted", True)
        unjudged = tried.not_judged._replace(needed=bool(wanted))
        return PairResult(open_pair.proposal.check, not_judged=unjudged, notes=tuple(tried.notes))
    return judge_readings(open_pair, tried.readings, seed=seed, only=tried.only, draws=draws, progress=progress,
                          explained=explained)  # fmt: skip


def judge_readings(
    open_pair: OpenPair, readings: Sequence[PairReading], *, seed: int, only: PairDraw | None = None, draws: int = 3,
    progress: Callable[[], None] = lambda: None, explained: bool = True,
) -> PairResult:  # fmt: skip
    """Judge a pair under several readings; those of the highest rank that runs have a vote."""
    heard: list[Standings] = []
    silent: list[Standings] = []
    for reading in sorted(readings, key=lambda r: r.rank):
        if heard and reading.rank > heard[0].reading.rank:
            break
        settled = any(standings.right and not standings.empty for standings in heard)
        standings = judge_reading(
            open_pair, reading, seed=seed, draws=1 if settled else draws, only=only, with_autodiff=not settled,
            progress=progress,
        )  # fmt: skip
        (heard if standings.judged else silent).append(standings)
    if not heard:
        alone = _by_differences(open_pair, silent, seed=seed, draws=draws, only=only)
        return alone or _not_judged(open_pair, silent)
    heard = [standings for standings in heard if not standings.empty] or heard
    heard = [s for s in heard if not s.refuted] or [_accusing_nobody(s) for s in heard]

    def conclude(standings: Standings, explained: bool = explained) -> PairResult:
        bench = Bench(open_pair, standings.reading, seed, progress=progress)
        return result_of(bench, standings, draws=draws, alone=only is not None, explained=explained)

    right = [standings for standings in heard if standings.right]
    wrong = [standings for standings in heard if standings.wrong]
    best = min(right, key=lambda standings: standings.reading.doubts, default=None)
    wrong_as_well = [
        standings
        for standings in wrong
        if best and standings.reading.doubts <= best.reading.doubts and not _of_nothing(standings)
    ]
    if best and wrong_as_well and not _by_output(open_pair, right):
        told = conclude(wrong_as_well[0], explained=False)  # what follows a convention is none
        return _differ(open_pair, best, wrong_as_well[0]) if _accuses(told) else told
    if best:
        return conclude(best)
    if len(wrong) == len(heard) and all(getattr(s.reading, "coincident", False) for s in wrong):
        kindly = conclude(wrong[0], explained=False)  # what follows a convention is none
        return _coincidence(open_pair, wrong[0]) if _accuses(kindly) else kindly
    if len(wrong) == len(heard):
        kindest = min(wrong, key=lambda s: sum(row.conclusion == "wrong" for row in s.rows))
        by_convention = [s for s in wrong if not _accuses(conclude(s, explained=False))] if len(wrong) > 1 else []
        if not by_convention:
            found = conclude(kindest)
            others = (s for s in wrong if s is not kindest and explained and _by_output(open_pair, wrong))
            return next((told for told in (found, *map(conclude, others)) if _is_explained(told)), found)
        meant = min(by_convention, key=lambda s: s.reading.doubts)
        harder = [s for s in wrong if s not in by_convention and s.reading.doubts <= meant.reading.doubts]
        return _differ(open_pair, meant, harder[0]) if harder else conclude(meant)
    if wrong:
        told = conclude(wrong[0], explained=False)  # what follows a convention is none
        return _differ(open_pair, next(s for s in heard if not s.wrong), wrong[0]) if _accuses(told) else told
    return conclude(heard[0])


def _by_differences(
    pair: OpenPair, silent: Sequence[Standings], *, seed: int, draws: int, only: PairDraw | None
) -> PairResult | None:
    """What no stand-in runs, but runs on an example of its own."""
    said = next((standings for standings in silent if is_example(standings.reading.label)), None)
    if said is None:
        return None
    return judged_by_differences(pair, said.reading, seed=seed, draws=draws, only=only, why=said.why)


def _of_nothing(standings: Standings) -> bool:
    """Is every derivative zero that a gradient is not, as that of a softmax over one class? Nobody means that."""
    wrong = [row for row in standings.rows if row.conclusion == "wrong"]
    return bool(wrong) and all(row.zero for row in wrong) and not standings.breaches


def _accusing_nobody(standings: Standings) -> Standings:
    """Under a guess that a gradient's own shape speaks against, no other is wrong."""
    why = next((breach.text for breach in standings.breaches if breach.refutes), "")
    rows = (row._replace(conclusion=RowConclusion.OPEN, why=why) if row.conclusion is RowConclusion.WRONG else row
            for row in standings.rows)  # fmt: skip
    return standings._replace(rows=tuple(rows)) if why else standings


def _accuses(result: PairResult) -> bool:
    return any(finding.severity == "error" for row in result.rows for finding in row.findings)


def _is_explained(result: PairResult) -> bool:
    return any(finding.certainty != "unexplained" for row in result.rows for finding in row.findings)


def _coincidence(pair: OpenPair, wrong: Standings) -> PairResult:
    """Shapes that fit only where all sizes are equal are no meaning that anybody could be held to."""
    text = f"it fits only where all sizes are equal, and is wrong there: {wrong.reading.said}"
    proposal, place = pair.proposal, backward_place(pair)
    return PairResult(
        proposal.check, not_judged=NotJudged(proposal.check, text, wrong.reading.bind, place, needed=True)
    )


def _unfinished(pair: OpenPair) -> PairResult:
    """A template: what it returns is still to be written."""
    place = Place(pair.file, pair.proposal.cell, int(pair.proposal.unfinished or pair.proposal.line))
    finding = PairFinding("MB702", "error", "exactly", "is not finished: what it returns is still to be written",
                          place=place)  # fmt: skip
    return PairResult(pair.proposal.check, (PairRow("*", findings=(finding,)),))


def _is_declared(pair: OpenPair) -> bool:
    """Does a rule of a framework say itself that it is no derivative? Then there is nothing that a run could add."""
    proposal = pair.proposal
    return proposal.kind is PairKind.RULE and bool(proposal.not_derived) and not proposal.said.get("surrogate")


def _declared(pair: OpenPair, why: NotJudged) -> PairResult:
    text = f"is declared, not derived: {pair.proposal.not_derived}; and it was not run: {why.reason}"
    finding = PairFinding("MB705", "inconclusive", "exactly", text, place=backward_place(pair))
    return PairResult(pair.proposal.check, (PairRow("*", findings=(finding,)),))


def _by_output(pair: OpenPair, right: Sequence[Standings]) -> bool:
    """Whether the readings are those of a derivative, by its input and by its output: one of them is meant."""
    return (pair.proposal.kind is PairKind.DERIVATIVE or bool(pair.proposal.slope)) and all(
        "of" in j.seen.draw.reading for standings in right for j in standings.judged
    )


def _not_judged(pair: OpenPair, silent: Sequence[Standings]) -> PairResult:
    proposal = pair.proposal
    place = backward_place(pair)
    if not silent:
        return PairResult(
            proposal.check, not_judged=NotJudged(proposal.check, "no inputs make it run", "", place, needed=True)
        )
    first = silent[0]
    return PairResult(
        proposal.check,
        not_judged=NotJudged(proposal.check, first.why, first.reading.bind, first.place or place, needed=True),
    )


def _differ(pair: OpenPair, one: Standings, wrong: Standings) -> PairResult:
    """Two meanings of one rank: right, or open, under the one, and wrong under the other."""
    names = ", ".join(row.called for row in wrong.rows if row.conclusion == "wrong") or "it"
    state = "right" if one.right else "not judged"
    text = (
        f"{names} is wrong if {wrong.reading.said}, and {state} if {one.reading.said}: "
        f"say which with {one.reading.bind} or {wrong.reading.bind}"
    )
    finding = PairFinding("MB704", "inconclusive", "exactly", text, place=backward_place(pair))
    cases = dict.fromkeys((*one.cases, *wrong.cases))
    return PairResult(pair.proposal.check, (PairRow("*", findings=(finding,)),), distinct_cases=len(cases))
