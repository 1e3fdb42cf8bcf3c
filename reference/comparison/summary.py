"""Who is right, who is not, and who is the odd one out: in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reference.comparison.accuracy import ALL
from reference.comparison.agreement import Pair
from reference.comparison.phrases import listed, place_of, to_digits
from reference.report.models.comparison import Accuracy, Standing

__all__ = ["whole", "words"]


def words(standings: Sequence[Standing], pairs: Sequence[Pair]) -> list[str]:
    """A few sentences."""
    judged = [s for s in standings if s.verdict in ("pass", "fail")]
    right = [s for s in judged if s.verdict == "pass" and not s.conventions]
    wrong = [s for s in judged if s.verdict == "fail"]
    said = list(_right(right, pairs))
    for s in judged:
        if s.verdict == "pass" and s.conventions:
            said.append(f"{s.target} follows another convention, and is right in it: {'; '.join(s.conventions)}.")
    odd = len(wrong) == 1 and len(right) > 1
    said += [_wrong(s, odd=odd) for s in wrong]
    if not odd and len(wrong) > 1:
        said += _alike([s.target for s in wrong], pairs)
    said += [f"{s.target} is not compared: {s.error}." for s in standings if s.verdict not in ("pass", "fail")]
    return said


def _right(right: Sequence[Standing], pairs: Sequence[Pair]) -> Iterator[str]:
    if not right:
        return
    names = [s.target for s in right]
    rows = [row for s in right if (row := whole(s)) is not None]
    worst = max((row.worst_error for row in rows), default=0.0)
    truth = f"within {worst:.2g} u·M of the truth" if rows else "right"
    if len(names) == 1:
        yield f"{names[0]} is {truth}."
        return
    among = [p for p in pairs if {p.first, p.second} <= set(names) and p.dtype == "float64"]
    worst_pair = max((p.difference for p in among), default=None)
    each = "" if worst_pair is None else f"agree with each other {to_digits(worst_pair, least=True)}, and"
    yield f"{listed(names)} {each} are {truth}.".replace("  ", " ")


def whole(standing: Standing, dtype: str = "float64") -> Accuracy | None:
    """The row of everything together."""
    rows = [row for row in standing.accuracy if (row.check, row.output) == (ALL, ALL)]
    return next((row for row in rows if row.dtype == dtype), rows[0] if rows else None)


def _wrong(standing: Standing, *, odd: bool) -> str:
    who = f"{standing.target} is {'the odd one out' if odd else 'wrong'}"
    named = next((f for f in standing.findings if f.severity == "error"), None)
    row = whole(standing)
    if named is not None:
        return f"{who}: {named.code}, {named.text.partition(', on ')[0]}{place_of(named.location)}."
    if row is None or not row.wrong_cases:
        return f"{who}: {standing.error or 'it returned nothing that can be compared'}."
    of = [r for r in standing.accuracy if r.wrong_cases and ALL not in (r.check, r.output)]
    worst = max(of, key=lambda r: r.worst_error)
    return f"{who}: {worst.output} of {worst.check} is off by {worst.worst_error:.2g} u·M at {worst.case}."


def _alike(names: Sequence[str], pairs: Sequence[Pair]) -> list[str]:
    """Wrong ones that are wrong in the same way."""
    same = [p for p in pairs if {p.first, p.second} <= set(names) and p.agree and p.dtype == "float64"]
    return [f"{p.first} and {p.second} are wrong alike: they agree {to_digits(p.difference)}." for p in same]
