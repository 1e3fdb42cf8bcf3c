"""Experiments as they are conducted, once for all that look at them."""

from __future__ import annotations

import io

import pytest

from reference.experiments.conduct import ExperimentRequest, conduct
from reference.experiments.follow import Follower
from reference.experiments.plans import PLANS
from reference.experiments.runs import opened, study


@pytest.fixture(scope="session")
def silent():
    """Follows a training, and says nothing."""
    return Follower(lambda line: None, lambda name, total: None, lambda *iterated: None, lambda name: None)


@pytest.fixture(scope="session")
def trained(silent):
    """A function: a training experiment, by name; the same arguments are trained once."""
    kept = {}

    def train(name, *, data=None, course_seeds=False, iterations=None, seed=None):
        key = name, data, course_seeds, iterations, seed
        if key not in kept:
            plan = PLANS[name]
            kept[key] = study(
                plan, opened(data or plan.data), silent, iterations=iterations or plan.iterations,
                seed=plan.seed if seed is None else seed, course_seeds=course_seeds,
            )  # fmt: skip
        return kept[key]

    return train


def asked(name, **given):
    """What a command line says that says nothing but this."""
    silence = {"data": None, "iterations": None, "seed": None, "course_seeds": False}
    return ExperimentRequest(**{"name": name, "command": f"manual-backprop experiment {name}", **silence, **given})


@pytest.fixture(scope="session")
def products():
    """Every experiment's files, with short trainings."""
    plain = io.StringIO()
    return {
        name: conduct(asked(name, iterations=120 if name in PLANS else None), plain).files
        for name in (*PLANS, "gradient-checking")
    }
