"""Reading a stranger's file: what stands in it, cell by cell, in whatever encoding and notebook format it is.

A ``.py`` is one cell without a number, and so is the fenced code of a Markdown file, each line where it stands in the
file. The cells of a notebook are counted from 1, text cells included, as editors count them. Lines are counted from 1
in each cell, and no step of the loading moves a line.

``read`` parses Python: it is called in a target's own process and nowhere else, since two threads that parse at once
break each other in CPython 3.11. ``texts`` does not.
"""

from __future__ import annotations

import io
import json
import re
import stat
import tokenize
import warnings
from pathlib import Path
from typing import Any, NamedTuple

from reference.targets.reading.markdown import Piece, pieces
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.syntax import lines_within_strings, open_brackets

__all__ = [
    "SUFFIXES",
    "Cell",
    "InnerFunction",
    "SourceError",
    "code_of",
    "filename",
    "hold",
    "is_held",
    "place",
    "read",
    "texts",
]

MARKDOWN = (".md", ".markdown")
SUFFIXES = (".py", ".ipynb", *MARKDOWN)
LARGEST = 64 * 2**20  # bytes; a notebook with its pictures stays far below
ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")  # tried in turn where a file does not say; the last reads anything
PYTHON_CELLS = ("time", "timeit", "capture", "prun", "python", "python3", "python2", "verify")
MAGIC = re.compile(r"^(\s*)(?:[%!?]|\w[\w.,\s]*=\s*[%!])(?!=)")


class SourceError(Exception):
    """A file that cannot be read; the message says what is the matter with it."""


class InnerFunction(NamedTuple):
    """A function that another one of its cell makes, under the name that a kernel knows it by."""

    name: str
    qualname: str
    line: int


class Cell(NamedTuple):
    """Source text with the number of its cell; ``None`` in a ``.py``."""

    number: int | None
    text: str
    made: tuple[InnerFunction, ...] = ()  # of a kernel's cell


HELD: dict[Path, list[Cell]] = {}


def hold(path: Path, cells: list[Cell]) -> None:
    """Let these cells be what is read at ``path``, where there is no file."""
    HELD[path] = cells


def is_held(path: Path) -> bool:
    return path in HELD


def read(path: Path) -> list[Cell]:
    """The code of a file, magics and shell lines taken out. Raises ``SourceError``."""
    if path.suffix.lower() in MARKDOWN:
        fences = [p._replace(text=code_of(p.text)) for p in pieces(_decoded(_bytes(path)))]
        return [_merged([piece for piece in fences if piece.defines or _parses(piece.text)])]
    return [cell._replace(text=code_of(cell.text)) for cell in texts(path)]


def texts(path: Path) -> list[Cell]:
    """The code of a file as it stands, of which nothing is parsed. Raises ``SourceError``."""
    if path in HELD:
        return list(HELD[path])
    data = _bytes(path)
    if path.suffix.lower() == ".ipynb":
        return [Cell(number, text) for number, text in _notebook(path, data)]
    text = _decoded(data)
    return [_merged(pieces(text)) if path.suffix.lower() in MARKDOWN else Cell(None, text)]


def _bytes(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a folder; a pipe would have us wait for who writes
            raise SourceError(f"cannot read {path}: it is no file")
        if found.st_size > LARGEST:
            raise SourceError(f"{path} is larger than {LARGEST // 2**20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from None


def _merged(fences: list[Piece]) -> Cell:
    """Pieces of a file as one cell: each stands where it stood, and between them there is nothing."""
    lines: list[str] = []
    for piece in fences:
        lines += [""] * (piece.above - len(lines)) + piece.text.rstrip("\n").split("\n")
    return Cell(None, "\n".join(lines))


def filename(path: Path, number: int | None) -> str:
    """What a cell is compiled as, so that every frame tells where it stands."""
    return str(path) if number is None else f"{path}#cell{number}"


def place(name: str) -> tuple[str, int | None]:
    """``filename`` undone."""
    path, mark, number = name.rpartition("#cell")
    return (path, int(number)) if mark and number.isdigit() else (name, None)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _lines(data.decode("utf-16", errors="replace"))
    try:
        declared = [tokenize.detect_encoding(io.BytesIO(data).readline)[0]]
    except SyntaxError:  # a cookie that names no encoding, or no UTF-8
        declared = []
    for encoding in [*declared, *ENCODINGS]:
        try:
            return _lines(data.decode(encoding))
        except (UnicodeError, LookupError):
            continue
    raise AssertionError("latin-1 reads anything")


def _lines(text: str) -> str:
    """Line ends as Python's own reader makes them; a form feed or a zero byte would end what follows."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\x0c", " ").lstrip("\ufeff")


def _notebook(path: Path, data: bytes) -> list[tuple[int, str]]:
    import nbformat

    text = _decoded(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells: Any = nbformat.reads(text, as_version=4).cells
    except Exception:  # not valid by the letter: the cells may be there all the same
        cells = _raw_cells(path, text)
    code = []
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            code.append((number, _lines("".join(map(str, source)) if isinstance(source, list) else str(source))))
    return code


def _raw_cells(path: Path, text: str) -> list[Any]:
    try:
        whole = json.loads(text)
        sheets = whole.get("worksheets") or [whole]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError(f"{path} is not a notebook: {type(error).__name__}: {error}") from None
    return cells


def code_of(text: str) -> str:
    """``%magics``, ``!shell`` and ``help?`` as ``pass``; a cell in another language as nothing at all."""
    lines = text.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and (first[2:].split() or [""])[0] not in PYTHON_CELLS:
        return "\n" * (len(lines) - 1)
    if _parses(text):  # a line that begins with % goes on with the one before
        return text
    within, opened, depth = lines_within_strings(text), open_brackets(text), 0
    for k, line in enumerate(lines):
        fresh = k not in within and depth == 0 and not (k and lines[k - 1].endswith("\\"))
        if fresh and (MAGIC.match(line) or re.match(r"^\s*[\w.]+\?{1,2}\s*$", line)):
            lines[k] = re.match(r"\s*", line)[0] + "pass"  # type: ignore[index]
        else:
            depth = max(0, depth + opened[k])
    return "\n".join(lines)


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            syntax_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
