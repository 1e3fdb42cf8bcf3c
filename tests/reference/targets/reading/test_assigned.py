"""Where a function sets a quantity, told by its source."""

from __future__ import annotations

import linecache

from reference.targets.reading.assigned import assigned, count_of_turns
from tests.folding import each


def defined(text):
    names = {}
    linecache.cache["<told>"] = (len(text), None, text.splitlines(keepends=True), "<told>")
    exec(compile(text, "<told>", "exec"), names)
    return names["f"]


@each(
    ("body", "line"),
    [
        ("    W1 = 1\n    W2 = 2", 2),
        ("    p = {}\n    p['W1'] = 1", 3),
        ("    p = {}\n    for l in (1, 2):\n        p['W' + str(l)] = 1", 4),
        ("    p = {}\n    for l in (1, 2):\n        p[f'W{l}'] -= 1", 4),
        ("    p = {}\n    p['W%d' % 1] = 1", 3),
        ("    p = {}\n    p['W{}'.format(1)] = 1", 3),
        ("    b1, W1 = 1, 2", 2),
        ("    return {'b1': 1,\n            'W1': 2}", 3),
        ("    return {f'W{l}': 2 for l in (1, 2)}", 2),
        ("    W1 = 0\n    W1 = 1", 3),
        ("    W1 = 0\n    return {'W1': W1}", 2),
        ("    w = 0\n    return {'W1': w}", 2),
        ("    a = b\n    b = a\n    return {'W1': a}", 3),
        ("    p = {}\n    for l in (1, 2):\n        key = 'W' + str(l)\n        p[key] -= 1", 5),
        ("    p = {}\n    for kind in 'Wb':\n        p[kind + str(1)] = 1", 4),
        ("    p = {}\n    for kind in ('W', 'b'):\n        p[f'{kind}1'] = 1", 4),
        ("    return 3", None),
        ("    p = {}\n    p['b1'] = 1", None),
    ],
)
def test_the_line_that_sets_a_weight(body, line):
    assert assigned(defined(f"def f():\n{body}\n"), "W1") == line


def test_a_function_without_source_sets_nothing():
    names = {}
    exec("def f(): W1 = 1", names)
    assert assigned(names["f"], "W1") is None


def test_an_entry_is_told_from_a_variable_of_its_name():
    f = defined("def f(p):\n    W1 = p['W1']\n    return {\n        'W1': W1 * 2}\n")
    assert assigned(f, "W1") == assigned(f, "W1", entry=True) == 4
    assert assigned(defined("def f(p):\n    W1 = p['W1']\n    return W1 * 2\n"), "W1", entry=True) is None


@each(
    ("body", "line"),
    [
        ("    for k in range(math.floor(m / s)):\n        pass", 2),
        ("    n = m // s\n    for k in range(n):\n        pass", 2),
        ("    complete = m // s\n    for k in range(complete):\n        pass", None),
        ("    return [k for k in range(m // s)]", 2),
        ("    for k in range(m):\n        for l in range(s):\n            pass", None),
        ("    return m", None),
    ],
)
def test_where_the_only_loop_is_told_its_turns(body, line):
    assert count_of_turns(defined(f"def f(m, s):\n{body}\n")) == line
