"""How far each implementation is from the truth, and from every other: in ULPs, and in units of what rounding does.

The truth is the complex step in extended precision of the first one, or of another whose forward pass is the same to
that precision, where more entries of it were affordable. Beside it each is held to the truth of its own forward pass.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.comparison.accuracy import ALL
from reference.comparison.pairs.asking import AnswerBeside, AskedDraw, unit_of
from reference.comparison.phrases import digits
from reference.pairs.draws.tolerance import LEADING, U64, U_EXTENDED, largest
from reference.report.models.comparison import Accuracy, Agreement

__all__ = ["DrawSums", "Measured", "measured", "rows_of"]

Array = NDArray[Any]
CONDITION = 100  # times a rounding of the entry: beyond, terms cancel, and ULPs say nothing


class Measured(NamedTuple):
    """Of a group: pairs of targets, who is wrong beside its own truth, whose forward pass is another."""

    agreement: list[Agreement]
    wrong: dict[str, list[str]]  # the blocks
    other: dict[str, str]  # how its forward pass differs from the first one's
    unheard: set[str]  # of which no truth spoke


@dataclass
class _SumOfDraws:
    ulps: list[Array] = field(default_factory=list)
    units: list[Array] = field(default_factory=list)
    cases: set[int] = field(default_factory=set)
    wrong: set[int] = field(default_factory=set)
    own: float | None = None
    worst: float = -1.0
    case: str = ""

    def add(self, k: int, ulps: Array, units: Array, allowed: float, own: float | None, case: str) -> None:
        self.ulps.append(ulps)
        self.units.append(units)
        self.cases.add(k)
        worst = float(units.max())
        if worst > allowed:
            self.wrong.add(k)
        if worst > self.worst:
            self.worst, self.case = worst, case
        if own is not None:
            self.own = max(own, self.own or 0.0)

    def row(self, check: str, output: str, dtype: str) -> Accuracy:
        ulps, units = np.concatenate(self.ulps), np.concatenate(self.units)
        return Accuracy(
            check=check, output=output, dtype=dtype, cases=len(self.cases), coordinates=units.size,
            worst_ulps=float(ulps.max(initial=0.0)), median_ulps=float(np.median(ulps)) if ulps.size else 0.0,
            worst_error=self.worst, wrong_cases=len(self.wrong), case=self.case, median_error=float(np.median(units)),
            own_error=self.own,
        )  # fmt: skip


class DrawSums:
    """What is summed over draws, and over the pairs that are compared."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str, str, str], _SumOfDraws] = defaultdict(_SumOfDraws)
        self.cases = 0


def rows_of(sums: DrawSums) -> dict[str, list[Accuracy]]:
    """The rows of each target."""
    rows: dict[str, list[Accuracy]] = defaultdict(list)
    for (target, check, output, dtype), summed in sums.of.items():
        rows[target].append(summed.row(check, output, dtype))
    return rows


def measured(
    name: str, targets: Sequence[str], asked: Sequence[AskedDraw], sums: DrawSums, *, prefix: str = ""
) -> Measured:
    """Everything that can be said of the answers. ``prefix``: before every output, where several pairs are compared."""
    wrong: dict[str, dict[str, None]] = {target: {} for target in targets}
    other: dict[str, str] = {}
    heard: set[str] = set()
    for k, draw in enumerate(asked):
        answers = {t: a for t, a in draw.answers.items() if isinstance(a, AnswerBeside)}
        lead = next(iter(answers), None)
        if lead is None:
            continue
        for target, a in answers.items():
            if (how := _other_forward(a, answers[lead], lead)) is not None:
                other.setdefault(target, f"{how} at {draw.first.case}")
        truth, outputs = _common(answers, lead)
        for target, a in answers.items():
            for block, got in a.double.items():
                want = {**outputs, **truth}.get(block)
                mine = {**a.outputs, **a.truth}.get(block)
                unit = _unit(answers, lead, a, block, want if want is not None else mine)
                own = None if mine is None or unit is None else _own(a, block, got, mine, unit)
                if own is not None:
                    heard.add(target)
                    if own[1]:
                        wrong[target][block] = None
                if want is None or unit is None:
                    continue
                heard.add(target)
                for dtype, value in (("float64", got), ("float32", a.single.get(block))):
                    if value is None:
                        continue
                    single = dtype == "float32"
                    width = _unit(answers, lead, a, block, want, single=True) if single else unit
                    assert width is not None
                    ulps, units = _errors(value, want, width, dtype)
                    if not units.size:
                        continue
                    allowed = np.inf if single else a.kappa
                    worst_own = own[0] if own is not None and not single else None
                    if not single and own is None and target not in other and units.max() > a.kappa:
                        wrong[target][block] = None
                    for check, output in itertools.product((name, ALL), (f"{prefix}{block}", ALL)):
                        sums.of[target, check, output, dtype].add(
                            sums.cases + k, ulps, units, allowed, worst_own, draw.first.case
                        )
    sums.cases += len(asked)
    return Measured(
        list(_agreement(name, targets, asked, prefix)),
        {target: list(blocks) for target, blocks in wrong.items() if blocks},
        other,
        {target for target in targets if target not in heard},
    )


def _errors(got: Array, want: Array, unit: float, dtype: str) -> tuple[Array, Array]:
    """ULPs of the entries that do not cancel, and units of all that the truth was asked for."""
    asked = ~np.isnan(want)
    true = want[asked]
    info = np.finfo(dtype)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        off = np.abs(got[asked].astype(np.longdouble) - true)
        off = np.where(np.isfinite(off), off, np.inf)
        spacing = np.spacing(np.abs(true).astype(info.dtype)).astype(np.longdouble)
        fair = (np.abs(true) >= info.tiny) & (unit <= CONDITION * float(info.eps) * np.abs(true))
        units = np.where(off == 0, 0.0, off / max(unit, float(info.tiny)))
        return (off / spacing)[fair].astype(np.float64), units.astype(np.float64)


