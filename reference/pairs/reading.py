"""A pair under one meaning of its arguments: several draws over sizes and values, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind
from reference.judging.judge import Tally
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP, DIFFERENCES
from reference.pairs.draws.blocks import BlockStanding, GradientStanding
from reference.pairs.draws.drawn import Judged, judge_draw, names_in, own_names_in
from reference.pairs.draws.further import loses_digits, may_say_more
from reference.pairs.draws.laws import MADE_SO, Breach, as_declared, breaches_of, owed, plain_run, what_was_raised
from reference.pairs.draws.observation import finite, run
from reference.pairs.draws.owed_shapes import as_owed, misshapen_later
from reference.pairs.draws.promised import promised_otherwise
from reference.pairs.draws.testimony import Silent
from reference.pairs.plan import PairReading
from reference.pairs.result import backward_place

__all__ = ["Bench", "Row", "RowConclusion", "Standings", "judge_reading", "seed_of"]

MILD, FRESH, CONFIRMED = 4, 12, 2  # milder draws; fresh ones of the same sizes, of which so many must be wrong too


class RowConclusion(StrEnum):
    """What the draws say of one gradient together."""

    RIGHT = "right"
    WRONG = "wrong"
    OPEN = "open"


class Row(NamedTuple):
    """One gradient under one reading."""

    primal: str
    called: str
    conclusion: RowConclusion
    tally: Tally = Tally()
    why: str = ""  # where it is open
    place: Place | None = None
    shown: tuple[tuple[Judged, GradientStanding], ...] = ()  # draws on which it is wrong, the first one first
    right_at: tuple[PairDraw, ...] = ()
    zero: bool = False  # its truth is exactly zero on every draw
    lost: tuple[PairDraw, ...] = ()  # where more than half of its digits are lost


class Standings(NamedTuple):
    """A pair under one reading: its gradients, and what its runs show of their own."""

    reading: PairReading
    rows: tuple[Row, ...] = ()
    breaches: tuple[Breach, ...] = ()
    disputes: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
    raised: Breach | None = None  # it raised at one draw, and ran at another
    why: str = ""  # nothing was judged
    place: Place | None = None
    notes: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        return any(row.conclusion is RowConclusion.WRONG for row in self.rows) or any(
            breach.severity == "error" for breach in self.breaches
        )

    @property
    def refuted(self) -> bool:
        """Whether a gradient's own shape speaks against the guess."""
        return any(breach.refutes for breach in self.breaches)

    @property
    def empty(self) -> bool:
        """Whether every derivative is zero under this meaning, as that of a softmax over one class: it says nothing."""
        found = [block for judged in self.judged for block in judged.blocks.values()]
        return bool(found) and all(block.zero for block in found) and not self.wrong

    @property
    def right(self) -> bool:
        return bool(self.rows) and not self.wrong and all(row.conclusion is RowConclusion.RIGHT for row in self.rows)


def seed_of(seed: int, index: int, attempt: int) -> int:
    """The seed of a draw: no two of a run alike."""
    return (seed * 1_000_003 + index * 10_007 + attempt * 101 + 1) % 2**31


def judge_reading(
    pair: OpenPair, reading: PairReading, *, seed: int, draws: int = 3, only: PairDraw | None = None,
    with_autodiff: bool = True, kind: str = "float64", progress: Callable[[], None] = lambda: None,
) -> Standings:  # fmt: skip
    """Judge a pair under one reading. ``only``: this draw alone. Raises nothing that the target raises."""
    bench = Bench(pair, reading, seed, kind, progress)
    judged: dict[int, list[Judged]] = {}
    stops: dict[int, Stop] = {}
    for index in _indexes(pair, reading, draws, only):
        judged[index] = []
        for draw in _draws(reading, seed, index, only):
            needed = index == 0 or _without_complex_step([j for found in judged.values() for j in found])
            stop = bench.sit(draw, index, judged[index], with_autodiff=with_autodiff and needed)
            if stop is None and with_autodiff and not needed and _has_another(judged, index):  # that an option has
                judged[index].pop()
                stop = bench.sit(draw, index, judged[index], with_autodiff=True)
            if stop is None and not may_say_more(judged[index]):
                break
            if stop is not None:
                stops[index] = stop
                if stop.code != "MB401":  # other values of the same sizes would raise as well
                    break
        if index == 0 and any(map(loses_digits, judged[0])):
            break  # nothing is to be learned before its casts are widened
    every = [j for found in judged.values() for j in found]
    if not every:
        stop = next(iter(stops.values()), Stop("MB704", "nothing was drawn"))
        return Standings(reading, why=stop.text, place=stop.place)
    breaches, doubt = _laws(bench, every)
    wrong = {index: _wrong(found) for index, found in judged.items()}
    fresh = [] if only is not None else _confirmations(bench, wrong, _without_complex_step(every))
    disputes = tuple(d for j in (*every, *fresh) for d in j.disputes)
    doubt = doubt or _seldom(judged, stops)
    rows = tuple(_row(name, every, fresh, only is not None, doubt) for name in own_names_in(every))
    raised = next((stop.breach() for k, stop in stops.items() if stop.behind and not judged[k]), None)
    notes = tuple(f"at other sizes: {stop.text}" for k, stop in stops.items() if not judged[k] and not stop.behind)
    cases = tuple(dict.fromkeys(reading.case_line(j.seen.draw) for j in (*every, *fresh)))
    # one draw alone may be at the mercy of a coincidence that no bound foresees: the draw is given up instead
    known = disputes if len(disputes) > 1 else ()
    return Standings(reading, rows, breaches, known, (*every, *fresh), raised, notes=notes, cases=cases)


