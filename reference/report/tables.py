"""A comparison as plain tables: what the terminal, Markdown and the page all show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reference.cases.quantities import layer_of
from reference.report.models.comparison import Accuracy, Agreement, Comparison, Price, Standing
from reference.report.view import VERDICT_MARKS

__all__ = ["Name", "Table", "agreed", "labels", "number", "tables"]

ALL = "*"
NONE = "–"
ENDLESS = 1e100  # an entry that is exactly zero, with nothing to round, admits no error at all
READING = (
    "Time is the median of interleaved rounds on one thread, each verified first; spread is half the distance of the "
    "quartiles; compiling is what the first call took beyond the median; memory is the most that a call held. Who does "
    "not take a network, or is wrong there, is not timed."
)
OF_PAIRS = (
    "ULPs of entries that do not cancel; E: every entry, in units of what rounding does, as two precisions show it "
    "(what float32 differs by, times 2⁻²⁹; one unit in the last place at least); own: E beside the truth of its own "
    "forward pass"
)
PRICE_OF_PAIRS = (
    "Time is the median of interleaved rounds of both passes on one thread, each checked first; spread is half the "
    "distance of the quartiles; compiling is what the first call took beyond the median; memory is the most that a "
    "call held, with a copy of its inputs. Who is wrong, or computes something else, is not timed."
)
SIDE_BY_SIDE = 5  # columns of figures that 80 columns hold


LONGEST = 20  # of a target's name


class Table(NamedTuple):
    """Cells are text; all columns but the first are figures. ``below`` says how to read it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    below: str = ""
    brief: bool = False  # among the first that one looks at


def tables(comparison: Comparison, *, brief: bool = False) -> Iterator[Table]:
    """Every table, in the order in which they are read; ``brief``: each output in the widest dtype alone."""
    standings = [s for s in comparison.standings if s.accuracy]
    if not standings:
        return
    names = labels(comparison)
    yield _summary(standings, names, comparison.unit)
    for k, dtype in enumerate(_dtypes(standings)):
        for part in _parts(standings) if not (brief and k) else ():
            yield _by_output(part, names, dtype, "ULPs, worst (median)", _ulps)
            yield _by_output(part, names, dtype, f"{comparison.unit}, worst (median)", _units)
        if len(standings) > 1:
            parts = list(_parts(standings))
            for part in parts:
                yield _matrix(comparison.agreement, standings, part, names, dtype, said=part is parts[-1])
    for k, (name, line) in enumerate(comparison.sizes.items()):
        below = "" if k < len(comparison.sizes) - 1 else READING if comparison.unit == "u·M" else PRICE_OF_PAIRS
        yield _prices(name, line, [p for p in comparison.timing.prices if p.size == name], names, below)


class Name(NamedTuple):
    """What a target is called in a table, in the head of a column, and whole in a sentence."""

    letter: str
    text: str
    whole: str

    def __str__(self) -> str:
        return f"{self.letter} {self.text}"


