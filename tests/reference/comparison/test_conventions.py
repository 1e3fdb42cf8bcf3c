"""Another J, or another slope where there is none, is found out and named; what is merely wrong is none of these."""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from reference.cases.case import Case
from reference.comparison.accuracy import accuracy
from reference.comparison.answers import Answer
from reference.comparison.conventions import follows
from reference.findings.conventions import SUMMED
from reference.interface.outcome import Single
from tests.folding import each, slow_after
from tests.reference.comparison.asking import answers, asked, changed, everything, only
from tests.reference.comparison.variants import CONVENTIONS, WRONG, backward, right

NAMES = list(CONVENTIONS)
TEXTS = {name: text for name, (_, _, text) in CONVENTIONS.items()}
TWO = [pair for pair in combinations(NAMES, 2) if CONVENTIONS[pair[0]][0] != CONVENTIONS[pair[1]][0]]


def following(*names: str) -> Callable[[Single], dict[str, Any]]:
    """The backward pass with so many departures."""
    return functools.partial(backward, **{key: v for name in names for key, v in CONVENTIONS[name][1].items()})


def texts_of(given: Any, found: Any) -> list[list[str]]:
    """What explains the answers, each as a list of texts."""
    return [[convention.of_gradients for convention in way] for way in follows(given, found)]


def told(function: Callable[[Single], dict[str, Any]]) -> list[list[str]]:
    return texts_of(everything(), answers(function, everything()))


def discordant(function: Callable[[Single], dict[str, Any]]) -> dict[int, Answer]:
    """Its answers that the course's J does not explain."""
    found = answers(function, everything())
    return {
        k: a
        for k, a in found.items()
        if any(row.wrong for row in accuracy(everything(), only("it", {k: a})))
    }  # fmt: skip


# --- what is a convention --------------------------------------------------------------------------------------


def test_the_course_s_own_is_no_departure() -> None:
    assert told(right) == []


@each("name", NAMES)
def test_every_convention_is_told_by_its_text_alone(name: str) -> None:
    assert told(following(name)) == [[TEXTS[name]]]


@pytest.mark.parametrize("names", slow_after(3, [(pair,) for pair in TWO[::-1]]), ids=lambda names: " and ".join(names))
def test_two_departures_are_two_texts(names: tuple[str, str]) -> None:
    (texts,) = told(following(*names))
    assert sorted(texts) == sorted(TEXTS[name] for name in names)


def test_all_four_departures_at_once() -> None:
    names = ("summed", "penalty_whole", "biases", "one")
    (texts,) = told(following(*names))
    assert sorted(texts) == sorted(TEXTS[name] for name in names)


def test_the_text_that_timing_goes_by_is_the_one_that_is_told() -> None:
    assert told(following("summed")) == [[SUMMED.of_gradients]]


# --- what is none ----------------------------------------------------------------------------------------------


@each("name", WRONG)
def test_what_is_wrong_follows_no_convention(name: str) -> None:
    assert discordant(WRONG[name])  # it is wrong at all
    assert told(WRONG[name]) == []


@each(("penalty", "per_example"), [(0.25, True), (1.5, True), (2.0, True), (0.25, False), (2.0, False), (-0.5, True)])
def test_a_penalty_that_nobody_writes_down_is_none(penalty: float, per_example: bool) -> None:
    assert told(functools.partial(backward, penalty=penalty, per_example=per_example)) == []


@each("slope", [0.25, 0.75, -1.0, 2.0])
def test_a_slope_that_nobody_takes_is_none(slope: float) -> None:
    assert told(functools.partial(backward, at_zero=slope)) == []


def test_a_constant_factor_is_none() -> None:
    """2 is not m, whatever m is; nor is −1."""
    for factor in (2.0, 0.5, -1.0, 1 + 1e-9):
        assert told(lambda p, factor=factor: {name: factor * a for name, a in backward(p).items()}) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", slow_after(1, NAMES))
def test_a_convention_in_all_cases_but_one_is_none(name: str) -> None:
    """At one case that tells, the course's own answer; and twice what the convention says."""
    function = following(name)
    found, own = answers(function, everything()), answers(right, everything())
    telling = list(discordant(function))
    assert len(telling) > 10
    for k in (telling[0], telling[len(telling) // 2], telling[-1]):
        twice = Answer({block: 2 * a for block, a in found[k].blocks.items()})
        assert texts_of(everything(), {**found, k: own[k]}) == []
        assert texts_of(everything(), {**found, k: twice}) == []
    assert texts_of(everything(), found) == [[TEXTS[name]]]


@pytest.mark.slow
@each("name", NAMES)
def test_a_convention_with_one_entry_wrong_is_none(name: str) -> None:
    found = answers(following(name), everything())
    k = next(
        k for k, one in enumerate(everything()) if "dW2" in found[k].blocks and one.problem.shape.dtype == "float64"
    )

    def nudge(block: np.ndarray) -> np.ndarray:
        block.flat[int(np.abs(block).argmax())] *= 1 + 1e-9
        return block

    assert texts_of(everything(), {**found, k: changed(found[k], "dW2", nudge)}) == []


@each("value", [np.nan, np.inf])
def test_what_is_not_finite_is_none(value: float) -> None:
    found = answers(following("biases"), everything())
    spoilt = {**found, 3: changed(found[3], "dW1", lambda a: np.full_like(a, value))}
    assert texts_of(everything(), spoilt) == []


def test_the_penalty_at_the_biases_alone_is_none() -> None:
    """Biases decayed by λ/2, weights by λ/2m: of no J is it the derivative that anybody has."""

    def mixed(p: Single) -> dict[str, Any]:
        own, other = backward(p), backward(p, biases=True, per_example=False)
        return {name: (other if name.startswith("db") else own)[name] for name in own}

    assert told(mixed) == []


# --- what cannot be told apart ---------------------------------------------------------------------------------


def test_conventions_that_the_cases_do_not_tell_apart_are_all_named() -> None:
    """With m = 2, λ/2 is λ/m."""
    given = asked([Case((3, 4, 2), 2, lambd=0.7, seed=s) for s in range(3)])
    found = texts_of(given, answers(following("penalty_half"), given))
    assert sorted(found) == sorted([[TEXTS["penalty_half"]], [TEXTS["penalty_over_m"]]])


def test_the_fewest_departures_are_named() -> None:
    """With m = 1 nothing tells a sum from a mean, and without ties no slope from another."""
    given = asked([Case((3, 4, 2), 1, "tanh", lambd=0.7, seed=s) for s in range(3)])
    assert texts_of(given, answers(following("summed", "half"), given)) == []
    assert texts_of(given, answers(following("summed", "biases", "one"), given)) == [[TEXTS["biases"]]]


def test_what_was_not_answered_says_nothing() -> None:
    found = answers(following("summed"), everything())
    some = {k: Answer({}, "RuntimeError: it fell") if k % 2 else a for k, a in found.items()}
    assert texts_of(everything(), some) == [[SUMMED.of_gradients]]
    assert texts_of(everything(), {k: Answer({}, "RuntimeError: it fell") for k in found}) == []
    assert texts_of(everything(), {}) == []


def test_where_there_is_no_truth_nothing_is_told() -> None:
    found = answers(following("summed"), everything())
    silent = [one._replace(truth=None) for one in everything()]
    assert texts_of(silent, found) == []
    half = [one if k % 2 else one._replace(truth=None) for k, one in enumerate(everything())]
    assert texts_of(half, found) == [[SUMMED.of_gradients]]
