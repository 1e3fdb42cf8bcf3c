"""A pair that nothing can stand in for, as a compiled one: held to central differences of its own forward value alone.

    |g − D| ≤ 4 · (2u · Σ|c·y| / ε + |D(ε) − D(2ε)| + 2u · |θ| |D| / ε) + |2B(ε) − B(2ε)| + 2¹²u · max |D|

with u the unit of what it returns, float64's or float32's, and B the slope on the right less the slope on the left. No
pattern of branches proves a kink here: but B grows with ε where there is none, and does not where there is one. What is
left without digits is excluded, and counted. Where the pair names a twin of NumPy that computes the same, autodiff and
the complex step of that twin are heard as well, and nothing is excluded. Only a pair with an example of its own is
judged like this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw
from reference.judging.judge import Tally
from reference.pairs.causes.codes import code_of_pattern
from reference.pairs.causes.evidence import DrawEvidence
from reference.pairs.causes.ratios import pattern_of
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP
from reference.pairs.draws.differences import step_of
from reference.pairs.draws.laws import Breach, breaches_of
from reference.pairs.draws.observation import PairRun, finite, run
from reference.pairs.draws.testimony import OTHER_VALUE
from reference.pairs.draws.tolerance import U32, U64
from reference.pairs.plan import PairReading
from reference.pairs.reading import seed_of
from reference.pairs.result import PairFinding, PairResult, PairRow, backward_place
from reference.pairs.twin import heard_of, twin_of

__all__ = ["judged_by_differences"]

Array = NDArray[Any]
WIDER = 2.0**8  # than that of float64 is the step of float32
RESOLVED = 2.0**-6  # of the largest entry, a bound that still tells something
ENTRIES = 400  # of a block, all of which are asked
COVERAGE = 0.95
ROUNDING = 2.0**12  # units of the largest entry, that a compiled sum may be off by
OTHER_SLOPE = "its derivative is not what differences show"
CONTRADICTED = (OTHER_VALUE, OTHER_SLOPE)


class Differenced(NamedTuple):
    """One gradient at one draw beside its differences; ``bounds`` are infinite where nothing can be said."""

    entries: Array
    got: Array
    values: Array
    bounds: Array
    differenced: int  # entries that differences could tell
    exact: Mapping[str, int] = {}  # by witness, entries of the twin's derivative

    def wrong(self) -> Array:
        return np.isfinite(self.bounds) & ~(np.abs(self.got - self.values) <= self.bounds)


class CompiledDraw(NamedTuple):
    draw: PairDraw
    seen: PairRun
    blocks: dict[str, Differenced]


def judged_by_differences(
    pair: OpenPair, reading: PairReading, *, seed: int, draws: int, why: str, only: PairDraw | None = None
) -> PairResult | None:
    """What differences say of a pair; ``None`` where it does not run by itself either. ``why``: no stand-in runs it."""
    found: list[CompiledDraw] = []
    breaches: dict[tuple[str, str], Breach] = {}
    twin = twin_of(pair)
    silent = "" if twin is None else twin.why
    for index in range(1 if only is not None else draws):
        draw = only or reading.draw(seed_of(seed, index, 0), index)
        try:
            first, again = run(pair, draw, "plain"), run(pair, draw, "plain")
            if not finite(first):
                continue
            breaches |= {(b.output, b.code): b for b in (*breaches_of(first), *_unlike(first, again))}
            blocks = _differenced(pair, draw, first)
            if twin is not None and twin.pair is not None and not silent:
                blocks, silent = _beside_twin(twin.pair, draw, first, blocks)
            found.append(CompiledDraw(draw, first, blocks))
        except (TargetRaised, TargetDied):
            return None
    if not found:
        return None
    alone = "alone" if twin is None or silent else f"and to the derivative of its twin {twin.name}"
    notes = [f"{pair.proposal.check} is held to central differences {alone}: {why}"]
    rows = [_row(pair, reading, found, name) for name in found[0].blocks]
    if twin is not None and silent in CONTRADICTED:
        text = f"its twin {twin.name} is no witness: {silent}"
        rows.append(PairRow("*", findings=(PairFinding("MB704", "inconclusive", "exactly", text,
                                                       place=backward_place(pair)),)))  # fmt: skip
    elif twin is not None and silent:
        notes.append(f"its twin {twin.name} is not heard: {silent}")
    rows += [PairRow(b.output, findings=(_finding(pair, b),)) for b in breaches.values()]
    if not rows:
        return None
    return PairResult(
        pair.proposal.check, tuple(rows), notes=tuple(notes), distinct_cases=len(found), drawn=reading.said
    )


def _beside_twin(
    twin: OpenPair, draw: PairDraw, seen: PairRun, blocks: dict[str, Differenced]
) -> tuple[dict[str, Differenced], str]:
    """Every gradient beside the twin's derivative; or beside differences, as it was, and why the twin is not heard."""
    unit = _unit(seen)
    heard = heard_of(twin, draw, seen, {name: block.entries for name, block in blocks.items()}, unit)
    if isinstance(heard, str):
        return blocks, heard
    told = {}
    for name, block in blocks.items():
        if {COMPLEX_STEP, AUTODIFF} - heard[name].keys():
            return blocks, f"it does not depend on {name}"
        first, second = heard[name][COMPLEX_STEP], heard[name][AUTODIFF]
        other, other_bounds = second.values[block.entries], second.bounds[block.entries]
        apart = np.abs(first.values - other) > first.bounds + other_bounds
        apart |= np.abs(first.values - block.values) > first.bounds + block.bounds
        if not np.isfinite(first.values).all() or apart.any():
            return blocks, OTHER_SLOPE
        bounds = first.bounds + ROUNDING * unit * float(np.max(np.abs(first.values), initial=0.0))
        counts = {COMPLEX_STEP: first.entries.size, AUTODIFF: int(np.isfinite(other).sum())}
        told[name] = block._replace(values=first.values, bounds=bounds, exact=counts)
    return told, ""