def _indexes(pair: OpenPair, reading: PairReading, draws: int, only: PairDraw | None) -> list[int]:
    """Of one draw the first; and of a rule, which takes arrays of any shape, those that have an axis of one entry."""
    if only is None and draws > 1:
        return list(range(max(draws, len(reading.cases))))
    of_one = [k for k in range(1, len(reading.cases)) if 1 in reading.sizes(k).values()]
    return [0, *of_one] if only is None and pair.proposal.kind is PairKind.RULE else [0]


class Stop(NamedTuple):
    """Why a draw could not be judged; ``behind``: its forward pass had worked."""

    code: str
    text: str
    place: Place | None = None
    behind: bool = False

    def breach(self) -> Breach:
        return Breach("*", self.code, self.text, place=self.place)


def _draws(reading: PairReading, seed: int, index: int, only: PairDraw | None) -> Iterator[PairDraw]:
    """The draws of one index: fresh values, milder each time."""
    if only is not None:
        yield only
        return
    for mild in range(MILD):
        yield reading.draw(seed_of(seed, index, mild), index, mild=mild)


class Bench(NamedTuple):
    """Where the draws of a reading are judged."""

    pair: OpenPair
    reading: PairReading
    seed: int
    kind: str = "float64"
    progress: Callable[[], None] = lambda: None

    def sit(
        self, draw: PairDraw, index: int, judged: list[Judged], *, with_autodiff: bool = False, quick: bool = False
    ) -> Stop | None:
        """Judge one draw, unless it raises or is not finite."""
        self.progress()
        try:
            base = run(self.pair, draw, self.kind)
            if not finite(base):
                return Stop("MB401", "is not finite on its way forward at any draw")
            found = judge_draw(self.pair, draw, base=base, with_autodiff=with_autodiff, kind=self.kind, quick=quick)
            judged.append(found._replace(sizes_index=index))
        except (TargetRaised, TargetDied) as error:
            return Stop(*what_was_raised(error, self.pair.proposal.backward))
        return None


def _laws(bench: Bench, every: list[Judged]) -> tuple[tuple[Breach, ...], str]:
    """What the first draw shows of its own, and others of shapes. Shapes that were guessed accuse nobody."""
    pair, reading, first = bench.pair, bench.reading, every[0]
    seen = first.seen
    found = [as_owed(b, pair, reading, first) for b in breaches_of(seen.run) if owed(pair, seen.draw, seen.run, b)]
    found += misshapen_later(pair, reading, every)
    try:
        plain, doubt = plain_run(pair, first.seen.draw, first.seen.run)
    except (TargetRaised, TargetDied) as error:
        plain, doubt = [], f"NumPy itself {what_was_raised(error, '')[1]}"
    place = backward_place(pair)
    crossed = promised_otherwise(pair.proposal)
    found = [as_declared(breach, pair.proposal) for breach in found]
    whole = (*found, *plain, *([crossed] if crossed else []))
    told = (b if b.place is not None or b.code in MADE_SO else b._replace(place=place) for b in whole)
    return tuple(told), doubt


def _seldom(judged: dict[int, list[Judged]], stops: dict[int, Stop]) -> str:
    """A forward pass that raises at most of the values drawn, at sizes that fit, was seen where it happens to run."""
    failed = [stop for k, stop in stops.items() if not judged[k] and not stop.behind and stop.code != "MB401"]
    ran = sum(bool(found) for found in judged.values())
    return f"it ran on {ran} of {ran + len(failed)} draws only; else: {failed[0].text}" if len(failed) > ran else ""


