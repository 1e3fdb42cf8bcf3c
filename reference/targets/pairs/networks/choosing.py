"""Which expression of a step is its output and which loss its gradient fits: found with NumPy itself, by differences.

What is found is a reading of the step, no verdict: the witnesses hold the step to it afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.networks.candidates import NUMPY, Beside, LossInStep
from reference.targets.pairs.networks.losses import LOSSES_BY_NAME, NoLabels, labels_beside

__all__ = ["FactorFormula", "Fit", "Slopes", "best_fits", "formulas_of", "moving"]

EXACT, ALIKE, NOTHING = 2e-6, 2e-6, 1e-9
DIRECTIONS = 2
SIMPLE = 64  # the largest denominator of a common factor
USUAL = (Fraction(1), Fraction(2), Fraction(1, 2))


class Slopes(NamedTuple):
    """Of one block: the gradient along its directions, and of every candidate its values at −2ε, −ε, ε and 2ε."""

    along: list[float]
    size: list[float]  # of the terms of that
    values: list[list[Mapping[Any, tuple[Any, ...]]]]
    step: float
    axes: int
    penalty: list[float]  # the derivative of half the sum of its squares along its directions


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
                    found.append(fit._replace(candidate=own, shape=np.shape(output)))
    return sorted(found, key=lambda fit: (-fit.score[0], -fit.score[1], _plainness(fit.candidate)))


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
            slope = (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * one.step)
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
        first, second = (found + found)[:2]
        loose = EXACT + first[1] + second[1]
        alike = np.isfinite(first[0]) and np.isfinite(second[0]) and first[0] != 0
        alike = alike and abs(first[0] - second[0]) <= loose * abs(first[0])
        ratios[name] = first[0] if alike else None
    if all(ratio is None for ratio in ratios.values()):
        if len(silent) == len(ratios):
            return None
        return Fit(candidate, loss, ratios, 1.0, (), tuple(silent))
    common, fitting = _most(ratios, shape)
    if loss and (decays := _decays(slopes, candidate, value, ratios, common)):
        fitting = (*fitting, *decays)
        return Fit(
            candidate, loss, {**ratios, **dict.fromkeys(decays, common)}, common, fitting, tuple(silent), shape, decays
        )
    return Fit(candidate, loss, ratios, common, fitting, tuple(silent))


def _decays(
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
            slope = (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * slopes[name].step)
            numbers.append((along - common * slope) / penalty if penalty else float("nan"))
        if not abs(numbers[0] - numbers[1]) <= 1e-5 * abs(numbers[0]):
            return {}
        found[name] = numbers[0]
    sizes = list(found.values())
    wide = {name for name, one in slopes.items() if one.axes > 1}
    if not sizes or any(abs(n - sizes[0]) > 1e-5 * abs(sizes[0]) for n in sizes) or sizes[0] <= 0:
        return {}
    return found if wide <= found.keys() else {}


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


class FactorFormula(NamedTuple):
    """A common factor: a simple number over how many there are of something in the output."""

    number: Fraction
    of: str  # "", "first", "last", "entries"

    def at(self, shape: Sequence[int]) -> Fraction:
        return self.number / counts_of(shape).get(self.of, 1)


def counts_of(shape: Sequence[int]) -> dict[str, int]:
    """What a mean may divide by, by name."""
    found = {"": 1}
    if shape:
        found |= {"first": shape[0], "last": shape[-1]} if len(shape) > 1 else {"entries": shape[0]}
        found |= {"entries": int(np.prod(shape, dtype=int))}
    return found


def formulas_of(common: float, shape: Sequence[int]) -> list[FactorFormula]:
    """Every way to have a factor, the plainest first; none where it is no simple number."""
    found = []
    for of, count in counts_of(shape).items():
        number = _fraction(abs(common) * count)
        if number is not None:
            found.append(FactorFormula(number, of))
    return sorted(found, key=lambda f: (f.number not in USUAL, f.number.numerator * f.number.denominator))


def _fraction(size: float) -> Fraction | None:
    for candidate in (Fraction(size).limit_denominator(SIMPLE), Fraction(1 / size).limit_denominator(SIMPLE)):
        for found in (candidate, 1 / candidate) if candidate else ():
            if abs(float(found) - size) <= EXACT * size:
                return found
    return None
