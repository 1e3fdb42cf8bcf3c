"""The profiles: how much a run does."""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

__all__ = ["DEFAULT", "PROFILES", "Profile", "default_profile", "seed_of"]


class Profile(NamedTuple):
    """A plan's size; flags override single fields."""

    examples: int  # random cases of an entry that takes any network
    explore: int  # cases that Hypothesis chooses
    seed: int | Literal["plan"] | None = 0  # None: drawn anew for every run, and printed; "plan": from plan and version
    max_time: float | None = None  # seconds; the battery and the first random stack are the floor
    climb: bool = False  # Hypothesis seeks larger errors: another path on another machine


PROFILES = {
    "quick": Profile(examples=256, explore=4),
    "default": Profile(examples=1024, explore=32),
    "ci": Profile(examples=2048, explore=64, seed="plan"),
    "nightly": Profile(examples=50_000, explore=500, seed=None, climb=True),
}
DEFAULT = "default"


def seed_of(plan: Profile, version: str) -> int:
    """The seed of a run: the same for the same plan and version, or drawn anew."""
    import hashlib
    import secrets

    if plan.seed == "plan":
        return int(hashlib.sha256(f"{version} {tuple(plan)}".encode()).hexdigest()[:8], 16)
    return secrets.randbelow(2**32) if plan.seed is None else plan.seed


def default_profile() -> str:
    """The profile where none is asked for: ``ci`` where the environment says so, as CI services do."""
    return "ci" if os.environ.get("CI", "").lower() in ("1", "true") else DEFAULT
