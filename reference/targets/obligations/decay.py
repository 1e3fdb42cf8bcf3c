"""Decay of the learning rate: α₀ / (1 + rate · epoch), at every epoch or once in an interval; or α₀ · rate^epoch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.targets.obligations.asking import Asking, LawResult, as_array, same
from reference.targets.obligations.lines import traced
from reference.targets.obligations.updates import not_judged
from reference.targets.reading.training import known_arguments
from reference.targets.reading.vocabulary import plain, strong

__all__ = ["decay"]

RATES, EPOCHS, DECAYS, INTERVAL = (0.5, 0.075), (0, 1, 7, 99, 100, 250), (0.3, 0.9), 100
Formula = Callable[[float, int, float], float]  # of α₀, the epoch (or the intervals gone by) and the rate of decay

RIGHT: dict[str, Formula] = {
    "α₀ / (1 + rate · epoch)": lambda α, k, d: α / (1 + d * k),
    "α₀ · rate^epoch": lambda α, k, d: α * d**k,
    "α₀ · exp(−rate · epoch)": lambda α, k, d: α * math.exp(-d * k),
    "α₀ / √(1 + rate · epoch)": lambda α, k, d: α / math.sqrt(1 + d * k),
}
WRONG: dict[str, Formula] = {
    "multiplied by 1 + rate · epoch, not divided": lambda α, k, d: α * (1 + d * k),
    "1 − rate · epoch stands for 1 + rate · epoch": lambda α, k, d: α / (1 - d * k) if d * k != 1 else math.inf,
    "the 1 is missing from 1 + rate · epoch": lambda α, k, d: α / (d * k) if k else math.inf,
    "the epoch is not used": lambda α, k, d: α / (1 + d),
    "the rate of decay is not used": lambda α, k, d: α / (1 + k),
    "it does not decay": lambda α, k, d: α,
    "the initial rate is not used": lambda α, k, d: 1 / (1 + d * k),
    "1 / (1 + rate) is not times the epoch: (1 + rate) · epoch": lambda α, k, d: α / ((1 + d) * k) if k else math.inf,
    "α₀ / 1 + rate · epoch, without the brackets": lambda α, k, d: α + d * k,
    "it is added, 1 + rate + epoch": lambda α, k, d: α / (1 + d + k),
}
GONE_BY: dict[str, Callable[[int], float]] = {
    "": lambda k: k // INTERVAL,
    "the interval is counted in fractions: ⌊epoch / interval⌋ is missing its ⌊ ⌋": lambda k: k / INTERVAL,
    "it is rounded up": lambda k: -(-k // INTERVAL),
    "it is rounded to the nearest": lambda k: round(k / INTERVAL),
    "the interval is not used": lambda k: k,
    "the epoch within the interval stands for the intervals gone by": lambda k: k % INTERVAL,
}


def decay(asking: Asking) -> LawResult:
    """The rate at several epochs; under another name, whatever formula of those it is."""
    known = known_arguments([a[0] for a in asking.function.arguments], asking.function.role or "")
    points = list(itertools.product(RATES, EPOCHS, DECAYS))
    got: dict[tuple[float, int, float], object] = {}
    for α, k, d in points:
        values = {"learning_rate": α, "epoch": k, "decay_rate": d, "interval": INTERVAL}
        try:
            got[α, k, d] = asking.call(values)
        except TargetRaised as raised:
            if raised.details["type"] != "ZeroDivisionError":
                raise
            got[α, k, d] = math.inf
    steps = GONE_BY if "interval" in known else {"": GONE_BY["the interval is not used"]}
    fits = {name: mistake for name, mistake in itertools.product([*RIGHT, *WRONG], steps)
            if all(_is(got[α, k, d], {**RIGHT, **WRONG}[name](α, steps[mistake](k), d)) for α, k, d in points)}  # type: ignore[arg-type]  # fmt: skip
    exponential = not strong(asking.name) or "exp" in plain(asking.name)
    right = [name for name in RIGHT if fits.get(name) == "" and (exponential or name == next(iter(RIGHT)))]
    if right:
        said = [] if right[0] == next(iter(RIGHT)) else [Violation("*", "", f"the rate is {right[0]}")]
        return len(points), said
    if all(value is None for value in got.values()):
        return 1, [asking.wrong("*", "MB702", "returns nothing")]
    if fits:
        name, mistake = next(iter(fits.items()))
        texts = [t for t in (mistake, name if name in WRONG else "" if mistake else f"the rate is {name}") if t]
        return len(points), [_with_line(asking, "; ".join(texts))]
    if not strong(asking.name):
        return not_judged(asking, "its formula is none of the decays that are known")
    return len(points), [_with_line(asking, "the rate is not α₀ / (1 + rate · epoch)")]


def _is(got: object, want: float) -> bool:
    a = as_array(got)
    if a is None or a.size != 1:
        return False
    return float(a.ravel()[0]) == want if math.isinf(want) else same(a, want)


def _with_line(asking: Asking, text: str) -> Violation:
    """Where the rate that is returned was made."""
    events = traced(asking)
    returned = next((e for e in reversed(events) if e.variable == "return"), None)
    alike = [e for e in events if returned is not None and np.array_equal(e.value, returned.value)]
    made = [e for e in alike if returned is not None and e.frame == returned.frame]
    wrong = asking.wrong("return", "MB804", text)
    return wrong._replace(place=made[0].place) if made else wrong
