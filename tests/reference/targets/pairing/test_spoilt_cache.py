"""A right forward pass that hands over a wrong cache: the backward pass beside it is right with the published one."""

from __future__ import annotations

import pytest

from reference.targets import resolve
from tests.reference.targets.pairing.test_candidates import BACKWARD, FORWARD, HEAD, Loaded

PUBLISHED = "return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)"


@pytest.mark.parametrize(("right", "wrong", "name"), [("A2, W2,", "A2, W3,", "W2"), ("Z2, A2,", "Z2, A1,", "A2")])
def test_the_entry_is_named_and_the_forward_pass_blamed(tmp_path, right, wrong, name):
    assert PUBLISHED in FORWARD
    text = HEAD + FORWARD.replace(PUBLISHED, PUBLISHED.replace(right, wrong)) + BACKWARD
    assert Loaded(text).only().spoilt == ["forward_propagation", name]
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    implementation = resolve(str(tmp_path / "a.py"))()
    implementation.close()
    found = [v for law in implementation.laws for v in law.run(0)[1] if v.code == "MB103"]
    assert [(v.output, name in v.text) for v in found] == [("cache", True)]


def test_a_right_cache_and_one_of_another_order_are_not():
    assert Loaded(HEAD + FORWARD + BACKWARD).only().spoilt == []
    other = PUBLISHED.replace(
        "(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)", "(W1, b1, Z1, A1, W2, b2, Z2, A2, Z3)"
    )
    assert Loaded(HEAD + FORWARD.replace(PUBLISHED, other) + BACKWARD).only().spoilt == []
