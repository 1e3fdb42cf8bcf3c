"""The course's curves, to the digits that it printed, through all that the command does."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from reference.experiments.trainings import PLANS

PUBLISHED = json.loads((Path(__file__).parents[2] / "data" / "course_published.json").read_text(encoding="utf-8"))
CIRCLES, FOOTBALL = PUBLISHED["training"]["initialization"], PUBLISHED["training"]["regularization"]
DIGITS = 5e-9  # relative: eight significant digits


def of(experiment, name):
    return next(one for one in experiment.trained if one.name == name)


def printed(experiment, name):
    every = experiment.plan.printed_every(experiment.iterations)
    return [cost for iteration, cost in of(experiment, name).costs if iteration % every == 0]


def differences(got, want):
    """Relative, where the published cost is finite: the course's formula is inf where it meets log 0."""
    pairs = [(a, float(b)) for a, b in zip(got, want, strict=True) if np.isfinite(float(b))]
    return [abs(a - b) / abs(b) for a, b in pairs]


@pytest.mark.parametrize(("name", "published"), [("initialization", CIRCLES), ("regularization", FOOTBALL)])
def test_the_constants_are_the_courses(name, published, trained):
    plan, model = PLANS[name], published["model"]
    assert trained(name, iterations=1).dims == tuple(model["layers_dims"])
    assert (plan.learning_rate, plan.iterations, plan.prints) == (
        model["learning_rate"], model["num_iterations"], model["cost_every"],
    )  # fmt: skip
    assert plan.seed == model.get("seed", 3)


def test_what_is_varied_is_the_courses():
    settings = {v.name: dict(v.settings) for v in PLANS["regularization"].variants}
    assert {s.pop("initialization") for s in settings.values()} == {"xavier"}
    assert settings == {
        "none": {},
        "L2": {"lambd": FOOTBALL["l2"]["lambd"]},
        "dropout": {"keep_prob": FOOTBALL["dropout"]["keep_prob"]},
        "course's dropout": {"keep_prob": FOOTBALL["dropout"]["keep_prob"]},
    }


TOLERANCES = {"zeros": DIGITS, "he": DIGITS, "random": 0.02}  # large random numbers: the last bit of a sum decides


def test_the_circles_begin_with_the_published_costs(trained):
    short = trained("initialization", iterations=1001)
    for name, tolerance in TOLERANCES.items():
        costs = printed(short, name)
        assert len(costs) == 2
        assert max(differences(costs, CIRCLES[name]["cost"][:2])) <= tolerance, name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "tolerance"), TOLERANCES.items())
def test_the_circles_give_the_published_costs_and_accuracies(trained, name, tolerance):
    experiment = trained("initialization")
    assert max(differences(printed(experiment, name), CIRCLES[name]["cost"])) <= tolerance
    one, want = of(experiment, name), CIRCLES[name]
    assert (one.train_accuracy, one.test_accuracy) == (want["train_accuracy"], want["test_accuracy"])


def test_gradient_descent_among_the_optimizers_is_he_among_the_initializations(trained):
    short = {"iterations": 300}
    want = [c for _, c in of(trained("initialization", **short), "he").costs]
    assert [c for _, c in of(trained("optimization", **short), "gradient descent").costs] == want


def test_another_seed_does_not_give_the_published_costs(trained):
    other = trained("initialization", seed=4, iterations=1001)
    assert max(differences(printed(other, "he"), CIRCLES["he"]["cost"][:2])) > 1e-3


@pytest.fixture(scope="session")
def football():
    path = Path(os.environ.get("FOOTBALL_NPZ", ""))
    if not path.is_file():
        pytest.skip("set FOOTBALL_NPZ to the path of football.npz, the course's data, to run this")
    return str(path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "published"), [("none", "none"), ("L2", "l2"), ("course's dropout", "dropout")])
def test_football_gives_the_published_costs_and_accuracies(trained, football, name, published):
    experiment, want = trained("regularization", data=football, course_seeds=True), FOOTBALL[published]
    assert max(differences(printed(experiment, name), want["cost"])) <= DIGITS
    one = of(experiment, name)
    assert one.train_accuracy == pytest.approx(want["train_accuracy"], abs=5e-13)
    assert one.test_accuracy == want["test_accuracy"]


PAGE = (Path(__file__).parents[3] / ".github/docs/experiments.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (zeros|random|he|none|L2|course's dropout)\b.*? \| ([\d,]+) \| (\S+) \| (\S+) \|$", PAGE, re.MULTILINE
)
KEYS = {"L2": "l2", "course's dropout": "dropout"}


def test_the_readme_has_a_row_for_every_curve():
    assert [row[0] for row in ROWS] == ["zeros", "random", "he", "none", "L2", "course's dropout"]


def test_the_readme_says_what_is_published():
    for name, after, published, _ in ROWS:
        curves = CIRCLES if name in CIRCLES else FOOTBALL
        curve = curves[KEYS.get(name, name)]["cost"]
        assert curve[int(after.replace(",", "")) // curves["model"]["cost_every"]] == float(published), name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "after", "published", "obtained"), ROWS, ids=[row[0] for row in ROWS])
def test_the_readme_says_what_is_obtained(trained, request, name, after, published, obtained):
    if name in CIRCLES:
        experiment = trained("initialization")
    else:
        experiment = trained("regularization", data=request.getfixturevalue("football"), course_seeds=True)
    tolerance = 1e-4 if name == "random" else DIGITS
    assert dict(of(experiment, name).costs)[int(after.replace(",", ""))] == pytest.approx(
        float(obtained), rel=tolerance
    )


@pytest.mark.slow
def test_fresh_masks_do_not_give_the_published_curve_of_dropout(trained, football):
    experiment = trained("regularization", data=football, course_seeds=True)
    assert min(differences(printed(experiment, "dropout"), FOOTBALL["dropout"]["cost"])) > 1e-3
