"""What is said of a wrong line: its code, its words, where it stands, and how it ought to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from reference.cases.quantities import is_gradient, is_intermediate, split
from reference.diagnosis.evaluate import value_of
from reference.diagnosis.explain import Root
from reference.diagnosis.localize import may_name, other_m, place_of, place_of_last_dA, place_of_m
from reference.diagnosis.mistakes import LINES, line_of, of_layer
from reference.diagnosis.patterns import constant_keep_prob, visible_pattern
from reference.diagnosis.scene import Scene
from reference.diagnosis.ways import Mistake, is_unmasked
from reference.findings.conventions import Convention
from reference.findings.verdicts import Certainty
from reference.interface.entry import Event, Outcome, Place
from reference.judging.execution import Failure

__all__ = [
    "Cause", "causes_of", "everywhere", "in_m", "of_random", "placed", "should_be", "unexplained", "unfinished",
]  # fmt: skip

WHAT = {"dW": "the gradient ", "db": "the gradient ", "dA": "the value ", "dZ": "the value "}  # else a whole sentence


class Cause(NamedTuple):
    """What is wrong with one output; ``suggestion`` is the line as it should be, in the course's letters."""

    output: str
    code: str
    certainty: Certainty
    text: str
    candidates: tuple[str, ...] = ()
    upstream_of: tuple[str, ...] = ()
    place: Place | None = None
    suggestion: str | None = None
    what: str = ""  # the text without the probes that it was seen on
    wrong_m: bool = False  # it comes of an m that was taken from the wrong axis
    part: str = ""  # of the line that is wrong
    conventions: tuple[Convention, ...] = ()  # in which it would be right


def causes_of(
    root: Root,
    below: list[str],
    consequences: list[str],
    scenes: Sequence[Scene],
    events: Sequence[Event],
    known: Collection[str] = (),
    unmasked: Collection[str] = (),
    wrong: Collection[str] = (),
) -> list[Cause]:
    """One cause for a line; two where two of its parts are wrong.

    ``known``: the quantities that the target shows, of which ``unmasked`` are dA before their masks and ``wrong`` are
    wrong by themselves.
    """
    kind, l = split(root.output)
    harmless = is_intermediate(root.output) and not any(map(is_gradient, below))
    place, instead = _placed(root, scenes[0], events, known, wrong)
    inside = kind == "dZ" and l < scenes[0].L and (f"dA{l}" not in known or f"dA{l}" in unmasked)
    suggestion = instead or should_be(
        root.output, scenes[0], upstream="" if not inside else "raw" if unmasked else "unknown"
    )

    def cause(code: str, certainty: Certainty, what: str, probes: str = "", candidates: tuple[str, ...] = (),
              *, wrong_m: bool = False) -> Cause:  # fmt: skip
        code = "MB305" if harmless else code
        text = what + probes
        return Cause(
            root.output, code, certainty, text, candidates, tuple(consequences), place, suggestion, what, wrong_m
        )

    probes = f", on {len(scenes)} of {len(scenes)} probes"
    number = None
    if kind in ("dA", "dZ") and root.got is not None and not any(len(way) == 1 for way in root.ways):
        number = constant_keep_prob(scenes, root.got, root.right)
    if number is not None:
        return [cause("MB302", "exactly", f"{WHAT[kind]}over {number:.6g} in place of keep_prob", probes)]
    if not root.ways:
        unknown = LINES[line_of(root.output, scenes[0].L)].unknown
        if unknown is not None:
            return [cause(unknown.code, unknown.certainty, of_layer(unknown.text, l))]
        divisor = None
        if root.got is not None and kind in ("dW", "db"):
            divisor = other_m(events, root.got[0], root.right[0], scenes[0].m)
        if divisor is not None:
            place = divisor.place
            what = (
                f"the gradient over m = {float(np.ravel(divisor.value)[0]):g}, where there are {scenes[0].m} examples"
            )
            return [cause("MB102", "exactly", what, wrong_m=True)]
        seen = "no value of it is known"
        if root.got is not None:
            seen = visible_pattern(scenes, root.output, l, root.got, root.right)
        return [cause("MB199", "unexplained", seen)]
    what = WHAT.get(kind, "")
    texts = tuple(" and ".join(_in_words(root, m, alone=len(way) == 1) for m in way) for way in root.ways)
    wrong_m = any(m.filling.wrong_m for way in root.ways for m in way)
    if len(root.ways) == 1:
        together = "; both on one line" if len(root.ways[0]) > 1 else ""
        codes = list(dict.fromkeys(m.code for m in root.ways[0]))[: 1 if is_unmasked(root.ways[0]) else None]
        return [cause(code, "exactly", f"{what}{texts[0]}{together}", probes, wrong_m=wrong_m) for code in codes]
    whole = f"{what}{' or '.join(texts)}"
    return [cause(root.ways[0][0].code, "consistent", whole, probes, texts, wrong_m=wrong_m)]


def _in_words(root: Root, mistake: Mistake, *, alone: bool) -> str:
    """A mistake as a part of a sentence; ``alone``: it is all that is wrong with the line."""
    kind, l = split(root.output)
    text = mistake.text.removeprefix("the gradient ").removeprefix(f"dZ{l} ")
    if kind == "dW" and mistake.part == "factor":
        return f"with {text} (the L2 term is right)" if alone else f"with {text}"
    if kind == "dW" and mistake.part == "L2":
        return f"{text} (the data term is right)" if alone else text
    return text


