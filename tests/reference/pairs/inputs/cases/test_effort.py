"""Sizes by what a pair does at them: of what takes long smaller ones, of everything else those that were drawn."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import pytest

from reference.interface.exceptions import TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.inputs.cases.case import case_of
from reference.pairs.inputs.cases.effort import LONG, LONGER, EffortOfSizes, product
from reference.pairs.inputs.sizes import FLAT, in_proportion
from reference.pairs.inputs.spec import Array, Plan, Rank
from reference.pairs.judge import judge_pair
from tests.reference.pairs.in_process import pairs_of
from tests.reference.pairs.inputs.plans.test_plans import proposal

CONV = Plan(Rank.TRIED, "images", {"x": Array(("N", "C", "H", "W")), "w": Array(("F", "C", "HH", "WW"))})
AFFINE = Plan(Rank.TRIED, "rows", {"x": Array(("N", "D")), "w": Array(("D", "M"))})


def loops(calls: float) -> EffortOfSizes:
    """A pair that takes so many calls for every element that its loops come to."""

    def ask(ask: str, *, check: str, draw: dict[str, Any], kind: str) -> dict[str, Any]:
        (n, c, h, w), (f, _, hh, ww) = draw["arguments"]["x"].shape, draw["arguments"]["w"].shape
        return {"effort": calls * n * c * h * w * f * hh * ww}

    return EffortOfSizes(OpenPair(proposal("x w"), ask, "layers.py", "layers.py"))


def at(plan: Plan, number: int = 0) -> tuple[Any, dict[str, int]]:
    sizes = in_proportion(plan, {}, 0, "distinct", number + 1)[number]
    return case_of("f_backward", plan, sizes), sizes


def test_smaller_sizes_of_what_takes_long_and_still_no_two_equal() -> None:
    effort = loops(6.0)
    case, sizes = at(CONV)
    assert effort.learn(case, sizes) == pytest.approx(6.0 * prod(sizes.values()))
    first = effort.affordable(CONV, {}, 0, "distinct", 1, most=LONGER)[0]
    assert product(first) * 6.0 <= LONGER
    assert 1 not in first.values()
    for found in effort.affordable(CONV, {}, 0, "distinct", 4):
        assert product(found) * 6.0 <= LONG
        assert len(set(found.values())) == len(found)


def test_the_sizes_that_were_drawn_where_it_does_not_take_long() -> None:
    effort = loops(0.1)
    effort.learn(*at(CONV))
    assert effort.affordable(CONV, {}, 0, "distinct", 6) == in_proportion(CONV, {}, 0, "distinct", 6)


def test_the_smallest_of_what_always_takes_long() -> None:
    effort = loops(1e6)
    effort.learn(*at(CONV))
    smallest = min(product(sizes) for sizes in in_proportion(CONV, {}, 0, "distinct", 60))
    assert product(effort.affordable(CONV, {}, 0, "distinct", 1)[0]) == smallest


def test_another_configuration_has_a_rate_of_its_own() -> None:
    effort = loops(6.0)
    effort.learn(*at(CONV))
    other = effort.apart()
    other.pair = loops(60.0).pair
    other.learn(*at(CONV))
    assert other.rate == pytest.approx(10 * effort.rate)


def test_small_sizes_are_not_asked_about_and_what_raises_tells_nothing() -> None:
    def ask(ask: str, **details: Any) -> dict[str, Any]:
        raise TargetRaised({"type": "Refused", "message": "numpy.fft", "frames": []})

    effort = EffortOfSizes(OpenPair(proposal("x w"), ask, "layers.py", "layers.py"))
    assert effort.learn(*at(CONV)) == 0.0
    asked = EffortOfSizes(OpenPair(proposal("x w"), lambda ask, **_: 1 / 0, "layers.py", "layers.py"))
    assert asked.learn(*at(AFFINE)) == 0.0


def test_a_vector_of_many_parts_is_no_loop() -> None:
    assert product({"N": 3, FLAT: 97}) == 3


def test_sizes_that_are_told_and_too_large_are_told_of(tmp_path: Path) -> None:
    """A text may speak of a million rows: that is no input to draw, and no error of ours."""
    path = tmp_path / "layers.py"
    path.write_text(
        "import numpy as np\n\n\ndef double_forward(x):\n    '''x: (1000000, 1000000)'''\n    return 2 * x, None\n\n\n"
        "def double_backward(dout, cache):\n    '''dout: (1000000, 1000000)'''\n    return 2 * dout\n",
        encoding="utf-8",
    )
    result = judge_pair(pairs_of(path)["double_backward"], seed=0)
    assert not result.disputes
    assert all(row.consistent is not False for row in result.rows)
