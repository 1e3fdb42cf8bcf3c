"""``gradcheck.rule``: a framework's rule, held to its own forward pass in one line of the library's own tests."""

from __future__ import annotations

import importlib.util

import pytest

from tests.reference.plugin import jax_rules

pytestmark = pytest.mark.slow
WITH_TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")


def one(rng):
    return (rng.standard_normal((4, 3)),)


def scaled(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal(())


@pytest.mark.parametrize(("rule", "example"), [(jax_rules.log1pexp, scaled), (jax_rules.cubed, one)])
def test_a_right_rule_of_jax_is_heard_by_every_witness(gradcheck, rule, example):
    target = gradcheck.rule(rule, example)
    assert target.verdict == "pass"
    spoke = [check.witnesses for check in target.checks]
    assert all(w.autodiff and w.complex_step and w.central_difference for w in spoke)


@pytest.mark.parametrize(
    ("rule", "example", "said"),
    [
        (jax_rules.halved, one, "½"),
        (jax_rules.no_rule, one, "no_rule is no rule of a framework; jax_rules.py has log1pexp, halved, cubed"),
        (jax_rules.cubed, lambda rng: 1 / 0, "ZeroDivisionError"),
        (len, one, "len stands in no file"),
    ],
)
def test_what_is_wrong_or_none_fails_the_test_and_says_why(gradcheck, rule, example, said):
    with pytest.raises(pytest.fail.Exception) as failed:
        gradcheck.rule(rule, example)
    assert said in str(failed.value)


@WITH_TORCH
def test_rules_of_pytorch(gradcheck):
    from tests.reference.plugin import torch_rules

    assert gradcheck.rule(torch_rules.Square, one).verdict == "pass"
    with pytest.raises(pytest.fail.Exception, match="½"):
        gradcheck.rule(torch_rules.ForgotTwo, one)
