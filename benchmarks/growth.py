"""How cost grows over three decades, as a table and as a picture. ``python -m benchmarks.growth --out DIR``

Verified cases (as in ``verified``), central differences of every parameter (as in ``exhaustive``), one step of
training in place over its number of examples, and the chunks of a campaign over the number of processes. Each figure
is the median of interleaved rounds; memory is NumPy's own count, at most. The picture's dashed lines are fitted to the
upper half of the points.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from benchmarks import machine
from benchmarks.agreement import WitnessAgreement, wrong
from benchmarks.agreement import table as verdicts
from benchmarks.curves import Job, measured, table
from benchmarks.picture import drawn
from benchmarks.plan import BenchmarkPlan

__all__ = ["FULL", "QUICK", "Sizes", "jobs", "main"]


class Sizes(NamedTuple):
    cases: tuple[int, ...]
    widths: tuple[int, ...]  # w-w-w/2-10, 16 examples: about 1.5 w² parameters
    examples: tuple[int, ...]  # of a step of 64-128-64-10
    rounds: int
    processes: tuple[int, ...] = (1, 2, 4)
    chunk: int = 500  # cases of each of ``CHUNKS``


FULL = Sizes(
    (16, 48, 160, 480, 1600, 4800, 9600), (6, 12, 24, 45, 80, 145, 255), (10, 32, 100, 320, 1000, 3200, 10_000), 5
)
QUICK = Sizes((16, 48, 160), (6, 12, 24), (10, 32, 100), 3, (1, 2), 32)
CHUNKS = 16


# --- what is measured -------------------------------------------------------------------------------------------


def jobs(plan: BenchmarkPlan, sizes: Sizes) -> tuple[list[Job], list[WitnessAgreement]]:
    """The four, each right at every point."""
    found = [_verified(plan, sizes), _differenced(sizes), _trained(sizes), _campaigned(plan, sizes)]
    return [job for job, _ in found], [agreement for _, agreements in found for agreement in agreements]


def _verified(plan: BenchmarkPlan, sizes: Sizes) -> tuple[Job, list[WitnessAgreement]]:
    from benchmarks.verification import stacks, verified
    from reference.cases.generation import STACK
    from reference.targets import resolve
    from reference.witnesses.autodiff import warm_up

    warm_up()
    entry, scratch = resolve("manual_backprop")().entries[0], np.random.RandomState()
    counts = [-(-count // STACK) for count in sizes.cases]
    drawn, title = stacks(max(counts), plan.seed), "Verification"

    def work(count: int) -> list[float]:
        seen = [verified(entry, stack, scratch) for stack in drawn[:count]]
        return [max(e.by_autodiff, e.by_differences) for e in seen]

    right = WitnessAgreement(title, "gradients and both witnesses, share of what is allowed", max(work(max(counts))), 1)
    return Job(title, "cases", [STACK * k for k in counts], [partial(work, k) for k in counts]), [right]


def _differenced(sizes: Sizes) -> tuple[Job, list[WitnessAgreement]]:
    from benchmarks.questions import approximation, off, question
    from reference.cases.case import Case

    asked = [
        question(Case((w, w, max(2, w // 2), 10), 16, output="softmax", lambd=0.7, keep_prob=0.86, seed=3))
        for w in sizes.widths
    ]
    title = "Central differences"
    apart = max(off(approximation(one.check()), one) for one in asked)
    right = WitnessAgreement(title, "differences and autodiff's, relative to the largest", apart, 1e-5)
    return Job(title, "parameters", [one.truth.size for one in asked], [one.check for one in asked]), [right]


def _trained(sizes: Sizes) -> tuple[Job, list[WitnessAgreement]]:
    from benchmarks.steps_verified import agreements
    from benchmarks.trainers import KEEP_PROB, Network, ours, setting_of

    settings = [setting_of(Network((64, 128, 64, 10), m, "softmax"), "float64") for m in sizes.examples]
    title = "A step of training, in place"
    right = [
        found
        for setting in settings
        for found in agreements(setting, {title: lambda keep_prob, setting=setting: ours(setting, keep_prob=keep_prob)})
    ]
    return Job(title, "examples", list(sizes.examples), [ours(s, keep_prob=KEEP_PROB).step for s in settings]), right


def _campaigned(plan: BenchmarkPlan, sizes: Sizes) -> tuple[Job, list[WitnessAgreement]]:
    """Processes that are there before they are timed, with all the cores that this one was given."""
    from reference.commands.many.chunked import by_workers
    from reference.commands.many.executors import WorkerPool, processes
    from reference.settings.formats import TEXT
    from reference.verification.chunks import Chunk
    from reference.verification.known import Run
    from reference.verification.request import request

    name, title = "manual_backprop", "A campaign by processes"
    asked = request((name,), TEXT, {"seed": plan.seed})
    chunks = [Chunk("network.backward_propagation", 0, number, sizes.chunk) for number in range(1, CHUNKS + 1)]
    pools = {count: processes(count)._replace(kept=True) for count in sizes.processes}

    def opener(count: int) -> WorkerPool:
        return pools[count]

    def work(count: int) -> Run:
        whole = Run()
        for _, found in by_workers(name, asked, opener, count)(chunks, lambda: False):
            if found is not None:
                whole.merge(found)
        return whole

    with machine.unpinned(plan.before):
        one, *others = (work(count) for count in sizes.processes)
    differ = sum(other != one for other in others) + abs(one.drawn - CHUNKS * sizes.chunk)
    right = WitnessAgreement(title, "reports that differ from that of one process", differ, 0)
    return Job(title, "processes", list(sizes.processes), [partial(work, count) for count in sizes.processes]), [right]


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the pictures go.")
@click.option("--rounds", type=click.IntRange(1), help="Of every timing.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--quick", is_flag=True, help="The lowest decade alone.")
def main(out: Path, rounds: int | None, threads: int, quick: bool) -> None:
    """Measure, print the table, and draw growth.png and growth.svg."""
    before, sizes = machine.pin(threads), QUICK if quick else FULL
    plan = BenchmarkPlan(rounds, threads, quick, before=before)
    with machine.equal(threads):
        click.echo(machine.heading(threads, before) + "\n")
        asked, agreements = jobs(plan, sizes)
        click.echo(verdicts(agreements) + "\n")
        if wrong(agreements):
            raise SystemExit(1)
        found = [measured(job, plan, sizes.rounds) for job in asked]
    click.echo(table(found))
    out.mkdir(parents=True, exist_ok=True)
    figure = drawn(found)
    for name in ("growth.png", "growth.svg"):
        figure.savefig(out / name, dpi=160)


if __name__ == "__main__":
    main()
