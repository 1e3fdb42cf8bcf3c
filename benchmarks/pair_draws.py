"""Right pairs on random draws: how often is one accused, and how far apart are the witnesses?

``python -m benchmarks pair-draws``. Every pair of the table of fixtures that is owed a pass is drawn again and again:
some draws at one set of sizes, where autodiff is asked too, some at fresh sizes and configurations, where it would
have to be compiled for each. A draw stands alone here: what a run would ask for twice more before it accuses, counts.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from benchmarks.tables import markdown
from reference.interface.pair import OpenPair
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP, DIFFERENCES
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.judge import judge_pair
from reference.pairs.reading import Bench, judge_reading, seed_of
from reference.pairs.trial import trial

__all__ = ["Share", "judged_alone", "main", "right_pairs"]

FOLDER = Path(__file__).parents[1] / "tests" / "reference" / "pairs"
FRESH = 160  # draws until sizes are tried anew; half of them at the first ones
BY_CONVENTION = "it is right by a convention, which no draw shows alone"
WITNESSES = (AUTODIFF, COMPLEX_STEP, DIFFERENCES)
TABLED = ((AUTODIFF, COMPLEX_STEP), (COMPLEX_STEP, DIFFERENCES), (AUTODIFF, DIFFERENCES))


class Share(NamedTuple):
    """What the draws of one pair showed. ``apart``: of two witnesses, in units of what their bounds allow together."""

    pair: str
    draws: int = 0
    heard: Counter[str] = Counter()  # noqa: RUF012  (draws on which a witness spoke, and what became of gradients)
    apart: dict[tuple[str, str], float] = {}  # noqa: RUF012
    relative: dict[tuple[str, str], float] = {}  # noqa: RUF012  (to the largest entry of the gradient)
    units: float = 0.0  # of a gradient's largest error, where ``kappa`` of them are allowed
    alarms: tuple[str, ...] = ()
    disputes: tuple[str, ...] = ()
    left_out: str = ""  # why nothing was drawn


def right_pairs() -> dict[str, list[str]]:
    """By file, the pairs that are owed a pass."""
    found: dict[str, list[str]] = {}
    for row in tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))["pair"]:
        if row["verdict"] == "pass":
            found.setdefault(row["file"], []).append(row["check"])
    return found


def of_file(name: str, checks: list[str], draws: int, seed: int) -> list[Share]:
    """The shares of a file's pairs, opened in a folder of its own: some write where they stand."""
    from reference.targets import resolve

    folder = Path(tempfile.mkdtemp(prefix="pair-draws"))
    try:
        opened = resolve(str(shutil.copytree(FOLDER / "files", folder / "files") / name))()
        try:
            pairs = {pair.proposal.check: pair for pair in opened.pairs}
            return [judged_alone(f"{name}::{check}", pairs.get(check), draws, seed) for check in checks]
        finally:
            opened.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judged_alone(name: str, pair: OpenPair | None, draws: int, seed: int) -> Share:
    """So many draws of a pair. One that follows a convention is right only as a whole, and is left out."""
    if pair is None:
        return Share(name, left_out="it is not judged as a pair")
    tried = trial(pair, seed=seed)
    standing = (
        (r, judge_reading(pair, r, seed=seed)) for r in sorted(tried.readings, key=lambda r: (r.rank, r.doubts))
    )
    reading = next((r for r, standings in standing if standings.right and not standings.empty), None)
    if reading is None:
        result = judge_pair(pair, seed=seed)
        if result.not_judged is not None:  # nobody is accused
            return Share(name, left_out=f"it is not judged: {result.not_judged.reason}")
        followed = bool(result.rows) and all(row.consistent for row in result.rows)
        return Share(name, left_out=BY_CONVENTION) if followed else Share(name, alarms=("whatever is drawn",))
    share = Share(name, 0, Counter(), {}, {})
    fixed = Bench(pair, reading, seed)
    rounds = 0
    while share.draws < draws:
        rounds += 1
        half = -(-min(FRESH, draws - share.draws) // 2)
        for k in range(half):
            share = _with(share, fixed, 0, seed_of(seed, 0, 1000 * rounds + k), autodiff=True)
        again = trial(pair, seed=seed + rounds)
        other = next((r for r in again.readings if r.label == reading.label), reading)
        bench = Bench(pair, other, seed)
        for k in range(half):
            index = k % len(other.cases)
            share = _with(share, bench, index, seed_of(seed + rounds, index, 1000 + k), autodiff=False)
    return share


def _with(share: Share, bench: Bench, index: int, seed: int, *, autodiff: bool) -> Share:
    """One draw more."""
    draw = bench.reading.draw(seed, index)
    sat: list[Judged] = []
    stop = bench.sit(draw, index, sat, with_autodiff=autodiff)
    share = share._replace(draws=share.draws + 1)
    if stop is not None:
        share.heard["not finite, or raised"] += 1
        return share
    (judged,) = sat
    line = bench.reading.case_line(draw)
    for witness in WITNESSES:
        share.heard[witness] += any(_spoke(judged, witness, block) for block in judged.blocks)
    for block in judged.blocks.values():
        share.heard[f"gradients {block.standing}"] += 1
    apart, relative = dict(share.apart), dict(share.relative)
    for first, second, off, of_largest in _distances(judged):
        apart[first, second] = max(apart.get((first, second), 0.0), off)
        relative[first, second] = max(relative.get((first, second), 0.0), of_largest)
    wrong = [name for name, block in judged.blocks.items() if block.standing is BlockStanding.WRONG]
    return share._replace(
        apart=apart, relative=relative,
        units=max([share.units, *(b.tally.worst_error for b in judged.blocks.values())]),
        alarms=(*share.alarms, f"{', '.join(wrong)}: {line}") if wrong else share.alarms,
        disputes=(*share.disputes, f"{judged.disputes[0]}: {line}") if judged.disputes else share.disputes,
    )  # fmt: skip


def _spoke(judged: Judged, witness: str, block: str) -> bool:
    if witness == DIFFERENCES:
        return block in judged.central and bool(np.isfinite(judged.central[block].bounds).any())
    of = judged.heard.get(block, {}).get(witness)
    return of is not None and bool(of.known().any())


def _distances(judged: Judged) -> Iterator[tuple[str, str, float, float]]:
    """Of two witnesses at the entry where they are furthest apart: in units of their bounds, and of the gradient."""
    for block, heard in judged.heard.items():
        said = {
            witness: {int(k): (v, b) for k, v, b in zip(of.entries, of.values, of.bounds, strict=True)}
            for witness, of in (*heard.items(), (DIFFERENCES, judged.central.get(block)))
            if of is not None
        }
        for first, second in TABLED:
            entries = said.get(first, {}).keys() & said.get(second, {}).keys()
            one, two = (np.array([said[w][k] for k in entries]).reshape(-1, 2) for w in (first, second))
            known = np.isfinite(one).all(axis=1) & np.isfinite(two).all(axis=1)
            if not known.any():
                continue
            off = np.abs(one[known, 0] - two[known, 0])
            allowed = one[known, 1] + two[known, 1]
            largest = max(np.abs(one[known, 0]).max(), np.abs(two[known, 0]).max())
            relative = 0.0 if judged.blocks[block].zero or not largest else float(off.max() / largest)
            yield first, second, float(np.max(off / np.where(allowed > 0, allowed, np.inf))), relative


@click.command()
@click.option("--count", default=100_000, show_default=True, help="Draws, over all pairs.")
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=1, show_default=True, help="At once.")
@click.option("--file", "files", multiple=True, help="These fixtures alone.")
def main(count: int, seed: int, processes: int, files: tuple[str, ...]) -> None:
    """Draw, judge every draw alone, and print the tables; exit 1 where a right pair is accused."""
    chosen = {name: checks for name, checks in right_pairs().items() if not files or name in files}
    each = -(-count // max(1, sum(map(len, chosen.values()))))
    started = time.monotonic()
    shares: list[Share] = []
    stopped = False
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=4) as pool:
        asked = [pool.apply_async(of_file, (name, checks, each, seed)) for name, checks in chosen.items()]
        try:
            for (name, _), one in zip(chosen.items(), asked, strict=True):
                shares += one.get()
                drawn, alarms = sum(s.draws for s in shares), sum(len(s.alarms) for s in shares)
                seconds = time.monotonic() - started
                click.echo(f"{name}: {drawn:,} draws, {alarms} false alarms in {seconds:.0f} s", err=True)
        except KeyboardInterrupt:  # what was drawn so far is told
            stopped = True
    say(shares, time.monotonic() - started)
    raise SystemExit(130 if stopped else 1 if any(share.alarms for share in shares) else 0)


