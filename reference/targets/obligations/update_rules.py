"""The rules by which parameters are updated, and the mistakes that are made in them.

    gradient descent   θ ← θ − α dθ
    momentum           v ← β v + (1 − β) dθ,                              θ ← θ − α v
    RMSProp            s ← β s + (1 − β) dθ²,                             θ ← θ − α dθ / (√s + ε)
    Adam               both;  v̂ = v / (1 − β1ᵗ),  ŝ = s / (1 − β2ᵗ),      θ ← θ − α v̂ / (√ŝ + ε)

Each line is judged by what it was given: the averages by those before them, the parameters by the averages that were
made. A mistake is one factor of a line in another form; the fewest that give the numbers of every step are named.
Here are the averages; ``update_steps`` has the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference.targets.reading.roles import Role

__all__ = [
    "MOST",
    "UNEXPLAINED",
    "Found",
    "Rates",
    "Steps",
    "Variation",
    "close",
    "conditioning",
    "correction",
    "corrections",
    "count",
    "fewest",
    "of_average",
]  # fmt: skip

ROUNDINGS = 64  # relative to the largest term
Array = np.ndarray
MOST = 2  # mistakes that are looked for together


class Rates(NamedTuple):
    """The numbers of a rule; ``said``: the mistake that such a number would be."""

    α: float
    β1: float
    β2: float
    ε: float
    said: str = ""


class Steps(NamedTuple):
    """One array over a few steps in a row, side by side: before each step, and after it."""

    θ: Array
    g: Array
    v: Array
    s: Array
    t: Array  # the number of the step, beside every entry
    θ_after: Array
    v_after: Array
    s_after: Array


class Found(NamedTuple):
    """What gives the numbers: no mistakes where the rule is right."""

    mistakes: tuple[str, ...]
    conventions: tuple[str, ...] = ()
    certainty: str = "exactly"
    part: str = "θ"  # of the update: θ, v, s, or the corrected v̂, ŝ

    @property
    def text(self) -> str:
        return "; ".join(self.mistakes)


UNEXPLAINED = "unexplained"


def close(got: Array, want: Array, terms: float) -> bool:
    """Equal up to rounding; ``terms`` is the largest magnitude that entered."""
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.all(np.abs(got - want) <= ROUNDINGS * np.finfo(float).eps * terms))


class Variation(NamedTuple):
    """One form of a factor: its value, and what is said of it."""

    value: Array
    mistake: str = ""
    convention: str = ""
    part: str = ""


def of_average(name: str, role: Role, x: Steps, settings: list[Rates], *, strict: bool, most: int = MOST) -> Found:
    """v or s after each step. ``strict``: the factor 1 − β is owed where momentum is known without it too."""
    best: list[Found] = []
    for given in settings:
        got = x.v_after if name == "v" else x.s_after
        for way in _averages(name, role, x, given, strict):
            terms = float(np.max(np.abs(np.stack([x.v, x.s, x.g, x.g**2]))))
            if close(got, way.value, terms * conditioning(given, x)):
                mistakes = tuple(text for text in (given.said, way.mistake) if text)
                if count(*mistakes) > most:
                    continue
                best.append(Found(mistakes, (way.convention,) if way.convention else (), part=name))
    return fewest(best, Found((f"{name} is not {_formula(name, role)}",), certainty=UNEXPLAINED, part=name))


def _formula(name: str, role: Role) -> str:
    β = ("β1" if name == "v" else "β2") if role == Role.ADAM else "β"
    return f"{β} {name} + (1 − {β}) dθ" + ("²" if name == "s" else "")


def _averages(name: str, role: Role, x: Steps, given: Rates, strict: bool) -> Iterator[Variation]:
    old, β, other = (x.v, given.β1, given.β2) if name == "v" else (x.s, given.β2, given.β1)
    g = x.g if name == "v" else x.g**2
    b = ("β1" if name == "v" else "β2") if role == Role.ADAM else "β"
    right = β * old + (1 - β) * g
    yield Variation(right)
    if name == "v" and role == Role.MOMENTUM:
        heavy = f"v is {b} v + dθ, without the factor 1 − {b}"
        yield Variation(β * old + g, heavy if strict else "", "" if strict else heavy)
        yield Variation(β * old - given.α * g, "", "the step with its learning rate is averaged: v is β v − α dθ")
        yield Variation(β * old + given.α * g, "", "the step with its learning rate is averaged: v is β v + α dθ")
    else:
        yield Variation(β * old + g, f"the factor 1 − {b} is missing")
    yield Variation((1 - β) * old + β * g, f"{b} and 1 − {b} are swapped")
    yield Variation(old + (1 - β) * g, f"the factor {b} is missing")
    yield Variation(β * old + β * g, f"{b} stands for 1 − {b}")
    yield Variation((1 - β) * old + (1 - β) * g, f"1 − {b} stands for {b}")
    yield Variation(β * old - (1 - β) * g, "the gradient is subtracted in the average")
    yield Variation((1 - β) * g, f"the average before, {b} {name}, is not in it")
    yield Variation(β * old + (1 - β) * x.θ ** (1 if name == "v" else 2), "the parameter stands for its gradient")
    if name == "s":
        yield Variation(β * old + (1 - β) * x.g, "the gradient is not squared")
        yield Variation((β * old + (1 - β) * x.g) ** 2, "the average is squared, not the gradient")
        yield Variation(β * old + ((1 - β) * x.g) ** 2, f"1 − {b} is squared with the gradient")
        yield Variation(β * old + (1 - β) * np.abs(x.g), "|dθ| stands for dθ²")
        yield Variation(β * old + (1 - β) * x.g * 2, "2 dθ stands for dθ²")
        yield Variation(β * old + (1 - β) * x.v_after**2, "v² stands for dθ²")
        yield Variation(β * x.v + (1 - β) * x.g**2, "the average before is v, not s")
    else:
        yield Variation(β * old + (1 - β) * x.g**2, "the gradient is squared")
        yield Variation(β * x.s + (1 - β) * x.g, "the average before is s, not v")
    if role == Role.ADAM:
        yield Variation(other * old + (1 - other) * g, f"{'β2' if b == 'β1' else 'β1'} stands for {b}")
        yield Variation(right / correction(β, x.t), "the value after its bias correction is stored back")
    yield Variation(g, "it is dθ" + ("²" if name == "s" else "") + ", no average")
    yield Variation(old, f"{name} is not updated: it is neither returned nor changed")


def correction(β: float, t: Array) -> Array:
    return 1 - np.power(β, t)


def conditioning(given: Rates, x: Steps) -> float:
    """How much a rounding of βᵗ weighs in 1 − βᵗ."""
    return float(1 / np.min(np.abs(correction(max(given.β1, given.β2), x.t))))


def corrections(given: Rates, x: Steps) -> tuple[Array, Array]:
    """v̂ and ŝ, of the averages that were made."""
    return x.v_after / correction(given.β1, x.t), x.s_after / correction(given.β2, x.t)


def count(*mistakes: str) -> int:
    return sum(1 + text.count("; ") for text in mistakes if text)


def fewest(found: list[Found], otherwise: Found) -> Found:
    """The explanation with the fewest mistakes; where several have as few, the first, and less sure."""
    if not found:
        return otherwise
    least = min(count(*f.mistakes) for f in found)
    among = list(dict.fromkeys(f for f in found if count(*f.mistakes) == least))
    best = min(among, key=lambda f: len(f.conventions))
    others = [f for f in among if f.text != best.text]
    if others and least:
        return best._replace(
            mistakes=(" or ".join(dict.fromkeys([best.text, *(f.text for f in others[:2])])),), certainty="consistent"
        )
    return best
