"""One test over many values: every one is tried, and the failures are reported together, each with its values.

``@every(names, values)`` takes what ``pytest.mark.parametrize`` takes, and stacks as it does; the test stays one item.
``monkeypatch`` is undone after each value, ``tmp_path`` is a folder of its own for each, a skip skips that value alone.
"""

from __future__ import annotations

import functools
import inspect
import reprlib
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import pytest

__all__ = ["every"]

Test = Callable[..., None]
Axis = tuple[list[str], list[tuple[Any, ...]]]


def every(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[Test], Test]:
    """Call the test with every one of ``values``; of several such lines, with every combination."""
    named = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    axis = named, [_row(value, alone=len(named) == 1 and isinstance(names, str)) for value in values]

    def fold(test: Test) -> Test:
        inner, axes = getattr(test, "folded", (test, ()))
        return _folded(inner, (axis, *axes), getattr(test, "pytestmark", []))

    return fold


def _row(value: Any, *, alone: bool) -> tuple[Any, ...]:
    if hasattr(value, "marks") and hasattr(value, "values"):  # pytest.param
        return tuple(value.values)
    return (value,) if alone else tuple(value)


def _folded(test: Test, axes: tuple[Axis, ...], marks: Sequence[Any]) -> Test:
    rows = [
        {
            name: value
            for (names, _), row in zip(axes, combined, strict=True)
            for name, value in zip(names, row, strict=True)
        }
        for combined in product(*(rows for _, rows in axes))
    ]
    signature = inspect.signature(test)
    fixtures = [p for name, p in signature.parameters.items() if name not in {n for names, _ in axes for n in names}]

    @functools.wraps(test, updated=())
    def folded(**given: Any) -> None:
        failures, skips = [], []
        for number, row in enumerate(rows):
            try:
                _call(test, given, row, number)
            except pytest.skip.Exception as skip:
                skips.append(skip)
            except (Exception, pytest.fail.Exception) as error:
                failure = error if isinstance(error, Exception) else AssertionError(str(error))
                failure.add_note("with " + ", ".join(f"{name} = {reprlib.repr(value)}" for name, value in row.items()))
                failures.append(failure.with_traceback(error.__traceback__))
        if failures:
            raise ExceptionGroup(f"{len(failures)} of {len(rows)} fail", failures)
        if len(skips) == len(rows):
            raise skips[0] if skips else AssertionError("there are no values")

    folded.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
    folded.folded = test, axes  # type: ignore[attr-defined]
    folded.pytestmark = list(marks)  # type: ignore[attr-defined]
    return folded


def _call(test: Test, given: dict[str, Any], row: dict[str, Any], number: int) -> None:
    given = dict(given)
    if "tmp_path" in given:
        given["tmp_path"] = given["tmp_path"] / str(number)
        given["tmp_path"].mkdir()
    if "monkeypatch" in given:
        with given["monkeypatch"].context() as given["monkeypatch"]:
            return test(**given, **row)
    return test(**given, **row)
