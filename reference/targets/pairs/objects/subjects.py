"""An object of a class, ready for its forward pass: every run begins from a copy of one state.

Parameters that the first forward pass makes are there before any run, and what is at its start is moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.arguments.backward_arguments import IS_OPTIMISER
from reference.targets.pairs.objects.answers import Snapshot, offered, outputs_of, snapshot, value_at
from reference.targets.pairs.objects.arrays import (
    Path,
    ReachedArray,
    copied,
    lowered,
    put,
    rates,
    reached,
)
from reference.targets.pairs.objects.building import Building, built
from reference.targets.pairs.objects.calls import ObjectRun, forward, in_mode, is_static, numbers_of, split
from reference.targets.pairs.objects.constructing import (
    Unprepared,
    constructed,
    moved,
    restored,
    rounded,
)
from reference.targets.pairs.objects.rewired import owner_of
from reference.targets.pairs.objects.supplies import Descent, supplied
from reference.targets.pairs.objects.without_steps import does_without
from reference.targets.pairs.source.kept_outputs import kept_outputs
from reference.targets.pairs.state import SameState, generator_of
from reference.targets.pairs.trees import fresh, leaves, own_copy, primals_of
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["Subject"]

AVERAGES = re.compile(r"run(ning)?_|moving|_avg|avg_|(^|[._])ema|average|^(running|mu_run|var_run)", re.IGNORECASE)


class Subject:
    """One class, one draw, one kind of stand-in."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> None:
        self.proposal, self.loaded, self.draw, self.kind = proposal, loaded, draw, kind
        self.owner = owner_of(proposal, loaded, draw, kind)
        self.numbers = numbers_of(self.owner)
        self.parameters: dict[str, ReachedArray] = {}
        self.ways: dict[str, list[Path]] = {}
        self.same = SameState(loaded, kind)
        first = next((p.name for p in proposal.takes if not p.optional), "")
        self.arguments = primals_of(draw.arguments, lambda name: name == first)
        self.supplying = False
        self.state = self._constructed()
        self.made = set() if isinstance(self.state, type) else set(self._reached(self.state))
        self.unused: dict[str, tuple[Sequence[Path], tuple[int, ...]]] = {}  # arrays on which no output depends
        self.fresh = self._fresh()
        self.before = self.snapshot(self.state)
        self.first = self._settled()

    @cached_property
    def kept_as(self) -> tuple[str, ...]:
        """Attributes that its output may be kept as where nothing is returned, the likeliest first."""
        first, _ = split(self.proposal.forward)
        return kept_outputs(getattr(self.owner, first, None), self.proposal.backward_takes)

    def snapshot(self, model: Any) -> Snapshot:
        return snapshot(model, self.kind, self.numbers)

    def _reached(self, model: Any) -> dict[str, ReachedArray]:
        return reached(model, self.numbers)

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """From the same random numbers, the same names and the same attributes of classes."""
        with self.same.from_seed(self.draw.seed):
            yield

    def _generator(self, name: str, seed: int) -> Any:
        return generator_of(self.kind, seed, self.proposal.asked.get(name, {}).get("attributes"))

    # --- the state that every run begins from --------------------------------------------------------------------

    def _state(self) -> Any:
        with self.seeded():
            if is_static(self.owner, split(self.proposal.forward)[0]) and not self.proposal.constructor:
                return self.owner
            model = constructed(self.proposal, self.loaded, self.draw, self.kind, supplying=self.supplying)
        in_mode(model, self.draw.reading.get("mode", ""))
        for name, value in list(vars(model).items()) if hasattr(model, "__dict__") else ():
            if name in self.numbers and type(value) is int:
                setattr(model, name, float(value))
            elif (
                value is None
                and IS_OPTIMISER.match(name)
                and not does_without(self.owner, self.proposal.backward, name)
            ):  # to be set by the network that it is a layer of
                setattr(model, name, Descent())
        return model

    def _constructed(self) -> Any:
        try:
            return self._state()
        except Unprepared:
            raise
        except Exception:
            self.supplying = self._can_supply()
            if not self.supplying:
                raise
            return self._state()

    def _can_supply(self) -> bool:
        asked = self.proposal.asked
        return any(supplied(parameter, self.kind, asked) is not None for parameter in self.proposal.constructor)

    def _fresh(self) -> Callable[[], Any]:
        if isinstance(self.state, type):
            return lambda: self.state
        try:
            copied(self.state)
        except Exception:  # a stranger's object may refuse in any way
            return self._anew
        return lambda: copied(self.state)

    def _anew(self) -> Any:
        """Another object with the arrays of the state, where it cannot be copied."""
        model = self._state()
        for array in self._reached(self.state).values():
            value = own_copy(array.value)
            for path in array.paths:
                put(model, path, value)
        return model

    def _settled(self) -> ObjectRun:
        """Have lazy parameters made, move what is at its start, and see what the forward pass depends on."""
        first = self._first_run()
        if isinstance(self.state, type):
            return first
        made = self._reached(first.model)
        values = {name: np.array(lowered(array.value, self.kind)) for name, array in made.items()}
        with self.seeded():
            self._call_forward(first.model, {})
        again = {name: array for name, array in self._reached(first.model).items() if _same(made.get(name), array)}
        # What is summed up in place from pass to pass is no parameter.
        stable = {name for name, array in again.items() if _equal(lowered(array.value, self.kind), values[name])}
        own = self._reached(self.state)
        if any(name not in own and not _is_argument(made[name], first) for name in stable):
            self.state = first.model  # it has the parameters that the first forward pass made
        self.parameters = {name: array for name, array in self._reached(self.state).items() if name in stable}
        self._move()
        self.before = self.snapshot(self.state)
        return self.run({})

    def _first_run(self) -> ObjectRun:
        try:
            return self.run({})
        except Unprepared:
            raise
        except Exception as failed:
            for start in self._starts(failed) if not isinstance(self.state, type) else ():
                before = self.state
                try:
                    self.state = start()
                    return self.run({})
                except Exception:  # the next way
                    self.state = before
            raise

    def _starts(self, failed: Exception) -> Iterator[Callable[[], Any]]:
        """Further ways to a state from which the forward pass runs: built first, or with functions of ours."""
        first, _ = split(self.proposal.forward)
        known = Building(self.arguments, self.draw.construct, self.kind, self.draw.seed)
        for build in built(self.state, first, failed, known):
            yield partial(self._built, self.fresh, build)
        if self._can_supply():
            self.supplying = True
            yield self._state
            for build in built(self.state, first, failed, known):
                yield partial(self._built, self._state, build)

    def _built(self, make: Callable[[], Any], build: Callable[[Any], None]) -> Any:
        model = make()
        with self.seeded():
            build(model)
        return model

    def _move(self) -> None:
        moved_ = moved(self.state, self.kind, self.draw.seed, self.numbers)
        try:
            exact = rounded(self.state, self.kind, self.numbers)
            base = self._probe()
        except Exception:  # what was moved is no parameter, but something that is counted or indexed with
            for each in moved_.values():
                restored(self.state, each)
            moved_, exact, base = {}, {}, self._probe()
        arrays = self._reached(self.state)
        for name in list(self.parameters):
            array = arrays.get(name)
            if array is None or not self._depends_on(array, base):
                del self.parameters[name]
                if name in self.made and array is not None:
                    self.unused[name] = array.paths, np.shape(self.kind.lower(array.value))
                if (before := moved_.get(name, exact.get(name))) is not None:
                    restored(self.state, before)
                continue
            self.parameters[name] = array
        for name, array in moved_.items():
            if name not in self.parameters:
                restored(self.state, array)
        self.parameters = {name: each for name, each in self.parameters.items() if not AVERAGES.search(name)}
        self.ways = {name: list(array.paths) for name, array in self.parameters.items()}
        ids = {id(array.value): name for name, array in self.parameters.items()}
        for path, value in offered(self.state, "parameters", self.kind):
            if id(value) in ids:
                self.ways[ids[id(value)]].append(path)

    def _probe(self) -> list[Any]:
        run = self.run({})
        paths = outputs_of(run.answer, self.before, self.snapshot(run.model), self.kind, self.kept_as)
        return [lowered(value_at(run.answer, run.model, path), self.kind) for path in paths]

    def _depends_on(self, array: ReachedArray, base: list[Any]) -> bool:
        """Do the outputs change with it, or cannot they be had without it?"""
        values = np.asarray(lowered(array.value, self.kind))
        away = self.kind.lift((values.real * 1.5 + 0.125).astype(values.real.dtype))
        try:
            for path in array.paths:
                put(self.state, path, away)
            found = self._probe()
        except Exception:
            return True
        finally:
            for path in array.paths:
                put(self.state, path, array.value)
        return len(found) != len(base) or not all(_equal(a, b) for a, b in zip(found, base, strict=True))

    # --- the forward pass ------------------------------------------------------------------------------------------

    def run(self, primals: Mapping[str, Any]) -> ObjectRun:
        with self.seeded():
            return self.begun(primals)

    def begun(self, primals: Mapping[str, Any], *, rate: float | None = None) -> ObjectRun:
        """A forward pass, to be gone on with; the caller sees to the random numbers. ``rate``: to learn by."""
        model = self.fresh()
        for name, array in self.parameters.items():
            if name in primals:
                value = own_copy(primals[name])
                for path in array.paths:
                    put(model, path, value)
        for path in rates(model) if rate is not None else ():
            put(model, path, rate)
        return self._call_forward(model, primals)

    def once_more(self, model: Any, primals: Mapping[str, Any]) -> ObjectRun:
        """A forward pass of an object that has been through one; the caller sees to the random numbers."""
        return self._call_forward(model, primals)

    def _call_forward(self, model: Any, primals: Mapping[str, Any]) -> ObjectRun:
        own = {name: primals.get(name, self.kind.lift(value.copy())) for name, value in self.arguments.items()}
        arguments = fresh(self.draw.arguments, own, self.kind, self._generator)
        before = fresh(self.draw.arguments, own, self.kind, self._generator)
        return forward(self.proposal, model, arguments, before)


def _same(before: ReachedArray | None, after: ReachedArray) -> bool:
    return before is not None and before.value is after.value


def _equal(before: Any, after: Any) -> bool:
    return np.array_equal(before, after, equal_nan=True)


def _is_argument(array: ReachedArray, run: ObjectRun) -> bool:
    """Is it what the object was handed, and merely keeps?"""
    return any(array.value is value for name, tree in run.arguments.items() for _, value in leaves(name, tree))
