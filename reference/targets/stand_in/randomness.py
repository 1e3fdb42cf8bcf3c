"""NumPy's own random numbers, from its own streams, as arrays of a kind."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from reference.targets.stand_in.functions import RANDOM
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.refusing import StandInModule

__all__ = ["Generator", "random_of"]


class _OfAKind(type):
    """``isinstance(rng, np.random.Generator)`` is true of one behind a kind."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, Generator) and isinstance(x.own, getattr(np.random, cls.__name__))


class Generator:
    """A generator of NumPy's behind a kind; ``own`` is NumPy's."""

    def __init__(self, kind: Any, own: Any) -> None:
        self.own = own
        self._drawing = lambda name, draw: drawing(kind, name, draw)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "own" or not hasattr(self.own, name):
            raise AttributeError(name)
        if name == "bit_generator":
            return self.own.bit_generator
        if name not in RANDOM:
            raise Refused(f"numpy.random.{name} is not on the list of the stand-in")
        return self._drawing(name, getattr(self.own, name))

    def __deepcopy__(self, memo: Any) -> Generator:
        anew = copy.copy(self)
        anew.own = copy.deepcopy(self.own, memo)
        return anew


def drawing(kind: Any, name: str, draw: Any) -> Any:
    """A function that draws, as a kind has it."""
    if name in ("get_state", "set_state"):
        return draw
    if name == "seed":  # without one, the numbers go on as they come: the same every time
        return lambda seed=None: None if seed is None else draw(seed)
    if name == "shuffle":
        return lambda x, *arguments, **options: draw(kind.plain(x), *arguments, **options)

    def call(*arguments: Any, **options: Any) -> Any:
        if name in ("normal", "uniform") and kind.is_complex and any(map(kind.moves, [*arguments, *options.values()])):
            return _located(kind, name, draw, *arguments, **options)
        if name in ("choice", "permutation", "permuted") and arguments:
            return kind.wrap(draw(kind.plain(arguments[0]), *arguments[1:], **options))
        given = [kind.constant(a, name) for a in arguments]
        return kind.wrap(draw(*given, **{n: kind.constant(v, name) for n, v in options.items()}))

    return call


def _located(kind: Any, name: str, draw: Any, first: Any = None, second: Any = None, size: Any = None,
             **named: Any) -> Any:  # fmt: skip
    """What a location and a scale that move make of the numbers that a fixed one draws."""
    first = named.get("loc", named.get("low", 0.0 if first is None else first))
    second = named.get("scale", named.get("high", 1.0 if second is None else second))
    size = named.get("size", size)
    if size is None:
        size = np.broadcast_shapes(np.shape(kind.plain(first)), np.shape(kind.plain(second))) or None
    drawn = kind.wrap(draw(0.0, 1.0, size))
    return first + drawn * (second if name == "normal" else second - first)


def random_of(kind: Any) -> Any:
    """In the place of ``numpy.random``."""
    module = StandInModule("numpy.random")
    for name in RANDOM:
        if hasattr(np.random, name):
            setattr(module, name, drawing(kind, name, getattr(np.random, name)))

    def seeded(make: Any) -> Any:
        """A generator without a seed begins where NumPy's global one stands: the same every time."""

        def made(cls: Any, seed: Any = None, *rest: Any) -> Generator:
            if isinstance(seed, Generator):
                return seed
            return Generator(kind, make(int(np.random.randint(2**31)) if seed is None else seed, *rest))

        return _OfAKind(make.__name__, (), {"__new__": made})

    vars(module).update(
        {
            "default_rng": seeded(np.random.default_rng),
            "RandomState": seeded(np.random.RandomState),
            "Generator": _OfAKind(
                "Generator", (), {"__new__": lambda _, bits: Generator(kind, np.random.Generator(bits))}
            ),
            **{name: getattr(np.random, name) for name in ("PCG64", "MT19937", "Philox", "SFC64", "SeedSequence")},
        }
    )
    return module
