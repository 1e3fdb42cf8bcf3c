"""How a question to a target's process may end without an answer."""

from __future__ import annotations

from typing import Any

__all__ = ["TargetChanged", "TargetDied", "TargetGivenUp", "TargetNotStarted", "TargetRaised"]


class TargetDied(Exception):
    """The process did not answer in time, or is gone."""


class TargetGivenUp(TargetDied):
    """The process was lost too often, for what other functions did, or is over: it is asked nothing more."""


class TargetNotStarted(Exception):
    """There is no process for it, which is nobody's fault but the machine's: the target is not judged."""


class TargetChanged(Exception):
    """Its file is no longer the one that was opened: what was seen so far and what comes now are of two programs."""


class TargetRaised(Exception):
    """The target's own exception, told from afar: ``details`` has its type, message and frames."""

    def __init__(self, details: dict[str, Any]) -> None:
        super().__init__(f"{details['type']}: {details['message']}")
        self.details = details
