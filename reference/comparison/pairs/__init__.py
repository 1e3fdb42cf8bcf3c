"""Two or more implementations of one pair on the same inputs.

sides      which pairs stand beside each other   asking     everybody's answers, and the truths
likeness   which argument is which               measured   ULPs, units, and who agrees with whom
placing    another on the first one's inputs     price      seconds and bytes at three sizes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reference.comparison.contenders import Contender
from reference.comparison.pairs.asking import AnswerBeside, AskedDraw, Seats, asked_of, first_at, itself, seats_of
from reference.comparison.pairs.measured import DrawSums, Measured, measured, rows_of
from reference.comparison.pairs.price import pair_prices
from reference.comparison.pairs.sides import PairGroup, Side, are_pairs, groups_of
from reference.comparison.pairs.standing import JudgedSide, joined_agreement, standing_of
from reference.comparison.pairs.words import words_of
from reference.comparison.truth import BITS, EXTENDED
from reference.findings.verdicts import EXIT_CODES, verdict_of, worst_exit
from reference.interface.entry import Implementation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.pairs.reading import seed_of
from reference.report.models.comparison import Agreement, Comparison, Price, Timing
from reference.report.models.verification import Target
from reference.verification.reported import Invocation

__all__ = ["are_pairs", "compare_pairs"]

DRAWS, HEAVY = 6, 3  # at most; of what takes many steps
MANY = 2000  # calls of NumPy
METHOD = f"complex step in {'extended' if EXTENDED else 'double'} precision ({BITS} bits)"


def compare_pairs(
    contenders: Sequence[Contender], plan: Any, verify: Callable[[Implementation], Target], made: Invocation
) -> Comparison:
    """Compare the pairs of the targets. ``plan`` is a ``ComparisonPlan``; ``verify`` says what is wrong with one."""
    groups, left = groups_of(contenders)
    sums = DrawSums()
    judged: list[JudgedSide] = []
    agreement: list[Agreement] = []
    sizes: dict[str, str] = {}
    prices: list[Price] = []
    asked = 0
    for group in groups:
        prefix = f"{group.name} " if len(groups) > 1 else ""
        seats = seats_of(group, plan.seed)
        draws = _asked(group, seats, plan)
        asked += len(draws)
        found = measured(group.name, [side.target for side in group.sides], draws, sums, prefix=prefix)
        mine = [_judged(side, seats, draws, found, verify) for side in group.sides]
        judged += mine
        agreement += found.agreement
        if plan.timed and seats.leader is not None:
            apart = {j.side.target: j.untimed for j in mine if j.untimed}
            timed = pair_prices(seats, group.sides, apart, seed=plan.seed, prefix=prefix, progress=plan.progress)
            sizes |= timed[0]
            prices += timed[1]
    together = joined_agreement(agreement)
    rows = rows_of(sums)
    targets = list(dict.fromkeys([*(c.target for c in contenders), *(j.side.target for j in judged)]))
    opened = {c.target: c for c in contenders}
    standings = [
        s
        for target in targets
        if (s := standing_of(target, opened.get(target), judged, rows.get(target, []), left.get(target))) is not None
    ]
    code = worst_exit([EXIT_CODES[s.verdict] for s in standings] or [EXIT_CODES["inconclusive"]])
    return Comparison(
        tool=made.tool,
        seed=plan.seed,
        verdict=verdict_of(code),
        exit_code=code,
        truth=METHOD,
        unit="E",
        cases=asked,
        words=words_of(groups, judged, agreement, left, standings),
        standings=standings,
        agreement=together,
        sizes=sizes,
        command=made.command,
        timing=Timing(total=made.seconds(), prices=prices),
    )


def _asked(group: PairGroup, seats: Seats, plan: Any) -> list[AskedDraw]:
    """Everybody at the same draws, the first one first."""
    leader, reading = seats.leader, seats.reading
    if leader is None or reading is None:
        return []
    asked: list[AskedDraw] = []
    many = min(plan.examples, DRAWS)
    k = 0
    while k < many:
        seed = seed_of(plan.seed, k, 0)
        try:
            first = first_at(leader.pair, reading, seed, k)
        except (TargetRaised, TargetDied) as error:
            asked.append(AskedDraw(_none(), {leader.target: str(error)}))
            k += 1
            continue
        answers: dict[str, AnswerBeside | str] = {leader.target: asked_of(leader, itself(first), first, seed)}
        for side in group.sides:
            if side.target not in seats.ways:
                continue
            given = seats.ways[side.target].again(first)
            answers[side.target] = given if isinstance(given, str) else asked_of(side, given, first, seed)
        asked.append(AskedDraw(first, answers))
        if any(isinstance(a, AnswerBeside) and a.operations > MANY for a in answers.values()):
            many = min(many, HEAVY)
        plan.progress(f"asking {', '.join(answers)}", 1, many)
        k += 1
    return asked


def _none() -> Any:
    from reference.comparison.pairs.given import First
    from reference.interface.pair import PairDraw
    from reference.pairs.draws.observation import PairRun

    return First(PairDraw({}), PairRun({}, [], [], {}, {}), "")


def _judged(
    side: Side, seats: Seats, draws: Sequence[AskedDraw], found: Measured, verify: Callable[[Implementation], Target]
) -> JudgedSide:
    """One implementation: right, wrong in the words of ``verify``, or nothing that can be said."""
    target = side.target
    if target in seats.apart:
        return JudgedSide(side, "inconclusive", seats.apart[target], untimed="not taken")
    answers = [draw.answers[target] for draw in draws if target in draw.answers]
    failed = [answer for answer in answers if isinstance(answer, str)]
    given = [answer for answer in answers if isinstance(answer, AnswerBeside)]
    notes = tuple(dict.fromkeys(f"its own derivative was not asked: {a.refused}" for a in given if a.refused))
    counted: Mapping[str, Any] = {"cases": len(answers), "failed": len(failed), "notes": notes}
    if failed:
        text = f"{len(failed)} of {len(answers)} answers could not be compared: {failed[0]}"
        return JudgedSide(side, "inconclusive", text, untimed="not taken", **counted)
    conventions: tuple[str, ...] = ()
    unfit = dict.fromkeys(block for a in given for block in a.unfit)
    if target in found.wrong or unfit:
        blocks = ", ".join(dict.fromkeys([*found.wrong.get(target, ()), *unfit]))
        report = verify(side.implementation._replace(pairs=(side.pair,), entries=(), laws=(), notes=(), unknown=()))
        conventions = tuple(dict.fromkeys(text for check in report.checks for text in check.conventions))
        checks = tuple(check for check in report.checks if check.findings)
        if report.verdict != "pass" or not (conventions or checks):
            verdict, text = report.verdict, f"{blocks}: not within rounding of the truth"
            if verdict != "fail":
                verdict, text = (
                    "inconclusive",
                    f"{text}; on inputs of its own it is not found wrong",
                )
            return JudgedSide(side, verdict, text, checks, conventions, tuple(report.evidence),
                          untimed="wrong", **counted)  # fmt: skip
    if target in found.other:
        return JudgedSide(side, "inconclusive", f"it computes something else: {found.other[target]}",
                      untimed="differs", **counted)  # fmt: skip
    if target in found.unheard:
        return JudgedSide(side, "inconclusive", "no truth could be asked of it", untimed="not verified", **counted)
    return JudgedSide(side, "pass", None, conventions=conventions, **counted)
