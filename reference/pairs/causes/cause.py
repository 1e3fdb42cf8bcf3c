"""The cause of a wrong gradient and its line, without any formula: what the numbers show, and which edit mends it.

In this order: shape; not finite; exact relations to the truth; a single edit of the backward pass after which every
gradient is right on every draw; of the forward pass; two edits; the first local that should be an adjoint and is none;
else unexplained, with where it is wrong. What is said to be exact held on every draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reference.interface.entry import Place
from reference.interface.pair import OpenPair
from reference.pairs.causes.codes import code_of, code_of_pattern
from reference.pairs.causes.evidence import DrawEvidence
from reference.pairs.causes.first_wrong import FirstWrong, KnownSteps, steps_of
from reference.pairs.causes.made_in import made_in
from reference.pairs.causes.ratios import Relation, pattern_of
from reference.pairs.causes.repair import Repair, Search, place_of
from reference.pairs.result import PairFinding, backward_place

__all__ = ["explain_pair"]

SECONDS = 60.0  # a limit for what never comes back: how far is sought is counted
QUICK = 500  # calls of NumPy of a forward pass whose every local may be nudged
PROOF = 3  # draws on which what is said to be exact has to hold
TIES = 3  # other lines that are named


def explain_pair(
    pair: OpenPair, evidence: Sequence[DrawEvidence], wrong: Sequence[str], *, seconds: float = SECONDS
) -> dict[str, PairFinding]:
    """Of each wrong gradient, by its primal, what is wrong with it; one that follows from another has no finding.

    ``evidence``: draws on which they are wrong, three where there are as many; ``wrong``: primals.
    """
    found: dict[str, PairFinding] = {}
    for name in wrong:
        told = _misshapen(evidence, name) or _not_finite(evidence, name)
        if told is not None:
            found[name] = told
    left = [name for name in wrong if name not in found]
    shown = [e for e in evidence if not any(e.right(name, e.got[name]) for name in left)] or list(evidence)
    if not left:
        return found
    patterns = {name: pattern_of(shown, name) for name in left}
    known: list[KnownSteps] = []

    def steps() -> KnownSteps:
        if not known:
            known.append(steps_of(pair, evidence[0]))
        return known[0]

    repairs = _repairs(pair, evidence, left, seconds, steps)
    for repair, others in (_at_the_wrong_step(repair, others, steps) for repair, others in repairs):
        mended = [name for name in repair.rights if name not in found and name in left]
        if mended:
            first = _sets(repair, mended, evidence[0])
            followers = tuple(_called(evidence[0], name) for name in mended if name != first)
            found[first] = _of_repair(pair, evidence, first, patterns[first], repair, others)._replace(
                upstream_of=followers
            )
            left = [name for name in left if name not in mended]
    if left:
        for name in left:
            made = made_in(pair, evidence[0].draw, _called(evidence[0], name))
            step = steps().first_before(evidence[0].got.get(name), made)
            found[name] = _of_pattern(pair, evidence, name, patterns[name], step, made)
    return found


def _repairs(
    pair: OpenPair,
    evidence: Sequence[DrawEvidence],
    wrong: Sequence[str],
    seconds: float,
    steps: Callable[[], KnownSteps],
) -> list[tuple[Repair, list[Repair]]]:
    """What mends the gradients, each with what would mend them as well."""
    search = Search(pair, evidence, wrong, seconds)
    whole, partly = search.single("backward")
    if whole:
        if max(e.operations for e in evidence) <= QUICK and all(_place(r) in steps().right for r in whole):
            whole = [*search.single("backward", lines=steps().right)[0], *whole]
        return [(whole[0], whole[1:])]
    if partly:
        together = search.together(partly)
        if together and len(together[0].edits) == 2:
            first, second = together[0].edits
            halves = [next(r for r in partly if r.edits == (e,)) for e in (first, second)]
            return [(half, [r for r in partly if r.rights == half.rights and r != half]) for half in halves]
        partly = together
        if partly and (both := _one_after_another(search, partly)):
            return both
    forward, _ = search.single("forward")
    if forward:
        return [(forward[0], forward[1:])]
    if partly:
        kept: list[tuple[Repair, list[Repair]]] = []
        for name in wrong:
            ours = [r for r in partly if name in r.rights]
            if ours and not any(name in r.rights for r, _ in kept):
                kept.append((ours[0], ours[1:]))
        return kept
    double = search.double(())
    return [(double[0], double[1:])] if double else []


def _one_after_another(search: Search, partly: Sequence[Repair]) -> list[tuple[Repair, list[Repair]]]:
    """What mends the rest once a part is mended: of two mistakes, where one gradient has both."""
    first = max(partly, key=lambda r: (len(r.rights), -r.weight))
    whole, _ = search.single("backward", after=first)
    if not whole:
        return []
    rest = tuple(name for name in search.wrong if name not in first.rights)
    seconds = [r._replace(rights=rest) for r in whole]
    return [(first, [r for r in partly if r.rights == first.rights and r != first]), (seconds[0], seconds[1:])]


def _at_the_wrong_step(
    repair: Repair, others: list[Repair], steps: Callable[[], KnownSteps]
) -> tuple[Repair, list[Repair]]:
    """Of repairs in several lines, the plainest in a line whose own local is not right as it is.

    Where all of them are, the last of the plainest: what is wrong comes after it.
    """
    every = [repair, *others]
    if repair.which == "forward" or len({_place(r) for r in every}) == 1:
        return repair, others
    right = steps().right
    last = [r for r in every if r.weight <= repair.weight + 1e-9][-1]
    best = next((r for r in every if _place(r) not in right), last)
    return best, [r for r in every if r is not best]


def _place(repair: Repair) -> tuple[str, int | None, int]:
    return place_of(repair.edits[0])


# --- what is said ---------------------------------------------------------------------------------------------


def _of_repair(
    pair: OpenPair,
    evidence: Sequence[DrawEvidence],
    name: str,
    pattern: Relation,
    repair: Repair,
    others: Sequence[Repair],
) -> PairFinding:
    draws = f"on {len(evidence)} of {len(evidence)} draws"
    edits = repair.edits
    changes = " and ".join(f"`{_line(e['after'])}` in place of `{_line(e['before'])}`" for e in edits)
    where = "" if repair.which == "backward" else "; the forward pass is then another, and this its gradient"
    where = "; that is what the forward pass keeps for the way back" if repair.keeps_outputs else where
    says = f"{pattern.text}; " if pattern.exact else ""
    places = {(e["file"], e["cell"], e["line"]) for e in edits}
    ties: list[str] = []
    for other in others:
        place = {(e["file"], e["cell"], e["line"]) for e in other.edits}
        if place - places and len(ties) < TIES:
            places |= place
            ties.append(" and ".join(f"line {e['line']}: `{_line(e['after'])}`" for e in other.edits))
    finding = _finding(evidence, name, code_of(repair, pattern), f"{says}it is right with {changes}, {draws}{where}")
    return finding._replace(
        certainty="consistent" if ties or len(evidence) < PROOF else "exactly",
        candidates=tuple(ties),
        place=Place(edits[0]["file"], edits[0]["cell"], edits[0]["line"]),
        suggestion="\n".join(_diff(e) for e in edits),
    )


def _of_pattern(
    pair: OpenPair, evidence: Sequence[DrawEvidence], name: str, pattern: Relation, step: FirstWrong | None,
    made: Place | None,
) -> PairFinding:  # fmt: skip
    code = code_of_pattern(pattern)
    text = pattern.text + (f", on {len(evidence)} of {len(evidence)} draws" if pattern.exact else "")
    if step is not None:
        text += f"; {step.text}"
    finding = _finding(evidence, name, code, text)
    exactly = pattern.exact and code != "MB199" and len(evidence) >= PROOF
    place = made if step is None else step.place
    place = place or backward_place(pair)
    return finding._replace(
        certainty="exactly" if exactly else "consistent" if step or code != "MB199" else "unexplained", place=place
    )


def _finding(evidence: Sequence[DrawEvidence], name: str, code: str, text: str) -> PairFinding:
    """With the entry that is furthest off."""
    e = next((e for e in evidence if name in e.got and not e.right(name, e.got[name])), evidence[0])
    got, want = np.asarray(e.got[name], dtype=float), np.asarray(e.want[name], dtype=float)
    if len(evidence) < PROOF:
        text = text.replace("is exactly", "is as good as").replace("exactly ", "")
    finding = PairFinding(code, "error", "exactly", text, smallest=e.case or None)
    if got.shape != want.shape or not want.size:
        return finding
    off = np.where(np.isfinite(got), np.abs(got - want), np.inf)
    at = tuple(int(k) for k in np.unravel_index(int(np.argmax(off)), off.shape))
    return finding._replace(at=at, got=float(got[at]), want=float(want[at]))


def _misshapen(evidence: Sequence[DrawEvidence], name: str) -> PairFinding | None:
    for e in evidence:
        if name not in e.got:
            continue
        got, want = np.asarray(e.got[name]), np.asarray(e.want[name])
        if got.shape != want.shape:
            turned = got.T.shape == want.shape and e.right(name, got.T)
            squeezed = got.size == want.size and e.right(name, got.reshape(want.shape))
            what = (
                "is exactly the transposed one"
                if turned
                else "is right but for its shape"
                if squeezed
                else "has another shape"
            )
            text = f"{what}: {got.shape}, and {name} is {want.shape}"
            return _finding(evidence, name, "MB103" if turned and not squeezed else "MB501", text)
    return None


def _not_finite(evidence: Sequence[DrawEvidence], name: str) -> PairFinding | None:
    for e in evidence:
        if name in e.got and not np.isfinite(np.asarray(e.got[name], dtype=float)).all():
            return _finding([e], name, "MB401", "is not finite")
    return None


def _sets(repair: Repair, mended: Sequence[str], e: DrawEvidence) -> str:
    """Which of the gradients that an edit mends its line sets."""
    text = " ".join(line for edit in repair.edits for line in edit["before"])
    return next((name for name in mended if text.lstrip().startswith(_called(e, name))), mended[0])


def _called(e: DrawEvidence, name: str) -> str:
    return e.called.get(name, name)


def _line(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _diff(edit: Mapping[str, Any]) -> str:
    """The user's own lines, before and after."""
    lines = [*edit["before"], *edit["after"]]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(
        f"{sign} {line[margin:]}" for sign, part in (("-", edit["before"]), ("+", edit["after"])) for line in part
    )
