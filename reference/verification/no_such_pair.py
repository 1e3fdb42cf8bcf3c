"""A case of a pair that a target has not, told in one line with the nearest that it has."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from reference.cases.case import CaseError

__all__ = ["NoSuchPair"]

MANY = 8  # pairs that are named in one line


class NoSuchPair(CaseError):
    """No pair of a target is called as a case begins; the message says which there are, or the nearest of them."""

    def __init__(self, target: str, line: str, known: Sequence[str]) -> None:
        wanted = line.split(maxsplit=1)[0]
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
        meant = f"{near[0]!r}, perhaps?" if near else f"it has {', '.join(known[:MANY]) or 'none'}"
        super().__init__(f"--case {wanted}: no pair of {target} is called so; {meant}")
