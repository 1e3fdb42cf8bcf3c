"""The same content is the same, whatever changes nothing in it; what a target reads beside itself belongs to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.commands.many.contents import content_of

TEXT = "import numpy as np\nfrom helper import f\n\ndef g(x):\n    return np.load('table.npy') * f(x)\n"


def written(folder: Path, text: str | bytes, name: str = "a.py") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(folder / name)


def test_ends_of_lines_and_a_mark_change_nothing(tmp_path: Path) -> None:
    first = content_of(written(tmp_path / "a", TEXT))
    for k, text in enumerate((TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT, TEXT.replace("\n", "  \n"))):
        assert content_of(written(tmp_path / f"b{k}", text, "other.py")) == first


@pytest.mark.parametrize("text", [TEXT + "#", TEXT.replace("x)", "y)", 1), "", "    " + TEXT])
def test_another_text_is_another(tmp_path: Path, text: str) -> None:
    assert content_of(written(tmp_path / "a", TEXT)) != content_of(written(tmp_path / "b", text))


@pytest.mark.parametrize("beside", ["helper.py", "table.npy", "helper/__init__.py"])
def test_what_it_reads_beside_itself_belongs_to_it(tmp_path: Path, beside: str) -> None:
    name = written(tmp_path / "a", TEXT)
    seen = {content_of(name)}
    place = tmp_path / "a" / beside
    place.parent.mkdir(exist_ok=True)
    for data in ("one", "two"):
        place.write_text(data)
        seen.add(content_of(name))
    assert len(seen) == 3
    (tmp_path / "a" / "unrelated.py").write_text("x")
    assert content_of(name) in seen


def notebook(source: list[str], count: int | None = None, outputs: tuple[str, ...] = ()) -> str:
    cell = {"cell_type": "code", "source": source, "execution_count": count, "outputs": list(outputs), "metadata": {}}
    return json.dumps({"cells": [cell], "metadata": {"k": count}, "nbformat": 4, "nbformat_minor": 5})


def test_a_notebook_is_its_cells(tmp_path: Path) -> None:
    first = content_of(written(tmp_path, notebook(["a = 1\n", "b = 2"]), "a.ipynb"))
    assert content_of(written(tmp_path, notebook(["a = 1\n", "b = 2"], 7, ("said",)), "b.ipynb")) == first
    assert content_of(written(tmp_path, notebook(["a = 1\n", "b = 3"]), "c.ipynb")) != first
    assert content_of(written(tmp_path, "{}", "d.ipynb")) is not None


def test_a_function_of_a_file_is_no_other(tmp_path: Path) -> None:
    name = written(tmp_path, TEXT)
    assert len({content_of(name), content_of(f"{name}::g"), content_of(f"{name}::h")}) == 3


@pytest.mark.parametrize("name", ["manual_backprop", "numpy:dot", "no such.py", "a\0b.py", ""])
def test_what_is_no_file_has_none(name: str) -> None:
    assert content_of(name) is None


def test_bytes_that_are_no_text_are_content_too(tmp_path: Path) -> None:
    assert content_of(written(tmp_path, b"\xff\xfe\x00", "a.py")) != content_of(written(tmp_path, b"\xff", "b.py"))
