"""Lines without a function become one, and every line stays where it stood."""

from __future__ import annotations

from reference.targets.reading.scripts import lifted
from reference.targets.reading.source import Cell

SCRIPT = """import numpy as np

X = np.array([[0.0, 1.0], [1.0, 0.0]])
y = np.array([[1.0], [0.0]])

W = np.zeros((2, 1))
for step in range(9):
    error = X @ W - y
    W -= 0.1 * X.T @ error
print(W)
"""


def test_from_the_weights_to_the_end_of_the_loop():
    (cell,), (one,) = lifted([Cell(None, SCRIPT)])
    assert (one.first, one.last, one.arguments) == (6, 9, ("X", "y"))
    lines, before = cell.text.split("\n"), SCRIPT.split("\n")
    assert lines[4] == "def script(X, y):"
    assert len(lines) == len(before)
    assert [line.strip() for line in lines[5:9]] == [line.strip() for line in before[5:9]]


def test_what_trains_nothing_is_left_as_it_is():
    text = SCRIPT.replace("    W -= 0.1 * X.T @ error\n", "    print(error)\n")
    assert lifted([Cell(None, text)]) == ([Cell(None, text)], [])


def test_weights_that_are_set_elsewhere_are_not_guessed():
    text = SCRIPT.replace("W = np.zeros((2, 1))", "W = load('weights.npy')")
    assert lifted([Cell(None, text)])[1] == []
