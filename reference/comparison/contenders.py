"""Who takes part: targets through the same door as for ``verify``; one that cannot be opened costs itself alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reference.interface.entry import Implementation
from reference.targets import TargetError

__all__ = ["Contender", "open_all"]


class Contender(NamedTuple):
    """A target that was opened, or the reason why it was not."""

    target: str
    implementation: Implementation | None
    error: str | None = None


def open_all(names: Sequence[str], opening: Callable[[str], Callable[[], Implementation]]) -> list[Contender]:
    """Open each target once; ``opening(name)`` gives the way to open it. Whoever calls closes them."""
    return [_opened(name, opening) for name in dict.fromkeys(names)]


def _opened(name: str, opening: Callable[[str], Callable[[], Implementation]]) -> Contender:
    try:
        implementation = opening(name)()
    except TargetError as error:
        return Contender(name, None, str(error))
    if implementation.lost is not None:
        implementation.close()
        return Contender(name, None, f"target {name!r}: {implementation.lost}")
    return Contender(name, implementation)
