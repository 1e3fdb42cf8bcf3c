"""Networks in many manners: each is read as it is meant, judged right, and its mistake is seen."""

from __future__ import annotations

import pytest

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
    problem = problem_for(pair, bias="random" if pair.biased else "zero")
    outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
    differ = {name for name in outcome if name[:2] in ("dW", "db") and not agrees(outcome[name], owed(problem, name))}
    assert differ == manner.mistake[2]


def test_what_is_wrong_and_stands_alone_is_not_accused():
    """Which network it belongs to nobody can say: another hidden activation might make it right."""
    pair = Loaded(twin(MANNERS["alone"])).only()
    assert pair.not_judged is not None
    assert "no forward pass" in pair.not_judged
