"""What is known so far of one target: a run that is interrupted can still say what was verified."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any

from reference.cases.case import Case
from reference.interface.entry import Entry, NotJudged
from reference.judging.execution import Failure
from reference.judging.judge import Judgement, Tally
from reference.pairs.result import PairResult

__all__ = ["Run"]

HOPE = 4  # stacks of which an entry must answer one


@dataclass
class Run:
    """What is known so far of one target."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    nudged: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, str, str], Failure] = field(default_factory=dict)  # the first of its kind
    disputes: list[str] = field(default_factory=list)
    seen: set[Case] = field(default_factory=set)
    drawn: int = 0  # cases of chunks, each different from all others of its own
    notes: list[str | NotJudged] = field(default_factory=list)
    pairs: list[PairResult] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)  # stacks of each check
    floor: bool = True  # did everything that must run, run?
    stopped: bool = False  # by who asked: nothing more is begun

    def copy(self) -> Run:
        """What is known now, while another thread goes on."""
        parts: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        return Run(**{name: value.copy() if hasattr(value, "copy") else value for name, value in parts.items()})

    def hopeless(self, entry: Entry) -> bool:
        """Has it only raised so far, or lost its process?"""
        codes = {code for check, output, code in self.failures if check == entry.check and output == "*"}
        answered = any(check == entry.check for check, _ in self.tallies)
        return "MB703" in codes or (
            bool(codes & {"MB701", "MB702"}) and not answered and self.tried[entry.check] >= HOPE
        )

    def add(self, entry: Entry, cases: list[Case], judgement: Judgement, nudged: int, *, sought: bool = False) -> None:
        """``sought`` cases were chosen for being extreme: they are judged, but coverage is that of the others."""
        self.seen.update(cases)
        self.tried[entry.check] += 1
        self.nudged[entry.check] += nudged
        for output, tally in judgement.tallies.items():
            key = (entry.check, output)
            if sought:
                tally = tally._replace(coordinates=0, excluded=0, unresolved=0, uncovered=0)
            self.tallies[key] = self.tallies.get(key, Tally()) + tally
        for failure in judgement.failures:
            self.failures.setdefault((failure.check, failure.output, failure.code), failure)
        for dispute in judgement.disputes:
            who = f"{dispute.odd} is the odd one out" if dispute.odd else "no two witnesses agree"
            self.disputes.append(f"MB901: the witnesses disagree, which is this tool's fault: {who} at {dispute.case}")

    def merge(self, other: Run) -> None:
        """What was found of more cases of the same target, by somebody else."""
        self.drawn += other.drawn
        self.tried.update(other.tried)
        self.disputes.extend(other.disputes)
        self.nudged.update(other.nudged)
        for key, tally in other.tallies.items():
            self.tallies[key] = self.tallies.get(key, Tally()) + tally
        for kind, failure in other.failures.items():
            self.failures.setdefault(kind, failure)
