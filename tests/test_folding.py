"""``every`` tries all values, and none of their failures is lost."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

import pytest

from tests.folding import every


def test_every_combination_is_tried() -> None:
    seen = []

    @every("a", [1, 2])
    @every(("b", "c"), [(3, 4), pytest.param(5, 6, id="named")])
    def check(a: int, b: int, c: int) -> None:
        seen.append((a, b, c))

    check()
    assert seen == [(1, 3, 4), (1, 5, 6), (2, 3, 4), (2, 5, 6)]
    assert not inspect.signature(check).parameters


def test_all_failures_are_reported_with_their_values() -> None:
    @every("value", range(5))
    def check(value: int) -> None:
        if value == 3:
            with pytest.raises(ValueError, match="never raised"):
                pass
        assert value % 2 == 0, "odd"

    with pytest.raises(ExceptionGroup, match="2 of 5 fail") as caught:
        check()
    assert [error.__notes__ for error in caught.value.exceptions] == [["with value = 1"], ["with value = 3"]]
    assert all(isinstance(error, AssertionError) for error in caught.value.exceptions)
    assert "DID NOT RAISE" in str(caught.value.exceptions[1])


def test_a_skip_skips_its_value_alone() -> None:
    @every("value", range(3))
    def check(value: int) -> None:
        if value < 2:
            pytest.skip("not here")
        raise AssertionError("reached")

    with pytest.raises(ExceptionGroup, match="1 of 3 fail"):
        check()


def test_where_all_are_skipped_the_test_is() -> None:
    @every("value", range(3))
    def check(value: int) -> None:
        pytest.skip("not here")

    with pytest.raises(pytest.skip.Exception, match="not here"):
        check()


def test_no_values_are_no_test() -> None:
    @every("value", [])
    def check(value: int) -> None:
        pass

    with pytest.raises(AssertionError, match="no values"):
        check()


@pytest.mark.usefixtures("capsys")
@every("name", ["SOME", "OTHER"])
@every("number", range(2))
def test_what_one_value_leaves_the_next_does_not_meet(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(tmp_path.iterdir())
    assert {"SOME", "OTHER"}.isdisjoint(os.environ)
    (tmp_path / "left").touch()
    monkeypatch.setenv(name, "set")


def test_marks_are_kept() -> None:
    assert [mark.name for mark in test_what_one_value_leaves_the_next_does_not_meet.pytestmark] == ["usefixtures"]  # type: ignore[attr-defined]
