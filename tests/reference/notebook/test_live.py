"""Each is judged as it lives: the same cells as text alone get the other verdict."""

from __future__ import annotations

import textwrap
from pathlib import Path

import nbformat
import pytest

from tests.folding import each
from tests.reference.notebook.shell import Shell, judged

PAIR = """
def bend(z):
    return np.tanh({a} * z)

def bend_backward(dout, z):
    return dout * {b} * (1 - np.tanh({a} * z) ** 2)
"""
MADE = f"def make(a, b):{textwrap.indent(PAIR.format(a='a', b='b'), '    ')}    return bend, bend_backward"
CLASS = """
class Tanh:
    gain = 2.0
    def forward(self, x):
        self.y = np.tanh(self.gain * x)
        return self.y
    def backward(self, dout):
        return dout * 2.0 * (1 - self.y ** 2)
"""
DECORATED = """
def times(k):
    def around(f):
        def inner(dout, z):
            return k * f(dout, z)
        return inner
    return around
"""
ARRAY = """
K = np.array([1.0, 2.0, 4.0])
def bend(z):
    return np.tanh(z) * K.sum()
def bend_backward(dout, z):
    return dout * TOTAL * (1 - np.tanh(z) ** 2)
"""

LIVES = {  # cells, and the verdict on what lives; that on their text alone is another
    "a global that a later cell computes": (["B = 2.0", PAIR.format(a=2.0, b="B"), "B = sum([3.0])"], "fail"),
    "the same, right": (["B = 3.0", PAIR.format(a=2.0, b="B"), "B = sum([2.0])"], "pass"),
    "closures of a factory": ([MADE, "bend, bend_backward = make(2.0, 3.0)"], "fail"),
    "the same, right ": ([MADE, "bend, bend_backward = make(2.0, 2.0)"], "pass"),
    "a function that was decorated": (
        [DECORATED, PAIR.format(a=2.0, b=2.0), "bend_backward = times(2.0)(bend_backward)"], "fail",
    ),
    "a class that a later cell changes": ([CLASS, "Tanh.gain = 3.0"], "fail"),
    "a deleted function": ([PAIR.format(a=2.0, b=3.0), "del bend_backward"], "inconclusive"),
    "an array, and what is computed of it": ([ARRAY, "TOTAL = float(K.sum())"], "pass"),
}  # fmt: skip


def both(cells: list[str], folder: Path) -> tuple[str, str]:
    """The verdicts on what lives, and on the text alone."""
    cells = ["import numpy as np", *cells]
    live = judged(Shell().run(*cells).kernel(), folder / "notebook")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "text.ipynb")
    return live.verdict, judged(None, folder / "text.ipynb").verdict


def test_a_changed_global_is_judged_as_it_is_now(tmp_path: Path) -> None:
    name = "a global that a later cell computes"
    live, text = both(LIVES[name][0], tmp_path)
    assert (live, text) == ("fail", "pass")


@pytest.mark.slow
@each("name", LIVES)
def test_what_lives_is_judged_and_not_its_text(name: str, tmp_path: Path) -> None:
    cells, verdict = LIVES[name]
    live, text = both(cells, tmp_path)
    assert live == verdict, name
    assert text != verdict, name


@pytest.mark.slow
def test_the_line_and_the_repair_are_found_in_the_cell(tmp_path: Path) -> None:
    source = PAIR.format(a="k", b="1.0").replace("z):", "z, k):")
    found = judged(Shell().run("import numpy as np", source).kernel(), tmp_path / "notebook")
    (finding,) = [finding for row in found.checks for finding in row.findings]
    assert finding.location is not None
    assert (finding.location.cell, finding.location.line) == (2, 6)
    assert finding.suggestion is not None
