"""A template is one: finished code in which a name is None first is not."""

from __future__ import annotations

import linecache
import textwrap

from reference.targets.process.exceptions import described
from reference.targets.reading.unfinished import unfinished
from tests.folding import each

FINISHED = {
    "None first": "out = None\nout = x + 1\nreturn out",
    "two at once": "dx, cache = None, x\ndx = cache * 2\nreturn dx",
    "in a loop": "h = None\nfor one in x:\n    out, h = step(one, h)\nreturn h",
    "in one of two branches": "if x:\n    D = x\nelse:\n    D = None\nreturn D",
    "never used": "cache = None\nreturn x",
    "a union with None": "size: int | None = x\nfound = isinstance(size, int | None)\nreturn found",
    "an entry that is set": "g = {}\ng['dW'] = None\ng['dW'] = x\nreturn g",
}
BLANK = {
    "the only value": ("out = None\nreturn out", 2),
    "the last value": ("out = x\nout = None\nreturn out", 3),
    "read before it is set": ("D = None\nD = D < x\nreturn D", 2),
    "in every branch": ("if x:\n    D = None\nelse:\n    D = None\nreturn D", 5),
    "in arithmetic": ("d = x + None\nreturn d", 2),
    "taken apart": ("a, b = None\nreturn a", 2),
    "looped over": ("for l in None:\n    x = l\nreturn x", 2),
    "an entry": ("g = {}\ng['dW'] = None\nreturn g", 3),
    "an entry of a loop": ("A = x\nfor l in range(3):\n    B = A\n    A = None\nreturn A", 5),
    "no body": ("pass", 2),
    "an exception": ("raise NotImplementedError", 2),
}


def line_of(body):
    name = f"<unfinished {len(linecache.cache)}>"
    source = "def f(x):\n" + textwrap.indent(body, "    ")
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names = {}
    exec(compile(source, name, "exec"), names)
    return unfinished(names["f"])


@each("name", FINISHED)
def test_what_takes_its_value_further_down_is_finished(name):
    assert line_of(FINISHED[name]) is None


@each("name", BLANK)
def test_what_is_still_missing_is_found_with_its_line(name):
    body, line = BLANK[name]
    assert line_of(body) == line


def test_a_key_that_is_not_given_is_no_template(tmp_path):
    path = tmp_path / "a.py"

    def told(error):
        names = {"error": error}
        exec(compile("def f():\n    raise error", str(path), "exec"), names)
        try:
            names["f"]()
        except Exception as raised:
            return described(raised, path, {}, {"f": 2})["template"]

    assert not told(KeyError("p"))
    assert told(TypeError("NoneType"))
    assert told(KeyError(None))
    assert told(NotImplementedError())
