"""How long a step: right gradients checked with every ε from 1e-1 to 1e-12, and what the difference is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop import network
from manual_backprop.course import gradient_checking as course
from manual_backprop.differences import network_differences
from manual_backprop.gradient_check import relative_difference
from manual_backprop.magnitudes import magnitudes
from manual_backprop.network import Forward, Masks, Parameters
from manual_backprop.primitives import Array
from reference.experiments.chart import Chart, Colours
from reference.report.html.svg import powers

__all__ = ["COURSE_STEP", "SEED", "CheckedNetwork", "course_example", "differences_over_steps", "short", "step_sizes"]

SEED = 1  # of the course's test case
COURSE_STEP = 1e-7
STEPS = 10.0 ** -np.arange(1, 12.01, 0.25)
UNIT = float(np.finfo(np.float64).eps)
FLOOR, CEILING = 1e-13, 10.0


class CheckedNetwork(NamedTuple):
    """A network of relus with a sigmoid at its end, and the examples that its gradients are checked on."""

    X: Array
    Y: Array
    parameters: Parameters
    masks: Masks = None
    keep_prob: float = 1.0

    @property
    def dropout(self) -> dict[str, Any]:
        return {"masks": self.masks, "keep_prob": self.keep_prob}

    @property
    def by_name(self) -> dict[str, Array]:
        """W1, b1, W2, …"""
        layers = enumerate(self.parameters, start=1)
        return {f"{name}{l}": θ for l, pair in layers for name, θ in zip("Wb", pair, strict=True)}

    def course_difference(self, gradients: Mapping[str, Array], epsilon: float = COURSE_STEP) -> float:
        """The course's ‖g − g̃‖ / (‖g‖ + ‖g̃‖) of gradients by name, for its three layers."""
        return float(course.gradient_check_n(self.by_name, gradients, self.X, self.Y, epsilon))

    def tool_differences(self) -> list[Array]:
        """The tool's own steps and differences, and what it had to leave out; in the order of W_1, b_1, W_2, …"""
        X, Y, parameters, *_ = self
        forward = network.forward_propagation(X, parameters, **self.dropout)
        M = magnitudes(X, Y, parameters, forward, hidden="relu", output="sigmoid", lambd=0.0, **self.dropout)
        layers = network_differences(Y, parameters, M, **self.dropout)
        rows = ([part.ravel() for both in each for part in (both[:, :-1], both[:, -1:])]
                for each in (layers.eps, layers.D, layers.straddles))  # fmt: skip
        return [np.concatenate(parts) for parts in rows]

    def central_differences(self, step: float) -> Array:
        """(J(θ + ε e_i) − J(θ − ε e_i)) / 2ε for every i, kinks or not; J is taken from logits."""
        forward, nudged = self._nudged(step)
        up, down = np.split(network.compute_cost(forward.Z[-1], self.Y, nudged), 2)
        return (up - down) / (2 * step)

    def crossed_kinks(self, steps: Array) -> NDArray[np.int_]:
        """``(parameters, steps)``: relus, over all layers and examples, with another sign at θ + ε than at θ − ε."""
        columns = []
        for step in steps:
            sides = [np.split(Z > 0, 2) for Z in self._nudged(step)[0].Z[:-1]]
            columns.append(sum((up != down).sum(axis=(1, 2)) for up, down in sides))
        return np.stack(columns, axis=1)

    def _nudged(self, step: float) -> tuple[Forward, Parameters]:
        """A stack of networks: every parameter up by a step, one after the other, then every one down."""
        arrays = [θ for pair in self.parameters for θ in pair]
        θ = np.concatenate([array.ravel() for array in arrays])
        stack = θ + step * np.concatenate([np.eye(θ.size), -np.eye(θ.size)])
        parts = np.split(stack, np.cumsum([array.size for array in arrays])[:-1], axis=1)
        nudged = [part.reshape(-1, *array.shape) for part, array in zip(parts, arrays, strict=True)]
        pairs = list(zip(nudged[::2], nudged[1::2], strict=True))
        return network.forward_propagation(self.X, pairs, **self.dropout), pairs


class StepSizes(NamedTuple):
    """‖g − g̃‖ / (‖g‖ + ‖g̃‖) of right gradients for each step, and what it is made of."""

    epsilon: Array
    differences: Array  # with the course's cost, from A_3
    logits: Array  # with the cost taken from Z_3
    rounding: float  # of the course's cost, times 1/ε
    truncation: float  # times ε²
    derived: float  # where the sum of the two is least
    kinks: float  # the first of the steps that crosses one; inf where none does
    chosen: Array  # the tool's, a step for each parameter
    reached: float  # the tool's difference


def course_example(seed: int) -> CheckedNetwork:
    """The course's network and data, from ``RandomState(seed)``; the course's own is 1."""
    rng = np.random.RandomState(seed)
    X, Y = rng.standard_normal((4, 3)), np.array([[1.0, 1.0, 0.0]])
    W1, b1, W2, b2, W3, b3 = (rng.standard_normal(shape) for shape in course.SHAPES.values())
    return CheckedNetwork(X, Y, [(W1, b1), (W2, b2), (W3, b3)])


