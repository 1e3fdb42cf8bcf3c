"""A network that trains itself, with one draw and one kind of stand-in: its step is run anew from one state."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FunctionType
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, Parameter, Proposal
from reference.targets.pairs.networks.turn import Look, StepTurn
from reference.targets.pairs.objects.arrays import copied
from reference.targets.pairs.objects.constructing import Unprepared, applied, constructed
from reference.targets.pairs.objects.supplies import RATE
from reference.targets.pairs.state import SameState, generator_of
from reference.targets.pairs.trees import fresh, primals_of
from reference.targets.pairs.weaving.watch import TurnIsOver, watched_by
from reference.targets.pairs.weaving.weave import Woven, weave
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["NETWORK", "Trainer"]

NETWORK = "network"  # what is known of a step stands in ``Proposal.asked`` under this
ONCE = re.compile(
    r"(n_?|num_?|max_?|number_?of_?|nb_?|no_?of_?)*(epochs?|iter(ation)?s?|steps?|passes|rounds|repeats?|times|turns"
    r"|iter_?num|epoch_?(num|count)|n_?iters?|iterations_?\w*|limit|training_?steps)|max_?iter\w*|num_?iter\w*",
    re.IGNORECASE,
)
WHOLE_BATCH = re.compile(r"(mini_?)?batch_?(size|sz)?|bs|minibatch|mini_?batch_?size|size", re.IGNORECASE)
TURNS, LARGEST = 2, 64


class Trainer:
    """``fixed``: what arguments by name are, for each of its runs: turns, batches, rates."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> None:
        self.proposal, self.loaded, self.draw, self.kind = proposal, loaded, draw, kind
        self.facts: Mapping[str, Any] = proposal.asked[NETWORK]
        self.site = proposal.check
        self.numbers = frozenset(self.facts["numbers"])
        self.same = SameState(loaded, kind)
        self.weave()
        self.arguments = primals_of(draw.arguments, lambda _: False)
        self.new = self._maker()

    def weave(self) -> None:
        owner = self.loaded.names.get(self.proposal.owner) if self.proposal.owner else None
        found = (
            inspect.getattr_static(owner, self.proposal.backward, None)
            if owner is not None
            else self.loaded.names.get(self.proposal.backward)
        )
        found = found.__func__ if isinstance(found, staticmethod | classmethod) else found
        found = inspect.unwrap(found) if callable(found) else found
        if not isinstance(found, FunctionType):
            raise Unprepared(f"{self.proposal.check} is no function once the file is loaded")
        try:
            weave(found, Woven(self.site, tuple(self.facts["carried"]), self.facts["flat"]))
        except (OSError, SyntaxError, TypeError) as error:
            raise Unprepared(f"{self.proposal.check} cannot be looked into: {error}") from None

    def _controlled(self, takes: tuple[Parameter, ...]) -> dict[str, Any]:
        """The turns, the size of a batch, the rate, as far as these parameters say them."""
        found: dict[str, Any] = {}
        for p in takes:
            if p.name in self.facts["once"]:
                found[p.name] = TURNS
            elif p.name in self.facts["batch"]:
                found[p.name] = LARGEST
            elif p.name in self.facts["rates"] and not (p.optional and p.default is None):
                found[p.name] = RATE
        return found

    def _maker(self) -> Callable[[], Any]:
        if not self.proposal.owner:
            return lambda: None
        if self.facts["made_with_data"]:
            return self._made
        with self.same.from_seed(self.draw.seed):
            first = self._made()
        try:
            copied(first)
        except Exception:  # a stranger's object may refuse in any way
            return self._made
        return lambda: copied(first)

    def _made(self) -> Any:
        proposal, draw = self.proposal, self.draw
        every = tuple(Parameter(*p) for p in self.facts["constructor"])
        construct = {**draw.construct, **self._controlled(every)}
        if self.facts["made_with_data"]:
            construct = {**construct, **self._given(every)}
        return constructed(
            proposal._replace(constructor=every), self.loaded, draw._replace(construct=construct), self.kind
        )

    def _given(self, takes: tuple[Parameter, ...]) -> dict[str, Any]:
        own = {name: self.kind.lift(value.copy()) for name, value in self.arguments.items()}
        seeded = lambda name, seed: generator_of(self.kind, seed, None)
        every = fresh(self.draw.arguments, own, self.kind, seeded)
        names = {p.name for p in takes}
        return {name: value for name, value in every.items() if name in names}

    def run(
        self, turn: int, *, values: Mapping[str, Any] | None = None, rates: Mapping[Any, Any] | None = None,
        look: Look | None = None,
    ) -> tuple[StepTurn, Any]:  # fmt: skip
        """One turn, and what the function returned, if any. Raises what the target raises, and what ``look`` does."""
        observer = StepTurn(self.site, turn, self.kind, numbers=self.numbers, values=values, rates=rates, look=look)
        answer = None
        with self.same.from_seed(self.draw.seed):
            model = self.new()
            takes = tuple(self.facts["takes"])
            parameters = tuple(Parameter(*p) for p in takes)
            handed = {**self._given(parameters), **self._controlled(parameters)}
            for name in self.facts["globals"]:
                if name in handed:
                    self.loaded.names[name] = handed.pop(name)
            function = (
                getattr(model, self.proposal.backward)
                if self.proposal.owner
                else self.loaded.names[self.proposal.backward]
            )
            with watched_by(observer), suppress(TurnIsOver):
                answer = applied(function, parameters, handed)
            if not observer.begun:
                raise Unprepared(f"{self.proposal.check} takes no turn")
            observer.now()
        return observer, answer


def is_controlled(name: str) -> str:
    """How an argument of this name is set for every run: to "once", as one "batch", or not at all."""
    if ONCE.fullmatch(name):
        return "once"
    return "batch" if WHOLE_BATCH.fullmatch(name) and name not in ("size", "batch", "minibatch", "mini_batch") else ""


def off_start(name: str, start: np.ndarray, seed: int) -> np.ndarray:
    """Moved off its start where that is constant, enlarged where it is tiny; as float32 has it exactly."""
    generator = np.random.RandomState([seed % 2**32, *name.encode()])
    made = start
    if start.size and np.all(start == start.flat[0]):
        first = float(start.flat[0])
        made = (
            0.5 * generator.standard_normal(start.shape)
            if first == 0
            else first * generator.uniform(0.5, 1.5, start.shape)
        )
        made = made if np.max(np.abs(made)) < 3 else 0.5 * generator.standard_normal(start.shape)
    elif start.size and np.max(np.abs(start)) < 0.25:
        made = start * (0.5 / np.max(np.abs(start)))
    elif start.size and np.max(np.abs(start)) > 4:
        made = start * (1.0 / np.std(start))
    return np.asarray(made).astype(np.float32).astype(np.float64)
