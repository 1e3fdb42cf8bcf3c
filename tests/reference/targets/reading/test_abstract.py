"""Methods that say what there is to write look like nothing, others by their names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from reference.targets.reading.abstract import is_abstract, is_interface
from reference.targets.reading.source import read
from reference.targets.reading.survey import survey

BODIES = [("pass", True), ("raise NotImplementedError('later')", True), ("'''Says what.'''", True), ("...", True),
          ("return None", True), ("return NotImplementedError()", True), ("return x", False),
          ("x += 1", False)]  # fmt: skip


@pytest.mark.parametrize(("body", "wanted"), BODIES)
def test_a_method_without_a_body(body: str, wanted: bool) -> None:
    (node,) = ast.parse(f"def backward(x):\n    {body}").body
    assert isinstance(node, ast.FunctionDef)
    assert is_abstract(node) is wanted


def one(text: str) -> tuple[ast.FunctionDef, ast.ClassDef]:
    (owner,) = ast.parse(text).body
    assert isinstance(owner, ast.ClassDef)
    method = owner.body[0]
    assert isinstance(method, ast.FunctionDef)
    return method, owner


def test_without_a_body_on_purpose() -> None:
    passing = "class A{bases}:\n    {mark}\n    def backward(self, d): pass"
    assert is_interface(*one("class A:\n    def backward(self, d): raise NotImplementedError"), ())
    assert is_interface(*one(passing.format(bases="(ABC)", mark="")), ())
    assert is_interface(*one(passing.format(bases="", mark="@abstractmethod")), ())
    assert is_interface(*one(passing.format(bases="", mark="")), {"A"})
    assert not is_interface(*one(passing.format(bases="", mark="")), {"B"})
    assert not is_interface(*one("class A:\n    def backward(self, d): raise ValueError"), ())


AROUND = """
class A:
    def backward(self, d):
        return {call}

    def inner(self, d):
        {inner}
"""


def test_written_around_what_is_without_a_body() -> None:
    assert is_interface(*one(AROUND.format(call="self.inner(d)", inner="raise NotImplementedError")), ())
    assert is_interface(*one(AROUND.format(call="self.inner(d)", inner="pass")), {"A"})
    assert not is_interface(*one(AROUND.format(call="self.inner(d)", inner="pass")), ())
    assert not is_interface(*one(AROUND.format(call="self.inner(d)", inner="return 2 * d")), {"A"})
    assert not is_interface(*one(AROUND.format(call="2 * d", inner="raise NotImplementedError")), {"A"})


def test_interfaces_look_like_nothing(tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text(
        "class Layer:\n    def backward(self, dout):\n        pass\n\n"
        "class Sum(Layer):\n    def backward(self, dout):\n        dW = self.x.T @ dout\n        return dW\n"
    )
    looks = {c["name"]: [m["looks"] for m in c["methods"]] for c in survey(read(path))["classes"]}
    assert looks == {"Layer": [None], "Sum": ["backward pass"]}
