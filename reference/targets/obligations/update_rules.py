"""The rules by which parameters are updated, and the mistakes that are made in them.

    gradient descent   θ ← θ − α dθ
    momentum           v ← β v + (1 − β) dθ,                              θ ← θ − α v
    RMSProp            s ← β s + (1 − β) dθ²,                             θ ← θ − α dθ / (√s + ε)
    Adam               both;  v̂ = v / (1 − β1ᵗ),  ŝ = s / (1 − β2ᵗ),      θ ← θ − α v̂ / (√ŝ + ε)

Each line is judged by what it was given: the averages by those before them, the parameters by the averages that were
made. A mistake is one factor of a line in another form; the fewest that give the numbers of every step are named.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference.targets.reading.roles import Role

__all__ = ["Found", "Settings", "Steps", "close", "corrections", "of_average", "of_parameter"]

ROUNDINGS = 64  # relative to the largest term
Array = np.ndarray
MOST = 2  # mistakes that are looked for together


class Settings(NamedTuple):
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


class Way(NamedTuple):
    """One form of a factor: its value, and what is said of it."""

    value: Array
    mistake: str = ""
    convention: str = ""
    part: str = ""


def of_average(
    name: str, role: Role, x: Steps, settings: list[Settings], *, strict: bool, most: int = MOST
) -> Found:
    """v or s after each step. ``strict``: the factor 1 − β is owed where momentum is known without it too."""
    best: list[Found] = []
    for given in settings:
        got = x.v_after if name == "v" else x.s_after
        for way in _averages(name, role, x, given, strict):
            terms = float(np.max(np.abs(np.stack([x.v, x.s, x.g, x.g**2]))))
            if close(got, way.value, terms * _conditioning(given, x)):
                mistakes = tuple(text for text in (given.said, way.mistake) if text)
                if _count(*mistakes) > most:
                    continue
                best.append(Found(mistakes, (way.convention,) if way.convention else (), part=name))
    return _fewest(best, Found((f"{name} is not {_formula(name, role)}",), certainty=UNEXPLAINED, part=name))


def _formula(name: str, role: Role) -> str:
    β = ("β1" if name == "v" else "β2") if role == Role.ADAM else "β"
    return f"{β} {name} + (1 − {β}) dθ" + ("²" if name == "s" else "")


def _averages(name: str, role: Role, x: Steps, given: Settings, strict: bool) -> Iterator[Way]:
    old, β, other = (x.v, given.β1, given.β2) if name == "v" else (x.s, given.β2, given.β1)
    g = x.g if name == "v" else x.g**2
    b = ("β1" if name == "v" else "β2") if role == Role.ADAM else "β"
    right = β * old + (1 - β) * g
    yield Way(right)
    if name == "v" and role == Role.MOMENTUM:
        heavy = f"v is {b} v + dθ, without the factor 1 − {b}"
        yield Way(β * old + g, heavy if strict else "", "" if strict else heavy)
        yield Way(β * old - given.α * g, "", "the step with its learning rate is averaged: v is β v − α dθ")
        yield Way(β * old + given.α * g, "", "the step with its learning rate is averaged: v is β v + α dθ")
    else:
        yield Way(β * old + g, f"the factor 1 − {b} is missing")
    yield Way((1 - β) * old + β * g, f"{b} and 1 − {b} are swapped")
    yield Way(old + (1 - β) * g, f"the factor {b} is missing")
    yield Way(β * old + β * g, f"{b} stands for 1 − {b}")
    yield Way((1 - β) * old + (1 - β) * g, f"1 − {b} stands for {b}")
    yield Way(β * old - (1 - β) * g, "the gradient is subtracted in the average")
    yield Way((1 - β) * g, f"the average before, {b} {name}, is not in it")
    yield Way(β * old + (1 - β) * x.θ ** (1 if name == "v" else 2), "the parameter stands for its gradient")
    if name == "s":
        yield Way(β * old + (1 - β) * x.g, "the gradient is not squared")
        yield Way((β * old + (1 - β) * x.g) ** 2, "the average is squared, not the gradient")
        yield Way(β * old + ((1 - β) * x.g) ** 2, f"1 − {b} is squared with the gradient")
        yield Way(β * old + (1 - β) * np.abs(x.g), "|dθ| stands for dθ²")
        yield Way(β * old + (1 - β) * x.g * 2, "2 dθ stands for dθ²")
        yield Way(β * old + (1 - β) * x.v_after**2, "v² stands for dθ²")
        yield Way(β * x.v + (1 - β) * x.g**2, "the average before is v, not s")
    else:
        yield Way(β * old + (1 - β) * x.g**2, "the gradient is squared")
        yield Way(β * x.s + (1 - β) * x.g, "the average before is s, not v")
    if role == Role.ADAM:
        yield Way(other * old + (1 - other) * g, f"{'β2' if b == 'β1' else 'β1'} stands for {b}")
        yield Way(right / _correction(β, x.t), "the value after its bias correction is stored back")
    yield Way(g, "it is dθ" + ("²" if name == "s" else "") + ", no average")
    yield Way(old, f"{name} is not updated: it is neither returned nor changed")


def _correction(β: float, t: Array) -> Array:
    return 1 - np.power(β, t)


def _conditioning(given: Settings, x: Steps) -> float:
    """How much a rounding of βᵗ weighs in 1 − βᵗ."""
    return float(1 / np.min(np.abs(_correction(max(given.β1, given.β2), x.t))))


def corrections(given: Settings, x: Steps) -> tuple[Array, Array]:
    """v̂ and ŝ, of the averages that were made."""
    return x.v_after / _correction(given.β1, x.t), x.s_after / _correction(given.β2, x.t)


# --- the parameters ------------------------------------------------------------------------------------------------


def of_parameter(
    role: Role, x: Steps, settings: list[Settings], *, wrong_averages: bool = False, strict: bool = False,
    most: int = MOST,
) -> Found:  # fmt: skip
    """θ after each step, from the averages that were made; ``wrong_averages``: these are not what they should be.

    ``strict``: t counts from 1 and from nothing else.
    """
    rule = {Role.UPDATE: "α dθ", Role.MOMENTUM: "α v", Role.RMSPROP: "α dθ / (√s + ε)"}.get(role, "α v̂ / (√ŝ + ε)")
    otherwise = Found((f"it is not θ − {rule}",), certainty=UNEXPLAINED)
    with np.errstate(all="ignore"):
        found = _sought(role, x, settings, wrong_averages, 0, otherwise)
        if found.mistakes and role == Role.ADAM and not strict:
            from_zero = _sought(role, x._replace(t=x.t + 1), settings, wrong_averages, 0, otherwise)
            if not from_zero.mistakes:
                return from_zero._replace(conventions=(*from_zero.conventions, "t counts from 0"))
        for more in range(1, most + 1):
            if found.certainty == UNEXPLAINED:
                found = _sought(role, x, settings, wrong_averages, more, otherwise)
    return found


def _sought(role: Role, x: Steps, settings: list[Settings], wrong: bool, most: int, otherwise: Found) -> Found:
    """What gives the numbers with so many mistakes at most; a number that is not the given one is looked for alone."""
    best: list[Found] = []
    for given in settings:
        if given.said and most != 1:
            continue
        for found in _parameters(role, x, given, wrong, most):
            best.append(found)
            if not found.mistakes and not found.conventions:
                return found
    return _fewest(best, otherwise)


def _parameters(role: Role, x: Steps, given: Settings, wrong: bool, most: int) -> Iterator[Found]:
    if np.array_equal(x.θ_after, x.θ) and most:
        yield Found(("it is not updated",))
    signs = [(x.θ, -1, ""), (x.θ, 1, "the step is added, not subtracted"),
             (x.θ * 0, 1, "it is the step, not the parameter after it")]  # fmt: skip
    rates = [(given.α, ""), (1.0, "the learning rate is not used"), (given.α**2, "the learning rate enters twice")]
    largest, conditioning = float(np.max(np.abs(x.θ))), _conditioning(given, x) if role == Role.ADAM else 1.0
    over, under = list(_numerators(role, x, given, wrong)), list(_denominators(role, x, given, wrong))
    factors = [(N, D) for N, D in itertools.product(over, under) if _count(given.said, N.mistake, D.mistake) <= most]
    for (N, D), (α, rate), (before, sign, added) in itertools.product(factors, rates, signs):
        mistakes = tuple(text for text in (given.said, N.mistake, D.mistake, rate, added) if text)
        if _count(*mistakes) > most:
            continue
        step = α * N.value / D.value
        size = float(np.max(np.abs(step)))
        if np.isfinite(size) and close(x.θ_after, before + sign * step, largest + size * conditioning):
            conventions = tuple(text for text in (N.convention, D.convention) if text)
            yield Found(mistakes, conventions, part=next((w.part for w in (N, D) if w.mistake and w.part), "θ"))
    if role == Role.MOMENTUM and not given.said:  # v has the learning rate in it
        for sign, v in ((1, given.β1 * x.v - given.α * x.g), (-1, given.β1 * x.v + given.α * x.g)):
            if close(x.v_after, v, largest) and close(x.θ_after, x.θ + sign * x.v_after, 2 * largest):
                yield Found(())


def _count(*mistakes: str) -> int:
    return sum(1 + text.count("; ") for text in mistakes if text)


def _numerators(role: Role, x: Steps, given: Settings, wrong: bool) -> Iterator[Way]:
    """What the step is made of."""
    if role in (Role.UPDATE, Role.RMSPROP):
        yield Way(x.g)
        if role == Role.RMSPROP:
            yield Way(x.g**2, "the gradient is squared in the step")
            yield Way(np.ones_like(x.g), "the gradient is not in the step")
        return
    right = given.β1 * x.v + (1 - given.β1) * x.g
    if role == Role.MOMENTUM:
        yield Way(x.v_after)
        yield from [Way(right)] if wrong else []
        yield Way(x.v, "the step is made of v before its update")
        yield Way(x.g, "v is not used: the step is made of dθ")
        yield Way(x.v_after / _correction(given.β1, x.t), "", "v is corrected for its bias")
        return
    yield from _corrected("v", x.v_after, given.β1, given.β2, x, "β1")
    if wrong:
        yield Way(right / _correction(given.β1, x.t))
    yield Way(x.v, "the step is made of v before its update, uncorrected", part="v̂")
    yield Way(x.v / _correction(given.β1, x.t), "the step is made of v before its update", part="v̂")
    yield Way(x.g, "v is not used: the step is made of dθ", part="v̂")
    yield Way(x.g / _correction(given.β1, x.t), "the bias correction is of dθ, not of v", part="v̂")


def _denominators(role: Role, x: Steps, given: Settings, wrong: bool) -> Iterator[Way]:
    """What the step is divided by."""
    if role not in (Role.RMSPROP, Role.ADAM):
        yield Way(np.ones_like(x.g))
        return
    ε = given.ε
    if role == Role.RMSPROP:
        kinds = [Way(x.s_after), *([Way(given.β2 * x.s + (1 - given.β2) * x.g**2)] if wrong else []),
                 Way(x.s_after / _correction(given.β2, x.t), "", "s is corrected for its bias")]  # fmt: skip
    else:
        kinds = list(_corrected("s", x.s_after, given.β2, given.β1, x, "β2"))
        if wrong:
            kinds.append(Way((given.β2 * x.s + (1 - given.β2) * x.g**2) / _correction(given.β2, x.t)))
        kinds.append(Way(x.s / _correction(given.β2, x.t), "the step is divided by s before its update", part="ŝ"))
    kinds.append(Way(x.s, "the step is divided by s before its update", part="ŝ"))
    for s in kinds:
        root = np.sqrt(s.value)
        yield s._replace(value=root + ε)
        inside = "ε stands inside the root; the published rule has it outside"
        yield s._replace(value=np.sqrt(s.value + ε), convention="; ".join(t for t in (s.convention, inside) if t))
        for value, text in ((root, "ε is missing"), (s.value + ε, "the root is missing"),
                            (np.sqrt(s.value + ε**2), "ε² stands for ε, inside the root"),
                            (s.value, "the root and ε are missing"), (root * ε, "ε is a factor, not a term")):  # fmt: skip
            yield s._replace(value=value, mistake="; ".join(t for t in (s.mistake, text) if t), part=s.part or "θ")
    name = "s" if role == Role.RMSPROP else "ŝ"
    yield Way(np.ones_like(x.g), f"{name} is not used: nothing is divided by its root", part="θ")
    yield Way(np.ones_like(x.g) * ε, f"{name} is not used: the step is divided by ε", part="θ")
    yield Way(np.abs(x.g) + ε, f"the step is divided by |dθ|, not by √{name}", part="θ")
    yield Way(np.sqrt(np.abs(x.v_after)) + ε, f"the step is divided by √v, not by √{name}", part="θ")


def _corrected(name: str, a: Array, β: float, other: float, x: Steps, b: str) -> Iterator[Way]:
    """An average without its bias, and the ways in which it is missed."""
    part, wrong_β = {"v": "v̂", "s": "ŝ"}[name], "β2" if b == "β1" else "β1"
    yield Way(a / _correction(β, x.t))
    yield Way(a, f"the bias correction of {name} is missing", part=part)
    yield Way(a / (1 - β), f"t is not used in the correction of {name}: 1 − {b} stands for 1 − {b}ᵗ", part=part)
    yield Way(a / (1 - β**2), f"t is not used in the correction of {name}: 1 − {b}² stands for 1 − {b}ᵗ", part=part)
    yield Way(a / (1 - β * x.t), f"{b}·t stands for {b}ᵗ in the correction of {name}", part=part)
    yield Way(a / (1 - β) ** x.t, f"(1 − {b})ᵗ stands for 1 − {b}ᵗ in the correction of {name}", part=part)
    yield Way(a / _correction(other, x.t), f"{wrong_β} stands for {b} in the correction of {name}", part=part)
    yield Way(a * _correction(β, x.t), f"the correction of {name} is multiplied, not divided by", part=part)
    yield Way(a / (1 + np.power(β, x.t)), f"1 + {b}ᵗ stands for 1 − {b}ᵗ in the correction of {name}", part=part)
    yield Way(a / np.power(β, x.t), f"{b}ᵗ stands for 1 − {b}ᵗ in the correction of {name}", part=part)
    yield Way(a / _correction(β, x.t + 1), f"t + 1 stands for t in the correction of {name}", part=part)
    before = np.where(x.t > 1, _correction(β, np.maximum(x.t - 1, 1)), np.nan)
    yield Way(a / before, f"t − 1 stands for t in the correction of {name}", part=part)
    yield Way(a / _correction(β, x.t) ** 2, f"the bias of {name} is corrected twice", part=part)
    swapped = x.s_after if name == "v" else x.v_after
    yield Way(swapped / _correction(β, x.t), f"{'s' if name == 'v' else 'v'} stands for {name}", part=part)


def _fewest(found: list[Found], otherwise: Found) -> Found:
    """The explanation with the fewest mistakes; where several have as few, the first, and less sure."""
    if not found:
        return otherwise
    least = min(_count(*f.mistakes) for f in found)
    among = list(dict.fromkeys(f for f in found if _count(*f.mistakes) == least))
    best = min(among, key=lambda f: len(f.conventions))
    others = [f for f in among if f.text != best.text]
    if others and least:
        return best._replace(
            mistakes=(" or ".join(dict.fromkeys([best.text, *(f.text for f in others[:2])])),), certainty="consistent"
        )
    return best
