"""Costs on their way down, and where the weights end up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.experiments.chart import Chart, Colours, row_width
from reference.experiments.trainings import TrainedVariant
from reference.report.html.svg import powers

__all__ = ["costs", "weights"]

BINS = 41


def costs(
    trained: Sequence[TrainedVariant], *, logarithmic: bool = False, name: str = "costs",
    title: str = "Cost over the iterations",
) -> Chart:  # fmt: skip
    """A panel for each training, the others faintly behind it."""
    curves = [np.array(one.costs).T for one in trained]
    finite = [J[np.isfinite(J)] for _, J in curves if np.isfinite(J).any()]
    nearly_all = max((float(np.quantile(J, 0.95)) for J in finite), default=1.0)  # a start far above leaves the picture
    top = 1.1 * max(nearly_all, float(np.median([J[0] for J in finite] or [1.0])), 1e-3)

    def draw(panels: Sequence[Any], colours: Colours) -> None:
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter

        for k, (panel, one, (steps, J)) in enumerate(zip(panels, trained, curves, strict=True)):
            for other in (*curves[:k], *curves[k + 1 :]):
                panel.plot(*other, color=colours["muted"], alpha=0.4, linewidth=1.0, zorder=1)
            panel.plot(steps, J, color=colours["accent"], linewidth=1.8, zorder=2)
            panel.set(title=one.name, xlabel="iteration")
            panel.xaxis.set_major_locator(MaxNLocator(4, integer=True))
            panel.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            panel.grid(visible=True, linewidth=0.5)
            highest = float(np.max(J, where=np.isfinite(J), initial=0.0))
            if logarithmic:
                panel.set_yscale("log")
                powers(panel.yaxis)
                continue
            panel.set_ylim(0, top)
            if highest > top:
                panel.annotate(f"↑ up to {highest:,.4g}", (0, 1), xycoords=("data", "axes fraction"), va="top", size=8,
                               xytext=(8, -2), textcoords="offset points", color=colours["ink"])  # fmt: skip
        panels[0].set_ylabel("cost J")

    text = "; ".join(
        f"{one.name}: from {one.costs[0][1]:.4g} to {one.costs[-1][1]:.4g} at iteration {one.costs[-1][0]:,}"
        for one in trained
    )
    return Chart(name, title, f"{text}.", draw, (row_width(len(trained)), 2.9), len(trained), "xy")


def weights(trained: Sequence[TrainedVariant]) -> Chart:
    """How many weights have which value: filled where training ended, outlined where it began."""
    pairs = [one.weights for one in trained]
    norms = [[math.sqrt(float(W @ W)) for W in pair] for pair in pairs]
    widest = max(float(np.abs(W).max()) for pair in pairs for W in pair) or 1.0
    edges = np.linspace(-widest, widest, BINS + 1)

    def draw(panels: Sequence[Any], colours: Colours) -> None:
        for panel, one, (start, end), (before, after) in zip(panels, trained, pairs, norms, strict=True):
            panel.hist(end, edges, color=colours["accent"], alpha=0.75, label="trained")
            panel.hist(start, edges, histtype="step", color=colours["ink"], linewidth=1.1, label="at the start")
            panel.set(title=f"{one.name}: ‖W‖ {before:.3g} → {after:.3g}", xlabel="weight")
        panels[0].set_ylabel("how many")
        handles, labels = panels[0].get_legend_handles_labels()
        panels[0].figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)

    text = "; ".join(
        f"{one.name}: ‖W‖ from {before:.3g} to {after:.3g}, the largest {np.abs(end).max():.3g}"
        for one, (_, end), (before, after) in zip(trained, pairs, norms, strict=True)
    )
    return Chart("weights", "The weights", f"{text}.", draw, (row_width(len(trained)), 2.9), len(trained), "xy")
