"""Folding loses no failure: what fails for one value fails the item, by its values."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.folding import each, slow_after
from tests.strategies import drawn_in_tiers


def test_every_value_is_tried_and_what_fails_is_reported_together() -> None:
    seen = []

    @each("a, b", [(1, 2), (3, 4), pytest.param(5, 5, id="five")])
    def test(a: int, b: int) -> None:
        seen.append((a, b))
        assert a not in (b, 3)

    with pytest.raises(pytest.fail.Exception, match="2 of 3 failed") as failure:
        test()
    assert seen == [(1, 2), (3, 4), (5, 5)]
    assert "{'a': 3, 'b': 4}" in str(failure.value)
    assert "{'a': 5, 'b': 5}" in str(failure.value)
    assert "assert" in str(failure.value)


def test_combinations_and_fixtures() -> None:
    seen = []

    @each("a", [1, 2])
    @each("b", "xy")
    def test(a: int, b: str, capsys: str) -> None:
        seen.append((a, b, capsys))

    assert list(inspect.signature(test).parameters) == ["capsys"]
    test(capsys="here")  # type: ignore[call-arg]
    assert seen == [(1, "x", "here"), (1, "y", "here"), (2, "x", "here"), (2, "y", "here")]


def test_a_skip_is_a_skip_only_where_nothing_ran() -> None:
    @each("a", [1, 2])
    def some(a: int) -> None:
        if a == 1:
            pytest.skip("not here")

    @each("a", [1, 2])
    def none(a: int) -> None:
        pytest.skip("nowhere")

    some()
    with pytest.raises(pytest.skip.Exception, match="nowhere"):
        none()


def test_no_value_and_a_marked_one_are_refused() -> None:
    with pytest.raises(AssertionError, match="tests nothing"):
        each("a", [])
    marked = each("a", [pytest.param(1, marks=pytest.mark.slow)])(lambda a: None)
    with pytest.raises(AssertionError, match="item of its own"):
        marked()


@each("name", ["SOME", "OTHER"])
@each("number", range(2))
def test_what_one_value_leaves_the_next_does_not_meet(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(tmp_path.iterdir())
    assert {"SOME", "OTHER"}.isdisjoint(os.environ)
    (tmp_path / "left").touch()
    monkeypatch.setenv(name, "set")


def test_where_nothing_is_raised_the_next_value_is_tried_all_the_same() -> None:
    @each("a", [1, 2])
    def test(a: int) -> None:
        with pytest.raises(ValueError, match="never"):
            pass

    with pytest.raises(pytest.fail.Exception, match="2 of 2 failed"):
        test()


def test_values_after_the_first_few_are_slow() -> None:
    first, second = slow_after(1, ["a", ("b", "c")])
    assert (first.values, list(first.marks)) == (("a",), [])
    assert (second.values, [mark.name for mark in second.marks]) == (("b", "c"), ["slow"])


def test_a_property_in_tiers_draws_few_examples_or_many_and_fails_where_it_is_false() -> None:
    seen: list[int] = []

    @drawn_in_tiers(3, 20, number=st.integers(0, 10**9))
    def check(number: int) -> None:
        seen.append(number)

    @drawn_in_tiers(3, 20, number=st.integers(0, 10))
    def wrong(number: int) -> None:
        assert number < 0

    few, many = check.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert few == 3
    assert many.values == (20,)
    assert [mark.name for mark in many.marks] == ["slow"]
    for examples in (few, *many.values):
        seen.clear()
        check(examples=examples)
        assert len(seen) == examples
    with pytest.raises(AssertionError):
        wrong(examples=few)
