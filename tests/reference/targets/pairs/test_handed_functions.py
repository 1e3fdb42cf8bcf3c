"""Classes that are made what they are by the functions that they hand their base: each is a pair of its own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.targets.pairs.files import opened, wrong_by

SOURCE = """
class Activation:
    def __init__(self, f, f_prime):
        self.f, self.f_prime = f, f_prime

    def forward(self, x):
        self.x = x
        return self.f(x)

    def backward(self, grad, rate):
        return grad * self.f_prime(self.x)

def cube(x):
    return x ** 3

def cube_prime(x):
    return 3 * x ** 2

class Named(Activation):
    def __init__(self):
        def tanh(x):
            return np.tanh(x)
        def tanh_prime(x):
            return 1 + np.tanh(x) ** 2
        super().__init__(tanh, tanh_prime)

class Lambdas(Activation):
    def __init__(self):
        super().__init__(lambda x: np.tanh(x), lambda x: 1 - np.tanh(x) ** 2)

class OfTheFile(Activation):
    def __init__(self):
        super().__init__(cube, cube_prime)

class Renamed(Activation):
    def __init__(self, f, f_prime):
        super().__init__(f, f_prime)

class Bare(Activation):
    pass
"""


def test_a_class_that_only_hands_on_what_it_is_given_is_none() -> None:
    found = opened(SOURCE).proposals
    assert {"Named.backward", "Lambdas.backward", "OfTheFile.backward"} <= set(found)
    assert not {"Renamed.backward", "Bare.backward"} & set(found)


@pytest.mark.parametrize(("name", "right"), [("Named", False), ("Lambdas", True), ("OfTheFile", True)])
def test_it_is_held_to_its_own_functions(name: str, right: bool) -> None:
    pair = opened(SOURCE).prepared(f"{name}.backward", x=np.random.RandomState(1).randn(3, 4))
    wrong, _ = wrong_by(pair)
    assert (max(wrong.values()) < 1e-7) is right
