"""What both passes of a pair cost, asked of a target's process."""

from __future__ import annotations

from typing import Any

from reference.targets.metering import peak_memory, seconds
from reference.targets.pairs.answers import PairAnswers

__all__ = ["TimedPairs"]


class TimedPairs(PairAnswers):
    """A part of the ``Server``. ``question``: a pair and its inputs, as for ``pair_beside``."""

    def ask_pair_seconds(self, repetitions: int, **question: Any) -> float:
        """The mean over so many calls in a row: of the two passes, without the copying of what they are given."""
        with self._both_passes(**question) as (call, watch):
            whole = seconds(call, repetitions)
        return watch.seconds / repetitions or whole

    def ask_pair_memory(self, **question: Any) -> int | None:
        """Bytes that a call held at most, the copies of what it is given among them."""
        with self._both_passes(**question) as (call, _):
            return peak_memory(call)
