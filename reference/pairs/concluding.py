"""What a report is told of a pair: of each gradient its tally, what is wrong with it, and conventions it follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference.interface.pair import OpenPair
from reference.pairs.causes.accusing import accusations, unexplained
from reference.pairs.causes.made_in import chooses_in, made_in
from reference.pairs.conventions.combined import combined
from reference.pairs.conventions.declared import DECLARED, UNLIKE_ANY, declared_of
from reference.pairs.conventions.penalised import penalised
from reference.pairs.conventions.proving import PairConvention, by_output, conventions_of
from reference.pairs.conventions.stepped import stepped
from reference.pairs.conventions.ties import Tie, ties_of
from reference.pairs.conventions.training import for_training_alone
from reference.pairs.draws.laws import MADE_SO, Breach
from reference.pairs.losses.held_to import held_to
from reference.pairs.precision import Widened, widened
from reference.pairs.reading import Bench, Row, RowConclusion, Standings
from reference.pairs.result import PairFinding, PairResult, PairRow, backward_place

__all__ = ["result_of"]

STEPS = ("round", "rint", "sign", "step", "floor", "ceil", "heaviside", "astype", "trunc", "fix", "where", "int")


def result_of(
    bench: Bench, standings: Standings, *, draws: int, alone: bool = False, explained: bool = True
) -> PairResult:
    """The rows of a pair under the reading that is believed. ``alone``: one draw was asked for; ``explained``: with the
    cause of what is wrong.
    """
    pair = bench.pair
    wide = None if alone else widened(pair, standings, seed=bench.seed, draws=draws)
    conventions: Mapping[str, PairConvention] = {}
    if wide is None and not alone:
        conventions = conventions_of(pair, standings)
    if wide is not None:
        standings = wide.standings
    declared = declared_of(pair, standings)
    if declared:
        conventions = {name: PairConvention(DECLARED) for name, linear in declared.items() if linear}
    surrogate = {} if declared else _surrogates(pair, standings)
    accused = {name: _unlike_any(pair) for name, linear in declared.items() if not linear}
    if standings.wrong and not conventions and not surrogate and not declared:
        steady = all(breach.code != "MB602" for breach in standings.breaches)  # else no edit can be told to mend it
        accused = accusations(bench, standings) if explained and steady else unexplained(bench, standings)
    ties = {} if alone or not standings.right else {tie.name: tie for tie in ties_of(pair, bench.reading, bench.seed)}
    output = by_output(pair, standings)
    held = held_to(pair, [judged.seen.draw for judged in standings.judged])
    single, leading = pair.proposal.single is not None, pair.proposal.leading is not None
    rows = []
    vacuous = _vacuous(standings)
    for row in standings.rows:
        findings, follows = _of_row(bench, standings, row, surrogate, accused)
        convention = conventions.get(row.primal)
        said = [convention.text] if convention else []
        said += [output] if output else []
        said += [part for part in (held.text, held.open_scale) if part] if held else []
        said += [f"line {pair.proposal.leading} leaves out all outputs but the first, which alone was judged"] * leading
        said += [f"line {pair.proposal.single} takes one entry of what comes in, and such alone was drawn"] * single
        tie = ties.get(row.primal)
        findings += _of_tie(bench, tie)
        if tie is not None and tie.even and not tie.chosen:
            said.append("a tie is shared otherwise than NumPy does")
        if convention and convention.warning:
            findings.append(PairFinding("MB402", "warning", "exactly", convention.text, place=convention.place))
        if vacuous:
            findings.append(PairFinding("MB704", "inconclusive", "exactly", vacuous))
        consistent = _consistent(row, bool(convention), findings)
        rows.append(PairRow(row.called, row.tally, tuple(findings), tuple(said), consistent, follows))
    whole = _of_the_pair(pair, standings, wide)
    if whole:
        rows.append(PairRow("*", findings=tuple(whole)))
    return PairResult(
        pair.proposal.check, tuple(rows), notes=standings.notes, distinct_cases=len(standings.cases),
        drawn=standings.reading.said, disputes=standings.disputes,
    )  # fmt: skip


def _unlike_any(pair: OpenPair) -> PairFinding:
    return PairFinding("MB199", "error", "exactly", UNLIKE_ANY, place=backward_place(pair))


def _of_row(
    bench: Bench, standings: Standings, row: Row, surrogate: Mapping[str, str], accused: Mapping[str, PairFinding]
) -> tuple[list[PairFinding], bool]:
    """What is found of one gradient, and whether it is wrong only for want of another."""
    findings = [_breach(bench.pair, standings, breach) for breach in standings.breaches if breach.primal == row.primal]
    follows = False
    if row.primal in surrogate:
        place = backward_place(bench.pair)
        findings.append(PairFinding("MB705", "inconclusive", "exactly", surrogate[row.primal], place=place))
    elif row.primal in accused:
        findings.append(accused[row.primal])
    elif row.conclusion is RowConclusion.WRONG:
        follows = bool(accused)
    unsteady = any(breach.code == "MB602" for breach in standings.breaches)  # no witness can follow what is so
    if row.conclusion is RowConclusion.OPEN and not unsteady:
        findings.append(PairFinding("MB704", "inconclusive", "exactly", row.why, place=row.place))
    if row.lost and row.conclusion is not RowConclusion.WRONG:
        line = standings.reading.case_line(row.lost[0])
        text = "right, but more than half of its digits are lost; the error falls with the precision"
        findings.append(PairFinding("MB402", "warning", "exactly", text, smallest=line))
    return findings, follows


def _of_tie(bench: Bench, tie: Tie | None) -> list[PairFinding]:
    if tie is None or tie.even:
        return []
    text = "at a tie its weights do not sum to one: equal values each get the gradient of one"
    place = chooses_in(bench.pair, tie.draw)
    place = place or backward_place(bench.pair)
    return [PairFinding("MB104", "error", "exactly", text, place=place)]  # no line of a case draws equal values


def _of_the_pair(pair: OpenPair, standings: Standings, wide: Widened | None) -> list[PairFinding]:
    """What concerns no gradient that has a row of its own."""
    own = {row.primal for row in standings.rows}
    found = [_breach(pair, standings, breach) for breach in standings.breaches if breach.primal not in own]
    if standings.raised is not None:
        found.append(_breach(pair, standings, standings.raised))
    if wide is not None:
        found.append(PairFinding("MB403", "warning", "exactly", wide.text, place=wide.place))
    return found


def _breach(pair: OpenPair, standings: Standings, breach: Breach) -> PairFinding:
    place = breach.place
    if place is None and breach.code in MADE_SO and standings.judged:
        place = made_in(pair, standings.judged[0].seen.draw, breach.output)
    return PairFinding(breach.code, breach.severity, "exactly", breach.text, place=place)


def _surrogates(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """Gradients that are declared, not derived: their truth is zero everywhere, behind a step; or the file says so."""
    wrong = [row for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    why = pair.proposal.not_derived
    if pair.proposal.limited and not any(judged.seen.run.takes_cotangent for judged in standings.judged):
        why = f"line {pair.proposal.limited} limits how large a gradient may be"
    if why:
        return {row.primal: f"is declared, not derived: {why}" for row in wrong}
    if found := _elsewhere(pair, standings):
        return found
    whats = {str(switch[2]).split(" in ")[0] for judged in standings.judged for switch in judged.seen.run.switches}
    steps = sorted(
        what for what in whats if any(step in what for step in STEPS) or what in ("<", ">", "<=", ">=", "==")
    )
    if not steps:
        return {}
    text = f"is declared, not derived: its forward pass is constant wherever it can be differentiated ({steps[0]})"
    return {row.primal: text for row in wrong if row.zero}


def _elsewhere(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """What makes it right is another function's: a softmax, a step, a penalty, a training."""
    found = combined(standings) or stepped(standings) or penalised(standings)
    return found or for_training_alone(pair, standings)


def _vacuous(standings: Standings) -> str:
    right = bool(standings.rows) and all(row.conclusion is RowConclusion.RIGHT for row in standings.rows)
    if right and (standings.empty or all(row.zero for row in standings.rows)):
        return "every derivative is zero on every draw: nothing was looked at"
    return ""


def _consistent(row: Row, convention: bool, findings: Sequence[PairFinding]) -> bool | None:
    if any(finding.severity == "error" for finding in findings):
        return False
    if any(finding.severity == "inconclusive" for finding in findings) or row.conclusion is RowConclusion.OPEN:
        return None
    return row.conclusion is RowConclusion.RIGHT or convention
