"""Which kinks a step crosses: of the course's example, with three hundred examples, and where dropout makes ties."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop import datasets, initialization, network
from manual_backprop.gradient_check import network_gradient_check, relative_difference
from manual_backprop.primitives import Array, dropout_mask
from reference.experiments.chart import Chart, Colours, bars
from reference.experiments.step_sizes import COURSE_STEP, SEED, CheckedNetwork, short
from reference.report.html.svg import powers

__all__ = ["KinkCrossings", "kink_crossings", "kinks_over_steps", "tied_network"]

STEPS = 10.0 ** np.arange(-12, 1.01, 0.25)  # as far as the first that any network crosses
KEEP_PROB, TIED = 0.5, 12  # of the network with ties: one example in 32 loses its first layer
LEVELS = (1, 2, 4, 16)  # sign changes, from which on a cell has the next shade
SHADES = {"1": 0.25, "2–3": 0.45, "4–15": 0.7, "16 and more": 1.0}
ROOMY = 3  # rows of a block, from which on it has room for its name


class KinkCrossings(NamedTuple):
    """How many relus have another sign at θ + ε than at θ − ε: ``(parameters, steps)``."""

    title: str
    blocks: dict[str, int]  # W1, b1, …, with their sizes
    epsilon: Array
    counts: NDArray[np.int_]
    chosen: Array  # the tool's own steps
    left_out: NDArray[np.bool_]
    difference: float  # of right gradients, by the course's step of 1e-7
    tool: float  # of right gradients, by the tool
    verdict: str

    @property
    def text(self) -> str:
        crossed = self.epsilon[(self.counts > 0).any(axis=0)]
        first = f"the first kink is crossed at ε = {short(crossed.min())}" if crossed.size else "no kink is crossed"
        if always := int((self.counts > 0).all(axis=1).sum()):
            first = f"{always} parameters cross a kink with every ε, however small"
        numbers = f"{short(self.difference)} at 1e-7, by {short(self.tool)} for the tool"
        return f"{self.title}: {first}; right gradients differ by {numbers}"


def kink_crossings(example: CheckedNetwork) -> list[KinkCrossings]:
    """The course's example; a network of three hundred examples; and one where dropout makes exact ties."""
    circles, rng = datasets.circles(), np.random.RandomState(SEED)
    many = CheckedNetwork(circles.train_X, circles.train_Y, initialization.he((2, 10, 5, 1), rng=rng))
    titles = "the course's example", "circles, 300 examples", "zero biases, dropout"
    return [_crossings(*pair) for pair in zip(titles, (example, many, tied_network()), strict=True)]


def tied_network() -> CheckedNetwork:
    """A network as it starts: for an example that dropout takes all of layer 1 from, Z_2 is exactly 0."""
    rng = np.random.RandomState(SEED)
    parameters = initialization.he((4, 5, 3, 1), rng=rng)
    X, Y = rng.standard_normal((4, TIED)), (rng.random_sample((1, TIED)) < 0.5).astype(np.float64)
    while True:
        masks = [dropout_mask((W.shape[0], TIED), keep_prob=KEEP_PROB, rng=rng) for W, _ in parameters[:-1]]
        if (~masks[0]).all(axis=0).any():
            return CheckedNetwork(X, Y, parameters, masks, KEEP_PROB)


def _crossings(title: str, checked: CheckedNetwork) -> KinkCrossings:
    X, Y, parameters, *_ = checked
    forward = network.forward_propagation(X, parameters, **checked.dropout)
    gradients = network.backward_propagation(Y, parameters, forward, **checked.dropout)
    check = network_gradient_check(X, Y, parameters, gradients, **checked.dropout)
    g = np.concatenate([part.ravel() for pair in zip(gradients.dW, gradients.db, strict=True) for part in pair])
    difference = relative_difference(g, checked.central_differences(COURSE_STEP))
    counts, (chosen, _, left_out) = checked.crossed_kinks(STEPS), checked.tool_differences()
    blocks = {name: θ.size for name, θ in checked.by_name.items()}
    return KinkCrossings(title, blocks, STEPS, counts, chosen, left_out, difference, check.difference, check.verdict)


def kinks_over_steps(crossings: Sequence[KinkCrossings]) -> Chart:
    """A row for each parameter; the stronger its colour, the more relus change their sign within the step."""

    def draw(panels: Sequence[Any], colours: Colours) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        for panel, one in zip(panels, crossings, strict=True):
            half = math.sqrt(one.epsilon[1] / one.epsilon[0])
            shade = np.searchsorted(LEVELS, one.counts, side="right")  # 0 where nothing is crossed
            for level, alpha in enumerate(SHADES.values(), start=1):  # a bar for each stretch of one shade
                edges = np.diff(np.pad(shade == level, ((0, 0), (1, 1))).astype(int), axis=1)
                (rows, first), (_, after) = np.nonzero(edges == 1), np.nonzero(edges == -1)
                left, right = one.epsilon[first] / half, one.epsilon[after - 1] * half
                panel.add_patch(bars(left, right, rows, height=1.0, facecolor=colours["downstream"], alpha=alpha))
            rows = np.arange(len(one.chosen))
            for which, marker, colour in ((~one.left_out, ".", "right"), (one.left_out, "x", "wrong")):
                panel.plot(one.chosen[which], rows[which], marker, color=colours[colour], markersize=4)
            panel.axvline(COURSE_STEP, color=colours["ink"], linewidth=0.9)
            panel.set_xscale("log")
            panel.set(
                xlim=(one.epsilon.min() / 1.33, one.epsilon.max() * 1.33), ylim=(rows.size - 0.5, -0.5), xlabel="ε",
                title=f"{one.title}\n{short(one.difference)} at 1e-7, {short(one.tool)} by the tool",
            )  # fmt: skip
            panel.set_xticks([10.0**p for p in range(-12, 2, 4)])
            powers(panel.xaxis)
            panel.spines[:].set_visible(False)
            ends = np.cumsum([*one.blocks.values()])
            across = panel.get_yaxis_transform()
            panel.hlines(ends[:-1] - 0.5, 0, 1, transform=across, color=colours["line"], linewidth=0.6)
            roomy = [(end - size / 2 - 0.5, name) for (name, size), end in zip(one.blocks.items(), ends, strict=True)
                     if size >= ROOMY]  # fmt: skip
            panel.set_yticks(*zip(*roomy, strict=True))
            panel.tick_params(axis="y", length=0)
        handles: list[Any] = [
            Patch(facecolor=colours["downstream"], alpha=shade, label=name) for name, shade in SHADES.items()
        ]
        handles.append(Line2D([], [], linestyle="", marker=".", color=colours["right"], label="the tool's step"))
        handles.append(Line2D([], [], color=colours["ink"], linewidth=0.9, label="1e-7, the course's"))
        title = "relus that change their sign between θ − ε and θ + ε"
        panels[0].figure.legend(handles=handles, loc="outside lower center", ncols=6, fontsize=9, title=title,
                                title_fontsize=9)  # fmt: skip

    text = "; ".join(one.text for one in crossings)
    return Chart("kinks", "Which kinks a step crosses", f"{text}.", draw, (10.4, 5.4), len(crossings))
