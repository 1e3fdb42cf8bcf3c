"""An object of a class, ready for its forward pass: every run begins from a copy of one state.

Parameters that the first forward pass makes are there before any run, and what is at its start is moved.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.constructing import (
    RATE,
    Context,
    Unprepared,
    applied,
    built,
    constructed,
    moved,
    restored,
)
from reference.targets.pairs.object_answers import offered, outputs_of, snapshot, value_at
from reference.targets.pairs.objects import (
    Path,
    Reached,
    copied,
    lowered,
    put,
    rates,
    reached,
)
from reference.targets.pairs.state import SameState, generator_of
from reference.targets.pairs.trees import fresh, leaves, own_copy, primals_of
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import Kind

__all__ = ["Run", "Subject", "is_static", "method_of"]

AVERAGES = re.compile(r"run(ning)?_|moving|_avg|avg_|ema|average|^(running|mu_run|var_run)", re.IGNORECASE)
CONTEXTS = ("ctx", "context", "self_ctx")
MODES = ("training", "train", "is_training", "train_flg", "train_flag", "mode", "is_train", "phase", "trainable_mode")


class Run(NamedTuple):
    """One forward pass: the object afterwards, what it was given, what it answered."""

    model: Any
    arguments: dict[str, Any]
    before: dict[str, Any]  # the same as they were
    answer: Any
    context: Context | None


class Subject:
    """One class, one draw, one kind of stand-in."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: Kind) -> None:
        self.proposal, self.loaded, self.draw, self.kind = proposal, loaded, draw, kind
        self.owner = loaded.names.get(proposal.owner)
        self.parameters: dict[str, Reached] = {}
        self.ways: dict[str, list[Path]] = {}
        self.same = SameState(loaded, kind)
        first = next((p.name for p in proposal.takes if not p.optional), "")
        self.arguments = primals_of(draw.arguments, lambda name: name == first)
        self.state = self._state()
        self.fresh = self._fresh()
        self.before = snapshot(self.state, kind)
        self.first = self._settled()

    def seeded(self) -> AbstractContextManager[None]:
        return self.same.from_seed(self.draw.seed)

    def _generator(self, name: str, seed: int) -> Any:
        return generator_of(self.kind, seed, self.proposal.asked.get(name, {}).get("attributes"))

    # --- the state that every run begins from --------------------------------------------------------------------

    def _state(self) -> Any:
        with self.seeded():
            if is_static(self.owner, self.proposal.forward) and not self.proposal.constructor:
                return self.owner
            model = constructed(self.proposal, self.loaded, self.draw, self.kind)
        _in_mode(model, self.draw.reading.get("mode", ""))
        return model

    def _fresh(self) -> Callable[[], Any]:
        if isinstance(self.state, type):
            return lambda: self.state
        try:
            copied(self.state)
        except Exception:  # a stranger's object may refuse in any way
            return self._anew
        return lambda: copied(self.state)

    def _anew(self) -> Any:
        model = self._state()
        for array in self.parameters.values():
            for path in array.paths:
                put(model, path, own_copy(array.value))
        return model

    def _settled(self) -> Run:
        """Have lazy parameters made, move what is at its start, and see what the forward pass depends on."""
        first = self._first_run()
        if isinstance(self.state, type):
            return first
        made = reached(first.model)
        with self.seeded():
            self._call_forward(first.model, {})
        stable = {name for name, array in reached(first.model).items() if _same(made.get(name), array)}
        own = reached(self.state)
        if any(name not in own and not _is_argument(made[name], first) for name in stable):
            self.state = first.model  # it has the parameters that the first forward pass made
        self.parameters = {name: array for name, array in reached(self.state).items() if name in stable}
        self._move()
        self.before = snapshot(self.state, self.kind)
        return self.run({})

    def _first_run(self) -> Run:
        try:
            return self.run({})
        except Unprepared:
            raise
        except Exception as error:
            shapes = [value.shape for value in self.arguments.values()]
            for build in built(self.state, shapes, self.draw.construct) if not isinstance(self.state, type) else ():
                try:
                    with self.seeded():
                        model = self.fresh()
                        build(model)
                    self.state, before = model, self.state
                    return self.run({})
                except Exception:
                    self.state = before
            raise error

    def _move(self) -> None:
        moved_ = moved(self.state, self.kind, self.draw.seed)
        arrays = reached(self.state)
        base = self._probe()
        for name in list(self.parameters):
            array = arrays.get(name)
            if array is None or not self._depends_on(array, base):
                del self.parameters[name]
                if name in moved_:
                    restored(self.state, moved_[name])
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
        paths = outputs_of(run.answer, self.before, snapshot(run.model, self.kind), self.kind)
        return [lowered(value_at(run.answer, run.model, path), self.kind) for path in paths]

    def _depends_on(self, array: Reached, base: list[Any]) -> bool:
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
        return len(found) != len(base) or not all(
            np.array_equal(a, b, equal_nan=True) for a, b in zip(found, base, strict=True)
        )

    # --- the forward pass ------------------------------------------------------------------------------------------

    def run(self, primals: Mapping[str, Any]) -> Run:
        with self.seeded():
            return self.begun(primals)

    def begun(self, primals: Mapping[str, Any], *, updating: bool = False) -> Run:
        """A forward pass, to be gone on with; the caller sees to the random numbers."""
        model = self.fresh()
        for name, array in self.parameters.items():
            if name in primals:
                value = own_copy(primals[name])
                for path in array.paths:
                    put(model, path, value)
        for path in rates(model) if updating else ():
            put(model, path, RATE)
        return self._call_forward(model, primals)

    def _call_forward(self, model: Any, primals: Mapping[str, Any]) -> Run:
        own = {name: primals.get(name, self.kind.lift(value.copy())) for name, value in self.arguments.items()}
        arguments = fresh(self.draw.arguments, own, self.kind, self._generator)
        method, context = method_of(model, self.proposal.forward)
        before = fresh(self.draw.arguments, own, self.kind, self._generator)
        return Run(model, arguments, before, applied(method, self.proposal.takes, arguments), context)


def _same(before: Reached | None, after: Reached) -> bool:
    return before is not None and before.value is after.value


def _is_argument(array: Reached, run: Run) -> bool:
    """Is it what the object was handed, and merely keeps?"""
    return any(array.value is value for name, tree in run.arguments.items() for _, value in leaves(name, tree))


def is_static(owner: Any, name: str) -> bool:
    return isinstance(inspect.getattr_static(owner, name, None), staticmethod | classmethod)


def method_of(model: Any, name: str, context: Context | None = None) -> tuple[Callable[..., Any], Context | None]:
    """A method as it is called, a context before its arguments where it wants one."""
    method = getattr(model, name)
    first = next(iter(inspect.signature(method).parameters), "")
    if first not in CONTEXTS:
        return method, context
    context = context or Context()
    return lambda *arguments, **named: method(context, *arguments, **named), context


def _in_mode(model: Any, mode: str) -> None:
    """Put an object in the mode that is asked for: by its method, or by its attribute."""
    if not mode:
        return
    test = mode in ("test", "eval", "inference", "predict")
    for name in ("eval", "test_mode", "eval_mode") if test else ("train", "train_mode"):
        switch = getattr(model, name, None)
        if inspect.ismethod(switch) and not inspect.signature(switch).parameters:
            switch()
            return
    for name in MODES:
        if isinstance(getattr(model, name, None), bool | str):
            setattr(model, name, mode if isinstance(getattr(model, name), str) else not test)
