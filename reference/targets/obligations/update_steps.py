"""The step that an update makes, from the averages that were made: the forms of its factors, right and wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from reference.targets.obligations.update_rules import (
    MOST,
    UNEXPLAINED,
    Found,
    Rates,
    Steps,
    Variation,
    close,
    conditioning,
    correction,
    count,
    fewest,
)
from reference.targets.reading.roles import Role

__all__ = ["of_parameter"]


def of_parameter(
    role: Role, x: Steps, settings: list[Rates], *, wrong_averages: bool = False, strict: bool = False,
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


def _sought(role: Role, x: Steps, settings: list[Rates], wrong: bool, most: int, otherwise: Found) -> Found:
    """What gives the numbers with so many mistakes at most; a number that is not the given one is looked for alone."""
    best: list[Found] = []
    for given in settings:
        if given.said and most != 1:
            continue
        for found in _parameters(role, x, given, wrong, most):
            best.append(found)
            if not found.mistakes and not found.conventions:
                return found
    return fewest(best, otherwise)


def _parameters(role: Role, x: Steps, given: Rates, wrong: bool, most: int) -> Iterator[Found]:
    if np.array_equal(x.θ_after, x.θ) and most:
        yield Found(("it is not updated",))
    signs = [(x.θ, -1, ""), (x.θ, 1, "the step is added, not subtracted"),
             (x.θ * 0, 1, "it is the step, not the parameter after it")]  # fmt: skip
    rates = [(given.α, ""), (1.0, "the learning rate is not used"), (given.α**2, "the learning rate enters twice")]
    largest, weight = float(np.max(np.abs(x.θ))), conditioning(given, x) if role == Role.ADAM else 1.0
    over, under = list(_numerators(role, x, given, wrong)), list(_denominators(role, x, given, wrong))
    factors = [(N, D) for N, D in itertools.product(over, under) if count(given.said, N.mistake, D.mistake) <= most]
    for (N, D), (α, rate), (before, sign, added) in itertools.product(factors, rates, signs):
        mistakes = tuple(text for text in (given.said, N.mistake, D.mistake, rate, added) if text)
        if count(*mistakes) > most:
            continue
        step = α * N.value / D.value
        size = float(np.max(np.abs(step)))
        if np.isfinite(size) and close(x.θ_after, before + sign * step, largest + size * weight):
            conventions = tuple(text for text in (N.convention, D.convention) if text)
            yield Found(mistakes, conventions, part=next((w.part for w in (N, D) if w.mistake and w.part), "θ"))
    if role == Role.MOMENTUM and not given.said:  # v has the learning rate in it
        for sign, v in ((1, given.β1 * x.v - given.α * x.g), (-1, given.β1 * x.v + given.α * x.g)):
            if close(x.v_after, v, largest) and close(x.θ_after, x.θ + sign * x.v_after, 2 * largest):
                yield Found(())


def _numerators(role: Role, x: Steps, given: Rates, wrong: bool) -> Iterator[Variation]:
    """What the step is made of."""
    if role in (Role.UPDATE, Role.RMSPROP):
        yield Variation(x.g)
        if role == Role.RMSPROP:
            yield Variation(x.g**2, "the gradient is squared in the step")
            yield Variation(np.ones_like(x.g), "the gradient is not in the step")
        return
    right = given.β1 * x.v + (1 - given.β1) * x.g
    if role == Role.MOMENTUM:
        yield Variation(x.v_after)
        yield from [Variation(right)] if wrong else []
        yield Variation(x.v, "the step is made of v before its update")
        yield Variation(x.g, "v is not used: the step is made of dθ")
        yield Variation(x.v_after / correction(given.β1, x.t), "", "v is corrected for its bias")
        return
    yield from _corrected("v", x.v_after, given.β1, given.β2, x, "β1")
    if wrong:
        yield Variation(right / correction(given.β1, x.t))
    yield Variation(x.v, "the step is made of v before its update, uncorrected", part="v̂")
    yield Variation(x.v / correction(given.β1, x.t), "the step is made of v before its update", part="v̂")
    yield Variation(x.g, "v is not used: the step is made of dθ", part="v̂")
    yield Variation(x.g / correction(given.β1, x.t), "the bias correction is of dθ, not of v", part="v̂")


def _denominators(role: Role, x: Steps, given: Rates, wrong: bool) -> Iterator[Variation]:
    """What the step is divided by."""
    if role not in (Role.RMSPROP, Role.ADAM):
        yield Variation(np.ones_like(x.g))
        return
    ε = given.ε
    if role == Role.RMSPROP:
        kinds = [Variation(x.s_after), *([Variation(given.β2 * x.s + (1 - given.β2) * x.g**2)] if wrong else []),
                 Variation(x.s_after / correction(given.β2, x.t), "", "s is corrected for its bias")]  # fmt: skip
    else:
        kinds = list(_corrected("s", x.s_after, given.β2, given.β1, x, "β2"))
        if wrong:
            kinds.append(Variation((given.β2 * x.s + (1 - given.β2) * x.g**2) / correction(given.β2, x.t)))
        kinds.append(Variation(x.s / correction(given.β2, x.t), "the step is divided by s before its update", part="ŝ"))
    kinds.append(Variation(x.s, "the step is divided by s before its update", part="ŝ"))
    for s in kinds:
        root = np.sqrt(s.value)
        yield s._replace(value=root + ε)
        inside = "ε stands inside the root; the published rule has it outside"
        yield s._replace(value=np.sqrt(s.value + ε), convention="; ".join(t for t in (s.convention, inside) if t))
        for value, text in ((root, "ε is missing"), (s.value + ε, "the root is missing"),
                            (np.sqrt(s.value + ε**2), "ε² stands for ε, inside the root"),
                            (s.value, "the root and ε are missing"),
                            (root * ε, "ε is a factor, not a term")):  # fmt: skip
            yield s._replace(value=value, mistake="; ".join(t for t in (s.mistake, text) if t), part=s.part or "θ")
    name = "s" if role == Role.RMSPROP else "ŝ"
    yield Variation(np.ones_like(x.g), f"{name} is not used: nothing is divided by its root", part="θ")
    yield Variation(np.ones_like(x.g) * ε, f"{name} is not used: the step is divided by ε", part="θ")
    yield Variation(np.abs(x.g) + ε, f"the step is divided by |dθ|, not by √{name}", part="θ")
    yield Variation(np.sqrt(np.abs(x.v_after)) + ε, f"the step is divided by √v, not by √{name}", part="θ")


def _corrected(name: str, a: np.ndarray, β: float, other: float, x: Steps, b: str) -> Iterator[Variation]:
    """An average without its bias, and the ways in which it is missed."""
    part, wrong_β = {"v": "v̂", "s": "ŝ"}[name], "β2" if b == "β1" else "β1"
    yield Variation(a / correction(β, x.t))
    yield Variation(a, f"the bias correction of {name} is missing", part=part)
    yield Variation(a / (1 - β), f"t is not used in the correction of {name}: 1 − {b} stands for 1 − {b}ᵗ", part=part)
    yield Variation(
        a / (1 - β**2), f"t is not used in the correction of {name}: 1 − {b}² stands for 1 − {b}ᵗ", part=part
    )
    yield Variation(a / (1 - β * x.t), f"{b}·t stands for {b}ᵗ in the correction of {name}", part=part)
    yield Variation(a / (1 - β) ** x.t, f"(1 − {b})ᵗ stands for 1 − {b}ᵗ in the correction of {name}", part=part)
    yield Variation(a / correction(other, x.t), f"{wrong_β} stands for {b} in the correction of {name}", part=part)
    yield Variation(a * correction(β, x.t), f"the correction of {name} is multiplied, not divided by", part=part)
    yield Variation(a / (1 + np.power(β, x.t)), f"1 + {b}ᵗ stands for 1 − {b}ᵗ in the correction of {name}", part=part)
    yield Variation(a / np.power(β, x.t), f"{b}ᵗ stands for 1 − {b}ᵗ in the correction of {name}", part=part)
    yield Variation(a / correction(β, x.t + 1), f"t + 1 stands for t in the correction of {name}", part=part)
    before = np.where(x.t > 1, correction(β, np.maximum(x.t - 1, 1)), np.nan)
    yield Variation(a / before, f"t − 1 stands for t in the correction of {name}", part=part)
    yield Variation(a / correction(β, x.t) ** 2, f"the bias of {name} is corrected twice", part=part)
    swapped = x.s_after if name == "v" else x.v_after
    yield Variation(swapped / correction(β, x.t), f"{'s' if name == 'v' else 'v'} stands for {name}", part=part)
