"""Which meanings of a pair's arguments run: tried in the order of their evidence, each at several sizes.

A plan runs once its forward pass is finite and some gradient has the shape of what it belongs to. Only plans of the
best evidence that runs are kept. A plan that fails was a guess, and is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from reference.interface.entry import NotJudged
from reference.interface.exceptions import TargetDied
from reference.interface.pair import OpenPair, PairDraw, PairKind
from reference.pairs.inputs.cases.attempt import NOT_FINITE, Attempt, attempt
from reference.pairs.inputs.cases.case import PairCase, case_of
from reference.pairs.inputs.cases.case_line import parse
from reference.pairs.inputs.cases.effort import LONG, LONGER, EffortOfSizes
from reference.pairs.inputs.cases.ran import Ran, few_numbers, of_numbers, of_one_example, of_single_rows, with_several
from reference.pairs.inputs.cases.running import RunningPlan
from reference.pairs.inputs.plans.left_alone import left_at_default, left_to_another
from reference.pairs.inputs.plans.ordered import plans_of
from reference.pairs.inputs.plans.substitutes import may_help
from reference.pairs.inputs.plans.voting import contradicting, voting
from reference.pairs.inputs.remedy import remedy
from reference.pairs.inputs.sizes import FLAT, Sizes, choices_of, each_axis_of_one, in_proportion
from reference.pairs.inputs.spec import Path, Plan, Rank
from reference.pairs.inputs.text.sources import sources_of
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.tokens import CaseError
from reference.pairs.result import backward_place

__all__ = ["MOST", "PairTrial", "trial"]

ATTEMPTS, MOST = 160, 240  # of one rank and kind of sizes, and in all
FURTHER = 40  # after the first plan that ran, in search of others that would contradict it
READINGS = 4  # that have a vote
SIZES, CHOICES = 3, 5  # of a plan that runs
HOPELESS = {"NameError", "ModuleNotFoundError", "ImportError", "NotImplementedError", "SyntaxError"}
OWN_FAULTS = {"AttributeError", "UnboundLocalError", "Unprepared", "Unbound", "NoOutput"}
OF_AN_ARGUMENT = re.compile(r"'(?:int|float|list|tuple|dict|str|ndarray|\w*int64|\w*float64|bool|NoneType)' object")
PATIENCE, IMPATIENCE = 5, 20  # equal failures that have nothing to do with the arguments
DEATHS = 2
FLAT_TRIES, LONGEST = 6, 4000
RESHAPED = re.compile(r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)")
PHASES = (("distinct fitting", "even divisible", "seen"), ("square",), ("equal",))
NOTES = {"seen": "of the sizes of a call", "square": "as high as wide", "equal": "all of one size"}


class PairTrial(NamedTuple):
    """The plans that run, of one rank; or why there is none. ``only``: the draw of the case line."""

    readings: tuple[RunningPlan, ...] = ()
    not_judged: NotJudged | None = None
    notes: tuple[str, ...] = ()
    only: PairDraw | None = None
    attempts: int = 0


def trial(pair: OpenPair, *, seed: int = 0, case: str | None = None) -> PairTrial:
    """Try the plans of a pair. ``case``: a line; its plan is taken, and nothing is tried. Raises ``CaseError``."""
    try:
        plans = plans_of(pair.proposal, sources_of(FilePath(pair.file)))
    except CaseError as wrong:  # what is bound
        place = backward_place(pair)
        return PairTrial(
            not_judged=NotJudged(pair.proposal.check, str(wrong), remedy(pair.proposal), place, needed=True)
        )
    if case is not None:
        wanted = parse(case, plans, pair.proposal.check)
        plan = next(p for p in plans if p.label == wanted.label)
        reading = RunningPlan(pair, plan, (wanted,), ({},), tuple(plans))
        return PairTrial((reading,), only=reading.draw(wanted.seed, 0, exactly=True))
    search = _PlanSearch(pair, plans, seed)
    readings = search.run()
    if readings:
        return PairTrial(readings, notes=search.notes(), attempts=search.attempts)
    return PairTrial(not_judged=search.why(), attempts=search.attempts)


class _PlanSearch:
    """One search; it counts what it asks."""

    def __init__(self, pair: OpenPair, plans: Sequence[Plan], seed: int) -> None:
        self.pair, self.plans, self.seed = pair, plans, seed
        self.attempts = self.deaths = 0
        self.failures: list[tuple[Plan, Attempt]] = []
        self.hopeless: list[Attempt] = []
        self.transposed: list[Ran] = []
        self.limit = ATTEMPTS

    def run(self) -> tuple[RunningPlan, ...]:
        """Sizes that hide mistakes, all equal at the worst, are tried once no plan runs with others."""
        for phase in PHASES:
            for rank in Rank:
                ran = self._of_rank([plan for plan in self.plans if plan.rank is rank], phase)
                if not ran and rank <= Rank.DOCUMENTED:  # what is documented is held against the gradient's shape
                    ran = self.transposed[:1]
                if ran and all(of_numbers(case) for _, case, *_ in ran) and any(f.smaller for _, f in self.failures):
                    return ()  # every shape fits one number
                if ran:
                    clean = min(one.unmatched for _, _, one, _ in ran)
                    best = {plan.label: (plan, case, how) for plan, case, one, how in ran
                            if one.unmatched == clean or (one.in_shape and of_one_example(ran))}  # fmt: skip
                    voters = voting([plan for plan, *_ in best.values()])[:READINGS]
                    against = contradicting(voters, AskedOfArgument(self.pair.proposal.asked).axes())
                    return tuple(self._widened(*best[plan.label], against[plan.label]) for plan in voters)
                if self._given_up(for_good=True):
                    return ()
        return ()

    def _of_rank(self, plans: Sequence[Plan], phase: Sequence[str]) -> list[Ran]:
        """Of every plan the first case that runs; of sizes that hide mistakes the best."""
        ran: list[Ran] = []
        self.limit = self.attempts + ATTEMPTS
        for ways in phase:
            for plan in plans:
                for how in ways.split():
                    if self._given_up() or len(ran) >= READINGS + 2:
                        return ran
                    if plan.instead_of and not self._worth_trying(plan, ran, how):
                        break
                    one = self._first(plan, how)
                    if one is not None:
                        if not ran:
                            self.limit = min(self.limit, self.attempts + FURTHER)
                        ran.append((plan, one[0], one[1], how))
                        if self.pair.proposal.kind is PairKind.NETWORK and not one[1].unmatched:
                            return with_several(ran)  # a loss of which every gradient is one has been found
                        break
            if ran:
                return ran
        return ran

    def _worth_trying(self, plan: Plan, ran: Sequence[Ran], how: str) -> bool:
        """Other values are no help against shapes that do not fit, nor where those of the same plan ran."""
        if any(plan.instead_of in (of.label, of.instead_of) for of, *_ in ran):
            return False
        failed = next((one for of, one in reversed(self.failures) if of.label == plan.instead_of), None)
        return failed is not None and may_help(plan, failed.reason, all_equal=how in NOTES)

    def _first(self, plan: Plan, how: str) -> tuple[PairCase, Attempt] | None:
        if (how == "fitting" and not plan.fits) or (how == "seen" and plan.rank is not Rank.SEEN):
            return None
        if how == "equal" and plan.rank is Rank.TRIED and of_single_rows(plan):
            return None  # a mean over the examples would be a sum
        if not plan.arguments:  # the file's own example makes them
            case = PairCase(self.pair.proposal.check, plan.label, {}, {}, dict(plan.reading), seed=self.seed)
            one = self._attempt(case)
        else:
            sizes = next(iter(in_proportion(plan, {}, self.seed, how, 1)), None)
            if sizes is None:
                return None
            case, one, _ = self._at(plan, sizes, {})
            if one.runs and few_numbers(case):
                again = self._attempt(case._replace(seed=case.seed + 1))
                one = again if again.kind == NOT_FINITE else one
        if one.runs:
            return case, one
        self.failures.append((plan, one))
        if one.transposed:
            self.transposed.append((plan, case, one, how))
        return None

    def _at(self, plan: Plan, sizes: Sizes, chosen: Mapping[Path, Any]) -> tuple[PairCase, Attempt, Sizes]:
        """A plan at these sizes; a flat vector is made as long as what it is taken apart into asks for."""
        for _ in range(FLAT_TRIES):
            case = case_of(self.pair.proposal.check, plan, sizes, chosen, seed=self.seed)
            one = self._attempt(case)
            wanted = None if one.runs or FLAT not in sizes else RESHAPED.search(one.reason)
            if wanted is None or self.deaths >= DEATHS:
                break
            longer = sizes[FLAT] - int(wanted[1]) + prod(int(n) for n in wanted[2].split(",") if n.strip())
            if not 0 < longer < LONGEST or longer == sizes[FLAT]:
                break
            sizes = {**sizes, FLAT: longer}
        return case, one, sizes

    def _attempt(self, case: PairCase) -> Attempt:
        self.attempts += 1
        try:
            one = attempt(self.pair, case)
        except TargetDied as death:
            self.deaths += 1
            return Attempt(False, reason=str(death))
        of_data = self.pair.proposal.kind is PairKind.NETWORK and one.kind == "Unprepared"
        if not (one.runs or of_data) and (
            one.kind in HOPELESS or (one.kind in OWN_FAULTS and not OF_AN_ARGUMENT.search(one.reason))
        ):
            self.hopeless.append(one)
        return one

    def _given_up(self, for_good: bool = False) -> bool:
        count = len(self.hopeless)
        same = (count >= PATIENCE and count == self.attempts) or (count >= IMPATIENCE and 2 * count > self.attempts)
        spent = self.attempts >= (MOST if for_good else min(self.limit, MOST))
        return spent or self.deaths >= DEATHS or same

    def _widened(self, plan: Plan, first: PairCase, how: str, doubts: int) -> RunningPlan:
        """The same plan at other sizes, and with its other options, as far as these run.

        ``doubts``: what speaks against it; sizes at which it does not run do as well.
        """
        if not plan.arguments:
            return RunningPlan(self.pair, plan, (first,), ({},), tuple(self.plans))
        every = in_proportion(plan, {}, self.seed, how, SIZES + 3)
        first, _, settled = self._at(plan, every[0], {}) if FLAT in every[0] else (first, None, every[0])
        effort = EffortOfSizes(self.pair)
        if effort.learn(first, settled) > LONGER:
            shorter = self._light(plan, {}, self.seed, how, effort, most=LONGER)
            first, settled = (shorter[0], shorter[2]) if shorter and shorter[1].runs else (first, settled)
            every = [settled, *effort.affordable(plan, {}, self.seed, how, SIZES + 3)]
        cases, sizes = [first], [settled]
        left = left_to_another(plan, self.plans)
        long: list[str] = []
        for k, chosen in enumerate(choices_of(plan)[1 : CHOICES + 1]):
            shorter = self._light(plan, chosen, self.seed + k + 1, how, effort.apart())
            if shorter is None:
                continue
            case, one, settled, took = shorter
            if one.runs and took <= LONGER:
                cases.append(case)
                sizes.append(settled)
            else:
                to = long if one.runs else left
                to += [f"{way[-1]}={value}" for way, value in chosen.items()]
        wider = [s for s in every[1:] if 1 not in s.values()][:1] + [s for s in every[1:] if 1 in s.values()][:2]
        if self.pair.proposal.kind is PairKind.RULE and (in_turn := each_axis_of_one(plan, every[0])):
            wider = [*wider[:1], *in_turn]
        for place, found in zip((1, 3, 5, 6), wider, strict=False):
            case, one, settled = self._at(plan, found, {})
            if one.runs:
                cases.insert(place, case)
                sizes.insert(place, settled)
            else:
                doubts += 1
        notes = [f"{NOTES[how]}: it did not run otherwise"] if how in NOTES else []
        notes += [f"did not run with {', '.join(left)}"] if left else []
        default = left_at_default(self.pair.proposal, plan)
        notes += [f"left at {', '.join(default)}"] if default else []
        notes += [f"takes too long with {', '.join(long)}"] if long else []
        return RunningPlan(self.pair, plan, tuple(cases), tuple(sizes), tuple(self.plans), tuple(notes), doubts,
                           coincident=how == "equal" and plan.rank >= Rank.DOCUMENTED)  # fmt: skip

    def _light(
        self, plan: Plan, chosen: Mapping[Path, Any], seed: int, how: str, effort: EffortOfSizes, *, most: float = LONG
    ) -> tuple[PairCase, Attempt, Sizes, float] | None:
        """A plan at sizes at which it does not take too long, as far as there are any; and what it takes."""
        found = None
        for _ in range(2):  # the second time it is known what it takes in this configuration
            sizes = next(iter(effort.affordable(plan, chosen, seed, how, 1, most=most)), None)
            if sizes is None:
                break
            case, one, settled = self._at(plan, sizes, chosen)
            took = effort.learn(case, settled) if one.runs else 0.0
            found = case, one, settled, took
            if took <= most:
                break
        return found

    def notes(self) -> tuple[str, ...]:
        return ()

    def why(self) -> NotJudged:
        """The nearest that anything came, and the line that would have the pair judged."""
        proposal = self.pair.proposal
        nearest = min((one for _, one in self.failures), key=lambda one: one.distance, default=None)
        place = backward_place(self.pair)
        if nearest is None:
            return NotJudged(proposal.check, "nothing is known of its arguments", remedy(proposal), place, needed=True)
        tried = f"none of {self.attempts} ways to call it ran" if self.attempts > 1 else "it did not run"
        reason = f"{tried}; the nearest {nearest.reason}"
        where = nearest.place or place
        return NotJudged(proposal.check, reason, remedy(proposal), where, needed=True)
