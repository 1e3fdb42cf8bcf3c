"""What must have happened for a run to say anything: the required checks ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference.report.models.verification import Target

__all__ = ["not_run"]


def not_run(require: Sequence[str], targets: Iterable[Target]) -> list[str]:
    """Required checks that looked at nothing: ``check``, ``check::output``, or either with ``target::`` before it."""
    ran: set[str] = set()
    for target in targets:
        for row in target.checks:
            if not row.coordinates:
                continue
            names = (row.check, f"{row.check}::{row.output}")
            ran |= {*names, *(f"{target.target}::{name}" for name in names)}
    return [f"the required check {name} did not run" for name in require if name not in ran]
