"""SARIF 2.1.0, for code scanning: a result per finding, a rule per code, and a notification for what could not run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from reference.findings.codes import CODES, WARNINGS
from reference.report.models.base import Location
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.paths import file_of, is_relative, uri
from reference.report.text import SAYS
from reference.report.view import (
    ALL,
    cause,
    headline,
    legible,
    line_of,
    particulars,
    reasons,
    stopped,
    why,
    within,
)

__all__ = ["FINGERPRINT", "ROOT", "SCHEMA", "render"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "finding/v1"  # of target, check, output and code
RULES = list(CODES)


def render(report: Report) -> str:
    """The whole report, as one run. The same bytes for the same report."""
    report = legible(report)
    run = {
        "tool": {"driver": _driver(report)},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which the targets were named."}}},
        "results": [
            _result(target, row, finding)
            for target in report.targets
            for row in target.checks
            for finding in row.findings
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _driver(report: Report) -> dict[str, Any]:
    rules = [
        {
            "id": code,
            "shortDescription": {"text": text},
            "defaultConfiguration": {"level": "warning" if code in WARNINGS else "error"},
        }
        for code, text in CODES.items()
    ]
    return {"name": report.tool.name, "version": report.tool.version, "rules": rules}


def _invocation(report: Report) -> dict[str, Any]:
    """Successful only where every target was judged: no results are no proof else."""
    notifications = [_notification(target) for target in report.targets if stopped(target)]
    notifications += [{"level": "error", "message": {"text": said}} for said in reasons(report)]
    return {
        "executionSuccessful": not notifications,
        "exitCode": report.exit_code,
        "exitCodeDescription": SAYS[report.verdict],
        "toolExecutionNotifications": notifications,
    }


def _notification(target: Target) -> dict[str, Any]:
    file = file_of(target.target)
    return {
        "level": "error",
        "message": {"text": f"{target.target}: {why(target)}"},
        **({"locations": [{"physicalLocation": _physical(file, None)}]} if file else {}),
    }


def _result(target: Target, row: CheckResult, finding: Finding) -> dict[str, Any]:
    where = finding.location
    known = {
        "target": target.target,
        "check": row.check,
        "output": row.output,
        "certainty": finding.certainty,
        "smallest": finding.smallest,
        "replay": finding.replay,
        "cell": where.cell if where else None,
        "line": where.line if where else None,
    }
    result = {
        "ruleId": finding.code,
        "ruleIndex": RULES.index(finding.code),
        "level": finding.severity,
        "message": {"text": "\n".join(_message(row, finding))},
        "locations": [_location(target, row, where)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(target, row, finding)},
        "properties": {name: value for name, value in known.items() if value is not None},
    }
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return result


def _message(row: CheckResult, finding: Finding) -> Iterator[str]:
    where = finding.location
    place = f" ({within(where)})" if where is not None and where.cell is not None else ""
    yield f"{headline(row, finding)}{place}: {cause(finding)}."
    yield from (f"{label}: {text}" for label, text in particulars(finding))


def _location(target: Target, row: CheckResult, where: Location | None) -> dict[str, Any]:
    """In the file, and in the function that was checked."""
    name = row.check if row.output == ALL else f"{row.check}.{row.output}"
    logical = {"logicalLocations": [{"fullyQualifiedName": name}]}
    file = where.file if where is not None else file_of(target.target)
    return logical if file is None else {"physicalLocation": _physical(file, where), **logical}


def _physical(file: str, where: Location | None) -> dict[str, Any]:
    artifact = {"uri": uri(file), **({"uriBaseId": ROOT} if is_relative(file) else {})}
    line = line_of(where)
    return {"artifactLocation": artifact, **({} if line is None else {"region": {"startLine": line}})}


def _fingerprint(target: Target, row: CheckResult, finding: Finding) -> str:
    """The same for as long as the mistake is: no line, no number, no seed."""
    key = json.dumps([target.target, row.check, row.output, finding.code])
    return hashlib.sha256(key.encode()).hexdigest()
