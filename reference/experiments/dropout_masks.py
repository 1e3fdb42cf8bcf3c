"""Which neurons dropout shuts off, iteration by iteration: drawn anew, or always the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from manual_backprop import masks, training
from reference.experiments.chart import Chart, Colours, bars, row_width
from reference.experiments.trainings import COURSE_SEED, TrainedExperiment

__all__ = ["neurons_shut_off", "shut_off"]

SHOWN = 60  # iterations
GAP = 1.0  # between two layers, in neurons


def shut_off(
    experiment: TrainedExperiment, *, reseeded: bool, iterations: int, examples: int | None = None
) -> NDArray[np.bool_]:
    """``(iterations, neurons, examples)``, true where D is false, of all or the first so many examples."""
    dims, m = experiment.dims, experiment.data.train_X.shape[1]
    (keep_prob,) = {v.settings["keep_prob"] for v in experiment.plan.variants if v.drops}
    if reseeded:
        fixed = training.draw_masks(dims, m, keep_prob=keep_prob, rng=np.random.RandomState(COURSE_SEED)) or []
        return np.repeat(~np.concatenate(fixed)[np.newaxis, :, :examples], iterations, axis=0)
    rng = np.random.RandomState(experiment.seed)
    training.INITIALIZATIONS["xavier"](dims, rng=rng)  # the weights are drawn first
    D, off = np.empty((sum(dims[1:-1]), m), dtype=bool), []
    source = masks.stream(rng, D.size)
    for _ in range(iterations):
        masks.draw(D.reshape(-1), source, keep_prob=keep_prob)
        off.append(~D[:, :examples])
    return np.stack(off)


def neurons_shut_off(experiment: TrainedExperiment) -> Chart:
    """One example's neurons, over the first iterations: filled where they are shut off."""
    sizes, iterations = experiment.dims[1:-1], min(SHOWN, experiment.iterations)
    off = [shut_off(experiment, reseeded=r, iterations=iterations, examples=1)[:, :, 0] for r in (False, True)]
    rows = [np.arange(n) + sum(sizes[:l]) + l * GAP for l, n in enumerate(sizes)]
    row = np.concatenate(rows)

    def draw(panels: Sequence[Any], colours: Colours) -> None:
        for panel, title, filled in zip(panels, ("fresh masks", "the course's seeds"), off, strict=True):
            at, neuron = np.nonzero(filled)
            panel.add_patch(bars(at - 0.5, at + 0.5, row[neuron], height=0.84, facecolor=colours["ink"]))
            panel.set(xlim=(-0.5, iterations - 0.5), ylim=(row[-1] + 0.5, -0.5), xlabel="iteration", title=title)
            panel.spines[:].set_visible(False)
            for layer in rows:
                ends = layer[0] - 0.5, layer[-1] + 0.5
                panel.axhspan(*ends, color=colours["accent"], alpha=0.12, linewidth=0, zorder=0)
            names = [f"layer {l}\n{n} neurons" for l, n in enumerate(sizes, start=1)]
            panel.set_yticks([layer.mean() for layer in rows], names)
            panel.tick_params(axis="y", length=0)

    fresh, course = (int(filled.any(axis=0).sum()) for filled in off)
    text = (
        f"Filled: shut off for the first example. With fresh masks {fresh} of {len(row)} neurons are shut off at "
        f"some time in the first {iterations} iterations; with the course's seeds the same {course} always are, "
        "and no other ever is."
    )
    return Chart("masks", "Which neurons dropout shut off", text, draw, (row_width(2), 3.3), 2, "y")
