"""Every plan for the inputs of a pair, in the order of its evidence, each under a name of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from reference.interface.pair import PairKind, Proposal
from reference.pairs.inputs.plans.bound import said_plans
from reference.pairs.inputs.plans.documented import documented_plans
from reference.pairs.inputs.plans.networks import network_plans
from reference.pairs.inputs.plans.seen import seen_plans
from reference.pairs.inputs.plans.settings import setting
from reference.pairs.inputs.plans.substitutes import of_the_constructor, substitutes
from reference.pairs.inputs.plans.tried import plans_by_layout
from reference.pairs.inputs.plans.word_vectors import word_vector_plans
from reference.pairs.inputs.sizes import FLAT
from reference.pairs.inputs.spec import Plan, Rank, Spec, names_of_plan
from reference.pairs.inputs.text.vocabulary import Part, part_of

__all__ = ["plans_of"]

LETTERS = 12
RETOLD = 40  # plans that tell a constructor the same in other words
SUBSTITUTED = 6  # plans that are also tried with other values
MOST = {Rank.SAID: 4, Rank.SEEN: 24, Rank.DOCUMENTED: 40, Rank.TRIED: 400}


def plans_of(proposal: Proposal, sources: Sequence[str] = ()) -> list[Plan]:
    """The plans of a proposal. ``sources``: the file's own text and what stands beside it, where calls are seen."""
    if proposal.kind is PairKind.NETWORK:
        return list(_named([*said_plans(proposal), *network_plans(proposal, sources)][: MOST[Rank.TRIED]]))
    others = chain(documented_plans(proposal), word_vector_plans(proposal), plans_by_layout(proposal))
    found = chain(
        said_plans(proposal),
        seen_plans(proposal, sources, others),
        documented_plans(proposal),
        word_vector_plans(proposal),
        plans_by_layout(proposal),
    )
    further = _for_the_backward_pass_alone(proposal)
    by_rank: dict[Rank, list[Plan]] = {rank: [] for rank in Rank}
    known: set[str] = set()
    for plan in found:
        key = _meaning(plan)
        if key not in known and len(by_rank[plan.rank]) < MOST[plan.rank]:
            known.add(key)
            by_rank[plan.rank].append(
                plan._replace(arguments={**further, **plan.arguments}) if plan.arguments else plan
            )
    named: dict[Rank, list[Plan]] = {rank: [] for rank in Rank}
    for plan in _named(chain.from_iterable(by_rank[rank] for rank in Rank)):
        named[plan.rank].append(plan)
    for rank in (Rank.DOCUMENTED, Rank.TRIED):
        retold = [other for plan in named[rank] for other in of_the_constructor(plan, proposal.constructor)]
        named[rank] += [other for plan in named[rank][:SUBSTITUTED] for other in substitutes(plan)]
        named[rank] += retold[:RETOLD]
    return list(chain.from_iterable(named[rank] for rank in Rank))


def _meaning(plan: Plan) -> str:
    """The same for plans that differ in the letters of their sizes alone; where windows slide, letters have meaning."""
    letters = {} if plan.fits else {name: f"size{k}_" for k, name in enumerate(names_of_plan(plan))}
    if FLAT in letters or len(letters) > LETTERS:
        letters = {}
    text = repr((plan.arguments, plan.construct, plan.reading))
    return re.sub(r"(?<=['*+/-])[A-Za-z]\w*(?=['*+/-])", lambda m: letters.get(m[0], m[0]), text)


def _for_the_backward_pass_alone(proposal: Proposal) -> dict[str, Spec]:
    """Numbers that only the backward pass takes: a rate, a strength."""
    taken = {p.name for p in (*proposal.takes, *proposal.constructor)}
    found: dict[str, Spec] = {}
    if proposal.kind is PairKind.CLASS:  # whoever makes the object knows what its backward pass takes
        return found
    for p in proposal.backward_takes:
        if p.name in taken or p.optional or p.many or len(p.name) == 1:
            continue
        spec = setting(p.name, p)
        if spec is not None and part_of(p.name) in (Part.UNKNOWN, Part.SHIFT, Part.GAIN):
            found[p.name] = spec
    return found


def _named(plans: Iterable[Plan]) -> Iterator[Plan]:
    """Labels as they stand in a case line, no two alike."""
    taken: dict[str, int] = {}
    for plan in plans:
        label = re.sub(r"[^a-z0-9]+", "-", plan.label.lower()).strip("-")
        taken[label] = taken.get(label, 0) + 1
        yield plan._replace(label=label if taken[label] == 1 else f"{label}.{taken[label]}")
