"""The report model: what every format is made from, and the JSON's schema."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator

from reference.findings.codes import CODES
from reference.findings.verdicts import Certainty, RowVerdict, Severity, Verdict
from reference.report.models.base import Location, Model, Number
from reference.report.models.evidence import Evidence, Kill, PairEvidence
from reference.report.models.lazily import Lazily

__all__ = [
    "CheckResult",
    "Finding",
    "Fix",
    "Location",
    "Model",
    "Number",
    "Report",
    "Target",
    "Tool",
    "Witnesses",
    "power_of_two",
]


class Tool(Model):
    name: str
    version: str
    python: str
    numpy: str
    jax: str
    hypothesis: str


class Witnesses(Model):
    """How many coordinates each witness spoke of; for the complex step, directions."""

    autodiff: int = 0
    central_difference: int = 0
    complex_step: int = 0


class Fix(Model):
    """Whole lines of a file, the first and the last counted from 1, and what should stand in their place."""

    first: int
    last: int
    column: int  # where the last of them ends
    text: str


class Finding(Model):
    code: str
    severity: Severity
    certainty: Certainty
    text: str
    candidates: list[str] = []
    upstream_of: list[str] = []
    location: Location | None = None
    suggestion: str | None = None
    fix: Fix | None = None  # the suggestion, where it can be applied as it is
    remedy: str | None = None  # of MB704: the line that would have it judged
    smallest: str | None = None
    index: list[int] | None = None
    got: Number | None = None
    want: Number | None = None
    replay: str | None = None
    accepted: str | None = None  # by the baseline, and why

    @field_validator("code")
    @classmethod
    def _is_listed(cls, code: str) -> str:
        if code not in CODES:
            raise ValueError(f"{code!r} is no code of a finding; they are {', '.join(CODES)}")
        return code


class CheckResult(Model):
    """One output of one check. ``worst_error`` is in units of u · M, rounded up to a power of two."""

    check: str
    output: str
    verdict: RowVerdict
    consistent: bool | None = None
    conforming: bool | None = None
    conventions: list[str] = []
    witnesses: Witnesses = Witnesses()
    cases: int = 0
    coordinates: int = 0
    excluded: int = 0
    unresolved: int = 0
    nudged: int = 0
    worst_error: Number = 0.0
    findings: list[Finding] = []


class Target(Model):
    target: str
    verdict: Verdict
    error: str | None = None
    notes: list[str] = []
    seen: list[str] = []  # what it holds, and the nearest thing to do, where nothing was checked
    excepted: list[str] = []  # what was left out on request
    distinct_cases: int = 0
    checks: list[CheckResult] = []
    drawn: dict[str, str] = {}  # of each pair, in what form it is and what it was given
    evidence: list[Evidence] = Field(default=[], exclude=True)  # these two are for pictures alone
    pairs: list[PairEvidence] = Field(default=[], exclude=True)


def _as_given(value: Any, handler: ValidatorFunctionWrapHandler) -> Sequence[Target]:
    """Many targets are made when they are read, each a ``Target`` already."""
    found: Sequence[Target] = value if isinstance(value, Lazily) else handler(value)
    return found


class Report(Model):
    """The whole run. Deterministic, given seed and versions, apart from ``timing``."""

    schema_version: Literal[1] = 1
    tool: Tool
    seed: int
    profile: str
    verdict: Verdict
    exit_code: int
    targets: Annotated[Sequence[Target], WrapValidator(_as_given)]
    reasons: list[str] = []  # for the verdict, beyond those of the targets
    timing: dict[str, float] = {}
    reproducible: bool = Field(default=False, exclude=True)  # derandomised: its JSON is the same to the byte
    command: str = Field(default="", exclude=True)  # these three are for the page alone
    kills: list[Kill] = Field(default=[], exclude=True)


def power_of_two(value: float) -> float:
    """``value`` rounded up to a power of two: the last bits of a matrix product may differ between machines."""
    if not 0 < value < math.inf:
        return value
    exponent = math.ceil(math.log2(value))
    return math.inf if exponent >= sys.float_info.max_exp else 2.0**exponent
