"""Gradient checking in figures: the published numbers, the shape of the V, and the kinks, counted a second time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from reference.cases.case import Case
from reference.experiments import checking, planted
from reference.experiments.checking import COURSE_STEP, SEED
from reference.targets import resolve
from reference.verification.target import verify_one
from tests.reference.court import Options, plan

PUBLISHED = json.loads((Path(__file__).parents[2] / "data" / "course_published.json").read_text(encoding="utf-8"))
NUMBERS = PUBLISHED["gradient_checking"]
BOTH = "both_planted_bugs (dW2 x2, db1 x4/m instead of 1/m)"


@pytest.fixture(scope="module")
def example():
    return checking.example(SEED)


@pytest.fixture(scope="module")
def right(example):
    return planted.gradients(planted.RIGHT, *example)


@pytest.fixture(scope="module")
def steps(example, right):
    return checking.steps(example, right)


@pytest.fixture(scope="module")
def crossings(example):
    return checking.crossings(example)


# --- the published numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [2, 3])
def test_one_parameter(x):
    assert checking.scalar(x, 4) == NUMBERS[f"gradient_check(x={x},theta=4,epsilon=1e-7)"]


def test_the_planted_file_and_the_fixed_one(example, right):
    wrong = planted.gradients(planted.FILES["planted.py"], *example)
    assert planted.FILES["fixed.py"] == planted.RIGHT
    assert checking.difference(example, wrong) == pytest.approx(NUMBERS["gradient_check_n"][BOTH], abs=1e-9)
    assert checking.difference(example, right) == pytest.approx(
        NUMBERS["gradient_check_n"]["correct_gradients"][0], rel=0.01
    )
    for name, factor in {"dW2": 2, "db1": 4}.items():
        np.testing.assert_allclose(wrong[name], factor * right[name], rtol=1e-14)
    assert {n for n in right if not np.array_equal(right[n], wrong[n])} == {"dW2", "db1"}


@pytest.mark.parametrize("name", planted.FILES)
def test_the_tool_names_both_mistakes_with_their_lines_and_nothing_in_the_fixed_file(name, tmp_path):
    """On one case; the command asks many."""
    path = tmp_path / name
    path.write_text(planted.FILES[name], encoding="utf-8")
    opened = resolve(str(path))()
    try:
        target = verify_one(opened, Options(plan(8), case=Case.parse("dims=4,5,3,1 m=3")), kept=False)
    finally:
        opened.close()
    found = planted.findings(target, name)
    said = [(row.output, finding.code, finding.location.file) for row, finding in found]
    assert said == ([("dW2", "MB101", name), ("db1", "MB101", name)] if name == "planted.py" else [])
    assert target.verdict == ("fail" if name == "planted.py" else "pass")
    lines = planted.FILES[name].split("\n")
    for row, finding in found:
        line = lines[finding.location.line - 1].strip()
        assert line.startswith(f"{row.output} = ")
        assert line in planted.MISTAKES.values()
        factor = {"dW2": 2, "db1": 4}[row.output]
        assert planted.said(row, finding) == (
            f"{name}:{finding.location.line}: {row.output}, MB101: is exactly the gradient × {factor}, on 3 of 3 probes"
        )
        assert finding.replay is None


# --- the V ------------------------------------------------------------------------------------------------------


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


# --- the kinks --------------------------------------------------------------------------------------------------


def counted(crossing, X, parameters, masks, keep_prob, i, epsilon):
    """Sign changes of every relu, one network at a time."""
    signs = []
    for side in (1, -1):
        flat = np.concatenate([θ.ravel() for pair in parameters for θ in pair])
        flat[i] += side * epsilon
        A, start, found = X, 0, []
        for l, (W, b) in enumerate(parameters):
            w, start = flat[start : start + W.size].reshape(W.shape), start + W.size
            c, start = flat[start : start + b.size].reshape(b.shape), start + b.size
            Z = w @ A + c
            A = np.maximum(Z, 0)
            if masks is not None and l < len(masks):
                A = A * masks[l] / keep_prob
            found.append(Z > 0)
        signs.append(found[:-1])
    return sum(int((up != down).sum()) for up, down in zip(*signs, strict=True))


def test_sign_changes_are_those_that_are_counted_one_by_one(example, crossings):
    first, _, tied = crossings
    X, _, parameters, masks = checking._tied()
    given = (
        (first, example.X, checking._pairs(example.parameters), None, 1.0),
        (tied, X, parameters, masks, checking.KEEP_PROB),
    )
    for crossing, X, parameters, masks, keep_prob in given:
        for i in range(len(crossing.counts)):
            for k in (0, 16, 44, 48, 52):
                want = counted(crossing, X, parameters, masks, keep_prob, i, crossing.epsilon[k])
                assert crossing.counts[i, k] == want, (crossing.title, i, crossing.epsilon[k])


def test_blocks_are_in_the_order_of_the_rows(crossings):
    for crossing in crossings:
        assert sum(size for _, size in crossing.blocks) == len(crossing.counts) == len(crossing.chosen)
    names = [name for name, size in crossings[-1].blocks for _ in range(size)]
    always = (crossings[-1].counts > 0).all(axis=1)
    assert {name for name, crosses in zip(names, always, strict=True) if crosses} == {"b2"}
    assert always.sum() == 3


def test_with_more_examples_kinks_begin_earlier(crossings):
    few, many, _ = (c.epsilon[(c.counts > 0).any(axis=0)].min() for c in crossings)
    assert many < few / 10


def test_the_tool_s_steps_cross_nothing_but_ties(crossings):
    for crossing in crossings:
        for i, step in enumerate(crossing.chosen):
            shorter = crossing.epsilon <= step
            tie = (crossing.counts[i] > 0).all()
            assert tie or not crossing.counts[i][shorter].any()


def test_at_a_tie_the_plain_difference_rejects_right_gradients_and_the_tool_does_not(crossings):
    *smooth, tied = crossings
    assert tied.difference > 1e-2
    for crossing in crossings:
        assert crossing.verdict == "PASS"
        assert crossing.tool < 1e-9
        assert not crossing.left_out.any()
    assert all(crossing.difference < 1e-6 for crossing in smooth)


@pytest.mark.parametrize("seed", [0, 2, 3, 12345])
def test_other_seeds_have_a_v_as_well(seed):
    other = checking.example(seed)
    found = checking.steps(other, planted.gradients(planted.RIGHT, *other))
    assert np.isfinite(found.differences).all()
    assert 0 < found.derived < 1
    assert found.reached < 1e-6
