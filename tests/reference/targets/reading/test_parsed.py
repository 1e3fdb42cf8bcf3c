"""A function's syntax tree is read once, and is that of its own source."""

from __future__ import annotations

import ast
import functools
import linecache

import pytest

from reference.targets.reading import parsed as room
from reference.targets.reading.parsed import definition, parsed


def defined(text, file="<parsed>"):
    names = {}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names["f"]


@pytest.fixture
def read(monkeypatch):
    """What was read."""
    found, reading = [], room._read
    monkeypatch.setattr(room, "TREES", {})
    monkeypatch.setattr(room, "_read", lambda call: found.append(call) or reading(call))
    return found


def test_it_is_read_once(read):
    f = defined("def f(x):\n    return x, 2\n")
    assert definition(f) is definition(f)
    assert len(read) == 1


def test_equal_code_of_two_files_is_two_functions(read):
    first = defined("def f(x):\n    # W\n    return x\n", "<one>")
    second = defined("def f(x):\n    'W'\n    return x\n".replace("'W'", "# b"), "<two>")
    assert first.__code__ == second.__code__
    assert parsed(first) is not parsed(second)
    assert len(read) == 2


def test_another_function_of_the_same_name_is_read_anew(read):
    assert ast.unparse(definition(defined("def f(x):\n    return x\n"))).endswith("return x")
    assert ast.unparse(definition(defined("def f(x):\n    return 2 * x\n"))).endswith("return 2 * x")


def test_methods_and_what_is_wrapped_are_read_as_what_they_are(read):
    class Layer:
        def f(self):
            return self

        @classmethod
        def of_the_class(cls):
            return cls

    @functools.wraps(Layer.f)
    def wrapper():
        raise AssertionError

    assert definition(Layer().f).name == definition(wrapper).name == "f"
    assert definition(Layer.of_the_class).name == "of_the_class"
    assert definition(Layer) is None
    assert isinstance(parsed(Layer).body[0], ast.ClassDef)


@pytest.mark.parametrize("nothing", [len, 1, None, print, object()])
def test_what_has_no_source_has_no_tree(nothing):
    assert parsed(nothing) is None


def test_no_more_are_kept_than_so_many(monkeypatch, read):
    monkeypatch.setattr(room, "MOST", 3)
    for k in range(10):
        parsed(defined(f"def f(x):\n    return {k}\n"))
    assert 0 < len(room.TREES) <= 3
