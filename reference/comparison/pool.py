"""The cases that are asked, and what everybody answered: battery and random cases, one problem at a time.

A target that draws its own masks makes problems of its own; everybody who takes masks as given is asked these too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

import numpy as np

from reference.cases.battery import battery
from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.generation import random_stacks
from reference.cases.problem import Problem, draw
from reference.comparison.answers import Answer, Participant, answer
from reference.comparison.beside import OneShape, asked_beside
from reference.comparison.contenders import Contender
from reference.comparison.truth import Truth, truth
from reference.interface.entry import Entry
from reference.judging.execution import Raised, attempt
from reference.judging.tolerance import Tolerance, gradient_tolerances

__all__ = ["AskedProblem", "ask_all", "paired"]

STACKED = 8  # random cases of one shape: JAX compiles for each shape anew


class AskedProblem(NamedTuple):
    """One problem (a stack of one), the truth of it, and what rounding may do to each gradient."""

    problem: Problem
    truth: Truth | None
    tolerances: Mapping[str, Tolerance]


def ask_all(
    contenders: Sequence[Contender],
    *,
    examples: int,
    seed: int,
    progress: Callable[[str, int, int], None],
    pool: Executor | None = None,
) -> tuple[list[AskedProblem], dict[Participant, dict[int, Answer]]]:
    """Every problem, and by function the answers to those problems that it takes, by their number.

    ``pool``: a process beside this one, for what is compiled.
    """
    entries = {
        Participant(c.target, e.check): e
        for c in contenders
        if c.implementation is not None
        for e in c.implementation.entries
    }
    given = [draw([case]) for case in _cases([entry.domain for entry in entries.values()], examples, seed)]
    by_key: dict[tuple[Case, bytes], Problem] = {_key(p): p for p in given}
    own = {who: _settled(entry, given, by_key) for who, entry in entries.items()}
    problems, numbers = list(by_key.values()), {key: k for k, key in enumerate(by_key)}
    taken = {}
    for who, entry in entries.items():
        keys = own[who] if entry.as_taken is not None else list(by_key)
        taken[who] = [numbers[key] for key in keys if entry.domain.accepts(key[0])]
    begun = {who: asked_beside(pool, who, problems, taken[who]) for who in entries}
    asked = [AskedProblem(problem, truth(problem), gradient_tolerances(problem)) for problem in problems]
    answers: dict[Participant, dict[int, Answer]] = {who: {} for who in entries}
    for who in sorted(entries, key=lambda who: len(begun[who])):  # who is asked beside comes last
        told = partial(progress, f"asking {who.target}, {who.check}")
        answers[who] = _ask(partial(_answer, entries[who], problems), taken[who], begun[who], told)
    return asked, answers


def _ask(
    here: Callable[[int], Answer], numbers: Sequence[int], begun: Sequence[OneShape], told: Callable[[int, int], None]
) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    for part in reversed(begun):
        found |= part.fetch(here)
        told(len(part.numbers), len(numbers))
    for k in numbers:
        if k not in found:
            found[k] = here(k)
            told(1, len(numbers))
    return {k: found[k] for k in numbers}


def _answer(entry: Entry, problems: Sequence[Problem], k: int) -> Answer:
    return answer(entry, problems[k])


def _cases(domains: Sequence[Domain], examples: int, seed: int) -> list[Case]:
    """The battery, then ``examples`` random cases, spread over the domains that there are."""
    cases = [case for case in battery() if any(domain.accepts(case) for domain in domains)]
    distinct = list(dict.fromkeys(domain._replace(share=1) for domain in domains))
    for index, domain in enumerate(distinct):
        stream, wanted = np.random.RandomState([seed, index]), max(1, examples // len(distinct))
        cases += [case for stack in random_stacks(domain, stream, wanted, stacked=STACKED) for case in stack]
    return list(dict.fromkeys(cases))


def _key(problem: Problem) -> tuple[Case, bytes]:
    masks = (np.packbits(D) for D in problem.masks or ())
    return problem.cases[0], b"".join(a.tobytes() for a in (problem.Y, *masks))


def _settled(
    entry: Entry, given: Sequence[Problem], problems: dict[tuple[Case, bytes], Problem]
) -> list[tuple[Case, bytes]]:
    """The problems as a target that draws its own masks makes them; they join ``problems``."""
    if entry.as_taken is None:
        return []
    found = []
    for problem in given:
        if not entry.domain.accepts(problem.cases[0]):
            continue
        answer = attempt(partial(entry.as_taken, problem))
        with_masks = problem if isinstance(answer, Raised) else answer  # it raises again when it is asked
        problems.setdefault(_key(with_masks), with_masks)
        found.append(_key(with_masks))
    return found


def paired(
    answers: dict[Participant, dict[int, Answer]], first: str, second: str
) -> Iterator[tuple[Participant, Participant, int]]:
    """Every two functions of two targets, and every problem that both answered."""
    for one in (who for who in answers if who.target == first):
        for other in (who for who in answers if who.target == second):
            yield from ((one, other, k) for k in answers[one] if k in answers[other])
