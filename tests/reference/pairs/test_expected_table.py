"""The pairs of ``files/`` and the table of what is right for them belong together: the files are only parsed."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reference.findings.codes import CODES
from reference.interface.pair import PairKind

HERE = Path(__file__).parent
FILES = HERE / "files"
TABLE = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
PAIRS: list[dict[str, Any]] = TABLE["pair"]
KEYS = {"file", "check", "kind", "verdict", "also", "wrong", "codes", "cell", "lines", "cause"}
KEYS |= {"convention", "equivalent", "aspect", "missed"}
VERDICTS = {"pass", "warn", "fail", "inconclusive"}
NEWER = {"MB105", "MB106", "MB203", "MB403", "MB705"}  # of pairs
FENCED = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)


def sources(name: str) -> dict[int | None, str]:
    """The code of a file by its cell; that of a Markdown file with every line where it stands."""
    text = (FILES / name).read_text(encoding="utf-8")
    if name.endswith(".ipynb"):
        cells = [*enumerate(json.loads(text)["cells"], start=1)]
        return {n: MAGIC.sub("", "".join(cell["source"])) for n, cell in cells if cell["cell_type"] == "code"}
    if name.endswith(".md"):
        kept: list[str] = []
        for found in FENCED.finditer(text):
            kept += [""] * (text[: found.start(1)].count("\n") - len(kept)) + found[1].splitlines()
        text = "\n".join(kept)
    return {None: text}


def defined(name: str) -> set[str]:
    """What is defined at the top of a file, and the methods of its classes, inherited ones with them."""
    nodes = [node for source in sources(name).values() for node in ast.parse(source).body]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}

    def methods(node: ast.ClassDef) -> set[str]:
        own = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        bases = [classes[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in classes]
        return own.union(*map(methods, bases))

    found = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return found | {f"{node.name}.{method}" for node in classes.values() for method in methods(node)}


def complaints(pair: dict[str, Any]) -> list[str]:
    """What is the matter with a row of the table."""
    found = [f"{key} is no key" for key in pair.keys() - KEYS]
    found += [f"{code} is no code" for code in pair.get("codes", ()) if code not in CODES.keys() | NEWER]
    found += [f"{word} is no verdict" for word in {pair["verdict"], *pair.get("also", ())} - VERDICTS]
    if pair["kind"] not in {*PairKind}:
        found.append(f"{pair['kind']} is no kind")
    if pair["check"] not in defined(pair["file"]):
        found.append(f"{pair['check']} is not defined")
    if pair["verdict"] != "fail" and pair.get("wrong"):
        found.append("a gradient is wrong and the verdict is not fail")
    if pair["verdict"] in ("fail", "inconclusive") and not pair.get("codes"):
        found.append("no code")
    code = sources(pair["file"]).get(pair.get("cell"), "").splitlines()
    for line in pair.get("lines", ()):
        text = code[line - 1].strip() if 0 < line <= len(code) else ""
        if not text or text.startswith("#"):
            found.append(f"line {line} holds no code")
    return found


@pytest.mark.parametrize("name", sorted({pair["file"] for pair in PAIRS}))
def test_the_rows_of_a_file_fit_it(name: str) -> None:
    rows = [pair for pair in PAIRS if pair["file"] == name]
    assert {pair["check"]: found for pair in rows if (found := complaints(pair))} == {}


def test_every_file_is_in_the_table_and_every_check_once() -> None:
    listed = {pair["file"] for pair in PAIRS} | {*TABLE["helpers"]}
    there = {path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.is_file()}
    assert listed == {name for name in there if "__pycache__" not in name}
    twice = [row for row, n in Counter((pair["file"], pair["check"]) for pair in PAIRS).items() if n > 1]
    assert twice == []
    for name, _, check in (entry.partition("::") for entry in TABLE["not_pairs"]):
        assert check in defined(name)


def test_there_are_enough_of_each_sort() -> None:
    assert len(PAIRS) >= 170
    elsewhere = {PairKind.RULE, PairKind.NETWORK}  # which have tables of their own
    assert all(Counter(pair["kind"] for pair in PAIRS)[kind] >= 25 for kind in {*PairKind} - elsewhere)
    wrong = [pair for pair in PAIRS if pair.get("wrong")]
    assert len([pair for pair in wrong if pair.get("aspect") != "two mistakes"]) >= 55
    assert len([pair for pair in wrong if pair.get("aspect") == "two mistakes"]) >= 10
    assert len([pair for pair in PAIRS if pair["verdict"] == "pass"]) >= 75
    assert len([pair for pair in PAIRS if pair.get("convention") or "MB705" in pair.get("codes", ())]) >= 8
    assert len([pair for pair in PAIRS if pair.get("codes") == ["MB702"]]) >= 8
    assert len([pair for pair in PAIRS if pair["file"].startswith("hostile/")]) >= 16


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"check": "nobody"}, "nobody is not defined"),
        ({"lines": [9999]}, "line 9999 holds no code"),
        ({"codes": ["MB999"]}, "MB999 is no code"),
        ({"codes": []}, "no code"),
        ({"verdict": "green"}, "green is no verdict"),
        ({"kind": "layer"}, "layer is no kind"),
        ({"line": 3}, "line is no key"),
    ],
)
def test_a_row_that_does_not_fit_is_noticed(change: dict[str, Any], complaint: str) -> None:
    right = next(pair for pair in PAIRS if pair["verdict"] == "fail" and pair.get("lines"))
    assert complaint in complaints(right | change)
