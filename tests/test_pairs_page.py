"""What the page on pairs shows is what happens: its files are written, its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from reference.__main__ import _code
from tests.test_readme import README, gone

PAGE = (Path(__file__).parent.parent / ".github/docs/pairs.md").read_text(encoding="utf-8")
FILES = {name: text for text, name in re.findall(r"^```python\n(# (\w+\.py)\n.*?)^```", PAGE, re.DOTALL | re.MULTILINE)}
SHOWN = re.findall(r"^```text\n\$ manual-backprop (.+?)  # exit (\d)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_readme_leads_to_it_and_its_paths_are_there():
    assert "(.github/docs/pairs.md)" in README
    assert gone(PAGE) == []
    assert len(SHOWN) == PAGE.count("$ manual-backprop") == 7


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown[0])
def test_a_command_and_what_it_prints(shown, tmp_path, monkeypatch, capsys):
    command, code, lines = shown
    if "import torch" in FILES.get(command.split()[1], ""):
        pytest.importorskip("torch", reason="its rule is PyTorch's")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert _code(shlex.split(command)) == int(code)
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in lines.splitlines() if line not in printed] == []
