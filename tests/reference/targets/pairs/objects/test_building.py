"""Which methods make what a forward pass needs, and what they are called with."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from reference.targets.pairs.objects.building import Building, built
from reference.targets.stand_in.loading import kind_named


class Told:
    def __init__(self) -> None:
        self.table: dict[str, Any] = {"w": None}

    def plan(self, n: int) -> None:
        self.table["w"] = np.ones(n)

    def describe(self) -> None:
        self.text = "a layer"

    def update_table(self, n: int) -> None:
        self.table["w"] = np.full(n, np.nan)

    def forward(self, x: Any) -> Any:
        return x * self.table["w"]


class Refusing(Told):
    def build(self, neighbour: Any) -> None:
        self.width = neighbour.width


def building(**construct: Any) -> Building:
    return Building({"x": np.zeros((4, 3))}, construct, kind_named("plain"), 7)


@pytest.mark.parametrize("owner", [Told, Refusing])
def test_what_sets_what_is_not_there_is_called_and_nothing_else(owner: type) -> None:
    ran = []
    for build in built(owner(), "forward", TypeError(), building()):
        model = copy.deepcopy(owner())
        try:
            build(model)
            ran.append(model.forward(np.ones((4, 3))))
        except Exception:  # the next way
            continue
        assert not hasattr(model, "text")
    assert ran[0].tolist() == np.ones((4, 3)).tolist()


def test_other_methods_than_the_known_ones_help_only_where_something_is_wanting() -> None:
    assert list(built(Told(), "forward", KeyError("w"), building()))
    assert not list(built(Told(), "forward", ValueError("shapes (2,) (3,)"), building()))


def test_arguments_are_given_by_their_names() -> None:
    known = building(units=5)
    assert known.argument("units", 3) == 5
    assert known.argument("x", 3).shape == (4, 3)
    assert known.argument("W", 3).shape == (3, 5)
    assert known.argument("bias", 3).shape == (5,)
    assert known.argument("weight_mean", 3) == 0.0
    assert known.argument("bias_std", 3) == 0.5
    assert known.argument("anything", (3,)) == (3,)
    assert np.array_equal(known.argument("W", 3), building(units=5).argument("W", 2))


class Placed:
    """Compares shapes, and was not told any; its base does the telling."""

    def __init__(self) -> None:
        self.incoming: tuple[int, ...] = (0,)
        self.slopes = np.empty(0)

    def place(self, input_dimensions: tuple[int, ...], optimizer: Any) -> None:
        self.incoming = input_dimensions

    def forward(self, x: Any) -> Any:
        if x.shape[1:] != self.incoming:
            raise ValueError("incorrect input dimensions")
        return self._run(x)

    def _run(self, x: Any) -> Any:
        return x * self.slopes


class PlacedBelow(Placed):
    def place(self, input_dimensions: tuple[int, ...], optimizer: Any) -> None:
        super().place(input_dimensions, optimizer)
        self.slopes = np.ones(input_dimensions)


class Behind:
    def __init__(self) -> None:
        self.w: Any = None

    def attach(self, prev_layer: Any) -> None:
        self.w = np.ones(prev_layer.out_shape[-1])

    def forward(self, x: Any) -> Any:
        return x * self.w


@pytest.mark.parametrize("owner", [PlacedBelow, Behind])
def test_what_is_told_of_the_input_is_told_it(owner: type) -> None:
    ran = []
    for build in built(owner(), "forward", ValueError("incorrect input dimensions"), building()):
        model = owner()
        try:
            build(model)
            ran.append(model.forward(np.ones((4, 3))))
        except Exception:  # the next way
            continue
    assert ran
    assert ran[0].tolist() == np.ones((4, 3)).tolist()


def test_shapes_are_told_as_a_list() -> None:
    assert building().argument("input_shapes", (3,)) == [(3,)]
    assert building().argument("previous_layer", (3,)).output_shape == (3,)
