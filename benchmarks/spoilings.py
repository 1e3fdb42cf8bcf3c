"""Files spoilt at random, opened and judged: no internal error, no hang, no lost target, no verdict for what is gone.

``python -m benchmarks spoilings --count 10000 --seed 0``. Every spoilt file is opened (read, its functions recognised,
its passes paired); every so many-th goes through the whole of ``verify``, many a call. ``--number`` makes one again.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from benchmarks.campaign.damage import KINDS
from benchmarks.campaign.openings import opened_apart
from benchmarks.campaign.sources import FOLDER, Fixture, defined_in, fixtures
from benchmarks.campaign.spoiling import Spoilt, spoilt, written
from benchmarks.campaign.verdicts import Said, Verify, asked, by_command
from benchmarks.tables import markdown

__all__ = ["Complaint", "campaign", "complaint", "main"]

BATCH = 25  # files of a call
ROUND = 500  # spoilt files on disk at once


class Complaint(NamedTuple):
    """What is wrong with what was said of a spoilt file."""

    kind: str
    text: str
    stage: str
    spoiling: Spoilt

    def __str__(self) -> str:
        s = self.spoiling
        return f"{self.stage}: number {s.number} ({s.fixture.name}; {', '.join(s.kinds)}): {self.kind}: {self.text}"


def complaint(said: Said, spoiling: Spoilt, stage: str) -> Complaint | None:
    """The first thing that is wrong with an answer, if anything is."""
    if said.trouble:
        kind, _, text = said.trouble.partition(": ")
        if kind == "only together":
            inner, _, text = text.partition(": ")
            kind = f"{inner}, only together"
        return Complaint(kind, text, stage, spoiling)
    there = defined_in(spoiling.data, notebook=spoiling.fixture.path.suffix == ".ipynb")
    checks = {unicodedata.normalize("NFKC", check) for check in said.checks - {"*"}}  # as Python has names
    gone = sorted(check for check in checks if not there & set(check.split(".")))
    return Complaint("verdict for what is gone", ", ".join(gone), stage, spoiling) if gone else None


def campaign(
    numbers: Sequence[int],
    seed: int,
    files: Sequence[Fixture],
    *,
    stage: str,
    ask: Verify,
    processes: int = 1,
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[tuple[Spoilt, Said, Complaint | None]]:
    """Each of these numbers, spoilt and asked."""
    started, done = time.monotonic(), 0
    for start in range(0, len(numbers), ROUND):
        folder = Path(tempfile.mkdtemp(prefix="spoilings"))
        try:
            made = {written(s, folder): s for s in (spoilt(n, seed, files) for n in numbers[start : start + ROUND])}
            for path, said in asked(ask, list(made), size=BATCH, processes=processes):
                done += 1
                if done % 100 == 0:
                    say(f"{stage}: {done} of {len(numbers)} in {time.monotonic() - started:.0f} s")
                yield made[path], said, complaint(said, made[path], stage)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@click.command()
@click.option("--count", default=10_000, show_default=True, help="Spoilt files that are opened.")
@click.option("--whole", default=500, show_default=True, help="Of these, go through the whole of verify.")
@click.option("--seed", default=0, show_default=True)
@click.option("--first", default=0, show_default=True, help="The first number.")
@click.option("--number", type=int, multiple=True, help="These alone, opened and judged.")
@click.option("--processes", default=1, show_default=True, help="At once.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for the files that are complained of.")
def main(
    count: int, whole: int, seed: int, first: int, number: tuple[int, ...], processes: int, keep: Path | None
) -> None:
    """Spoil, open, judge; exit 1 where there is a complaint."""
    files = fixtures()
    numbers = list(number) or list(range(first, first + count))
    step = max(1, len(numbers) // max(1, whole))
    judged = numbers[::step][:whole] if not number else numbers
    rows, complaints = [], []
    kinds: Counter[str] = Counter()
    for stage, asks, chosen in (("opened", opened_apart, numbers), ("judged", by_command, judged)):
        started, verdicts = time.monotonic(), Counter[str]()
        for spoiling, said, wrong in campaign(
            chosen, seed, files, stage=stage, ask=asks, processes=processes, say=lambda text: click.echo(text, err=True)
        ):
            verdicts[said.verdict] += 1
            kinds.update(spoiling.kinds if stage == "opened" else ())
            if wrong is not None:
                complaints.append(wrong)
                click.echo(f"COMPLAINT {wrong}", err=True)
                if keep is not None:
                    written(spoiling, keep)
        counted = ", ".join(f"{name} {n:,}" for name, n in sorted(verdicts.items()))
        found = sum(c.stage == stage for c in complaints)
        rows.append((stage, f"{len(chosen):,}", counted, f"{found:,}", f"{time.monotonic() - started:.0f} s"))
    click.echo(f"\nOf {len(files)} files in {FOLDER.name}, seed {seed}, numbers {numbers[0]} to {numbers[-1]}.\n")
    click.echo(markdown(("stage", "spoilt files", "answers", "complaints", "time"), rows))
    click.echo("\n" + markdown(("spoiling", "times"), [(kind, f"{kinds[kind]:,}") for kind in sorted(KINDS)]))
    say_complaints(complaints)
    raise SystemExit(1 if complaints else 0)


def say_complaints(complaints: Sequence[Complaint]) -> None:
    """By kind, each with its first example."""
    if not complaints:
        return
    first: dict[tuple[str, str], Complaint] = {}
    for one in complaints:
        first.setdefault((one.stage, one.kind), one)
    counted = Counter((one.stage, one.kind) for one in complaints)
    rows = [(stage, kind, f"{n:,}", str(first[stage, kind])) for (stage, kind), n in counted.most_common()]
    click.echo("\n" + markdown(("stage", "complaint", "times", "for one"), rows))


if __name__ == "__main__":
    main()