def _unit(
    answers: Mapping[str, AnswerBeside],
    lead: str,
    own: AnswerBeside,
    block: str,
    want: Array | None,
    *,
    single: bool = False,
) -> float | None:
    """One for all: that of the first one whose two precisions say something of this block."""
    if want is None:
        return None
    size = _size(want)
    for answer in (answers[lead], own, *answers.values()):
        if (found := unit_of(answer, block, size, single=single)) is not None:
            return found
    return float(np.finfo(np.float32 if single else np.float64).eps) * size


def _own(answer: AnswerBeside, block: str, got: Array, mine: Array, unit: float) -> tuple[float, bool]:
    """Units from its own truth; and whether that is more than its own rounding, where this is known."""
    _, units = _errors(got, mine, unit, "float64")
    if not units.size:
        return 0.0, False
    size = _size(mine)
    own = unit_of(answer, block, size) or unit
    weak = answer.E.get(block, 0.0) > LEADING * max(size, _size(got))
    return float(units.max()), not weak and float(units.max()) * unit > answer.kappa * max(own, unit)


def _common(answers: Mapping[str, AnswerBeside], lead: str) -> tuple[dict[str, Array], dict[str, Array]]:
    """The truth of each block: of the first, or of whom more entries are known and whose forward pass is the same."""
    first = next((a for a in answers.values() if a.outputs), None)
    if first is None:
        return {}, {}
    truth = dict(first.truth)
    for answer in answers.values():
        if not answer.outputs or not _same_to_the_end(answer, first):
            continue
        for block, values in answer.truth.items():
            if block not in truth or np.sum(~np.isnan(values)) > np.sum(~np.isnan(truth[block])):
                truth[block] = values
    return truth, dict(first.outputs)


def _same_to_the_end(answer: AnswerBeside, first: AnswerBeside) -> bool:
    """Whether two forward passes agree to the rounding of extended precision."""
    return all(
        block in answer.outputs
        and _apart(answer.outputs[block], want)
        <= first.kappa * _rounding(answer, first, block, want) * U_EXTENDED / U64
        for block, want in first.outputs.items()
    )


def _rounding(answer: AnswerBeside, first: AnswerBeside, block: str, want: Array) -> float:
    size = _size(want)
    units = [unit_of(a, block, size) for a in (answer, first)]
    return max([u for u in units if u is not None], default=U64 * size)


def _other_forward(answer: AnswerBeside, first: AnswerBeside, lead: str) -> str | None:
    """How a forward pass differs from the first one's by more than rounding; in how many times, where that is it."""
    for block, want in first.double.items():
        if block.partition(" ")[0] != "out" or block not in answer.double:
            continue
        one, other = first.outputs.get(block, want), answer.outputs.get(block, answer.double[block])
        allowed = 2 * first.kappa * _rounding(answer, first, block, want)
        if _apart(other, one) <= allowed:
            continue
        size = _size(one)
        factor = float(np.sum(one * other) / np.sum(one * one)) if size else 0.0
        if factor and _apart(other, factor * one) <= max(1.0, abs(factor)) * allowed:
            return f"its {block} is {factor:.6g} times that of {lead}"
        return (
            f"its {block} differs from that of {lead} by {_apart(other, one) / (size or 1.0):.1e} of the largest entry"
        )
    return None


def _apart(one: Array, other: Array) -> float:
    with np.errstate(invalid="ignore"):
        off = np.abs(np.asarray(one, dtype=np.longdouble) - other)
    return float(np.max(np.where(np.isnan(off), np.inf, off), initial=0.0))


def _size(array: Array) -> float:
    return largest(np.asarray(array, dtype=np.float64))


def _agreement(name: str, targets: Sequence[str], asked: Sequence[AskedDraw], prefix: str) -> Iterator[Agreement]:
    """Every two targets: the worst relative difference of a block, and whether it is more than rounding."""
    for first, second in itertools.combinations(targets, 2):
        for dtype in ("float64", "float32"):
            found = list(_differences(first, second, dtype, asked))
            if not found:
                continue
            worst, block, case = max((f[1:4] for f in found), key=lambda f: f[0])
            yield Agreement(
                first=first, second=second, dtype=dtype, cases=len({f[0] for f in found}), blocks=len(found),
                difference=worst, digits=digits(worst), output=f"{prefix}{block}", checks=(name, name), case=case,
                agree=all(f[4] for f in found),
            )  # fmt: skip


def _differences(
    first: str, second: str, dtype: str, asked: Sequence[AskedDraw]
) -> Iterator[tuple[int, float, str, str, bool]]:
    single = dtype == "float32"
    for k, draw in enumerate(asked):
        one, other = draw.answers.get(first), draw.answers.get(second)
        if not isinstance(one, AnswerBeside) or not isinstance(other, AnswerBeside):
            continue
        mine, theirs = (one.single, other.single) if single else (one.double, other.double)
        for block in mine.keys() & theirs.keys():
            size = max(_size(mine[block]), _size(theirs[block]))
            apart = _apart(mine[block], theirs[block])
            units = [unit_of(a, block, size, single=single) for a in (one, other)]
            unit = max([u for u in units if u is not None], default=U64 * size)
            relative = apart / size if size else float(apart > 0)
            yield k, relative, block, draw.first.case, apart <= 2 * one.kappa * unit
