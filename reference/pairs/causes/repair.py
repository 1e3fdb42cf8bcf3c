"""The search for a single edit after which every gradient is right, then for two: asked of the target's process.

How far it goes is counted, not timed: what is found does not depend on how much else the machine has to do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.causes.evidence import DrawEvidence

__all__ = ["Repair", "Search", "place_of"]

Where = tuple[str, int | None, int]  # file, cell, line

SLACK = 0.35  # of the rank: how much longer than for the first repair others are looked for
CHUNK = 100  # edits of one question
PARTIAL = 40  # edits that make one gradient right, kept to be put together
BUDGET = 5000  # edits of a pair that runs at once; fewer of one that takes long
SHARES = {"backward": 0.7, "forward": 0.15, "double": 0.3}  # of it, for each part of the search
SLOW = 250  # calls of NumPy that cost as much again as to compile an edit
FURTHER = 0.2  # of the budget, for a line that is more to blame than the first that mends it
CALLED = re.compile(r"\w+(?=\()")
SUMMED = {"sum", "mean", "astype", "float", "int"}
SLOPE = 1e-6  # relative, of a difference of fourth order


class Repair(NamedTuple):
    """Edits after which these gradients are right and no other is wrong, on every draw."""

    edits: tuple[Mapping[str, Any], ...]
    rights: tuple[str, ...]
    which: str  # "backward" or "forward"
    keeps_outputs: bool = False  # of the forward pass: what it keeps for the way back is another, and no output

    @property
    def weight(self) -> float:
        """How little plain it is."""
        return sum(float(e["weight"]) for e in self.edits)


class Search:
    """One pair's edits, tried up to a number, and under a limit of time that nothing plain comes near to."""

    def __init__(self, pair: OpenPair, evidence: Sequence[DrawEvidence], wrong: Sequence[str], seconds: float) -> None:
        self.pair, self.wrong = pair, list(wrong)
        self.evidence = sorted(evidence, key=_effort)  # the first is that on which most edits fail
        self.until = time.monotonic() + seconds
        self.edits: dict[str, dict[int, Mapping[str, Any]]] = {}
        self.tried = 0
        self.most = BUDGET // (1 + max(e.operations for e in evidence) // SLOW)

    def single(
        self, which: str, *, after: Repair | None = None, lines: frozenset[Where] = frozenset()
    ) -> tuple[list[Repair], list[Repair]]:
        """Edits that make everything right, and those that make a part of it right; the plainest first.

        ``after``: each of them together with this one. ``lines``: not in these.
        """
        whole: list[Repair] = []
        partly: list[Repair] = []
        known = self._edits(which)
        base = () if after is None else after.edits
        fixed = [e["number"] for e in base]
        left = [n for n, e in known.items() if n not in fixed and place_of(e) not in lines]
        if which == "forward":
            left = [n for n in left if _keeps_its_functions(known[n]) and not _is_of_a_branch(known[n])]
        share = FURTHER if lines else SHARES[which]
        chosen: list[Any] = [[*fixed, n] if fixed else n for n in left][: int(self.most * share)]
        for each, answer in self._answers(which, chosen, self.evidence[:1]):
            number = each[-1] if fixed else each
            if whole and known[number]["rank"] > whole[0].edits[0]["rank"] + SLACK:
                if self._confirmed(whole):
                    break
                whole = []
            rights = self._rights(which, answer[0], self.evidence[0])
            if not rights:
                continue
            if len(rights) < len(self.wrong) and sum(r.rights == rights for r in partly) >= PARTIAL:
                continue
            repair = Repair((known[number], *base), rights, which, which == "forward" and bool(answer[0]["same"]))
            (whole if len(rights) == len(self.wrong) else partly).append(repair)
        return self._confirmed(whole), partly

    def together(self, partly: Sequence[Repair]) -> list[Repair]:
        """Two edits that each make a part of the gradients right, and together all of them; else the parts."""
        kept = self._confirmed(partly)
        found = []
        for k, first in enumerate(kept):
            for second in kept[k + 1 :]:
                if set(first.rights) | set(second.rights) == set(self.wrong) and not set(first.rights) & set(
                    second.rights
                ):
                    found.append(Repair((*first.edits, *second.edits), tuple(self.wrong), first.which))
        return self._confirmed(sorted(found, key=lambda r: r.weight)[:30]) or kept

    def double(self, lines: Sequence[int], which: str = "backward") -> list[Repair]:
        """Two edits of one line, or of two of these lines, by trying; as far as the time goes."""
        near = [e for e in self._edits(which).values() if not lines or e["line"] in lines][:120]
        pairs = [
            [a["number"], b["number"]]
            for k, a in enumerate(near)
            for b in near[k + 1 :]
            if a["weight"] + b["weight"] < 3.2
        ]
        pairs.sort(key=lambda p: sum(self._edits(which)[n]["weight"] for n in p))
        found = []
        for chosen, answer in self._answers(which, pairs[: int(self.most * SHARES["double"])], self.evidence[:1]):
            if len(self._rights(which, answer[0], self.evidence[0])) == len(self.wrong):
                edits = tuple(self._edits(which)[n] for n in chosen)
                found.append(Repair(edits, tuple(self.wrong), which))
                if len(found) >= 5:
                    break
        return self._confirmed(found)

    # --- asking ---------------------------------------------------------------------------------------------

    def _edits(self, which: str) -> dict[int, Mapping[str, Any]]:
        if which not in self.edits:
            draw = self.evidence[0].draw.tree()
            told = self._ask("pair_edits", which=which, draw=draw, wrong=self.wrong) or []
            self.edits[which] = {int(e["number"]): e for e in told}
        return self.edits[which]

    def _answers(
        self, which: str, chosen: list[Any], evidence: Sequence[DrawEvidence]
    ) -> Iterator[tuple[Any, list[Any]]]:
        draws = [e.draw.tree() for e in evidence]
        along = [] if which == "backward" else self.wrong if len(evidence) == 1 else list(self.evidence[0].want)
        at, size = 0, CHUNK
        while at < len(chosen) and (left := self.until - time.monotonic()) > 0:
            numbers = chosen[at : at + size]
            told = self._ask("pair_edited", numbers=numbers, draws=draws, seconds=min(left, 2.0), along=along)
            if not told:
                return
            yield from zip(numbers, told, strict=False)
            self.tried += len(told)
            at += len(told)

    def _ask(self, question: str, **details: Any) -> Any:
        try:
            return self.pair.ask(question, check=self.pair.proposal.check, **details)
        except (TargetRaised, TargetDied):  # the search is over, what was found stands
            self.until = 0.0
            return None

    def _rights(self, which: str, answer: Mapping[str, Any], evidence: DrawEvidence) -> tuple[str, ...]:
        """Which of the wrong gradients are right under an edit that makes no other wrong; none where it does."""
        if answer.get("raised") is not None or not answer["gradients"].keys() >= evidence.want.keys():
            return ()
        gradients = answer["gradients"]
        if which == "forward" and not answer["same"]:  # else it is what the forward pass leaves for the way back
            slopes = answer["along"]
            return tuple(self.wrong) if slopes and all(map(_is_its_slope, slopes.values())) else ()
        if not answer["same"]:
            return ()
        rights = {name for name in evidence.want if evidence.right(name, gradients[name])}
        good = {name for name in evidence.want if name not in self.wrong}
        return tuple(name for name in self.wrong if name in rights) if good <= rights else ()

    def _confirmed(self, repairs: Sequence[Repair]) -> list[Repair]:
        """Those that hold on every draw."""
        kept = []
        for which in ("backward", "forward"):
            ours = [r for r in repairs if r.which == which]
            numbers = [[e["number"] for e in r.edits] for r in ours]
            self.until = max(self.until, time.monotonic() + 1.0) if self.until else self.until
            answers = dict(enumerate(a for _, a in self._answers(which, numbers, self.evidence)))
            for k, repair in enumerate(ours):
                if k in answers and all(
                    set(self._rights(which, answer, e)) >= set(repair.rights)
                    for answer, e in zip(answers[k], self.evidence, strict=True)
                ):
                    kept.append(repair)
        return sorted(kept, key=lambda r: r.weight)


def _is_of_a_branch(edit: Mapping[str, Any]) -> bool:
    """Does it decide which way the forward pass goes? In which mode it runs is not its mistake."""
    return edit["kind"] == "comparison" and any(re.match(r"\s*(?:el)?if\b", line) for line in edit["before"])


def _keeps_its_functions(edit: Mapping[str, Any]) -> bool:
    """A forward pass without its sigmoid is another function, and no mistake in writing this one."""
    before, after = (set(CALLED.findall(edit[side])) for side in ("old", "new"))
    return before - after <= SUMMED


def place_of(edit: Mapping[str, Any]) -> Where:
    """Where an edit stands."""
    return edit["file"], edit["cell"], edit["line"]


def _effort(e: DrawEvidence) -> int:
    """How large a draw is."""
    return sum(np.size(a) for a in (*e.primals.values(), *e.cotangents))


def _is_its_slope(numbers: Sequence[float]) -> bool:
    """Is the gradient along each direction what a difference of the edited forward pass says?"""
    if not any(numbers[1::3]):  # what does not depend on it has no derivative to be right
        return False
    triples = [numbers[k : k + 3] for k in range(0, len(numbers), 3)]
    return all(abs(g - D) <= SLOPE * max(size, abs(D)) for g, D, size in triples)
