"""Folding loses no failure: what fails for one value fails the item, by its values."""

from __future__ import annotations

import inspect

import pytest

from tests.folding import each


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
    def test(a: int, b: str, tmp_path: str) -> None:
        seen.append((a, b, tmp_path))

    assert list(inspect.signature(test).parameters) == ["tmp_path"]
    test(tmp_path="here")  # type: ignore[call-arg]
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