def _placed(
    root: Root, s: Scene, events: Sequence[Event], known: Collection[str], wrong: Collection[str]
) -> tuple[Place | None, str | None]:
    """The statement that made the value, and how it ought to be where that is another line than the quantity's own.

    A dA that no variable held is placed where dZ was made of it; dZ_L, where dA_L was made wrong before it.
    """
    if not events:
        return None, None
    kind, l = split(root.output)
    if kind == "dA" and root.got is None and f"dZ{l}" in known:
        return place_of(events, s, f"dZ{l}", s.dZ(l), value_of(s.at(l), f"dZ{l}")), None
    if root.got is None:
        return None, None
    if kind == "dZ" and l == s.L and (place := place_of_last_dA(events, s, root.got[0])) is not None:
        return place, f"dA{l} = −Y / A{l} + (1 − Y) / (1 − A{l})"
    fine = [s.known[n] for n in known if split(n)[0] == kind and n != root.output and n not in wrong]
    place = place_of(events, s, root.output, root.got[0], root.right[0], fine=fine)
    if place is None and kind in ("dZ", "dA"):  # its residuals have 1/m in them
        scaled = [e._replace(value=e.value * s.m) for e in events if e.value.dtype.kind == "f"]
        place = place_of(scaled, s, root.output, root.got[0], root.right[0], fine=fine)
    return place, None


def should_be(output: str, s: Scene, *, upstream: str = "") -> str:
    """The line of a quantity, in the course's letters. ``upstream`` of dZ_l: dA_l is written out where the target does
    not show it ("unknown"), or shows it before its mask ("raw").
    """
    kind, l = split(output)
    text = LINES[line_of(output, s.L)].formula
    if kind == "dW" and s.lambd:
        text += " + (λ/m) W{}"
    if kind in ("dA", "A") and s.dropout and l < s.L:
        text += " · D{} / keep_prob"
    if kind == "dZ" and s.hidden == "relu" and l < s.L:
        text = "dZ{} = dA{} · (A{} > 0)"
    if kind == "dZ" and l < s.L and upstream:
        dropped = " · D{} / keep_prob" if s.dropout else ""
        dA = "dA{}" if upstream == "raw" else "W{n}ᵀ dZ{n}"
        left, right = text.split("dA{}", 1) if "dA{}" in text else (text, "")
        text = f"{left}({dA}{dropped}){right}"
    if kind == "cost" and s.lambd:
        text += " + (λ/2m) Σ ‖W‖²"
    l = l or s.L
    before = "X" if l == 1 else f"A{l - 1}"
    return text.replace("A{p}", before).replace("{}", str(l)).replace("{p}", str(l - 1)).replace("{n}", str(l + 1))


def unexplained(failure: Failure, text: str) -> Cause:
    certainty: Certainty = "exactly" if failure.code == "MB305" else "unexplained"
    return Cause(failure.output, failure.code, certainty, text, what=text)


# --- of one check ------------------------------------------------------------------------------------------------


def unfinished(causes: list[Cause]) -> list[Cause]:
    """Several gradients that are not returned are one thing that is not finished."""
    missing = [c for c in causes if c.code == "MB702" and c.output != "*"]
    if len(missing) < 2:
        return causes
    whole = Cause("*", "MB702", "exactly", f"{', '.join(c.output for c in missing)} are not returned")
    return [whole, *(c for c in causes if c not in missing)]


def placed(cause: Cause, outcome: Outcome, events: Sequence[Event]) -> Cause:
    """A quantity of a wrong shape or dtype, with the line that made it."""
    if cause.place is not None or cause.code not in ("MB501", "MB502") or cause.output not in outcome:
        return cause
    got = outcome[cause.output][0]
    held = [e for e in events if np.shape(e.value) == np.shape(got) and np.array_equal(e.value, got)]
    held = [e for e in held if may_name(e.variable, cause.output)]
    return cause._replace(place=held[0].place) if held else cause


def in_m(cause: Cause, events: Sequence[Event], m: int) -> Cause:
    """A wrong m stands where m was counted."""
    place = place_of_m(events, m) if cause.code == "MB102" else None
    return cause if place is None else cause._replace(place=place)


def everywhere(causes: list[Cause], gradients: int) -> list[Cause]:
    """One mistake on one line, or in the m that all lines share, is one finding: the most upstream of its outputs."""
    merged: dict[object, Cause] = {}
    for k, cause in enumerate(causes):
        kind = split(cause.output)[0]
        alike = sum(c.text == cause.text and c.code == "MB102" for c in causes) >= gradients - 1 > 1
        shared = cause.wrong_m or alike
        key: object = "m" if shared else (cause.place, cause.code, kind) if cause.place else k
        first = merged.get(key)
        if first is None:
            merged[key] = cause
        else:
            below = (*first.upstream_of, cause.output, *cause.upstream_of)
            merged[key] = first._replace(upstream_of=tuple(dict.fromkeys(below)))
    return list(merged.values())


def of_random(cause: Cause) -> Cause:
    """What no dictionary explains, in a backward pass that draws random numbers."""
    if cause.code != "MB199":
        return cause
    if split(cause.output)[0] == "dA":
        text = "the value with a mask that is drawn anew on the way back: the forward pass's own is to be used again"
        return cause._replace(code="MB301", certainty="consistent", text=text, what=text)
    text = "random numbers are drawn on the way back"
    return cause._replace(code="MB602", certainty="consistent", text=text, what=text)
