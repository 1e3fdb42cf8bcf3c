"""The functions and classes of a file that have their own loss: for each the ways to ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reference.targets.losses.arguments import AskedArguments, asked, may_have_a_loss
from reference.targets.losses.network import of_one_layer, of_parameters, one_by_one
from reference.targets.losses.network_class import is_network_class, of_network_class
from reference.targets.losses.theta import of_theta
from reference.targets.losses.unrolled import of_unrolled
from reference.targets.losses.way import LossWay
from reference.targets.pairing.passes import Function

__all__ = ["class_ways", "ways_of"]


def ways_of(
    f: Function, *, by_name: bool, form: str | None = None, rows: bool | None = None
) -> Iterator[LossWay] | None:
    """The ways to ask a function; ``None`` for one that cannot return its own loss. ``by_name``: it was asked for."""
    if not (by_name or may_have_a_loss(f.name)):
        return None
    wanted = asked(f)
    return None if wanted is None or wanted.unknown else _in_turn(f, wanted, form, rows)


def _in_turn(f: Function, wanted: AskedArguments, form: str | None, rows: bool | None) -> Iterator[LossWay]:
    names = wanted.names
    if wanted.sizes:
        yield from of_unrolled(f, wanted)
        return
    if "W1" in names and "parameters" not in names:
        if wanted.layers > 1 or "b1" in names:
            yield from of_one_layer(f, wanted, rows=rows) if wanted.layers == 1 else one_by_one(f, wanted, rows=rows)
        else:
            yield from of_theta(f, wanted)
        return
    if "parameters" in names:
        yield from of_parameters(f, wanted, form=form, rows=rows)
    yield from of_theta(f, wanted)
    if "theta" in names and "parameters" not in names:  # the weights of several units, without biases
        rest = {what: argument for what, argument in names.items() if what != "theta"}
        yield from one_by_one(f, AskedArguments({**rest, "W1": names["theta"]}), rows=rows)


def class_ways(names: Mapping[str, Any]) -> Iterator[tuple[str, list[LossWay]]]:
    """Every class of the file that is a network as Nielsen has it."""
    for name, value in names.items():
        if getattr(value, "__module__", None) == names.get("__name__") and is_network_class(value):
            yield from of_network_class(name, names)
