"""What the pictures of a pair are drawn from: asked of its target while it is open, at one draw that shows the fault.

Nothing here decides a verdict. What cannot be asked is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.entry import Implementation, Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw
from reference.judging.execution import Raised, attempt
from reference.pairs.causes.accusing import whole_truth
from reference.pairs.causes.evidence import DrawEvidence
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged, judge_draw
from reference.pairs.draws.observation import run
from reference.pairs.draws.tolerance import largest
from reference.pairs.reading import seed_of
from reference.pairs.trial import trial
from reference.report.models.evidence import PairEvidence, Precision, Switch
from reference.verification.conclusion import OutputRow
from reference.verification.pair_steps import steps_of_pair
from reference.verification.planes import worst_slice
from reference.verification.reported import location

__all__ = ["gather_pairs"]

MOST = 6  # pairs of a target that are drawn
KINDS = {"float32": "float32", "float64": "float64", "extended": "complex"}  # the complex step runs in extended
Array = NDArray[Any]


def gather_pairs(
    implementation: Implementation, rows: Sequence[OutputRow], *, seed: int, drawn: bool = False
) -> list[PairEvidence]:
    """Of each failing pair; of the one with most gradients where nothing fails and nothing else is ``drawn``."""
    failing = {row.check for row in rows if row.verdict == "fail"}
    pairs = [pair for pair in implementation.pairs if pair.proposal.check in failing]
    judged = {row.check: sum(r.check == row.check for r in rows) for row in rows if row.tally.coordinates}
    sound = [pair for pair in implementation.pairs if pair.proposal.check in judged]
    if not pairs and sound and not drawn and not failing:
        pairs = [max(sound, key=lambda pair: judged[pair.proposal.check])]
    found = []
    for pair in pairs[:MOST]:
        mine = [row for row in rows if row.check == pair.proposal.check]
        evidence = attempt(partial(_of_pair, implementation.name, pair, mine, seed))
        found += [] if isinstance(evidence, Raised) or evidence is None else [evidence]
    return found


def _of_pair(target: str, pair: OpenPair, rows: Sequence[OutputRow], seed: int) -> PairEvidence | None:
    wrong = [row.output for row in rows if row.verdict == "fail"]
    right = [row.output for row in rows if row.verdict == "pass"]
    case, judged = _judged(pair, rows, seed)
    truth = whole_truth(pair, judged)
    if truth is None:
        return None
    seen = judged.seen
    got = {name: seen.run.gradients[name] for name in truth}
    allowed = {name: seen.estimates[name].allowed(largest(truth[name])) for name in truth}
    evidence = DrawEvidence(
        seen.draw, seen.run.primals, tuple(seen.run.cotangents), got, truth, allowed, dict(seen.run.called), case
    )
    places = [finding.cause.place for row in rows for finding in row.findings if finding.severity == "error"]
    own = pair.proposal.line
    lines = [(p.file, p.cell, p.line) for p in places if p is not None and p.line != own]
    slices = (
        worst_slice(seen.run.called.get(name, name), got[name], truth[name], seen.estimates[name]) for name in truth
    )
    return PairEvidence(
        check=pair.proposal.check,
        case=case,
        steps=steps_of_pair(pair, evidence, wrong, lines, target, right=right),
        slices=[one for one in slices if one is not None],
        precisions=list(_precisions(pair, seen.draw, evidence)),
        switches=list(_switches(seen.run.switches, pair.file, target)),
        excluded=sum(row.tally.excluded for row in rows),
        compared=sum(row.tally.coordinates for row in rows),
        nearest=seen.run.near if np.isfinite(seen.run.near) else None,
    )


def _judged(pair: OpenPair, rows: Sequence[OutputRow], seed: int) -> tuple[str, Judged]:
    """The first draw at its full size that shows what is wrong; else the smallest that does."""
    least = next((f.example.case for row in rows for f in row.findings if f.example is not None), None)
    only = None if least is None else trial(pair, seed=seed, case=least)
    readings = trial(pair, seed=seed).readings
    same = [r for r in readings if only is None or r.label == only.readings[0].label] or list(readings)
    tried: list[tuple[str, PairDraw]] = []
    for reading in same[:1]:
        for index in range(max(1, len(reading.cases))):
            draw = reading.draw(seed_of(seed, index, 0), index)
            tried.append((reading.case_line(draw), draw))
    if only is not None and only.only is not None and least is not None:
        tried.append((least, only.only))
    judgements: list[tuple[str, Judged]] = []
    for case, draw in tried:
        judgements.append((case, judge_draw(pair, draw, with_autodiff=False, quick=True)))
        if any(block.standing is BlockStanding.WRONG for block in judgements[-1][1].blocks.values()):
            return judgements[-1]
    return judgements[0 if only is None else -1]


def _precisions(pair: OpenPair, draw: PairDraw, evidence: DrawEvidence) -> Iterator[Precision]:
    """Both passes in each precision, against the truth of float64: a mistake is flat, rounding falls."""
    runs: dict[str, Mapping[str, Array]] = {}
    for precision, kind in KINDS.items():
        try:
            runs[precision] = run(pair, draw, kind).gradients
        except (TargetRaised, TargetDied):
            continue
    for name, want in evidence.want.items():
        size = largest(want)
        errors = {}
        for precision, gradients in runs.items():
            got = gradients.get(name)
            if got is not None and got.shape == want.shape and got.dtype.kind in "fiubc" and size > 0:
                with np.errstate(invalid="ignore", over="ignore"):
                    off = np.abs(np.real(got).astype(np.longdouble) - want)
                errors[precision] = float(np.max(np.where(np.isfinite(off), off, np.inf), initial=0.0)) / size
        if errors:
            bad = not evidence.right(name, evidence.got[name])
            yield Precision(name=evidence.called.get(name, name), wrong=bad, errors=errors)


def _switches(switches: Sequence[Any], file: str, target: str) -> Iterator[Switch]:
    for cell, line, what, count in switches:
        where = location(Place(file, cell, int(line)), target)
        if where is not None:
            yield Switch(location=where, what=str(what), count=int(count))
