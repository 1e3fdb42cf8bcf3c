"""Which of the plans that run have a vote, and what speaks against each of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reference.pairs.inputs.spec import Array, Path, Plan, Spec, ValueLaw, leaves, names_of, names_of_plan

__all__ = ["contradicting", "voting"]

ALONG_LAST = (ValueLaw.ONE_HOT, ValueLaw.ROWS)
ALONG_FIRST = (ValueLaw.ONE_HOT_COLUMNS, ValueLaw.COLUMNS)
TABLE = "V"  # the size of what is looked up in


def voting(plans: Sequence[Plan]) -> list[Plan]:
    """Of plans that run, those that say something of their own.

    Of plans that differ in the laws of their entries alone the first, whose labels are of the narrowest domain. What is
    right for every label is right for one-hot ones; what is right for one-hot ones need not be right for others (a
    gradient that takes them to sum to one). Of signs alone the same cannot be said. A single number, index or example
    shows less than several do: it has a vote where several do not run.
    """
    several = [plan for plan in plans if not _of_one_number(plan)] or list(plans)
    several = [plan for plan in several if not any(_of_one_example(plan, other) for other in several)]
    kept: dict[str, Plan] = {}
    first: dict[str, Plan] = {}
    for plan in several:
        key, along = _key(plan), _along(plan)
        if key not in first or (along and (_has_many_classes(plan) or _along(first[key]))):
            kept.setdefault(key + along, plan)
        if _has_signs(plan) and not _has_many_classes(first.get(key, plan)):
            kept.setdefault(f"{key} of signs", plan)
        first.setdefault(key, plan)
    chosen = {id(plan) for plan in kept.values()}
    return [plan for plan in several if id(plan) in chosen]


def contradicting(plans: Sequence[Plan], axes: Collection[int] = ()) -> dict[str, int]:
    """By label how often a plan goes against what is documented of an array, or takes labels of more axes than do, or
    has entries belong together along another axis than ``axes``, along which alone anything is reduced.
    """
    documented = [plan for plan in plans if plan.documented]
    found = dict.fromkeys((plan.label for plan in plans), 0)
    for plan in plans:
        own = _arrays(plan)
        for one in documented:
            theirs = _arrays(one)
            found[plan.label] += any(
                _form(own[way]) != _form(theirs[way]) for way in own.keys() & theirs.keys() if way[-1] in one.documented
            )
        across = {" along the last axis": {0}, " along the first axis": {1, -1}}.get(_along(plan), set())
        found[plan.label] += bool(axes) and set(axes) <= across
        for other in plans:
            theirs = _arrays(other)
            found[plan.label] += any(
                _of_classes(spec) and _of_classes(theirs[way]) and len(spec.dims) > len(theirs[way].dims) > 0
                for way, spec in own.items()
                if way in theirs
            )
    return found


def _of_classes(spec: Array) -> bool:
    return spec.law is ValueLaw.LABELS and spec.below != TABLE


def _arrays(plan: Plan) -> dict[Path, Array]:
    return {way: spec for way, spec in leaves(plan.arguments) if isinstance(spec, Array)}


def _form(spec: Array) -> tuple[int, ValueLaw]:
    return len(spec.dims), spec.law


def _of_one_number(plan: Plan) -> bool:
    """Is everything that it is given a single number, or what it looks up a single index?"""
    arrays = _arrays(plan).values()
    if any(not spec.dims and spec.law is ValueLaw.LABELS and spec.below == TABLE for spec in arrays):
        return True
    return bool(arrays) and not any(spec.dims for spec in arrays)


def _of_one_example(plan: Plan, other: Plan) -> bool:
    """Is the first that it is given one row, where the other is given any number of such rows?

    Of a layer that is made of some size, and that takes one array, a vector is a row as well.
    """
    own, theirs = (next(iter(_arrays(each).values()), Array(())) for each in (plan, other))
    if plan.construct and len(_arrays(plan)) == 1 and own.dims and _named(theirs.dims[:1]):
        made_of = {name for _, spec in leaves(plan.construct) for name in names_of(getattr(spec, "size", ""))}
        if own.dims == theirs.dims[1:] and set(own.dims) <= made_of:
            return True
    return (
        own.dims[:1] == (1,) and own.dims != theirs.dims and _named(theirs.dims[:1]) and own.dims[1:] == theirs.dims[1:]
    )


def _named(dims: Sequence[Any]) -> bool:
    return bool(dims) and isinstance(dims[0], str)


def _key(plan: Plan) -> str:
    """The same for plans that differ in the laws of their entries and in the letters of their sizes."""
    letters = {} if plan.fits else {name: f"size{k}_" for k, name in enumerate(names_of_plan(plan))}
    text = repr((_shapes(plan.arguments), _shapes(plan.construct), plan.reading))
    return re.sub(r"(?<=['*+/-])[A-Za-z]\w*(?=['*+/-])", lambda match: letters.get(match[0], match[0]), text)


def _shapes(specs: Mapping[str, Spec]) -> list[tuple[Path, Any]]:
    """Of a single array its rank alone: one row and one column are matrices too."""
    arrays = [spec for _, spec in leaves(specs) if isinstance(spec, Array)]
    single = len(arrays) == 1 and arrays[0].law is not ValueLaw.LABELS
    return [
        (way, (len(spec.dims) if single else spec.dims) if isinstance(spec, Array) else spec)
        for way, spec in leaves(specs)
    ]


def _along(plan: Plan) -> str:
    """The axis along which entries belong together."""
    laws = [spec.law for spec in _arrays(plan).values()]
    last, first = any(law in ALONG_LAST for law in laws), any(law in ALONG_FIRST for law in laws)
    return " along the last axis" if last else " along the first axis" if first else ""


def _has_signs(plan: Plan) -> bool:
    return any(spec.law is ValueLaw.SIGNS for spec in _arrays(plan).values())


def _has_many_classes(plan: Plan) -> bool:
    hot = (ValueLaw.ONE_HOT, ValueLaw.ONE_HOT_COLUMNS)
    return any(spec.law in hot for spec in _arrays(plan).values())
