"""Where a function sets a quantity, told by its source."""

from __future__ import annotations

import linecache

from reference.targets.reading.assigned import assigned
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
