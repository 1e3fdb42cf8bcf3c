"""The name that was meant, where one was given that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

__all__ = ["nearest", "or_listed"]

MANY = 8  # names in one line


def nearest(given: str, known: Iterable[str], *, alike: float = 0.5) -> str | None:
    """The one of ``known`` that is most like it, or ``None``. ``alike``: from 0 to 1, what counts as near."""
    return next(iter(difflib.get_close_matches(given, list(known), n=1, cutoff=alike)), None)


def or_listed(given: str, known: Sequence[str], *, whose: str = "it has") -> str:
    """``'conv_backward', perhaps?``; where no name is near, those that there are."""
    near = nearest(given, known)
    if near is not None:
        return f"{near!r}, perhaps?"
    names = list(dict.fromkeys(known))
    return f"{whose} {', '.join(names[:MANY]) or 'none'}{', …' if len(names) > MANY else ''}"
