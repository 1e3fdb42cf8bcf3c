"""What the guide gives an editor reads what ``verify`` writes: VS Code's problem matcher and Vim's errorformat."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import regress

from tests.guides.shown import ROOT, commands_of

PAGE = (ROOT / ".github/docs/in-your-editor.md").read_text(encoding="utf-8")
(LINE,) = commands_of(PAGE)[0].lines  # which tests/guides/test_every_page.py holds to what is printed
WARNING = "::warning file=sub/a.ipynb,line=3,title=MB305%3A dA1 warning in f::is the value%3A without D1"


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n.*?\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def matcher() -> dict:
    (task,) = json.loads(block("jsonc"))["tasks"]
    return task["problemMatcher"]


def read_by_vs_code(line: str) -> dict[str, str] | None:
    """As it reads a line: by an expression of ECMAScript, whose groups it has by number."""
    pattern = matcher()["pattern"]
    found = regress.Regex(pattern["regexp"]).find(line)
    if found is None:
        return None
    data = line.encode()  # whose bytes are counted
    groups = [data[part].decode() if (part := found.group(k)) is not None else "" for k in range(6)]
    return {name: groups[pattern[name]] for name in ("severity", "file", "line", "code", "message")}


def test_vs_code_has_a_finding_at_its_line():
    assert read_by_vs_code(LINE) == {
        "severity": "error", "file": "layers.py", "line": "11", "code": "MB102",
        "message": "affine_backward(…)[2] is wrong in affine_backward::is exactly 1/x.shape[0] × the right one; it is "
                   "right as below, on 3 of 3 draws; right where x.shape[0] = 1",
    }  # fmt: skip
    warned = read_by_vs_code(WARNING)
    assert warned is not None
    assert (warned["severity"], warned["file"], warned["line"]) == ("warning", "sub/a.ipynb", "3")
    assert read_by_vs_code("verifying affine_backward") is None


def test_vs_code_knows_when_it_begins_and_ends():
    background = {key: regress.Regex(text) for key, text in matcher()["background"].items() if isinstance(text, str)}
    told = {"verifying affine_backward": "beginsPattern", "layers.py changed": "beginsPattern",
            "watching; Ctrl-C ends": "endsPattern", LINE: None}  # fmt: skip
    for line, name in told.items():
        assert [key for key, pattern in background.items() if pattern.find(line)] == ([name] if name else [])


def read_by_vim(tmp_path, lines: list[str]) -> list[dict]:
    """Its quickfix list, of lines that a command printed."""
    compilers = tmp_path / "runtime" / "compiler"
    compilers.mkdir(parents=True)
    (compilers / "manual-backprop.vim").write_text(block("vim"), encoding="utf-8")
    (tmp_path / "printed").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = "map(getqflist(), {_, e -> extend(e, {'file': bufname(e.bufnr)})})"
    commands = [
        f"set runtimepath^={tmp_path}/runtime", "compiler manual-backprop", "cgetfile printed",
        f"call writefile([json_encode({shown})], 'read')", "qall!",
    ]  # fmt: skip
    asked = ["vim", "-e", "-s", "-N", "-u", "NONE", "-i", "NONE", "--cmd", "set encoding=utf-8"]
    for command in commands:
        asked += ["-c", command]
    subprocess.run(asked, cwd=tmp_path, check=False, timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
    return json.loads((tmp_path / "read").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_vim_has_a_finding_at_its_line(tmp_path):
    if (
        shutil.which("vim") is None
        or "+quickfix" not in subprocess.run(["vim", "--version"], capture_output=True, text=True, check=False).stdout
    ):
        pytest.skip("no vim with a quickfix list was found")
    found = read_by_vim(tmp_path, ["verifying affine_backward", LINE, WARNING, "watching; Ctrl-C ends"])
    assert [(one["file"], one["lnum"], one["type"]) for one in found] == [
        ("layers.py", 11, "e"), ("sub/a.ipynb", 3, "w")
    ]  # fmt: skip
    assert found[0]["text"].startswith("MB102%3A affine_backward(…)[2] is wrong in affine_backward::is exactly")
