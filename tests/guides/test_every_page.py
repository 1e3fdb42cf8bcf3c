"""What the README and the guides show is what happens: their files are written, their commands run."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

import pytest

from tests.guides.shown import ROOT, Command, commands_of, files_of, missed, pages, written

PAGES = pages()
WITH_COMMANDS = [name for name, page in PAGES.items() if commands_of(page)]
ALSO = (".github/CONTRIBUTING.md", ".github/CHANGELOG.md", "tests/README.md")
WORDS = 1200  # of the README, at most


def run(name, folder, monkeypatch, capsys):
    """Everything that a page shows and does not happen, by command."""
    page = PAGES[name]
    if any("import torch" in text for text in files_of(page).values()) and importlib.util.find_spec("torch") is None:
        page = re.sub(r"^```text\n\$ manual-backprop verify rule\.py.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    written(page, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(folder)]))
    return {shown.line: lost for shown in commands_of(page) if (lost := missed(shown, folder, capsys))}


def test_the_readme(tmp_path, monkeypatch, capsys):
    assert run("README.md", tmp_path, monkeypatch, capsys) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WITH_COMMANDS if name != "README.md"])
def test_a_guide(name, tmp_path, monkeypatch, capsys):
    assert run(name, tmp_path, monkeypatch, capsys) == {}


def test_every_command_that_is_shown_has_an_exit_code():
    for name, page in PAGES.items():
        shown = re.findall(r"^\$ (?:manual-backprop|pytest).*$", page, re.MULTILINE)
        assert len(shown) == len(commands_of(page)), name


def test_what_is_shown_and_does_not_happen_is_missed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert missed(Command("manual-backprop explain MB102", 0, ()), tmp_path, capsys) == []
    printed = Command("manual-backprop explain MB102", 3, ("no such line",))
    assert missed(printed, tmp_path, capsys) == ["exit 0, not 3", "no such line"]
    first, second = "## What you see", "# MB102"
    assert missed(Command("manual-backprop explain MB102", 0, (first, second)), tmp_path, capsys) != []


def gone(guide: str, folder: Path = ROOT) -> list[str]:
    """Paths that a guide names, as code or as a link, and that are not there; those of a package stand with a /."""
    named = re.findall(r"`((?:reference|manual_backprop|tests|benchmarks|\.github|\.gitlab)/[^`\s]*)`", guide)
    linked = [path.partition("#")[0] for path in re.findall(r"\]\(([^)]+)\)", guide) if not path.startswith("https:")]
    return [
        *(path for path in named if not (ROOT / path).exists()),
        *(path for path in linked if path and not (folder / path).exists()),
    ]


def sections(page: str) -> set[str]:
    """The anchors of its headings."""
    heads = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_every_path_that_a_guide_names_is_there():
    every = {**PAGES, **{name: (ROOT / name).read_text(encoding="utf-8") for name in ALSO}}
    assert {name: found for name, page in every.items() if (found := gone(page, (ROOT / name).parent))} == {}
    assert gone("`reference/cases/` and `reference/nowhere.py`, [a link](tests/nowhere)") == [
        "reference/nowhere.py",
        "tests/nowhere",
    ]


def test_every_section_that_a_guide_links_to_is_there():
    for name, page in PAGES.items():
        for path, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", page):
            target = page if not path else (ROOT / name).parent.joinpath(path).read_text(encoding="utf-8")
            assert anchor in sections(target), f"{name}: {path}#{anchor}"


def test_the_readme_is_short_and_leads_to_every_guide():
    assert len(PAGES["README.md"].split()) <= WORDS
    assert [name for name in PAGES if name != "README.md" and f"({name})" not in PAGES["README.md"]] == []
