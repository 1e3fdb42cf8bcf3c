"""The plane: the points, and what each network makes of every place in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from manual_backprop.datasets import Dataset
from manual_backprop.network import Parameters, forward_propagation
from manual_backprop.primitives import Array
from reference.experiments.runs import Outcome
from reference.experiments.sketch import Colours, Sketch, panels

__all__ = ["boundaries", "points"]

MESH = 240  # places on a side
MARGIN = 0.08  # of the points' extent, around them
TINY = float(np.finfo(np.float64).tiny)
MARKS = {0: ("o", "zero"), 1: ("^", "one")}
LONG = 3.0  # times as wide as high, from which on the two scales differ
LARGE, MOST = 400, 2000  # points of a set: from here on they are drawn smaller, and not all


def points(data: Dataset) -> Sketch:
    """Train beside test, on the same axes."""
    pairs = [("train", data.train_X, data.train_Y)]
    if data.test_X is not None and data.test_Y is not None:
        pairs.append(("test", data.test_X, data.test_Y))

    def draw(axes: Any, colours: Colours) -> None:
        for k, (panel, (kind, X, Y)) in enumerate(zip(axes[0], pairs, strict=True)):
            _scatter(panel, X, Y, colours, hollow=kind == "test")
            _framed(panel, data, colours)
            panel.set_title(f"{kind}, {X.shape[1]:,} points")
            panel.set_ylabel("" if k else "x₂")
        _legend(axes[0][0].figure, colours, test=False)

    text = "; ".join(f"{kind}: {_counted(Y)}" for kind, _, Y in pairs)
    return Sketch("data", "The data", f"{text}.", draw=draw, **_panels(len(pairs), data, width=2.7 * len(pairs) + 0.4))


def _counted(Y: Array) -> str:
    ones = int(Y.sum())
    some = f", of which {-(-Y.size // _stride(Y)):,} are drawn" if _stride(Y) > 1 else ""
    return f"{Y.size - ones:,} points of class 0 and {ones:,} of class 1{some}"


def boundaries(outcomes: Sequence[Outcome], data: Dataset, *, name: str, title: str) -> Sketch:
    """A panel for each network: its answer everywhere, and every point."""
    x1, x2 = _mesh(data)
    fields = [_answers(x1, x2, outcome.kept.parameters) for outcome in outcomes]

    def draw(axes: Any, colours: Colours) -> None:
        for k, (panel, outcome, Z) in enumerate(zip(axes[0], outcomes, fields, strict=True)):
            tints = [colours["zero"], colours["one"]]
            panel.contourf(x1, x2, Z, levels=[-np.inf, 0, np.inf], colors=tints, alpha=0.16, zorder=0)
            if Z.min() <= 0 < Z.max():
                panel.contour(x1, x2, Z, levels=[0], colors=[colours["ink"]], linewidths=1.2, linestyles="-", zorder=3)
            _scatter(panel, data.train_X, data.train_Y, colours)
            if data.test_X is not None and data.test_Y is not None:
                _scatter(panel, data.test_X, data.test_Y, colours, hollow=True)
            _framed(panel, data, colours)
            panel.set_title(f"{outcome.variant.name}\n{_figures(outcome)}")
            panel.set_ylabel("" if k else "x₂")
        _legend(axes[0][0].figure, colours, test=data.test_X is not None)

    text = "; ".join(f"{outcome.variant.name}: {_figures(outcome)} right" for outcome in outcomes)
    return Sketch(name, title, f"{text}.", draw=draw, **_panels(len(outcomes), data))


def _panels(count: int, data: Dataset, *, width: float | None = None) -> dict[str, Any]:
    """As high as panels with one scale for both axes are."""
    found = panels(count, sharex=True, sharey=True)
    width = width or found["size"][0]
    high = (width - 0.6) / count / _ratio(data) if _is_even(data) else 2.4
    return {**found, "size": (width, high + 1.3)}


def _figures(outcome: Outcome) -> str:
    test = "" if outcome.test is None else f", test {100 * outcome.test:.3g} %"
    return f"train {100 * outcome.train:.3g} %{test}"


def _limits(data: Dataset) -> tuple[Array, Array]:
    """The corners of what is shown."""
    X = data.train_X if data.test_X is None else np.hstack([data.train_X, data.test_X])
    low, high = X.min(axis=1), X.max(axis=1)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    return low - margin, high + margin


def _mesh(data: Dataset) -> tuple[Array, Array]:
    low, high = _limits(data)
    x1, x2 = np.meshgrid(*(np.linspace(*ends, MESH) for ends in zip(low, high, strict=True)))
    return x1, x2


def _answers(x1: Array, x2: Array, parameters: Parameters) -> Array:
    """Above 0 where the network says 1. Z_L is piecewise linear, so its line through 0 is that of the network."""
    with np.errstate(all="ignore"):
        forward = forward_propagation(np.stack([x1.ravel(), x2.ravel()]), parameters)
    Z, says = forward.Z[-1], forward.H[-1] > 0.5  # A_L rounds to ½ where Z_L is nearly 0, and ½ is no 1
    return np.nan_to_num(np.where(says, np.maximum(Z, TINY), np.minimum(Z, 0)), posinf=1e300).reshape(x1.shape)


def _scatter(panel: Any, X: Array, Y: Array, colours: Colours, *, hollow: bool = False) -> None:
    size = 16.0 if X.shape[1] <= LARGE else 5.0
    X, Y = X[:, :: _stride(Y)], Y[:, :: _stride(Y)]
    for label, (marker, name) in MARKS.items():
        x = X[:, Y[0] == label]
        panel.plot(*x, marker, markersize=np.sqrt(size) * (1.25 if hollow else 1), color=colours[name],
                   markerfacecolor="none" if hollow else colours[name], markeredgewidth=0.9 if hollow else 0,
                   alpha=1 if hollow else 0.8, zorder=2 if hollow else 1)  # fmt: skip


def _stride(Y: Array) -> int:
    """One in so many points is drawn."""
    return -(-Y.size // MOST)


def _framed(panel: Any, data: Dataset, colours: Colours) -> None:
    low, high = _limits(data)
    panel.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x₁")
    if _is_even(data):
        panel.set_aspect("equal")


def _ratio(data: Dataset) -> float:
    """How much wider than high."""
    low, high = _limits(data)
    return float((high - low)[0] / (high - low)[1])


def _is_even(data: Dataset) -> bool:
    """May both axes have one scale?"""
    return 1 / LONG < _ratio(data) < LONG


def _legend(figure: Any, colours: Colours, *, test: bool) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for hollow in (False, True) if test else (False,):
        for label, (marker, name) in MARKS.items():
            kind = f"{'test' if hollow else 'train'}, " if test else ""
            handles.append(
                Line2D([], [], linestyle="", marker=marker, color=colours[name], label=f"{kind}class {label}",
                       markerfacecolor="none" if hollow else colours[name])
            )  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)
