"""Costs on their way down, and where the weights end up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.experiments.runs import Outcome, layers
from reference.experiments.sketch import Colours, Sketch, panels
from reference.report.html.svg import powers

__all__ = ["costs", "weights"]

BINS = 41


def costs(
    outcomes: Sequence[Outcome],
    *,
    logarithmic: bool = False,
    name: str = "costs",
    title: str = "Cost over the iterations",
) -> Sketch:
    """A panel for each training, the others faintly behind it."""
    curves = [np.array(outcome.costs).T for outcome in outcomes]
    top = _top([J for _, J in curves])

    def draw(axes: Any, colours: Colours) -> None:
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter

        for k, (panel, outcome) in enumerate(zip(axes[0], outcomes, strict=True)):
            for j, (steps, J) in enumerate(curves):
                if j != k:
                    panel.plot(steps, J, color=colours["muted"], alpha=0.4, linewidth=1.0, zorder=1)
            panel.plot(*curves[k], color=colours["accent"], linewidth=1.8, zorder=2)
            panel.set_title(outcome.variant.name)
            panel.set_xlabel("iteration")
            panel.xaxis.set_major_locator(MaxNLocator(4, integer=True))
            panel.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            panel.grid(visible=True, linewidth=0.5)
            if logarithmic:
                panel.set_yscale("log")
                powers(panel.yaxis)
            else:
                panel.set_ylim(0, top)
                _above(panel, curves[k][1], top, colours)
        axes[0][0].set_ylabel("cost J")

    text = "; ".join(_said(outcome) for outcome in outcomes)
    return Sketch(name, title, f"{text}.", draw=draw, **panels(len(outcomes), sharex=True, sharey=True, height=2.9))


def _top(curves: Sequence[np.ndarray]) -> float:
    """High enough for nearly all of every curve; a start that is far above the others' leaves the picture."""
    finite = [J[np.isfinite(J)] for J in curves if np.isfinite(J).any()]
    nearly = max((float(np.quantile(J, 0.95)) for J in finite), default=1.0)
    return 1.1 * max(nearly, float(np.median([J[0] for J in finite] or [1.0])), 1e-3)


def _above(panel: Any, J: np.ndarray, top: float, colours: Colours) -> None:
    """What is beyond the picture, said in it."""
    highest = float(np.max(J, where=np.isfinite(J), initial=0.0))
    if highest > top:
        panel.annotate(f"↑ up to {highest:,.4g}", (0, 1), xycoords=("data", "axes fraction"), va="top", size=8,
                       xytext=(8, -2), textcoords="offset points", color=colours["ink"])  # fmt: skip


def _said(outcome: Outcome) -> str:
    (_, first), (last_at, last) = outcome.costs[0], outcome.costs[-1]
    return f"{outcome.variant.name}: from {first:.4g} to {last:.4g} at iteration {last_at:,}"


def weights(outcomes: Sequence[Outcome]) -> Sketch:
    """How many weights have which value: filled where training ended, outlined where it began."""
    ends, starts = (
        [layers(of) for of in each] for each in zip(*((o.kept.parameters, o.start) for o in outcomes), strict=True)
    )
    widest = max(float(np.abs(W).max()) for W in (*ends, *starts)) or 1.0
    edges = np.linspace(-widest, widest, BINS + 1)

    def draw(axes: Any, colours: Colours) -> None:
        for panel, outcome, end, start in zip(axes[0], outcomes, ends, starts, strict=True):
            panel.hist(end, edges, color=colours["accent"], alpha=0.75, label="trained")
            panel.hist(start, edges, histtype="step", color=colours["ink"], linewidth=1.1, label="at the start")
            panel.set_title(f"{outcome.variant.name}: ‖W‖ {_norm(start):.3g} → {_norm(end):.3g}")
            panel.set_xlabel("weight")
        axes[0][0].set_ylabel("how many")
        handles, labels = axes[0][0].get_legend_handles_labels()
        axes[0][0].figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)

    said = [
        f"{outcome.variant.name}: ‖W‖ from {_norm(start):.3g} to {_norm(end):.3g}, the largest {np.abs(end).max():.3g}"
        for outcome, end, start in zip(outcomes, ends, starts, strict=True)
    ]
    grid = panels(len(outcomes), height=2.9, sharex=True, sharey=True)
    return Sketch("weights", "The weights", f"{'; '.join(said)}.", draw=draw, **grid)


def _norm(W: np.ndarray) -> float:
    return math.sqrt(float(W @ W))
