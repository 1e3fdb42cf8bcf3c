"""What a function that returns its own loss asks for, told by the names of its arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from reference.targets.pairing.passes import Function
from reference.targets.reading.vocabulary import meaning, plain

__all__ = ["AskedArguments", "asked", "may_have_a_loss"]

LAYER = re.compile(r"^(w|b|weights?|bias(?:es)?|theta)_?(\d)$", re.IGNORECASE)
SIZES = {
    "input": re.compile(r"^(n_?)?(in|input)(put)?(s|_?layer)?_?(size|units|num|dim|features|nodes)?$", re.IGNORECASE),
    "hidden": re.compile(r"^(n_?)?(hid|hidden)(_?layer)?_?(size|units|num|dim|nodes)?$", re.IGNORECASE),
    "labels": re.compile(
        r"^(n_?|num_?)?(labels?|classes|out|output)(s|_?layer)?_?(size|units|num|dim|nodes)?$", re.IGNORECASE
    ),
}
GIVEN = ("X", "Y", "parameters", "theta", "lambd", "m", "L", "layers_dims")
NEVER = {"cache", "A", "gradients", "epsilon", "keep_prob"}  # it is fed by another function, or is a checker
NAMED = re.compile(r"grad|propagate|prop$|cost|loss|objective|nncost|^f$|^fun$|^step$|^j$|backward")
OTHER = re.compile(r"check|numerical|train|fit|predict|optimi[sz]|descent|update|plot|test|accuracy|evaluate|^main$")


class AskedArguments(NamedTuple):
    """The arguments by what they mean: ``{"W1": "w", "X": "X"}``; what has a default and no meaning is left out."""

    names: Mapping[str, str]  # meaning → argument
    unknown: tuple[str, ...] = ()  # arguments that nothing known can be given for

    @property
    def layers(self) -> int:
        """Of how many layers the parameters come one by one."""
        return sum(name[0] == "W" for name in self.names)

    @property
    def sizes(self) -> bool:
        return {"input", "hidden", "labels"} <= set(self.names)


def asked(f: Function) -> AskedArguments | None:
    """What a function asks for; ``None`` where it asks for no labels, or for what another function makes."""
    names: dict[str, str] = {}
    unknown: list[str] = []
    bare = {plain(a.name) for a in f.arguments}
    sized = sum(bool(pattern.match(a.name)) for a in f.arguments for pattern in SIZES.values()) >= 3
    for argument in f.arguments:
        what = _meaning(argument.name, alone="b" not in bare, sized=sized)
        if what in NEVER and not argument.default:
            return None
        if what in GIVEN or (what is not None and what not in NEVER and what != "learning_rate"):
            if what in names:
                return None
            names[what] = argument.name
        elif not argument.default:
            unknown.append(argument.name)
    if not sized and any(meaning(name) == "learning_rate" for name in unknown):
        return None
    missing = [n for n in ("X", "Y") if n not in names]
    if not _has_parameters(names):
        missing.append("parameters")
    if sized and "lambd" not in names and len(unknown) == 1 and not missing:
        missing.append("lambd")  # the last argument of ``backprop(params, …, X, y, learning_rate)`` is λ
    if len(missing) == 1 and len(unknown) == 1:
        names[missing.pop()] = unknown.pop()
    return None if missing else AskedArguments(names, tuple(unknown))


def may_have_a_loss(name: str) -> bool:
    """Does the name allow that a function returns a loss with its gradient?"""
    return bool(NAMED.search(plain(name))) and not OTHER.search(plain(name))


def _has_parameters(names: Mapping[str, str]) -> bool:
    return "parameters" in names or "theta" in names or "W1" in names


def _meaning(argument: str, *, alone: bool, sized: bool) -> str | None:
    match = LAYER.match(argument)
    if match:
        return f"{'b' if match[1][0].lower() == 'b' else 'W'}{match[2]}"
    if sized:
        size = next((name for name, pattern in SIZES.items() if pattern.match(argument)), None)
        if size is not None:
            return size
    if plain(argument) in ("w", "weight") and not alone:
        return "W1"
    if plain(argument) in ("b", "bias"):
        return "b1"
    return meaning(argument)
