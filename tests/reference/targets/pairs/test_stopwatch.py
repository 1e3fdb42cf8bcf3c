"""What is timed of a pair: its two passes alone, and each once."""

from __future__ import annotations

import time
from typing import Any

from reference.interface.pair import PairKind, Proposal
from reference.targets.pairs.stopwatch import watched


def forward(x: float) -> float:
    time.sleep(0.02)
    return x


def backward(x: float) -> float:
    time.sleep(0.01)
    return x


class Layer:
    def forward(self, x: float) -> float:
        return forward(x)

    def backward(self, x: float) -> float:
        return backward(self.forward(x))


def test_two_functions_and_nothing_around_them() -> None:
    names: dict[str, Any] = {"forward": forward, "backward": backward}
    with watched(Proposal("backward", PairKind.FUNCTION, "forward", "backward"), names) as watch:
        names["backward"](names["forward"](1.0))
        time.sleep(0.2)
    assert 0.03 <= watch.seconds < 0.2
    assert names == {"forward": forward, "backward": backward}


def test_a_pass_that_calls_the_other_counts_once() -> None:
    names: dict[str, Any] = {"Layer": Layer}
    before = dict(vars(Layer))
    with watched(Proposal("Layer.backward", PairKind.CLASS, "forward", "backward", owner="Layer"), names) as watch:
        Layer().backward(1.0)
    assert 0.03 <= watch.seconds < 0.06 + 0.1
    assert dict(vars(Layer)) == before


def test_what_is_no_plain_function_is_left_alone() -> None:
    names: dict[str, Any] = {"forward": max, "backward": max}
    with watched(Proposal("backward", PairKind.FUNCTION, "forward", "backward"), names) as watch:
        assert names["forward"] is max
    assert watch.seconds == 0.0
