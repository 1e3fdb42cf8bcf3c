"""The tolerance from two precisions: right code is never accused, a mistake of any size is found."""

from __future__ import annotations

import numpy as np
import pytest

from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import judge_draw
from reference.pairs.draws.tolerance import U32, Estimate, estimate, joined, kappa
from tests.reference.pairs.bench import Pair, Tried, open_pair
from tests.reference.pairs.rights import RIGHT

BY_NAME = {pair.name: pair for pair in RIGHT}


def scaled(pair: Pair, primal: str, change: float) -> Pair:
    """The same pair with one entry of one gradient off by so much of the block's largest."""

    def backward(xp, p, c):
        gradients = pair.backward(xp, p, c)
        own = np.array(gradients[primal])
        own.flat[own.size // 2] += change * np.abs(own).max()
        return gradients | {primal: own}

    return pair._replace(backward=backward)


@pytest.mark.parametrize("pair", RIGHT, ids=lambda pair: pair.name)
def test_no_right_pair_is_accused(pair: Pair) -> None:
    opened, reading = open_pair(pair), Tried(pair)
    for seed in range(12):
        judged = judge_draw(opened, reading.draw(seed, seed % 7))
        assert judged.disputes == ()
        assert all(block.standing is not BlockStanding.WRONG for block in judged.blocks.values()), (seed, judged.blocks)


@pytest.mark.parametrize("size", [1e-6, 1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("name", ["affine", "cross_entropy", "batch_norm", "ridge", "softmax", "gated", "max_pool"])
def test_a_mistake_of_any_size_is_found(name: str, size: float) -> None:
    pair = BY_NAME[name]
    for primal in pair.shapes:
        if (name, primal) in {("batch_norm", "b"), ("ridge", "X"), ("ridge", "t")}:
            continue  # zero, or not returned
        wrong = scaled(pair, primal, size)
        for seed in range(3):
            judged = judge_draw(open_pair(wrong), Tried(wrong).draw(seed, seed))
            assert judged.blocks[primal].standing is BlockStanding.WRONG, (primal, seed, judged.blocks[primal])
            assert all(b.standing is BlockStanding.RIGHT for other, b in judged.blocks.items() if other != primal)


def test_a_gradient_that_is_zero_is_held_to_what_cancels_in_it() -> None:
    pair = BY_NAME["batch_norm"]
    opened, reading = open_pair(pair), Tried(pair)
    for seed in range(4):
        block = judge_draw(opened, reading.draw(seed, seed)).blocks["b"]
        assert block.zero
        assert block.standing is BlockStanding.RIGHT
        assert block.tally.coordinates
        assert not block.tally.uncovered

    def forgets(xp, p, dout):
        return pair.backward(xp, p, dout) | {"b": dout.sum(axis=0)}

    block = judge_draw(open_pair(pair._replace(backward=forgets)), reading.draw(0, 0)).blocks["b"]
    assert block.standing is BlockStanding.WRONG

    def simply(xp, p, dout):
        return pair.backward(xp, p, dout) | {"b": np.zeros_like(p["b"])}

    block = judge_draw(open_pair(pair._replace(backward=simply)), reading.draw(0, 0)).blocks["b"]
    assert block.standing is BlockStanding.RIGHT


def test_where_float32_keeps_no_digits_nobody_is_accused() -> None:
    pair = BY_NAME["saturated"]
    opened, reading = open_pair(pair), Tried(pair)
    standings = {judge_draw(opened, reading.draw(seed, 0)).blocks["x"].standing for seed in range(8)}
    assert BlockStanding.WRONG not in standings
    milder = judge_draw(opened, reading.draw(0, 0, mild=2)).blocks["x"]
    assert milder.standing is BlockStanding.RIGHT


@pytest.mark.parametrize("scale", [1e-12, 1e12])
@pytest.mark.parametrize("change", [0.0, 1e-6])
@pytest.mark.parametrize("pair", RIGHT, ids=lambda pair: pair.name)
def test_scaling_the_cotangent_changes_no_verdict(pair: Pair, change: float, scale: float) -> None:
    primal = {"ridge": "w", "hinge": "W"}.get(pair.name, next(iter(pair.shapes)))
    own = scaled(pair, primal, change)
    for seed in range(2):
        draw = Tried(pair).draw(seed, seed)
        plain = judge_draw(open_pair(own), draw)
        large = judge_draw(open_pair(own._replace(scale=scale)), draw)
        assert {n: b.standing for n, b in plain.blocks.items()} == {n: b.standing for n, b in large.blocks.items()}
        assert large.disputes == plain.disputes == ()


def test_the_estimate_says_nothing_where_it_is_not_comparable() -> None:
    wide, narrow = np.array([1.0, 2.0]), np.array([1.0, 2.0 + 4 * U32])
    known = estimate(wide, narrow, 65.0)
    assert known.counts()
    assert known.error == pytest.approx(4 * U32)
    assert not estimate(wide, narrow, 65.0, same=False).counts()
    assert not estimate(wide, np.array([1.0, np.inf]), 65.0).counts()
    assert not estimate(wide, np.array([[1.0, 2.0]]), 65.0).counts()
    assert not estimate(wide, np.array([1.0, 2.1]), 65.0).counts()  # its leading digits are lost
    assert joined([known, estimate(wide, narrow, 65.0, same=False)]) == known
    assert not joined([]).counts()


def test_what_is_allowed_is_never_less_than_a_few_units_of_the_gradient() -> None:
    exact = Estimate(0.0, 3.0, 70.0)
    assert exact.allowed() == 70.0 * np.finfo(float).eps * 3.0
    assert Estimate(1e-3, 3.0, 70.0).allowed() == 70.0 * 2.0**-29 * 1e-3
    assert kappa([np.zeros((2, 9)), np.zeros(5)]) == 73.0
