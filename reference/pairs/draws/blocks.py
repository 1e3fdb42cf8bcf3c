"""One gradient at one draw beside what the witnesses say of it: right, wrong, or nothing that can be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.judging.judge import Tally
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP
from reference.pairs.draws.differences import PairDifferences
from reference.pairs.draws.observation import Observation
from reference.pairs.draws.testimony import Heard, magnitude
from reference.pairs.draws.tolerance import LEADING, RESOLUTION, U64, Estimate, falls, largest

__all__ = ["BlockStanding", "GradientStanding", "assess"]

Array = NDArray[Any]
DIGITS = 1e-8  # of the block: more than half of the digits of float64


class BlockStanding(StrEnum):
    """What is said of one gradient at one draw."""

    RIGHT = "right"
    WRONG = "wrong"
    WEAK = "weak"  # float32 leaves too few digits to tell rounding from a mistake
    SILENT = "silent"  # no exact witness spoke of it


class GradientStanding(NamedTuple):
    """One gradient at one draw; ``at`` is the entry that shows it worst."""

    name: str
    standing: BlockStanding
    tally: Tally = Tally()
    zero: bool = False  # its truth is zero, but for rounding
    exactly: bool = False  # zero to the last bit
    relative: float = 0.0  # the error, relative to the block
    lost: bool = False  # right, but more than half of the digits are lost
    infinite: bool = False  # it is not finite where the truth is
    at: int | None = None
    got: float | None = None
    want: float | None = None


class Deviation(NamedTuple):
    """One entry, or one direction, beside a witness: the error and what is allowed."""

    error: float
    allowed: float
    at: int | None
    want: float


def assess(
    seen: Observation, name: str, heard: Mapping[str, Heard], central: PairDifferences | None
) -> GradientStanding:
    """One gradient, as it stands beside the exact witnesses that spoke."""
    got = np.asarray(seen.run.gradients[name], dtype=np.float64).ravel()
    known = seen.estimates[name]
    spoken = {witness: of for witness, of in heard.items() if of.known().any() or np.isfinite(of.along)}
    whole = any(of.entries.size == got.size or np.isfinite(of.along) for of in spoken.values())
    zero = known.same and whole and all(_is_zero(seen, name, of) for of in spoken.values())
    tally = _tally(spoken, central, known, scale=magnitude(seen, name) if zero else 0.0)
    if not spoken:
        return GradientStanding(name, BlockStanding.SILENT, tally)
    size = max(largest(of.values) for of in spoken.values())
    entries = {int(k): float(v) for of in reversed(spoken.values()) for k, v in zip(of.entries, of.values, strict=True)}
    lost = [k for k, want in entries.items() if np.isfinite(want) and not np.isfinite(got[k])]
    if lost:
        at = lost[0]
        no_slope = whole and size == 0.0 and all(of.along == 0.0 or np.isnan(of.along) for of in spoken.values())
        return GradientStanding(
            name, BlockStanding.WRONG, tally, exactly=no_slope, infinite=True, at=at, got=float(got[at]),
            want=entries[at],
        )  # fmt: skip
    if not seen.steady() or (not zero and magnitude(seen, name) == 0.0 and not _agree(spoken)):
        return GradientStanding(name, BlockStanding.WEAK, tally)
    if zero:
        nothing = known.kappa * U64 * magnitude(seen, name)
        return _beside_zero(name, got, nothing, tally, exactly=size == 0.0)
    deviations = list(_deviations(got, spoken, known.allowed(size)))
    worst = max(deviations, key=lambda d: d.error / d.allowed if d.allowed > 0 else np.inf * (d.error > 0 or -1))
    pointed = max((d for d in deviations if d.at is not None), key=lambda d: d.error, default=worst)
    relative = pointed.error / size if size and pointed.at is not None else 0.0
    units = worst.error / worst.allowed * known.kappa if worst.allowed > 0 else 0.0
    shown = GradientStanding(name, BlockStanding.RIGHT, tally._replace(worst_error=units), relative=relative)
    if pointed.at is not None:
        shown = shown._replace(at=pointed.at, got=float(got[pointed.at]), want=pointed.want)
    inaccurate = relative > DIGITS and falls(pointed.error, known)
    if worst.error <= worst.allowed and known.resolved(size):  # whatever float32 keeps of it
        return shown._replace(lost=inaccurate)
    counts = known.counts(size)
    return shown._replace(
        standing=BlockStanding.WRONG if counts else BlockStanding.WEAK, lost=inaccurate and not counts
    )


def _deviations(got: Array, heard: Mapping[str, Heard], allowed: float) -> Iterator[Deviation]:
    """Every entry beside the best witness that spoke of it: the complex step, which subtracts nothing."""
    done: set[int] = set()
    for witness in (COMPLEX_STEP, AUTODIFF):
        if (of := heard.get(witness)) is None:
            continue
        for k, value, bound in zip(of.entries.tolist(), of.values, of.bounds, strict=True):
            if np.isfinite(value) and k not in done:
                done.add(k)
                yield Deviation(abs(float(got[k] - value)), allowed + float(bound), k, float(value))
        if of.direction is not None and np.isfinite(of.along):
            v = of.direction.ravel()
            error = abs(float(got @ v) - of.along)
            yield Deviation(error, allowed * float(np.abs(v).sum()) + of.along_bound, None, of.along)


def _is_zero(seen: Observation, name: str, of: Heard) -> bool:
    """Whether a witness says zero, to its own rounding."""
    nothing = seen.kappa * of.precision * magnitude(seen, name)
    weight = 1.0 if of.direction is None else float(np.abs(of.direction).sum())
    along = 0.0 if not np.isfinite(of.along) else abs(of.along) / weight
    return max(largest(of.values), along) <= nothing


def _agree(spoken: Mapping[str, Heard]) -> bool:
    """Whether two witnesses say the same: what is only rounding, of terms that nothing shows, differs from one to the
    other.
    """
    first, *others = (of for of in spoken.values())
    known = [dict(zip(of.entries.tolist(), of.values.tolist(), strict=True)) for of in (first, *others)]
    both = [k for k in known[0] if len(known) > 1 and k in known[1]]
    size = max((abs(known[0][k]) for k in both), default=0.0)
    return size > 0 and all(abs(known[0][k] - known[1][k]) <= LEADING * size for k in both)


def _beside_zero(name: str, got: Array, allowed: float, tally: Tally, *, exactly: bool) -> GradientStanding:
    """Where the truth is zero, what is ``allowed`` is of the terms that cancel: in float32 they may to the last bit."""
    at = int(np.argmax(np.abs(got))) if got.size else None
    standing = BlockStanding.RIGHT if largest(got) <= allowed else BlockStanding.WRONG
    value = None if at is None else float(got[at])
    relative = 0.0 if standing is BlockStanding.RIGHT else 1.0
    return GradientStanding(name, standing, tally, True, exactly, relative, at=at, got=value, want=0.0)


def _tally(
    heard: Mapping[str, Heard], central: PairDifferences | None, known: Estimate, *, scale: float = 0.0
) -> Tally:
    """What was looked at: every entry that some witness spoke of, and what differences had to leave out.

    ``scale``: of the terms that cancel, where the truth is zero.
    """
    said = {witness: int(np.count_nonzero(of.known())) for witness, of in heard.items()}
    along = COMPLEX_STEP in heard and np.isfinite(heard[COMPLEX_STEP].along)
    tally = Tally(1, autodiff=said.get(AUTODIFF, 0), complex_step=said.get(COMPLEX_STEP, 0) + int(along))
    excluded = 0
    if central is not None:
        size = max([known.size, scale, *(largest(of.values) for of in heard.values())])
        finite = np.isfinite(central.bounds)
        excluded = central.excluded
        vague = int(np.count_nonzero(finite & (central.bounds > RESOLUTION * size))) if size else 0
        tally = tally._replace(
            excluded=excluded, unresolved=vague, uncovered=excluded + vague, central_difference=int(finite.sum())
        )
    return tally._replace(coordinates=max([tally.central_difference + excluded, *said.values()]))
