"""What became of the mistakes that were planted in right pairs: a line for each pair, and what was not killed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

__all__ = ["PairKill", "PairKills", "render_pairs"]

Fate = Literal["killed", "survived", "left open", "equivalent", "does not run"]
COLUMNS = ("live", "numbers", "judged", "killed", "open", "line", "equiv.", "no run")


class PairKill(NamedTuple):
    """One edit. ``why``: the codes it was killed with, or what is said of it. ``at``: was its line named, if asked?"""

    mistake: str
    line: int
    fate: Fate
    why: str = ""
    at: bool | None = None
    ways: int = 1  # edits that give these numbers


class PairKills(NamedTuple):
    """One pair: how many of its edits are live, which are equivalent, which do not run, and what became of those
    that were judged. ``numbers``: live edits that give different numbers.
    """

    check: str
    live: int
    equivalent: tuple[PairKill, ...]
    stopped: tuple[PairKill, ...]
    kills: tuple[PairKill, ...] = ()
    numbers: int = 0

    def count(self, fate: Fate) -> int:
        """How many of those that were judged ended so."""
        return sum(kill.fate == fate for kill in self.kills)

    @property
    def survivors(self) -> tuple[PairKill, ...]:
        """Those that the judge does not call wrong."""
        return tuple(kill for kill in self.kills if kill.fate != "killed")


def render_pairs(found: Sequence[PairKills], *, every: bool = False) -> str:
    """The table; ``every``: with each edit that is equivalent."""
    lines = ["pairs, with single edits of their backward passes", ""]
    lines += [f"  {'':26}" + "".join(f"{column:>8}" for column in COLUMNS).rstrip()]
    lines += [f"  {kills.check[:26]:26}" + _cells(kills) for kills in found]
    for kills in found:
        for kill in kills.survivors:
            lines += _entry(f"{kill.fate.upper()}  {kills.check}, line {kill.line}", kill)
    lines += [""]
    for kills in found if every else ():
        for kill in kills.equivalent:
            lines += _entry(f"equivalent  {kills.check}, line {kill.line}", kill)
    return "\n".join([*lines, *_total(found)]) + "\n"


def _cells(kills: PairKills) -> str:
    asked = [kill for kill in kills.kills if kill.at is not None]
    named = f"{sum(bool(kill.at) for kill in asked)}/{len(asked)}" if asked else "–"
    numbers = (
        kills.live, kills.numbers, len(kills.kills), kills.count("killed"), len(kills.survivors), named,
        len(kills.equivalent), len(kills.stopped),
    )  # fmt: skip
    return "".join(f"{number!s:>8}" for number in numbers)


def _entry(head: str, kill: PairKill) -> Iterator[str]:
    yield f"  {head}"
    yield from textwrap.wrap(kill.mistake, 80, initial_indent="      ", subsequent_indent="      ")
    yield from textwrap.wrap(kill.why, 80, initial_indent="      ", subsequent_indent="      ")


def _total(found: Sequence[PairKills]) -> Iterator[str]:
    kills = [kill for one in found for kill in one.kills]
    asked = [kill for kill in kills if kill.at is not None]
    killed = sum(kill.fate == "killed" for kill in kills)
    named = sum(bool(kill.at) for kill in asked)
    live, numbers = sum(one.live for one in found), sum(one.numbers for one in found)
    yield f"  {live:,} live edits in {len(found)} pairs, which give {numbers:,} different wrong numbers;"
    yield f"  {killed} of {len(kills)} judged are killed, and of {named} of {len(asked)} asked the line is named;"
    equivalent = sum(len(one.equivalent) for one in found)
    yield f"  {equivalent:,} equivalent, {sum(len(one.stopped) for one in found):,} that do not run"