def _has_another(judged: dict[int, list[Judged]], index: int) -> bool:
    """Has the last draw a gradient that none before it has?"""
    *before, last = [j for found in judged.values() for j in found]
    return bool(judged[index]) and not set(names_in([last])) <= set(names_in(before))


def _wrong(judged: list[Judged]) -> set[str]:
    return {name for j in judged if not j.disputes for name, b in j.blocks.items() if b.standing is BlockStanding.WRONG}


def _without_complex_step(judged: list[Judged]) -> bool:
    """Whether the other exact witness is needed on every draw."""
    return bool(judged) and all(any(s.witness == COMPLEX_STEP for s in j.silent) for j in judged)


def _confirmations(bench: Bench, wrong: dict[int, set[str]], with_autodiff: bool) -> list[Judged]:
    """Fresh values of the sizes at which a gradient was wrong, until each of these is wrong often enough."""
    found: list[Judged] = []
    done: set[str] = set()
    for index, names in wrong.items():
        times = dict.fromkeys(names - done, 0)
        for attempt in range(FRESH):
            if all(count >= CONFIRMED for count in times.values()):
                break
            sat: list[Judged] = []
            draw = bench.reading.draw(seed_of(bench.seed, index, MILD + attempt), index)
            bench.sit(draw, index, sat, with_autodiff=with_autodiff)
            found += sat
            for name in times.keys() & _wrong(sat):
                times[name] += 1
        done |= {name for name, count in times.items() if count >= CONFIRMED}
    return found


def _row(name: str, every: list[Judged], fresh: list[Judged], alone: bool, doubt: str) -> Row:
    """One gradient over all its draws."""
    sat = [(j, j.blocks[name]) for j in every if name in j.blocks]
    again = [(j, j.blocks[name]) for j in fresh if name in j.blocks]
    clear = [(j, b) for j, b in sat if not j.disputes and b.standing in (BlockStanding.RIGHT, BlockStanding.WRONG)]
    called = next((j.seen.run.called[name] for j, _ in sat if name in j.seen.run.called), f"d{name}")
    wrong = [(j, b) for j, b in clear if b.standing is BlockStanding.WRONG]
    confirmed = [(j, b) for j, b in again if not j.disputes and b.standing is BlockStanding.WRONG]
    tally = sum((b.tally for _, b in (*clear, *confirmed)), start=Tally())
    lost = tuple(j.seen.draw for j, b in sat if b.lost)
    right_at = tuple(j.seen.draw for j, b in clear if b.standing is BlockStanding.RIGHT)
    zero = bool(clear) and all(b.exactly for _, b in clear)
    row = Row(
        name, called, RowConclusion.OPEN, tally, shown=(*wrong, *confirmed), right_at=right_at, zero=zero, lost=lost
    )
    if doubt:
        return row._replace(why=doubt)
    if wrong and (alone or len(confirmed) >= CONFIRMED):
        return row._replace(conclusion=RowConclusion.WRONG)
    if wrong:
        return row._replace(why=f"wrong on {len(wrong) + len(confirmed)} of {len(clear) + len(again)} draws only")
    if not clear:
        why, place = _why_open(sat)
        return row._replace(why=why, place=place)
    missing = _missing(tally, every)
    if missing is not None:
        return row._replace(why=missing.reason, place=missing.place)
    return row._replace(conclusion=RowConclusion.RIGHT)


def _why_open(sat: list[tuple[Judged, GradientStanding]]) -> tuple[str, Place | None]:
    if any(j.disputes for j, _ in sat):
        return "the witnesses disagree", None
    if any(b.standing is BlockStanding.WEAK for _, b in sat):
        return "float32 keeps too few of its digits to tell rounding from a mistake", None
    silent = next((s for j, _ in sat for s in j.silent), None)
    if silent is None:
        return "no exact witness spoke of it", None
    return f"{silent.witness} could not follow: {silent.reason}", silent.place


def _missing(tally: Tally, every: list[Judged]) -> Silent | None:
    """The witness without which nothing is verified, and what stopped it."""
    heard = {AUTODIFF: tally.autodiff, COMPLEX_STEP: tally.complex_step, DIFFERENCES: tally.central_difference}
    for witness, count in heard.items():
        if count:
            continue
        silent = next((s for j in every for s in j.silent if s.witness == witness), None)
        reason = silent.reason if silent is not None else "it is finite nowhere"
        return Silent(witness, f"{witness} could not follow: {reason}", None if silent is None else silent.place)
    return None
