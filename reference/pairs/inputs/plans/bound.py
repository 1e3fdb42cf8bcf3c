"""Plans that are said: by ``@pair(example=…)`` in the file, or by ``--bind`` and the table.

A binding is a line of the same words as a case: ``inputs="x=N,D w=D,M b=M y=N:int<M reg=0.5"``, with letters for sizes.
"""

from __future__ import annotations

from collections.abc import Iterator

from reference.interface.pair import Proposal
from reference.pairs.inputs.plans.tried import with_readings
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    Path,
    Plan,
    Rank,
    Spec,
    SpecGroup,
    WholeNumber,
    leaves,
    names_of,
    replaced,
)
from reference.pairs.inputs.tokens import CaseError, read_specs

__all__ = ["EXAMPLE", "is_example", "said_plans"]

EXAMPLE = "said"  # the label of a plan whose arguments the file's own example makes


def is_example(label: str) -> bool:
    """Does the file's own example make the arguments of a plan of this label?"""
    return label == EXAMPLE or label.startswith(f"{EXAMPLE}-of-its-")


def said_plans(proposal: Proposal) -> Iterator[Plan]:
    """What ``Proposal.said`` says: ``example``, true where there is one; ``inputs``, a line."""
    if proposal.said.get("example"):
        yield from with_readings(proposal, Plan(Rank.SAID, EXAMPLE, {}, where="@pair(example=…)"))
    if line := proposal.said.get("inputs"):
        arguments, construct = bound_inputs(proposal, str(line))
        yield from with_readings(proposal, Plan(Rank.SAID, "bound", arguments, construct, where=str(line)))


def bound_inputs(proposal: Proposal, line: str) -> tuple[dict[str, Spec], dict[str, Spec]]:
    """The arguments and the constructor's, from a line. Raises ``CaseError``."""
    own = {p.name for p in (*proposal.takes, *proposal.backward_takes)}
    makes = {p.name for p in proposal.constructor}
    specs = read_specs(line)
    group = specs.pop("construct", None) if "construct" not in own else None
    construct: dict[str, Spec] = dict(group.entries) if isinstance(group, SpecGroup) else {}
    for name in list(specs):
        if name not in own and name in makes:
            construct[name] = specs.pop(name)
    unknown = [name for name in specs if name not in own]
    if unknown:
        taken = ", ".join(sorted(own | makes))
        raise CaseError(f"{unknown[0]!r} in the inputs of {proposal.check}; it takes {taken}")
    arrays = [spec for _, spec in (*leaves(specs), *leaves(construct)) if isinstance(spec, Array)]
    letters = {name for array in arrays for size in array.dims for name in names_of(size)}

    def sized(_: Path, spec: Spec) -> Spec:
        """A word that is the name of a size is that size."""
        word = spec.options[0] if isinstance(spec, ChoiceSpec) else None
        return WholeNumber(word) if isinstance(word, str) and word in letters else spec

    return replaced(specs, sized), replaced(construct, sized)
