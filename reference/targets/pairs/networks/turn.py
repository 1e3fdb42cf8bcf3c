"""One turn of a step, looked on: its parameters put in where it begins, and what stands there where it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import numpy as np

from reference.targets.pairs.networks.roots import OWN, Spot, constants, number, rate_places, read, spots, written
from reference.targets.pairs.objects.arrays import put
from reference.targets.pairs.trees import own_copy
from reference.targets.pairs.weaving.watch import TurnIsOver
from reference.targets.stand_in.kind import StandIn

__all__ = ["WHOLE", "StepTurn"]

WHOLE = -1
Look = Callable[[int, FrameType], None]


class StepTurn:
    """An observer. ``values``: what parameters are to be; ``rates``: places of the rate, and what it is to be.

    ``look`` is told of every statement of the turn, by its number.
    """

    def __init__(
        self, site: str, turn: int, kind: StandIn, *, numbers: frozenset[str], values: Mapping[str, Any] | None = None,
        rates: Mapping[Any, Any] | None = None, look: Look | None = None,
    ) -> None:  # fmt: skip
        self.site, self.turn, self.kind, self.numbers = site, turn, kind, numbers
        self.values, self.rates, self.look = dict(values or {}), dict(rates or {}), look
        self.spots: dict[str, Spot] = {}
        self.start: dict[str, np.ndarray] = {}
        self.after: dict[str, Any] = {}
        self.begun, self.over = False, False
        self.model: Any = None
        self.places: list[Any] = []
        self.constants: dict[str, float] = {}
        self.waiting: dict[str, Any] = {}  # local variables that the function is to set itself

    def begins(self, turn: int, frame: FrameType) -> None:
        if turn != self.turn or self.over:
            return
        if self.begun:
            self._end(frame)
        self.begun = True
        self.model = frame.f_locals.get(OWN)
        for name in self.numbers & set(getattr(self.model, "__dict__", ())):
            if type(getattr(self.model, name)) is int:  # as a parameter is begun: self.bias = 0
                setattr(self.model, name, float(getattr(self.model, name)))
        self.spots = spots(frame, self.numbers)
        self.places = rate_places(frame)
        self.constants = constants(frame)
        for name, spot in self.spots.items():
            value = number(spot.value, self.kind)
            if value is not None:
                self.start[name] = np.array(value.real)
            if name in self.values:
                self._put(frame, name, spot)
        for (root, path), rate in self.rates.items():
            if len(path) == 1:
                first, _, name = root.partition(" ")
                self.waiting[name or first] = rate
                if name:
                    frame.f_globals[name] = rate
            else:
                put(frame.f_locals[root], path, rate)

    def _put(self, frame: FrameType, name: str, spot: Spot) -> None:
        if not written(frame, spot, lambda: own_copy(self.values[name])):
            self.waiting[spot.root] = own_copy(self.values[name])

    def given(self, turn: int, name: str, value: Any) -> Any:
        if turn != self.turn or self.over or not self.begun:
            return value
        return self.waiting.pop(name, value)

    def before(self, statement: int, frame: FrameType) -> None:
        if self.begun and not self.over and self.look is not None:
            self.look(statement, frame)

    def ends(self, turn: int, frame: FrameType) -> None:
        if turn == self.turn and self.begun and not self.over:
            self._end(frame)

    def _end(self, frame: FrameType) -> None:
        """What stands there now; the rest of a loop is not wanted, while a whole function goes on to its return."""
        self.look = None
        self.after = {}
        for name, spot in self.spots.items():
            try:
                self.after[name] = read(frame, self.model, spot)
            except (KeyError, IndexError, AttributeError, TypeError):
                continue
        self.over = True
        if self.turn != WHOLE:
            raise TurnIsOver

    def now(self) -> dict[str, Any]:
        """What stands there after the function has returned: what is changed in the return itself has changed too."""
        for name, spot in self.spots.items():
            if spot.root == OWN and self.turn == WHOLE and self.model is not None:
                try:
                    self.after[name] = read(None, self.model, spot)  # type: ignore[arg-type]
                except (KeyError, IndexError, AttributeError, TypeError):
                    continue
        return self.after
