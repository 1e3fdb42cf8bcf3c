"""The house: who may import whom (import-linter's contracts, in pyproject.toml), and what lies where.

The contracts follow imports through other modules. Each is broken here on purpose, in a copy of the sources.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract["name"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]}
HEAVY = SETTINGS["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-module-level-imports"]
TOP_LEVEL = {"README.md", "benchmarks", "manual_backprop", "pyproject.toml", "reference", "tests"}

FORBIDDEN = {  # a contract, the module that breaks it, and what it must not import; most of them by a detour
    "core": ("manual_backprop/masks.py", "from reference.cases.case import Case"),
    "witnesses": ("reference/cases/forward.py", "from manual_backprop.primitives import per_problem"),
    "stranger": ("reference/judging/judge.py", "from manual_backprop import network"),
    "rooms": ("reference/report/paths.py", "from reference.targets.resolve import resolve"),
    "circles": ("reference/cases/case.py", "from reference.cases.battery import battery"),
    "experiments": ("reference/diagnosis/probes.py", "from reference.experiments import datasets"),
}


def linted(folder: Path) -> dict[str, str]:
    """Each contract by its name: KEPT or BROKEN, as the linter prints it."""
    command = "from importlinter.cli import lint_imports_command as run; run(['--no-cache', '--no-logo'])"
    done = subprocess.run([sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    printed = " ".join(done.stdout.split())
    found = {name: re.search(re.escape(name) + r" ?(KEPT|BROKEN)", printed) for name in CONTRACTS.values()}
    lost = [name for name, match in found.items() if match is None]
    assert not lost, (lost, done.stdout, done.stderr)
    return {name: match[1] for name, match in found.items() if match}


def test_every_contract_is_kept() -> None:
    assert linted(ROOT) == dict.fromkeys(CONTRACTS.values(), "KEPT")


def test_every_contract_can_be_broken(tmp_path: Path) -> None:
    assert FORBIDDEN.keys() == CONTRACTS.keys()
    for package in ("manual_backprop", "reference"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, line in FORBIDDEN.values():
        with (tmp_path / path).open("a", encoding="utf-8") as module:
            module.write(f"\n\ndef _():\n    {line}\n")  # inside a function, it is an import all the same
    assert linted(tmp_path) == dict.fromkeys(CONTRACTS.values(), "BROKEN")


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    """Ruff says so of every module; here of one that imports them all at its top."""
    source = "".join(f"import {package}\n" for package in HEAVY)
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID253", "--output-format", "concise", "-"]
    done = subprocess.run(
        [*command, "--stdin-filename", "reference/cli.py"], cwd=ROOT, input=source, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert {package for package in HEAVY if f"`{package}` is banned" in done.stdout} == set(HEAVY), done.stdout


def test_the_rooms_and_the_top_level_hold_what_belongs_there() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [Path(line.strip('"')) for line in listed.stdout.splitlines()]
    assert {path.parts[0] for path in files if not path.parts[0].startswith(".")} == TOP_LEVEL
    assert len([path for path in files if path.parent == Path("reference") and path.suffix == ".py"]) <= 6
    sources = [path for path in files if path.suffix == ".py" and path.parts[0] in ("manual_backprop", "reference")]
    long = {str(path) for path in sources if len((ROOT / path).read_text(encoding="utf-8").splitlines()) > 300}
    assert not long, "one concept a module"


PARSING = ("ast.parse", "ast.literal_eval")
ITS_HOME = "reference/targets/reading/parsing.py"


def parsers(source: str) -> list[int]:
    """The lines that call Python's parser themselves."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if ast.unparse(call.func) in PARSING and not _is_of_a_node(call)]


def _is_of_a_node(call: ast.Call) -> bool:
    return isinstance(call.args[0], ast.Name) and call.args[0].id in ("value", "node") if call.args else True


def test_python_is_parsed_in_one_place_one_text_at_a_time() -> None:
    assert parsers("import ast\nast.parse(text)\nast.literal_eval(text)\nast.literal_eval(node)") == [2, 3]
    files = sorted((ROOT / "reference").rglob("*.py"))
    found = {str(f.relative_to(ROOT)): parsers(f.read_text(encoding="utf-8")) for f in files}
    assert {name for name, lines in found.items() if lines} == {ITS_HOME}


def test_strategies_have_one_home_and_classes_one_name() -> None:
    composite, classes = set(), {}
    for path in sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "reference").rglob("*.py")):
        if {"course_files", "files"} & {*path.parts}:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any("composite" in ast.unparse(d) for d in node.decorator_list):
                composite.add(path.name)
            if isinstance(node, ast.ClassDef) and "tests" not in path.relative_to(ROOT).parts:
                classes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert composite <= {"strategies.py"}
    assert not {name: homes for name, homes in classes.items() if len(homes) > 1}
