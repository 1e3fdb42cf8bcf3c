"""Who agrees with whom, what each costs, and which mistakes were killed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from reference.findings.codes import CODES
from reference.report.html.svg import COLOURS, Picture, drawing, picture, powers
from reference.report.models.comparison import Accuracy, Agreement, Comparison, Price, Standing
from reference.report.models.evidence import Kill
from reference.report.tables import agreed, number

__all__ = ["accuracies", "agreements", "kills", "prices"]

ALL = "*"
DIGITS = 17.0
OUTPUTS = ("dW1", "db1", "dW2", "db2", "dW3", "db3")


def agreements(pairs: Sequence[Agreement], names: Sequence[str], labels: dict[str, str], key: str) -> Picture:
    """Digits that agree, in the worst block of all."""
    from matplotlib import colormaps

    n, values = len(names), np.full((len(names), len(names)), np.nan)
    cells: dict[tuple[int, int], str] = {}
    for pair in pairs:
        i, j = names.index(pair.first), names.index(pair.second)
        for at in ((i, j), (j, i)):
            values[at] = min(float(pair.digits), DIGITS)
            cells[at] = agreed(pair).replace(" ", "\n")
    side = 1.6 + 0.75 * n
    with drawing(side + 1.4, side) as (figure, axes):
        mesh = axes.pcolormesh(
            values,
            cmap=colormaps["viridis"].resampled(32),
            vmin=0,
            vmax=DIGITS,
            edgecolors=COLOURS["paper"],
            linewidth=2,
        )
        for (i, j), text in cells.items():
            bright = values[i, j] > 0.6 * DIGITS
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", size=9, color="black" if bright else "white")
        ticks, shown = np.arange(n) + 0.5, [labels[name] for name in names]
        axes.set_xticks(ticks, shown, rotation=35, ha="right", rotation_mode="anchor")
        axes.set_yticks(ticks, shown)
        axes.invert_yaxis()
        axes.spines[:].set_visible(False)
        figure.colorbar(mesh, ax=axes, label="decimal digits", shrink=0.8).outline.set_visible(False)
        differ = [p for p in pairs if not p.agree]
        worst = min(pairs, key=lambda p: float(p.digits))
        to = "the last bit" if math.isinf(float(worst.digits)) else f"{float(worst.digits):.1f} digits"
        text = f"The worst pair agrees to {to}; {len(differ)} of {len(pairs)} pairs differ beyond rounding."
        return picture(figure, key, "Agreement, in digits", text)


def accuracies(standings: Sequence[Standing], labels: dict[str, str], key: str, unit: str = "u·M") -> Picture:
    """Median and worst error of each implementation, in ULPs and in the derived unit."""
    rows = [
        (f"{labels[s.target]}, {r.dtype}", r, _colour(s, r))
        for s in standings
        for r in s.accuracy
        if (r.check, r.output) == (ALL, ALL)
    ]
    with drawing(7.4, 1.1 + 0.34 * len(rows), ncols=2, sharey=True) as (figure, (left, right)):
        for axes in (left, right):
            axes.set_xscale("log")
            powers(axes.xaxis)
            axes.grid(visible=True, axis="x", linewidth=0.5)
        for k, (_, row, name) in enumerate(rows):
            median, worst = (min(max(float(v), 1e-2), 1e20) for v in (row.median_ulps, row.worst_ulps))
            colour = COLOURS[name]
            left.plot([median, worst], [k, k], color=COLOURS["line"], linewidth=2, zorder=0)
            left.scatter([median], [k], s=30, facecolors="none", edgecolors=colour)
            left.scatter([worst], [k], s=34, marker="x" if row.wrong_cases else "|", color=colour)
            units = min(max(float(row.worst_error), 1e-2), 1e20)
            right.scatter([units], [k], s=34, marker="x" if row.wrong_cases else "o", color=colour)
        right.axvline(64, color=COLOURS["ink"], linewidth=1)
        right.annotate("allowed", (64, 1), xycoords=("data", "axes fraction"), xytext=(3, -2), va="top",
                       textcoords="offset points", size=8)  # fmt: skip
        left.set_yticks(range(len(rows)), [label for label, _, _ in rows])
        left.invert_yaxis()
        left.set_xlabel("ULPs: median ○ to worst")
        right.set_xlabel(f"worst, in {unit}")
        return picture(figure, key, "Distance from the truth", _distances([row for _, row, _ in rows], unit))


def _colour(standing: Standing, row: Accuracy) -> str:
    """Beyond rounding, but right by a convention of its own, is not wrong."""
    return "right" if not row.wrong_cases else "downstream" if standing.verdict == "pass" else "wrong"


def _distances(rows: Sequence[Accuracy], unit: str) -> str:
    right, wrong = ([row for row in rows if bool(row.wrong_cases) == w] for w in (False, True))
    parts = []
    if right:
        median, worst = max(float(r.median_ulps) for r in right), max(float(r.worst_error) for r in right)
        figures = f"at most {number(median)} ULP in the median, and {number(worst)} {unit} in the worst entry of all"
        parts.append(f"{len(right)} of {len(rows)} lie within rounding: {figures}")
    if wrong:
        parts.append(f"{len(wrong)} beyond it (crosses)")
    return f"{'; '.join(parts)}."


def prices(comparison: Comparison, labels: dict[str, str], key: str) -> Picture:
    """Seconds of a call at each size."""
    sizes = list(comparison.sizes)
    known = [p for p in comparison.timing.prices if p.seconds]
    names = list(dict.fromkeys(p.target for p in comparison.timing.prices))
    with drawing(7.4, 0.9 + 0.3 * len(names), ncols=len(sizes), sharey=True, squeeze=False) as (figure, (row,)):
        for axes, size in zip(row, sizes, strict=True):
            mine = {p.target: p for p in known if p.size == size}
            ys = [k for k, name in enumerate(names) if name in mine]
            values = [1e3 * (mine[names[k]].seconds or 0.0) for k in ys]
            axes.barh(ys, values, color=COLOURS["accent"], height=0.6)
            for y, value in zip(ys, values, strict=True):
                axes.text(value, y, f" {value:.3g}", va="center", size=8)
            axes.set_xlim(0, 1.3 * max(values, default=1.0))
            axes.set_title(size)
            axes.set_xlabel("ms a call")
        row[0].set_yticks(range(len(names)), [labels[name] for name in names])
        row[0].invert_yaxis()
        return picture(figure, key, "Price of a call", _fastest(known, sizes))


def _fastest(known: Sequence[Price], sizes: Sequence[str]) -> str:
    parts = []
    for size in sizes:
        some = sorted((p for p in known if p.size == size), key=lambda p: p.seconds or 0.0)
        if some:
            parts.append(f"{size}: {some[0].target} is fastest, with {1e3 * (some[0].seconds or 0):.3g} ms")
    return "; ".join(parts) + "."


def kills(found: Sequence[Kill], key: str) -> Picture:
    """How many of the planted mistakes turned each output red, by code."""
    planted = [kill for kill in found if not kill.equivalent]
    codes = sorted({kill.code for kill in planted})
    columns = [*OUTPUTS, "other", "any"]
    counts = np.zeros((len(codes), len(columns)), dtype=int)
    owed = np.zeros(len(codes), dtype=int)
    for kill in planted:
        i, red = codes.index(kill.code), set(kill.red)
        owed[i] += 1
        counts[i] += [*(output in red for output in OUTPUTS), bool(red - set(OUTPUTS)), bool(red)]
    from matplotlib import colormaps

    with drawing(8.6, 0.9 + 0.27 * len(codes)) as (figure, axes):
        shares = counts / owed[:, None]
        axes.pcolormesh(np.where(counts > 0, shares, np.nan), cmap=colormaps["Blues"].resampled(16), vmin=0, vmax=1.25,
                        edgecolors=COLOURS["paper"], linewidth=1.5)  # fmt: skip
        for (i, j), count in np.ndenumerate(counts):
            text = f"{count} of {owed[i]}" if j == len(columns) - 1 else str(count) if count else ""
            dark = shares[i, j] > 0.6
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", size=8,
                      color="white" if dark else "black" if count else COLOURS["wrong"])  # fmt: skip
        axes.set_xticks(np.arange(len(columns)) + 0.5, columns)
        axes.set_yticks(np.arange(len(codes)) + 0.5, [f"{code}, {CODES[code]}" for code in codes])
        axes.xaxis.tick_top()
        axes.invert_yaxis()
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        killed = sum(bool(kill.red) for kill in planted)
        text = f"{killed} of {len(planted)} planted mistakes were found; {len(planted) - killed} survived."
        return picture(figure, key, "Kill matrix", text)
