"""Which outputs a target has: found out by running each backward pass once on a small problem of every depth, and each
pair at the first inputs at which it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reference.cases.case import Case
from reference.cases.quantities import backward_order
from reference.diagnosis import probes
from reference.interface.entry import Entry, Implementation, NotJudged, Outcome
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.judging.execution import run_once
from reference.pairs.draws.drawn import comparable
from reference.pairs.draws.observation import run
from reference.pairs.trial import trial
from reference.report.models.verification import CheckResult
from reference.report.view import ALL

__all__ = ["Check", "Share", "checks_of", "shares_of"]

QUANTITY = re.compile(r"(Z|A|dZ|dA|dW|db)([1-9][0-9]*)")


class Check(NamedTuple):
    """A check that a target exports; ``outputs`` of a backward pass, ``None`` for what is judged as a whole."""

    name: str
    outputs: tuple[str, ...] | None = None


class Share(NamedTuple):
    """The rows of a target's report that one item answers for."""

    checks: tuple[str, ...] = ()  # none: all
    output: str | None = None  # None: all
    but: frozenset[tuple[str, str]] = frozenset()  # checks and outputs that have items of their own

    def takes(self, row: CheckResult) -> bool:
        """Is this row of the share? What fails a backward pass as a whole, an exception, fails each of its outputs."""
        if self.checks and row.check not in self.checks:
            return False
        if self.output is None:
            return (row.check, row.output) not in self.but
        return row.output == self.output or (row.output == ALL and row.verdict == "fail")


def checks_of(implementation: Implementation, seed: int) -> tuple[Check, ...]:
    """A target's checks, in the order of the report; none where nothing could be loaded or nothing is exported."""
    if implementation.lost is not None:
        return ()
    found = [Check(entry.check, _outputs(entry)) for entry in implementation.entries]
    found += [Check(check) for check, _ in implementation.unknown]
    found += [Check(opened.proposal.check, _gradients(opened, seed)) for opened in implementation.pairs]
    found += [Check(law.check) for law in implementation.laws if law.says or any(law.run(seed))]
    found += [Check(note.check) for note in implementation.notes if isinstance(note, NotJudged) and note.needed]
    once = {check.name: check for check in reversed(found)}
    return tuple(dict.fromkeys(once[check.name] for check in found))


def shares_of(checks: Iterable[Check]) -> Iterator[tuple[tuple[str, ...], Share]]:
    """The items of a target: what stands behind its name in an id, and what each answers for.

    ``dW2`` of the only backward pass, ``backward::dW2`` of one of several; ``*`` is what has no item of its own.
    """
    checks = tuple(checks)
    passes = {check.name: check.outputs for check in checks if check.outputs is not None}
    for name, outputs in passes.items():
        within = (name,) if len(passes) > 1 else ()
        for output in outputs:
            yield (*within, output), Share((name,), output)
        yield (
            (*within, ALL),
            Share((name,) if within else (name, ALL), but=frozenset((name, output) for output in outputs)),
        )
    for check in checks:
        if check.name not in passes and not (check.name == ALL and len(passes) == 1):
            yield (check.name,), Share((check.name,))
    if not checks:
        yield (ALL,), Share()


def _outputs(entry: Entry) -> tuple[str, ...]:
    """The outputs that an entry owes, and those that it returns beyond; none where it always raises."""
    found: set[str] = set()
    for depth in entry.domain.depths:
        try:
            outcome = _outcome(entry, depth)
        except TargetDied:  # to ask again would cost a process each time
            break
        if outcome is not None:
            found |= {f"{kind}{l}" for kind in ("dW", "db") for l in range(1, depth + 1)}
            found |= {name for name in outcome if _is_judged(name, depth)}
    return tuple(sorted(found, key=backward_order))


def _gradients(opened: OpenPair, seed: int) -> tuple[str, ...] | None:
    """The gradients of a pair, as the target calls them; ``None`` where nothing makes it run."""
    try:
        readings = trial(opened, seed=seed).readings
        if opened.proposal.unfinished is not None or not readings:
            return None
        seen = run(opened, readings[0].draw(seed, 0))
    except (TargetDied, TargetRaised):
        return None
    return tuple(dict.fromkeys(seen.called.get(name, f"d{name}") for name in comparable(seen))) or None


def _outcome(entry: Entry, depth: int) -> Outcome | None:
    """The outcome of a small problem; with layers that are equally wide where the entry raises on others."""
    case = Case((*(2,) * depth, entry.domain.last or 2), 3, entry.domain.hiddens[0], entry.domain.outputs[0])
    for square in (False, True):
        try:
            return run_once(entry, next(probes(entry, case, square=square)))
        except (KeyboardInterrupt, TargetDied):
            raise
        except BaseException:  # a target may raise anything; it is a finding once it is judged
            continue
    return None


def _is_judged(name: object, depth: int) -> bool:
    """Is it a quantity by the course's names? Whatever else is returned is nobody's business."""
    if name == "cost":
        return True
    quantity = QUANTITY.fullmatch(str(name))
    return quantity is not None and int(quantity[2]) <= depth - (quantity[1] == "dA")
