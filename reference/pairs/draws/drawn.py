"""One draw before the court: it is run, the witnesses are asked, and every gradient is set beside what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.draws.agreement import (
    AUTODIFF,
    COMPLEX_STEP,
    DIFFERENCES,
    Contradiction,
    contradictions,
    odd_one,
    without,
)
from reference.pairs.draws.blocks import BlockStanding, GradientStanding, assess
from reference.pairs.draws.differences import PairDifferences, differences
from reference.pairs.draws.observation import JITTERS, Observation, PairRun, observe
from reference.pairs.draws.points import Asked, few_of, points_of
from reference.pairs.draws.testimony import Heard, Silent, autodiff, complex_step, stopped_by
from reference.pairs.draws.tolerance import largest

__all__ = ["Judged", "comparable", "judge_draw", "names_in", "own_names_in"]

FINER = (8.0, 64.0)  # steps, where differences alone say otherwise
WORST = 8  # entries that autodiff accuses, of which the complex step is asked too
SMOOTH = 1e-3  # by how much the two sides of a difference may differ where there is no kink
TIED = 10  # times as many entries are asked at a tie


class Judged(NamedTuple):
    """What is said of every gradient at one draw."""

    seen: Observation
    blocks: dict[str, GradientStanding]
    silent: tuple[Silent, ...] = ()
    disputes: tuple[str, ...] = ()
    heard: Mapping[str, Mapping[str, Heard]] = {}  # by block, by witness
    central: Mapping[str, PairDifferences] = {}
    sizes_index: int = 0  # of the draw's sizes and configuration


def comparable(run: PairRun) -> dict[str, np.ndarray]:
    """The primals whose gradient is an array of numbers of their own shape."""
    return {
        name: primal
        for name, primal in run.primals.items()
        if name in run.gradients
        and run.gradients[name].shape == primal.shape
        and run.gradients[name].dtype.kind in "fiub"
        and primal.size
    }


def names_in(every: Sequence[Judged]) -> list[str]:
    """The gradients of all draws, once each."""
    return list(dict.fromkeys(name for judged in every for name in judged.blocks))


def own_names_in(every: Sequence[Judged]) -> list[str]:
    """Not where sizes of 1 make the gradient of another primal, as the first draw has it, one that fits this."""
    names = []
    for name in names_in(every):
        called = next(j.seen.run.called.get(name) for j in every if name in j.blocks)
        whose = [primal for primal, text in every[0].seen.run.called.items() if text == called]
        names += [name] if not whose or name in whose else []
    return names


def judge_draw(
    pair: OpenPair,
    draw: PairDraw,
    *,
    base: PairRun | None = None,
    with_autodiff: bool = True,
    every: bool | None = None,
    kind: str = "float64",
    quick: bool = False,
) -> Judged:
    """Judge one draw. Raises what the target raises.

    ``every``: the complex step is asked for all entries. ``quick``: one jitter and no differences, in a search.
    """
    seen = observe(pair, draw, base, kind, 1 if quick else JITTERS)
    names = comparable(seen.run)
    asked = points_of(seen.run, names, draw.seed, every=every)
    if seen.run.tied() and every is None:
        entries = TIED * sum(of.entries.size for of in asked.values())
        asked = points_of(seen.run, names, draw.seed, every=sum(a.size for a in names.values()) <= entries or None)
    heard, silent = _exact(pair, seen, asked, with_autodiff)
    central: dict[str, PairDifferences] = {}
    try:
        if not quick:
            central = differences(pair, seen, few_of(seen.run, asked))
    except (TargetRaised, TargetDied) as error:
        silent.append(stopped_by(DIFFERENCES, error))
    by_block = {name: {witness: said[name] for witness, said in heard.items() if name in said} for name in names}
    if seen.run.tied():
        if central:
            central = _asked_further(pair, seen, by_block, central)
        by_block = {name: _without_ties(seen, name, said, central.get(name)) for name, said in by_block.items()}
    central, found = _contradictions(pair, seen, asked, by_block, central)
    disputes = () if not found or not seen.steady() or seen.run.tied() else (_told(found),)
    blocks = {name: assess(seen, name, by_block[name], central.get(name)) for name in names}
    more = {} if seen.run.tied() or COMPLEX_STEP not in heard else _unheard(seen, blocks, by_block)
    if more:  # autodiff alone accuses nobody
        answer = complex_step(pair, seen, more)
        if not isinstance(answer, Silent):
            by_block |= {name: {**by_block[name], COMPLEX_STEP: _joined(by_block[name], answer[name])} for name in more}
            found = [c for name in more for c in contradictions(name, by_block[name], None)]
            disputes = (*disputes, _told(found)) if found and not disputes else disputes
            blocks |= {name: assess(seen, name, by_block[name], central.get(name)) for name in more}
    return Judged(seen, blocks, tuple(silent), disputes, by_block, central)


def _unheard(
    seen: Observation, blocks: Mapping[str, GradientStanding], heard: Mapping[str, Mapping[str, Heard]]
) -> dict[str, Asked]:
    """The worst entries of wrong blocks of which the complex step has not spoken."""
    more = {}
    for name, block in blocks.items():
        said = heard[name]
        if block.standing is not BlockStanding.WRONG or AUTODIFF not in said or COMPLEX_STEP not in said:
            continue
        full = said[AUTODIFF].values
        with np.errstate(invalid="ignore"):
            off = np.nan_to_num(np.abs(seen.run.gradients[name].ravel() - full), nan=0.0, posinf=np.inf)
        worst = np.argsort(-off, kind="stable")[:WORST]
        fresh = np.setdiff1d(worst[np.isfinite(full[worst])], said[COMPLEX_STEP].entries)
        if len(fresh):
            more[name] = Asked(fresh, None)
    return more


def _joined(said: Mapping[str, Heard], further: Heard) -> Heard:
    known = said[COMPLEX_STEP]
    return known._replace(
        entries=np.concatenate([known.entries, further.entries]),
        values=np.concatenate([known.values, further.values]),
        bounds=np.concatenate([known.bounds, further.bounds]),
    )


def _exact(
    pair: OpenPair, seen: Observation, asked: Mapping[str, Asked], with_autodiff: bool
) -> tuple[dict[str, dict[str, Heard]], list[Silent]]:
    """The two exact witnesses, as far as they speak."""
    answers = {COMPLEX_STEP: complex_step(pair, seen, asked)}
    if with_autodiff:
        answers[AUTODIFF] = autodiff(pair, seen)
    heard = {witness: answer for witness, answer in answers.items() if not isinstance(answer, Silent)}
    return heard, [answer for answer in answers.values() if isinstance(answer, Silent)]


def _asked_further(
    pair: OpenPair, seen: Observation, heard: Mapping[str, Mapping[str, Heard]], central: dict[str, PairDifferences]
) -> dict[str, PairDifferences]:
    """With a tie somewhere, a gradient is wrong only where differences say so, too: at the worst entries, they do."""
    more = {}
    for name, said in heard.items():
        got = np.asarray(seen.run.gradients[name], dtype=np.float64).ravel()
        off = np.zeros(got.size)
        for of in said.values():
            allowed = seen.estimates[name].allowed(largest(of.values)) + of.bounds
            excess = np.nan_to_num(np.abs(got[of.entries] - of.values) - allowed, nan=0.0)
            off[of.entries] = np.maximum(off[of.entries], excess)
        off[central[name].entries if name in central else []] = 0.0
        worst = np.argsort(-off, kind="stable")[:WORST]
        if (fresh := np.sort(worst[off[worst] > 0])).size:
            more[name] = Asked(fresh, None)
    if not more:
        return central
    try:
        answer = differences(pair, seen, more)
    except (TargetRaised, TargetDied):
        return central
    known = {name: central[name] for name in more if name in central}
    joined = {
        name: PairDifferences(*map(np.concatenate, zip(of, answer[name], strict=True))) for name, of in known.items()
    }
    return {**central, **answer, **joined}


def _without_ties(
    seen: Observation, name: str, said: Mapping[str, Heard], central: PairDifferences | None
) -> dict[str, Heard]:
    """At a tie every witness chooses for itself. What it says against a gradient counts only where both sides of the
    difference say the same: kinks that cancel, or that a choice decides, accuse nobody.
    """
    got = np.asarray(seen.run.gradients[name], dtype=np.float64).ravel()
    smooth: dict[int, float] = {}
    if central is not None:
        for k, right, left in zip(central.entries.tolist(), central.right, central.left, strict=True):
            if abs(right - left) <= SMOOTH * max(abs(right), abs(left)):
                smooth[k] = float(right)
    heard = {}
    for witness, of in said.items():
        allowed = seen.estimates[name].allowed(largest(of.values))
        dropped = {
            k
            for k, value, bound in zip(of.entries.tolist(), of.values, of.bounds, strict=True)
            if not abs(got[k] - value) <= allowed + bound
            and not abs(smooth.get(k, np.nan) - value) <= SMOOTH * max(abs(value), abs(smooth.get(k, np.nan)))
        }
        heard[witness] = without(of, dropped)
    return heard


def _contradictions(
    pair: OpenPair,
    seen: Observation,
    asked: Mapping[str, Asked],
    heard: Mapping[str, Mapping[str, Heard]],
    central: dict[str, PairDifferences],
) -> tuple[dict[str, PairDifferences], list[Contradiction]]:
    """Where differences alone say otherwise, their steps may be too large: they are asked again with finer ones."""
    found = [c for name, said in heard.items() for c in contradictions(name, said, central.get(name))]
    for finer in FINER:
        alone = {c.block for c in found if DIFFERENCES in (c.first, c.second)}
        if not alone or any(DIFFERENCES not in (c.first, c.second) for c in found):
            break
        central |= differences(pair, seen, few_of(seen.run, {name: asked[name] for name in alone}), finer=finer)
        found = [c for name, said in heard.items() for c in contradictions(name, said, central.get(name))]
    return central, found


def _told(found: list[Contradiction]) -> str:
    odd = odd_one(found)
    pairs = sorted({f"{c.first} and {c.second}" for c in found})
    blocks = ", ".join(sorted({c.block for c in found}))
    return f"{', '.join(pairs)} disagree on the derivative by {blocks}" + (f"; {odd} is the odd one out" if odd else "")
