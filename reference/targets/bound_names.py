"""The names in a binding, held to a file: which of them it has, and for the others what was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reference.interface.pair import OpenPair
from reference.settings.binding import Binding
from reference.spelling import or_listed
from reference.targets.unjudged import names_in

__all__ = ["bound_names"]


def bound_names(
    binding: Binding,
    survey: Mapping[str, Any],
    imported: Sequence[tuple[str, Sequence[str]]],
    proposed: Sequence[OpenPair],
) -> dict[str, str]:
    """Every key of a binding that goes by a name, with "" where the file has it, else with the names that it has.

    ``survey``: what the file defines; ``imported``: functions of others that it can call, with their arguments.
    """
    methods = [m for c in survey["classes"] for m in c["methods"]]
    defined = [*names_in(survey), *(name for name, _ in imported)]
    arguments = [name for f in (*survey["functions"], *methods) for name in f["every"]]
    arguments += [name for _, taken in imported for name in taken]
    pairs = [opened.proposal.check for opened in proposed]
    return {
        key: "" if name in known else f"no {kind} is called {name}; {or_listed(name, known)}"
        for key, name, kind, known in _named(binding, defined, arguments, pairs)
    }


def _named(
    binding: Binding, defined: Sequence[str], arguments: Sequence[str], pairs: Sequence[str]
) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """Of each key: the name, of what, and the names that there are."""
    for key, function in (("forward", binding.forward), ("cost", binding.cost)):
        if function is not None:
            yield f"{key}={function}", function, "function", defined
    for name in binding.arguments:
        yield f"argument.{name}", name, "argument", arguments
    for name in binding.inputs:
        yield f"inputs.{name}", name, "pair", pairs
