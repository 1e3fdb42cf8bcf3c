"""Changes that mean nothing: locals renamed, statements split or joined, ``@`` for ``np.dot``, comments in any script.

``python -m benchmarks equivalences``. Each is made of every fixture file, right or wrong; the verdict, and the set of
(check, output, code), stay what they are for the file itself.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from benchmarks.campaign.calls import at_for_dot, by_name, dot_for_at, multiply_for_star, star_for_multiply
from benchmarks.campaign.sources import Fixture, fixtures, source_of
from benchmarks.campaign.statements import joined, locals_renamed, locals_suffixed, reordered, split
from benchmarks.campaign.trivia import annotated, blank_lines, commented, documented, reformatted
from benchmarks.campaign.verdicts import Said, Verify, asked, by_command
from benchmarks.tables import markdown

__all__ = ["EQUIVALENCES", "Differs", "campaign", "main", "rewritten"]

Rng = np.random.RandomState
BATCH = 20  # files of a call

OF_A_CELL: dict[str, Callable[[str, Rng], str | None]] = {
    "reformatted": reformatted,
    "comments in any script": commented,
    "blank lines": blank_lines,
    "docstrings": documented,
    "annotations": annotated,
    "locals renamed": locals_renamed,
    "locals with longer names": locals_suffixed,
    "statements split": split,
    "statements joined": joined,
    "functions reordered": reordered,
    "@ for np.dot": at_for_dot,
    "np.dot for @": dot_for_at,
    "np.multiply for *": multiply_for_star,
    "* for np.multiply": star_for_multiply,
}
EQUIVALENCES = (*OF_A_CELL, "arguments by name")


class Differs(NamedTuple):
    """What is said of a changed file is not what is said of the file itself."""

    equivalence: str
    name: str
    before: Said
    after: Said

    @property
    def kind(self) -> str:
        """What became of the verdict, or of the findings."""
        if self.after.trouble:
            return self.after.trouble.split(":")[0]
        if self.before.verdict != self.after.verdict:
            return f"{self.before.verdict} became {self.after.verdict}"
        gone, new = self.before.findings - self.after.findings, self.after.findings - self.before.findings
        return "another code" if gone and new else "a finding is gone" if gone else "a new finding"

    def __str__(self) -> str:
        if self.after.trouble:
            return f"{self.name}: {self.after.trouble}"
        gone, new = self.before.findings - self.after.findings, self.after.findings - self.before.findings
        said = [f"{sign} {f.check} {f.output} {f.code}" for sign, fs in (("-", gone), ("+", new)) for f in sorted(fs)]
        checks = [f"- check {c}" for c in sorted(self.before.checks - self.after.checks)]
        first = next((line for line in self.after.text.splitlines() if line.strip() and self.kind.count("became")), "")
        return (
            f"{self.name}: {'; '.join([*said, *checks]) or 'the same findings'}{f' ({first[:160]})' if first else ''}"
        )


def rewritten(equivalence: str, fixture: Fixture, seed: int) -> bytes | None:
    """The file changed in this way; ``None`` where there is nothing of the kind in it."""
    source = source_of(fixture.path)
    if source is None:
        return None
    rng = Rng([seed, EQUIVALENCES.index(equivalence)])
    if equivalence == "arguments by name":
        cells = by_name(list(source.cells), rng)
    else:
        changed = [OF_A_CELL[equivalence](text, rng) for text in source.cells]
        kept = [text if new is None else new for text, new in zip(source.cells, changed, strict=True)]
        cells = kept if any(new is not None for new in changed) else None
    if cells is None or cells == list(source.cells):
        return None
    try:
        return source.data(cells)
    except (UnicodeEncodeError, LookupError):  # a remark that the file's own encoding has no letters for
        return None


def campaign(
    equivalences: Sequence[str],
    files: Sequence[Fixture],
    seed: int,
    ask: Verify,
    *,
    processes: int = 1,
    counted: Counter[str] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[Differs]:
    """Every change of every file that differs; ``counted`` takes how many were made of each."""
    folder, started = Path(tempfile.mkdtemp(prefix="equivalences")), time.monotonic()
    try:
        made: dict[Path, tuple[str, Fixture]] = {}
        for k, equivalence in enumerate(("", *equivalences)):
            for number, fixture in enumerate(files):
                data = rewritten(equivalence, fixture, seed) if equivalence else fixture.path.read_bytes()
                if data is not None:
                    path = folder / f"{k:02d}-{number:03d}" / Path(fixture.name).name
                    path.parent.mkdir()
                    path.write_bytes(data)
                    made[path] = (equivalence, fixture)
        before: dict[str, Said] = {}
        for done, (path, said) in enumerate(asked(ask, list(made), size=BATCH, processes=processes), start=1):
            equivalence, fixture = made[path]
            if done % BATCH == 0:
                say(f"{done} of {len(made)} in {time.monotonic() - started:.0f} s")
            if not equivalence:
                before[fixture.name] = said
                continue
            if counted is not None:
                counted[equivalence] += 1
            own = before[fixture.name]
            if said.trouble or (said.verdict, said.findings) != (own.verdict, own.findings):
                yield Differs(equivalence, fixture.name, own, said)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def chosen(files: Sequence[Fixture], count: int) -> list[Fixture]:
    """So many files, right and wrong ones in turn, spread over the names."""
    kinds: Mapping[bool, list[Fixture]] = {
        right: [f for f in files if f.verdict == ("pass" if right else "fail")] for right in (True, False)
    }
    out = []
    for right, share in ((True, count // 2), (False, count - count // 2)):
        here = kinds[right]
        out += [here[k * len(here) // share] for k in range(min(share, len(here)))] if share < len(here) else here
    return out


@click.command()
@click.option("--files", "count", default=0, help="So many fixture files; without it, all that are right or wrong.")
@click.option("--file", "names", multiple=True, help="These fixture files alone, by their names in the table.")
@click.option("--only", multiple=True, type=click.Choice(EQUIVALENCES), help="These changes alone.")
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=1, show_default=True, help="At once.")
def main(count: int, names: tuple[str, ...], only: tuple[str, ...], seed: int, processes: int) -> None:
    """Change, verify, compare; exit 1 where something differs."""
    every = [f for f in fixtures() if f.verdict in ("pass", "fail")]
    files = [f for f in every if f.name in names] if names else chosen(every, count or len(every))
    counted: Counter[str] = Counter()
    differing, started = [], time.monotonic()
    for one in campaign(
        only or EQUIVALENCES, files, seed, by_command, processes=processes, counted=counted,
        say=lambda text: click.echo(text, err=True),
    ):  # fmt: skip
        differing.append(one)
        click.echo(f"DIFFERS {one.equivalence}: {one.kind}: {one}", err=True)
    wrong = Counter(one.equivalence for one in differing)
    rows = [(name, f"{counted[name]:,}", f"{wrong[name]:,}") for name in only or EQUIVALENCES]
    rows.append(("all", f"{counted.total():,}", f"{wrong.total():,}"))
    seconds = time.monotonic() - started
    click.echo(f"\nOf {len(files)} files, {sum(f.verdict == 'pass' for f in files)} of them right; {seconds:.0f} s.\n")
    click.echo(markdown(("change", "files changed", "differ"), rows))
    if differing:
        first: dict[tuple[str, str], Differs] = {}
        for one in differing:
            first.setdefault((one.equivalence, one.kind), one)
        kinds = Counter((one.equivalence, one.kind) for one in differing)
        click.echo("\n" + markdown(
            ("change", "what differs", "times", "for one"),
            [(*key, f"{n:,}", str(first[key])) for key, n in kinds.most_common()],
        ))  # fmt: skip
    raise SystemExit(1 if differing else 0)


if __name__ == "__main__":
    main()
