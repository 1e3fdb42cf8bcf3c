"""The kinds of damage that a file can take, each drawn from a generator: to its lines, its cells, its bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.campaign.sources import code_cells

__all__ = ["KINDS"]

Rng = np.random.RandomState


# --- lines and texts --------------------------------------------------------------------------------------------


def _of_text(change: Callable[[str, Rng], str]) -> Callable[[bytes, Rng, bool], bytes]:
    """A change of source text: that of a script, or of one cell that is drawn; of raw JSON where there are no cells."""

    def spoil(data: bytes, rng: Rng, notebook: bool) -> bytes:
        text = data.decode("utf-8", errors="surrogateescape")
        if notebook:
            try:
                book = json.loads(text.lstrip("\ufeff"))
                full = [cell for cell in code_cells(book) if "".join(_source(cell)).strip()]
                cell = full[rng.randint(len(full))]
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                return change(text, rng).encode("utf-8", errors="surrogatepass")
            key = "input" if "input" in cell else "source"
            cell[key] = change("".join(_source(cell)), rng).splitlines(keepends=True)
            return json.dumps(book, ensure_ascii=False, indent=1).encode("utf-8", errors="surrogatepass")
        return change(text, rng).encode("utf-8", errors="surrogateescape")

    return spoil


def _source(cell: Any) -> list[str]:
    source = cell.get("source", cell.get("input", ""))
    return list(map(str, source)) if isinstance(source, list) else [str(source)]


def _at_lines(change: Callable[[list[str], int, Rng], None], most: int = 4) -> Callable[[str, Rng], str]:
    def spoil(text: str, rng: Rng) -> str:
        lines = text.split("\n")
        for _ in range(rng.randint(1, most + 1)):
            change(lines, rng.randint(len(lines)), rng)
            lines = lines or [""]
        return "\n".join(lines)

    return spoil


def _cut(lines: list[str], k: int, rng: Rng) -> None:
    del lines[k : k + rng.randint(1, 4)]


def _double(lines: list[str], k: int, rng: Rng) -> None:
    lines[k:k] = lines[k : k + rng.randint(1, 6)]


def _swap(lines: list[str], k: int, rng: Rng) -> None:
    j = rng.randint(len(lines))
    lines[k], lines[j] = lines[j], lines[k]


def _indent(lines: list[str], k: int, rng: Rng) -> None:
    wrong: tuple[Callable[[str], str], ...] = (
        str.lstrip, lambda s: " " + s, lambda s: "\t" + s, lambda s: s[1:] if s[:1] == " " else "    " + s,
        lambda s: "\u00a0" + s, lambda s: s.replace("    ", "\t"),
    )  # fmt: skip
    lines[k] = wrong[rng.randint(len(wrong))](lines[k])


def _tail(text: str, rng: Rng) -> str:
    return text[: rng.randint(len(text) + 1)]


def _names(text: str, rng: Rng) -> str:
    """Two names changed for one another, everywhere or once."""
    names = sorted(set(re.findall(r"\b[A-Za-z_]\w*\b", text)))
    if len(names) < 2:
        return text
    a, b = (names[k] for k in rng.choice(len(names), 2, replace=False))
    if rng.randint(2):
        return re.sub(rf"\b{a}\b", b, text, count=1)
    return re.sub(rf"\b({a}|{b})\b", lambda match: b if match[0] == a else a, text)


FUNCTION = re.compile(r"^([ \t]*)def\s+(\w+)[^\n]*\n(?:(?:\1[ \t]+[^\n]*|[ \t]*)(?:\n|\Z))*", re.M)


def _without_function(text: str, rng: Rng) -> str:
    """A function is deleted whole; its calls stay."""
    found = list(FUNCTION.finditer(text))
    if not found:
        return _tail(text, rng)
    gone = found[rng.randint(len(found))]
    return text[: gone.start()] + text[gone.end() :]


def _renamed_function(text: str, rng: Rng) -> str:
    """A function takes the name of another, or one that the course uses."""
    found = list(FUNCTION.finditer(text))
    if not found:
        return text
    one, other = found[rng.randint(len(found))], found[rng.randint(len(found))]
    names = (other[2], "backward_propagation", "compute_cost", "gradient_check_n", "relu", "forward_propagation", "np")
    start, end = one.span(2)
    return text[:start] + names[rng.randint(len(names))] + text[end:]


BODIES = (
    "while True: pass", "raise SystemExit(3)", "return None", "return lambda *a: None", "import os; os._exit(7)",
    "raise KeyboardInterrupt", "yield 1", "return {name}", "x = [0] * 10**9; return x", "print('x' * 10**6)",
    "return {{'dW1': None, 'db1': 'text', 'dW2': object()}}", "assert False", "return float('nan')", "exec('1/0')",
    "import ctypes; ctypes.string_at(0)", "open('left behind', 'w').close(); return 0", "return {name}(1)",
)  # fmt: skip


def _other_body(text: str, rng: Rng) -> str:
    """A function that loops, exits, crashes or returns what none should."""
    found = list(FUNCTION.finditer(text))
    if not found:
        return text
    one = found[rng.randint(len(found))]
    head = one[0].split("\n")[0].split("#")[0].rstrip()
    if not head.endswith(":"):
        return text
    body = BODIES[rng.randint(len(BODIES))].format(name=one[2])
    return f"{text[: one.start()]}{head}\n{one[1]}    {body}\n{text[one.end() :]}"


def _deep(text: str, rng: Rng) -> str:
    """Something nested deeply, or very long, before a line at the file's margin."""
    n = int(10 ** rng.uniform(1, 3.6))
    shapes: tuple[Callable[[], str], ...] = (
        lambda: f"deep = {'(' * n}1{')' * n}",
        lambda: f"deep = {'[' * n}{']' * n}",
        lambda: f"deep = {'-' * n}1",
        lambda: f"deep = {'+'.join(['1'] * n)}",
        lambda: f"deep = np{'.T' * n}",
        lambda: "\n".join(f"{' ' * k}if True:" for k in range(min(n, 120))) + f"\n{' ' * min(n, 120)}pass",
        lambda: f"deep = {'lambda: ' * n}0",
        lambda: f"deep = {'{1: ' * n}0{'}' * n}",
        lambda: f"deep = {'f(' * n}0",
        lambda: f"deep = '{'x' * n * 40}'",
        lambda: f"deep = {'not ' * n}1",
    )
    starts = [0, *(match.start() for match in re.finditer(r"^(?=\S)", text, re.M))]
    at = starts[rng.randint(len(starts))]
    return f"{text[:at]}{shapes[rng.randint(len(shapes))]()}\n{text[at:]}"


