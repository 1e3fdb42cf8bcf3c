"""In words: which loss the step of a network is held to, by whose words, and what of its scale is not judged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind

__all__ = ["HeldTo", "held_to"]

HALF = "half the squared error"
MEANS = {"first": "mean over the first axis", "last": "mean over the last axis"}
EACH = re.compile(r"numpy_of_the_kind\.stack\(\[numpy_of_the_kind\.atleast_1d\((.*)\) for (_x, _y|_x|_y) in (\w+)\]\)")
MOST = 4  # draws that are asked


class HeldTo:
    """``text`` for the report; ``line`` of the file's own loss, if it is that; ``open_scale``: what is not judged."""

    def __init__(self, text: str, line: int | None = None, open_scale: str = "") -> None:
        self.text, self.line, self.open_scale = text, line, open_scale


def held_to(pair: OpenPair, draws: Sequence[PairDraw]) -> HeldTo | None:
    """``None`` of what is no network, or where its process says nothing any more."""
    if pair.proposal.kind is not PairKind.NETWORK or not draws:
        return None
    answers = []
    for draw in draws[:MOST]:
        try:
            answers.append(pair.ask("pair_network", check=pair.proposal.check, draw=draw.tree()))
        except (TargetRaised, TargetDied):
            continue
    if not answers:
        return None
    first = answers[0]
    held = (
        HeldTo(f"held to its own loss in line {first['line']}", first["line"])
        if not first["loss"]
        else _by_name(answers)
    )
    lines = pair.proposal.asked[PairKind.NETWORK].get("lifted")
    held.text = f"{lines}; {held.text}" if lines else held.text
    return held


def _by_name(answers: Sequence[Mapping[str, Any]]) -> HeldTo:
    first = answers[0]
    common = [tuple(f) for f in first["formulas"]]
    for answer in answers[1:]:
        if answer["loss"] == first["loss"]:
            common = [f for f in common if f in [tuple(g) for g in answer["formulas"]]] or common
    number, of = common[0] if common else ("1", "")
    loss, left = _named(first["loss"], Fraction(number), of)
    text = f"the gradient of {loss}: {_shown(first['output'])} against {_shown(first['labels'])}"
    if first["decays"]:
        text += f", with a penalty of {' and '.join(name.rpartition('.')[2] or name for name in first['decays'])}"
    scale = ""
    if left != 1:
        rate = ", which may be its rate" if first["literal"] else ""
        scale = f"not judged: the factor {left} that all gradients have in common{rate}"
    elif first["literal"]:
        scale = "its rate is the number in the source"
    return HeldTo(text, None, scale)


def _shown(text: str) -> str:
    """An expression as its source has it; of a batch of pairs what is made of each."""
    each = EACH.fullmatch(text)
    if each is None:
        return text
    if each[2] != "_x, _y":
        return f"{each[1].replace('_x', 'x')} of each x in {each[3]}" if "(" in each[1] else each[3]
    return f"{each[1].replace('_x', 'x')} of each pair in {each[3]}" if "(" in each[1] else each[1].replace("_y", "y")


def _named(loss: str, number: Fraction, of: str) -> tuple[str, Fraction]:
    """The name with its half, its double or its mean, and the factor that no name has."""
    named = number in (Fraction(1), Fraction(2)) if loss == HALF else number in (Fraction(1), Fraction(1, 2))
    left = Fraction(1) if named else number
    mean = "mean " if of == "entries" else ""
    if loss == HALF:
        name = f"the {mean}squared error" if number == 2 else f"half the {mean}squared error"
    else:
        name = f"half the {mean}{loss}" if number == Fraction(1, 2) else f"the {mean}{loss}"
    return f"{name}{f', a {MEANS[of]}' if of in MEANS else ''}", left
