"""Every run of a target's functions from one and the same state: random numbers, and the names of its own module."""

from __future__ import annotations

import copy
import operator
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from reference.targets.pairing.passes import seeded
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn
from reference.targets.stand_in.randomness import Generator

__all__ = ["SameState", "generator_of"]

MUTABLE = (list, dict, set, np.ndarray, random.Random, np.random.Generator, np.random.RandomState, Generator)
NUMBERS = (int, float, np.ndarray)
T = TypeVar("T")
LEGACY = {"randn", "rand", "random_sample", "randint", "random_integers", "ranf", "tomaxint"}  # RandomState's alone


class SameState:
    """What the names of a loaded file, and the attributes of its classes, were when a pair was prepared.

    ``from_seed`` has them so again and again. ``moved``: a run changed a number that the file or a class of it holds.
    """

    def __init__(self, loaded: Loaded, kind: StandIn) -> None:
        self.names, self.kind = loaded.names, kind
        self.moved = False
        self.first = dict(loaded.names)  # as every run leaves them
        own_values = {name: v for name, v in loaded.names.items() if isinstance(v, MUTABLE) and name != "__builtins__"}
        self.kept = {name: _copy(v) for name, v in own_values.items()}
        own = [loaded.names.get(name) for name in loaded.own]
        functions = [f for f in own if isinstance(f, FunctionType)]
        self.functions = [(f, dict(f.__dict__)) for f in functions]
        self.defaults = [
            (f, _copy(f.__defaults__), _copy(f.__kwdefaults__))
            for f in functions
            if any(isinstance(v, MUTABLE) for v in (*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()))
        ]
        classes = {v for v in loaded.names.values() if isinstance(v, type) and v.__module__ == "target"}
        self.attributes = [
            (owner, name, _copy(value))
            for owner in classes
            for name, value in vars(owner).items()
            if isinstance(value, (*MUTABLE, *NUMBERS)) and not name.startswith("__")
        ]

    @contextmanager
    def from_seed(self, seed: int) -> Iterator[None]:
        """Afterwards the generators of this process are as they were, and so are the names."""
        with seeded(seed % 2**32), _generators_from_the_global_one():
            self._seed(seed)
            try:
                yield
            finally:
                self._restore()

    def second_of_two(self, seed: int, call: Callable[[], T]) -> T:
        """What a second call answers, with the same random numbers, in the state that the first left behind."""
        with self.from_seed(seed):
            call()
            with seeded(seed % 2**32):
                self._seed(seed)
                return call()

    def _seed(self, seed: int) -> None:
        theirs = getattr(self.kind.numpy, "random", None)
        if theirs is not None and theirs is not np.random and hasattr(theirs, "seed"):
            theirs.seed(seed % 2**32)

    def _restore(self) -> None:
        alike = len(self.names) == len(self.first)
        alike = alike and all(map(operator.is_, self.names.values(), self.first.values()))
        if self.kept or self.attributes or not alike:
            self._restore_names()
        for f, defaults, named in self.defaults:
            f.__defaults__, f.__kwdefaults__ = _copy(defaults), _copy(named)
        for f, attributes in self.functions:
            if f.__dict__ or attributes:
                f.__dict__.clear()
                f.__dict__.update(attributes)

    def _restore_names(self) -> None:
        names, kept = self.names, self.kept
        now = [(value, names.get(k)) for k, value in self.first.items() if names.get(k) is not value and k not in kept]
        now += [(value, names.get(name)) for name, value in kept.items()]
        now += [(value, getattr(owner, name, None)) for owner, name, value in self.attributes]
        self.moved |= any(_differ(before, after) for before, after in now)
        names.update(self.first)
        if len(names) > len(self.first):
            for name in [name for name in names if name not in self.first]:
                del names[name]
        self.names.update({name: _copy(value) for name, value in self.kept.items()})
        for owner, name, value in self.attributes:
            setattr(owner, name, _copy(value))


@contextmanager
def _generators_from_the_global_one() -> Iterator[None]:
    """A generator that the target makes without a seed begins where the global one stands, as in every stand-in; that
    one goes on where it is seeded with nothing.
    """
    theirs = {name: vars(np.random)[name] for name in ("default_rng", "RandomState", "seed")}
    vars(np.random).update(_from_the_global_one(*theirs.values()))
    try:
        yield
    finally:
        vars(np.random).update(theirs)


@lru_cache(maxsize=8)
def _from_the_global_one(make: Any, old: Any, sow: Any) -> dict[str, Any]:
    """What stands in the place of NumPy's own; a class takes as long to make as a small function to run."""

    class OfTheOld(type):
        def __instancecheck__(cls, x: Any) -> bool:
            return isinstance(x, old)

        def __call__(cls, seed: Any = None) -> Any:
            return old(_drawn_seed() if seed is None else seed)

    def made(seed: Any = None) -> np.random.Generator:
        return make(_drawn_seed() if seed is None else seed)

    return {
        "default_rng": made,
        "RandomState": OfTheOld("RandomState", (), {}),
        "seed": lambda seed=None: None if seed is None else sow(seed),
    }


def _drawn_seed() -> int:
    return int(np.random.randint(2**31))


def _differ(before: Any, after: Any) -> bool:
    """Are both numbers, and others?"""
    if before is after or not (isinstance(before, NUMBERS) and isinstance(after, NUMBERS)):
        return False
    return not np.array_equal(before, after)


def _copy(value: Any) -> Any:
    """A copy where one can be made."""
    with suppress(Exception):
        return copy.deepcopy(value)
    return value


def generator_of(kind: StandIn, seed: int, asked: Any) -> Any:
    """A generator as the code asks for one: NumPy's new one, or the old one where it uses a method of that alone."""
    theirs = getattr(kind.numpy, "random", np.random)
    name = "RandomState" if LEGACY & set(asked or ()) else "default_rng"
    return getattr(theirs, name, getattr(np.random, name))(seed)
