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

An entry that fits no finding, or that has expired, is an error: a gate does not rust open. A target that no longer
exports what it did is inconclusive.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from reference.report.models.verification import CheckResult, Report, Target

__all__ = ["Accepted", "Baseline", "BaselineError", "applied", "as_toml", "difference", "load", "updated"]

LASTS = timedelta(days=90)
MAX_REASON = 400


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

    @property
    def key(self) -> tuple[str, str, str]:
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


def applied(report: Report, baseline: Baseline, today: date) -> tuple[list[Target], list[str], list[str]]:
    """The targets with what is accepted let through; what is stale or expired; and what is no longer exported."""
    live = {a.key: a for a in baseline.accepted if a.expires >= today}
    judged = {target.target for target in report.targets if target.verdict in ("pass", "fail")}
    targets: list[Target] = []
    used: set[tuple[str, str, str]] = set()
    for target in report.targets:
        pairs = [_let_through(target.target, row, live) for row in target.checks]
        used = used.union(*(hit for _, hit in pairs))
        rows = _without_consequences([row for row, _ in pairs])
        let = any(hit for _, hit in pairs) and not any(row.verdict == "fail" for row in rows)
        verdict = "pass" if target.verdict == "fail" and let else target.verdict
        targets.append(target.model_copy(update={"checks": rows, "verdict": verdict}))
    wrong = [f"the baseline's entry {a} expired on {a.expires}" for a in baseline.accepted if a.expires < today]
    stale = [a for key, a in live.items() if key not in used and a.target in judged]
    wrong += [f"the baseline's entry {a} fits no finding any more; take it out" for a in stale]
    return targets, wrong, list(_not_exported(report.targets, baseline))


def _let_through(
    target: str, row: CheckResult, live: dict[tuple[str, str, str], Accepted]
) -> tuple[CheckResult, set[tuple[str, str, str]]]:
    findings, used = [], set()
    for finding in row.findings:
        key = (target, row.output, finding.code)
        accepted = live.get(key)
        if accepted is not None and finding.severity == "error":
            finding = finding.model_copy(update={"severity": "warning", "accepted": accepted.reason})
        if accepted is not None:
            used.add(key)
        findings.append(finding)
    changed = row.model_copy(update={"findings": findings})
    if used and not any(f.severity == "error" for f in findings) and row.verdict == "fail":
        changed = changed.model_copy(update={"verdict": "warn"})
    return changed, used


def _without_consequences(rows: Sequence[CheckResult]) -> list[CheckResult]:
    """What is wrong only for want of an output that was let through is let through as well."""
    errors = {row.check for row in rows for f in row.findings if f.severity == "error"}
    let = {row.check for row in rows for f in row.findings if f.accepted is not None} - errors
    return [
        row.model_copy(update={"verdict": "warn"}) if row.verdict == "fail" and row.check in let else row
        for row in rows
    ]


def _not_exported(targets: Iterable[Target], baseline: Baseline) -> Iterator[str]:
    found = {target.target: {row.check for row in target.checks} for target in targets if target.verdict != "error"}
    for name, checks in baseline.exports.items():
        for check in checks:
            if name in found and check not in found[name]:
                yield f"{name} no longer exports {check}, which the baseline has"


def updated(report: Report, before: Baseline | None, reason: str | None, expires: date) -> Baseline:
    """A baseline that lets the report's findings through. ``BaselineError`` where a new entry has no reason."""
    kept = {a.key: a for a in before.accepted} if before is not None else {}
    accepted = []
    for target in report.targets:
        for row in target.checks:
            for finding in row.findings:
                key = (target.target, row.output, finding.code)
                if finding.severity != "error" and key not in kept:
                    continue
                if key in kept:
                    accepted.append(kept[key])
                elif reason is None or not reason.strip():
                    raise BaselineError(f"{', '.join(key)} is new to the baseline; --reason TEXT says why")
                else:
                    given = dict(zip(("target", "output", "code"), key, strict=True))
                    accepted.append(Accepted(**given, reason=reason, expires=expires))
    exports = dict(before.exports) if before is not None else {}
    exports |= {t.target: list(dict.fromkeys(r.check for r in t.checks)) for t in report.targets if t.checks}
    once = list({a.key: a for a in accepted}.values())
    return Baseline(accepted=sorted(once, key=lambda a: a.key), exports=dict(sorted(exports.items())))


def as_toml(baseline: Baseline) -> str:
    """As it stands in the file."""
    import tomli_w

    return tomli_w.dumps(baseline.model_dump())


def difference(before: Baseline | None, after: Baseline, path: Path) -> str:
    """What an update changes, as a diff."""
    old = as_toml(before).splitlines() if before is not None else []
    lines = difflib.unified_diff(old, as_toml(after).splitlines(), f"{path} (before)", f"{path} (after)", lineterm="")
    return "\n".join(lines)
