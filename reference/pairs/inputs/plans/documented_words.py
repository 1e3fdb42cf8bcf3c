"""What docstrings, comments and annotations say of the arguments of a pair."""

from __future__ import annotations

from reference.interface.pair import Proposal
from reference.pairs.inputs.text.documented import Described, described
from reference.pairs.inputs.text.uses import AskedOfArgument

__all__ = ["said_in_documents"]


def said_in_documents(proposal: Proposal) -> dict[str, Described]:
    """What docstrings, comments and annotations say of the arguments."""
    taken = (*proposal.constructor, *proposal.takes)
    asked = AskedOfArgument(proposal.asked)
    keys = [key for p in taken for key in asked.keys(p.name)]
    annotated = [
        f"{p.name}: shape {p.annotation}" for p in proposal.takes if "[" in p.annotation and '"' in p.annotation
    ]
    annotated += [
        f"{p.name}: shape {p.annotation}" for p in proposal.takes if "[" in p.annotation and "'" in p.annotation
    ]
    return described(
        [*map(_spaced, annotated), *proposal.documents],
        [*(p.name for p in proposal.takes), *keys],
        [p.name for p in proposal.constructor],
    )


def _spaced(annotation: str) -> str:
    """``Float[Array, "N D"]`` as ``(N, D)``."""
    name, _, rest = annotation.partition(": shape ")
    inside = rest.replace("'", '"').split('"')
    return f"{name}: shape ({', '.join(inside[1].split())},)" if len(inside) > 1 else annotation
