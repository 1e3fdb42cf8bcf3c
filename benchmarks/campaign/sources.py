"""The fixture files as cells of code, and files made of changed cells. Read without a look at how the tool reads."""

from __future__ import annotations

import io
import json
import re
import tokenize
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["FOLDER", "Fixture", "Source", "defined_in", "fixtures", "source_of"]

FOLDER = Path(__file__).parents[2] / "tests" / "reference" / "course_files"
COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.M | re.A)


class Fixture(NamedTuple):
    """A file of the table of expected verdicts."""

    name: str  # its path within the folder
    verdict: str

    @property
    def path(self) -> Path:
        return FOLDER / self.name


class Source(NamedTuple):
    """A file's cells of code; a script is one cell."""

    cells: tuple[str, ...]
    notebook: str | None = None  # the JSON that the cells stand in

    def data(self, cells: Sequence[str]) -> bytes:
        """The file with these cells in place of its own. Raises ``UnicodeEncodeError`` where its encoding lacks one."""
        if self.notebook is None:
            (text,) = cells
            return text.encode(_declared(text) or "utf-8")
        book = json.loads(self.notebook)
        for cell, text in zip(code_cells(book), cells, strict=True):
            cell["input" if "input" in cell else "source"] = text.splitlines(keepends=True)
        return json.dumps(book, ensure_ascii=False, indent=1).encode()


def fixtures(folder: Path = FOLDER) -> list[Fixture]:
    """Every file of the table, by name."""
    table = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))["file"]
    return sorted(Fixture(row["path"], row["verdict"]) for row in table)


def source_of(path: Path) -> Source | None:
    """A file's cells; ``None`` where a notebook is no JSON."""
    data = path.read_bytes()
    if path.suffix != ".ipynb":
        return Source((_decoded(data).replace("\r\n", "\n").replace("\r", "\n"),))
    text = data.decode("utf-8-sig", errors="replace")
    try:
        cells = code_cells(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Source(tuple(_text(cell).replace("\r\n", "\n") for cell in cells), text)


def code_cells(book: Any) -> list[dict[str, Any]]:
    """Those of a notebook of format 3 or 4."""
    sheets = book.get("worksheets") or [book]
    return [cell for sheet in sheets for cell in sheet["cells"] if cell.get("cell_type") == "code"]


def defined_in(data: bytes, *, notebook: bool) -> set[str]:
    """Names that a file may be said to define, in whatever encoding it is read.

    After ``def`` or ``class`` at a line's start, before ``= lambda``, or before a lone ``=`` at the margin.
    """
    names: set[str] = set()
    plain = data.replace(b"\0", b"")
    for encoding in ("utf-8", "latin-1", "gb18030"):
        text = plain.decode(encoding, errors="replace")
        if notebook:
            try:
                text = "\n".join(_text(cell) for cell in code_cells(json.loads(text.lstrip("\ufeff"))))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                text = text.replace("\\n", "\n").replace('"', "\n")
        names.update(DEFINED.findall(LINE_ENDS.sub("\n", text)), BOUND.findall(text), LAMBDA.findall(text))
    return {unicodedata.normalize("NFKC", name) for name in names}


# in a name, a letter or a digit, or "·", which is neither to ``re``
LINE_ENDS = re.compile("[\r\u2028]")  # of those that are put in place of others
DEFINED = re.compile(r"^[^\w\n#'\"]*(?:async\s+)?(?:def|class)\s+([\w·]+)", re.M)
BOUND = re.compile(r"^([\w·]+)\s*=(?!=)", re.M)
LAMBDA = re.compile(r"\b([\w·]+)\s*=\s*lambda\b")


def _text(cell: Any) -> str:
    source = cell.get("source", cell.get("input", ""))
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _declared(text: str) -> str | None:
    found = COOKIE.search("\n".join(text.split("\n")[:2]))
    return found[1] if found else None


def _decoded(data: bytes) -> str:
    try:
        declared = [tokenize.detect_encoding(io.BytesIO(data).readline)[0]]
    except SyntaxError:
        declared = []
    for encoding in (*declared, "utf-8-sig", "gb18030", "latin-1"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise AssertionError("latin-1 reads anything")
