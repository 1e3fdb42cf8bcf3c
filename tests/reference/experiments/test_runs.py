"""The training of an experiment: what is trained, what is kept where it is interrupted, what is said."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from manual_backprop import network, training
from manual_backprop.datasets import DATASETS, Dataset
from reference.experiments import ExperimentError, runs
from reference.experiments.plans import PLANS, printed_every, recorded_every
from reference.experiments.runs import Source, cost_lines, opened, study
from reference.experiments.strips import shut_off


def conducted(name, follower, source=None, **given):
    plan = PLANS[name]
    given = {"iterations": 60, "seed": plan.seed, "course_seeds": False, **given}
    return study(plan, source or opened(plan.data), follower, **given)


# --- how often --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("iterations", [1, 2, 7, 25, 100, 150, 999, 1000, 1001, 12_345, 15_000, 30_000, 10_000_000])
def test_every_line_is_a_point_of_the_curve_and_both_are_few(name, iterations):
    plan = PLANS[name]
    printed, recorded = printed_every(plan, iterations), recorded_every(plan, iterations)
    assert printed % recorded == 0
    assert printed <= plan.prints
    assert recorded <= max(1, iterations // 100)
    assert iterations / recorded <= max(300, iterations / plan.prints)


def test_the_courses_number_of_iterations_is_printed_as_the_course_prints_it():
    assert [printed_every(plan, plan.iterations) for plan in PLANS.values()] == [1000, 10_000, 1000]


# --- the data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATASETS)
def test_a_generator_goes_by_its_name(name):
    assert np.array_equal(opened(name).data.train_X, DATASETS[name]().train_X)


def test_a_file_goes_by_its_path(tmp_path):
    X, y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 1, 0])
    np.savez(tmp_path / "mine.npz", X=X, y=y)
    found = opened(str(tmp_path / "mine.npz"))
    assert found.generator == ""
    assert found.said == "mine.npz"
    assert np.array_equal(found.data.train_X, X.T)


@pytest.mark.parametrize("what", ["nowhere.npz", "moon", ".", "a\0b.npz", ""])
def test_what_is_no_data_is_one_line(what):
    with pytest.raises(ExperimentError) as caught:
        opened(what)
    assert "\n" not in str(caught.value)


def test_numbers_too_large_to_train_on_are_one_line(tmp_path):
    np.savez(tmp_path / "large.npz", X=np.array([[1e200, 1.0], [2.0, 3.0]]), y=np.array([0, 1]))
    with pytest.raises(ExperimentError, match=r"large\.npz: holds numbers as large as 1e\+200"):
        opened(str(tmp_path / "large.npz"))


# --- what is trained ----------------------------------------------------------------------------------------------


def test_variants_start_alike_and_differ_in_what_is_varied(silent):
    outcomes = conducted("optimization", silent).outcomes
    for one, other in itertools.pairwise(outcomes):
        assert all(
            np.array_equal(a, b) for p, q in zip(one.start, other.start, strict=True) for a, b in zip(p, q, strict=True)
        )
        assert one.costs[0] == other.costs[0]
        assert one.costs[-1] != other.costs[-1]


def test_accuracy_is_the_share_of_right_answers_of_what_was_kept(silent):
    found = conducted("initialization", silent)
    for outcome in found.outcomes:
        answers = network.forward_propagation(found.data.test_X, outcome.kept.parameters).H[-1] > 0.5
        assert outcome.test == (answers == (found.data.test_Y == 1)).mean()
        assert outcome.kept.iteration == 60
        assert outcome.ending == "finished"


@pytest.mark.parametrize("course_seeds", [False, True])
def test_the_course_s_dropout_stands_beside_the_others_when_asked(silent, course_seeds):
    names = [
        outcome.variant.name for outcome in conducted("regularization", silent, course_seeds=course_seeds).outcomes
    ]
    dropouts = ["dropout", "course's dropout"]
    assert names == ["none", "L2", *(dropouts[::-1] if course_seeds else dropouts)]


@pytest.mark.parametrize(("name", "reseeded"), [("dropout", False), ("course's dropout", True)])
def test_the_masks_that_are_shown_are_those_that_were_trained_with(silent, name, reseeded):
    """J of every iteration, from the parameters that it began with and the masks of the picture."""
    found = conducted("regularization", silent, iterations=12)
    (variant,) = (v for v in found.plan.variants if v.name == name)
    X, Y, *_ = found.data
    m = X.shape[1]
    D = ~shut_off(found, reseeded=reseeded, iterations=12)
    fixed = {"masks": [D[0, :20], D[0, 20:]]} if reseeded else {}
    seen = []
    training.model(
        X, Y, (2, 20, 3, 1), learning_rate=0.3, num_iterations=12, seed=3, cost_every=1, **variant.settings, **fixed,
        callback=lambda *call: seen.append(call),
    )  # fmt: skip
    assert D.shape == (12, 23, m)
    for (iteration, cost, parameters), kept in zip(seen, D, strict=True):
        masks = [kept[:20], kept[20:]]
        forward = network.forward_propagation(X, parameters, masks=masks, keep_prob=0.86)
        assert network.compute_cost(forward.Z[-1], Y, parameters) == pytest.approx(cost, rel=1e-12), iteration
    (outcome,) = (o for o in found.outcomes if o.variant == variant)
    assert outcome.costs == [(iteration, cost) for iteration, cost, _ in seen]


def test_fresh_masks_change_and_the_course_s_do_not(trained):
    found = trained("regularization", iterations=1)
    fresh, course = (shut_off(found, reseeded=reseeded, iterations=200) for reseeded in (False, True))
    assert fresh.mean() == pytest.approx(0.14, abs=0.01)
    assert fresh.any(axis=0).all()
    assert (course == course[0]).all()
    assert not course.any(axis=0).all()


# --- interrupted, diverged ------------------------------------------------------------------------------------------


def interrupting(silent, name, iteration):
    def iterated(who, at, cost, accuracy):
        if (who, at) == (name, iteration):
            raise KeyboardInterrupt

    return silent._replace(iterated=iterated)


def test_an_interrupt_keeps_the_best_so_far_and_trains_nothing_more(silent):
    found = conducted("initialization", interrupting(silent, "random", 30))
    assert found.interrupted
    assert [o.variant.name for o in found.outcomes] == ["zeros", "random"]
    assert [o.ending for o in found.outcomes] == ["finished", "interrupted"]
    last = found.outcomes[-1]
    assert last.costs[-1][0] == 30
    at, cost = min(last.costs, key=lambda pair: pair[1])
    assert last.kept.iteration == at
    X, Y, *_ = found.data
    Z = network.forward_propagation(X, last.kept.parameters).Z[-1]
    assert network.compute_cost(Z, Y, last.kept.parameters) == pytest.approx(cost, rel=1e-12)
    lines = list(cost_lines(last, 60))
    assert lines[0] == f"interrupted; kept in parameters-random.npz: iteration {at} of 60, with the lowest cost, {cost}"


def test_an_interrupt_between_two_trainings_keeps_the_first(silent):
    def begin(name, total):
        if name == "L2":
            raise KeyboardInterrupt

    found = conducted("regularization", silent._replace(begin=begin))
    assert found.interrupted
    assert [(o.variant.name, o.ending) for o in found.outcomes] == [("none", "finished")]


def test_an_interrupt_before_anything_is_passed_on(silent):
    def begin(name, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conducted("initialization", silent._replace(begin=begin))


def test_what_leaves_the_finite_numbers_is_shown_as_it_was_before(silent):
    X, Y = np.array([[1.0, -2.0, 3.0, -1.0], [1.0, 2.0, 3.0, 4.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    plan, source = PLANS["initialization"]._replace(learning_rate=1e200), Source(Dataset(X, Y), "", "mine")
    found = study(plan, source, silent, iterations=60, seed=3, course_seeds=False)
    assert not found.interrupted
    endings = {o.variant.name: o.ending for o in found.outcomes}
    assert endings["he"] == "diverged"
    (he,) = (o for o in found.outcomes if o.variant.name == "he")
    assert all(np.isfinite(θ).all() for pair in he.kept.parameters for θ in pair)
    assert re.match(r"diverged; kept in parameters-he\.npz: iteration \d+ of 60", next(cost_lines(he, 60)))
    assert he.test is None
    assert list(cost_lines(he, 60))[-1].endswith("no test set")


def test_no_two_variants_share_a_file():
    for plan in PLANS.values():
        names = [runs.file_of(variant) for variant in plan.variants]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"parameters(-[a-z0-9]+)+\.npz", name) for name in names)
