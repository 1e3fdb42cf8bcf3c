"""The plane: the points, and what each network makes of every place in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from manual_backprop.datasets import Dataset
from manual_backprop.network import Parameters, forward_propagation
from manual_backprop.primitives import Array
from reference.experiments.chart import Chart, Colours, row_width
from reference.experiments.trainings import TrainedVariant

__all__ = ["answers", "boundaries", "limits", "mesh", "points"]

MESH = 240  # places on a side
MARGIN = 0.08  # of the points' extent, around them
TINY = float(np.finfo(np.float64).tiny)
MARKS = {0: ("o", "zero"), 1: ("^", "one")}
LONG = 3.0  # times as wide as high, from which on the two scales differ
LARGE, MOST = 400, 2000  # points of a set: from here on they are drawn smaller, and not all
Sets = list[tuple[str, Array, Array]]  # train and, where there is one, test: X and Y
Contents = Sequence[tuple[str, str, Sets, Array | None]]  # of each panel: title, description, points, answers


def points(data: Dataset) -> Chart:
    """Train beside test, on the same axes."""
    contents = []
    for kind, X, Y in _sets(data):
        ones, drawn = int(Y.sum()), -(-Y.size // _stride(Y))
        some = f", of which {drawn:,} are drawn" if drawn < Y.size else ""
        text = f"{kind}: {Y.size - ones:,} points of class 0 and {ones:,} of class 1{some}"
        contents.append((f"{kind}, {Y.size:,} points", text, [(kind, X, Y)], None))
    return _chart("data", "The data", contents, data, width=2.7 * len(contents) + 0.4)


def boundaries(
    trained: Sequence[TrainedVariant], data: Dataset, *, name: str = "boundaries", title: str = "Decision boundaries"
) -> Chart:
    """A panel for each network: its answer everywhere, and every point."""
    contents = []
    for one in trained:
        test = "" if one.test_accuracy is None else f", test {100 * one.test_accuracy:.3g} %"
        accuracies = f"train {100 * one.train_accuracy:.3g} %{test}"
        Z = answers(*mesh(data), one.parameters)
        contents.append((f"{one.name}\n{accuracies}", f"{one.name}: {accuracies} right", _sets(data), Z))
    return _chart(name, title, contents, data, width=row_width(len(trained)))


def mesh(data: Dataset) -> tuple[Array, Array]:
    """Every place of the picture, by its coordinates."""
    x1, x2 = np.meshgrid(*(np.linspace(*ends, MESH) for ends in zip(*limits(data), strict=True)))
    return x1, x2


def limits(data: Dataset) -> tuple[Array, Array]:
    """The corners of what is shown."""
    X = np.hstack([X for _, X, _ in _sets(data)])
    low, high = X.min(axis=1), X.max(axis=1)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    return low - margin, high + margin


def answers(x1: Array, x2: Array, parameters: Parameters) -> Array:
    """Above 0 where the network says 1. Z_L is piecewise linear, so its line through 0 is that of the network."""
    with np.errstate(all="ignore"):
        forward = forward_propagation(np.stack([x1.ravel(), x2.ravel()]), parameters)
    Z, says = forward.Z[-1], forward.H[-1] > 0.5  # A_L rounds to ½ where Z_L is nearly 0, and ½ is no 1
    return np.nan_to_num(np.where(says, np.maximum(Z, TINY), np.minimum(Z, 0)), posinf=1e300).reshape(x1.shape)


def _sets(data: Dataset) -> Sets:
    train, test_X, test_Y = ("train", data.train_X, data.train_Y), data.test_X, data.test_Y
    return [train] if test_X is None or test_Y is None else [train, ("test", test_X, test_Y)]


def _stride(Y: Array) -> int:
    """One in so many points is drawn."""
    return -(-Y.size // MOST)


def _chart(name: str, title: str, contents: Contents, data: Dataset, width: float) -> Chart:
    """A panel for each of the contents."""
    (low, high), (x1, x2) = limits(data), mesh(data)
    ratio = float((high - low)[0] / (high - low)[1])  # how much wider than high
    even = 1 / LONG < ratio < LONG  # both axes have one scale

    def draw(panels: Sequence[Any], colours: Colours) -> None:
        from matplotlib.lines import Line2D

        for k, (panel, (heading, _, sets, Z)) in enumerate(zip(panels, contents, strict=True)):
            if Z is not None:
                tints = [colours["zero"], colours["one"]]
                panel.contourf(x1, x2, Z, levels=[-np.inf, 0, np.inf], colors=tints, alpha=0.16, zorder=0)
            if Z is not None and Z.min() <= 0 < Z.max():
                panel.contour(x1, x2, Z, levels=[0], colors=[colours["ink"]], linewidths=1.2, linestyles="-", zorder=3)
            for kind, X, Y in sets:
                _scatter(panel, X, Y, colours, hollow=kind == "test")
            panel.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x₁", title=heading)
            panel.set_ylabel("" if k else "x₂")
            if even:
                panel.set_aspect("equal")
        kinds = [kind for kind, _, _ in contents[0][2]]
        handles = [
            Line2D([], [], linestyle="", marker=marker, color=colours[colour],
                   label=f"{kind}, class {label}" if len(kinds) > 1 else f"class {label}",
                   markerfacecolor="none" if kind == "test" else colours[colour])
            for kind in kinds for label, (marker, colour) in MARKS.items()
        ]  # fmt: skip
        panels[0].figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)

    size = width, ((width - 0.6) / len(contents) / ratio if even else 2.4) + 1.3
    return Chart(name, title, f"{'; '.join(text for _, text, _, _ in contents)}.", draw, size, len(contents), "xy")


def _scatter(panel: Any, X: Array, Y: Array, colours: Colours, *, hollow: bool) -> None:
    size = np.sqrt(16.0 if X.shape[1] <= LARGE else 5.0) * (1.25 if hollow else 1)
    X, Y = X[:, :: _stride(Y)], Y[:, :: _stride(Y)]
    for label, (marker, name) in MARKS.items():
        style = {"markerfacecolor": "none", "markeredgewidth": 0.9, "zorder": 2} if hollow else {
            "markerfacecolor": colours[name], "markeredgewidth": 0, "alpha": 0.8, "zorder": 1}  # fmt: skip
        panel.plot(*X[:, Y[0] == label], marker, markersize=size, color=colours[name], **style)
