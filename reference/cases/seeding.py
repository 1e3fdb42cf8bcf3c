"""Hypothesis as a function of the seed alone.

It also draws the numbers that stand in the source of whatever modules the process happens to have loaded, so that one
seed would mean other cases in a test run, in a notebook, or beside another version of this package. There is no setting
for it, and under another backend Hypothesis neither climbs nor shrinks far: the draw itself is asked, and answers as
ever to anyone else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

__all__ = ["by_the_seed_alone"]

_alone: ContextVar[bool] = ContextVar("alone", default=False)


@contextmanager
def by_the_seed_alone() -> Iterator[None]:
    """What Hypothesis draws here, in this thread, it draws without constants from source."""
    _ready()
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


@cache
def _ready() -> None:
    from hypothesis.internal.conjecture.providers import HypothesisProvider

    draw_constant = HypothesisProvider._maybe_draw_constant

    def unless_alone(self: HypothesisProvider, *args: Any, **kwargs: Any) -> Any:
        return None if _alone.get() else draw_constant(self, *args, **kwargs)

    HypothesisProvider._maybe_draw_constant = unless_alone  # type: ignore[method-assign]
