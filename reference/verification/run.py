"""A run: battery, random stacks, Hypothesis, laws.

What is learnt goes into a ``Run``, so that an interrupted run can still say what was verified so far; what is made of
it is the business of ``conclude``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from reference.cases.battery import battery
from reference.cases.case import Case, Shape
from reference.cases.domain import ANY
from reference.cases.generation import STACK, explore, random_stacks
from reference.cases.problem import draw
from reference.findings.codes import NOT_JUDGED, WARNINGS
from reference.interface.entry import Entry, Implementation, Law, NotJudged, Place, Violation
from reference.judging.execution import Failure
from reference.judging.hearing import WitnessCache
from reference.judging.judge import Judgement, Tally, judge
from reference.verification.ahead import Sought, asking_ahead
from reference.verification.chunks import CHUNK, Chunk, chunks_of, judge_chunk
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.pair_runs import judge_pairs
from reference.verification.progress import WRONG
from reference.witnesses.autodiff import warm_up
from reference.witnesses.kept_answers import is_recalling

__all__ = ["explored_of", "judge_case", "verify"]


def verify(implementation: Implementation, options: Options, run: Run) -> None:
    """Carry out the plan; everything that is learnt goes into ``run``."""
    started = time.monotonic()
    limit = options.profile.max_time

    def out_of_time() -> bool:
        return limit is not None and time.monotonic() - started > limit

    if options.pair_case is not None:
        judge_pairs(implementation, options, run, out_of_time)
        return
    if options.case is None and implementation.entries and not is_recalling():
        warm_up()
    told = replace(options, decided=lambda line: options.decided(f"{WRONG} {implementation.name}: {line}"))
    cache: WitnessCache = {} if options.witness_cache is None else options.witness_cache
    alone = options.processes == 1 or options.judge is not judge or options.case is not None
    to_come, sought = ([], []) if alone else (_to_come(implementation, options), _sought(implementation, options))
    with asking_ahead(to_come, cache, sought) as ahead:
        if not alone:
            told = replace(told, witness_cache=cache, judge=ahead.judging(options.judge))
        asked = _entries(implementation, told, run, out_of_time)
    if asked is None:
        return
    if options.case is None:
        for law in implementation.laws:
            looked, violations = law.run(options.seed)
            unjudged = [violation for violation in violations if violation.code == NOT_JUDGED]
            if not looked and not violations and law.says:
                unjudged = [Violation("*", NOT_JUDGED, NOTHING)]
            run.notes += [_not_judged(law, violation) for violation in unjudged]
            if not looked and len(violations) <= len(unjudged):
                continue
            run.tallies[law.check, "*"] = Tally(coordinates=looked)
            run.notes.extend(f"{law.check}: {v.text}" for v in violations if not v.code)  # a convention that is right
            for violation in (v for v in violations if v.code):
                if violation in unjudged:
                    continue
                failure = Failure(
                    law.check,
                    violation.output,
                    violation.code,
                    PLACEHOLDER,
                    violation.text,
                    place=None if violation.place is None else Place(*violation.place),
                    conventions=violation.conventions,
                )
                run.failures.setdefault((law.check, violation.output, violation.code), failure)
            options.progress(law.check, 0, 0)
        judge_pairs(implementation, options, run, out_of_time)
    elif not asked:
        run.notes.append(f"no function of {implementation.name} takes this case: {options.case}")


def _entries(
    implementation: Implementation, options: Options, run: Run, out_of_time: Callable[[], bool]
) -> bool | None:
    """Every backward pass on its cases. Of one case: was anybody asked it? ``None`` where time was over too early."""
    rng = np.random.RandomState()  # scratch: reseeded for every case
    asked = False
    domains = [entry.domain for entry in implementation.entries]
    for entry in implementation.entries:
        if options.case is not None:
            if entry.domain.accepts(options.case):
                asked = True
                _judge(entry, [options.case], run, options, rng, planned=1, exhaustive=True)
            continue
        fixed, examples = _fixed(entry), _examples(entry, options)
        explored = explored_of(entry, options)
        planned = len(fixed) + examples + explored
        for stack in _by_shape(fixed):
            _judge(entry, stack, run, options, rng, planned=planned, exhaustive=True)
            if run.hopeless(entry):
                break
            if out_of_time():
                run.floor = False
                run.notes.append(f"{_limit(options)} cut the battery of {entry.check}: too little was tried")
                return None
        if run.hopeless(entry):
            continue
        # entries of one domain are asked the same cases: the witnesses are asked once
        number = domains.index(entry.domain)
        for k, stack in enumerate(_drawn(entry, number, options)):
            if k and out_of_time():
                run.notes.append(f"{_limit(options)} ended the random cases of {entry.check} early")
                break
            _judge(entry, stack, run, options, rng, planned=planned, exhaustive=False)
        if not run.hopeless(entry):
            _campaign(entry, chunks_of(entry.check, number, examples), run, options, planned, out_of_time)
        if not out_of_time():
            explore(
                entry.domain,
                partial(_judge_sought, entry, run, options, rng, planned),
                examples=explored,
                seed=options.seed,
                climb=options.profile.climb,
            )
    return asked


def _to_come(implementation: Implementation, options: Options) -> list[tuple[tuple[Case, ...], bool]]:
    """The stacks that will be asked about, in their order, each once."""
    found: dict[tuple[tuple[Case, ...], bool], None] = {}
    domains = [entry.domain for entry in implementation.entries]
    for entry in implementation.entries:
        found |= {(tuple(stack), True): None for stack in _by_shape(_fixed(entry))}
        found |= {(tuple(stack), False): None for stack in _drawn(entry, domains.index(entry.domain), options)}
    return list(found)


def _sought(implementation: Implementation, options: Options) -> list[Sought]:
    """What Hypothesis will be asked, where it is known before anything is judged; each once."""
    if options.profile.climb:
        return []
    every = (Sought(e.domain, explored_of(e, options), options.seed) for e in implementation.entries)
    return list(dict.fromkeys(each for each in every if each.examples))


def explored_of(entry: Entry, options: Options) -> int:
    """How many cases Hypothesis is asked for, beside those that are drawn."""
    return options.profile.explore if entry.domain == ANY else 0


def _fixed(entry: Entry) -> list[Case]:
    return [case for case in battery() if entry.domain.accepts(case)]


def _drawn(entry: Entry, number: int, options: Options) -> Iterator[list[Case]]:
    """Its random stacks; ``number``: of its domain's stream. What is beyond a chunk is a campaign's."""
    stream = np.random.RandomState([options.seed, number])
    return random_stacks(entry.domain, stream, min(_examples(entry, options), CHUNK))


def _limit(options: Options) -> str:
    return f"the time limit of {options.profile.max_time:g} s"


NOTHING = "nothing of what it returns could be compared"


def _not_judged(law: Law, violation: Violation) -> NotJudged:
    place = None if violation.place is None else Place(*violation.place)
    return NotJudged(law.check, violation.text, violation.remedy, place, law.needed)


PLACEHOLDER = Case((1, 1), 1)  # of a law's failure, which has no case


def judge_case(entry: Entry, case: Case) -> Judgement:
    """One case, with the complex step along samples; what replay and shrinking ask."""
    return judge(entry, draw([case]), exhaustive=False, rng=np.random.RandomState())


def _judge(
    entry: Entry,
    cases: list[Case],
    run: Run,
    options: Options,
    rng: np.random.RandomState,
    *,
    planned: int,
    exhaustive: bool,
    sought: bool = False,
) -> float:
    """Judge a stack; returns its worst error."""
    if run.stopped:
        raise KeyboardInterrupt
    problem = draw(cases, rng)
    judgement = options.judge(entry, problem, exhaustive=exhaustive, rng=rng, witness_cache=options.witness_cache)
    failed = any(check == entry.check for check, _, _ in run.failures)
    run.add(entry, cases, judgement, problem.nudged, sought=sought)
    errors = [failure for failure in judgement.failures if failure.code not in WARNINGS]
    if errors and not failed:  # before its cause is known, which takes longer
        options.decided(f"{entry.check}: {errors[0].output} differs on {errors[0].case}")
    options.progress(entry.check, len(cases), planned)
    return max((tally.worst_error for tally in judgement.tallies.values()), default=0.0)


def _campaign(
    entry: Entry, chunks: Sequence[Chunk], run: Run, options: Options, planned: int, out_of_time: Callable[[], bool]
) -> None:
    """The chunks of a check, here or by whoever judges them elsewhere; ``run`` has them in their order."""
    here = ((chunk, judge_chunk(entry, chunk, seed=options.seed, judge=options.judge)) for chunk in chunks)
    judged = here if options.elsewhere is None else options.elsewhere(chunks, lambda: run.stopped)
    for chunk, found in judged if chunks else ():
        if run.stopped:
            raise KeyboardInterrupt
        if found is None:
            run.floor = False
            run.notes.append(f"chunk {chunk.number} of {chunk.check} was lost, whenever it was tried")
            continue
        news = [kind for kind in found.failures if kind not in run.failures and kind[2] not in WARNINGS]
        run.merge(found)
        if news:
            options.decided(f"{entry.check}: {news[0][1]} differs on {found.failures[news[0]].case}")
        options.progress(entry.check, chunk.cases, planned)
        if out_of_time():
            run.notes.append(f"the campaign of {entry.check} ended with chunk {chunk.number}: its time was over")
            break


def _examples(entry: Entry, options: Options) -> int:
    return max(1, options.profile.examples // entry.domain.share)


def _judge_sought(
    entry: Entry, run: Run, options: Options, rng: np.random.RandomState, planned: int, case: Case
) -> float:
    return _judge(entry, [case], run, options, rng, planned=planned, exhaustive=False, sought=True)


def _by_shape(cases: Iterable[Case]) -> Iterator[list[Case]]:
    stacks: dict[Shape, list[Case]] = {}
    for case in cases:
        stacks.setdefault(case.shape, []).append(case)
    for stack in stacks.values():
        for start in range(0, len(stack), STACK):
            yield stack[start : start + STACK]
