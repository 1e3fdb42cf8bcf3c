"""Arrays that are documented to be positive, or to lie between 0 and 1, whether or not their shape is; and spikes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reference.interface.pair import Proposal
from reference.pairs.inputs.plans.documented_words import said_in_documents
from reference.pairs.inputs.spec import Array, Path, Spec, ValueLaw, replaced
from reference.pairs.inputs.text.laws_in_words import says_positive
from reference.pairs.inputs.text.vocabulary import plain

__all__ = ["domains_said", "within_domains"]

SPIKES = re.compile(r"(?:in_?|input_?)?(?:spikes?|spk|spike_?trains?)(?:_?in)?")


def domains_said(proposal: Proposal) -> dict[str, ValueLaw]:
    """The law of every argument whose domain is in words, or in its name."""
    found = {p.name: ValueLaw.SPIKES for p in proposal.takes if SPIKES.fullmatch(plain(p.name))}
    for name, said in said_in_documents(proposal).items():
        if says_positive(said.text):
            found[name] = ValueLaw.POSITIVE
        elif said.entries.law is ValueLaw.UNIT:
            found[name] = ValueLaw.UNIT
    return found


def within_domains(specs: Mapping[str, Spec], domains: Mapping[str, ValueLaw]) -> dict[str, Spec]:
    """The same; of arrays that were drawn without a law of their own, entries that are in the domain."""

    def change(way: Path, spec: Spec) -> Spec:
        if isinstance(spec, Array) and spec.law is ValueLaw.NORMAL and len(way) == 1 and way[0] in domains:
            return spec._replace(law=domains[way[0]])
        return spec

    return replaced(specs, change)
