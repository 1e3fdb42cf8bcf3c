"""How a gradient checker goes wrong: in the quotient g̃ = (J₊ − J₋) / 2ε, and in ‖g − g̃‖ / (‖g‖ + ‖g̃‖)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["FORMULAS", "QUOTIENTS", "Formula", "Nudged", "Quotient"]

Array = np.ndarray


class Nudged(NamedTuple):
    """J at θ, and with every entry of θ moved by ε, this way and that."""

    theta: Array
    epsilon: float
    J: float
    plus: Array
    minus: Array

    @property
    def right(self) -> Array:
        return (self.plus - self.minus) / (2 * self.epsilon)


class Quotient(NamedTuple):
    """What g̃ comes to. ``where``: what of it is wrong, and so which statement is looked for."""

    text: str
    value: Callable[[Nudged], Array]
    where: str = "quotient"  # or "plus", "minus", "both": where J is taken; "entries"; "copies"


class Formula(NamedTuple):
    """What the difference is made of: a numerator, a denominator, and what is done with both."""

    text: str
    numerator: Callable[[Array, Array], float] = lambda g, a: _norm(g - a)
    denominator: Callable[[Array, Array], float] = lambda g, a: _norm(g) + _norm(a)
    whole: Callable[[float, float], float] = lambda top, bottom: top / bottom


def _norm(a: Array) -> float:
    return float(np.linalg.norm(a))


def _one_entry(k: int) -> Callable[[Nudged], Array]:
    def value(n: Nudged) -> Array:
        found = np.zeros_like(n.theta)
        found[k] = n.right[k]
        return found

    return value


def _last_in_first(n: Nudged) -> Array:
    found = np.zeros_like(n.theta)
    found[0] = n.right[-1]
    return found


QUOTIENTS = (
    Quotient("", lambda n: n.right),
    Quotient("J_minus is taken at theta itself, so that gradapprox is half of what is owed",
             lambda n: (n.plus - n.J) / (2 * n.epsilon), "minus"),
    Quotient("J_plus is taken at theta itself, so that gradapprox is half of what is owed",
             lambda n: (n.J - n.minus) / (2 * n.epsilon), "plus"),
    Quotient("gradapprox is divided by 4 ε in place of 2 ε, and so half of what is owed", lambda n: n.right / 2),
    Quotient("gradapprox is divided by ε in place of 2 ε, and so twice what is owed", lambda n: n.right * 2),
    Quotient("gradapprox is multiplied by ε where it is to be divided by it: 2 * epsilon takes brackets",
             lambda n: n.right * n.epsilon**2),
    Quotient("gradapprox is multiplied by 2 ε where it is to be divided by it",
             lambda n: (n.plus - n.minus) * 2 * n.epsilon),
    Quotient("J_plus and J_minus are added in gradapprox where they are to be subtracted",
             lambda n: (n.plus + n.minus) / (2 * n.epsilon)),
    Quotient("gradapprox lacks the brackets about J_plus − J_minus: J_minus alone is divided",
             lambda n: n.plus - n.minus / (2 * n.epsilon)),
    Quotient("gradapprox is divided by 2 ε² in place of 2 ε", lambda n: n.right / n.epsilon),
    Quotient("gradapprox is divided by ε² in place of 2 ε", lambda n: 2 * n.right / n.epsilon),
    Quotient("gradapprox is divided by 4 ε² in place of 2 ε", lambda n: n.right / (2 * n.epsilon)),
    Quotient("gradapprox is divided by 2, or by 2 + ε, in place of 2 ε", lambda n: (n.plus - n.minus) / 2),
    Quotient("gradapprox is not divided by 2 ε", lambda n: n.plus - n.minus),
    Quotient("J_plus and J_minus have changed places in gradapprox: it is of the wrong sign", lambda n: -n.right),
    Quotient("theta is moved the same way for J_plus and for J_minus, or not at all: gradapprox is 0",
             lambda n: np.zeros_like(n.theta), "both"),
    Quotient("only the first entry of gradapprox is computed", _one_entry(0), "entries"),
    Quotient("only the last entry of gradapprox is computed", _one_entry(-1), "entries"),
    Quotient("every entry of theta is moved at once", lambda n: np.full_like(n.theta, n.right.sum()), "entries"),
    Quotient("steps pile up from entry to entry: theta is not copied anew for each", lambda n: np.cumsum(n.right),
             "copies"),
    Quotient("steps of J_plus, or of J_minus, pile up from entry to entry: theta is not copied anew for each",
             lambda n: (np.cumsum(n.right) + n.right) / 2, "copies"),
    Quotient("every quotient is written to the first entry of gradapprox", _last_in_first, "entries"),
)  # fmt: skip

FORMULAS = (
    Formula(""),
    Formula("what is compared is one gradient with itself", lambda g, a: 0.0),
    Formula("‖g‖ − ‖g̃‖ stands where ‖g − g̃‖ belongs", lambda g, a: abs(_norm(g) - _norm(a))),
    Formula("‖g‖ − ‖g̃‖ stands where ‖g − g̃‖ belongs", lambda g, a: _norm(g) - _norm(a)),
    Formula("‖g̃‖ − ‖g‖ stands where ‖g − g̃‖ belongs", lambda g, a: _norm(a) - _norm(g)),
    Formula("‖g + g̃‖ stands where ‖g − g̃‖ belongs", lambda g, a: _norm(g + a)),
    Formula("‖g‖ + ‖g̃‖ stands where ‖g − g̃‖ belongs", lambda g, a: _norm(g) + _norm(a)),
    Formula("‖g − g̃‖² stands where ‖g − g̃‖ belongs", lambda g, a: _norm(g - a) ** 2),
    Formula("Σ (g − g̃) stands where ‖g − g̃‖ belongs", lambda g, a: float(np.sum(g - a))),
    Formula("|Σ (g − g̃)| stands where ‖g − g̃‖ belongs", lambda g, a: abs(float(np.sum(g - a)))),
    Formula("max |g − g̃| stands where ‖g − g̃‖ belongs", lambda g, a: float(np.max(np.abs(g - a)))),
    Formula("Σ |g − g̃| stands where ‖g − g̃‖ belongs", lambda g, a: float(np.sum(np.abs(g - a)))),
    Formula("‖g‖ − ‖g̃‖ stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(g) - _norm(a)),
    Formula("|‖g‖ − ‖g̃‖| stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: abs(_norm(g) - _norm(a))),
    Formula("‖g‖ alone stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(g)),
    Formula("‖g̃‖ alone stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(a)),
    Formula("2 ‖g‖ stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: 2 * _norm(g)),
    Formula("2 ‖g̃‖ stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: 2 * _norm(a)),
    Formula("‖g + g̃‖ stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(g + a)),
    Formula("‖g − g̃‖ stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(g - a)),
    Formula("‖g‖ · ‖g̃‖ stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(g) * _norm(a)),
    Formula("max(‖g‖, ‖g̃‖) stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: max(_norm(g), _norm(a))),
    Formula("‖g‖² + ‖g̃‖² stands where ‖g‖ + ‖g̃‖ belongs", denominator=lambda g, a: _norm(g) ** 2 + _norm(a) ** 2),
    Formula("‖g − g̃‖ is not divided by ‖g‖ + ‖g̃‖", whole=lambda top, bottom: top),
    Formula("‖g − g̃‖ is multiplied by ‖g‖ + ‖g̃‖ where it is to be divided by it", whole=lambda top, bottom: top * bottom),
    Formula("numerator and denominator have changed places", whole=lambda top, bottom: bottom / top),
    Formula("difference is twice what is owed", whole=lambda top, bottom: 2 * top / bottom),
    Formula("difference is half of what is owed", whole=lambda top, bottom: top / bottom / 2),
    Formula("difference is of the wrong sign", whole=lambda top, bottom: -top / bottom),
    Formula("difference is squared", whole=lambda top, bottom: (top / bottom) ** 2),
    Formula("‖g − g̃‖² / (‖g‖² + ‖g̃‖²) stands where the norms themselves belong", lambda g, a: _norm(g - a) ** 2,
            lambda g, a: _norm(g) ** 2 + _norm(a) ** 2),
    Formula("‖g − g̃‖ / ‖g‖ + ‖g̃‖ lacks the brackets about its denominator",
            lambda g, a: _norm(g - a) + _norm(g) * _norm(a), lambda g, a: _norm(g)),
)  # fmt: skip
