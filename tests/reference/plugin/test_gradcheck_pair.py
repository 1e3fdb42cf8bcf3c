"""``gradcheck.pair``: a rule of a library, held to its own forward pass in one line of the library's own tests."""

from __future__ import annotations

import pytest

import reference.plugin.gradcheck
from tests.reference.plugin import rules


def example(rng):
    return rng.randn(4, 3), rng.randn(3)


def one(rng):
    return {"x": rng.standard_normal((5, 2))}


def cube(x):
    return x**3


def cube_rule(g, x):
    return 3 * g * x**2


def heard(target):
    spoke = [check.witnesses for check in target.checks]
    return [(w.autodiff > 0, w.complex_step > 0, w.central_difference > 0) for w in spoke]


@pytest.mark.parametrize(
    ("forward", "backward", "inputs"),
    [(rules.soft, rules.soft_rule, example), (rules.ramp, rules.ramp_rule, one), (cube, cube_rule, one)],
)
def test_what_stands_in_a_module_is_heard_by_every_witness(gradcheck, forward, backward, inputs):
    target = gradcheck.pair(forward, backward, inputs)
    assert target.verdict == "pass"
    assert set(heard(target)) == {(True, True, True)}


def test_a_closure_and_an_object_are_heard_by_differences(gradcheck):
    closures = gradcheck.pair(lambda x: 3 * x**2, lambda g, x: 6 * g * x, one)
    scaled = rules.Scaled(4.0)
    objects = gradcheck.pair(scaled, scaled.back, one)
    assert heard(closures) == heard(objects) == [(False, False, True)]
    assert "central differences alone" in closures.notes[0]


WRONG = {
    "a rule": (rules.soft, rules.doubled_rule, example, "MB101"),
    "a closure": (lambda x: 3 * x**2, lambda g, x: 3 * g * x, one, "is exactly ½ × the right one"),
    "a rule of fewer": (rules.soft, lambda g, x, w: (g * w, g.sum(axis=0)), example, "is wrong"),
    "a forward pass that raises": (rules.never, rules.ramp_rule, one, "no device"),
    "an example of too few": (rules.soft, rules.soft_rule, lambda rng: (rng.randn(3),), "and no w"),
    "an example that raises": (rules.soft, rules.soft_rule, lambda rng: 1 / 0, "ZeroDivisionError"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_or_does_not_run_fails_with_its_reason(gradcheck, name):
    forward, backward, inputs, part = WRONG[name]
    with pytest.raises(pytest.fail.Exception) as failed:
        gradcheck.pair(forward, backward, inputs)
    assert part in " ".join(str(failed.value).split())
    assert "replay" not in str(failed.value)


def test_the_canary_is_asked_first(gradcheck, monkeypatch):
    monkeypatch.setattr(reference.plugin.gradcheck, "untrusted", lambda config: "a doubled gradient was not found")
    with pytest.raises(pytest.fail.Exception, match="internal error, not the target's fault: a doubled gradient"):
        gradcheck.pair(cube, cube_rule, one)
