"""A gradient that is held to the loss that the same function returns: a law of its own."""

from __future__ import annotations

from collections.abc import Sequence

from reference.interface.entry import Law, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.raised import described
from reference.targets.loss_differences import contradicts
from reference.targets.own_loss.asked import OwnLoss
from reference.targets.own_loss.causes import causes
from reference.targets.own_loss.compared import beside_differences, misshapen, problems

__all__ = ["law_of"]


def law_of(own: OwnLoss) -> Law:
    """The gradient is the derivative of the loss that the function itself returns, at every depth that it takes."""

    def run(seed: int) -> tuple[int, list[Violation]]:
        try:
            return _judged(own)
        except TargetRaised as raised:
            code, text, place = described(raised)
            return 1, [Violation("*", code, text, place=place)]
        except TargetDied as died:
            return 1, [Violation("*", "MB703", f"{own.check} {died}")]

    return Law(own.check, run)


def _judged(own: OwnLoss) -> tuple[int, list[Violation]]:
    looked, found = 0, []
    for problem in problems(own):
        ran = own.run(problem)
        found += [Violation(name, "MB601", f"{name} was changed by the call") for name in ran.changed]
        if bad := misshapen(own, problem, ran.outcome):
            return looked + 1, bad
        compared = beside_differences(own, problem, ran.outcome)
        if compared is None:
            continue
        if not looked and contradicts(own.autodiff(problem), compared.differences):
            reason = "the differences of its loss, and JAX through its own code, say two things"
            return 0, [Violation("*", "MB704", reason)]
        looked += sum(block.got.size for block in compared.blocks.values())
        if any(block.wrong for block in compared.blocks.values()):
            return looked, _unique([*found, *causes(own, compared)])
    if not looked:
        return 0, [Violation("*", "MB704", "its loss cannot be differenced where it was tried: it has a kink there")]
    return looked, _unique(found)


def _unique(violations: Sequence[Violation]) -> list[Violation]:
    return list({(v.output, v.code): v for v in violations}.values())
