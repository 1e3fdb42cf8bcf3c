"""How long a step: the shape of the V of central differences."""

from __future__ import annotations

import numpy as np
import pytest

from reference.experiments.gradient_checking import RIGHT, own_gradients
from reference.experiments.step_sizes import COURSE_STEP, course_example, step_sizes


def slope(epsilon, values):
    return np.polyfit(np.log10(epsilon), np.log10(values), 1)[0]


def test_truncation_grows_as_the_square_and_round_off_as_the_inverse(steps):
    for values in (steps.differences, steps.logits):
        long_, short = (steps.epsilon > 1e-3) & (steps.epsilon < steps.kinks), steps.epsilon < 1e-7
        assert slope(steps.epsilon[long_], values[long_]) == pytest.approx(2, abs=0.02)
        assert slope(steps.epsilon[short], values[short]) == pytest.approx(-1, abs=0.1)
    far = steps.epsilon < steps.kinks
    np.testing.assert_allclose(
        (steps.truncation * steps.epsilon**2)[far & (steps.epsilon > 1e-3)],
        steps.logits[far & (steps.epsilon > 1e-3)],
        rtol=0.01,
    )
    bound = steps.rounding / steps.epsilon + steps.truncation * steps.epsilon**2 * 1.01
    assert (steps.differences <= bound)[far].all()


def test_the_derived_step_is_near_the_best_and_1e_7_is_not(steps):
    def at(epsilon):
        return steps.differences[np.argmin(np.abs(np.log(steps.epsilon / epsilon)))]

    best = steps.differences.min()
    assert at(steps.derived) < 3 * best
    assert at(COURSE_STEP) > 300 * best
    assert steps.reached < 1e-9


def test_logits_are_a_hundred_times_as_good_where_round_off_rules(steps):
    short = steps.epsilon < 1e-7
    assert np.median(steps.differences[short] / steps.logits[short]) > 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2, 3, 12345])
def test_other_seeds_have_a_v_as_well(seed):
    other = course_example(seed)
    found = step_sizes(other, own_gradients(RIGHT, *other[:2], other.by_name))
    assert np.isfinite(found.differences).all()
    assert 0 < found.derived < 1
    assert found.reached < 1e-6
