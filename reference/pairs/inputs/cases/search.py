"""Hypothesis over the cases of a plan: sizes, options and seeds are drawn, not arrays, so that it shrinks well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from reference.cases.seeding import by_the_seed_alone
from reference.pairs.inputs.cases.case import PairCase, case_of
from reference.pairs.inputs.sizes import FLAT, choices_of
from reference.pairs.inputs.spec import Plan, SizeError, names_of_plan

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["cases", "explore", "shrink"]

LARGEST, SHRINK_EXAMPLES = 9, 120


def cases(plan: Plan, check: str, *, at_most: Mapping[str, int] | None = None) -> SearchStrategy[PairCase]:
    """Cases of a plan, no two sizes equal unless they are 1; ``at_most``: no larger than these sizes."""
    from hypothesis import assume
    from hypothesis import strategies as st

    names = names_of_plan(plan)

    @st.composite
    def build(draw: Callable) -> PairCase:
        fixed = {FLAT: at_most[FLAT]} if at_most and FLAT in at_most else {}
        sizes = {n: draw(st.integers(1, at_most[n] if at_most else LARGEST)) for n in names if n not in fixed}
        several = [size for size in sizes.values() if size > 1]
        if at_most is None:
            assume(len(set(several)) == len(several))
        chosen = draw(st.sampled_from(choices_of(plan)))
        seed = draw(st.integers(0, 9) if at_most is not None else st.integers(0, 2**32 - 1))
        try:
            return case_of(check, plan, {**sizes, **fixed}, chosen, seed=seed)
        except SizeError:
            assume(False)
            raise

    return build()


def explore(plan: Plan, check: str, visit: Callable[[PairCase], Any], *, examples: int, seed: int) -> None:
    """Visit so many cases of a plan, the same for the same seed."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    @settings(
        max_examples=examples, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @seeded(seed)
    @given(cases(plan, check))
    def each(case: PairCase) -> None:
        visit(case)

    with by_the_seed_alone():
        each()


def shrink(
    plan: Plan, case: PairCase, sizes: Mapping[str, int], fails: Callable[[PairCase], bool], *, seed: int
) -> PairCase:
    """The smallest case of a plan that fails as this one does, which is returned where there is none smaller."""
    from random import Random

    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import Flaky, NoSuchExample, Unsatisfiable

    if not plan.arguments:
        return case
    how = settings(
        max_examples=SHRINK_EXAMPLES, phases=[Phase.generate, Phase.shrink], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        with by_the_seed_alone():
            return find(cases(plan, case.check, at_most=sizes), fails, random=Random(seed), settings=how)
    except (NoSuchExample, Flaky, Unsatisfiable):
        return case
