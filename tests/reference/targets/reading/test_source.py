"""Reading a stranger's file: encodings, line ends, magics, notebooks; and no line is ever moved."""

from __future__ import annotations

import codecs
import json

import pytest

from reference.targets.reading import source
from reference.targets.reading.source import Cell, SourceError, filename, place, read
from tests.folding import each

CODE = "import numpy as np\n\n\ndef relu(x):\n    return np.maximum(0, x)\n"


def py(tmp_path, data, name="a.py"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read(path)


def text_of(tmp_path, data):
    ((number, text, _),) = py(tmp_path, data)
    assert number is None
    return text


def notebook(tmp_path, whole, name="a.ipynb"):
    path = tmp_path / name
    path.write_bytes(whole if isinstance(whole, bytes) else json.dumps(whole).encode())
    return read(path)


def format4(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 2}


def code(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def words(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


# --- encodings -----------------------------------------------------------------------------------------------


@each(
    ("encoding", "comment"),
    [
        ("utf-8", "激活函数 ümlaut λ"),
        ("utf-8-sig", "激活函数 ümlaut λ"),
        ("utf-16", "激活函数 ümlaut λ"),
        ("gb18030", "激活函数与反向传播"),
        ("latin-1", "función de activación"),
    ],
)
def test_a_file_that_does_not_say_its_encoding_is_read(tmp_path, encoding, comment):
    text = text_of(tmp_path, f"# {comment}\n{CODE}".encode(encoding))
    assert text.split("\n")[1:] == CODE.split("\n")
    if encoding != "latin-1":  # which nothing tells from gb18030 but for luck
        assert text.startswith(f"# {comment}\n")


@each(
    ("cookie", "encoding"),
    [
        ("# -*- coding: gbk -*-", "gbk"),
        ("# coding=latin-1", "latin-1"),
        ("# vim: set fileencoding=cp1251 :", "cp1251"),
        ("#!/usr/bin/env python\n# -*- coding: euc-kr -*-", "euc-kr"),
        ("# -*- coding: utf8 -*-", "utf-8"),
    ],
)
def test_a_cookie_is_believed(tmp_path, cookie, encoding):
    comment = {"gbk": "函数", "latin-1": "é", "cp1251": "функция", "euc-kr": "함수", "utf-8": "λ"}[encoding]
    text = f"{cookie}\n# {comment}\n{CODE}"
    assert text_of(tmp_path, text.encode(encoding)) == text


@each("cookie", ["# coding: nonsense", "# coding: utf-8", "# -*- coding: ascii -*-", "# coding: hex"])
def test_a_cookie_that_lies_does_not_stop_the_reading(tmp_path, cookie):
    data = f"{cookie}\n# é à\n{CODE}".encode("latin-1")
    assert text_of(tmp_path, data).split("\n")[2:] == CODE.split("\n")


@each("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_mark_of_either_order(tmp_path, encoding):
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    assert text_of(tmp_path, mark + CODE.encode(encoding)) == CODE


def test_a_mark_and_a_cookie_that_disagree(tmp_path):
    text = text_of(tmp_path, codecs.BOM_UTF8 + f"# coding: latin-1\n# λ\n{CODE}".encode())
    assert text == f"# coding: latin-1\n# λ\n{CODE}"


def test_marks_in_a_row_are_no_code(tmp_path):
    assert text_of(tmp_path, codecs.BOM_UTF8 * 2 + CODE.encode()) == CODE


@each("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_kind(tmp_path, end):
    assert text_of(tmp_path, CODE.replace("\n", end).encode()) == CODE


def test_mixed_line_ends_are_counted_as_python_counts_them(tmp_path):
    assert text_of(tmp_path, b"a = 1\r\nb = 2\rc = 3\nd = 4") == "a = 1\nb = 2\nc = 3\nd = 4"


@each("byte", [b"\x00", b"\x0c"])
def test_bytes_that_would_end_the_source(tmp_path, byte):
    compile(text_of(tmp_path, b"a = 1" + byte + b"\n" + byte + b"\n" + CODE.encode()), "a.py", "exec")


@each("data", [b"", b"\n", b"   ", b"\xff", b"\xfe\xff", bytes(range(256))])
def test_any_bytes_at_all_are_read(tmp_path, data):
    assert isinstance(text_of(tmp_path, data), str)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="cannot read"):
        read(tmp_path / "none.py")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SourceError, match="cannot read"):
        read(tmp_path)


@each("name", ["a.py", "a.ipynb"])
def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch, name):
    monkeypatch.setattr(source, "LARGEST", 2**20)
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(2**20 + 1)
    with pytest.raises(SourceError, match="larger than 1 MiB"):
        read(path)


# --- magics --------------------------------------------------------------------------------------------------


@each(
    "line",
    [
        "%matplotlib inline",
        "%load_ext autoreload",
        "!pip install numpy",
        "  !ls -la",
        "?np.dot",
        "np.dot?",
        "np.dot??",
        "files = !ls",
        "a, b = !ls",
        "result = %timeit -o f()",
        "%time y = relu(x)",
        "!!ls",
        "%%time",
    ],
)
def test_a_magic_line_is_nothing_and_its_line_stays(tmp_path, line):
    text = text_of(tmp_path, f"x = 1\n{line}\n{CODE}")
    assert text.split("\n")[2:] == CODE.split("\n")
    assert text.split("\n")[1].strip() == "pass"


def test_a_magic_in_a_block_leaves_the_block_whole(tmp_path):
    compile(text_of(tmp_path, "if True:\n    %matplotlib inline\nelse:\n    !ls\n"), "a.py", "exec")


@each(
    "lines",
    [
        '"""\n%matplotlib inline\n!ls\nhelp?\n"""',
        "'''\n% of all examples\n'''",
        'def f():\n    """What is this?\n    % (a)\n    """\n    return 1',
        "a = 3\na %= 2",
        "a = 5 % 2 != 1",
        "s = 'x = %d' % 3",
        "what = '?'",
        "ok = 1 # really?",
    ],
)
def test_what_only_looks_like_a_magic_stays(tmp_path, lines):
    assert text_of(tmp_path, lines + "\n") == lines + "\n"


@each(
    "lines",
    [
        'print("Cost after iteration %i: %f"\n      % (i, cost))',
        'def f(i):\n    print(\n        "%d"\n        % i\n    )\n    return i',
        "r = (7\n     % 4)",
        "r = 7 \\\n    % 4",
        "d = {\n    'a': 7\n    % 4,\n}",
    ],
)
def test_a_percent_sign_that_continues_an_expression_is_no_magic(tmp_path, lines):
    assert text_of(tmp_path, lines + "\n") == lines + "\n"


def test_a_percent_sign_that_continues_an_expression_is_no_magic_in_a_notebook(tmp_path):
    lines = 'def f(i):\n    print("%d"\n          % i)\n    return i'
    assert notebook(tmp_path, format4(code(lines))) == [Cell(1, lines)]


@each("language", ["%%bash", "%%html", "%%javascript", "%%writefile a.py", "%%latex", "%%R", "%%!"])
def test_a_cell_in_another_language_is_empty_and_as_long(tmp_path, language):
    cells = notebook(tmp_path, format4(code(f"{language}\nls -la\nwc *"), code(CODE)))
    assert cells == [Cell(1, "\n\n"), Cell(2, CODE)]


@each("magic", ["%%time", "%%timeit -n 1", "%%capture out", "%%prun", "%%python3", "%%verify --seed 3"])
def test_a_cell_under_a_magic_of_python_is_read(tmp_path, magic):
    ((_, text, _),) = notebook(tmp_path, format4(code(f"{magic}\n{CODE}")))
    assert text.split("\n") == ["pass", *CODE.split("\n")]


def test_a_cell_magic_after_blank_lines(tmp_path):
    assert notebook(tmp_path, format4(code("\n\n%%bash\nls"))) == [Cell(1, "\n\n\n")]


# --- notebooks -----------------------------------------------------------------------------------------------


def test_cells_are_counted_with_the_text_ones(tmp_path):
    whole = format4(words("# Title"), code("a = 1"), words("text"), code("b = 2"))
    assert notebook(tmp_path, whole) == [Cell(2, "a = 1"), Cell(4, "b = 2")]


def test_a_source_may_be_a_list_of_lines_or_a_string(tmp_path):
    whole = format4(code(CODE), code(CODE.splitlines(keepends=True)))
    assert notebook(tmp_path, whole) == [Cell(1, CODE), Cell(2, CODE)]


def test_windows_line_ends_in_a_notebook(tmp_path):
    whole = format4(code("a = 1\r\nb = 2\r\n"), code(["a = 1\r\n", "b = 2"]))
    assert notebook(tmp_path, whole) == [Cell(1, "a = 1\nb = 2\n"), Cell(2, "a = 1\nb = 2")]


def test_format_3(tmp_path):
    cells = [
        {"cell_type": "heading", "level": 1, "source": "Title", "metadata": {}},
        {"cell_type": "code", "input": ["a = 1\n", "b = 2"], "language": "python", "outputs": [], "collapsed": False},
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        {"cell_type": "code", "input": CODE, "language": "python", "outputs": [], "metadata": {}},
    ]
    whole = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    assert notebook(tmp_path, whole) == [Cell(2, "a = 1\nb = 2"), Cell(4, CODE)]


def test_a_notebook_by_the_letter_invalid_is_read_all_the_same(tmp_path):
    whole = {"cells": [{"cell_type": "code", "source": CODE}, {"cell_type": "code"}, {"source": "x"}, 3]}
    assert notebook(tmp_path, whole) == [Cell(1, CODE), Cell(2, "")]


def test_a_notebook_without_format_numbers_that_has_worksheets(tmp_path):
    whole = {"worksheets": [{"cells": [{"cell_type": "code", "input": [CODE]}]}]}
    assert notebook(tmp_path, whole) == [Cell(1, CODE)]


@each("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_notebooks_in_other_encodings(tmp_path, encoding):
    whole = json.dumps(format4(code("# 激活函数与反向传播\na = 1")), ensure_ascii=False).encode(encoding)
    assert notebook(tmp_path, whole) == [Cell(1, "# 激活函数与反向传播\na = 1")]


def test_a_notebook_named_in_capitals(tmp_path):
    assert notebook(tmp_path, format4(code("a = 1")), name="A.IPYNB") == [Cell(1, "a = 1")]


def test_a_notebook_of_no_cells(tmp_path):
    assert notebook(tmp_path, format4()) == []


@each(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"3",
        b'"cells"',
        b"{}",
        b'{"cells": 3}',
        b'{"cells": null}',
        b'{"worksheets": [3]}',
        b"<!DOCTYPE html><html></html>",
        b"\x89PNG\r\n\x1a\n",
        b"[" * 100_000,
        json.dumps(format4(code(CODE))).encode()[:-20],
    ],
)
def test_what_is_no_notebook_is_said_in_one_line(tmp_path, data):
    with pytest.raises(SourceError, match="is not a notebook") as raised:
        notebook(tmp_path, data)
    assert "\n" not in str(raised.value)


# --- places --------------------------------------------------------------------------------------------------


@each("name", ["a.py", "a b.ipynb", "c#cell.py", "#cell3", "x#cell9.ipynb"])
@each("number", [None, 1, 27])
def test_a_place_is_told_from_its_name(tmp_path, name, number):
    path = tmp_path / name
    if number is None and name == "#cell3":
        return  # no such suffix is read
    assert place(filename(path, number)) == (str(path), number)


@each(
    ("line", "before", "after"),
    [
        ("a = 1", None, None),
        ('"""', None, '"""'),
        ('"""', '"""', None),
        ("'''", '"""', '"""'),
        ('"""a""" + """', None, '"""'),
        ("# don't", None, None),
        ('\'#\' + """', None, '"""'),
        (r"'\'' + '''", None, "'''"),
        ("x = 'open", None, None),
        (r"r'\\' '''", None, "'''"),
        ('""', None, None),
        ('end""" # """', '"""', None),
    ],
)
def test_open_quotes_at_the_end_of_a_line(tmp_path, line, before, after):
    """A magic on the next line is one only outside a string."""
    head = [f"{before}"] if before else []
    tail = [f"{after}"] if after else []
    text = text_of(tmp_path, "\n".join(["%first", *head, line, "%next", *tail, "%last", ""])).split("\n")
    assert text[0] == "pass"
    assert text[1 + len(head) + 1] == ("%next" if after else "pass")
    assert text[-2] == "pass"
