"""What the page on targets and bindings says of keys holds, and its examples can fail."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from reference.settings import binding
from tests.guides import shown
from tests.guides.shown import Command, commands_of, files_of, missed, pages

PAGE = pages()[".github/docs/what-it-reads.md"]
FILES = files_of(PAGE)
SHOWN = commands_of(PAGE)
BOUND = re.findall(r"^\| `([\w.]+=\S+)` \|", PAGE, re.MULTILINE)
FAULTS = {  # a line of each file that is verified, and what it may not become
    "notes.md": ("np.sum(A - Y) / m", "np.sum(A - Y)"),
    "nets.py": ("1 - hidden**2", "1 - hidden"),
    "both.py": ("(A1 > 0)", "(A1 > -1)"),
}


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shown.written(PAGE, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_has_a_file_for_every_command_and_a_row_for_every_key():
    assert {shlex.split(one.line)[2].partition("::")[0] for one in SHOWN} == FILES.keys()
    keys = {bound.partition("=")[0].partition(".")[0] for bound in BOUND}
    assert keys == {key.replace("arguments", "argument") for key in binding.Binding.model_fields}
    accepted = [a for kind in (binding.Form, binding.Layout, binding.Weights, binding.Biases, binding.Labels)
                for a in get_args(kind)]  # fmt: skip
    assert [a for a in (*accepted, *binding.MEANINGS) if not re.search(rf"[`=]{a}`", PAGE)] == []


def spoilt(path: Path) -> None:
    right, wrong = FAULTS[path.name]
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")


def test_a_command_of_the_page_and_a_fault_in_its_file(written, capsys):
    (note,) = [one for one in SHOWN if "notes.md" in one.line]
    assert missed(note, written, capsys) == []
    spoilt(written / "notes.md")
    lost = missed(note, written, capsys)
    assert lost[0] == "exit 1, not 0"
    assert len(lost) == 2


@pytest.mark.slow
def test_every_fault_is_rejected(written, capsys):
    for name in FAULTS:
        spoilt(written / name)
    verified = [one for one in SHOWN if one.code == 0]
    assert [one.line for one in verified if missed(one, written, capsys)[:1] != ["exit 1, not 0"]] == []


@pytest.mark.slow
def test_every_key_holds_and_what_does_not_hold_accuses_nobody(written, capsys):
    (bound,) = [one.line for one in SHOWN if "form=pairs" in one.line]
    lines = ("  ✓ slopes                                          32 cases, 100.0 % covered",)
    every = [f"{bound} --bind {key}" for key in BOUND if key not in bound and key != "kind=pair"]
    holds = [one for one in every if "inputs." not in one]
    assert {one: lost for one in holds if (lost := missed(Command(one, 0, lines), written, capsys))} == {}
    (unknown,) = [one for one in every if "inputs." in one]
    assert missed(Command(unknown, 2, ()), written, capsys) == []
    untrue = [f"{bound} --bind {key}" for key in ("layout=columns", "weights=out,in", "labels=like-outputs")]
    assert {one: lost for one in untrue if (lost := missed(Command(one, 3, ()), written, capsys))} == {}
