"""A gradient of any number of dimensions beside the truth: its worst plane; and its error over precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.report.html.svg import COLOURS, Picture, drawing, picture, powers
from reference.report.models.evidence import Precision, Slice

__all__ = ["plane", "precisions"]

SHOWN = 48  # entries whose figures are written into the cells
FLOOR = 1e-20  # where an error of zero is drawn
ROUNDING = {"float32": 2.0**-24, "float64": 2.0**-53, "extended": float(np.finfo(np.longdouble).eps) / 2}
NAMED = 12  # characters of a name beside a line
EQUAL = -3.0  # log10 of a difference in units that is none
FLAT = 1e-3  # of the error in float32: what does not fall below it has not shrunk


def plane(found: Slice, key: str) -> Picture:
    """Yours and the truth in one colour scale, and the difference in units of what rounding explains."""
    got, want = (np.array(a, dtype=np.float64) for a in (found.got, found.want))
    finite = np.abs(np.concatenate([got[np.isfinite(got)], want.ravel(), [0.0]]))
    largest = float(finite.max()) or 1.0
    unit = float(found.unit) or float(np.finfo(np.float64).tiny)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        units = np.nan_to_num(np.abs(got - want) / unit, nan=np.inf)
        off = np.clip(np.log10(units), EQUAL, 18)
    n, k = want.shape
    few = want.size <= SHOWN
    width = max(1.5, 0.42 * k + 0.2) if few else max(1.5, min(3.0, 0.13 * k + 0.4))
    height = max(0.6, 0.32 * n) if few else max(0.9, min(3.4, 0.13 * n))
    upright = 3 * width > 9
    grid = {"nrows": 3} if upright else {"ncols": 3}
    size = (width + 1.4, 3 * (height + 0.75)) if upright else (3 * (width + 0.85), height + 0.95)
    with drawing(*size, squeeze=False, **grid) as (figure, axes):
        left, middle, right = axes.ravel()
        _cells(figure, left, got, "yours", ("PuOr", -largest, largest), "{:.2g}", few)
        _cells(figure, middle, want, "truth", ("PuOr", -largest, largest), "{:.2g}", few)
        edge = float(np.log10(float(found.allowed)))
        _cells(figure, right, off, "log10 |difference| in units", ("cividis", -1, max(edge + 2, float(off.max()))),
               "{:.1f}", few)  # fmt: skip
        for panel in (left, middle, right):
            panel.set_xlabel(found.axes[1])
        left.set_ylabel(found.axes[0])
        return picture(figure, key, f"{found.index}: where it is wrong" if found.wrong else found.index, _told(found))


def _told(found: Slice) -> str:
    shape = " × ".join(map(str, found.shape)) or "a number"
    here = "" if found.index == found.name else f" Shown is the plane with most of them, {found.index}."
    unit = f"A unit is what rounding explains in one operation, {float(found.unit):.1e}; "
    unit += f"{float(found.allowed):.0f} are allowed."
    if not found.wrong:
        return f"All {found.total} entries of {found.name} ({shape}) are right. {unit}"
    return f"{found.wrong} of {found.total} entries of {found.name} ({shape}) are wrong.{here} {unit}"


def _cells(
    figure: Any, axes: Any, values: np.ndarray, title: str, colours: tuple[str, float, float], form: str, few: bool
) -> None:
    from matplotlib import colormaps

    n, k = values.shape
    name, low, high = colours
    mesh = axes.pcolormesh(np.arange(k + 1) - 0.5, np.arange(n + 1) - 0.5, values, cmap=colormaps[name].resampled(32),
                           vmin=low, vmax=high, edgecolors=COLOURS["paper"], linewidth=1.0 if few else 0.4)  # fmt: skip
    axes.set_title(title)
    axes.set_xticks(range(0, k, max(1, -(-k // 8))))
    axes.set_yticks(range(0, n, max(1, -(-n // 8))))
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    figure.colorbar(mesh, ax=axes, shrink=0.9).outline.set_visible(False)
    if not few:
        return
    for (i, j), value in np.ndenumerate(values):
        if not np.isfinite(value):
            axes.text(j, i, str(value), ha="center", va="center", size=8, color=COLOURS["wrong"])
            continue
        r, g, b, _ = mesh.cmap(mesh.norm(value))
        dark = 0.299 * r + 0.587 * g + 0.114 * b < 0.55  # luma: text is white on dark cells
        shown = "=" if value <= EQUAL and form == "{:.1f}" else _brief(value, form)
        axes.text(j, i, shown, ha="center", va="center", size=8, color="white" if dark else "black")


def _brief(value: float, form: str) -> str:
    """As short as a cell is narrow."""
    text = form.format(value + 0.0)
    return text if len(text) <= 6 else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")


def precisions(found: list[Precision], key: str) -> Picture:
    """One line a gradient: a mistake is flat, rounding falls."""
    names = list(dict.fromkeys(name for one in found for name in one.errors))
    with drawing(5.0, 3.0) as (figure, axes):
        for one in sorted(found, key=lambda p: p.wrong):
            known = [(names.index(name), float(error)) for name, error in one.errors.items()]
            xs, ys = [x for x, _ in known], [min(max(y, FLOOR), 1e3) for _, y in known]
            colour = COLOURS["wrong" if one.wrong else "right"]
            face = {} if one.wrong else {"markerfacecolor": COLOURS["paper"]}
            axes.plot(xs, ys, "x-" if one.wrong else "o-", color=colour, linewidth=1.4, markersize=6, **face)
        _rounding(axes, names)
        _labelled(axes, found, names)
        axes.set_yscale("log")
        powers(axes.yaxis)
        axes.set_ylim(FLOOR / 10, 1e2)
        axes.set_xlim(-0.25, len(names) - 0.25)
        axes.set_xticks(range(len(names)), names)
        axes.set_ylabel("error / largest entry")
        axes.grid(visible=True, axis="y", linewidth=0.5)
        return picture(figure, key, "Error over precision", _said(found))


def _rounding(axes: Any, names: list[str]) -> None:
    """What one rounding is in each precision: how an error falls that is none."""
    known = [(k, ROUNDING[name]) for k, name in enumerate(names) if name in ROUNDING]
    if not known:
        return
    axes.plot(*zip(*known, strict=True), ":", color=COLOURS["muted"], linewidth=1.2, zorder=0)
    k, value = known[len(known) // 2]
    axes.annotate("one rounding", (k, value), xytext=(-8, -2), textcoords="offset points", ha="right", va="top", size=8,
                  color=COLOURS["muted"])  # fmt: skip


def _labelled(axes: Any, found: list[Precision], names: list[str]) -> None:
    """What the lines are, at their ends: the names, or how many, one under the other where they meet."""
    for wrong, text in ((True, "wrong"), (False, "right")):
        ends: dict[int, list[str]] = {}
        for one in found:
            if one.wrong == wrong:
                last = max(float(list(one.errors.values())[-1]), FLOOR)
                ends.setdefault(round(np.log10(min(last, 1e3)) / 2), []).append(one.name)
        for height, mine in ends.items():
            label = mine[0] if len(mine) == 1 and len(mine[0]) <= NAMED else f"{len(mine)} {text}"
            axes.annotate(label, (len(names) - 1, 10.0 ** (2 * height)), xytext=(8, 0), va="center", size=9,
                          textcoords="offset points", color=COLOURS[text], annotation_clip=False)  # fmt: skip


def _said(found: list[Precision]) -> str:
    parts = [f"{one.name} is off by {_figures(one)}{_kept(one)}" for one in found if one.wrong]
    right = [one for one in found if not one.wrong]
    if len(right) == 1:
        parts.append(f"{right[0].name}, which is right, is off by {_figures(right[0])}")
    elif right:
        kinds = dict.fromkeys(kind for one in right for kind in one.errors)
        worst = {kind: max(float(one.errors.get(kind, 0.0)) for one in right) for kind in kinds}
        together = Precision(name="all", wrong=False, errors=worst)
        parts.append(f"the {len(right)} that are right are off by at most {_figures(together)}")
    return f"{'; '.join(parts)}. The truth is known to about 1e-16."


def _figures(one: Precision) -> str:
    return ", ".join(f"{f'{float(e):.0e}' if e else 'nothing'} in {kind}" for kind, e in one.errors.items())


def _kept(one: Precision) -> str:
    shrinks = float(one.errors.get("float64", 0.0)) <= FLAT * float(one.errors.get("float32", np.inf))
    return "" if shrinks else ", and does not shrink: a mistake, not rounding"
