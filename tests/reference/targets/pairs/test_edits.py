"""An edit is the user's own text with one span replaced: it parses, and nothing else of the line is touched."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from reference.targets.pairs.edits import Page, changes, observed, replaced

SCOPE = observed(
    {"dW": np.ones((3, 2)), "W": np.ones((3, 2)), "X": np.ones((4, 3)), "d": np.ones((4, 2)), "N": 4, "reg": 0.3}
)


def edited(body: str) -> list[str]:
    page = Page(f"pass\ndef f(X, W, d, N, reg):\n    {body}")
    found = []
    for change in changes(page, SCOPE):
        source = replaced(page.source, [change])
        assert source is not None
        ast.parse(source)
        found.append(source.split("\n", 2)[2].strip())
    return found


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("dW /= N + reg * W", "dW = dW / N + reg * W"),
        ("dW += reg * W", "dW += 2 * reg * W"),
        ("dW += reg*W", "dW -= reg*W"),
        ("dW = X.T.dot(d)", "dW = X.T.dot(d) / N"),
        ("dW = X.T @ d", "dW = -X.T @ d"),
        ("dW = d @ X.T", "dW = X.T @ d"),
        ("dW[X] += d", "np.add.at(dW, X, d)"),
        ("dW = d", "dW += d"),
        ("db = np.sum(d, axis=0)", "db = np.sum(d, axis=1)"),
        ("db = np.sum(d, axis=0)", "db = np.sum(d, axis=0, keepdims=True)"),
        ("db = np.mean( d, axis=0)", "db = np.sum( d, axis=0)"),
        ("dW = d * (X > 0)", "dW = d * (X >= 0)"),
        ("dW = d * (1 - W)", "dW = d * (1 - W ** 2)"),
        ("dW = (X + d) / N", "dW = X + d / N"),
        ("dW = X + d / N", "dW = (X + d) / N"),
        ("return dW, d", "return d, dW"),
        ("dW = W ** 3", "dW = W ** 2"),
        ("dW = np.maximum(W, 0)", "dW = np.minimum(W, 0)"),
    ],
)
def test_the_dictionary_has_the_edit(wrong: str, right: str) -> None:
    assert right in edited(wrong)


def test_columns_are_counted_in_characters() -> None:
    assert "dW = 'ä∂' and X.T @ d" in edited("dW = 'ä∂' and d @ X.T")


def test_what_lies_around_the_span_stays_as_it_is() -> None:
    body = "dW  =  X.T.dot( d )   # the user's own spacing"
    assert "dW  =  X.T.dot( d ) / N   # the user's own spacing" in edited(body)


def test_edits_of_two_places_go_together_and_edits_of_one_place_do_not() -> None:
    page = Page("pass\ndef f(a, b):\n    c = a * 2\n    return c > b")
    every = changes(page, observed({"a": 1.0, "b": 2.0, "c": 2.0}))
    whole = next(c for c in every if c.text == "a / 2")
    part = next(c for c in every if c.text == "0.5" and c.kind == "constant")
    other = next(c for c in every if c.text == "c >= b")
    assert replaced(page.source, [whole, part]) is None
    assert (replaced(page.source, [part, other]) or "").endswith("c = a * 0.5\n    return c >= b")


def test_an_index_takes_no_factor() -> None:
    assert not any("[2 * " in line for line in edited("dW = X[N] + d"))
