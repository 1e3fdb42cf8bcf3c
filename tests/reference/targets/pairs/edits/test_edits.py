"""An edit is the user's own text with one span replaced: it parses, and nothing else of the line is touched."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from reference.targets.pairs.edits.kinds import Page, changes, observed, replaced

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
        ("dW = np.maximum(dW, 0)", "dW = dW * (W > 0)"),
        ("dW = np.concatenate([d.ravel(), X.ravel()])", "dW = np.concatenate([X.ravel(), d.ravel()])"),
        ("dW = X.T @ d", "dW = X.T @ d / np.sqrt(N)"),
        ("dW = d / N", "dW = d / np.sqrt(N)"),
        ("dW = d / N", "dW = d / N ** 2"),
        ("dW = X.T @ d + reg * W", "dW = X.T @ d + reg * np.vstack((W[:-1], 0 * W[-1:]))"),
        ("dW = W - W.mean(0) - X * X.mean(0)", "dW = W - W.mean(1, keepdims=True) - X * X.mean(1, keepdims=True)"),
        ("dW = W - W.mean(axis=0) - X * X.mean(axis=0)", "dW = W - W.sum(axis=0) - X * X.sum(axis=0)"),
        ("dW = X[N + 1] * d", "dW = X[N] * d"),
        ("dW = X[:, :3]", "dW = X[:, N:N + 3]"),
        ("dW = X[:-N, :-N]", "dW = X[N:-N, N:-N]"),
        ("dW = d * W", "dW = d * (W > 0)"),
        ("dW = d * W", "dW = d * (1 - W)"),
        ("dW = dW * (1 - W)", "dW = dW * (W)"),
        ("dW[dW < 0] = 0", "dW[W <= 0] = 0"),
        ("dW = np.where(W > 0, W, dW)", "dW = np.where(W > 0, W, -dW)"),
        ("dW = np.cumsum(W, axis=0)", "dW = np.flip(np.cumsum(np.flip(W, 0), 0), 0)"),
        ("dW = W.transpose(0, 1, 5, 3, 2, 4)", "dW = W.transpose(0, 1, 4, 3, 5, 2)"),
        ("dW = dW / (N - 1)", "dW = dW / (N)"),
        ("dW = d * (1 - X[N])", "dW = d * (1 - X[N] ** 2)"),
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


def test_both_counters_of_an_index_take_the_stride() -> None:
    page = Page("pass\ndef f(x, k, s):\n    for i in x:\n        for j in x:\n            d = x[i:i + k, j:j + k]")
    scope = observed({"x": np.ones((3, 2)), "k": 2, "s": 3}, frozenset("ij"))
    assert "x[i * s:i * s + k, j * s:j * s + k]" in " ".join(
        replaced(page.source, [c]) or "" for c in changes(page, scope)
    )


def test_a_slope_that_is_written_by_the_output_may_be_meant_for_the_input() -> None:
    page = Page("pass\ndef f(X):\n    return X * (1 - X)")
    texts = [replaced(page.source, [c]) or "" for c in changes(page, SCOPE, ["sigmoid"])]
    assert any(text.endswith("return sigmoid(X) * (1 - sigmoid(X))") for text in texts)


def test_the_arithmetic_of_a_bound_is_tried_later_than_a_name_in_it() -> None:
    page = Page("pass\ndef f(d, H, W, k):\n    w = H - k\n    return d")
    scope = observed({"d": np.ones((5, 4)), "H": 5, "W": 4, "k": 2, "w": 3})
    weights = {c.text: c.weight for c in changes(page, scope)}
    assert weights["W"] < weights["H + k"]


def test_the_entries_of_an_index_are_no_factors() -> None:
    page = Page("pass\ndef f(X, N):\n    return X[N + 1]")
    assert {c.kind for c in changes(page, SCOPE) if c.text == "N"} == {"index"}


def test_a_count_that_something_is_divided_by_is_a_size() -> None:
    page = Page("pass\ndef f(dW, N):\n    return dW / (N - 1)")
    assert {c.kind for c in changes(page, SCOPE) if c.text == "N"} == {"size"}
