"""Many values in one item: for what takes no time, where an item each costs more than the test itself.

``pytest.mark.parametrize`` makes an item for every value, which each worker collects and reports. ``each`` takes the
same arguments and makes one: every value is tried, and all that fail are reported together, by their values. Each
value has a ``tmp_path`` of its own, and what it patches is undone; other fixtures are shared. What takes long stays
parametrised, with ``slow_after`` the first few.
"""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

__all__ = ["each", "slow_after"]

F = TypeVar("F", bound=Callable[..., None])
SHOWN = 5  # failures with their traceback; the others by their values


def each(
    names: str | Sequence[str], values: Iterable[Any], *, ids: Callable[[Any], object] | Sequence[str] | None = None
) -> Callable[[F], F]:
    """Run a test for every value, in one item; stacked, for every combination. Arguments are those of parametrize."""
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    listed = list(values)
    assert listed, "a test of no values tests nothing"

    def of(value: Any) -> tuple[Any, ...]:
        if hasattr(value, "values") and hasattr(value, "marks"):  # pytest.param
            assert not value.marks, "a value with a mark is an item of its own"
            return tuple(value.values)
        return (value,) if len(wanted) == 1 else tuple(value)

    def decorate(test: F) -> F:
        signature = inspect.signature(test)
        assert set(wanted) <= set(signature.parameters), (wanted, signature)

        @functools.wraps(test, updated=())  # what Hypothesis notes on a property is not said of the item
        def run(**fixtures: Any) -> None:
            failed, skipped = [], []
            for number, value in enumerate(listed):
                given = dict(zip(wanted, of(value), strict=True))
                try:
                    _call(test, fixtures, given, number)
                except pytest.skip.Exception as why:
                    skipped.append(str(why))
                except (Exception, pytest.fail.Exception) as error:
                    failed.append((given, error))
            if failed:
                shown = ["".join(traceback.format_exception(error)) for _, error in failed[:SHOWN]]
                given_to = "\n".join(f"{given}: {type(error).__name__}" for given, error in failed)
                pytest.fail("\n".join([*shown, f"{len(failed)} of {len(listed)} failed:", given_to]), pytrace=False)
            if len(skipped) == len(listed):
                pytest.skip(skipped[0])

        kept = [p for name, p in signature.parameters.items() if name not in wanted]
        run.pytestmark = list(getattr(test, "pytestmark", []))  # type: ignore[attr-defined]
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run  # type: ignore[return-value]

    return decorate


def _call(test: Callable[..., None], fixtures: dict[str, Any], given: dict[str, Any], number: int) -> None:
    own = dict(fixtures)
    if "tmp_path" in own:
        own["tmp_path"] = own["tmp_path"] / f"{test.__name__[:30]}{number}"
        own["tmp_path"].mkdir()
    if "monkeypatch" in own:
        with own["monkeypatch"].context() as own["monkeypatch"]:
            return test(**own, **given)
    return test(**own, **given)


def slow_after(count: int, values: Iterable[Any]) -> list[Any]:
    """The values for ``pytest.mark.parametrize``: those after the first ``count`` are of the slow tier."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    return [pytest.param(*row, marks=[pytest.mark.slow] if k >= count else []) for k, row in enumerate(rows)]
