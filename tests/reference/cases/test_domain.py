"""Which cases a function can be asked, and those that every run asks."""

from __future__ import annotations

import numpy as np

from reference.cases.battery import battery
from reference.cases.case import Case
from reference.cases.domain import ANY, Domain
from reference.cases.generation import random_stacks

KEPT = Domain(always_drops=True, keep_probs=(0.8, 0.8))


def test_what_always_drops_is_asked_nothing_else():
    assert KEPT.accepts(Case((2, 3, 1), 4, keep_prob=0.8))
    assert not KEPT.accepts(Case((2, 3, 1), 4))
    assert not KEPT.accepts(Case((2, 3, 1), 4, keep_prob=0.6))
    assert KEPT._replace(always_drops=False).accepts(Case((2, 3, 1), 4))


def drawn(domain):
    return [case for stack in random_stacks(domain, np.random.RandomState(3), 200) for case in stack]


def test_every_case_that_is_drawn_for_it_drops():
    assert {case.keep_prob for case in drawn(KEPT)} == {0.8}
    assert 1.0 in {case.keep_prob for case in drawn(KEPT._replace(always_drops=False))}


def test_the_battery_has_networks_of_equal_widths_deep_enough_for_a_wrong_layer():
    """Where all hidden layers are as wide, a wrong layer's array has the right shape."""
    equal = [case for case in battery() if len(set(case.dims[:-1])) == 1 and case.dims[0] > 1]
    for output in ("sigmoid", "softmax"):
        depths = {len(case.dims) - 1 for case in equal if case.output == output}
        assert {3, 4} <= depths
    assert {3, 4} <= {len(case.dims) - 1 for case in battery() if len(set(case.dims)) == 1 and case.dims[0] > 1}
    assert all(ANY.accepts(case) for case in equal)
    assert {(case.lambd > 0, case.keep_prob < 1) for case in equal} == {(a, b) for a in (0, 1) for b in (0, 1)}
