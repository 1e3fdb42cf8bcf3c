"""Every code has a page, and no page lies: its wrong line has the finding, its right line has none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reference.__main__ import _code
from reference.findings.codes import CODES
from reference.findings.explained import CodeExample, body_of, examples_of, in_short, meant, page_of, table
from reference.report import FORMATS
from reference.selftest.planting import selftest
from reference.settings.profiles import Profile
from reference.targets import resolve
from reference.verification.options import Options
from reference.verification.target import verify_one
from tests.reference.report import models

HERE = Path(__file__).parent
FOLDERS = (HERE / "scaffolds", HERE.parent / "course_files")
PARTS = ("**Why it hurts.**", "**Often taken for.**", "**How it is known.**")
EXAMPLES = [(code, example) for code in CODES for example in examples_of(code)]
ELSEWHERE = {  # of these no single line of one function is an example: where the same code is shown to be given
    "MB304", "MB402", "MB502", "MB602", "MB704", "MB705", "MB801", "MB804", "MB901",
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_of_all_parts(code: str) -> None:
    page = page_of(code)
    assert page.startswith(f"# {code}: {CODES[code]}\n\n")
    places = [page.index(part) for part in PARTS]
    assert places == sorted(places)
    assert 60 <= len(page.split()) <= 220
    assert in_short(code).endswith(".")
    assert "python wrong" not in body_of(code)
    assert not body_of(code).startswith("#")
    assert (code in ELSEWHERE) == (not examples_of(code))
    prose = re.sub(r"^```.*?^```", "", page.partition("\n")[2], flags=re.DOTALL | re.MULTILINE)
    assert all(len(line) <= 80 for line in prose.splitlines())


def test_no_page_is_of_no_code() -> None:
    names = {path.stem for path in (Path(sys.modules[page_of.__module__].__file__).parent / "pages").iterdir()}
    assert names == set(CODES)
    with pytest.raises(KeyError):
        page_of("MB000")


def spoilt(example: CodeExample, folder: Path, lines: str) -> str:
    """The file with these lines in the place of the right ones, and its name as a target."""
    name, _, function = example.file.partition("::")
    path = next(each / name for each in FOLDERS if (each / name).is_file())
    text = path.read_text(encoding="utf-8")
    pattern = r"\n".join(rf"([ \t]*){re.escape(line)}[ \t]*" for line in example.right.splitlines())
    found = re.search(rf"^{pattern}$", text, re.MULTILINE)
    assert found is not None, f"{example.right!r} is no line of {example.file}"
    put = textwrap.indent(lines, found[1])
    (folder / Path(name).name).write_text(text[: found.start()] + put + text[found.end() :], encoding="utf-8")
    return str(folder / Path(name).name) + (f"::{function}" if function else "")


def codes_of(target: str) -> set[str]:
    implementation = resolve(target)()
    try:
        report = verify_one(implementation, Options(Profile(examples=40, explore=0)), kept=False)
    finally:
        implementation.close()
    return {finding.code for row in report.checks for finding in row.findings}


@pytest.mark.slow
@pytest.mark.parametrize(("code", "example"), EXAMPLES, ids=[f"{code}-{example.file}" for code, example in EXAMPLES])
def test_the_wrong_line_has_the_finding_and_the_right_one_has_not(
    code: str, example: CodeExample, tmp_path: Path
) -> None:
    assert code in codes_of(spoilt(example, tmp_path, example.wrong))
    assert codes_of(spoilt(example, tmp_path, example.right)) <= {"MB704"}


def test_what_has_no_example_is_shown_elsewhere() -> None:
    """By a planted behaviour, or by a row of a table of fixtures."""
    tables = [path.read_text(encoding="utf-8") for path in HERE.parent.rglob("expected.toml")]
    own = Path(sys.modules[selftest.__module__].__file__).with_name("behaviours.py").read_text(encoding="utf-8")
    assert {code for code in ELSEWHERE if not any(code in text for text in (*tables, own))} <= {"MB901"}


# --- where a page is shown ------------------------------------------------------------------------------------


def test_the_command_prints_the_page_or_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["explain", "mb102"]) == 0
    assert capsys.readouterr().out == re.sub(r"^```python .*$", "```python", page_of("MB102"), flags=re.MULTILINE)
    assert _code(["explain"]) == 0
    assert capsys.readouterr().out == table()
    assert len(table().splitlines()) == len(CODES)


@pytest.mark.parametrize(
    ("given", "right"), [("102", "MB102"), ("MB1O2", "MB102"), ("mbl02", "MB102"), ("M102", "MB102")]
)
def test_a_slip_is_told_the_nearest(given: str, right: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert meant(given) == right
    assert _code(["explain", given]) == 2
    assert capsys.readouterr().err == f"manual-backprop: {given!r} is no code; {right}, perhaps?\n"


def test_what_is_like_no_code_is_told_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["explain", "gradient"]) == 2
    assert capsys.readouterr().err == "manual-backprop: 'gradient' is no code; explain alone lists them\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX is asked for")
def test_on_a_terminal_it_is_rendered_in_80_columns() -> None:
    asked = "import pty, sys; pty.spawn([sys.executable, '-m', 'reference', 'explain', 'MB106'])"
    environment = {"TERM": "xterm", "COLUMNS": "120", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(HERE.parents[2])}
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=environment, check=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert "Why it hurts." in plain
    assert "**" not in plain
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= 80


def test_code_scanning_gets_the_same_text() -> None:
    log = json.loads(FORMATS["sarif"](models.report(models.wrong())))
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["fullDescription"]["text"] == in_short(rule["id"])
        assert rule["help"]["markdown"] == body_of(rule["id"])
        assert "helpUri" not in rule
