"""From what a run found to what is said of a target: its verdict, and of every output what was counted and found.

Failures are explained on the way. Nothing here is written down yet: ``reported`` makes the report's models of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reference.cases.quantities import backward_order, is_gradient
from reference.diagnosis import Cause, Diagnosis
from reference.diagnosis.consistency import agreed, held_to_its_own, of_another_loss
from reference.findings.codes import NOT_JUDGED, WARNINGS
from reference.findings.verdicts import Verdict
from reference.interface.entry import Entry, Implementation, NotJudged, OwnDerivative
from reference.judging.execution import Failure
from reference.judging.judge import Tally
from reference.report.models.evidence import Evidence, PairEvidence
from reference.verification.by_repair import by_repair
from reference.verification.conclusion import Conclusion, OutputRow
from reference.verification.explained import Explained, explain, of_law, unexplained
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.pairs import pair_notes, pair_rows, pairs_drawn
from reference.verification.repeat import Again, repeated
from reference.verification.unjudged import said_of, unjudged

__all__ = ["conclude"]

MAX_SHRUNK = 12  # findings that are made small and explained; the rest keep the case that they were found with
PLAINNESS = {"MB199": 1, "MB202": 2, "MB402": 3, "MB305": 4}  # of one fault, seen from several sides; others come first
GRADIENTS = "gradients"  # the output of a backward pass that is judged as a whole
UNKNOWN_NETWORK = "its forward pass computes no network that is known, and no cost here could be told to be its own"
Owns = dict[str, OwnDerivative | None]


class _Causes(NamedTuple):
    """What is wrong with the backward passes, what follows from it, and what is a convention instead."""

    explained: list[Explained]
    consequences: set[tuple[str, str]]
    conventions: dict[str, list[str]]  # by check
    kept: list[str]  # checks that were held to a convention of their own


def conclude(
    implementation: Implementation,
    options: Options,
    run: Run,
    *,
    interrupted: bool = False,
    again: Again | None = None,
    pictured: bool = False,
) -> Conclusion:
    """Shrinking and diagnosis happen here, unless interrupted; ``again``: what is wrong must be so a second time."""
    alone = interrupted or options.case is not None or options.pair_case is not None
    owns: Owns = {entry.check: None if alone else entry.own() for entry in implementation.entries}
    failures = _one_per_output(f for f in run.failures.values() if f.code != NOT_JUDGED)
    causes = _causes(implementation, options, failures, owns, interrupted)
    owns |= {check: None if alone else own() for check, own in implementation.unknown}
    of_laws = [f for f in failures if f.check not in causes.conventions]
    fine = agreed(of_laws, owns, causes.kept)
    own_tallies, own_notes, of_its_own = _unknown(implementation, owns, blamed=bool(of_laws))
    said = (*implementation.notes, *run.notes, *own_notes, *pair_notes(run.pairs))
    not_judged, notes = unjudged(said, run.failures.values(), alone=alone)
    of_pairs = {(row.check, row.output): row for row in pair_rows(run.pairs, implementation.name)}
    against = [f for f in of_laws if f not in fine]
    repaired = {} if alone else by_repair(implementation, against, options.seed)
    of_laws = [f for f in against if f.check not in repaired]
    explained = [*causes.explained, *(of_law(f, options.accuracy) for f in of_laws), *of_its_own]
    explained += [finding for findings in repaired.values() for finding in findings]
    explained += [finding for row in of_pairs.values() for finding in row.findings]
    if again is not None and not interrupted and not run.disputes:
        explained = repeated(explained, implementation.name, again, options.seed)
    explained += not_judged
    tallies = {**run.tallies, **own_tallies, **{key: row.tally for key, row in of_pairs.items()}}
    low = _low(implementation, options, tallies)
    conventions = {**causes.conventions}
    for failure, text in fine.items():
        conventions[failure.check] = [*conventions.get(failure.check, []), text]
    findings: dict[tuple[str, str], list[Explained]] = {}
    for one in explained:
        findings.setdefault((one.check, one.cause.output), []).append(one)
    keys = list(dict.fromkeys([*of_pairs, *tallies, *findings]))
    rows = tuple(
        of_pairs.get(
            (check, output),
            OutputRow(
                check,
                output,
                tallies.get((check, output), Tally()),
                run.nudged.get(check, 0),
                consistent=_consistent(owns.get(check), output),
                conventions=tuple(conventions.get(check, ())),
                follows=(check, output) in causes.consequences,
            ),
        )._replace(findings=tuple(findings.get((check, output), ())), low=check in low)
        for check, output in _in_order(implementation, keys, list(of_pairs))
    )
    verdict, error = _verdict(run, rows, list(low.values()), interrupted)
    evidence: Sequence[Evidence] = ()
    of_pairs_drawn: Sequence[PairEvidence] = ()
    if pictured:
        from reference.verification.evidence import gather
        from reference.verification.pair_evidence import gather_pairs

        evidence = gather(implementation, rows)
        of_pairs_drawn = gather_pairs(implementation, rows, seed=options.seed, drawn=bool(evidence))
    return Conclusion(
        implementation.name,
        verdict,
        error,
        tuple(notes),
        len(run.seen) + run.drawn + sum(result.distinct_cases for result in run.pairs),
        rows,
        tuple(evidence),
        implementation.seen if not any(row.tally.coordinates for row in rows) else (),
        implementation.names,
        implementation.excepted,
        tuple(of_pairs_drawn),
        pairs_drawn(run.pairs, implementation),
        implementation.bound,
    )


def _in_order(
    implementation: Implementation, keys: Sequence[tuple[str, str]], of_pairs: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """As the target has its checks, and of each the most upstream output first; a pair has an order of its own."""
    checks = [entry.check for entry in implementation.entries] + [check for check, _ in implementation.unknown]
    checks += [law.check for law in implementation.laws] + [check for check, _ in keys]

    def within(key: tuple[str, str]) -> tuple[int, int, str]:
        return (0, of_pairs.index(key), "") if key in of_pairs else backward_order(key[1])

    return sorted(keys, key=lambda key: (checks.index(key[0]), within(key)))


def _consistent(own: OwnDerivative | None, output: str) -> bool | None:
    speaks = is_gradient(output) or output == GRADIENTS
    return own.consistent if own is not None and speaks else None


def _one_per_output(failures: Iterable[Failure]) -> list[Failure]:
    """The plainest code of each output, most upstream first: one mistake is one finding."""
    plainest: dict[tuple[str, str], Failure] = {}
    for failure in sorted(failures, key=lambda f: PLAINNESS.get(f.code, 0)):
        plainest.setdefault((failure.check, failure.output), failure)
    return sorted(plainest.values(), key=lambda f: (f.check, backward_order(f.output)))


# --- what is wrong ---------------------------------------------------------------------------------------------


def _causes(
    implementation: Implementation, options: Options, failures: Sequence[Failure], owns: Owns, interrupted: bool
) -> _Causes:
    """The failures of backward passes, each check's diagnosed together."""
    explained: list[Explained] = []
    consequences: set[tuple[str, str]] = set()
    conventions = {entry.check: list(entry.conventions) for entry in implementation.entries}
    kept = []
    for entry in implementation.entries:
        mine = [f for f in failures if f.check == entry.check]
        if not mine:
            other = None if interrupted else of_another_loss(entry, owns[entry.check], failures)
            if other is not None:
                explained.append(Explained(entry.check, other, "error"))
                consequences |= {(entry.check, output) for output in other.upstream_of}
            continue
        if interrupted or len(explained) >= MAX_SHRUNK:
            diagnosis = Diagnosis([unexplained(f) for f in mine], frozenset())
        else:
            owns[entry.check] = _where_it_fails(entry, mine, owns[entry.check])
            diagnosis, said = held_to_its_own(entry, mine, failures, owns[entry.check])
            conventions[entry.check] += said
            kept += [entry.check] if said else []
        consequences |= {(entry.check, output) for output in diagnosis.consequences}
        for cause in diagnosis.causes:
            if cause.code in WARNINGS and options.intermediates == "ignore":
                continue
            smaller = not interrupted and len(explained) < MAX_SHRUNK
            explained.append(
                explain(
                    implementation.name, entry, _shown(cause, mine), cause, options,
                    smaller=smaller, again=not interrupted,
                )
            )  # fmt: skip
    return _Causes(explained, consequences, conventions, kept)


