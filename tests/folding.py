"""Many values in one item: for what takes no time, where an item each costs more than the test itself.

``pytest.mark.parametrize`` makes an item for every value, which each worker collects and reports. ``each`` takes the
same arguments and makes one: every value is tried, and all that fail are reported together, by their values. Values
share the fixtures of the item, so what writes to a folder or patches a module stays parametrised.
"""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

__all__ = ["each"]

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

        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            failed, skipped = [], []
            for value in listed:
                given = dict(zip(wanted, of(value), strict=True))
                try:
                    test(**fixtures, **given)
                except pytest.skip.Exception as why:
                    skipped.append(str(why))
                except Exception as error:
                    failed.append((given, error))
            if failed:
                shown = ["".join(traceback.format_exception(error)) for _, error in failed[:SHOWN]]
                given_to = "\n".join(f"{given}: {type(error).__name__}" for given, error in failed)
                pytest.fail("\n".join([*shown, f"{len(failed)} of {len(listed)} failed:", given_to]), pytrace=False)
            if len(skipped) == len(listed):
                pytest.skip(skipped[0])

        kept = [p for name, p in signature.parameters.items() if name not in wanted]
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run  # type: ignore[return-value]

    return decorate
