"""Gradients with so many times the parameter itself: the penalty that a step has, and nobody wrote down as a loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.networks.factors import EXACT

__all__ = ["Slopes", "decays_of", "slope_of", "with_decay"]


class Slopes(NamedTuple):
    """Of one block: the gradient along its directions, and of every candidate its values at −2ε, −ε, ε and 2ε."""

    along: list[float]
    size: list[float]  # of the terms of that
    values: list[list[Mapping[Any, tuple[Any, ...]]]]
    step: float
    axes: int
    penalty: list[float]  # the derivative of half the sum of its squares along its directions


def slope_of(values: Sequence[float], step: float) -> float:
    """By the values at −2, −1, 1 and 2 steps."""
    return (8 * (values[2] - values[1]) - (values[3] - values[0])) / (12 * step)


def with_decay(slopes: Mapping[str, Slopes], candidate: Any, value: Any) -> tuple[float, float] | None:
    """Of a single block the factor, and how many times itself it has besides."""
    if len(slopes) > 1:
        return None
    (one,) = slopes.values()
    rows = []
    for values, penalty in zip(one.values, one.penalty, strict=True):
        f = [value(at[candidate]) for at in values]
        rows.append([slope_of(f, one.step), penalty])
    matrix, along = np.array(rows), np.array(one.along)
    if not np.all(np.isfinite(matrix)) or np.linalg.matrix_rank(matrix[:2]) < 2:
        return None
    common, strength = np.linalg.solve(matrix[:2], along[:2])
    right = np.all(np.abs(matrix @ (common, strength) - along) <= 10 * EXACT * np.max(np.abs(along)))
    return (float(common), float(strength)) if right and common > 0 and strength > 0 else None


def decays_of(
    slopes: Mapping[str, Slopes], candidate: Any, value: Any, ratios: Mapping[str, float | None], common: float
) -> dict[str, float]:
    """The blocks whose gradient is the common one and a number times themselves, the same number for all of them.

    These are all that have two axes; or there are none.
    """
    found: dict[str, float] = {}
    for name in (n for n, ratio in ratios.items() if ratio is None):
        numbers = []
        for along, values, penalty in zip(slopes[name].along, slopes[name].values, slopes[name].penalty, strict=True):
            f = [value(at[candidate]) for at in values]
            slope = slope_of(f, slopes[name].step)
            numbers.append((along - common * slope) / penalty if penalty else float("nan"))
        if not np.ptp(numbers) <= 1e-5 * abs(numbers[0]):
            return {}
        found[name] = numbers[0]
    sizes = list(found.values())
    wide = {name for name, one in slopes.items() if one.axes > 1}
    if not sizes or any(abs(n - sizes[0]) > 1e-5 * abs(sizes[0]) for n in sizes) or sizes[0] <= 0:
        return {}
    return found if wide <= found.keys() else {}
