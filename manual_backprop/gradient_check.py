"""Gradient checking by central differences: of any cost, and of a network at a fraction of the price.

Both doors return one ``GradientCheck``: the course's scalar ‖g − g̃‖ / (‖g‖ + ‖g̃‖) and, beside it, what that
scalar hides: every block's own difference, the worst coordinate, what was left out at kinks, coverage, and a
verdict. A wrong small block cannot hide behind a large one, and what was not looked at is never a PASS.

    FAIL          some coordinate differs by more than its bound
    PASS          none does, and at least ``COVERAGE`` of the coordinates were resolved
    INCONCLUSIVE  none does, but too few were resolved (or there were none)

A coordinate is resolved where its bound is at most ``RESOLUTION`` of the largest entry of its block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop.differences import network_differences
from manual_backprop.magnitudes import RESOLUTION, allowance, magnitudes
from manual_backprop.network import Gradients, Masks, Parameters, forward_propagation
from manual_backprop.primitives import Array

__all__ = ["COVERAGE", "Block", "GradientCheck", "gradient_check", "network_gradient_check", "relative_difference"]

COVERAGE = 0.95
UNIT = float(np.finfo(np.float64).eps)
EPSILON = 1e-5  # relative to max(1, |θ|), where nothing better is known
NOISE_POINTS = 7  # evaluations along one line, for the noise of a cost
NOISE_STEPS = tuple(64 * UNIT * 100**k for k in range(6))  # between them, relative: the first that shows any change
NOISE_FACTOR = 8  # between the noise as estimated, good to a factor of four (Moré & Wild), and a bound on it
SUSPICION = 1e-2  # one-sided slopes that differ by more than this part of the slope suggest a kink
SHORTER = np.array([1.0, 1 / 32, 1 / 1024])  # the steps that are tried, in units of the first


class Block(NamedTuple):
    """What was found of one parameter array."""

    difference: float  # ‖g − g̃‖ / (‖g‖ + ‖g̃‖) over the coordinates that were compared
    worst: tuple[int, ...]  # the coordinate that is furthest off, in units of its bound
    worst_ratio: float  # ``|g − g̃| / bound there``; above 1 is wrong
    coordinates: int
    excluded: int  # at kinks: proven, or suspected where no pattern was given
    unresolved: int
    approximation: Array  # g̃


class GradientCheck(NamedTuple):
    """What a check found: a verdict, and why. Both doors return it."""

    verdict: Literal["PASS", "FAIL", "INCONCLUSIVE"]
    difference: float  # the course's scalar, over everything that was compared
    coverage: float
    blocks: dict[str, Block]


def relative_difference(g: ArrayLike, approximation: ArrayLike) -> float:
    """‖g − g̃‖ / (‖g‖ + ‖g̃‖); 0 where both are zero, NaN where an entry is not finite."""
    g, approximation = np.ravel(g), np.ravel(approximation)
    if not (np.isfinite(g).all() and np.isfinite(approximation).all()):
        return float("nan")
    denominator = np.linalg.norm(g) + np.linalg.norm(approximation)
    return float(np.linalg.norm(g - approximation) / denominator) if denominator else 0.0


def gradient_check(
    cost: Callable[[dict[str, Array]], float],
    parameters: Mapping[str, Array],
    gradients: Mapping[str, Array],
    *,
    pattern: Callable[[dict[str, Array]], ArrayLike] | None = None,
    epsilon: float = EPSILON,
) -> GradientCheck:
    """Check ``gradients`` of any ``cost(parameters) -> float``, by name; float64.

    ``pattern(parameters)`` returns the signs (or any discrete state) that the cost branches on, such as
    ``Z > 0`` of every relu: where it changes within a step, the kink is proven, and the side that keeps θ's own
    pattern is used, or ε shrinks, or the coordinate is excluded. Without it a kink is only suspected, when the
    one-sided slopes disagree, and then excluded; a tie on which two kinks lie at once can look smooth, and then only
    the pattern can tell.

    The bound of a coordinate is ``|D(ε) − D(2ε)|`` plus the noise of the cost over ε, the noise being measured along
    one line (Moré & Wild 2011, "Estimating computational noise"). Raises ``ValueError`` where the names or shapes
    of parameters and gradients differ, or the cost is not finite; ``TypeError`` where a parameter is not float64.
    """
    point = {name: np.array(value, copy=True) for name, value in parameters.items()}
    _validate(point, gradients)
    if not 0 < epsilon < 1:
        raise ValueError(f"epsilon is {epsilon}; it takes a number between 0 and 1")
    J, noise = float(cost(point)), _noise(cost, point)
    here = None if pattern is None else np.asarray(pattern(point))
    blocks, compared = {}, []
    for name in point:
        D, bound, excluded = _difference_block(cost, point, name, pattern, here, J, noise, epsilon)
        blocks[name], pairs = _block(np.asarray(gradients[name], dtype=np.float64), D, bound, excluded)
        compared.append(pairs)
    return _verdict(blocks, compared)


def network_gradient_check(
    X: Array,
    Y: Array,
    parameters: Parameters,
    gradients: Gradients,
    *,
    hidden: str = "relu",
    output: str = "sigmoid",
    lambd: float = 0.0,
    masks: Masks = None,
    keep_prob: float = 1.0,
) -> GradientCheck:
    """Check every ``dW_l`` and ``db_l`` of one network; only what a nudge changes is computed anew.

    Shapes as in ``network``, without leading axes. float32 networks are differenced in float64 and judged with
    float32's unit. Bounds are derived: see ``differences`` and ``magnitudes``.
    """
    unit, tiny = float(np.finfo(X.dtype).eps), float(np.finfo(X.dtype).tiny)
    _validate_layers(parameters, gradients)
    X, Y = X.astype(np.float64), Y.astype(np.float64)
    parameters = [(W.astype(np.float64), b.astype(np.float64)) for W, b in parameters]
    m = Y.shape[-1]
    architecture: dict[str, Any] = {"hidden": hidden, "output": output, "masks": masks, "keep_prob": keep_prob}
    forward = forward_propagation(X, parameters, **architecture)
    M = magnitudes(X, Y, parameters, forward, lambd=lambd, unit=unit, **architecture)
    D, bound, straddles, _ = network_differences(Y, parameters, M, **architecture)
    C = allowance(m, (X.shape[-2], *(W.shape[-2] for W, b in parameters)))
    underflow = C * tiny * float(M.amplification)
    blocks, compared = {}, []
    for l, (W, _) in enumerate(parameters):
        decay = lambd / m * W  # (λ/2m) ((w + ε)² − (w − ε)²) / 2ε, which is the same for every ε
        for name, g, columns, l2, M_g in (
            (f"dW{l + 1}", gradients.dW[l], slice(None, -1), decay, M.dW[l] + M.l2[l]),
            (f"db{l + 1}", gradients.db[l], slice(-1, None), 0.0, M.db[l]),
        ):
            tolerance = bound[l][:, columns] + C * unit * M_g + underflow
            blocks[name], pairs = _block(
                g.astype(np.float64), D[l][:, columns] + l2, tolerance, straddles[l][:, columns], exact=underflow
            )
            compared.append(pairs)
    return _verdict(blocks, compared)


def _validate(parameters: dict[str, Array], gradients: Mapping[str, Array]) -> None:
    for name, value in parameters.items():
        if value.dtype != np.float64:
            raise TypeError(f"{name} has dtype {value.dtype}; gradient_check takes float64")
        if name not in gradients:
            raise ValueError(f"gradients has no {name!r}; it has {', '.join(map(repr, gradients)) or 'nothing'}")
        if np.iscomplexobj(gradients[name]):
            raise TypeError(f"the gradient of {name} is complex; gradient_check takes real numbers")
        if np.shape(gradients[name]) != value.shape:
            raise ValueError(f"the gradient of {name} has shape {np.shape(gradients[name])}; it takes {value.shape}")
    extra = [name for name in gradients if name not in parameters]
    if extra:
        raise ValueError(f"gradients has {', '.join(map(repr, extra))}, which parameters has not")


def _validate_layers(parameters: Parameters, gradients: Gradients) -> None:
    for name, given, owed in (
        ("dW", gradients.dW, [W.shape for W, b in parameters]),
        ("db", gradients.db, [b.shape for W, b in parameters]),
    ):
        if [np.shape(g) for g in given] != owed:
            raise ValueError(f"{name} has shapes {[np.shape(g) for g in given]}; the parameters take {owed}")


def _noise(cost: Callable[[dict[str, Array]], float], point: dict[str, Array]) -> float:
    """The round-off of the cost near ``point``: from the difference table of a few close evaluations.

    As short a step as shows any change: a longer one may cross kinks. A cost that is rounded coarsely (log(1 + t) for
    a small t has steps of u) does not change at all along a short one.
    """
    for step in NOISE_STEPS:
        line = ({n: v + step * k * (1 + np.abs(v)) for n, v in point.items()} for k in range(NOISE_POINTS))
        values = np.array([float(cost(moved)) for moved in line])
        if np.any(values != values[0]):
            break
    if not np.isfinite(values).all():
        raise ValueError(f"the cost is {values[~np.isfinite(values)][0]} near these parameters; it must be finite")
    table, levels = values, [UNIT * float(np.max(np.abs(values)))]
    for order in range(1, NOISE_POINTS - 1):
        table = np.diff(table)
        gamma = np.prod([k / (order + k) for k in range(1, order + 1)])  # (k!)² / (2k)!
        if order >= 2:  # the smooth part is gone by then
            levels.append(float(np.sqrt(gamma * np.mean(table**2))))
    return NOISE_FACTOR * max(levels)


def _difference_block(
    cost: Callable[[dict[str, Array]], float],
    point: dict[str, Array],
    name: str,
    pattern: Callable[[dict[str, Array]], ArrayLike] | None,
    here: NDArray | None,
    J: float,
    noise: float,
    epsilon: float,
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """D, its bound, and what was excluded, for one parameter array."""
    theta = point[name]
    D, bound, excluded = np.zeros(theta.shape), np.full(theta.shape, np.inf), np.ones(theta.shape, dtype=bool)
    for index in np.ndindex(theta.shape):

        def at(step: float, index: tuple[int, ...] = index) -> dict[str, Array]:
            moved = theta.copy()
            moved[index] += step
            return {**point, name: moved}

        for h in epsilon * max(1.0, float(abs(theta[index]))) * SHORTER:
            step = float((theta[index] + h) - theta[index])  # what is really added
            keeps = {+1: True, -1: True}
            if pattern is not None and here is not None:
                keeps = {side: np.array_equal(pattern(at(side * 4 * step)), here) for side in keeps}
            if not any(keeps.values()):
                continue
            found = _central(cost, at, J, step) if all(keeps.values()) else _one_sided(cost, at, J, step, keeps[+1])
            if not np.isfinite(found[:2]).all():
                continue
            D[index], truncation, weight, gap = found
            bound[index] = weight * noise / step + truncation
            excluded[index] = pattern is None and gap > max(SUSPICION * abs(found[0]), 8 * noise / step)
            break
    return D, np.where(excluded, np.inf, bound), excluded


Slope = tuple[float, float, float, float]  # D, |D(ε) − D(2ε)|, the weight of the noise, and how far both sides differ


def _central(cost: Callable[..., float], at: Callable[[float], dict[str, Array]], J: float, step: float) -> Slope:
    up, down, up2, down2 = (float(cost(at(k * step))) for k in (1, -1, 2, -2))
    D, coarse = (up - down) / (2 * step), (up2 - down2) / (4 * step)
    return D, abs(D - coarse), 1.0, abs(up - 2 * J + down) / step


def _one_sided(
    cost: Callable[..., float], at: Callable[[float], dict[str, Array]], J: float, step: float, up: bool
) -> Slope:
    side = +1 if up else -1
    one, two, four = (float(cost(at(side * k * step))) for k in (1, 2, 4))
    D, coarse = side * (4 * one - two - 3 * J) / (2 * step), side * (4 * two - four - 3 * J) / (4 * step)
    return D, abs(D - coarse), 4.0, 0.0  # (4 + 1 + 3) / 2 evaluations' worth of noise


def _block(
    g: Array, D: Array, bound: Array, excluded: NDArray[np.bool_], *, exact: float = 0.0
) -> tuple[Block, tuple[Array, Array]]:
    if not D.size:
        return Block(0.0, (), 0.0, 0, 0, 0, D), (g.ravel(), D.ravel())
    largest = float(np.max(np.abs(D), initial=0.0, where=~excluded))
    resolved = ~excluded & (bound <= RESOLUTION * largest)
    resolved |= ~excluded & (bound <= exact)  # zero, and provably so
    error = np.abs(g - D)
    ratio = np.where(error == 0, 0.0, error / np.where(bound > 0, bound, np.finfo(np.float64).tiny))
    ratio = np.where(np.isfinite(g), ratio, np.inf)
    seen = ~excluded
    worst = np.unravel_index(int(np.argmax(np.where(seen, ratio, -1.0))), ratio.shape)
    block = Block(
        difference=relative_difference(g[seen], D[seen]),
        worst=tuple(int(k) for k in worst),
        worst_ratio=float(ratio[worst]) if seen.any() else 0.0,
        coordinates=D.size,
        excluded=int(excluded.sum()),
        unresolved=int((seen & ~resolved).sum()),
        approximation=D,
    )
    return block, (g[seen], D[seen])


def _verdict(blocks: dict[str, Block], compared: list[tuple[Array, Array]]) -> GradientCheck:
    coordinates = sum(block.coordinates for block in blocks.values())
    lost = sum(block.excluded + block.unresolved for block in blocks.values())
    coverage = 1 - lost / coordinates if coordinates else 0.0
    wrong = any(block.worst_ratio > 1 for block in blocks.values())
    g = np.concatenate([np.zeros(0), *(g for g, D in compared)])
    D = np.concatenate([np.zeros(0), *(D for g, D in compared)])
    return GradientCheck(
        "FAIL" if wrong else "PASS" if coverage >= COVERAGE else "INCONCLUSIVE",
        relative_difference(g, D),
        coverage,
        blocks,
    )
