"""Edited code has a limit of time, and its end is raised where it is not lost."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable

import pytest

from reference.targets.pairs.edits.replacing import TookTooLong, limited

LIMIT = 0.05


def _busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


class Held:
    def __del__(self) -> None:
        _busy(3 * LIMIT)


def _by_callback(phase: str, info: dict[str, int]) -> None:
    _busy(3 * LIMIT)


def _in_del() -> None:
    held = Held()
    del held


def _in_a_weak_set() -> None:
    held = Held()
    kept = weakref.WeakSet([held])
    del held
    assert not kept


def _in_a_callback() -> None:
    gc.callbacks.append(_by_callback)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(_by_callback)


def test_what_does_not_come_back_is_ended() -> None:
    with pytest.raises(TookTooLong), limited(LIMIT):
        _busy(100 * LIMIT)


@pytest.mark.parametrize("collected", [_in_del, _in_a_weak_set, _in_a_callback])
def test_nothing_is_raised_while_something_is_collected_and_all_the_more_afterwards(
    collected: Callable[[], None],
) -> None:
    """What is raised in a ``__del__`` or a callback is printed and lost: pytest makes an error of that."""
    came_back = []

    def collects_and_goes_on() -> None:
        collected()
        came_back.append(collected)
        _busy(100)

    with pytest.raises(TookTooLong), limited(LIMIT):
        collects_and_goes_on()
    assert came_back == [collected]
