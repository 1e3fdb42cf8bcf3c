"""Networks in many manners: each is read as it is meant, judged right, and its mistake is seen."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from reference.cases.case import Case
from reference.cases.problem import draw
from reference.targets.descriptions import as_tree
from reference.targets.pairing.passes import Reached
from tests.reference.targets.pairing.networks import MANNERS, twin
from tests.reference.targets.pairing.test_candidates import Loaded, agrees, owed, problem_for


@pytest.mark.parametrize("name", MANNERS)
def test_a_network_is_read_as_it_is_meant(name):
    pair = Loaded(MANNERS[name].text).only()
    assert (pair.not_judged, pair.reached) == (None, Reached.RIGHT)
    told = MANNERS[name].told
    assert {key: getattr(pair, key) for key in told} == told


@pytest.mark.parametrize("name", [name for name in MANNERS if name != "alone"])
def test_its_mistake_is_seen(name):
    manner = MANNERS[name]
    loaded = Loaded(twin(manner))
    pair = loaded.only()
    assert (pair.not_judged, pair.forward) == (None, manner.told.get("forward", pair.forward))
    problem = problem_for(pair, last=pair.last, bias="random" if pair.biased else "zero")
    outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
    differ = {name for name in outcome if name[:2] in ("dW", "db") and not agrees(outcome[name], owed(problem, name))}
    assert differ == manner.mistake[2]


def test_which_array_is_the_output_is_known_where_all_widths_are_equal():
    """Told by its shape at unequal widths; at equal ones a hidden layer's has the same shape."""
    loaded = Loaded(MANNERS["the output first, without a name"].text)
    pair = loaded.only()
    problem = draw([Case((1, 1, 1), 4, "sigmoid", "sigmoid", seed=3)])
    outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
    assert all(agrees(outcome[name], owed(problem, name)) for name in ("dW1", "db1", "dW2", "db2"))
    with by_shape_alone(loaded, pair.check):
        outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
    assert not agrees(outcome["dW2"], owed(problem, "dW2"))


@contextmanager
def by_shape_alone(loaded, check):
    """The output told by its shape alone."""
    pair = loaded.server.pairs[check]
    loaded.server.pairs[check] = replace(pair, place=None)
    yield
    loaded.server.pairs[check] = pair


def test_what_is_wrong_and_stands_alone_is_not_accused():
    """Which network it belongs to nobody can say: another hidden activation might make it right."""
    pair = Loaded(twin(MANNERS["alone"])).only()
    assert pair.not_judged is not None
    assert "no forward pass" in pair.not_judged
