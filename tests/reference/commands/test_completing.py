"""A shell that asks what may follow is answered, with nothing on standard error, and exit 0."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reference.__main__ import _code

ASKED = {
    "ver": {"plain,verify"},
    "verify --pro": {"plain,--profile"},
    "verify --profile n": {"plain,nightly"},
    "verify --report js": {"plain,json"},
    "verify workspac": {"plain,workspace", "file,workspac"},
    "explain mb30": {f"plain,MB{number}" for number in (301, 302, 303, 304, 305)},
    "experiment opt": {"plain,optimization"},
    "replay AB": {"plain,ABCD"},
}


@pytest.mark.parametrize("line", ASKED)
def test_what_may_follow(line, tmp_path, monkeypatch, capsys):
    (tmp_path / ".manual-backprop" / "failures").mkdir(parents=True)
    (tmp_path / ".manual-backprop" / "failures" / "ABCD.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("_MANUAL_BACKPROP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"manual-backprop {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
    assert _code([]) == 0
    printed = capsys.readouterr()
    assert set(printed.out.split()) == ASKED[line]
    assert printed.err == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_its_script(shell, tmp_path):
    asked = {"_MANUAL_BACKPROP_COMPLETE": f"{shell}_source", "PYTHONPATH": str(Path(__file__).parents[3])}
    ran = subprocess.run(
        [sys.executable, "-m", "reference"], cwd=tmp_path, env={**os.environ, **asked}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "manual-backprop" in ran.stdout


def test_nobody_else_ends_a_command_of_ours(monkeypatch, capsys):
    monkeypatch.setattr("reference.commands.explain.table", lambda: sys.exit(0))
    assert _code(["explain"]) == 2
    assert "internal error" in capsys.readouterr().err
