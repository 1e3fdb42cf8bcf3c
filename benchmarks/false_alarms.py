"""How often is correct code accused? ``python -m benchmarks.false_alarms --cases 100000 --processes 2``

Random cases of ``verify``'s own distribution (zero biases with dropout among them) of ``manual_backprop.network``, each
heard by all three witnesses, the complex step along samples. Prints false alarms, disputes between witnesses,
coverage of central differences, and the largest error in units of u · M by activation, output and dtype.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections import Counter
from typing import Any

import click
import numpy as np

from benchmarks.tables import markdown
from reference.cases.quantities import is_gradient


def campaign(cases: int, seed: int) -> dict[str, Any]:
    """One process's share; plain numbers come back."""
    from threadpoolctl import threadpool_limits

    from reference.cases.generation import random_stacks
    from reference.cases.problem import draw
    from reference.judging.judge import Tally, judge
    from reference.targets import resolve

    entry = resolve("manual_backprop")().entries[0]
    scratch = np.random.RandomState()
    counts: Counter[str] = Counter()
    worst: dict[tuple[str, str, str], float] = {}
    shapes, alarms, gradients = set(), [], Tally()
    with threadpool_limits(1):
        for stack in random_stacks(entry.domain, np.random.RandomState([seed, 77]), cases):
            problem = draw(stack, scratch)
            judgement = judge(entry, problem, exhaustive=False, rng=scratch)
            alarms += [f"{f.code} {f.output} {f.case}" for f in judgement.failures]
            alarms += [f"MB901 {d.odd} {d.case}" for d in judgement.disputes]
            key = (problem.shape.hidden, problem.shape.output, problem.shape.dtype)
            for output, tally in judgement.tallies.items():
                worst[key] = max(worst.get(key, 0.0), tally.worst_error)
                if is_gradient(output):
                    gradients += tally
            counts["cases"] += len(stack)
            counts["nudged columns"] += problem.nudged
            counts["zero biases with dropout"] += sum(c.bias == "zero" and c.keep_prob < 1 for c in stack)
            shapes.add(problem.shape)
    counts["shapes"] = len(shapes)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"counts": counts, "worst": worst, "alarms": alarms, "gradients": tuple(gradients), "memory": memory}


@click.command()
@click.option("--cases", default=100_000, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(cases: int, processes: int, seed: int) -> None:
    """Run the campaign and print its tables."""
    from reference.judging.judge import Tally

    started = time.monotonic()
    shares = [(cases // processes + (k < cases % processes), seed * 1000 + k) for k in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        parts = pool.starmap(campaign, shares)
    seconds = time.monotonic() - started

    counts: Counter[str] = sum((part["counts"] for part in parts), Counter())
    gradients = Tally()
    for part in parts:
        gradients += Tally(*part["gradients"])
    alarms = [alarm for part in parts for alarm in part["alarms"]]
    n = gradients.coordinates
    rows = [(name, f"{value:,}") for name, value in counts.items()]
    rows += [
        ("false alarms and disputes", f"{len(alarms):,}"),
        ("gradient entries", f"{n:,}"),
        ("excluded at kinks", f"{gradients.excluded:,} ({100 * gradients.excluded / n:.3f} %)"),
        ("left out or unresolved by central differences", f"{gradients.uncovered:,}"),
        ("coverage of central differences", f"{100 * (1 - gradients.uncovered / n):.2f} %"),
        ("unresolved, by any witness, at the case's own precision", f"{gradients.unresolved:,}"),
        ("directions of the complex step", f"{gradients.complex_step:,}"),
        ("wall time", f"{seconds:.0f} s in {processes} processes"),
        ("memory of a process", f"{max(part['memory'] for part in parts):.0f} MiB"),
    ]
    click.echo(markdown(("campaign", ""), rows))

    worst: dict[tuple[str, str, str], float] = {}
    for part in parts:
        for key, value in part["worst"].items():
            worst[key] = max(worst.get(key, 0.0), value)
    columns = sorted({(output, dtype) for _, output, dtype in worst})
    table = [
        (hidden, *(f"{worst.get((hidden, *column), 0.0):.1f}" for column in columns))
        for hidden in sorted({hidden for hidden, _, _ in worst})
    ]
    click.echo("\nLargest error in units of u · M; 64 + max(m, widths) are allowed.\n")
    click.echo(markdown(("hidden", *(f"{output} {dtype}" for output, dtype in columns)), table))
    for alarm in alarms[:20]:
        click.echo(f"\nFALSE ALARM {alarm}")
    raise SystemExit(1 if alarms else 0)


if __name__ == "__main__":
    main()
