"""How much a run does."""

from __future__ import annotations

import os
from typing import NamedTuple

__all__ = ["DEFAULT", "PROFILES", "Profile", "default_profile"]


class Profile(NamedTuple):
    """A plan's size; flags override single fields."""

    examples: int  # random cases of an entry that takes any network
    explore: int  # cases that Hypothesis chooses
    seed: int | None = 0  # None: drawn anew for every run, and printed
    max_time: float | None = None  # seconds; the battery and the first random stack are the floor


PROFILES = {
    "quick": Profile(examples=256, explore=16),
    "default": Profile(examples=1024, explore=64),
    "ci": Profile(examples=2048, explore=64),
    "nightly": Profile(examples=50_000, explore=500, seed=None),
}
DEFAULT = "default"


def default_profile() -> str:
    """``ci`` where the environment says so, as CI services do."""
    return "ci" if os.environ.get("CI", "").lower() in ("1", "true") else DEFAULT
