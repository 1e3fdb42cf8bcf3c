"""Pairs in pytest's tree: an item for each gradient, known by one trial when it is collected, and red alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reference.pairs import judge

pytest_plugins = "pytester"

CACHE = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
LAYERS = '''
import numpy as np


def affine_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = 2 * x.T @ dout
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    """x: (N, D)"""
    return np.maximum(0, x), x


def relu_backward(dout, x):
    dx = dout * (x > 0)
    return dx
'''
ITEMS = [f"layers.py::{name}" for name in (
    "affine_backward::dx", "affine_backward::dw", "affine_backward::db", "affine_backward::*",
    "relu_backward::dx", "relu_backward::*",
)]  # fmt: skip


@pytest.fixture(autouse=True)
def _project(pytester, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(CACHE))
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "layers.py").write_text(LAYERS, encoding="utf-8")


def go(pytester, *arguments):
    return pytester.runpytest_inprocess("-p", "no:benchmark", "-p", "no:xdist", *arguments)


def ids(result):
    return [line for line in result.outlines if "::" in line]


def test_each_gradient_of_a_pair_is_an_item_and_nothing_is_judged_for_that(pytester, monkeypatch):
    monkeypatch.setattr(judge, "judge_reading", None)
    result = go(pytester, "--manual-backprop", "layers.py", "--collect-only", "-q")
    assert ids(result) == ITEMS


def test_a_wrong_gradient_is_red_alone_at_its_line(pytester):
    result = go(pytester, "--manual-backprop", "layers.py", "-q", "-rA")
    outcomes = {line.split()[1]: line.split()[0] for line in result.outlines if line.startswith(("PASSED", "FAILED"))}
    assert outcomes == {item: "FAILED" if item == ITEMS[1] else "PASSED" for item in ITEMS}
    assert "layers.py, line 13" in result.stdout.str()


def test_a_pair_that_nothing_feeds_is_one_item(pytester):
    text = LAYERS.replace("return np.maximum(0, x), x", "raise OSError('no file')")
    (pytester.path / "layers.py").write_text(text, encoding="utf-8")
    result = go(pytester, "--manual-backprop", "layers.py", "--collect-only", "-q")
    assert "layers.py::relu_backward" in ids(result)


def test_a_pair_that_the_table_requires_may_be_named_with_its_gradient(pytester):
    table = '[tool.manual-backprop]\nrequire = ["affine_backward::dw", "affine_backward::dq"]\n'
    (pytester.path / "pyproject.toml").write_text(table, encoding="utf-8")
    result = go(pytester, "--manual-backprop", "layers.py", "--collect-only", "-q")
    assert [item for item in ids(result) if item.startswith("required")] == ["required::affine_backward::dq"]
