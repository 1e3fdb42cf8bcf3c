"""What is said of wrong gradients: the draws that show it beside the whole truth, the cause, and the smallest case."""

from __future__ import annotations

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from reference.interface.entry import Place
from reference.pairs.agreement import AUTODIFF, COMPLEX_STEP
from reference.pairs.blocks import Standing
from reference.pairs.drawn import Judged, comparable
from reference.pairs.evidence import Evidence
from reference.pairs.points import Asked
from reference.pairs.reading import Bench, Conclusion, Row, Standings
from reference.pairs.result import PairFinding
from reference.pairs.smallest import only_where, smallest
from reference.pairs.testimony import Silent, complex_step

__all__ = ["accusations", "evidence_of"]

MOST = 3  # draws that a cause is sought on


def accusations(bench: Bench, standings: Standings) -> dict[str, PairFinding]:
    """Of every wrong gradient what is wrong with it; one that follows from another may have none."""
    wrong = {row.primal: row for row in standings.rows if row.conclusion is Conclusion.WRONG}
    if not wrong:
        return {}
    evidence = evidence_of(bench, standings, list(wrong))
    found: dict[str, PairFinding] = {}
    if evidence:
        found = dict(import_module("reference.pairs.causes").explain_pair(bench.pair, evidence, list(wrong)))
    followers = {called for finding in found.values() for called in finding.upstream_of}
    for name, row in wrong.items():
        if name not in found and row.called not in followers:
            found[name] = _unexplained(bench, row)
    return {name: _shown(bench, wrong[name], finding) for name, finding in found.items() if name in wrong}


def evidence_of(bench: Bench, standings: Standings, wrong: list[str]) -> list[Evidence]:
    """Draws on which something is wrong, with the truth of every entry of every gradient."""
    shown: list[Judged] = []
    for judged in standings.judged:
        standing = [judged.blocks[name].standing for name in wrong if name in judged.blocks]
        if Standing.WRONG in standing and not judged.disputes:
            shown.append(judged)
    # draws of several sizes tell a factor 2 from one that is a size
    first = list({judged.sizes_index: judged for judged in reversed(shown)}.values())[::-1]
    chosen = [*first, *(judged for judged in shown if all(judged is not one for one in first))][:MOST]
    found = []
    for judged in chosen:
        want = _whole_truth(bench, judged)
        if want is not None:
            run = judged.seen.run
            allowed = {name: judged.seen.estimates[name].allowed() for name in want}
            line = standings.reading.case_line(judged.seen.draw)
            got = {name: run.gradients[name] for name in want}
            called = dict(run.called)
            cotangents = tuple(run.cotangents)
            found.append(Evidence(judged.seen.draw, run.primals, cotangents, got, want, allowed, called, line))
    return found


def _whole_truth(bench: Bench, judged: Judged) -> dict[str, NDArray] | None:
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
        answer = complex_step(bench.pair, judged.seen, missing)
        if isinstance(answer, Silent):
            return None
        for name, of in answer.items():
            truth[name] = of.values.reshape(names[name].shape)
    return truth if all(np.isfinite(values).all() for values in truth.values()) else None


def _unexplained(bench: Bench, row: Row) -> PairFinding:
    block = row.shown[0][1]
    place = Place(bench.pair.file, bench.pair.proposal.cell, bench.pair.proposal.line)
    if block.infinite:
        return PairFinding("MB401", "error", "exactly", "is not finite where its truth is", place=place)
    share = "" if block.relative == 0 else f": off by {block.relative:.2g} of its largest entry"
    return PairFinding("MB199", "error", "unexplained", f"is wrong{share}", place=place)


def _shown(bench: Bench, row: Row, finding: PairFinding) -> PairFinding:
    """At its smallest case, and with the sizes at which it is right."""
    judged = row.shown[0][0]
    where = only_where(bench, judged, row.primal, row.right_at)
    if where:
        finding = finding._replace(text=f"{finding.text}; {where}")
    least = smallest(bench, judged, row.primal)
    block = least.blocks[row.primal]
    shape = least.seen.run.primals[row.primal].shape
    line = bench.reading.case_line(least.seen.draw)
    finding = finding._replace(smallest=line)
    if block.at is not None:
        at = tuple(int(k) for k in np.unravel_index(block.at, shape))
        finding = finding._replace(at=at, got=block.got, want=block.want)
    return finding
