"""Experiments as they are performed, once for all that look at them; in the default tier with nothing drawn."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import numpy as np
import pytest

from manual_backprop.datasets import Dataset
from reference.commands.experiment import CHECKING, perform
from reference.experiments import folder, gradient_checking
from reference.experiments.kinks import kink_crossings
from reference.experiments.step_sizes import SEED, course_example, step_sizes
from reference.experiments.trainings import PLANS, TrainedExperiment, train, training_data
from reference.report.html.svg import Picture
from reference.report.models.verification import CheckResult, Finding, Location, Target


class SilentDisplay:
    """Follows a training, and says nothing."""

    def line(self, text):
        pass

    def begin(self, name, iterations):
        self.name = name

    def iterated(self, iteration, cost, accuracy):
        pass

    def done(self):
        pass


def untrained(name, *, data=None, iterations=None, seed=None, course_seeds=False):
    """An experiment before its training; ``data`` is a name, or a data set."""
    plan = PLANS[name]
    data, source = (data, "three.npz") if isinstance(data, Dataset) else training_data(data or plan.data)
    seed = plan.seed if seed is None else seed
    return TrainedExperiment(name, plan, data, source, iterations or plan.iterations, seed, course_seeds, [])


def performed(name, display=None, **given):
    experiment = untrained(name, **given)
    train(experiment, display or SilentDisplay())
    return experiment


@pytest.fixture(scope="session")
def trained():
    """A function: a training experiment, by name; the same arguments are trained once."""
    kept = {}

    def once(name, **given):
        key = name, *sorted(given.items())
        if key not in kept:
            kept[key] = performed(name, **given)
        return kept[key]

    return once


# --- gradient checking ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def example():
    return course_example(SEED)


@pytest.fixture(scope="session")
def right(example):
    return gradient_checking.own_gradients(gradient_checking.RIGHT, *example[:2], example.by_name)


@pytest.fixture(scope="session")
def steps(example, right):
    return step_sizes(example, right)


@pytest.fixture(scope="session")
def crossings(example):
    return kink_crossings(example)


def reported(stream):
    """What the tool says of both files, as the whole tool is known to say it: two mistakes, each with its line."""
    lines = gradient_checking.FILES["planted.py"].split("\n")
    rows = []
    for k, (output, factor) in enumerate({"db1": 4, "dW2": 2}.items()):
        (line,) = (
            at for at, text in enumerate(lines, 1) if text.strip() == gradient_checking.MISTAKES[RIGHT_LINES[output]]
        )
        finding = Finding(
            code="MB101", severity="error", certainty="exactly", replay=f"AAA{k}",
            text=f"the gradient × {factor}, on 3 of 3 probes",
            location=Location(file="/somewhere/planted.py", cell=None, line=line),
        )  # fmt: skip
        warning = finding.model_copy(update={"severity": "warning"})
        rows.append(
            CheckResult(check="backward_propagation_n", output=output, verdict="fail", findings=[warning, finding])
        )
    planted = Target(target="planted.py", verdict="fail", checks=rows)
    return {"planted.py": planted, "fixed.py": Target(target="fixed.py", verdict="pass")}


RIGHT_LINES = {line.partition(" ")[0]: line for line in gradient_checking.MISTAKES}


# --- pages ------------------------------------------------------------------------------------------------------


def undrawn(chart):
    """A picture in which there is nothing but its name and its description."""
    key = f"figure-{chart.name}"
    labels = f'<title id="{key}-title">{escape(chart.title)}</title><desc id="{key}-text">{escape(chart.text)}</desc>'
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" role="img" focusable="false" '
        f'aria-labelledby="{key}-title {key}-text">{labels}<text>{chart.name}</text></svg>'
    )
    return Picture(key, chart.title, chart.text, svg, 700), {f"{chart.name}.png": b"", f"{chart.name}.svg": b""}


@pytest.fixture
def _undrawn(monkeypatch):
    monkeypatch.setattr(folder, "render", undrawn)


def all_files():
    """Every experiment's files, with short trainings."""
    silent = io.StringIO()
    return {
        name: perform(name, None, 120 if name in PLANS else None, None, False, command_of(name), silent)[0]
        for name in (*PLANS, CHECKING)
    }


def command_of(name):
    return f"manual-backprop experiment {name}"


@pytest.fixture(scope="session")
def briefly(steps, crossings):
    """A function: makes gradient checking cheap, with the course's steps and crossings and a report known before."""

    def patched(patch, report=reported):
        patch.setattr(folder, "render", undrawn)
        patch.setattr(gradient_checking, "verified", report)
        patch.setattr(gradient_checking, "step_sizes", lambda example, gradients: steps)
        patch.setattr(gradient_checking, "kink_crossings", lambda example: crossings)

    return patched


@pytest.fixture(scope="session")
def undrawn_products(briefly):
    with pytest.MonkeyPatch.context() as patch:
        briefly(patch)
        return all_files()


@pytest.fixture(scope="session")
def whole_products():
    return all_files()


@pytest.fixture(scope="session", params=["undrawn", pytest.param("whole", marks=pytest.mark.slow)])
def products(request):
    """Every experiment's files: without pictures and the tool's verdict, and whole."""
    return request.getfixturevalue(f"{request.param}_products")


def noise(n_0, m):
    return np.random.RandomState(0).standard_normal((n_0, m))
