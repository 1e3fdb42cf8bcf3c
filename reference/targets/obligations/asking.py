"""Calling one function of a stranger's, and what is said where that fails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reference.diagnosis.causes import Cause
from reference.findings.codes import NOT_JUDGED
from reference.interface.entry import Violation
from reference.interface.exceptions import TargetDied, TargetGivenUp, TargetRaised
from reference.interface.raised import described
from reference.targets.descriptions import RemoteFunction, RemotePair
from reference.targets.process.supervisor import Worker
from reference.targets.reading.vocabulary import meaning, strong

__all__ = ["CLOSE", "Asking", "LawResult", "as_array", "failing", "raised_for_a_layer", "same"]

LawResult = tuple[int, list[Violation]]  # how many numbers were looked at, and what is wrong with them

CLOSE = 64  # roundings, relative to the largest term: these formulas are sums of a few dozen


class Asking(NamedTuple):
    """One function of a file, and what stands beside it."""

    worker: Worker
    function: RemoteFunction
    functions: tuple[RemoteFunction, ...]
    pairs: tuple[RemotePair, ...]
    file: str
    calls: list[dict[str, Any]]  # every question that was answered

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def judged(self) -> list[RemotePair]:
        """The backward passes of the file that are judged: what speaks for how its arrays lie."""
        return [pair for pair in self.pairs if pair.not_judged is None]

    def call(self, values: Mapping[str, Any], *, role: str | None = None, form: str = "dict",
             replaced: dict[str, str] | None = None, name: str | None = None) -> Any:  # fmt: skip
        """What the function returns for arguments by their meaning."""
        return self.call_with_output(values, role=role, form=form, replaced=replaced, name=name)[0]

    def call_with_output(self, values: Mapping[str, Any], *, role: str | None = None, form: str = "dict",
                      replaced: dict[str, str] | None = None, name: str | None = None) -> tuple[Any, str]:  # fmt: skip
        """What the function returns, and what it printed."""
        question = {"name": name or self.name, "values": dict(values), "role": role, "form": form, "replaced": replaced}
        answer, printed = self.worker.ask_with_output("call", **question)
        if name in (None, self.name):
            self.calls.append(question)
        return answer, printed

    def call_and_after(self, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """What the function returns, and its arguments, by their meaning, as they are after the call."""
        question = {"name": self.name, "values": dict(values), "after": True}
        value, after = self.worker.ask("call", **question)
        self.calls.append(question)
        return value, after

    def wrong(
        self, output: str, code: str, text: str, *, certainty: Any = "exactly", line: int | None = None
    ) -> Violation:
        place = None if line is None else (self.file, self.function.cell, line)
        return Violation(output, code, text, certainty, place)

    def explained(self, cause: Cause) -> Violation:
        """A cause that was found on the other side of the door, as what is wrong with the function."""
        wrong = self.wrong(cause.output, cause.code, cause.text, certainty=cause.certainty)
        return wrong._replace(part=cause.part, conventions=cause.conventions)


def failing(obligation: Callable[[Asking], LawResult], asking: Asking) -> LawResult:
    """An exception of the target's is a finding of its own; one for want of an argument is none at all."""
    try:
        looked, found = obligation(asking)
    except TargetRaised as raised:
        guessed = any(meaning(name) is None for name, default in asking.function.arguments if not default)
        weak = raised.details["type"] == "KeyError" or guessed or not strong(asking.name)
        weak = weak and not raised.details["template"]
        counts = asking.function.any_depth and strong(asking.name) and not guessed
        if counts and (said := raised_for_a_layer(raised)) is not None:
            return 1, [Violation("*", "MB701", said, place=described(raised)[2])]
        if raised.details["unbindable"] or raised.details["needs"] or weak:
            return 0, [_not_judged(asking, raised)]
        code, text, place = described(raised)
        if asking.function.template:
            code = "MB702"
        return 1, [Violation("*", code, text, "exactly", place)]
    except TargetGivenUp:
        return 0, [asking.wrong("*", NOT_JUDGED, "its process was lost too often, for what other functions did")]
    except TargetDied as died:
        return 1, [Violation("*", "MB703", f"{asking.name} {died}")]
    if found and asking.function.template and any(v.code != "MB601" for v in found):
        where = (asking.file, asking.function.cell, asking.function.template)
        return looked, [
            Violation("*", "MB702", "is not finished: None stands where an expression belongs", place=where)
        ]
    if not strong(asking.name):  # what fits nothing may be none of the course's
        known = [v for v in found if v.certainty != "unexplained"]
        if found and not known:
            place = (asking.file, asking.function.cell, asking.function.line)
            return 0, [Violation("*", NOT_JUDGED, "it computes something that is not known", place=place)]
        found = known
    return looked, found


def raised_for_a_layer(error: TargetRaised) -> str | None:
    """A KeyError for the parameters of a layer that is not there."""
    match = re.fullmatch(r"'[vsd_]*[Wwb](\d+)'", error.details["message"].strip())
    if error.details["type"] != "KeyError" or match is None:
        return None
    return f"asks for {error.details['message']}, which is of no layer: the loop over the layers is off by one"


def _not_judged(asking: Asking, raised: TargetRaised) -> Violation:
    """Why it could not be called as it wants to be, and the line that would have it judged."""
    details, f = raised.details, asking.function
    file, here = Path(asking.file), Path.cwd()
    verify = f"manual-backprop verify {shlex.quote(str(file.relative_to(here) if file.is_relative_to(here) else file))}"
    foreign = [name for name, default in f.arguments if meaning(name) is None and not default]
    if details["needs"]:
        reason = f"it needs what is not there ({details['message']})"
        remedy = "put what it imports beside the file, and run the same command again"
    elif details["unbindable"]:
        remedy = " ".join([verify, *(f"--bind argument.{name}=MEANING" for name in foreign)])
        reason, remedy = details["message"], remedy if foreign else ""
    else:
        reason = f"it raised {details['type']}: {details['message']} on arguments that were guessed"
        remedy = f"{verify} --bind argument.{foreign[0] if foreign else 'NAME'}=MEANING"
    return asking.wrong("*", NOT_JUDGED, reason, line=f.line)._replace(remedy=remedy)


def as_array(value: Any) -> np.ndarray | None:
    """A number or an array; ``None`` for anything else."""
    if isinstance(value, bool | str) or value is None:
        return None
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return array


def same(got: Any, want: Any, *, terms: float | None = None) -> bool:
    """Equal up to rounding; ``terms`` is the largest magnitude that entered."""
    a, b = as_array(got), np.asarray(want, dtype=np.float64)
    if a is None or a.size != b.size:
        return False
    largest = float(np.max(np.abs(b), initial=0.0)) if terms is None else terms
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.abs(a.reshape(b.shape) - b) <= CLOSE * np.finfo(float).eps * largest))
