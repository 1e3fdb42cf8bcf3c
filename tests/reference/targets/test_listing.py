"""Folders and patterns: which files they stand for, in which order, and what of them is nobody's business."""

from __future__ import annotations

import os

from reference.interface.entry import Implementation, NotJudged
from reference.targets.listing import Listed, Unlisted, holds_nothing, listed, mentions_ours
from tests.folding import each

KEPT = ("b.py", "a.ipynb", "sub/c.md", "sub/deep/d.py", "name with blank.py")
LEFT = (
    ".hidden.py", ".git/x.py", ".venv/x.py", "venv/x.py", "env2/pyvenv.cfg", "env2/x.py", "node_modules/x.py",
    "__pycache__/x.py", "sub/.ipynb_checkpoints/c.ipynb", "build/x.py", "data.csv", "x.pyc", "notes.txt",
)  # fmt: skip


def folder(tmp_path, monkeypatch):
    for name in (*KEPT, *LEFT):
        (tmp_path / "hw" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "hw" / name).write_text("x = 1\n")
    (tmp_path / "hw" / "folder.py").mkdir()
    os.mkfifo(tmp_path / "hw" / "pipe.py")
    os.symlink("loop.py", tmp_path / "hw" / "loop.py")
    os.symlink("..", tmp_path / "hw" / "sub" / "up")
    monkeypatch.chdir(tmp_path)


def names(*given):
    return [target.name for target in listed(given)]


@each("given", ["hw", "hw/", "./hw"])
def test_a_folder_is_every_file_below_it_that_may_be_a_target(tmp_path, monkeypatch, given):
    folder(tmp_path, monkeypatch)
    assert names(given) == [f"hw/{name}" for name in ("a.ipynb", "b.py", "name with blank.py", "sub/c.md",
                                                      "sub/deep/d.py")]  # fmt: skip
    assert all(isinstance(target, Listed) and target.found == given for target in listed([given]))


def test_here_is_a_folder(tmp_path, monkeypatch):
    folder(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path / "hw")
    assert names(".")[:2] == ["a.ipynb", "b.py"]


def test_a_pattern_is_what_it_matches_in_order(tmp_path, monkeypatch):
    folder(tmp_path, monkeypatch)
    assert names("hw/**/*.py") == ["hw/b.py", "hw/name with blank.py", "hw/sub/deep/d.py"]
    assert names("hw/*") == ["hw/a.ipynb", "hw/b.py", "hw/name with blank.py"]
    assert names("hw/?.py::f") == ["hw/b.py::f"]


def test_a_name_that_is_no_folder_and_no_pattern_stays(tmp_path, monkeypatch):
    folder(tmp_path, monkeypatch)
    given = ("hw/b.py", "jax", "module:f", "gone.py", "hw/b.py::f", "hw/b.py")
    assert listed(given) == [Listed(name) for name in given]


def test_what_was_named_is_not_found_again(tmp_path, monkeypatch):
    folder(tmp_path, monkeypatch)
    assert listed(("hw", "hw/b.py", "hw/*.py")).count(Listed("hw/b.py")) == 1
    assert names("hw", "hw/b.py", "hw/*.py").count("hw/b.py") == 1


@each("given", ["nowhere/*.py", "hw/*.cpp", "hw/*.txt"])
def test_a_pattern_that_matches_nothing_says_so_and_costs_itself(tmp_path, monkeypatch, given):
    folder(tmp_path, monkeypatch)
    first, second = listed((given, "hw/b.py"))
    assert isinstance(first, Unlisted)
    assert given in str(first.error)
    assert second == Listed("hw/b.py")


def test_a_file_that_is_named_like_a_pattern_is_that_file(tmp_path, monkeypatch):
    (tmp_path / "net[1].py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert listed(["net[1].py"]) == [Listed("net[1].py")]


# --- what holds nothing -------------------------------------------------------------------------------------


@each("text, ours", [("print('hello')", False), ("def area(r): return r", False), ("def backprop(x): pass", True),
                     ("dW1 = 1", True), ("def f(): return loss", True)])  # fmt: skip
def test_a_file_of_other_things_is_known_by_its_words(tmp_path, text, ours):
    (tmp_path / "a.py").write_text(text)
    assert mentions_ours(str(tmp_path / "a.py")) is ours


def test_what_cannot_be_read_is_not_passed_over(tmp_path):
    assert mentions_ours(str(tmp_path / "gone.py"))


EMPTY = Implementation("a.py", ())


@each(
    "name, text, implementation, nothing",
    [
        ("a.py", "def plot(loss): pass", EMPTY, True),
        ("a.py", "grads = net.backward()", EMPTY, True),
        ("a.py", "dW = X.T.dot(delta)", EMPTY, False),
        ("a.py", "delta2 = error @ W2", EMPTY, False),
        ("test_a.py", "dW = X.T.dot(delta)", EMPTY, True),
        ("a.py", "", EMPTY._replace(notes=(NotJudged("backward", "why"),)), False),
        ("a.py", "", EMPTY._replace(lost="cannot be loaded"), False),
    ],
)
def test_what_looks_like_a_backward_pass_is_not_passed_over(tmp_path, name, text, implementation, nothing):
    (tmp_path / name).write_text(text)
    assert holds_nothing(str(tmp_path / name), implementation) is nothing
