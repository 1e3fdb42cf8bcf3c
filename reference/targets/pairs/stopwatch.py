"""The time that passes within a target's own passes, and not in what is done around them."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from types import FunctionType
from typing import Any

from reference.interface.pair import PairKind, Proposal
from reference.targets.pairs.imported_jax import imported_jax

__all__ = ["Stopwatch", "watched"]


class Stopwatch:
    """Runs while any of the functions that it watches does; one within another counts once."""

    def __init__(self) -> None:
        self.seconds, self.depth = 0.0, 0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed. What JAX has only begun is waited for."""

        @wraps(function)
        def timed(*args: Any, **named: Any) -> Any:
            if self.depth:
                return function(*args, **named)
            self.depth += 1
            started = time.perf_counter()
            try:
                return _finished(function(*args, **named))
            finally:
                self.seconds += time.perf_counter() - started
                self.depth -= 1

        return timed


@contextmanager
def watched(proposal: Proposal, names: dict[str, Any]) -> Iterator[Stopwatch]:
    """Both passes of a pair are timed while this lasts; it stays at 0 where they are no plain functions."""
    watch = Stopwatch()
    if proposal.kind is PairKind.CLASS:
        owner = names.get(proposal.owner)
        passes = {part.strip(" ()") for part in (*proposal.forward.split(","), proposal.backward)}
        passes = {name.rpartition(".")[2] for part in passes for name in part.split("+")}
        before = {name: inspect.getattr_static(owner, name, None) for name in passes}
        before = {n: f for n, f in before.items() if isinstance(f, FunctionType) and n in vars(owner)}
        put: Callable[[str, Any], None] = lambda name, value: setattr(owner, name, value)
    else:
        before = {name: names.get(name) for name in (proposal.forward, proposal.backward)}
        before = {n: f for n, f in before.items() if isinstance(f, FunctionType)}
        put = names.__setitem__
    _each(put, {name: watch.around(function) for name, function in before.items()})
    try:
        yield watch
    finally:
        _each(put, before)


def _each(put: Callable[[str, Any], None], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        put(name, value)


def _finished(result: Any) -> Any:
    jax = imported_jax()
    return result if jax is None else jax.block_until_ready(result)
