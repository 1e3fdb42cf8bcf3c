"""What is right is remembered by all that it rests on; what is not is never."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.pairs.result import PairFinding, PairResult, PairRow
from reference.settings.profiles import Profile
from reference.targets import resolve
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.remembered import PairMemory, keys_of
from reference.verification.run import verify

TEXT = '''
import numpy as np
SLOPE = 0.1

def slope(x):
    return np.where(x > 0, 1.0, SLOPE)

def leaky_forward(x):
    """x: (N, D)"""
    return np.where(x > 0, x, SLOPE * x), x

def leaky_backward(dout, cache):
    return dout * slope(cache)

def square_forward(x):
    return x ** 2, x

def square_backward(dout, cache):
    return dout * 2 * cache
'''
LEAKY, SQUARE = "leaky_backward", "square_backward"


def keys(folder: Path, text: str) -> dict[str, str | None]:
    (folder / "layers.py").write_text(text, encoding="utf-8")
    opened = resolve(str(folder / "layers.py"))()
    try:
        return keys_of(opened.pairs)
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("dout * 2 * cache", "dout * 3 * cache", {SQUARE}),
        ("return x ** 2, x", "return x * x, x", {SQUARE}),
        ("np.where(x > 0, 1.0, SLOPE)", "np.where(x > 0, 1.0, 0.2)", {LEAKY}),  # what it calls
        ("SLOPE = 0.1", "SLOPE = 0.2", {LEAKY, SQUARE}),  # what the file runs
        ('"""x: (N, D)"""', '"""x: (N, D, 3)"""', {LEAKY}),  # what is read of it
        ("\nimport numpy", "\n\n# moved down\n\nimport numpy", set()),
    ],
)
def test_a_key_changes_with_what_a_pair_rests_on(tmp_path: Path, old: str, new: str, changed: set[str]) -> None:
    assert old in TEXT
    before, after = keys(tmp_path, TEXT), keys(tmp_path, TEXT.replace(old, new))
    assert set(before) == set(after) == {LEAKY, SQUARE}
    assert {name for name in before if before[name] != after[name]} == changed


def test_a_function_that_is_looked_up_by_its_name_is_reached(tmp_path: Path) -> None:
    text = TEXT.replace("dout * slope(cache)", "dout * globals()['slope'](cache)")
    before, after = keys(tmp_path, text), keys(tmp_path, text.replace("1.0, SLOPE", "2.0, SLOPE"))
    assert before[LEAKY] != after[LEAKY]


def test_a_source_that_is_gone_has_no_key(tmp_path: Path) -> None:
    (tmp_path / "layers.py").write_text(TEXT, encoding="utf-8")
    opened = resolve(str(tmp_path / "layers.py"))()
    try:
        (tmp_path / "layers.py").unlink()
        assert set(keys_of(opened.pairs).values()) == {None}
    finally:
        opened.close()


def test_a_source_that_does_not_parse_has_no_key(tmp_path: Path) -> None:
    found = keys(tmp_path, TEXT + "\ndef f(:\n")
    assert set(found.values()) <= {None}


def test_only_what_is_right_and_clean_is_remembered() -> None:
    right = PairRow("dx", consistent=True)
    mistake = PairFinding("MB101", "error", "exactly", "× 2")
    warned = PairFinding("MB402", "warning", "exactly", "digits")
    memory = PairMemory()
    for k, found in enumerate((
        PairResult("f"), PairResult("f", (PairRow("dx", consistent=False, findings=(mistake,)),)),
        PairResult("f", (PairRow("dx", consistent=True, findings=(warned,)),)),
        PairResult("f", (right, PairRow("dw", consistent=None))), PairResult("f", (right,), disputes=("MB901",)),
        PairResult("f", (right,), notes=("something",)),
    )):  # fmt: skip
        memory.keep(str(k), found)
    memory.keep(None, PairResult("f", (right,)))
    assert memory.pairs == {}
    memory.keep("key", PairResult("f", (right,)))
    assert set(memory.pairs) == {"key"}


def test_of_a_file_that_changed_only_that_is_judged_again(tmp_path: Path) -> None:
    memory = PairMemory()

    def judged(text: str) -> tuple[list[str], dict[str, bool]]:
        said: list[str] = []
        (tmp_path / "layers.py").write_text(text, encoding="utf-8")
        options = Options(Profile(examples=1, explore=0), memory=memory, progress=lambda check, *_: said.append(check))
        opened, run = resolve(str(tmp_path / "layers.py"))(), Run()
        try:
            verify(opened, options, run)
        finally:
            opened.close()
        return said, {found.check: all(row.consistent for row in found.rows) for found in run.pairs}

    wrong = TEXT.replace("dout * 2", "dout * 3")
    assert judged(TEXT) == ([LEAKY, SQUARE], {LEAKY: True, SQUARE: True})
    assert judged(wrong) == ([SQUARE], {LEAKY: True, SQUARE: False})
    assert judged(wrong) == ([SQUARE], {LEAKY: True, SQUARE: False})  # it is told of with its lines, each time
    assert judged(TEXT) == ([], {LEAKY: True, SQUARE: True})
