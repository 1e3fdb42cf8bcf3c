"""What is said of wrong gradients: the draws that show it beside the whole truth, the cause, and the smallest case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import OpenPair
from reference.pairs.causes.cause import explain_pair
from reference.pairs.causes.evidence import DrawEvidence
from reference.pairs.causes.smallest import only_where, smallest
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged, comparable
from reference.pairs.draws.points import Asked
from reference.pairs.draws.testimony import Silent, autodiff, complex_step
from reference.pairs.reading import Bench, Row, RowConclusion, Standings
from reference.pairs.result import PairFinding, backward_place

__all__ = ["accusations", "evidence_of", "unexplained", "whole_truth"]

MOST = 3  # draws that a cause is sought on
LONG = 40_000  # calls of NumPy for the whole truth by the complex step; beyond, autodiff is asked
SLOW = 10_000  # calls of NumPy of a forward pass that is not to be run a dozen times


def accusations(bench: Bench, standings: Standings) -> dict[str, PairFinding]:
    """Of every wrong gradient what is wrong with it; one that follows from another may have none."""
    wrong = {row.primal: row for row in standings.rows if row.conclusion is RowConclusion.WRONG}
    if not wrong:
        return {}
    evidence = evidence_of(bench, standings, list(wrong))
    found: dict[str, PairFinding] = {}
    for names in _side_by_side(evidence, list(wrong)):
        found |= explain_pair(bench.pair, [one for one in evidence if names[0] in one.got], names)
    followers = {called for finding in found.values() for called in finding.upstream_of}
    for name, row in wrong.items():
        if name not in found and row.called not in followers:
            found[name] = _unexplained(bench, row)
    first = next(iter(wrong.values()))
    shown = _to_be_made_smaller(first)
    where = only_where(bench, shown, [n for n in wrong if _is_wrong(shown, n)], first.right_at)
    least = smallest(bench, shown, first.primal)
    return {name: _shown(bench, wrong[name], finding, where, least) for name, finding in found.items() if name in wrong}


def _side_by_side(evidence: Sequence[DrawEvidence], wrong: Sequence[str]) -> list[list[str]]:
    """The gradients that stand on the same draws, group by group: an option may have parameters of its own."""
    groups: dict[tuple[bool, ...], list[str]] = {}
    for name in wrong:
        groups.setdefault(tuple(name in one.got for one in evidence), []).append(name)
    return [names for here, names in groups.items() if any(here)]


def evidence_of(bench: Bench, standings: Standings, wrong: list[str]) -> list[DrawEvidence]:
    """Draws on which something is wrong, with the truth of every entry of every gradient."""
    shown: list[Judged] = []
    for judged in standings.judged:
        standing = [judged.blocks[name].standing for name in wrong if name in judged.blocks]
        if BlockStanding.WRONG in standing and not judged.disputes:
            shown.append(judged)
    # draws of several sizes tell a factor 2 from one that is a size
    first = list({judged.sizes_index: judged for judged in reversed(shown)}.values())[::-1]
    chosen = [*first, *(judged for judged in shown if all(judged is not one for one in first))][:MOST]
    found = []
    for judged in chosen:
        want = whole_truth(bench.pair, judged)
        if want is not None:
            run = judged.seen.run
            allowed = {name: judged.seen.estimates[name].allowed() for name in want}
            line = standings.reading.case_line(judged.seen.draw)
            got = {name: run.gradients[name] for name in want}
            called = dict(run.called)
            cotangents = tuple(run.cotangents)
            found.append(
                DrawEvidence(
                    judged.seen.draw, run.primals, cotangents, got, want, allowed, called, line, run.operations
                )
            )
    return found


def whole_truth(pair: OpenPair, judged: Judged) -> dict[str, NDArray] | None:
    """Every entry, by whoever knows all of them; else the complex step is asked for the rest."""
    names = comparable(judged.seen.run)
    truth: dict[str, NDArray] = {}
    missing: dict[str, Asked] = {}
    for name, primal in names.items():
        heard = judged.heard.get(name, {})
        whole = next(
            (of for w in (COMPLEX_STEP, AUTODIFF) if (of := heard.get(w)) and of.known().sum() == primal.size), None
        )
        if whole is None:
            missing[name] = Asked(np.arange(primal.size), None)
        else:
            values = np.empty(primal.size)
            values[whole.entries] = whole.values
            truth[name] = values.reshape(primal.shape)
    if missing:
        cost = judged.seen.run.operations * sum(of.entries.size for of in missing.values())
        answer = complex_step(pair, judged.seen, missing) if cost <= LONG else autodiff(pair, judged.seen)
        if isinstance(answer, Silent) or not missing.keys() <= answer.keys():
            return None
        for name in missing:
            truth[name] = answer[name].values.reshape(names[name].shape)
    return truth if all(np.isfinite(values).all() for values in truth.values()) else None


def unexplained(bench: Bench, standings: Standings) -> dict[str, PairFinding]:
    """Of every wrong gradient that it is wrong, and nothing of its cause."""
    wrong = [row for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    return {row.primal: _unexplained(bench, row) for row in wrong}


def _unexplained(bench: Bench, row: Row) -> PairFinding:
    block = row.shown[0][1]
    place = backward_place(bench.pair)
    if block.infinite:
        return PairFinding("MB401", "error", "exactly", "is not finite where its truth is", place=place)
    share = "" if block.relative == 0 else f": off by {block.relative:.2g} of its largest entry"
    return PairFinding("MB199", "error", "unexplained", f"is wrong{share}", place=place)


def _to_be_made_smaller(row: Row) -> Judged:
    """The first draw on which it is wrong; of a pair that takes long, the one that takes least."""
    first = row.shown[0][0]
    return min((j for j, _ in row.shown), key=_operations) if _operations(first) > SLOW else first


def _operations(judged: Judged) -> int:
    return judged.seen.run.operations


def _is_wrong(judged: Judged, name: str) -> bool:
    return name in judged.blocks and judged.blocks[name].standing is BlockStanding.WRONG


def _shown(bench: Bench, row: Row, finding: PairFinding, where: str, least: Judged) -> PairFinding:
    """With the smallest case at which it is wrong, and where it is right."""
    judged = least if _is_wrong(least, row.primal) else row.shown[0][0]
    block = judged.blocks[row.primal]
    text = f"{finding.text}; {where}" if where and _is_wrong(row.shown[0][0], row.primal) else finding.text
    finding = finding._replace(text=text, smallest=bench.reading.case_line(judged.seen.draw))
    if block.at is None:
        return finding
    at = tuple(int(k) for k in np.unravel_index(block.at, judged.seen.run.primals[row.primal].shape))
    return finding._replace(at=at, got=block.got, want=block.want)
