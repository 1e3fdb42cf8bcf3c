"""What a method reads and sets of its object, and what those do that it calls."""

from __future__ import annotations

from typing import Any

from reference.targets.pairs.objects.own_attributes import attributes_of, begins_from


class Base:
    def build(self, n: int) -> None:
        self.n = n
        self.table: dict[str, int] = {}

    def forward(self, x: Any) -> Any:
        return self._inner(x) * self.gain  # type: ignore[attr-defined]

    def _inner(self, x: Any) -> Any:
        self.x = x
        return x + self.shift  # type: ignore[attr-defined]


class Derived(Base):
    def build(self, n: int) -> None:
        super().build(n)
        self.table["w"] = n

    def _inner(self, x: Any) -> Any:
        return x + self.offset  # type: ignore[attr-defined]


def test_of_a_method_and_of_what_it_calls() -> None:
    assert attributes_of(Base, "forward").read == {"gain", "shift"}
    assert attributes_of(Base, "forward").set == {"x"}
    assert attributes_of(Derived, "forward").read == {"gain", "offset"}


def test_of_what_a_base_does_above() -> None:
    assert attributes_of(Derived, "build").set == {"n", "table"}
    assert attributes_of(Derived, "nothing").set == frozenset()


class Filled:
    """Whoever calls it fills delta, and takes the gradient out of what it hands over."""

    def forward(self, x: Any) -> Any:
        self.delta = 0 * x

    def backward(self, delta: Any) -> Any:
        self.shift = self.delta.sum(axis=0)
        self.delta = self.delta * 2
        delta[:] += self.delta

    def adding(self, delta: Any) -> Any:
        self.delta += 2
        delta[:] += self.delta

    def setting(self, delta: Any) -> Any:
        self.delta = delta
        return 2 * self.delta


def test_an_attribute_that_is_called_as_the_argument_is_may_be_what_a_pass_begins_from() -> None:
    assert begins_from(Filled, "forward", "backward", ["delta"]) == "delta"
    assert begins_from(Filled, "forward", "adding", ["delta"]) == "delta"
    assert begins_from(Filled, "forward", "setting", ["delta"]) is None
    assert begins_from(Filled, "forward", "backward", ["dout"]) is None
    assert begins_from(Filled, "setting", "adding", ["x"]) is None
