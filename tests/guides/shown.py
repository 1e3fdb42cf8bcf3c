"""What a page of the guides shows, to be written and run: its files, its commands, and what they print.

A block whose first line is ``# name.py`` is a file; ``# name.ipynb: cell 4`` is a cell of one. A block that begins
with ``$ command  # exit 1`` is a command, its exit code, and lines of its output in their order; ``…`` stands for what
is left out.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

from reference.__main__ import _code

__all__ = ["ROOT", "Command", "commands_of", "files_of", "missed", "pages", "written"]

ROOT = Path(__file__).parents[2]
FILE = re.compile(
    r"^(`{3,})(?:python|toml|markdown)\n# ([\w/.-]+\.\w+)(?:: cell (\d+))?\n(.*?)^\1$", re.DOTALL | re.MULTILINE
)
COMMAND = re.compile(r"^```text\n\$ (.+?)  # exit (\d+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Command(NamedTuple):
    """A command as it is shown: its words, its exit code, and lines that it prints, in their order."""

    line: str
    code: int
    lines: tuple[str, ...]


def pages() -> dict[str, str]:
    """The README and every guide, by path."""
    found = [ROOT / "README.md", *sorted((ROOT / ".github" / "docs").glob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


def files_of(page: str) -> dict[str, str]:
    """By name; the cells of a notebook stand where the page says, with text between them."""
    files: dict[str, str] = {}
    cells: dict[str, dict[int, str]] = {}
    for _, name, cell, text in FILE.findall(page):
        if cell:
            cells.setdefault(name, {})[int(cell)] = text
        else:
            files[name] = text if name.endswith(".md") else f"# {name}\n{text}"
    for name, codes in cells.items():
        make = nbformat.v4
        numbers = range(1, max(codes) + 1)
        notebook = make.new_notebook(
            cells=[make.new_code_cell(codes[k]) if k in codes else make.new_markdown_cell("Text.") for k in numbers]
        )
        files[name] = nbformat.writes(notebook)
    return files


def commands_of(page: str) -> list[Command]:
    return [Command(line, int(code), tuple(lines.splitlines())) for line, code, lines in COMMAND.findall(page)]


def written(page: str, folder: Path) -> None:
    """Its files, in a folder."""
    for name, text in files_of(page).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def missed(command: Command, folder: Path, capsys: object) -> list[str]:
    """What a page shows of a command and does not happen."""
    program, *arguments = shlex.split(command.line)
    if program == "manual-backprop":
        code = _code(arguments)
        printed = capsys.readouterr().out  # type: ignore[attr-defined]
    else:
        asked = [sys.executable, "-m", program, "-p", "no:cacheprovider", *arguments]
        ran = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
        code, printed = ran.returncode, ran.stdout
    left = iter(printed.splitlines())
    lost = [line for line in command.lines if line != "…" and line not in left]
    return lost if code == command.code else [f"exit {code}, not {command.code}", *lost]
