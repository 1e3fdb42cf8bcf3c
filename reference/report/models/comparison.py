"""The model of a comparison: what its formats are made from, and the JSON's schema."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reference.findings.verdicts import Verdict
from reference.report.models.base import Model, Number
from reference.report.models.evidence import Evidence
from reference.report.models.verification import CheckResult, Finding, Tool

__all__ = ["PAIR_SIZES", "Accuracy", "Agreement", "Comparison", "Price", "Standing"]


class Accuracy(Model):
    """One output of one function against the truth; ``*`` of either stands for all together."""

    check: str
    output: str
    dtype: str
    cases: int
    coordinates: int
    worst_ulps: Number
    median_ulps: Number
    worst_error: Number  # in units of u · M
    wrong_cases: int
    case: str
    median_error: Number = 0.0
    own_error: Number | None = None  # the worst beside the truth of its own forward pass, of a pair


class Standing(Model):
    """One target."""

    target: str
    verdict: Verdict
    error: str | None = None
    notes: list[str] = []
    conventions: list[str] = []  # in which it differs from the course, and is right
    cases: int = 0
    failed: int = 0  # answers that raised, or that were of the wrong shape
    accuracy: list[Accuracy] = []
    checks: list[CheckResult] = []  # of ``verify``, where it is wrong
    evidence: list[Evidence] = Field(default=[], exclude=True)  # for pictures alone

    @property
    def findings(self) -> list[Finding]:
        """All of them, most upstream first."""
        return [finding for check in self.checks for finding in check.findings]


class Agreement(Model):
    """Two targets; ``difference`` is relative to the block's largest entry."""

    first: str
    second: str
    dtype: str
    cases: int
    blocks: int
    difference: Number
    digits: Number
    output: str
    checks: tuple[str, str]
    case: str
    agree: bool


PAIR_SIZES = ("as drawn", "larger", "large")  # behind the pair's name, where there are several


class Price(Model):
    """What a call of one target costs at one size; ``said``: why there is no figure."""

    target: str
    size: str
    seconds: float | None = None  # median
    spread: tuple[float, float] | None = None  # the quartiles
    ratio: float | None = None  # to the fastest
    first_call: float | None = None  # seconds that it took beyond the median
    memory: int | None = None  # bytes
    said: str = ""


class Timing(Model):
    """What differs from run to run."""

    total: float
    prices: list[Price] = []


class Comparison(Model):
    """The whole run. Deterministic, given seed and versions, apart from ``timing``."""

    schema_version: Literal[1] = 1
    tool: Tool
    seed: int
    verdict: Verdict
    exit_code: int
    truth: str  # how it was computed
    unit: str = "u·M"  # of ``worst_error``: "E" where it is derived from two precisions
    cases: int
    words: list[str]  # who is right, who is not, and who is the odd one out
    standings: list[Standing]
    agreement: list[Agreement] = []
    sizes: dict[str, str] = {}
    command: str = Field(default="", exclude=True)  # for the page alone
    timing: Timing
