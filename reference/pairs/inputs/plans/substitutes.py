"""The same plan with values of another range, for what does not run otherwise: a logarithm, an arcsine, a width."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from reference.pairs.inputs.spec import Array, ChoiceSpec, Path, Plan, Spec, ValueLaw, replaced

__all__ = ["WHOLE", "in_whole_numbers", "may_help", "substitutes"]

WHOLE = (2, 1)
OF_FRACTIONS = re.compile(r"^(?!.*arrays used as).*(?:integ(?:er|ral)|'float' object)", re.IGNORECASE)
OF_SHAPES = re.compile(
    r"aligned|broadcast|mismatch|ind(?:ex|ices)|shape|unpack|dimension|attribute|argument|not defined|subscriptable",
    re.I,
)
DOMAINS = {"positive": ValueLaw.POSITIVE, "inner": ValueLaw.INNER, "unit": ValueLaw.UNIT}


def substitutes(plan: Plan) -> Iterator[Plan]:
    """``plan`` with every free entry in a domain that functions have, and with whole numbers for fractions."""
    for name, law in DOMAINS.items():
        yield from _changed(plan, name, _within(law))
    yield from _changed(plan, "whole", lambda _, spec: in_whole_numbers(spec))


def may_help(plan: Plan, failure: str) -> bool:
    """Whether the values of this substitute may be the cure of what happened without them."""
    if plan.label.endswith("-whole"):
        return bool(OF_FRACTIONS.search(failure))
    return not OF_SHAPES.search(failure)


def in_whole_numbers(spec: Spec) -> Spec:
    """A choice of fractions as one of whole numbers; anything else as it is."""
    if isinstance(spec, ChoiceSpec) and all(type(option) is float for option in spec.options):
        return ChoiceSpec(WHOLE)
    return spec


def _within(law: ValueLaw) -> Callable[[Path, Spec], Spec]:
    def change(_: Path, spec: Spec) -> Spec:
        return spec._replace(law=law) if isinstance(spec, Array) and spec.law is ValueLaw.NORMAL else spec

    return change


def _changed(plan: Plan, name: str, change: Callable[[Path, Spec], Any]) -> Iterator[Plan]:
    arguments = replaced(plan.arguments, change)
    if arguments != plan.arguments:
        yield plan._replace(label=f"{plan.label}-{name}", arguments=arguments, instead_of=plan.label)
