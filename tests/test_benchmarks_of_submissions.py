"""Submissions differ, each wrong one is wrong, and what is not verified as it should be is not timed."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from benchmarks import submissions
from benchmarks.plan import BenchmarkPlan
from benchmarks.submissions import MISTAKES, Counts, submission
from reference.targets import resolve
from tests.reference.court import try_out

FAKE = """
import pathlib, sys
texts = [path.read_text() for path in pathlib.Path(".").rglob("*.py")]
wrong = [text for text in texts if any(mistake in text for mistake in {mistakes!r})]
print("✗ wrong" if wrong else "", file=sys.stderr)
raise SystemExit({code})
"""
MARKS = [after for before, after in MISTAKES if after != "np.dot(dZ3, A2.T)"] + ["= np.dot(dZ3, A2.T)"]


def fake(code: str) -> list[str]:
    return [sys.executable, "-X", "utf8", "-S", "-c", FAKE.format(mistakes=MARKS, code=code)]


def measured(code: str, **how: Any) -> tuple[bool, str]:
    text: list[str] = []
    plan = BenchmarkPlan(rounds=1, quick=True)
    right = submissions.measure(plan, text.append, counts=Counts((1, 2)), command=fake(code), **how)
    return right, "\n".join(text)


@pytest.mark.slow
def test_the_tables_are_those_of_what_ran() -> None:
    right, text = measured("bool(wrong)")
    assert right
    for part in ("a right file", "a wrong file", "largest process of", "2 files", "Time to the first finding"):
        assert part in text


@pytest.mark.slow
@pytest.mark.parametrize("code", ["0", "1"])
def test_what_is_judged_wrongly_is_not_timed(code: str) -> None:
    right, text = measured(code)
    assert not right
    assert "largest process" not in text


def test_no_two_have_the_same_text() -> None:
    texts = [submission(number, right=right) for number in range(8) for right in (True, False)]
    assert len(set(texts)) == len(texts)
    source = submission(0, right=True)
    assert all(source.count(before) for before, _ in MISTAKES)


@pytest.mark.slow
@pytest.mark.parametrize("number", [None, *range(len(MISTAKES))])
def test_each_is_right_or_wrong_as_it_is_meant(number: int | None, tmp_path: Any) -> None:
    path = tmp_path / "file.py"
    path.write_text(submission(number or 0, right=number is None), encoding="utf-8")
    implementation = resolve(str(path))()
    try:
        assert try_out(implementation).verdict == ("pass" if number is None else "fail")
    finally:
        implementation.close()