def _where_it_fails(entry: Entry, failures: Sequence[Failure], own: OwnDerivative | None) -> OwnDerivative | None:
    """Is what is consistent with itself also so in the shape in which it fails? A wrong layer's array may fit there."""
    if own is None or not own.consistent or entry.own_at is None:
        return own
    for case in {f.case.dims: f.case for f in failures if f.output != "*"}.values():
        there = entry.own_at(case)
        if there is None and own.of_loss is not None:  # none of the known losses fits there
            return None
        if there is not None and not there.consistent:
            return there
    return own


def _shown(cause: Cause, failures: list[Failure]) -> Failure:
    """The failure that shows a cause: its own output's, or the first that follows from it."""
    found = [f for f in failures if f.output == cause.output]
    return (found or [f for f in failures if f.output in cause.upstream_of] or failures)[0]


def _unknown(
    implementation: Implementation, owns: Owns, *, blamed: bool
) -> tuple[dict[tuple[str, str], Tally], list[NotJudged], list[Explained]]:
    """Backward passes whose own forward pass computes no network that the court knows: consistent, or not."""
    tallies, notes, explained = {}, [], []
    for check, _ in implementation.unknown:
        own = owns[check]
        if own is None or own.consistent is None or (not own.consistent and blamed):
            remedy = f"manual-backprop verify {implementation.name.partition('::')[0]}::{check} --bind cost=NAME"
            why = UNKNOWN_NETWORK if own is None or own.consistent is False else own.text
            notes.append(NotJudged(check, why, remedy, needed=True))
            continue
        tallies[check, GRADIENTS] = Tally(coordinates=1)
        if not own.consistent:
            cause = Cause(GRADIENTS, "MB199", "unexplained", f"the backward pass {own.text}")
            explained.append(Explained(check, cause, "error"))
    return tallies, notes, explained


