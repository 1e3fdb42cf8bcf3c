"""Which edits of a right pair are mistakes: shown by their numbers alone, beside those of the right one.

An edit is live where a gradient moves by more than rounding; where the forward pass moves as well, where a gradient is
no longer the difference quotient of that. An edit that does neither on many draws is equivalent. Edits that give the
same wrong numbers are one mistake, written in several ways: the judge sees numbers, and one of them is planted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.interface.exceptions import TargetDied
from reference.interface.pair import OpenPair
from reference.pairs.draws.observation import run
from reference.pairs.inputs.cases.running import RunningPlan

__all__ = ["Edits", "screened"]

SAME = 1e-12  # of the largest entry
SLOPE = 1e-6  # relative, of a difference of fourth order
FIRST, MANY = 2, 12  # draws on which every edit runs, and those that show it to be equivalent
CHUNK = 50
SECONDS = 8.0  # of one question
Edit = dict[str, Any]


class Edits(NamedTuple):
    """The edits of one pair. ``live``: those of the same numbers together, the plainest first in each."""

    live: tuple[tuple[Edit, ...], ...]
    equivalent: tuple[tuple[Edit, str], ...]  # with the reason
    stopped: tuple[Edit, ...]  # they do not run


def screened(pair: OpenPair, reading: RunningPlan, *, sample: int | None = None) -> Edits:
    """Every edit of the backward pass, or a sample of so many."""
    draws = [reading.draw(1000 + k, k % len(reading.cases)) for k in range(MANY)]
    trees = [draw.tree() for draw in draws]
    check = pair.proposal.check
    edits = pair.ask("pair_edits", check=check, which="backward", draw=trees[0], wrong=[])
    if sample is not None and len(edits) > sample:
        chosen = np.random.RandomState(len(edits)).permutation(len(edits))[:sample]
        edits = [edits[k] for k in sorted(chosen)]
    right = [run(pair, draw).gradients for draw in draws]
    live: dict[bytes, list[Edit]] = {}
    equivalent, stopped, alike = [], [], []
    for edit, answers in _answers(pair, edits, trees[:FIRST], list(right[0])):
        if answers is None or any(answer.get("raised") is not None for answer in answers):
            stopped.append(edit)
        elif all(map(_is_right, answers, right)):
            alike.append(edit)
        else:
            live.setdefault(_numbers(answers), []).append(edit)
    for edit, answers in _answers(pair, alike, trees[FIRST:], list(right[0])):
        ran = [(a, r) for a, r in zip(answers or (), right[FIRST:], strict=False) if a.get("raised") is None]
        if len(ran) == MANY - FIRST and all(_is_right(a, r) for a, r in ran):
            moved = any(not answer["same"] for answer, _ in ran)
            why = "the derivative of the forward pass that it changes" if moved else "no number changes"
            equivalent.append((edit, f"{why}, on {MANY} draws"))
        elif len(ran) < MANY - FIRST:
            stopped.append(edit)
        else:
            live.setdefault(_numbers([a for a, _ in ran]), []).append(edit)
    groups = (tuple(sorted(group, key=lambda e: (e["weight"], e["number"]))) for group in live.values())
    return Edits(tuple(groups), tuple(equivalent), tuple(stopped))


def _answers(
    pair: OpenPair, edits: Sequence[Edit], draws: Sequence[Any], names: Sequence[str]
) -> list[tuple[Edit, list[dict[str, Any]] | None]]:
    """Of each edit what it answers on every draw; ``None`` where it costs the process."""
    found: list[tuple[Edit, list[dict[str, Any]] | None]] = []
    for shared in (False, True):
        left = [edit for edit in edits if bool(edit["shared"]) is shared]
        along = list(names) if shared else []
        while left:
            chunk = left[:CHUNK]
            numbers = [edit["number"] for edit in chunk]
            try:
                told = pair.ask(
                    "pair_edited", check=pair.proposal.check, numbers=numbers, draws=list(draws), seconds=SECONDS,
                    along=along,
                )  # fmt: skip
            except TargetDied:
                told = []
                pair.ask("pair_edits", check=pair.proposal.check, which="backward", draw=draws[0], wrong=[])
            found += zip(chunk, told, strict=False) if told else [(chunk[0], None)]
            left = left[max(len(told), 1) :]
    return sorted(found, key=lambda one: one[0]["number"])


def _is_right(answer: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Are the gradients the right ones; or those of the forward pass that is changed with them?"""
    gradients = answer["gradients"]
    if gradients.keys() != right.keys():
        return False
    if not answer["same"]:
        return all(map(_is_its_slope, answer["along"].values()))
    return all(_alike(gradients[name], right[name]) for name in right)


def _alike(one: Any, right: Any) -> bool:
    if np.shape(one) != np.shape(right):
        return False
    size = float(np.max(np.abs(right), initial=0.0))
    return bool(np.allclose(one, right, rtol=0, atol=SAME * size))


def _is_its_slope(numbers: Sequence[float]) -> bool:
    triples = [numbers[k : k + 3] for k in range(0, len(numbers), 3)]
    return bool(triples) and all(abs(g - D) <= SLOPE * max(size, abs(D)) for g, D, size in triples)


def _numbers(answers: Sequence[Mapping[str, Any]]) -> bytes:
    """What two edits have in common that the judge cannot tell apart."""
    parts = []
    for answer in answers:
        for name, gradient in sorted(answer["gradients"].items()):
            array = np.asarray(gradient)
            parts.append(f"{name}{array.shape}{answer['same']}".encode())
            parts.append(b"".join(f"{value:.9e}".encode() for value in np.asarray(array, dtype=complex).real.ravel()))
        parts += [f"{numbers[1]:.6e}".encode() for numbers in answer["along"].values() if not answer["same"]]
    return b"|".join(parts)