def _unit(seen: PairRun) -> float:
    return U32 if any(output.dtype == np.float32 for output in seen.outputs) else U64


def _unlike(first: PairRun, again: PairRun) -> list[Breach]:
    same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first.outputs, again.outputs, strict=False))
    return [] if same else [Breach("*", "MB602", "two calls with the same arguments differ")]


def _finding(pair: OpenPair, breach: Breach) -> PairFinding:
    return PairFinding(breach.code, breach.severity, "exactly", breach.text, place=breach.place or backward_place(pair))


def _differenced(pair: OpenPair, draw: PairDraw, seen: PairRun) -> dict[str, Differenced]:
    """Every gradient of the shape of what it is of, beside the differences of the forward value."""
    unit = _unit(seen)
    wider = WIDER if unit == U32 else 1.0
    names = [n for n, g in seen.gradients.items() if n in seen.primals and g.shape == seen.primals[n].shape]
    asked = {name: _entries(seen.gradients[name], draw.seed) for name in names}
    points = [(name, int(k)) for name, entries in asked.items() for k in entries]
    if not points:
        return {}
    steps = np.array([wider * step_of(seen.primals[name], k) for name, k in points])
    told = pair.ask(
        "pair_differences",
        check=pair.proposal.check,
        draw=draw.tree(),
        cotangents=list(seen.cotangents),
        points=[[name, k] for name, k in points],
        steps=[float(step) for step in steps],
        kind="plain",
    )
    forth, back, far_forth, far_back = np.asarray(told["values"], dtype=np.float64).T
    near, far = (forth - back) / (2 * steps), (far_forth - far_back) / (4 * steps)
    bend, twice = (
        (a + b - 2 * seen.value()) / h for a, b, h in ((forth, back, steps), (far_forth, far_back, 2 * steps))
    )
    jump = np.abs(2 * bend - twice)  # a bend grows with the step, and a kink does not
    at = np.array([abs(float(seen.primals[name].flat[k])) for name, k in points])
    bounds = 4 * (2 * unit * seen.scale() / steps + np.abs(near - far) + 2 * unit * at * np.abs(near) / steps) + jump
    blocks = {}
    for name, entries in asked.items():
        here = np.array([which == name for which, _ in points])
        size = float(np.max(np.abs(near[here]), initial=0.0))
        bound = np.where(bounds[here] > RESOLVED * size, np.inf, bounds[here] + ROUNDING * unit * size)
        got = seen.gradients[name].ravel()[entries].astype(np.float64)
        told = int(np.isfinite(bound).sum())
        blocks[name] = Differenced(entries, got, (4 * near[here] - far[here]) / 3, bound, told)
    return blocks


