"""A gradient beside the reference: heat maps of one block, and a scatter of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.cases.case import Case
from reference.report.html.svg import COLOURS, Picture, drawing, picture
from reference.report.models.evidence import Evidence, GradientBlock

__all__ = ["heat", "is_wrong", "scatter"]

SHOWN = 64  # entries of a block whose figures are written into the cells
FLOOR = -18.0  # of log10 error: what is equal to the last bit


def is_wrong(block: GradientBlock) -> bool:
    """Is an entry further off than rounding may take it?"""
    return bool((_error(block) > block.allowed).any())


def _arrays(block: GradientBlock) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    got, want, unit = (np.array(a, dtype=np.float64) for a in (block.got, block.want, block.unit))
    return got, want, unit


def _error(block: GradientBlock) -> np.ndarray:
    """Each entry's error in units of u · M."""
    got, want, unit = _arrays(block)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.nan_to_num(np.abs(got - want) / unit, nan=np.inf)


def heat(block: GradientBlock, key: str) -> Picture:
    """log10 of the error relative to the largest entry, and the ratio to the reference."""
    got, want, _ = _arrays(block)
    largest = float(np.max(np.abs(want))) or 1.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        error = np.clip(np.nan_to_num(np.log10(np.abs(got - want) / largest), nan=3.0), FLOOR, 3.0)
        ratio = np.where(want != 0, got / want, np.nan)
    n, k = want.shape
    width, height = max(5.0, 1.8 + 0.8 * min(k, 12)), 0.9 + 0.36 * min(n, 14)
    with drawing(width, max(1.7, height), ncols=2, sharey=True) as (figure, (left, right)):
        _panel(figure, left, error, "log10 error / largest entry", "viridis", (FLOOR, 1.0), "{:.1f}")
        spread = float(np.nanmax(np.abs(ratio - 1), initial=0.5))
        spread = min(max(spread, 0.5), 3.0)
        _panel(figure, right, ratio, "yours / reference", "PuOr", (1 - spread, 1 + spread), "{:.3g}")
        left.invert_yaxis()
        left.set_ylabel(f"row of {block.name}")
        off = int((_error(block) > block.allowed).sum())
        text = f"{off} of {want.size} entries are wrong; {_ratios(ratio[_error(block) > block.allowed])}."
        return picture(figure, key, f"{block.name}: where it is wrong", text)


def _panel(
    figure: Any, axes: Any, values: np.ndarray, title: str, colours: str, limits: tuple[float, float], form: str
) -> None:
    from matplotlib import colormaps

    n, k = values.shape
    few = colormaps[colours].resampled(32)  # a colour bar is as many shapes
    mesh = axes.pcolormesh(np.arange(k + 1) - 0.5, np.arange(n + 1) - 0.5, values, cmap=few, vmin=limits[0],
                           vmax=limits[1], edgecolors=COLOURS["paper"], linewidth=1.0)  # fmt: skip
    axes.set_title(title)
    axes.set_xlabel("column")
    axes.set_xticks(range(0, k, max(1, k // 8)))
    axes.set_yticks(range(0, n, max(1, n // 8)))
    axes.spines[:].set_visible(False)
    figure.colorbar(mesh, ax=axes, shrink=0.9).outline.set_visible(False)
    if values.size > SHOWN:
        return
    for (i, j), value in np.ndenumerate(values):
        shown, colour = "0/0", COLOURS["muted"]  # on an empty cell
        if np.isfinite(value):
            r, g, b, _ = mesh.cmap(mesh.norm(value))
            dark = 0.299 * r + 0.587 * g + 0.114 * b < 0.55  # luma: text is white on dark cells
            shown, colour = form.format(value), "white" if dark else "black"
        axes.text(j, i, shown, ha="center", va="center", size=8, color=colour)


def _ratios(ratio: np.ndarray) -> str:
    known = ratio[np.isfinite(ratio)]
    if not known.size:
        return "the reference is zero there"
    low, high = float(known.min()), float(known.max())
    if abs(high - low) <= 1e-9 * abs(high):
        return f"yours is {high:.6g} times the reference in each of them"
    return f"yours is {low:.3g} to {high:.3g} times the reference"


def scatter(evidence: Evidence, key: str) -> Picture:
    """Yours against the reference, every entry, with the lines that common mistakes lie on."""
    m = Case.parse(evidence.case).m
    with drawing(5.0, 4.2) as (figure, axes):
        for wrong, colour, marker, label in ((False, "right", "o", "right"), (True, "wrong", "x", "wrong")):
            xs, ys = _points(evidence.blocks, wrong=wrong)
            if xs.size:
                face = {"facecolors": "none"} if marker == "o" else {}
                edge = {"edgecolors": COLOURS[colour]} if marker == "o" else {"color": COLOURS[colour]}
                axes.scatter(xs, ys, s=26, marker=marker, linewidths=1.3, label=f"{label} ({xs.size})", **face, **edge)
        limits = axes.get_xlim(), axes.get_ylim()
        ends = np.array([-1e3, 1e3]) * max(map(abs, (*limits[0], *limits[1])))
        for slope, name, style in ((1, "y = x", "-"), (2, "y = 2x", "--"), (m, f"y = m·x (m = {m})", ":")):
            axes.plot(ends, slope * ends, style, color=COLOURS["muted"], linewidth=1.1, label=name, zorder=0)
        axes.set_xlim(limits[0])
        axes.set_ylim(limits[1])
        axes.set_xlabel("reference")
        axes.set_ylabel("yours")
        axes.grid(visible=True, linewidth=0.5)
        axes.legend(loc="best", fontsize=8)
        count = sum(len(row) for block in evidence.blocks for row in block.want)
        on = _points(evidence.blocks, wrong=False)[0].size
        drawn = on + _points(evidence.blocks, wrong=True)[0].size
        text = f"{on} of {count} entries lie on y = x, as they should; {count - on} do not."
        if drawn < count:
            text += f" {count - drawn} are not finite, and not drawn."
        return picture(figure, key, "Yours against the reference", text)


def _points(blocks: Sequence[GradientBlock], *, wrong: bool) -> tuple[np.ndarray, np.ndarray]:
    xs, ys = [], []
    for block in blocks:
        got, want, _ = _arrays(block)
        picked = (_error(block) > block.allowed) == wrong
        finite = picked & np.isfinite(got)
        xs.append(want[finite])
        ys.append(got[finite])
    return (np.concatenate(xs), np.concatenate(ys)) if xs else (np.zeros(0), np.zeros(0))
