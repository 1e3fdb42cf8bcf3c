"""A right forward pass that hands over a wrong cache: the backward pass beside it is right with the published one."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.interface.entry import NotJudged
from reference.targets import resolve
from reference.targets.pairing.passes import Reached
from tests.reference.targets.pairing.test_candidates import BACKWARD, FORWARD, HEAD, Loaded

DEEP = Path(__file__).parents[2] / "course_files" / "deep_nn.py"
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


def deep(cache):
    text = DEEP.read_text(encoding="utf-8")
    assert text.count("cache = (A, W, b)") == 1
    return text.replace("cache = (A, W, b)", f"cache = {cache}")


@pytest.mark.parametrize(("cache", "name"), [("(A, b, b)", "W"), ("(A, A, b)", "W"), ("(b, W, b)", "A_prev")])
def test_one_place_of_every_layer_is_one_entry(cache, name):
    assert Loaded(deep(cache)).only().spoilt == ["L_model_forward", name]


def test_a_cache_on_which_the_backward_pass_raises_is_of_a_forward_pass_that_is_not_judged(tmp_path):
    (tmp_path / "a.py").write_text(deep("(W, b)"), encoding="utf-8")
    implementation = resolve(str(tmp_path / "a.py"))()
    implementation.close()
    (note,) = [note for note in implementation.notes if isinstance(note, NotJudged)]
    assert (note.check, note.needed) == ("L_model_forward", True)
    assert "L_model_backward raises on the cache" in note.reason
    assert note.remedy.endswith("--bind forward=L_model_forward")


def test_bound_to_a_forward_pass_it_is_fed_by_no_other():
    text = deep("(W, b)")
    assert Loaded(text).only().reached == Reached.RIGHT
    assert Loaded(text, forward="L_model_forward").pairs["L_model_backward"].reached == Reached.RAISED
    assert Loaded(deep("(A, W, b)"), forward="L_model_forward").pairs["L_model_backward"].reached == Reached.RIGHT