def say(shares: list[Share], seconds: float) -> None:
    """The tables, and every alarm."""
    drawn = [share for share in shares if share.draws]
    heard: Counter[str] = sum((share.heard for share in drawn), Counter())
    rows = [("pairs", f"{len(drawn):,}"), ("draws", f"{sum(s.draws for s in drawn):,}")]
    rows += [(f"draws heard by {w}", f"{heard[w]:,} ({sum(s.heard[w] > 0 for s in drawn)} pairs)") for w in WITNESSES]
    rows += [(name, f"{n:,}") for name, n in sorted(heard.items()) if name not in WITNESSES]
    rows += [("false alarms", f"{sum(len(s.alarms) for s in shares):,}")]
    rows += [("draws on which witnesses disagree", f"{sum(len(s.disputes) for s in drawn):,}")]
    rows += [("largest error, in units of u · A", f"{max((s.units for s in drawn), default=0.0):.3g}")]
    rows += [("wall time", f"{seconds:.0f} s")]
    click.echo(markdown(("campaign", ""), rows) + "\n")
    table = []
    for both in TABLED:
        worst = max(drawn, key=lambda s: s.apart.get(both, 0.0), default=None)
        if worst is not None and both in worst.apart:
            relative = max(s.relative.get(both, 0.0) for s in drawn)
            table.append((" and ".join(both), f"{worst.apart[both]:.3g}", f"{relative:.2g}", worst.pair))
    click.echo(markdown(("witnesses", "apart, of what their bounds allow", "of the largest entry", "where"), table))
    for share in shares:
        for kind, lines in (("FALSE ALARM", share.alarms[:3]), ("dispute", share.disputes[:3])):
            for line in lines:
                click.echo(f"{kind} {share.pair}: {line}")
        if share.left_out:
            click.echo(f"left out {share.pair}: {share.left_out}")


if __name__ == "__main__":
    main()
