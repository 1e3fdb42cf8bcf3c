"""The statement of a cost that is wrong: the one that made the first wrong value, whatever its variables are called."""

from __future__ import annotations

import numpy as np
import pytest

from reference.diagnosis.cost_line import place_of_cost
from reference.diagnosis.evaluate import followed
from reference.diagnosis.functions import cause_of_cost
from reference.diagnosis.scene import forward_order
from reference.interface.entry import Event, Place
from tests.folding import each
from tests.reference.diagnosis.simulation import LAYERS, net


@pytest.fixture(scope="module")
def s():
    return followed(net("relu")[0], {}, forward_order(LAYERS)[:-1])


def terms(s):
    losses = -s.Y * np.log(s.A[LAYERS]) - (1 - s.Y) * np.log1p(-s.A[LAYERS])
    return losses, sum((W * W).sum() for W in s.W[1:])


def line(s, *assigned):
    """The line of the cost that the last value is, assigned line by line from 10 on."""
    events = [Event(Place("net.py", None, 10 + k), "cost", 0, v, np.asarray(a)) for k, (v, a) in enumerate(assigned)]
    got = float(assigned[-1][1])
    cause = cause_of_cost(s, np.asarray(got))
    place = place_of_cost(events, s, got, cause.part)
    return None if place is None else place.line


@each("name", ["cross_entropy", "z"])
def test_a_data_term_is_placed_where_it_is_made(s, name):
    losses, squares = terms(s)
    data, penalty = losses.sum() / s.m, s.lambd / (2 * s.m) * squares
    assert line(s, ("losses", losses), (name, 2 * data), ("L2", penalty), ("return", 2 * data + penalty)) == 11
    assert line(s, ("losses", 2 * losses), (name, 2 * data), ("L2", penalty), ("return", 2 * data + penalty)) == 10
    assert line(s, ("m", 9), ("return", 2 * data + penalty)) == 11


def test_a_penalty_is_placed_where_its_sum_or_its_scale_is(s):
    losses, squares = terms(s)
    data, part = losses.sum() / s.m, squares - (s.W[3] ** 2).sum()
    scale = s.lambd / (2 * s.m)
    assert line(s, ("J", data), ("squares", part), ("L2", part * scale), ("return", data + part * scale)) == 11
    scale = s.lambd / (2 + s.m)
    assert line(s, ("J", data), ("squares", squares), ("L2", squares * scale), ("return", data + squares * scale)) == 12
    assert line(s, ("squares", squares), ("J", data), ("return", data + squares * scale)) == 12
    scale = s.lambd / s.m  # a stage on the right way, and added as it stands
    assert line(s, ("J", data), ("squares", squares), ("L2", squares * scale), ("return", data + squares * scale)) == 12


def test_what_nothing_explains_is_placed_only_after_the_right_data_term(s):
    losses, squares = terms(s)
    data, penalty = losses.sum() / s.m, s.lambd / (2 * s.m) * squares
    odd = data + penalty * 1.37
    assert line(s, ("losses", losses), ("J", data), ("return", odd)) == 12
    assert line(s, ("odd", losses**2), ("J", odd)) is None
    assert line(s, ("J", odd)) == 10
