"""The V of central differences over ε, and the kinks that a step crosses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from reference.experiments.checking import COURSE_STEP, Crossing, Steps
from reference.experiments.sketch import Colours, Sketch, bars
from reference.report.html.svg import powers

__all__ = ["kinks", "short", "valley"]

FLOOR, CEILING = 1e-13, 10.0
LEVELS = (1, 2, 4, 16)  # sign changes, from which on a cell is stronger
SHADES = (0.25, 0.45, 0.7, 1.0)
ONLY = 3  # rows of a block, from which on it has room for its name


def valley(steps: Steps) -> Sketch:
    """Round-off on the left, truncation on the right; which of the two rules, and where kinks begin."""
    x = steps.epsilon

    def draw(axes: Any, colours: Colours) -> None:
        ends = x.min() / 1.5, x.max() * 1.5
        regions = [
            (ends[0], steps.derived, "accent", "round-off rules"),
            (steps.derived, ends[1], "downstream", "truncation rules"),
        ]
        for low, high, colour, said in regions:
            axes.axvspan(low, high, color=colours[colour], alpha=0.1, linewidth=0, zorder=0)
            axes.annotate(said, (np.sqrt(low * high), 0.97), xycoords=("data", "axes fraction"), ha="center", va="top",
                          color=colours[colour], size=10)  # fmt: skip
        axes.loglog(x, steps.differences, "o-", color=colours["accent"], markersize=3.5, linewidth=1.3,
                    label="the course's cost, log(1 − A₃)")  # fmt: skip
        axes.loglog(x, steps.logits, "s-", color=colours["muted"], markersize=3, linewidth=1.0, label="cost from Z₃")
        axes.loglog(x, steps.rounding / x, ":", color=colours["ink"], linewidth=1.2, label="round-off, at most ∝ 1/ε")
        axes.loglog(x, steps.truncation * x**2, "--", color=colours["ink"], linewidth=1.2, label="truncation, ∝ ε²")
        low, middle, high = (float(np.quantile(steps.chosen, q)) for q in (0, 0.5, 1))
        reached = max(steps.reached, FLOOR * 2)
        axes.plot([low, high], [reached] * 2, color=colours["right"], linewidth=2.2, solid_capstyle="butt")
        axes.plot(
            [middle], [reached], "*", color=colours["right"], markersize=14, label="the tool, a step for each parameter"
        )
        for at, said in ((COURSE_STEP, "1e-7, the course's"), (steps.derived, f"{short(steps.derived)}, derived")):
            axes.axvline(at, color=colours["ink"], linewidth=0.9, zorder=1)
            axes.annotate(said, (at, 0.88), xycoords=("data", "axes fraction"), xytext=(-4, 0), ha="right", va="top",
                          textcoords="offset points", size=9, color=colours["ink"])  # fmt: skip
        axes.set(xlabel="ε", ylabel="‖g − g̃‖ / (‖g‖ + ‖g̃‖)", ylim=(FLOOR, CEILING), xlim=ends)
        if steps.kinks <= x.max():
            first = steps.differences[np.flatnonzero(x == steps.kinks)[0]]
            arrow = {"arrowstyle": "->", "color": colours["ink"]}
            axes.annotate("a kink is\ncrossed", (steps.kinks, first), xytext=(-40, 14), textcoords="offset points",
                          ha="center", size=9, color=colours["ink"], arrowprops=arrow)  # fmt: skip
        powers(axes.xaxis)
        powers(axes.yaxis)
        axes.grid(visible=True, linewidth=0.5)
        axes.legend(loc="lower left", fontsize=8.5)

    at = int(np.argmin(np.abs(np.log(x / COURSE_STEP))))
    best = int(np.argmin(steps.differences))
    text = (
        f"Right gradients, checked with every step: {short(steps.differences[at], 1)} at ε = 1e-7, "
        f"{short(steps.differences[best], 1)} at {short(x[best])}, the best. The tool, with steps from "
        f"{short(steps.chosen.min())} to {short(steps.chosen.max())}, reaches {short(steps.reached, 1)}."
    )
    return Sketch("steps", "The difference over the step", text, (8.6, 4.6), draw)


def short(value: float, decimals: int = 0) -> str:
    """``1e-7``, not ``1e-07``."""
    digits, _, power = f"{value:.{decimals}e}".partition("e")
    return f"{digits}e{int(power)}"


def kinks(crossings: Sequence[Crossing]) -> Sketch:
    """A row for each parameter; the stronger its colour, the more relus change their sign within the step."""

    def draw(axes: Any, colours: Colours) -> None:
        for panel, crossing in zip(axes[0], crossings, strict=True):
            _cells(panel, crossing, colours)
            rows = np.arange(len(crossing.chosen))
            found = ~crossing.left_out
            panel.plot(
                crossing.chosen[found], rows[found], ".", color=colours["right"], markersize=4, label="the tool's step"
            )
            panel.plot(crossing.chosen[~found], rows[~found], "x", color=colours["wrong"], markersize=4)
            panel.axvline(COURSE_STEP, color=colours["ink"], linewidth=0.9)
            panel.set_xscale("log")
            panel.set(
                xlim=(crossing.epsilon.min() / 1.33, crossing.epsilon.max() * 1.33),
                ylim=(rows.size - 0.5, -0.5),
                xlabel="ε",
            )
            panel.set_xticks([10.0**p for p in range(-12, 2, 4)])
            powers(panel.xaxis)
            panel.set_title(
                f"{crossing.title}\n{short(crossing.difference)} at 1e-7, {short(crossing.tool)} by the tool"
            )
            panel.spines[:].set_visible(False)
            _named(panel, crossing, colours)
        _legend(axes[0][0].figure, colours)

    text = "; ".join(_said(crossing) for crossing in crossings)
    return Sketch(
        "kinks",
        "Which kinks a step crosses",
        f"{text}.",
        (10.4, 5.4),
        draw,
        {"ncols": len(crossings), "squeeze": False},
    )


def _cells(panel: Any, crossing: Crossing, colours: Colours) -> None:
    """Steps that cross, a bar for each stretch of one shade."""
    half = math.sqrt(crossing.epsilon[1] / crossing.epsilon[0])
    shade = np.searchsorted(LEVELS, crossing.counts, side="right")  # 0 where nothing is crossed
    for level, alpha in enumerate(SHADES, start=1):
        inside = np.pad(shade == level, ((0, 0), (1, 1))).astype(int)
        rows, first = np.nonzero(np.diff(inside, axis=1) == 1)
        _, after = np.nonzero(np.diff(inside, axis=1) == -1)
        left, right = crossing.epsilon[first] / half, crossing.epsilon[after - 1] * half
        panel.add_patch(bars(left, right, rows, height=1.0, facecolor=colours["downstream"], alpha=alpha))


def _named(panel: Any, crossing: Crossing, colours: Colours) -> None:
    sizes = [size for _, size in crossing.blocks]
    ends = np.cumsum(sizes)
    panel.hlines(ends[:-1] - 0.5, 0, 1, transform=panel.get_yaxis_transform(), color=colours["line"], linewidth=0.6)
    roomy = [
        (name, end - size / 2 - 0.5) for (name, size), end in zip(crossing.blocks, ends, strict=True) if size >= ONLY
    ]
    panel.set_yticks([at for _, at in roomy], [name for name, _ in roomy])
    panel.tick_params(axis="y", length=0)


def _legend(figure: Any, colours: Colours) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    upper = [f"–{level - 1}" if level - 1 > least else "" for least, level in pairwise(LEVELS)]
    handles: list[Any] = [
        Patch(facecolor=colours["downstream"], alpha=shade, label=f"{least}{more}")
        for least, more, shade in zip(LEVELS, (*upper, " and more"), SHADES, strict=True)
    ]
    handles.append(Line2D([], [], linestyle="", marker=".", color=colours["right"], label="the tool's step"))
    handles.append(Line2D([], [], color=colours["ink"], linewidth=0.9, label="1e-7, the course's"))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=6,
        fontsize=9,
        title="relus that change their sign between θ − ε and θ + ε",
        title_fontsize=9,
    )


def _said(crossing: Crossing) -> str:
    crossed = crossing.epsilon[(crossing.counts > 0).any(axis=0)]
    always = int((crossing.counts > 0).all(axis=1).sum())
    first = f"the first kink is crossed at ε = {short(crossed.min())}" if crossed.size else "no kink is crossed"
    if always:
        first = f"{always} parameters cross a kink with every ε, however small"
    differ = f"right gradients differ by {short(crossing.difference)} at 1e-7, by {short(crossing.tool)} for the tool"
    return f"{crossing.title}: {first}; {differ}"
