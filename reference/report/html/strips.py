"""Error against λ, keep_prob and m; and the V of central differences against ε."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.report.html.svg import COLOURS, Picture, drawing, picture, powers
from reference.report.models.evidence import Curve, Dot, Evidence

__all__ = ["curve", "strips", "swept"]

LABELS = {"lambd": "λ", "keep_prob": "keep_prob", "m": "m"}
LOW, HIGH = 1e-5, 1e3  # of what is allowed: what is beyond is drawn at the edge


def strips(evidence: Evidence, key: str) -> Picture:
    """One dot a case; below the line it is right."""
    names = swept(evidence.dots)
    with drawing(2.6 * len(names) + 0.6, 2.7, ncols=len(names), sharey=True, squeeze=False) as (figure, (row,)):
        for axes, name in zip(row, names, strict=True):
            _strip(axes, [dot for dot in evidence.dots if dot.swept == name])
            axes.set_xlabel(LABELS[name])
        row[0].set_ylabel("error / allowed")
        labels = [LABELS[name] for name in names]
        title = f"Error against {', '.join(labels[:-1])}{' and ' if labels[1:] else ''}{labels[-1]}"
        return picture(figure, key, title, _said(evidence.dots, names))


def swept(dots: list[Dot]) -> list[str]:
    """What was given more than one value."""
    return [name for name in LABELS if len({dot.value for dot in dots if dot.swept == name}) > 1]


def _strip(axes: Any, dots: list[Dot]) -> None:
    values = sorted({dot.value for dot in dots})
    for wrong, colour, marker in ((False, "right", "o"), (True, "wrong", "x")):
        some = [dot for dot in dots if (float(dot.error) > 1) == wrong]
        xs = [values.index(dot.value) for dot in some]
        ys = np.clip([float(dot.error) for dot in some], LOW, HIGH)
        face = {"facecolors": "none", "edgecolors": COLOURS[colour]} if not wrong else {"color": COLOURS[colour]}
        axes.scatter(xs, ys, s=28, marker=marker, linewidths=1.3, **face)
    axes.axhline(1, color=COLOURS["ink"], linewidth=1)
    axes.set_yscale("log")
    powers(axes.yaxis)
    axes.set_ylim(LOW / 2, HIGH * 2)
    axes.set_xticks(range(len(values)), [f"{v:g}" for v in values], size=8)
    axes.grid(visible=True, axis="y", linewidth=0.5)


def _said(dots: list[Dot], names: list[str]) -> str:
    parts = []
    for name in names:
        label = LABELS[name]
        some = [dot for dot in dots if dot.swept == name]
        wrong = sorted({dot.value for dot in some if float(dot.error) > 1})
        which = f"wrong at {label} = {', '.join(f'{v:g}' for v in wrong)}" if wrong else "none wrong"
        parts.append(f"{label}: {len(some)} cases, {which}")
    return "; ".join(parts) + "."


def curve(found: Curve, key: str) -> Picture:
    """Truncation on the right, round-off on the left, and the step that the tool took."""
    steps, errors, rounding = (np.array(a, dtype=np.float64) for a in (found.steps, found.errors, found.rounding))
    with drawing(5.0, 3.4) as (figure, axes):
        seen = np.maximum(errors, 1e-17)
        axes.loglog(steps, seen, "o-", color=COLOURS["accent"], markersize=4, linewidth=1.2, label="central difference")
        axes.loglog(steps, rounding, ":", color=COLOURS["muted"], label="round-off, u |J| / ε")
        truncation = errors[0] * (steps / steps[0]) ** 2
        axes.loglog(steps, truncation, "--", color=COLOURS["muted"], label="truncation, ∝ ε²")
        if found.chosen is not None and found.reached is not None:
            reached = max(float(found.reached), 1e-17)
            axes.loglog(
                [found.chosen], [reached], "*", color=COLOURS["right"], markersize=13, label="the tool's own step"
            )
        axes.axvline(1e-7, color=COLOURS["line"], linewidth=1)
        axes.annotate("1e-7, the course's", (1e-7, 1), xycoords=("data", "axes fraction"), ha="left", va="top", size=8,
                      xytext=(4, -2), textcoords="offset points", color=COLOURS["muted"])  # fmt: skip
        axes.set_ylim(1e-17, 10)
        powers(axes.xaxis)
        powers(axes.yaxis)
        axes.set_xlabel("ε")
        axes.set_ylabel("relative error")
        axes.grid(visible=True, linewidth=0.5)
        axes.legend(loc="lower left", fontsize=8)
        best = int(np.argmin(seen))
        index = ",".join(map(str, found.index))
        text = f"{found.name}[{index}], data term: the best of these steps is ε = {steps[best]:.0e}"
        text += f", with a relative error of {seen[best]:.0e}"
        if found.chosen is not None and found.reached is not None:
            text += f"; the tool took {found.chosen:.0e}, and is off by {float(found.reached):.0e}"
        return picture(figure, key, "Central differences over ε", f"{text}.")
