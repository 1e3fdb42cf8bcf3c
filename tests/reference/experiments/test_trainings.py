"""The training of an experiment: what is trained, what is kept where it is interrupted, what is said."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from manual_backprop import network, training
from manual_backprop.datasets import DATASETS, Dataset
from reference.experiments import ExperimentError
from reference.experiments.dropout_masks import shut_off
from reference.experiments.trainings import PLANS, train, training_data
from tests.reference.experiments.conftest import SilentDisplay, performed, untrained

# --- how often --------------------------------------------------------------------------------------------------


def test_every_line_is_a_point_of_the_curve_and_both_are_few():
    numbers = (1, 2, 7, 25, 100, 150, 999, 1000, 1001, 12_345, 15_000, 30_000, 10_000_000)
    for plan, iterations in itertools.product(PLANS.values(), numbers):
        printed, recorded = plan.printed_every(iterations), plan.recorded_every(iterations)
        assert printed % recorded == 0, (plan, iterations)
        assert printed <= plan.prints, (plan, iterations)
        assert recorded <= max(1, iterations // 100), (plan, iterations)
        assert iterations / recorded <= max(300, iterations / plan.prints), (plan, iterations)


def test_the_courses_number_of_iterations_is_printed_as_the_course_prints_it():
    assert [plan.printed_every(plan.iterations) for plan in PLANS.values()] == [1000, 10_000, 1000]


# --- the data ---------------------------------------------------------------------------------------------------


def test_a_generator_goes_by_its_name():
    for name, generate in DATASETS.items():
        assert np.array_equal(training_data(name)[0].train_X, generate().train_X), name
        assert training_data(name)[1] == f"{name}, generated"


def test_a_file_goes_by_its_path(tmp_path):
    X, y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 1, 0])
    np.savez(tmp_path / "mine.npz", X=X, y=y)
    data, source = training_data(str(tmp_path / "mine.npz"))
    assert source == "mine.npz"
    assert np.array_equal(data.train_X, X.T)


def test_what_is_no_data_is_one_line():
    for name in ("nowhere.npz", "moon", ".", "a\0b.npz", ""):
        with pytest.raises(ExperimentError) as caught:
            training_data(name)
        assert "\n" not in str(caught.value), name


def test_numbers_too_large_to_train_on_are_one_line(tmp_path):
    np.savez(tmp_path / "large.npz", X=np.array([[1e200, 1.0], [2.0, 3.0]]), y=np.array([0, 1]))
    with pytest.raises(ExperimentError, match=r"large\.npz: holds numbers as large as 1e\+200"):
        training_data(str(tmp_path / "large.npz"))


# --- what is trained ----------------------------------------------------------------------------------------------


def test_variants_start_alike_and_differ_in_what_is_varied():
    for one, other in itertools.pairwise(performed("optimization", iterations=60).trained):
        assert all(
            np.array_equal(a, b) for p, q in zip(one.start, other.start, strict=True) for a, b in zip(p, q, strict=True)
        )
        assert one.costs[0] == other.costs[0]
        assert one.costs[-1] != other.costs[-1]


def test_accuracy_is_the_share_of_right_answers_of_what_was_kept():
    found = performed("initialization", iterations=60)
    for one in found.trained:
        answers = network.forward_propagation(found.data.test_X, one.parameters).H[-1] > 0.5
        assert one.test_accuracy == (answers == (found.data.test_Y == 1)).mean()
        assert one.iteration == 60
        assert one.ending == "finished"


@pytest.mark.parametrize("course_seeds", [False, True])
def test_the_course_s_dropout_stands_beside_the_others_when_asked(course_seeds):
    names = [one.name for one in performed("regularization", iterations=60, course_seeds=course_seeds).trained]
    dropouts = ["dropout", "course's dropout"]
    assert names == ["none", "L2", *(dropouts[::-1] if course_seeds else dropouts)]


@pytest.mark.parametrize(("name", "reseeded"), [("dropout", False), ("course's dropout", True)])
def test_the_masks_that_are_shown_are_those_that_were_trained_with(name, reseeded):
    """J of every iteration, from the parameters that it began with and the masks of the picture."""
    found = performed("regularization", iterations=12)
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
    (one,) = (one for one in found.trained if one.variant == variant)
    assert one.costs == [(iteration, cost) for iteration, cost, _ in seen]


def test_fresh_masks_change_and_the_course_s_do_not(trained):
    found = trained("regularization", iterations=1)
    fresh, course = (shut_off(found, reseeded=reseeded, iterations=200) for reseeded in (False, True))
    assert fresh.mean() == pytest.approx(0.14, abs=0.01)
    assert fresh.any(axis=0).all()
    assert (course == course[0]).all()
    assert not course.any(axis=0).all()


# --- interrupted, diverged ------------------------------------------------------------------------------------------


class Interrupted(SilentDisplay):
    """Ctrl-C at an iteration of one variant, or as it begins."""

    def __init__(self, name, iteration=None):
        self.who, self.at = name, iteration

    def begin(self, name, iterations):
        self.name = name
        if self.at is None and self.who in (name, "any"):
            raise KeyboardInterrupt

    def iterated(self, iteration, cost, accuracy):
        if (self.name, iteration) == (self.who, self.at):
            raise KeyboardInterrupt


def test_an_interrupt_keeps_the_best_so_far_and_trains_nothing_more():
    found = performed("initialization", Interrupted("random", 30), iterations=60)
    assert found.interrupted
    assert [one.name for one in found.trained] == ["zeros", "random"]
    assert [one.ending for one in found.trained] == ["finished", "interrupted"]
    last = found.trained[-1]
    assert last.costs[-1][0] == 30
    at, cost = min(last.costs, key=lambda pair: pair[1])
    assert last.iteration == at
    X, Y, *_ = found.data
    Z = network.forward_propagation(X, last.parameters).Z[-1]
    assert network.compute_cost(Z, Y, last.parameters) == pytest.approx(cost, rel=1e-12)
    lines = list(last.lines(60))
    assert lines[0] == f"interrupted; kept in parameters-random.npz: iteration {at} of 60, with the lowest cost, {cost}"


def test_an_interrupt_of_the_last_variant_is_one():
    found = performed("initialization", Interrupted("he", 30), iterations=60)
    assert len(found.trained) == 3
    assert found.interrupted
    assert not performed("initialization", iterations=3).interrupted


def test_an_interrupt_between_two_trainings_keeps_the_first():
    found = performed("regularization", Interrupted("L2"), iterations=60)
    assert found.interrupted
    assert [(one.name, one.ending) for one in found.trained] == [("none", "finished")]


def test_an_interrupt_before_anything_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        performed("initialization", Interrupted("any"), iterations=60)


def test_what_leaves_the_finite_numbers_is_shown_as_it_was_before():
    X, Y = np.array([[1.0, -2.0, 3.0, -1.0], [1.0, 2.0, 3.0, 4.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    found = untrained("initialization", data=Dataset(X, Y), iterations=60)
    found = found._replace(plan=found.plan._replace(learning_rate=1e200))
    train(found, SilentDisplay())
    assert not found.interrupted
    (he,) = (one for one in found.trained if one.name == "he")
    assert he.ending == "diverged"
    assert all(np.isfinite(θ).all() for pair in he.parameters for θ in pair)
    assert re.match(r"diverged; kept in parameters-he\.npz: iteration \d+ of 60", next(he.lines(60)))
    assert he.test_accuracy is None
    assert list(he.lines(60))[-1].endswith("no test set")


def test_no_two_variants_share_a_file():
    for plan in PLANS.values():
        names = [variant.file for variant in plan.variants]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"parameters(-[a-z0-9]+)+\.npz", name) for name in names)
