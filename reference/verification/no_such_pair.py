"""A case of a pair that a target has not, told in one line with the nearest that it has."""

from __future__ import annotations

from collections.abc import Sequence

from reference.cases.case import CaseError
from reference.spelling import or_listed

__all__ = ["NoSuchPair"]


class NoSuchPair(CaseError):
    """No pair of a target is called as a case begins; the message says which there are, or the nearest of them."""

    def __init__(self, target: str, line: str, known: Sequence[str]) -> None:
        wanted = line.split(maxsplit=1)[0]
        super().__init__(f"--case {wanted}: no pair of {target} is called so; {or_listed(wanted, known)}")
