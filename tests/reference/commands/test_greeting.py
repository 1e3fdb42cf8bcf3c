"""``manual-backprop`` alone says what lies here and what to do with it; it loads nothing and runs nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reference.__main__ import _code
from tests.reference.commands.many.test_workers import RIGHT

TRAP = "raise SystemExit('it was run')\n" + RIGHT


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What is said in a folder of these files."""
    monkeypatch.chdir(tmp_path)

    def ask(**files: str) -> list[str]:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_ipynb", ".ipynb").replace("_py", ".py").replace(
                "_md", ".md"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert _code([]) == 0
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80
        return out.splitlines()

    return ask


def commands(lines: list[str]) -> list[str]:
    return [line.strip().partition("  ")[0] for line in lines if line.startswith("  manual-backprop")]


def test_one_file(said) -> None:
    lines = said(layers_py=TRAP, notes_py="x = 1\n")
    assert "In this folder layers.py may hold one." in lines
    assert commands(lines)[0] == "manual-backprop verify layers.py"


def test_several(said) -> None:
    lines = said(a_md="```python\ndef relu_backward(dout): ...\n```\n", b_py=TRAP, c_py=TRAP, d_py=TRAP)
    assert "In this folder b.py, c.py, d.py and 1 more may hold some." in lines
    assert commands(lines)[:2] == ["manual-backprop verify b.py", "manual-backprop verify ."]


def test_a_folder_below(said) -> None:
    lines = said(week1__net_py=TRAP)
    assert "This folder has no file that looks like one; week1 has." in lines
    assert commands(lines)[0] == "manual-backprop verify week1"


def test_nothing(said) -> None:
    lines = said()
    assert "Nothing in this folder looks like one." in lines
    assert commands(lines)[:2] == ["manual-backprop verify", "manual-backprop verify FILE"]


@pytest.mark.parametrize(
    "table", ['[tool.manual-backprop]\ntargets = ["layers.py"]\n', "[tool.manual-backprop]\nx = 1\n", "x"]
)
def test_what_the_table_names_comes_first_and_a_broken_one_stops_nothing(said, table: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(table)
    first = commands(said(layers_py=TRAP))[0]
    assert first == ("manual-backprop verify" if "targets" in table else "manual-backprop verify layers.py")


def test_the_versions_that_matter(capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["--version"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines]
    assert names[:5] == ["manual-backprop", "Python", "numpy", "jax", "hypothesis"]
    assert f"Python {sys.version.split()[0]}" in lines


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [(["verfy"], "Did you mean 'verify'?"), (["verify", "--profil", "x"], "Did you mean '--profile'?"),
     (["explain", "MB12"], "MB102, perhaps?"),
     (["net.py"], "'net.py'. 'manual-backprop verify net.py', perhaps?"),
     (["hw/net.ipynb::f", "--watch"], "'manual-backprop verify hw/net.ipynb::f', perhaps?")],
)  # fmt: skip
def test_a_slip_is_told_the_nearest(arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(arguments) == 2
    assert capsys.readouterr().err.strip().endswith(meant)
