"""Findings that are known and accepted, by target, output and code, with a reason and an end; and what was exported.

    version = 1

    [[accepted]]
    target = "nets.py"
    output = "dW2"
    code = "MB101"
    reason = "the course's own solution; see issue 12"
    expires = 2027-01-31

    [exports]
    "nets.py" = ["backward_propagation"]

``output = "affine_backward::dW"`` is that of one check, where several have an output of that name.

An entry that fits no finding, or that has expired, is an error: a gate does not rust open. A target that no longer
exports what it did is inconclusive. What was not judged (MB704) cannot be accepted: it may be left out, with --except.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from reference.findings.codes import NOT_JUDGED
from reference.report.models.verification import Target
from reference.verification.conclusion import Conclusion, OutputRow
from reference.verification.reported import Key

__all__ = [
    "LASTS",
    "Accepted",
    "Baseline",
    "BaselineError",
    "as_toml",
    "difference",
    "live",
    "load",
    "outdated",
    "unacceptable",
    "updated",
]

LASTS = timedelta(days=90)
MAX_REASON = 400
EXCEPT = "--except NAME, or except in the table, leaves a function out"


class BaselineError(Exception):
    """A baseline that cannot be read, or an entry that is none."""


class Accepted(BaseModel):
    """One finding that is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    output: str
    code: str
    reason: str = Field(min_length=1, max_length=MAX_REASON)
    expires: date

    @field_validator("reason")
    @classmethod
    def _says_something(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("a reason is needed")
        return reason

    @field_validator("code")
    @classmethod
    def _was_judged(cls, code: str) -> str:
        if code == NOT_JUDGED:
            raise ValueError(f"what was not judged cannot be accepted; {EXCEPT}")
        return code

    @property
    def key(self) -> Key:
        return self.target, self.output, self.code

    def __str__(self) -> str:
        return f"{self.target}, {self.output}, {self.code}"


class Baseline(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    accepted: list[Accepted] = []
    exports: dict[str, list[str]] = {}


def load(path: Path) -> Baseline:
    """Raises ``BaselineError``."""
    try:
        return Baseline.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BaselineError(f"there is no baseline {path}; --update-baseline makes one") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BaselineError(f"cannot read the baseline {path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BaselineError(f"baseline {path}: {where}: {first['msg']}; given {first['input']!r}") from None


def live(baseline: Baseline, today: date) -> dict[Key, str]:
    """The findings that are let through today, with the reason for each."""
    return {a.key: a.reason for a in baseline.accepted if a.expires >= today}


def outdated(targets: Sequence[Target], baseline: Baseline, today: date) -> tuple[list[str], list[str]]:
    """What is stale or expired in it, and what is no longer exported."""
    judged = {target.target for target in targets if target.verdict in ("pass", "fail")}
    found = {
        (t.target, output, finding.code)
        for t in targets
        for row in t.checks
        for finding in row.findings
        for output in (row.output, f"{row.check}::{row.output}")
    }
    wrong = [f"the baseline's entry {a} expired on {a.expires}" for a in baseline.accepted if a.expires < today]
    stale = {a.key: a for a in baseline.accepted if a.expires >= today and a.key not in found and a.target in judged}
    wrong += [
        f"the baseline's entry {a} fits no finding any more: --update-baseline takes it out" for a in stale.values()
    ]
    return wrong, list(_not_exported(targets, baseline))


def _not_exported(targets: Iterable[Target], baseline: Baseline) -> Iterator[str]:
    found = {
        target.target: {*(row.check for row in target.checks), *target.excepted}
        for target in targets
        if target.verdict != "error"
    }
    for name, checks in baseline.exports.items():
        for check in checks:
            if name in found and check not in found[name]:
                yield f"{name} no longer exports {check}, which the baseline has"


def updated(found: Iterable[Conclusion], before: Baseline | None, reason: str | None, expires: date) -> Baseline:
    """A baseline that lets through what was found. ``BaselineError`` where a new entry has no reason."""
    kept = {a.key: a for a in before.accepted} if before is not None else {}
    exports = dict(before.exports) if before is not None else {}
    accepted = {}
    for target in found:
        if target.rows:
            exports[target.target] = list(dict.fromkeys(row.check for row in target.rows if _was_looked_at(row)))
        times = Counter(row.output for row in target.rows)
        for row in target.rows:
            for one in row.findings:
                code, whole = one.cause.code, f"{row.check}::{row.output}"
                known = [key for name in (whole, row.output) if (key := (target.target, name, code)) in kept]
                own = whole if times[row.output] > 1 else row.output
                key = known[0] if known else (target.target, own, code)
                if key in kept:
                    accepted[key] = kept[key]
                elif one.severity != "error":
                    continue
                elif reason is None or not reason.strip():
                    raise BaselineError(f"{', '.join(key)} is new to the baseline; --reason TEXT says why")
                else:
                    given = dict(zip(("target", "output", "code"), key, strict=True))
                    accepted[key] = Accepted(**given, reason=reason, expires=expires)
    return Baseline(accepted=[accepted[key] for key in sorted(accepted)], exports=dict(sorted(exports.items())))


def _was_looked_at(row: OutputRow) -> bool:
    return bool(row.tally.coordinates) or any(one.severity != "inconclusive" for one in row.findings)


def unacceptable(found: Iterable[Conclusion]) -> list[str]:
    """The functions that no baseline accepts, since they were not judged."""
    return [
        f"{target.target}, {row.check}: not judged, so not accepted; {EXCEPT}"
        for target in found
        for row in target.rows
        if any(one.cause.code == NOT_JUDGED for one in row.findings)
    ]


def as_toml(baseline: Baseline) -> str:
    """The entry as it stands in the file."""
    import tomli_w

    return tomli_w.dumps(baseline.model_dump())


def difference(before: Baseline | None, after: Baseline, path: Path) -> str:
    """What an update changes, as a diff."""
    old = as_toml(before).splitlines() if before is not None else []
    lines = difflib.unified_diff(old, as_toml(after).splitlines(), f"{path} (before)", f"{path} (after)", lineterm="")
    return "\n".join(lines)
