"""A plan that runs: its draws by index, and the line of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.inputs.cases.attempt import draw_for
from reference.pairs.inputs.cases.case import PairCase, case_of
from reference.pairs.inputs.cases.case_line import line_of
from reference.pairs.inputs.remedy import remedy
from reference.pairs.inputs.spec import Array, ChoiceSpec, Plan, leaves
from reference.pairs.inputs.tokens import text_of

__all__ = ["RunningPlan"]

EVIDENCE = ("said", "as it is called", "documented", "tried")


class RunningPlan:
    """One meaning of the arguments, with the cases at which it ran. Every draw is remembered by what it is."""

    def __init__(
        self, pair: OpenPair, plan: Plan, cases: Sequence[PairCase], sizes: Sequence[Mapping[str, int]],
        plans: Sequence[Plan] = (), notes: Sequence[str] = (), doubts: int = 0, coincident: bool = False,
    ) -> None:  # fmt: skip
        self.pair, self.plan, self.cases, self.notes = pair, plan, tuple(cases), tuple(notes)
        self.doubts, self.coincident = doubts, coincident
        self._sizes, self._plans = tuple(sizes), tuple(plans)
        self._drawn: dict[str, PairCase] = {}
        self._made = ""  # what an example made

    @property
    def rank(self) -> int:
        return int(self.plan.rank)

    @property
    def label(self) -> str:
        return self.plan.label

    @property
    def bind(self) -> str:
        """The line that would make it the only reading."""
        return remedy(self.pair.proposal, self.plan)

    @property
    def said(self) -> str:
        """What is drawn, for the report: ``W (5,3), X (4,5), y int < 3``."""
        case = self.cases[0]
        if not self.plan.arguments and self._made:
            return f"{self._made} ({EVIDENCE[self.rank]}: {self.plan.where})"
        parts = [
            _spoken(way[-1], spec)
            for way, spec in (*leaves(case.construct), *leaves(case.arguments))
        ]  # fmt: skip
        slope = self.plan.reading.get("of", "cotangent")
        of = f"; taken as the derivative by its {slope}" if slope != "cotangent" else ""
        notes = "".join(f"; {note}" for note in self.notes)
        return f"{', '.join(filter(None, parts)) or self.plan.where} ({EVIDENCE[self.rank]}){of}{notes}"

    def sizes(self, index: int) -> Mapping[str, int]:
        """The sizes of the draws with this index, by name."""
        return self._sizes[index % len(self._sizes)]

    def case(self, seed: int, index: int, *, sizes: Mapping[str, int] | None = None, mild: int = 0) -> PairCase:
        """The case of a draw."""
        case = self.cases[index % len(self.cases)]
        if sizes is not None and self.plan.arguments:
            case = case_of(case.check, self.plan, sizes, _chosen(case))
        return case._replace(seed=seed, scale=case.scale / 4**mild)

    def draw(
        self, seed: int, index: int, *, sizes: Mapping[str, int] | None = None, mild: int = 0, exactly: bool = False
    ) -> PairDraw:
        """Fresh values. ``sizes``: others than those of ``index``. ``exactly``: the case itself, as a line gave it."""
        case = self.cases[0] if exactly else self.case(seed, index, sizes=sizes, mild=mild)
        draw = draw_for(self.pair, case)
        self._drawn[_digest(draw)] = case
        if not self.plan.arguments and not self._made:
            given = {**draw.construct, **draw.arguments}
            self._made = ", ".join(f"{name} {tuple(np.shape(v))}".replace(" ()", "") for name, v in given.items())
        return draw

    def case_line(self, draw: PairDraw) -> str:
        """What ``--case`` takes."""
        case = self._drawn.get(_digest(draw), self.cases[0]._replace(seed=draw.seed))
        return line_of(case, self._plans)


def _chosen(case: PairCase) -> dict[tuple[str, ...], object]:
    every = [*((("construct", *way), spec) for way, spec in leaves(case.construct)), *leaves(case.arguments)]
    return {way: spec.options[0] for way, spec in every if isinstance(spec, ChoiceSpec)}


def _digest(draw: PairDraw) -> str:
    """A draw by what it is; arrays by their bytes."""
    from reference.targets.process.messages import pack

    return hashlib.sha256(pack(draw.tree())).hexdigest()


def _spoken(name: str, spec: object) -> str:
    if isinstance(spec, Array):
        sizes = f"({','.join(map(str, spec.dims))})" if spec.dims else ""
        law = "" if spec.law == "normal" else f" int < {spec.below}" if spec.law == "int" else f" {spec.law}"
        return f"{name} {sizes}{law}".strip()
    return f"{name}={text_of(spec)}"  # type: ignore[arg-type]