def step_sizes(example: CheckedNetwork, gradients: Mapping[str, Array]) -> StepSizes:
    """Right gradients of the course's example, checked with every step, and by the tool."""
    g = course.gradients_to_vector(gradients)[:, 0]
    differences = np.array([example.course_difference(gradients, float(step)) for step in STEPS])
    logits = np.array([relative_difference(g, example.central_differences(float(step))) for step in STEPS])
    kinks = float(np.min(STEPS, where=(example.crossed_kinks(STEPS) > 0).any(axis=0), initial=np.inf))
    clear = int(np.argmax(kinks > 3 * STEPS))  # the longest step that is well below the first kink
    truncation = float(logits[clear] / STEPS[clear] ** 2)
    J, cache = course.forward_propagation_n(example.X, example.Y, example.by_name)
    A3 = cache[9][0]  # each loss is off by u/2, and where Y is 0 by what 1 − A_3 has lost before the log
    noise = UNIT / 2 * (float(J) + float(np.mean((1 - example.Y[0]) * A3 / (1 - A3))))
    rounding = noise * math.sqrt(g.size) / (2 * float(np.linalg.norm(g)))
    derived = float(np.cbrt(rounding / (2 * truncation)))
    chosen, D, _ = example.tool_differences()
    reached = relative_difference(g, D)
    return StepSizes(STEPS, differences, logits, rounding, truncation, derived, kinks, chosen, reached)


def differences_over_steps(steps: StepSizes) -> Chart:
    """Round-off on the left, truncation on the right; which of the two rules, and where kinks begin."""
    x = steps.epsilon

    def draw(panels: Sequence[Any], colours: Colours) -> None:
        (axes,), ink, ends = panels, colours["ink"], (x.min() / 1.5, x.max() * 1.5)
        for low, high, colour, name in (
            (ends[0], steps.derived, colours["accent"], "round-off rules"),
            (steps.derived, ends[1], colours["downstream"], "truncation rules"),
        ):
            axes.axvspan(low, high, color=colour, alpha=0.1, linewidth=0, zorder=0)
            axes.annotate(name, (np.sqrt(low * high), 0.97), xycoords=("data", "axes fraction"), ha="center", va="top",
                          color=colour, size=10)  # fmt: skip
        axes.loglog(x, steps.differences, "o-", color=colours["accent"], markersize=3.5, linewidth=1.3,
                    label="the course's cost, log(1 − A₃)")  # fmt: skip
        axes.loglog(x, steps.logits, "s-", color=colours["muted"], markersize=3, linewidth=1.0, label="cost from Z₃")
        axes.loglog(x, steps.rounding / x, ":", color=ink, linewidth=1.2, label="round-off, at most ∝ 1/ε")
        axes.loglog(x, steps.truncation * x**2, "--", color=ink, linewidth=1.2, label="truncation, ∝ ε²")
        low, middle, high = (float(np.quantile(steps.chosen, q)) for q in (0, 0.5, 1))
        reached = max(steps.reached, FLOOR * 2)
        axes.plot([low, high], [reached] * 2, color=colours["right"], linewidth=2.2, solid_capstyle="butt")
        axes.plot([middle], [reached], "*", color=colours["right"], markersize=14,
                  label="the tool, a step for each parameter")  # fmt: skip
        for at, name in ((COURSE_STEP, "1e-7, the course's"), (steps.derived, f"{short(steps.derived)}, derived")):
            axes.axvline(at, color=ink, linewidth=0.9, zorder=1)
            axes.annotate(name, (at, 0.88), xycoords=("data", "axes fraction"), xytext=(-4, 0), ha="right", va="top",
                          textcoords="offset points", size=9, color=ink)  # fmt: skip
        axes.set(xlabel="ε", ylabel="‖g − g̃‖ / (‖g‖ + ‖g̃‖)", ylim=(FLOOR, CEILING), xlim=ends)
        if steps.kinks <= x.max():
            axes.annotate("a kink is\ncrossed", (steps.kinks, steps.differences[x == steps.kinks][0]), xytext=(-40, 14),
                          textcoords="offset points", ha="center", size=9, color=ink,
                          arrowprops={"arrowstyle": "->", "color": ink})  # fmt: skip
        powers(axes.xaxis)
        powers(axes.yaxis)
        axes.grid(visible=True, linewidth=0.5)
        axes.legend(loc="lower left", fontsize=8.5)

    at, best = int(np.argmin(np.abs(np.log(x / COURSE_STEP)))), int(np.argmin(steps.differences))
    text = (
        f"Right gradients, checked with every step: {short(steps.differences[at], 1)} at ε = 1e-7, "
        f"{short(steps.differences[best], 1)} at {short(x[best])}, the best. The tool, with steps from "
        f"{short(steps.chosen.min())} to {short(steps.chosen.max())}, reaches {short(steps.reached, 1)}."
    )
    return Chart("steps", "The difference over the step", text, draw, (8.6, 4.6))


def short(value: float, decimals: int = 0) -> str:
    """``1e-7``, not ``1e-07``."""
    digits, _, power = f"{value:.{decimals}e}".partition("e")
    return f"{digits}e{int(power)}"
