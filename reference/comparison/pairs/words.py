"""Which implementations of a pair agree, which is the odd one out, and which could not be compared: in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reference.comparison.accuracy import ALL
from reference.comparison.pairs.sides import PairGroup
from reference.comparison.pairs.standing import JudgedSide
from reference.comparison.phrases import listed, place_of, to_digits
from reference.report.models.comparison import Agreement, Standing

__all__ = ["words_of"]


def words_of(
    groups: Sequence[PairGroup],
    judged: Sequence[JudgedSide],
    agreement: Sequence[Agreement],
    left: Mapping[str, str],
    standings: Sequence[Standing],
) -> list[str]:
    """A few sentences for every pair."""
    said: list[str] = []
    for group in groups:
        mine = [j for j in judged if any(j.side is side for side in group.sides)]
        sentences = list(_of_group(mine, [a for a in agreement if a.checks[0] == group.name]))
        said += [f"{group.name}: {text}" if len(groups) > 1 else text for text in sentences]
    said += [f"{s.target} is not compared: {s.error}." for s in standings if s.verdict == "error"]
    return said + [f"{target} is not compared: {why}." for target, why in left.items() if not why.startswith("only")]


def _of_group(judged: Sequence[JudgedSide], agreement: Sequence[Agreement]) -> Iterator[str]:
    right = [j.side.target for j in judged if j.verdict == "pass"]
    wrong = [j for j in judged if j.verdict == "fail"]
    if right:
        among = [a for a in agreement if {a.first, a.second} <= set(right) and a.dtype == "float64"]
        worst = max((a.difference for a in among), default=None)
        if worst is None:
            yield f"{listed(right)} {'is' if len(right) == 1 else 'are'} within rounding of the truth."
        else:
            digits = to_digits(float(worst), least=True)
            yield f"{listed(right)} agree with each other {digits}, and are within rounding of the truth."
    for j in judged:
        if j.verdict == "pass" and j.conventions:
            yield f"{j.side.target} follows a convention of its own: {'; '.join(j.conventions)}."
    odd = len(wrong) == 1 and len(right) > 1
    for j in wrong:
        yield f"{j.side.target} is {'the odd one out' if odd else 'wrong'}: {_what(j)}."
    names = {j.side.target for j in wrong}
    for a in agreement:
        if {a.first, a.second} <= names and a.agree and a.dtype == "float64":
            yield f"{a.first} and {a.second} are wrong alike: they agree {to_digits(float(a.difference))}."
    for j in judged:
        if j.verdict not in ("pass", "fail"):
            yield f"{j.side.target} is not held to the others: {j.error}."


def _what(j: JudgedSide) -> str:
    for check in j.checks:
        for finding in check.findings:
            if finding.severity == "error":
                output = "" if check.output == ALL else f", {check.output}"
                return f"{finding.code}{output}: {finding.text.partition(', on ')[0]}{place_of(finding.location)}"
    return j.error or "it returned nothing that can be compared"