def _entries(gradient: Array, seed: int) -> Array:
    """All, or of many those where most is claimed, and as many by chance."""
    if gradient.size <= ENTRIES:
        return np.arange(gradient.size)
    claimed = np.argsort(-np.abs(np.nan_to_num(gradient.ravel().astype(np.float64))), kind="stable")[: ENTRIES // 2]
    chance = np.random.RandomState(seed % 2**32).choice(gradient.size, ENTRIES // 2, replace=False)
    return np.unique([*claimed, *chance])


def _row(pair: OpenPair, reading: PairReading, found: Sequence[CompiledDraw], name: str) -> PairRow:
    """One gradient: wrong where a draw shows it, right where enough of it could be compared."""
    looked = [draw.blocks[name] for draw in found if name in draw.blocks]
    finite = sum(int(np.isfinite(block.bounds).sum()) for block in looked)
    every = sum(block.entries.size for block in looked)
    told = sum(block.differenced for block in looked)
    autodiff, complex_step = (sum(block.exact.get(w, 0) for block in looked) for w in (AUTODIFF, COMPLEX_STEP))
    tally = Tally(len(looked), coordinates=every, central_difference=told, excluded=every - finite,
                  autodiff=autodiff, complex_step=complex_step)  # fmt: skip
    called = found[0].seen.called.get(name, f"d{name}")
    wrong = [draw for draw in found if name in draw.blocks and draw.blocks[name].wrong().any()]
    if len(wrong) > 1 or (wrong and len(found) == 1):
        return PairRow(called, tally, (_accused(pair, reading, wrong, name, called, of=len(found)),))
    if wrong:
        text = f"it differs from central differences on 1 of {len(found)} draws: {reading.case_line(wrong[0].draw)}"
        finding = PairFinding("MB704", "inconclusive", "exactly", text, place=backward_place(pair))
        return PairRow(called, tally, (finding,))
    if finite < COVERAGE * every:
        text = f"of {every} entries only {finite} could be compared: kinks, or digits that are lost"
        place = backward_place(pair)
        return PairRow(called, tally, (PairFinding("MB704", "inconclusive", "exactly", text, place=place),))
    return PairRow(called, tally, consistent=True)


def _accused(
    pair: OpenPair, reading: PairReading, wrong: Sequence[CompiledDraw], name: str, called: str, *, of: int
) -> PairFinding:
    """What is wrong on several draws, with the entry that shows it worst. ``of``: how many draws there were."""
    draw, block = wrong[0], wrong[0].blocks[name]
    off = np.where(np.isfinite(block.bounds), np.abs(block.got - block.values), 0.0)
    k = int(np.argmax(off))
    whole = all(np.isfinite(d.blocks[name].bounds).all() and _is_whole(d, name) for d in wrong)
    relation = pattern_of([_evidence(d, name) for d in wrong], name) if whole else None
    text = f"{called} {relation.text}" if relation is not None and relation.exact else f"{called} is wrong"
    return PairFinding(
        "MB199" if relation is None or not relation.exact else code_of_pattern(relation),
        "error",
        "exactly" if relation is not None and relation.exact else "unexplained",
        f"{text}, on {len(wrong)} of {of} draws",
        place=backward_place(pair),
        smallest=reading.case_line(draw.draw),
        at=tuple(map(int, np.unravel_index(int(block.entries[k]), draw.seen.primals[name].shape))),
        got=float(block.got[k]),
        want=float(block.values[k]),
    )


def _is_whole(draw: CompiledDraw, name: str) -> bool:
    return draw.blocks[name].entries.size == draw.seen.primals[name].size


def _evidence(draw: CompiledDraw, name: str) -> DrawEvidence:
    block, shape = draw.blocks[name], draw.seen.primals[name].shape
    got, want = ({name: values.reshape(shape)} for values in (block.got, block.values))
    allowed = {name: float(block.bounds.max(initial=0.0))}
    return DrawEvidence(draw.draw, draw.seen.primals, tuple(draw.seen.cotangents), got, want, allowed)
