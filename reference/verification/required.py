"""What must have happened for a run to say anything: the required checks ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference.report.models.verification import Target
from reference.spelling import nearest

__all__ = ["not_run"]


def not_run(require: Sequence[str], targets: Iterable[Target]) -> list[str]:
    """Required checks that looked at nothing: ``check``, ``check::output``, or either with ``target::`` before it."""
    ran: dict[str, None] = {}
    for target in targets:
        for row in target.checks:
            if not row.coordinates:
                continue
            names = (row.check, f"{row.check}::{row.output}")
            ran |= dict.fromkeys([*names, *(f"{target.target}::{name}" for name in names)])
    return [f"the required check {name} did not run{_meant(name, ran)}" for name in require if name not in ran]


def _meant(name: str, ran: Iterable[str]) -> str:
    near = nearest(name, ran, alike=0.75)
    return "" if near is None else f"; {near!r} did, perhaps it was meant?"
