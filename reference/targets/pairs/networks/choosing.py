"""Which expression of a step is its output and which loss its gradient fits: found with NumPy itself, by differences.

What is found is a reading of the step, no verdict: the witnesses hold the step to it afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.networks.candidates import NUMPY, Beside, LossInStep
from reference.targets.pairs.networks.decays import Slopes, decays_of, slope_of, with_decay
from reference.targets.pairs.networks.factors import EXACT, USUAL, counts_of
from reference.targets.pairs.networks.losses import LOSSES_BY_NAME, NoLabels, labels_beside

__all__ = ["DIRECTIONS", "Fit", "best_fits", "moving"]

ALIKE, NOTHING = 2e-6, 1e-9
DIRECTIONS = 3


class Fit(NamedTuple):
    """How a loss fits: of each block the gradient over the derivative, None where that is no number.

    ``common`` is the factor that most blocks have; ``fitting``: these; ``silent``: those in which both are zero.
    """

    candidate: Any
    loss: str
    ratios: Mapping[str, float | None]
    common: float
    fitting: tuple[str, ...]
    silent: tuple[str, ...]
    shape: tuple[int, ...] = ()
    decays: Mapping[str, float] = {}  # blocks that are right with so many times themselves
    at: Any = None  # the loss at a point
    beside: tuple[Any, str] | None = None  # of the file's own loss: what it is a number times, everywhere

    @property
    def score(self) -> tuple[int, int]:
        return len(self.fitting) + len(self.silent), len(self.fitting)


def best_fits(slopes: Mapping[str, Slopes], base: Mapping[Any, tuple[Any, ...]]) -> list[Fit]:
    """Every candidate with every loss that may be meant, the best first."""
    found: list[Fit] = []
    for candidate, values in base.items():
        if isinstance(candidate, LossInStep):
            fit = _fit(slopes, candidate, "", lambda v: _number(v[0]))
            found += [fit] if fit is not None else []
            continue
        for swapped in (False, True):
            output, labels = values[::-1] if swapped else values
            if not _depends(slopes, candidate, int(swapped)) or _depends(slopes, candidate, 1 - int(swapped)):
                continue
            own = candidate._replace(output=candidate.labels, labels=candidate.output) if swapped else candidate
            for name in LOSSES_BY_NAME:
                if not _may_be(name, output, labels):
                    continue

                def value(v: tuple[Any, ...], name: str = name, swapped: bool = swapped) -> float:
                    o, y = v[::-1] if swapped else v
                    return _value(name, o, y)

                fit = _fit(slopes, candidate, name, value, np.shape(output))
                if fit is not None:
                    at = lambda point, c=candidate, of=value: of(point[c])
                    found.append(fit._replace(candidate=own, shape=np.shape(output), at=at))
    found = [_beside_the_named(fit, slopes, found) if isinstance(fit.candidate, LossInStep) else fit for fit in found]
    return sorted(found, key=lambda fit: (-fit.score[0], -fit.score[1], _plainness(fit.candidate)))


def _beside_the_named(own: Fit, slopes: Mapping[str, Slopes], every: Sequence[Fit]) -> Fit:
    """The file's own loss with the named one of which it is a multiple at every point that was looked at."""
    points = [at for one in slopes.values() for values in one.values for at in values]
    values = np.array([_number(at[own.candidate][0]) for at in points])
    for fit in every:
        if isinstance(fit.candidate, LossInStep) or fit.at is None:
            continue
        others = np.array([fit.at(at) for at in points])
        with np.errstate(all="ignore"):
            ratio = values / others
        if np.ptp(values) > 0 and np.all(np.abs(ratio - ratio[0]) <= 1e-9 * abs(ratio[0])):
            return own._replace(beside=(fit.candidate, fit.loss))
    return own


def moving(slopes: Mapping[str, Slopes], base: Mapping[Any, tuple[Any, ...]]) -> set[str]:
    """The blocks on which an output depends, or a loss: something beside labels that depend on no block."""
    valid = [
        (what, place)
        for what, found in base.items()
        for place in range(len(found))
        if len(found) == 1 or not _depends(slopes, what, 1 - place)
    ]
    return {name for name, one in slopes.items() if any(_depends({name: one}, what, place) for what, place in valid)}


def _plainness(candidate: Any) -> int:
    """What the step itself sets side by side comes before what was put side by side for it."""
    if isinstance(candidate, LossInStep):
        return 0
    return 3 if NUMPY in candidate.output else 2 if not candidate.line else 1 if "(" in candidate.output else 0


def _number(value: NDArray) -> float:
    return float(np.sum(value)) if np.size(value) == 1 else float("nan")


