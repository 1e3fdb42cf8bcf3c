"""Curves as a picture: time above, memory below, all axes logarithmic, one scale for a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.curves import Curve, slope, upper
from benchmarks.tables import duration, size

__all__ = ["drawn"]

INK, SOFT, GRID, COLOURS = "#1f2933", "#7b8794", "#e4e7eb", ("#0b6e99", "#c2410c", "#3f7d20")


def drawn(found: Sequence[Curve]) -> Any:
    """A Matplotlib figure, a column for each curve."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.4), layout="constrained")
    above, below = figure.subplots(2, len(found), sharex="col", sharey="row", squeeze=False)
    for curve, colour, time, memory in zip(found, COLOURS, above, below, strict=False):
        _panel(time, curve.job.x, curve.seconds, colour, duration)
        _panel(memory, curve.job.x, curve.memory, colour, size)
        time.set_title(curve.job.title, loc="left", color=INK, fontsize=12, fontweight="bold")
        memory.set_xlabel(curve.job.axis, color=INK)
    above[0].set_ylabel("time", color=INK)
    below[0].set_ylabel("memory, at most", color=INK)
    return figure


def _panel(axis: Any, x: Sequence[float], y: Sequence[float], colour: str, shown: Callable[[float], str]) -> None:
    """The points, and behind them the line that is fitted to the upper half: what is above it is a fixed price."""
    power, ends = slope(upper(x), upper(y)), np.array([x[0], x[-1]], dtype=float)
    middle = np.exp(np.mean(np.log(upper(y))) - power * np.mean(np.log(upper(x))))
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.plot(ends, middle * ends**power, "--", color=SOFT, linewidth=1)
    axis.plot(x, y, "o-", color=colour, markersize=5, linewidth=1.6)
    axis.annotate(shown(y[-1]), (x[-1], y[-1]), (-8, 6), textcoords="offset points", ha="right", color=colour)
    axis.text(0.04, 0.9, f"slope {power:.2f} (dashed)", transform=axis.transAxes, color=INK, fontsize=10)
    axis.xaxis.set_major_formatter(lambda value, position: f"{value:,.0f}")
    axis.yaxis.set_major_formatter(lambda value, position: shown(value))
    axis.yaxis.set_minor_formatter(lambda value, position: "")
    axis.grid(color=GRID, linewidth=0.7)
    axis.set_axisbelow(True)
    axis.margins(y=0.12)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(colors=INK, labelsize=9)
