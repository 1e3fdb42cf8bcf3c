"""What a target may take of the machine."""

from __future__ import annotations

from typing import NamedTuple

from reference.settings.catalogue import DEFAULTS, MEBIBYTE

__all__ = ["Limits"]


class Limits(NamedTuple):
    """Seconds for one answer, and bytes of address space."""

    timeout: float = DEFAULTS["timeout"]
    memory: int = DEFAULTS["memory"] * MEBIBYTE