def _long(text: str, rng: Rng) -> str:
    """A generated function of thousands of assignments behind the others."""
    lines = [f"    v{k} = np.dot(X, {k}.5) + Y[{k}:, None] * ({k} - X ** 2)" for k in range(rng.randint(500, 4000))]
    return "\n".join([text, "def long(X, Y, cache):", *lines, "    return v0", ""])


def _imports(text: str, rng: Rng) -> str:
    """A name of the file, or of NumPy, is later taken from a module that is missing, or is bound to something else."""
    names = [match[2] for match in FUNCTION.finditer(text)] + ["np", "relu", "sigmoid"]
    name = names[rng.randint(len(names))]
    lines = (
        f"from nowhere_at_all import {name}", f"import nowhere_at_all as {name}", f"{name} = 3", f"del {name}",
        f"class {name}: pass", f"from reg_utils import {name}", f"global {name}", f"{name} = {name}({name})",
        "from nowhere_at_all import *", "import sys; sys.exit()", "__all__ = 7", "import numpy.nowhere",
    )  # fmt: skip
    return f"{text}\n{lines[rng.randint(len(lines))]}\n"


def _ends(text: str, rng: Rng) -> str:
    ends = ("\r", "\r\n", "\n\r", "\x0c\n", "\x00\n", "\u2028", "\\\n", " \\\n", ";\n")
    end = ends[rng.randint(len(ends))]
    if rng.randint(2):
        return text.replace("\n", end)
    return "".join(part + (end if rng.randint(8) == 0 else "\n") for part in text.split("\n"))


# --- cells ------------------------------------------------------------------------------------------------------


