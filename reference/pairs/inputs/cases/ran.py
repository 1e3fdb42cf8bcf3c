"""What it is worth that a plan ran: on single numbers, on few numbers, on one example, it tells less."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from reference.pairs.inputs.cases.attempt import Attempt
from reference.pairs.inputs.cases.case import PairCase
from reference.pairs.inputs.spec import Array, Plan, ValueLaw, leaves, names_of_plan

__all__ = ["Ran", "few_numbers", "of_numbers", "of_one_example", "of_single_rows", "with_several"]

EXAMPLES = "N"  # how many there are
FEW = 12  # numbers that may be in a domain by chance

Ran = tuple[Plan, PairCase, Attempt, str]  # and how its sizes were drawn


def of_numbers(case: PairCase) -> bool:
    """Is every array that it takes one number?"""
    arrays = [spec for _, spec in leaves(case.arguments) if isinstance(spec, Array)]
    return bool(arrays) and all(prod(int(d) for d in spec.dims) == 1 for spec in arrays)


def of_single_rows(plan: Plan) -> bool:
    """Is each of several arrays that it takes a single row?"""
    arrays = [spec for _, spec in leaves(plan.arguments) if isinstance(spec, Array)]
    return len(arrays) > 1 and all(spec.dims[:1] == (1,) for spec in arrays)


def with_several(ran: Sequence[Ran]) -> list[Ran]:
    """The last that ran; where it is one example, beside what ran with several in the right shapes: a mean of one is
    its sum, and so one example does not tell which is meant.
    """
    *before, last = ran
    if _has_examples(last):
        return [last]
    return [*(one for one in before if one[2].in_shape and _has_examples(one)), last]


def of_one_example(ran: Sequence[Ran]) -> bool:
    """Is the one that fits in every number of one example?"""
    return len(ran) > 1 and not ran[-1][2].unmatched and not _has_examples(ran[-1])


def _has_examples(one: Ran) -> bool:
    return EXAMPLES in names_of_plan(one[0])


def few_numbers(case: PairCase) -> bool:
    """Are there so few of them that a function may be finite there, and nowhere else?"""
    free = [spec for _, spec in leaves(case.arguments) if isinstance(spec, Array) and spec.law is ValueLaw.NORMAL]
    return 0 < sum(prod(int(d) for d in spec.dims) for spec in free) <= FEW
