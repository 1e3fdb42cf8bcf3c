"""Options that a plan does not tell, so that one of their values alone is seen: the report says which."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reference.interface.pair import Proposal
from reference.pairs.inputs.spec import ChoiceSpec, Plan
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import plain

__all__ = ["left_at_default", "left_to_another"]

NO_MATTER = re.compile(
    r"debug|verbos|print|plot|log|check|get|only|save|load|cache|in_?place|numba|cuda|gpu|fast|cython|grad|trainable"
    r"|fr[eo]+z|jac|deriv|seed|name|dtype|copy"
)


def left_to_another(plan: Plan, plans: Sequence[Plan]) -> list[str]:
    """The options of a constructor that the plan in whose stead this one runs was not able to tell it."""
    other = next((each for each in plans if each.label == plan.instead_of), plan)
    told = {name: spec for name, spec in other.construct.items() if name not in plan.construct}
    return [f"{name}={spec.options[0]}" for name, spec in told.items() if isinstance(spec, ChoiceSpec)]


def left_at_default(proposal: Proposal, plan: Plan) -> list[str]:
    """Yes or no that the code decides by, and that is not drawn."""
    asked, drawn = AskedOfArgument(proposal.asked), {*plan.arguments, *plan.construct}
    return [
        f"{p.name}={p.default}"
        for p in (*proposal.constructor, *proposal.takes)
        if type(p.default) is bool and p.name not in drawn and asked.does("branches", p.name)
        and not NO_MATTER.search(plain(p.name))
    ]  # fmt: skip
