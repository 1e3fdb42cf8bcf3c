"""The experiments that train: lines and a bar on the way, then the charts, the table and the numbers of the page."""

from __future__ import annotations

import io
from typing import Any, TextIO

import numpy as np

from manual_backprop.network import Parameters
from reference.experiments import folder
from reference.experiments.chart import Chart
from reference.experiments.curves import costs, weights
from reference.experiments.decision_regions import boundaries, points
from reference.experiments.display import training_display
from reference.experiments.dropout_masks import neurons_shut_off
from reference.experiments.trainings import TrainedExperiment, train
from reference.report.tables import Table

__all__ = ["train_and_draw", "training_files"]

ROWS = 20  # of a table, at most


def train_and_draw(experiment: TrainedExperiment, command: str, stream: TextIO) -> tuple[dict[str, bytes], bool]:
    """The files of an experiment that is yet to be trained, and whether an interrupt cut them short."""
    with training_display(stream, every=experiment.plan.printed_every(experiment.iterations)) as display:
        train(experiment, display)
        n_0, *_ = experiment.dims
        if n_0 != 2:
            display.line(f"{n_0} feature{'s' if n_0 > 1 else ''}: no picture of the data, no decision boundary")
    return training_files(experiment, command), experiment.interrupted


def training_files(experiment: TrainedExperiment, command: str) -> dict[str, bytes]:
    """The page and everything beside it."""
    trained, runs, moved = experiment.trained, [], {}
    for one in trained:
        runs.append({
            "name": one.name, "costs": one.costs, "ending": one.ending, "iterations": one.iteration,
            "train_accuracy": one.train_accuracy, "test_accuracy": one.test_accuracy,
        })  # fmt: skip
        start, end = one.weights
        moved[one.name] = 100 * float(np.linalg.norm(end - start) / (np.linalg.norm(start) or 1.0))
    results = {"data": experiment.source, "seed": experiment.seed, "iterations": experiment.iterations}
    return folder.files(
        experiment.name, command, charts(experiment), {one.variant.file: _npz(one.parameters) for one in trained},
        {**results, "runs": runs}, experiment=experiment, table=cost_table(experiment), moved=moved,
        late_costs={one.name: float(np.mean([cost for _, cost in one.costs[-10:]])) for one in trained},
    )  # fmt: skip


def charts(experiment: TrainedExperiment) -> list[Chart]:
    """What the page shows: of the two dropouts one beside the others, and the two apart."""
    data, plane, trained = experiment.data, experiment.dims[0] == 2, experiment.trained
    side_by_side = [o for o in trained if not o.variant.drops or o.variant.reseeded == experiment.course_seeds]
    shown = [costs(side_by_side, logarithmic=experiment.name == "optimization"), weights(side_by_side)]
    shown += [points(data), boundaries(side_by_side, data)] if plane else []
    two = sorted((one for one in trained if one.variant.drops), key=lambda one: one.variant.reseeded)
    if len(two) == 2:
        ways = "with fresh masks, and with the course's"
        shown += [neurons_shut_off(experiment), costs(two, name="two-ways", title=f"Cost {ways}")]
        title = f"Decision boundaries {ways}"
        shown += [boundaries(two, data, name="two-ways-boundaries", title=title)] if plane else []
    return shown


def cost_table(experiment: TrainedExperiment) -> Table:
    """The costs, as they were printed, and the accuracies."""
    every, trained = experiment.plan.printed_every(experiment.iterations), experiment.trained
    columns = [dict(one.costs) for one in trained]
    iterations = sorted({i for column in columns for i in column if i % every == 0})
    iterations = iterations[:: -(-len(iterations) // ROWS)]
    rows = [[f"{i:,}", *(f"{column[i]:.10g}" if i in column else "–" for column in columns)] for i in iterations]
    rows.append(["right, train", *(f"{100 * one.train_accuracy:.4g} %" for one in trained)])
    if experiment.data.test_X is not None:
        tests = (one.test_accuracy for one in trained)
        rows.append(["right, test", *("–" if test is None else f"{100 * test:.4g} %" for test in tests)])
    title = "Cost after so many iterations, and the share of right answers at the end"
    return Table(title, ["iteration", *(one.name for one in trained)], rows)


def _npz(parameters: Parameters) -> bytes:
    """W1, b1, W2, … by name."""
    out, layers = io.BytesIO(), enumerate(parameters, start=1)
    named: dict[str, Any] = {f"{name}{l}": θ for l, pair in layers for name, θ in zip("Wb", pair, strict=True)}
    np.savez(out, **named)
    return out.getvalue()
