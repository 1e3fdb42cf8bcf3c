"""The same plan with other values, for what does not run otherwise: of another range, whole numbers, whole shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from reference.interface.pair import Parameter
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    Path,
    Plan,
    ShapeSpec,
    Spec,
    ValueLaw,
    names_of_plan,
    replaced,
)

__all__ = ["WHOLE", "in_even_numbers", "in_whole_numbers", "may_help", "of_the_constructor", "substitutes"]

WHOLE = (2, 1)
OF_FRACTIONS = re.compile(r"^(?!.*arrays used as).*(?:integ(?:er|ral)|'float' object)", re.IGNORECASE)
OF_SHAPES = re.compile(
    r"aligned|broadcast|mismatch|ind(?:ex|ices)|shape|unpack|dimension|attribute|argument|not defined|subscriptable",
    re.I,
)
OF_TUPLES = re.compile(r"'tuple'|tuple|sequence", re.IGNORECASE)
DOMAINS = {"positive": ValueLaw.POSITIVE, "inner": ValueLaw.INNER, "unit": ValueLaw.UNIT}


def substitutes(plan: Plan) -> Iterator[Plan]:
    """``plan`` with every free entry in a domain that functions have, and with whole numbers for fractions."""
    for name, law in DOMAINS.items():
        yield from _changed(plan, name, _within(law))
    yield from _changed(plan, "whole", lambda _, spec: in_whole_numbers(spec))


def of_the_constructor(plan: Plan, takes: Iterable[Parameter]) -> Iterator[Plan]:
    """What a constructor is told in other words: shapes with the examples' axis, windows as high as wide, defaults."""
    shape = next((spec.dims for spec in plan.arguments.values() if isinstance(spec, Array)), ())
    changes: dict[str, Mapping[str, Spec]] = {
        "whole-shape": {
            name: ShapeSpec(shape)
            for name, spec in plan.construct.items()
            if isinstance(spec, ShapeSpec) and spec.dims == shape[1:] and shape
        },
    }
    for name, changed in changes.items():
        if changed:
            construct = {**plan.construct, **changed}
            yield plan._replace(label=f"{plan.label}-{name}", construct=construct, instead_of=plan.label)
    told = [p.name for p in takes if p.optional and p.default is not None and p.name in plan.construct]
    for left in dict.fromkeys([*((name,) for name in told), tuple(told)] if told else ()):
        construct = {name: spec for name, spec in plan.construct.items() if name not in left}
        label = re.sub(r"[^a-z0-9.]+", "-", f"{plan.label}-{'-'.join(left)}-defaults".lower())
        bare = plan._replace(label=label, construct=construct, instead_of=plan.label)
        names = set(names_of_plan(bare))
        yield bare._replace(fits=tuple(pair for pair in plan.fits if set(pair) <= names))


def may_help(plan: Plan, failure: str, *, all_equal: bool = False) -> bool:
    """Whether the values of this substitute may be the cure of what happened without them.

    ``all_equal``: at sizes that hide mistakes, at which options that are left alone would hide the rest.
    """
    if plan.label.endswith("-defaults"):
        return not all_equal
    if plan.label.endswith("-whole-shape"):
        return bool(OF_SHAPES.search(failure) or OF_TUPLES.search(failure))
    if plan.label.endswith("-whole"):
        return bool(OF_FRACTIONS.search(failure))
    return not OF_SHAPES.search(failure)


def in_whole_numbers(spec: Spec) -> Spec:
    """A choice of fractions as one of whole numbers; anything else as it is."""
    if isinstance(spec, ChoiceSpec) and all(type(option) is float for option in spec.options):
        return ChoiceSpec(WHOLE)
    return spec


def in_even_numbers(spec: Spec) -> Spec:
    """A choice of whole numbers as one of even ones."""
    if isinstance(spec, ChoiceSpec) and all(type(option) is int for option in spec.options):
        return ChoiceSpec(tuple(dict.fromkeys(option + option % 2 for option in spec.options)))
    return spec


def _within(law: ValueLaw) -> Callable[[Path, Spec], Spec]:
    def change(_: Path, spec: Spec) -> Spec:
        return spec._replace(law=law) if isinstance(spec, Array) and spec.law is ValueLaw.NORMAL else spec

    return change


def _changed(plan: Plan, name: str, change: Callable[[Path, Spec], Any]) -> Iterator[Plan]:
    arguments = replaced(plan.arguments, change)
    if arguments != plan.arguments:
        yield plan._replace(label=f"{plan.label}-{name}", arguments=arguments, instead_of=plan.label)
