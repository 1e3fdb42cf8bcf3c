"""Who agrees with whom, on which output, to how many digits, and at what price.

contenders    the targets, opened          pool          the cases, and what everybody answered
answers       of one function to one       beside        what a process beside this one asks JAX
truth         the complex step, extended   accuracy      ULPs and units of u · M
conventions   another J, not an error      agreement     every two targets
summary       the odd one out, in words    price         seconds and bytes of a call
pairs         the same of pairs that are held to their own forward pass
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from reference.comparison.accuracy import AccuracyRow, accuracy
from reference.comparison.agreement import agreement
from reference.comparison.answers import Answer, Participant
from reference.comparison.beside import asking_beside
from reference.comparison.contenders import Contender, open_all
from reference.comparison.conventions import follows
from reference.comparison.pairs import are_pairs, compare_pairs
from reference.comparison.phrases import digits
from reference.comparison.pool import AskedProblem, ask_all
from reference.comparison.price import SIZES, prices
from reference.comparison.summary import words
from reference.comparison.truth import METHOD
from reference.findings.conventions import SUMMED, Convention
from reference.findings.verdicts import EXIT_CODES, Verdict, verdict_of, worst_exit
from reference.interface.entry import Implementation
from reference.report.models.comparison import Accuracy, Agreement, Comparison, Standing, Timing
from reference.report.models.verification import Target
from reference.verification.progress import Progress
from reference.verification.reported import Invocation

__all__ = ["ComparisonPlan", "are_pairs", "asking_beside", "compare", "compare_pairs", "open_all"]

NOTHING = "it exports no backward pass that can be compared"


class ComparisonPlan(NamedTuple):
    """What a caller asks for."""

    examples: int
    seed: int
    timed: bool = True
    progress: Progress = lambda check, cases, total: None
    pool: Executor | None = None  # a process beside this one


def compare(
    contenders: Sequence[Contender], plan: ComparisonPlan, verify: Callable[[Implementation], Target], made: Invocation
) -> Comparison:
    """Ask everybody everything; ``verify`` says of a wrong one what is wrong with it."""
    asked, answers = ask_all(contenders, examples=plan.examples, seed=plan.seed, progress=plan.progress, pool=plan.pool)
    rows = accuracy(asked, answers)
    pairs = agreement([c.target for c in contenders], asked, answers)
    judged = [_standing(c, asked, answers, rows, verify) for c in contenders]
    standings = [standing for standing, _ in judged]
    usable = [c for c, s in zip(contenders, standings, strict=True) if s.accuracy]
    summed = [standing.target for standing, followed in judged if SUMMED in followed]
    found = prices(usable, seed=plan.seed, summed=summed, progress=plan.progress) if plan.timed else []
    code = worst_exit([EXIT_CODES[s.verdict] for s in standings])
    return Comparison(
        tool=made.tool,
        seed=plan.seed,
        verdict=verdict_of(code),
        exit_code=code,
        truth=METHOD,
        cases=len(asked),
        words=words(standings, pairs),
        standings=standings,
        agreement=[Agreement(digits=digits(p.difference), **p._asdict()) for p in pairs],
        sizes={size.name: str(size.case) for size in SIZES} if plan.timed else {},
        command=made.command,
        timing=Timing(total=made.seconds(), prices=found),
    )


def _standing(
    contender: Contender,
    asked: Sequence[AskedProblem],
    answers: Mapping[Participant, Mapping[int, Answer]],
    rows: Sequence[AccuracyRow],
    verify: Callable[[Implementation], Target],
) -> tuple[Standing, set[Convention]]:
    """How a contender stands, and the conventions of J that it may follow."""
    target, implementation = contender.target, contender.implementation
    if implementation is None:
        return Standing(target=target, verdict="error", error=contender.error), set()
    mine = {who: given for who, given in answers.items() if who.target == target}
    failed = [answer.failed for given in mine.values() for answer in given.values() if answer.failed]
    cases = {k for given in mine.values() for k in given}
    table = [_accuracy(row) for row in rows if row.who.target == target]
    notes, conventions = [str(note) for note in implementation.notes], _own_conventions(implementation)
    if not cases:
        more = "; verify says more of it" if implementation.laws else ""
        return Standing(target=target, verdict="inconclusive", error=NOTHING + more, notes=notes), set()
    verdict, error, explained = _verdict(mine, asked, rows, failed)
    conventions += [" or ".join(" and ".join(c.of_gradients for c in way) for way in ways) for ways in explained]
    checks, evidence = [], []
    if verdict == "fail":
        report = verify(implementation)
        checks, evidence = [check for check in report.checks if check.findings], report.evidence
        if report.verdict == "pass" and checks and not failed:  # right, but digits are lost
            verdict = "pass"
    standing = Standing(
        target=target,
        verdict=verdict,
        error=error,
        notes=notes,
        conventions=list(dict.fromkeys(conventions)),
        cases=len(cases),
        failed=len(failed),
        accuracy=table,
        checks=checks,
        evidence=evidence,
    )
    return standing, {convention for ways in explained for way in ways for convention in way}


def _verdict(
    mine: Mapping[Participant, Mapping[int, Answer]],
    asked: Sequence[AskedProblem],
    rows: Sequence[AccuracyRow],
    failed: Sequence[str],
) -> tuple[Verdict, str | None, list[list[tuple[Convention, ...]]]]:
    """Right, or wrong and in which words, or right by conventions: the ways to explain each of its functions."""
    conventions: list[list[tuple[Convention, ...]]] = []
    wrong = []
    for who, given in mine.items():
        if not any(row.wrong for row in rows if row.who == who):
            continue
        explained = follows(asked, given)
        if explained:
            conventions.append(explained)
        else:
            wrong.append(who.check)
    if failed:
        return "fail", f"{len(failed)} answers could not be compared: {failed[0]}", conventions
    if wrong:
        return "fail", f"{', '.join(wrong)}: not within rounding of the truth", conventions
    return "pass", None, conventions


def _own_conventions(implementation: Implementation) -> list[str]:
    return [text for entry in implementation.entries for text in entry.conventions]


def _accuracy(row: AccuracyRow) -> Accuracy:
    return Accuracy(
        check=row.who.check,
        output=row.output,
        dtype=row.dtype,
        cases=row.cases,
        coordinates=row.coordinates,
        worst_ulps=row.worst_ulps,
        median_ulps=row.median_ulps,
        worst_error=row.worst_error,
        wrong_cases=row.wrong,
        case=row.case,
        median_error=row.median_error,
    )
