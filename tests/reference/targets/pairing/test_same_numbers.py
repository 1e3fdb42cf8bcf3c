"""What is drawn within a call is the same each time, and nothing of it is seen afterwards."""

from __future__ import annotations

import random

import numpy as np

from reference.targets.pairing.same_numbers import held, seeded


def drawn():
    return float(np.random.rand()), random.random()


def test_a_call_begins_anew_and_leaves_the_generators_as_they_were():
    np.random.seed(5)
    random.seed(5)
    expected = drawn()
    np.random.seed(5)
    random.seed(5)
    with seeded(7):
        first = drawn()
    with seeded(7):
        assert drawn() == first
    assert drawn() == expected


def test_many_calls_together_leave_the_generators_as_they_were_before_the_first():
    np.random.seed(5)
    random.seed(5)
    expected = drawn()
    np.random.seed(5)
    random.seed(5)
    with seeded(7):
        first = drawn()
    with held():
        for _ in range(3):
            with seeded(7):
                assert drawn() == first
        with held(), seeded(7):
            assert drawn() == first
        with seeded(7):
            assert drawn() == first
    assert drawn() == expected


def test_a_call_within_a_call_does_not_disturb_it():
    with seeded(7):
        drawn()
        second = drawn()
    with held(), seeded(7):
        drawn()
        with seeded(7):
            drawn()
        assert drawn() == second


def test_a_call_that_raises_is_over():
    np.random.seed(5)
    expected = float(np.random.rand())
    np.random.seed(5)
    try:
        with held(), seeded(7):
            raise ValueError
    except ValueError:
        pass
    assert float(np.random.rand()) == expected
    with seeded(7):
        first = drawn()
    with held(), seeded(7):
        assert drawn() == first
