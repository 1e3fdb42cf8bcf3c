"""What the page on targets and bindings shows is what happens: its files are written, its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from reference.__main__ import _code
from reference.settings import binding
from tests.test_readme import README, gone

PAGE = (Path(__file__).parent.parent / ".github/docs/what-it-reads.md").read_text(encoding="utf-8")
FILES = {name: text for text, name in re.findall(r"^```python\n(# (\w+\.py)\n.*?)^```", PAGE, re.DOTALL | re.MULTILINE)}
NOTES = dict(re.findall(r"^````markdown\n# (\w+\.md)\n(.*?)^````", PAGE, re.DOTALL | re.MULTILINE))
SHOWN = re.findall(r"^```text\n\$ manual-backprop (.+?)  # exit (\d)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
BOUND = re.findall(r"^\| `([\w.]+=\S+)` \|", PAGE, re.MULTILINE)
FAULTS = {  # a line of each file that is verified, and what it may not become
    "notes.md": ("np.sum(A - Y) / m", "np.sum(A - Y)"),
    "nets.py": ("1 - hidden**2", "1 - hidden"),
    "both.py": ("(A1 > 0)", "(A1 > -1)"),
}


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {**FILES, **NOTES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def missed(command: str, code: str, lines: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the page shows of a command and does not happen."""
    got = _code(shlex.split(command))
    printed = capsys.readouterr().out.splitlines()
    lost = [line for line in lines.splitlines() if line not in printed]
    return lost if str(got) == code else [f"exit {got}, not {code}", *lost]


def test_the_page_has_a_file_for_every_command_and_a_row_for_every_key():
    assert len(SHOWN) == PAGE.count("$ manual-backprop") >= 5
    assert {shlex.split(command)[1].partition("::")[0] for command, _, _ in SHOWN} == FILES.keys() | NOTES.keys()
    keys = {bound.partition("=")[0].partition(".")[0] for bound in BOUND}
    assert keys == {key.replace("arguments", "argument") for key in binding.Binding.model_fields}
    accepted = [a for kind in (binding.Form, binding.Layout, binding.Weights, binding.Biases, binding.Labels)
                for a in get_args(kind)]  # fmt: skip
    assert [a for a in (*accepted, *binding.MEANINGS) if not re.search(rf"[`=]{a}`", PAGE)] == []


def test_the_readme_leads_to_it_and_its_paths_are_there():
    assert "(.github/docs/what-it-reads.md)" in README
    assert gone(PAGE) == []


def test_a_command_of_the_page_and_a_fault_in_its_file(written, capsys):
    (shown,) = [shown for shown in SHOWN if "notes.md" in shown[0]]
    assert missed(*shown, capsys) == []
    spoilt(written / "notes.md")
    lost = missed(*shown, capsys)
    assert lost[0] == "exit 1, not 0"
    assert len(lost) == 2


def spoilt(path: Path) -> None:
    right, wrong = FAULTS[path.name]
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")


@pytest.mark.slow
def test_every_command_of_the_page(written, capsys):
    assert {shown[0]: lost for shown in SHOWN if (lost := missed(*shown, capsys))} == {}


@pytest.mark.slow
def test_every_fault_is_rejected(written, capsys):
    for name in FAULTS:
        spoilt(written / name)
    verified = [shown for shown in SHOWN if shown[1] == "0"]
    assert [shown[0] for shown in verified if missed(*shown, capsys)[:1] != ["exit 1, not 0"]] == []


@pytest.mark.slow
def test_every_key_holds_and_what_does_not_hold_accuses_nobody(written, capsys):
    (command,) = [command for command, _, _ in SHOWN if "form=pairs" in command]
    shown = "  ✓ slopes                                          32 cases, 100.0 % covered"
    every = [f"{command} --bind {bound}" for bound in BOUND if bound not in command and bound != "kind=pair"]
    assert {one: lost for one in every if (lost := missed(one, "0", shown, capsys))} == {}
    untrue = [f"{command} --bind {bound}" for bound in ("layout=columns", "weights=out,in", "labels=like-outputs")]
    assert {one: lost for one in untrue if (lost := missed(one, "3", "", capsys))} == {}
