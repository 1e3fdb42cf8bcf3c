"""The cause of a gradient that a law found to be another than its loss's: the repair of the function as a pair.

A law holds a loss to its own differences and knows no line. As a pair the same function has edits to be tried; where
one of them mends it, that is said in the law's place, of the law's own output. The verdict stays the law's.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference.interface.entry import Implementation
from reference.judging.execution import Failure
from reference.verification.explained import Explained
from reference.verification.pairs import pair_rows

__all__ = ["by_repair"]

UNEXPLAINED = "MB199"


def by_repair(implementation: Implementation, failures: Sequence[Failure], seed: int) -> dict[str, list[Explained]]:
    """By check, what is said in place of its failures, where all of these are unexplained and a repair is known."""
    found: dict[str, list[Explained]] = {}
    for opened in implementation.beside:
        check = opened.proposal.check
        mine = [failure for failure in failures if failure.check == check]
        if not mine or any(failure.code != UNEXPLAINED for failure in mine):
            continue
        from reference.pairs.judge import judge_pair  # here: most files have no pair

        rows = list(pair_rows([judge_pair(opened, seed=seed)], implementation.name))
        told = [f for row in rows for f in row.findings if f.severity == "error" and f.cause.suggestion is not None]
        wrong = {row.output for row in rows if any(f.severity == "error" for f in row.findings)}
        if len(wrong) > len({failure.output for failure in mine}):
            continue  # under what it is given as a pair more is wrong than its own loss says
        if told:
            outputs = [*(failure.output for failure in mine), *[mine[0].output] * len(told)]
            found[check] = [
                Explained(check, one.cause._replace(output=output), one.severity)
                for one, output in zip(told, outputs, strict=False)
            ]
    return found
