"""The statement of a gradient checker that is wrong: from the costs, the steps and the quotients that it took."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from reference.diagnosis.mistakes.checker import Nudged, Quotient
from reference.interface.entry import Event, Place

__all__ = ["Trace"]

SAME_QUOTIENT = 1e-5  # relative, of two quotients
SAME_COST = 1e-12  # relative, of two costs: a step of ε moves one by far more
SAME_NUMBER = 1e-6  # relative, of two norms
TELLING = 0.05  # of the largest derivative: entries that tell one cost from another
FEW = 6  # of them that are looked for

Array = np.ndarray


class _Taken(NamedTuple):
    """A number that a variable took: its own value, or an entry that was set."""

    event: Event
    value: float
    entry: bool


class Trace:
    """What the variables of one call took, beside what they were to take."""

    def __init__(self, events: Sequence[Event], nudged: Nudged, g: Array) -> None:
        """``g``: the gradient that is checked; the variable that holds it tells nothing."""
        self.nudged = nudged
        self.numbers = [e for e in events if e.value.dtype.kind == "f"]
        self.bound = [e for e in self.numbers if np.array_equal(e.value.ravel(), g.ravel())]
        given = next(((e.frame, e.variable) for e in self.bound), None)
        self.events = [e for e in self.numbers if (e.frame, e.variable) != given]
        size = np.abs(nudged.right)
        self.telling = [int(k) for k in np.flatnonzero(size > TELLING * size.max(initial=0.0))[:FEW]]

    @cached_property
    def taken(self) -> list[_Taken]:
        return list(self._taken())

    def _taken(self) -> Iterator[_Taken]:
        before: dict[tuple[int, str], Array] = {}
        for e in self.events:
            flat, key = e.value.ravel(), (e.frame, e.variable)
            if flat.size == 1:
                yield _Taken(e, float(flat[0]), False)
            elif flat.size == self.nudged.theta.size:
                old = before.get(key)
                changed = flat if old is None or old.size != flat.size else flat[old != flat]
                yield from (_Taken(e, float(x), True) for x in changed[: FEW * 2])
                before[key] = flat

    # --- numbers ---------------------------------------------------------------------------------------------------

    def number(self, value: float, *, after: int = 0) -> Place | None:
        """Where a variable took this number first, or after so many others did."""
        close = SAME_NUMBER * abs(value)
        numbers = [t for t in self.taken if not t.entry and (value != 0 or "[" not in t.event.variable)]
        held = [t.event.place for t in numbers if abs(t.value - value) <= close]
        return held[after] if len(held) > after else held[-1] if held else None

    def _cost(self, values: Sequence[float], but: Sequence[float] = ()) -> Place | None:
        """Where a cost among ``values`` was taken that is none of the others."""
        return next(iter(self._costs(values, but)), None)

    def _costs(self, values: Sequence[float], but: Sequence[float]) -> list[Place]:

        def near(x: float, of: Sequence[float]) -> bool:
            return any(abs(x - v) <= SAME_COST * max(abs(v), 1e-3) for v in of)

        held = [t for t in self.taken if near(t.value, values) and not near(t.value, but)]
        others = [t for t in self.taken if near(t.value, but) and not near(t.value, values)]
        askers = {t.event.frame for t in held} & {t.event.frame for t in others}
        if askers:  # who takes several costs asks for them
            return [t.event.place for t in held if t.event.frame in askers]
        helpers = {t.event.function for t in held} & {t.event.function for t in others}
        return [t.event.place for t in held if t.event.function not in helpers]

    def _at(self, costs: Array) -> list[float]:
        return [float(costs[k]) for k in self.telling]

    def _quotient(self, a: Array) -> Place | None:
        """Where an entry of the quotient was computed that is not zero."""
        wanted = [float(a[k]) for k in self.telling if a[k] != 0]
        return next(
            (t.event.place for t in self.taken if any(abs(t.value - v) <= SAME_QUOTIENT * abs(v) for v in wanted)), None
        )

    def took(self, quotient: Quotient) -> bool:
        """Did its variables take the numbers of this way to be wrong?"""
        n = self.nudged
        plus, minus = self._at(n.plus), self._at(n.minus)
        still = self._cost([n.J], [*plus, *minus]) is not None
        if quotient.where == "minus":
            return still and self._cost(plus, [n.J]) is not None and self._cost(minus, [n.J]) is None
        if quotient.where == "plus":
            return still and self._cost(minus, [n.J]) is not None and self._cost(plus, [n.J]) is None
        return self._quotient(quotient.value(n)) is not None

    # --- steps -----------------------------------------------------------------------------------------------------

    def _moved(self, sign: int) -> list[Event]:
        """The events of θ with one telling entry moved by ε."""
        n = self.nudged
        found = []
        for e in (e for e in self.events if e.value.size == n.theta.size):
            step = (e.value.ravel() - n.theta) / n.epsilon * sign
            at = np.flatnonzero(np.abs(step) > 0.5)
            if at.size == 1 and abs(step[at[0]] - 1) < 0.1:
                found.append(e)
        return found

    def _still(self) -> list[Event]:
        """The events of θ itself."""
        n = self.nudged
        alike = [e for e in self.events if e.value.size == n.theta.size]
        return [e for e in alike if np.all(np.abs(e.value.ravel() - n.theta) <= n.epsilon / 2)]

    def _alias(self, moved: Sequence[Event]) -> Place | None:
        """Where a variable was bound to θ itself, not to a copy: two variables moved in one statement."""
        for first, second in itertools.pairwise(moved):
            if (first.place, first.frame) != (second.place, second.frame) or first.variable == second.variable:
                continue
            bound = [e for e in self._still() if e.variable in (first.variable, second.variable)]
            last = {e.variable: e for e in reversed(bound)}
            return max(last.values(), key=lambda e: self.events.index(e)).place if last else None
        return None

    def _bound_to_the_other(self, moved: Sequence[Event]) -> Place | None:
        """Where a second variable took the first one's step."""
        return next((e.place for e in moved if e.variable != moved[0].variable), None)

    def _without_a_second(self, moved: Sequence[Event]) -> bool:
        """Is there no other vector that was to be moved: none but the moved one, and θ that was there before it?"""
        if not moved:
            return False
        names = [e.variable for e in self.events if e.frame == moved[0].frame]
        still = {e.variable for e in self._still() if e.frame == moved[0].frame and e.variable != "return"}
        others = still - {e.variable for e in moved}
        return len(others) == 1 and names.index(others.pop()) < names.index(moved[0].variable)

    def copied(self, a: Array) -> Place | None:
        """Where another variable was set to a whole vector that one had already."""
        close = SAME_QUOTIENT * float(np.max(np.abs(a), initial=0.0))
        held = [e for e in self.events if e.value.size == a.size and np.all(np.abs(e.value.ravel() - a) <= close)]
        others = [e for e in held if e.variable not in (held[0].variable, "return")]
        return others[0].place if others else None

    def overwritten(self) -> Place | None:
        """Where a second variable was bound to the gradient itself, so that what is set in one is set in both."""
        held = {(e.frame, e.variable): e for e in reversed(self.bound) if e.variable != "return"}
        changed = {key: self._first_change(*key) for key in held}
        for (frame, name), (other_frame, other) in itertools.permutations(held, 2):
            first, second = changed[frame, name], changed[other_frame, other]
            if frame == other_frame and first and second and first.place == second.place:
                later = [held[frame, name], held[frame, other]]
                return max(later, key=lambda e: next(k for k, x in enumerate(self.numbers) if x is e)).place
        return None

    def _first_change(self, frame: int, variable: str) -> Event | None:
        """Where entries of the variable were set, once it was bound to the gradient that is checked."""
        mine = [e for e in self.numbers if (e.frame, e.variable) == (frame, variable)]
        start = next(k for k, e in enumerate(mine) if any(e is b for b in self.bound))
        return next((e for e in mine[start + 1 :] if e.value.shape == mine[start].value.shape), None)

    def of_quotient(self, quotient: Quotient) -> Place | None:
        """The statement behind a wrong quotient."""
        n, where = self.nudged, quotient.where
        if where in ("plus", "minus"):
            sign = 1 if where == "plus" else -1
            at = self._cost([n.J], [*self._at(n.plus), *self._at(n.minus)])
            if at is not None and (self._moved(sign) or self._without_a_second(self._moved(-sign))):
                return at
            if (alias := self._alias(self._moved(-sign))) is not None:
                return alias
            if (bound := self._bound_to_the_other(self._moved(-sign))) is not None:
                return bound
            if n.theta.size == 1 and (still := self._still()):
                return still[0].place
            return self._quotient(quotient.value(n)) if at is None else None
        if where == "both":
            return self._same_way()
        if where == "copies":
            return self._piled()
        return None if where == "entries" else self._quotient(quotient.value(n))

    def _same_way(self) -> Place | None:
        """The second step, where it goes the way of the first."""
        for sign in (1, -1):
            moved = self._moved(sign)
            if (alias := self._alias(moved)) is not None:
                return alias
            others = [e for e in moved if e.variable != moved[0].variable]
            if moved and others and not self._moved(-sign):
                named = [e for e in moved if ("minus" if sign > 0 else "plus") in e.variable.lower()]
                return (named or others)[0].place
        n = self.nudged
        for costs, rest in ((n.plus, n.minus), (n.minus, n.plus)):
            places = dict.fromkeys(self._costs(self._at(costs), [n.J, *self._at(rest)]))
            if self._moved(1) and self._moved(-1) and len(places) == 2:
                return list(places)[1]
        return None

    def _piled(self) -> Place | None:
        """Where the vector was copied that is never copied anew."""
        n = self.nudged
        for e in (e for e in self.events if e.value.size == n.theta.size > 1):
            step = np.abs((e.value.ravel() - n.theta) / n.epsilon)
            if np.all((step < 0.1) | (np.abs(step - 1) < 0.1)) and np.sum(step > 0.5) > 1:
                bound = [s for s in self._still() if s.variable == e.variable]
                return bound[-1].place if bound else None
        return None
