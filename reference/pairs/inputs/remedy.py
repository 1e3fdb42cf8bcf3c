"""The line that would have a pair judged, written out for this very function."""

from __future__ import annotations

from reference.interface.pair import PairKind, Proposal
from reference.pairs.inputs.spec import Array, GeneratorSpec, Plan, ShapeSpec, Spec, WholeNumber, WordSpec, leaves
from reference.pairs.inputs.tokens import text_of

__all__ = ["remedy"]


def remedy(proposal: Proposal, plan: Plan | None = None) -> str:
    """``--bind`` with a plan's inputs; without a plan, ``@pair`` with the arguments to fill in."""
    if plan is not None and plan.arguments:
        return f'--bind inputs.{proposal.check}="{inputs_of(plan)}"'
    own = [p.name for p in proposal.takes if not (p.optional or p.many)]
    values = ", ".join(own) + ("," if len(own) == 1 else "")
    if proposal.kind is PairKind.CLASS:
        makes = [p.name for p in proposal.constructor if not (p.optional or p.many)]
        first = f"({', '.join(makes)}{',' if len(makes) == 1 else ''})"
        return f"@pair(example=lambda rng: ({first}, {values.rstrip(',')})) above class {proposal.owner}"
    if proposal.kind is PairKind.RULE:
        above = f"class {proposal.owner}" if proposal.owner else proposal.forward
        return f"@pair(example=lambda rng: ({values})) above {above}"
    other = f'backward="{proposal.backward}", ' if proposal.forward != proposal.backward else ""
    return f"@pair({other}example=lambda rng: ({values})) above {proposal.forward}"


def inputs_of(plan: Plan) -> str:
    """The words of a plan, with letters for sizes."""
    every = [*((("construct", *way), spec) for way, spec in leaves(plan.construct)), *leaves(plan.arguments)]
    return " ".join(f"{'.'.join(way)}={_text(spec)}" for way, spec in every)


def _text(spec: Spec) -> str:
    match spec:
        case Array(dims) if len(dims) == 1 and isinstance(dims[0], int | str):
            sizes, colon, law = text_of(spec).partition(":")
            return f"{sizes},{colon}{law}"  # the comma tells it from a whole number
        case Array() | WholeNumber() | ShapeSpec() | GeneratorSpec() | WordSpec():
            return text_of(spec)
    return text_of(spec)