def labels(comparison: Comparison) -> dict[str, Name]:
    """Letters, and file names without their folders where that does not mix them up; who has figures comes first."""
    targets = [s.target for s in sorted(comparison.standings, key=lambda s: not s.accuracy)]
    targets = list(dict.fromkeys([*targets, *(p.target for p in comparison.timing.prices)]))
    last = [target.rpartition("/")[2] for target in targets]
    if comparison.unit != "u·M" and len({target.rpartition("::")[2] for target in targets}) == len(targets):
        last = [target.rpartition("/")[2].rpartition("::")[2] for target in targets]
    found = {}
    for k, (target, short) in enumerate(zip(targets, last, strict=True)):
        text = short if last.count(short) == 1 else target
        cut = text if len(text) <= LONGEST else f"…{text[1 - LONGEST :]}"
        found[target] = Name(chr(ord("A") + k % 26) + "'" * (k // 26), cut, text)
    return found


def number(value: float) -> str:
    """Two digits, and no more room than it needs."""
    value = float(value)  # what is not finite is a string in JSON
    if math.isnan(value):
        return "nan"
    if value >= ENDLESS:
        return "∞"
    if value >= 1000:
        return f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _dtypes(standings: Sequence[Standing]) -> list[str]:
    return sorted({row.dtype for s in standings for row in s.accuracy}, reverse=True)


def _parts(standings: Sequence[Standing]) -> Iterator[Sequence[Standing]]:
    for start in range(0, len(standings), SIDE_BY_SIDE):
        yield standings[start : start + SIDE_BY_SIDE]


def _summary(standings: Sequence[Standing], names: dict[str, Name], unit: str) -> Table:
    rows = []
    own = any(row.own_error is not None for s in standings for row in s.accuracy)
    for s in standings:
        for row in (r for r in s.accuracy if (r.check, r.output) == (ALL, ALL)):
            rows.append(
                (
                    f"{VERDICT_MARKS[s.verdict]} {names[s.target]}{'*' if s.conventions and row.wrong_cases else ''}",
                    row.dtype.removeprefix("float"),
                    f"{row.cases:,}",
                    f"{row.coordinates:,}",
                    number(row.worst_ulps),
                    number(row.median_ulps),
                    number(row.worst_error),
                    *([NONE if row.own_error is None else number(row.own_error)] if own else ()),
                )
            )
    if unit != "u·M":
        columns = ("implementation", "bits", "entries", "worst ULP", "median", unit, *(["own"] if own else ()))
        return Table("against the truth", columns, [(*row[:2], *row[3:]) for row in rows], OF_PAIRS, brief=True)
    return Table(
        "against the truth",
        ("implementation", "bits", "cases", "entries", "worst ULP", "median", "u·M"),
        rows,
        "ULPs of entries that do not cancel (M ≤ 100 |g|); u·M: every entry, in units of what rounding may do"
        + ("; * right by a convention of its own, see below" if any("*" in row[0] for row in rows) else ""),
        brief=True,
    )


def _units(row: Accuracy) -> str:
    return f"{number(row.worst_error)} ({number(row.median_error)})"


def _ulps(row: Accuracy) -> str:
    return f"{number(row.worst_ulps)} ({number(row.median_ulps)})"


def _by_output(
    standings: Sequence[Standing], names: dict[str, Name], dtype: str, title: str, cell: Callable[[Accuracy], str]
) -> Table:
    found = {
        (s.target, row.output): row
        for s in standings
        for row in s.accuracy
        if row.check == ALL and row.output != ALL and row.dtype == dtype
    }
    outputs = sorted({output for _, output in found}, key=lambda o: (layer_of(o), o))
    rows = [
        [output, *(cell(found[s.target, output]) if (s.target, output) in found else NONE for s in standings)]
        for output in outputs
    ]
    return Table(f"{dtype}: {title}", ("output", *(names[s.target].letter for s in standings)), rows)


def _matrix(
    pairs: Sequence[Agreement], rows: Sequence[Standing], columns: Sequence[Standing], names: dict[str, Name],
    dtype: str, *, said: bool,
) -> Table:  # fmt: skip
    known = {frozenset((p.first, p.second)): p for p in pairs if p.dtype == dtype}
    cells = []
    for one in rows:
        line = [str(names[one.target])]
        for other in columns:
            pair = known.get(frozenset((one.target, other.target)))
            line.append("" if one is other else NONE if pair is None else agreed(pair))
        cells.append(line)
    worst = sorted((p for p in known.values() if not p.agree), key=lambda p: -float(p.difference))[:3]
    below = "; ".join(
        f"{names[p.first].letter} and {names[p.second].letter} differ most in {p.output} at {p.case}" for p in worst
    )
    columns_ = ("", *(names[s.target].letter for s in columns))
    return Table(f"{dtype}: digits that agree, in the worst block of all", columns_, cells, below if said else "")


def agreed(pair: Agreement) -> str:
    """Digits; and of which output, where it is more than rounding."""
    shown = "all" if math.isinf(float(pair.digits)) else f"{float(pair.digits):.1f}"
    return shown if pair.agree else f"{shown} {pair.output}"


def _prices(size: str, line: str, prices: Sequence[Price], names: dict[str, Name], below: str) -> Table:
    if line.startswith("dims="):
        dims, m = line.split()[0].removeprefix("dims=").replace(",", "-"), line.split()[1]
        line = f"{dims}, {m}"
    rows = []
    for p in prices:
        name = str(names[p.target])
        if p.seconds is None:
            rows.append((f"{name}: {p.said}", "", "", "", "", ""))
            continue
        low, high = p.spread or (p.seconds, p.seconds)
        spread = f"±{100 * (high - low) / 2 / p.seconds:.0f} %"
        rows.append(
            (name, _seconds(p.seconds), spread, f"{p.ratio:.2f}", _seconds(p.first_call or 0), _bytes(p.memory))
        )
    return Table(
        f"price of a call: {size}, {line}",
        ("implementation", "time", "spread", "ratio", "compiling", "memory"),
        rows,
        below,
        brief=True,
    )


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return "0"


def _bytes(value: int | None) -> str:
    return NONE if value is None else f"{value / 2**20:.1f} MiB"