# --- what was covered, and the verdict -------------------------------------------------------------------------


def _low(implementation: Implementation, options: Options, tallies: Mapping[tuple[str, str], Tally]) -> dict[str, str]:
    """The checks of which too little was resolved, with how much it was; what was never asked was not verified."""
    asked = dict.fromkeys(check for check, _ in tallies)
    if options.case is None:
        asked |= dict.fromkeys(entry.check for entry in implementation.entries)
    shares = _coverage(tallies)
    return {
        check: f"{check} ({100 * shares.get(check, 0.0):.1f} %)"
        for check in asked
        if shares.get(check, 0.0) < options.coverage
    }


def _coverage(tallies: Mapping[tuple[str, str], Tally]) -> dict[str, float]:
    """The share of each check's coordinates that were resolved: of dW and db, where all three witnesses speak."""
    totals: dict[str, Tally] = {}
    for (check, _), tally in tallies.items():
        if tally.central_difference or tally.excluded or not tally.cases:
            totals[check] = totals.get(check, Tally()) + tally
    return {check: 1 - (t.excluded + t.unresolved) / t.coordinates for check, t in totals.items() if t.coordinates}


def _verdict(run: Run, rows: Sequence[OutputRow], low: Sequence[str], interrupted: bool) -> tuple[Verdict, str | None]:
    if interrupted:
        return "interrupted", "interrupted; what was verified so far:"
    if run.disputes:
        more = f" (and {len(run.disputes) - 1} more)" if len(run.disputes) > 1 else ""
        return "error", run.disputes[0] + more
    if any(row.verdict == "fail" for row in rows):
        return "fail", None
    if not any(row.tally.coordinates for row in rows):
        return "inconclusive", "nothing was checked"
    whys = []
    if left := dict.fromkeys(row.check for row in rows for one in row.findings if one.severity == "inconclusive"):
        whys.append(said_of(list(left)))
    if low:
        whys.append(f"coverage is too low to say that it is verified: {', '.join(low)}")
    if not run.floor:
        whys.append(str(run.notes[-1]))
    return ("inconclusive", "; ".join(whys)) if whys else ("pass", None)
