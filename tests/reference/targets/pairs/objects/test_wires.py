"""Layers that are wired by reference: what they are wired by, and what stands for a layer before another."""

from __future__ import annotations

import ast
import copy

import numpy as np
import pytest

from reference.targets.pairs.objects.wires import Wire, holders_in, wired_in


def read(source: str) -> tuple[list[ast.FunctionDef], list[ast.FunctionDef]]:
    """The constructors of classes, the last class first, without self; and the other methods of the last."""
    owners = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)][::-1]
    methods = [[s for s in owner.body if isinstance(s, ast.FunctionDef)] for owner in owners]
    makers = [s for each in methods for s in each if s.name == "__init__"]
    for maker in makers:
        maker.args.args = maker.args.args[1:]
    return makers, [s for s in methods[0] if s.name != "__init__"]


WIRED = [
    (
        """
class Node:
    def __init__(self, inbound):
        self.inbound = inbound
class Linear(Node):
    def __init__(self, X, W, rate):
        Node.__init__(self, [X, W])
        self.rate = rate
    def forward(self): self.value = self.inbound[0].value @ self.inbound[1].value
""",
        {"X": False, "W": False},
    ),
    (
        """
class Dense:
    def __init__(self, before, n_out, penalty=None):
        self.bottom, self.n_out, self.penalty = before.top, n_out, penalty
    def forward(self): self.top.value = self.bottom.value @ self.w.value
    def backward(self): self.w.grad += self.penalty.get_gradient(self.w.value)
""",
        {"before": False},
    ),
    (
        """
class Relu:
    def __init__(self, previous):
        self.previous = previous
    def forward(self): self.output = np.maximum(self.previous.output, 0)
""",
        {"previous": False},
    ),
    (
        """
class Negative:
    def __init__(self, node, name=None):
        self.node = node
        self.name = name
    def forward(self): return -self.node()
    def backward(self, grad): self.node.backward(-grad)
""",
        {"node": False},
    ),
    (
        """
class Sum:
    def __init__(self, parents):
        self.parents = parents
    def forward(self): self.value = sum(p.value for p in self.parents)
""",
        {"parents": True},
    ),
    (
        """
class Tanh:
    def __init__(self):
        self.prev = None
    def forward(self): self.output = np.tanh(self.prev.output)
""",
        {"prev": False},
    ),
    (
        """
class Counter:
    def __init__(self, size, scale):
        self.size, self.scale = size, scale
    def forward(self): self.total = self.size * self.scale
""",
        {},
    ),
    (
        """
class Flat:
    def __init__(self, w):
        self.w = w
        self.shape = w.shape
    def forward(self): return self.w.sum()
""",
        {},
    ),
]


@pytest.mark.parametrize(("source", "wanted"), WIRED)
def test_what_a_class_is_wired_by(source: str, wanted: dict[str, bool]) -> None:
    assert wired_in(*read(source)) == wanted


def test_an_attribute_is_a_holder_where_what_it_holds_is_asked_for() -> None:
    source = """
class Loss:
    def __init__(self, scores, labels):
        self.scores, self.labels = scores.out, labels.y
    def forward(self): self.loss = self.scores.data.sum()
"""
    makers, passes = read(source)
    assert {"out"} == set(holders_in([*makers, *passes])) - {"scores", "data"}


def test_what_it_wraps_its_array_in_is_itself() -> None:
    array = np.arange(6.0).reshape(2, 3)
    wire = Wire(array, frozenset({"out"}))
    assert wire.top is wire
    assert wire.out.value is array
    assert wire.output_shape == wire.shape == (2, 3)
    assert wire.num_units == 3
    assert wire.get_output() is array
    assert wire.outbound_nodes == []
    with pytest.raises(AttributeError):
        wire._hidden  # noqa: B018


def test_a_gradient_is_what_was_left_with_it_since_another_array_came() -> None:
    wire = Wire(np.ones(3))
    assert wire.gradient() is None
    wire.grad += 2.0
    assert wire.gradient().tolist() == [2.0, 2.0, 2.0]
    wire.take(np.zeros(2))
    assert wire.gradient() is None
    assert wire.diff.shape == (2,)


def test_a_copy_keeps_who_is_wired_to_whom() -> None:
    wire, array = Wire(np.ones(3)), np.ones(3)
    holder = {"before": wire, "gradients": {wire: array}}
    wire.children.append(holder)
    made = copy.deepcopy(holder)
    assert made["before"] is not wire
    assert list(made["gradients"]) == [made["before"]]
    assert made["before"].children[0] is made
    assert made["before"].value is not wire.value


def test_what_it_is_called_with_on_the_way_back_is_summed_up_and_outranks_what_is_left_with_it():
    wire = Wire(np.zeros(2))
    wire.grad = np.ones(2)
    wire.backward(np.array([1.0, 2.0]))
    wire.backward(np.array([0.5, 0.0]))
    assert wire.gradient().tolist() == [1.5, 2.0]
    wire.take(np.zeros(3))
    assert wire.gradient() is None
