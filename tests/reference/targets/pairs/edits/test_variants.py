"""A variant costs itself alone: whatever it does, the target's own functions stand again afterwards."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reference.pairs.hand_made import HandMade
from tests.reference.pairs.planted import Planted

SOURCE = """
def forward(x):
    return 3 * x, x


def backward(dout, x):
    total = np.zeros_like(x)
    k = 0
    while k < 3:
        total = total + dout
        k += 1
    return total
"""


@pytest.fixture
def made(tmp_path: Path) -> HandMade:
    def arguments(s: Any, k: int) -> dict[str, Any]:
        return {"x": s.randn(2, 3)}

    return HandMade(Planted("loop", SOURCE, arguments, ("x",), ()), tmp_path / "loop.py")


DRAW = {"arguments": {"x": np.ones((2, 3))}, "construct": {}, "seed": 0, "reading": {}}


def line_of(edit: dict[str, Any]) -> str:
    return " ".join(line.strip() for line in edit["after"])


def test_a_variant_that_hangs_costs_itself_alone(made: HandMade) -> None:
    edits = made.ask("pair_edits", which="backward", draw=DRAW, wrong=["x"])
    hanging = next(e for e in edits if line_of(e) == "k -= 1")
    fine = next(e for e in edits if line_of(e) == "return -total")
    started = time.perf_counter()
    first, second = made.ask("pair_edited", numbers=[hanging["number"], fine["number"]], draws=[DRAW])
    assert "TookTooLong" in first[0]["raised"]
    assert second[0]["raised"] is None
    assert time.perf_counter() - started < 5


def test_the_target_is_what_it_was_afterwards(made: HandMade) -> None:
    before = made.names["backward"].__code__, made.names["forward"].__code__
    edits = made.ask("pair_edits", which="backward", draw=DRAW, wrong=["x"])
    made.ask("pair_edited", numbers=[e["number"] for e in edits[:40]], draws=[DRAW], seconds=2.0)
    made.ask("pair_adjoints", draw=DRAW, cotangents=[np.ones((2, 3))])
    assert (made.names["backward"].__code__, made.names["forward"].__code__) == before


def test_what_a_target_s_run_gives_back_as_it_was_does_not_stop_the_adjoints(made: HandMade) -> None:
    edits = made.ask("pair_edits", which="backward", draw=DRAW, wrong=["x"])
    own = made.names["backward"].__globals__
    known = set(own)
    told = made.ask("pair_adjoints", draw=DRAW, cotangents=[np.ones((2, 3))])
    assert told["backward"]
    assert set(own) == known  # nothing of ours stands among the target's names
    assert any(e["rank"] == e["weight"] for e in edits)  # parts of it are known to have a part in the gradient


def test_time_that_is_over_gives_fewer_answers(made: HandMade) -> None:
    edits = made.ask("pair_edits", which="backward", draw=DRAW, wrong=["x"])
    assert len(made.ask("pair_edited", numbers=[e["number"] for e in edits], draws=[DRAW], seconds=0.0)) < len(edits)
