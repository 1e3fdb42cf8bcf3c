"""The order in which a docstring promises gradients, beside the order in which they are returned.

By their names each of them may be right, and whoever unpacks them as they are promised has them crossed.
"""

from __future__ import annotations

import re

from reference.interface.pair import Proposal
from reference.pairs.draws.laws import Breach

__all__ = ["promised_otherwise"]

HEAD = re.compile(r"^[ \t#]*(?::?returns?\b|outputs?\s*:|@returns?\b)", re.IGNORECASE | re.MULTILINE)
NEXT = re.compile(r"^[ \t#]*(?:args?|arguments?|inputs?|parameters?|raises|notes?|examples?)\s*:", re.I | re.M)

SHAPE = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


def promised_otherwise(proposal: Proposal) -> Breach | None:
    """The breach of a promise, if all that is returned by a name is promised by that name, in another order."""
    returned = [name for name in proposal.returned if name.isidentifier()]
    if len(returned) < 2 or len(set(returned)) < len(returned):
        return None
    for text in proposal.documents:
        for head in HEAD.finditer(text):
            part = NEXT.split(text[head.end() :])[0]
            part = SHAPE.sub(lambda shape: shape[0] if _are_all(shape[1], returned) else "", part)
            at = {name: re.search(rf"(?<!\w){re.escape(name)}(?!\w)", part) for name in returned}
            places = [match.start() for match in at.values() if match is not None]
            if len(places) < len(returned):
                continue
            promised = sorted(returned, key=dict(zip(returned, places, strict=True)).__getitem__)
            if promised == returned:
                return None
            text = f"returns {', '.join(returned)}; its docstring promises {', '.join(promised)}"
            return Breach("*", "MB103", text)
    return None


def _are_all(listed: str, returned: list[str]) -> bool:
    """Are these in brackets what is returned, and no sizes? ``d_k`` is a size in ``(N, H, L, d_k)``."""
    return all(part.strip() in returned for part in listed.split(",") if part.strip())