def _value(name: str, output: NDArray, labels: NDArray) -> float:
    try:
        return float(LOSSES_BY_NAME[name].value(np, np.asarray(output, dtype=float), labels_beside(output, labels)))
    except (NoLabels, ValueError, IndexError):
        return float("nan")


def _may_be(name: str, output: NDArray, labels: NDArray) -> bool:
    """Is the loss defined there, and another than those before it?"""
    loss = LOSSES_BY_NAME[name]
    try:
        beside = labels_beside(output, labels)
    except (NoLabels, ValueError, IndexError):
        return False
    if loss.probable and not (np.all(output > 0) and np.all(output < 1)):
        return False
    if name == "cross-entropy" and output.ndim and any(_sums_to_one(output, k) for k in {0, output.ndim - 1}):
        return False  # of classes, of which one is right
    if loss.signed and not np.all(np.abs(beside) == 1):
        return False
    if "softmax" in name:
        axis = -1 if name.endswith("rows") else 0
        return bool(output.ndim and output.shape[axis] > 1 and np.allclose(beside.sum(axis=axis), 1)) and (
            output.ndim > 1 or axis == -1
        )
    if name == "categorical cross-entropy":
        return bool(np.all(beside >= 0)) and output.size > 1
    return True


def _sums_to_one(output: NDArray, axis: int) -> bool:
    return bool(output.shape[axis] > 1 and np.allclose(output.sum(axis=axis), 1))


def _depends(slopes: Mapping[str, Slopes], candidate: Beside, place: int) -> bool:
    for one in slopes.values():
        for values in one.values:
            known = [at[candidate][place] for at in values if candidate in at]
            if len(known) > 1 and not all(np.array_equal(known[0], other, equal_nan=True) for other in known[1:]):
                return True
    return False


def _fit(
    slopes: Mapping[str, Slopes], candidate: Any, loss: str, value: Any, shape: tuple[int, ...] = ()
) -> Fit | None:
    ratios: dict[str, float | None] = {}
    silent = []
    for name, one in slopes.items():
        found, zero = [], True
        for along, size, values in zip(one.along, one.size, one.values, strict=True):
            if not all(candidate in at for at in values):
                return None
            with np.errstate(all="ignore"):
                f = [value(at[candidate]) for at in values]
            slope = slope_of(f, one.step)
            noise = 1e-15 * max(map(abs, f)) / one.step
            if not np.isfinite(slope):
                return None
            flat = abs(slope) <= max(NOTHING, 50 * noise)
            zero &= flat and abs(along) <= 1e-7 * (size + 1e-30) + NOTHING
            found.append((along / slope, 50 * noise / max(abs(slope), 1e-300)) if not flat else (float("nan"), 0.0))
        if zero:
            silent.append(name)
            ratios[name] = None
            continue
        numbers, noises = zip(*found, strict=True)
        first, loose = numbers[0], EXACT + sum(noises)
        alike = np.all(np.isfinite(numbers)) and first != 0 and np.ptp(numbers) <= loose * abs(first)
        ratios[name] = first if alike else None
    if all(ratio is None for ratio in ratios.values()):
        if len(silent) == len(ratios):
            return None
        if loss and (both := with_decay(slopes, candidate, value)) is not None:
            common, strength = both
            names = tuple(slopes)
            return Fit(
                candidate, loss, dict.fromkeys(names, common), common, names, (), shape, dict.fromkeys(names, strength)
            )
        return Fit(candidate, loss, ratios, 1.0, (), tuple(silent))
    common, fitting = _most(ratios, shape)
    if loss and (decays := decays_of(slopes, candidate, value, ratios, common)):
        fitting = (*fitting, *decays)
        return Fit(
            candidate, loss, {**ratios, **dict.fromkeys(decays, common)}, common, fitting, tuple(silent), shape, decays
        )
    return Fit(candidate, loss, ratios, common, fitting, tuple(silent))


def _most(ratios: Mapping[str, float | None], shape: tuple[int, ...]) -> tuple[float, tuple[str, ...]]:
    """The factor that most blocks have; of several, a positive one, and the simplest."""
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    groups = [
        (ratio, tuple(name for name, other in known.items() if abs(other - ratio) <= ALIKE * abs(ratio)))
        for ratio in known.values()
    ]
    usual = [float(times) / count for count in counts_of(shape).values() for times in USUAL]

    def plain(common: float) -> bool:
        return any(abs(common - one) <= ALIKE * one for one in usual)

    return max(groups, key=lambda g: (len(g[1]), g[0] > 0, plain(g[0]), -abs(np.log(abs(g[0])))))
