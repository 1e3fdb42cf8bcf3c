"""Edits of one token in right files: what changes a gradient, a cost or an answer is found, or listed as a survivor.

``python -m benchmarks edits``. Whether an edit changes anything is decided apart: the file as it is and as it was
edited are called on the same drawn cases, in a process of their own (``benchmarks.campaign.oracle``). What changes
nothing is equivalent, and not counted. What passes the smallest plan is asked again with ``verify``'s own.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from benchmarks.campaign.oracle import SAME, called, differences, lacks_a_step, of_cache
from benchmarks.campaign.recipes import CASES, RECIPES
from benchmarks.campaign.sources import FOLDER, Source, source_of
from benchmarks.campaign.tokens import Edit, edits_of, reached_from
from benchmarks.campaign.verdicts import Said, Verify, asked, by_command
from benchmarks.tables import markdown

__all__ = ["Result", "Survivor", "campaign", "main"]

PASSED, CACHED, WARNED = "survivors", "of an unused part of a cache", "with a warning"
SCALED = "another scale, where an initialiser promises none"
PROMISE_NONE = ("initialize_parameters", "initialize_parameters_deep")
STEPS = "without a step on the way"  # dZ2 or dA1 is not returned, and every gradient of a parameter is
ALLOWED = (WARNED, CACHED, STEPS, SCALED)
BATCH = 20  # files of a call
PLAN = 1024  # random cases of the default profile


class Survivor(NamedTuple):
    """An edit that changes something, in a file that passes."""

    file: str
    edit: Edit
    changes: str
    warned: bool  # it passes with a warning that the file itself has not

    @property
    def kind(self) -> str:
        """How bad that is."""
        if self.warned:
            return WARNED
        if self.edit.function in PROMISE_NONE and " by " in self.changes:
            return SCALED
        return CACHED if of_cache(self.changes) else STEPS if lacks_a_step(self.changes) else PASSED

    def __str__(self) -> str:
        return f"{self.file}: {self.edit} (changes {self.changes})"


class Result(NamedTuple):
    """What became of the edits of one file."""

    file: str
    verdict: str  # of the file itself
    unjudged: tuple[str, ...] = ()  # its functions that are not edited
    edits: int = 0
    equivalent: int = 0
    found: Counter[str] = Counter()  # noqa: RUF012
    survivors: tuple[Survivor, ...] = ()
    trouble: tuple[str, ...] = ()


def campaign(
    name: str,
    ask: Verify,
    again: Verify,
    *,
    sample: int = 0,
    seed: int = 0,
    processes: int = 1,
    say: Callable[[str], None] = lambda text: None,
) -> Result:
    """Every edit of a file, or ``sample`` of those that change something. ``again``: asks those that pass once more."""
    source = source_of(FOLDER / name)
    assert source is not None
    folder = Path(tempfile.mkdtemp(prefix="edits"))
    try:
        itself = _written(folder / "itself", name, source.data(source.cells))
        own = ask([itself])[itself]
        if own.trouble or own.verdict != "pass":
            return Result(name, own.verdict, trouble=(own.trouble or f"the file itself: {own.verdict}",))
        known = called(name)
        judged = reached_from(source.cells, own.judged & known)
        every = edits_of(source.cells, judged)
        changes = dict(zip(every, differences(name, [e.applied(source.cells) for e in every]), strict=True))
        real = [e for e in every if changes[e] != SAME]
        if sample and sample < len(real):
            picked = np.random.RandomState(seed).choice(len(real), sample, replace=False)
            real = [real[k] for k in sorted(picked)]
        said = _said_of(source, name, real, folder / "first", ask, processes, say)
        passed = [e for e in real if said[e].verdict == "pass" and not said[e].trouble]
        said |= _said_of(source, name, passed, folder / "again", again, processes, say)
        survivors = [
            Survivor(name, e, changes[e], bool(said[e].findings - own.findings))
            for e in passed
            if said[e].verdict == "pass" and not said[e].trouble
        ]
        trouble = [f"{e}: {said[e].trouble}" for e in real if said[e].trouble]
        found = Counter(said[e].verdict for e in real if said[e].verdict != "pass" and not said[e].trouble)
        equivalent = sum(change == SAME for change in changes.values())
        return Result(
            name, "pass", tuple(sorted(own.judged - known)), len(real), equivalent, found, tuple(survivors),
            tuple(trouble),
        )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _said_of(
    source: Source, name: str, edits: Sequence[Edit], folder: Path, ask: Verify, processes: int,
    say: Callable[[str], None],
) -> dict[Edit, Said]:  # fmt: skip
    made = {_written(folder / f"{k:04d}", name, source.data(e.applied(source.cells))): e for k, e in enumerate(edits)}
    said, started = {}, time.monotonic()
    for path, answer in asked(ask, list(made), size=BATCH, processes=processes):
        said[made[path]] = answer
        if len(said) % BATCH == 0:
            say(f"{name}: {len(said)} of {len(made)} in {time.monotonic() - started:.0f} s")
    return said


def _written(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(name).name
    path.write_bytes(data)
    return path


@click.command()
@click.option("--file", "names", multiple=True, type=click.Choice(sorted(RECIPES)), help="These files alone.")
@click.option("--sample", default=0, help="So many edits of each file; without it, all.")
@click.option("--seed", default=0, show_default=True, help="Of the sample.")
@click.option("--processes", default=1, show_default=True, help="At once.")
def main(names: tuple[str, ...], sample: int, seed: int, processes: int) -> None:
    """Edit, ask, list; exit 1 where something survives."""
    results, started = [], time.monotonic()
    for name in names or RECIPES:
        results.append(
            campaign(
                name, by_command, partial(by_command, examples=PLAN), sample=sample, seed=seed, processes=processes,
                say=lambda text: click.echo(text, err=True),
            )
        )  # fmt: skip
        for survivor in results[-1].survivors:
            click.echo(f"{survivor.kind.upper()} {survivor}", err=True)
    rows = []
    for r in results:
        passed = Counter(s.kind for s in r.survivors)
        found = ", ".join(f"{verdict} {n:,}" for verdict, n in sorted(r.found.items()))
        counted = (*(passed[kind] for kind in ALLOWED), passed[PASSED], len(r.trouble))
        rows.append((r.file, f"{r.edits:,}", f"{r.equivalent:,}", found, *(f"{n:,}" for n in counted)))
    click.echo(f"\nEach edit against {CASES} drawn cases; {time.monotonic() - started:.0f} s.\n")
    passes = [f"passed, {kind}" for kind in ALLOWED]
    click.echo(
        markdown(("file", "edits that change something", "equivalent", "found", *passes, PASSED, "trouble"), rows)
    )
    for r in results:
        if r.unjudged:
            click.echo(f"\n{r.file}: judged, and not edited for want of a recipe: {', '.join(r.unjudged)}")
        for line in r.trouble:
            click.echo(f"\nTROUBLE {r.file}: {line}")
    for kind in (PASSED, *ALLOWED):
        lines = [str(s) for r in results for s in r.survivors if s.kind == kind]
        if lines:
            click.echo(f"\nPassed, {kind}:\n\n" + "\n".join(f"- {line}" for line in lines))
    whole = all(not r.trouble and all(s.kind != PASSED for s in r.survivors) for r in results)
    raise SystemExit(0 if whole else 1)


if __name__ == "__main__":
    main()
