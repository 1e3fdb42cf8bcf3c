"""The kill matrix: mistakes by rows, what turned red by columns, and what each was named. 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reference.cases.quantities import is_gradient, order
from reference.report.models.evidence import NOWHERE, Kill

__all__ = ["Trial", "render", "render_gate"]

NAME = 44
COLUMNS = [name for name in order(3) if is_gradient(name)]


def render(target: str, kills: Sequence[Kill]) -> str:
    """The whole matrix, and how many were killed and named."""
    lines = [target, "", f"  {'mistake':{NAME}} {' '.join(f'{c:3}' for c in COLUMNS)} code"]
    lines += [_row(kill) for kill in kills if not kill.equivalent]
    lines += [
        "",
        "  not planted: the edit changes no number, or has nowhere to stand in this target",
        *_equivalent(kills),
    ]
    return "\n".join([*lines, "", *_total(kills)]) + "\n"


def _row(kill: Kill) -> str:
    text = kill.mistake if len(kill.mistake) <= NAME else f"{kill.mistake[: NAME - 1]}…"
    marks = " ".join(f"{'✗' if c in kill.red else '·':3}" for c in COLUMNS)
    if kill.red and not set(kill.red) & set(COLUMNS):
        width = 4 * len(COLUMNS) - 1
        marks = f"{'✗ ' + ', '.join(kill.red):{width}}"[:width]
    return f"  {text:{NAME}} {marks} {_named(kill)}"


def _named(kill: Kill) -> str:
    if kill.survived:
        return "SURVIVED"
    if kill.named != kill.code:
        return f"{kill.named} ({kill.code})"
    return kill.code if kill.certainty == "exactly" else f"{kill.code} or a tie"


def _equivalent(kills: Sequence[Kill]) -> list[str]:
    return [f"    {k.mistake[:56]:56} {k.certainty}" for k in kills if k.equivalent]


def _total(kills: Sequence[Kill]) -> Iterator[str]:
    planted = [k for k in kills if not k.equivalent]
    killed = sum(not k.survived for k in planted)
    unique = sum(k.named == k.code and k.certainty == "exactly" for k in planted)
    wrong = sum(k.named != k.code and k.certainty == "exactly" for k in planted)
    yield f"  {killed} of {len(planted)} killed, {unique} named uniquely, {wrong} given another name;"
    nowhere = sum(k.certainty == NOWHERE for k in kills)
    yield f"  {len(kills) - len(planted) - nowhere} equivalent, {nowhere} that have nowhere to stand"


class Trial(NamedTuple):
    """What was broken, and how the gate ended."""

    broken: str
    exit_code: int
    said: str

    @property
    def red(self) -> bool:
        return self.exit_code != 0


def render_gate(trials: Sequence[Trial]) -> str:
    """What was broken in the gate, and how it ended."""
    lines = ["the gate, broken on purpose", ""]
    for trial in trials:
        mark = "✗" if trial.red else "✓ GREEN FOR NOTHING"
        lines.append(f"  {mark} {trial.broken:40} exit {trial.exit_code}")
        lines += textwrap.wrap(trial.said, 80, initial_indent="      ", subsequent_indent="      ")
    red = sum(trial.red for trial in trials)
    return "\n".join([*lines, "", f"  {red} of {len(trials)} turn the gate red"]) + "\n"
