"""What stands in a step before each of its statements: outputs beside labels, losses, looked at while it runs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

import numpy as np

from reference.targets.pairs.networks.candidates import NUMPY, Beside, LossInStep
from reference.targets.pairs.objects.arrays import is_float
from reference.targets.stand_in.kind import StandIn

__all__ = ["Collected", "Enumerated", "evaluated"]

MOST_STATEMENTS = 80
NO_OUTPUT = re.compile(r"delta|grad|nabla|error|loss|(^|\.)d_?[A-Zwb]|_d$|prime", re.IGNORECASE)
LARGEST = 50_000


@lru_cache(maxsize=2048)
def _compiled(text: str) -> CodeType:
    return compile(text, "<looked at>", "eval")


def evaluated(text: str, frame: FrameType, kind: StandIn) -> Any:
    """An expression of the step's own, where it stands. Raises what it raises.

    All names are global to it, since what is within a comprehension sees no others.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(_compiled(text), {**frame.f_globals, **frame.f_locals, NUMPY: kind.numpy})


class Collected:
    """The values of expressions, each at the first time that its statement is come to."""

    def __init__(self, besides: Sequence[Beside], losses: Sequence[LossInStep], kind: StandIn) -> None:
        self.kind = kind
        self.by_statement: dict[int, list[tuple[Any, tuple[str, ...]]]] = {}
        for beside in besides:
            self.by_statement.setdefault(beside.statement, []).append((beside, (beside.output, beside.labels)))
        for loss in losses:
            self.by_statement.setdefault(loss.statement, []).append((loss, (loss.text,)))
        self.values: dict[Any, tuple[Any, ...]] = {}

    def __call__(self, statement: int, frame: FrameType) -> None:
        for what, texts in self.by_statement.pop(statement, ()):
            found = []
            for text in texts:
                try:
                    found.append(self._plain(evaluated(text, frame, self.kind)))
                except Exception:  # a name that is not there yet, or what a stranger's function may raise
                    break
            else:
                if all(value is not None for value in found):
                    self.values[what] = tuple(found)

    def _plain(self, value: Any) -> Any:
        """As NumPy has it; of integers and booleans too."""
        if isinstance(value, list) and value and all(isinstance(v, int | float | np.number) for v in value):
            value = np.asarray(value)
        try:
            made = np.asarray(value if isinstance(value, int | float) else self.kind.lower(value))
        except (TypeError, ValueError):
            return None
        return np.array(made) if made.dtype.kind in "fiub" and 0 < made.size <= LARGEST else None


class Enumerated:
    """Outputs that no expression sets beside their labels: every array that is there when labels are, statement by
    statement, as long as ``unchanged`` says that no parameter has changed.
    """

    def __init__(self, labels: Iterable[str], skipped: Iterable[str], kind: StandIn) -> None:
        self.kind = kind
        self.labels, self.skipped = list(labels), set(skipped)
        self.found: list[Beside] = []
        self.known: dict[tuple[str, str], Any] = {}
        self.last = -1
        self.seen: set[int] = set()

    def __call__(self, statement: int, frame: FrameType) -> None:
        if statement in self.seen or len(self.seen) > MOST_STATEMENTS:
            return
        self.seen.add(statement)
        self.last = max(self.last, statement)
        for label in self.labels:
            try:
                given = evaluated(label, frame, self.kind)
            except Exception:  # not there yet
                continue
            shape = np.shape(given) if is_float(given) or isinstance(given, list | int | float | np.ndarray) else None
            for text, value in _arrays(frame):
                if text == label or text in self.skipped or shape is None or value is given or NO_OUTPUT.search(text):
                    continue
                if not _may_fit(np.shape(value), shape):
                    continue
                now = np.array(self.kind.lower(value))
                before = self.known.get((text, label))
                if before is None or not np.array_equal(before, now, equal_nan=True):
                    self.known[text, label] = now
                    self.found.append(Beside(statement, text, label))


def _may_fit(output: tuple[int, ...], labels: tuple[int, ...]) -> bool:
    kept = [tuple(sorted(n for n in shape if n > 1)) for shape in (output, labels)]
    if kept[0] == kept[1]:
        return True
    return len(output) in (1, 2) and (len(kept[1]) <= 1) and all(n in output for n in kept[1])


def _arrays(frame: FrameType) -> list[tuple[str, Any]]:
    found = []
    local = dict(frame.f_locals)
    holders = [("", local)]
    own = local.get("self")
    if own is not None and hasattr(own, "__dict__"):
        holders.append(("self.", vars(own)))
    for before, holder in holders:
        for name, value in holder.items():
            if is_float(value):
                found.append((f"{before}{name}", value))
            elif isinstance(value, list) and value and is_float(value[-1]):
                found.append((f"{before}{name}[-1]", value[-1]))
            elif isinstance(value, Mapping):
                found += [(f"{before}{name}[{key!r}]", inner) for key, inner in list(value.items())[-12:]
                          if isinstance(key, str | int) and is_float(inner)]  # fmt: skip
    return found
