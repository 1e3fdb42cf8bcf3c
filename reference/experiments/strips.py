"""Which neurons dropout shuts off, iteration by iteration: drawn anew, or always the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from manual_backprop import masks, training
from reference.experiments.runs import COURSE_SEED, Study, dims
from reference.experiments.sketch import Colours, Sketch, bars, panels

__all__ = ["shut_off", "strip"]

SHOWN = 60  # iterations
GAP = 1.0  # between two layers, in neurons


def shut_off(study: Study, *, reseeded: bool, iterations: int, examples: int | None = None) -> NDArray[np.bool_]:
    """``(iterations, neurons, examples)``, true where D is false: the masks that ``training.model`` trained with.

    ``examples`` are the first so many; all m, unless given.
    """
    neurons, m = sum(dims(study)[1:-1]), study.data.train_X.shape[1]
    (keep_prob,) = {v.settings["keep_prob"] for v in study.plan.variants if v.drops}
    if reseeded:
        fixed = training.draw_masks(dims(study), m, keep_prob=keep_prob, rng=np.random.RandomState(COURSE_SEED)) or []
        return np.repeat(~np.concatenate(fixed)[np.newaxis, :, :examples], iterations, axis=0)
    rng = np.random.RandomState(study.seed)
    training.INITIALIZATIONS["xavier"](dims(study), rng=rng)  # the weights are drawn first
    D, source, off = np.empty((neurons, m), dtype=bool), masks.stream(rng, neurons * m), []
    for _ in range(iterations):
        masks.draw(D.reshape(-1), source, keep_prob=keep_prob)
        off.append(~D[:, :examples])
    return np.stack(off)


def strip(study: Study) -> Sketch:
    """One example's neurons, over the first iterations: filled where they are shut off."""
    sizes = dims(study)[1:-1]
    iterations = min(SHOWN, study.iterations)
    ways = [("fresh masks", False), ("the course's seeds", True)]
    off = [shut_off(study, reseeded=reseeded, iterations=iterations, examples=1)[:, :, 0] for _, reseeded in ways]
    rows = np.concatenate([np.arange(n) + sum(sizes[:l]) + l * GAP for l, n in enumerate(sizes)])

    def draw(axes: Any, colours: Colours) -> None:
        for panel, (title, _), filled in zip(axes[0], ways, off, strict=True):
            at, neuron = np.nonzero(filled)
            panel.add_patch(bars(at - 0.5, at + 0.5, rows[neuron], height=0.84, facecolor=colours["ink"]))
            panel.set(xlim=(-0.5, iterations - 0.5), ylim=(rows[-1] + 0.5, -0.5), xlabel="iteration", title=title)
            panel.spines[:].set_visible(False)
            for l, n in enumerate(sizes):
                first = rows[sum(sizes[:l])]
                panel.axhspan(first - 0.5, first + n - 0.5, color=colours["accent"], alpha=0.12, linewidth=0, zorder=0)
            middles = [rows[sum(sizes[:l]) : sum(sizes[: l + 1])].mean() for l in range(len(sizes))]
            panel.set_yticks(middles, [f"layer {l}\n{n} neurons" for l, n in enumerate(sizes, start=1)])
            panel.tick_params(axis="y", length=0)

    fresh, course = (int(filled.any(axis=0).sum()) for filled in off)
    text = (
        f"Filled: shut off for the first example. With fresh masks {fresh} of {len(rows)} neurons are shut off at "
        f"some time in the first {iterations} iterations; with the course's seeds the same {course} always are, "
        "and no other ever is."
    )
    grid = panels(2, height=3.3, sharey=True)
    return Sketch("masks", "Which neurons dropout shut off", text, draw=draw, **grid)
