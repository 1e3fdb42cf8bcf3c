"""Interfaces are no pairs; classes in which something is missing are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.targets.pairs.held import proposals

BASE = """
class Base:
    def forward(self, x):
        return self.on(x)

    def backward(self, dout):
        return self.undo(dout)

    def on(self, x):
        raise NotImplementedError

    def undo(self, dout):
        {back}

    def zero_grad(self):
        self.grads = 0.0

    def initGrad(self, x):
        self.grads = x * 0.0

    def assign_grads(self, values):
        self.grads = values
"""
DERIVED = """
class Doubled(Base):
    def on(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout
"""


def checks(folder: Path, source: str) -> set[str]:
    return set(proposals(folder, source))


@pytest.mark.parametrize("back", ["raise NotImplementedError", "pass", '"""What it gives back."""', "return None"])
def test_a_class_around_methods_that_others_write_is_none(tmp_path: Path, back: str) -> None:
    assert checks(tmp_path, BASE.format(back=back) + DERIVED) == {"Doubled.backward"}


def test_one_that_has_what_it_calls_is_one(tmp_path: Path) -> None:
    source = BASE.replace("raise NotImplementedError", "return x") + DERIVED
    assert checks(tmp_path, source.format(back="return dout")) == {"Base.backward", "Doubled.backward"}


def test_a_hook_that_does_nothing_is_no_gap(tmp_path: Path) -> None:
    source = """
class Told:
    def forward(self, x):
        self.started()
        return 2 * x

    def backward(self, dout):
        self.started()
        return 2 * dout

    def started(self):
        pass


class Loud(Told):
    def started(self):
        print("here")
"""
    assert checks(tmp_path, source) == {"Told.backward"}


def test_functions_that_a_base_is_handed_are_there(tmp_path: Path) -> None:
    source = """
class Activation:
    def __init__(self, function, slope):
        self.function = function
        self.slope = slope

    def forward(self, x):
        self.x = x
        return self.function(x)

    def backward(self, dout):
        return dout * self.slope(self.x)


class Sine(Activation):
    def __init__(self):
        super().__init__(lambda x: np.sin(x), lambda x: np.cos(x))
"""
    assert checks(tmp_path, source) == {"Activation.backward", "Sine.backward"}


def test_methods_of_its_very_own_are_there(tmp_path: Path) -> None:
    source = """
class Hidden:
    def forward(self, x):
        return self.__on(x)

    def backward(self, dout):
        return self.__off(dout)

    def __on(self, x):
        return 3 * x

    def __off(self, dout):
        return 3 * dout
"""
    assert "Hidden.backward" in checks(tmp_path, source)


def test_an_unfinished_backward_pass_of_a_class_that_is_nobodys_base_is_one(tmp_path: Path) -> None:
    source = """
class Sine:
    def forward(self, x):
        return np.sin(x)

    def backward(self, dout):
        {back}

    def inner(self, dout):
        raise NotImplementedError
"""
    for back in ("pass", "raise NotImplementedError", "return self.inner(dout)"):
        found = proposals(tmp_path, source.format(back=back))
        assert set(found) == {"Sine.backward"}
        assert "inner" in back or found["Sine.backward"].unfinished


def test_a_loss_by_what_each_derived_class_says_is_none(tmp_path: Path) -> None:
    source = """
class Measure:
    def loss(self, y_pred, y):
        {loss}
        return loss, grad


class Squared(Measure):
    def rows(self, y_pred, y):
        return (y_pred - y) ** 2
"""
    template = "loss = np.mean(self.rows(y_pred, y)); grad = self.slope / len(y)"
    assert checks(tmp_path, source.format(loss=template)) == set()
    whole = "loss = np.sum((y_pred - y) ** 2); grad = 2 * (y_pred - y)"
    assert "Measure.loss" in checks(tmp_path, source.format(loss=whole))