def _cells(data: bytes, rng: Rng, notebook: bool) -> bytes:
    """Cells shuffled, cut, doubled, of another type, or no cells at all; the paragraphs of a script are shuffled."""
    text = data.decode("utf-8", errors="surrogateescape")
    if not notebook:
        parts = re.split(r"\n(?=\S)", text)
        rng.shuffle(parts)
        return "\n".join(parts).encode("utf-8", errors="surrogateescape")
    try:
        book = json.loads(text.lstrip("\ufeff"))
        sheet = (book.get("worksheets") or [book])[0]
        cells = sheet["cells"]
        k = rng.randint(len(cells))
    except (ValueError, KeyError, TypeError, AttributeError):
        return data
    what = rng.randint(10)
    if what < 4:
        rng.shuffle(cells)
    elif what == 4:
        del cells[k]
    elif what == 5:
        cells.insert(rng.randint(len(cells)), cells[k])
    elif what == 6:
        cells[k]["cell_type"] = ("markdown", "raw", "heading", "nonsense", None, 7)[rng.randint(6)]
    elif what == 7:
        cells[k] = (None, 3, "text", [], {}, {"cell_type": "code"})[rng.randint(6)]
    elif what == 8:
        key = "input" if "input" in cells[k] else "source"
        cells[k][key] = (None, 3, [None], {"a": 1}, [["x"]], True)[rng.randint(6)]
    else:
        sheet["cells"] = ({}, None, 3, "cells", [cells], [[]])[rng.randint(6)]
    return json.dumps(book, ensure_ascii=False).encode("utf-8", errors="surrogatepass")


# --- bytes ------------------------------------------------------------------------------------------------------


def _bytes(data: bytes, rng: Rng, notebook: bool) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        if changed:
            changed[rng.randint(len(changed))] = rng.randint(256)
    return bytes(changed)


def _truncated(data: bytes, rng: Rng, notebook: bool) -> bytes:
    return data[: rng.randint(len(data) + 1)]


def _nested_json(data: bytes, rng: Rng, notebook: bool) -> bytes:
    """Of a notebook: its JSON within JSON, or with brackets without end; of a script, itself as a notebook's name."""
    n = int(10 ** rng.uniform(1, 5))
    if not notebook:
        return b'"""\n' + data + (b'\n"""\n' if rng.randint(2) else b"\n")
    return (b"[" * n + data, b'{"cells": ' * n + data, data + b"]" * n, b'{"a":' + data + b"}")[rng.randint(4)]


ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "latin-1",
    "gb18030",
    "utf-8-sig",
    "cp1251",
    "utf-7",
    "shift_jis",
)
COOKIES = ("klingon", "utf-16", "latin-1", "ascii", "utf-8-sig", "rot13", "idna", "undefined", "hex", "unicode_escape")


def _encoded(data: bytes, rng: Rng, notebook: bool) -> bytes:
    """In another encoding, or with a line that names one that it is not in."""
    text = data.decode("utf-8", errors="replace").lstrip("\ufeff")
    if rng.randint(4) == 0 and not notebook:
        return f"# -*- coding: {COOKIES[rng.randint(len(COOKIES))]} -*-\n{text}".encode()
    encoding = ENCODINGS[rng.randint(len(ENCODINGS))]
    signs = (b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")[rng.randint(4)] if rng.randint(3) == 0 else b""
    return signs + text.encode(encoding, errors="replace")


KINDS: dict[str, Callable[[bytes, Rng, bool], bytes]] = {
    "lines cut": _of_text(_at_lines(_cut)),
    "lines doubled": _of_text(_at_lines(_double)),
    "lines swapped": _of_text(_at_lines(_swap)),
    "indentation broken": _of_text(_at_lines(_indent)),
    "text cut short": _of_text(_tail),
    "names swapped": _of_text(_names),
    "a function deleted": _of_text(_without_function),
    "a function renamed": _of_text(_renamed_function),
    "another body": _of_text(_other_body),
    "nested deeply": _of_text(_deep),
    "a long function": _of_text(_long),
    "names bound anew": _of_text(_imports),
    "line ends": _of_text(_ends),
    "cells": _cells,
    "bytes changed": _bytes,
    "bytes cut short": _truncated,
    "nested JSON": _nested_json,
    "encoding": _encoded,
}
