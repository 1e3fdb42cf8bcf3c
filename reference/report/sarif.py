"""SARIF 2.1.0, for code scanning: a result per finding, a rule per code, and a notification for what could not run."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from reference.findings.codes import CODES, NOT_JUDGED, WARNINGS
from reference.findings.explained import body_of, in_short
from reference.report.models.verification import CheckResult, Fix, Report
from reference.report.paths import is_relative, uri
from reference.report.view import ALL, SAYS, FindingView, ReportView, legible, view

__all__ = ["FINGERPRINT", "ROOT", "SCHEMA", "render"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "finding/v1"  # of target, check, output and code
RULES = list(CODES)
LEVELS = {"error": "error", "warning": "warning", "inconclusive": "warning"}


def render(report: Report) -> str:
    """The whole report, as one run. The same bytes for the same report."""
    report = legible(report)
    shown = view(report)
    run = {
        "tool": {"driver": _driver(report)},
        "invocations": [_invocation(report, shown)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which the targets were named."}}},
        "results": [
            _result(one.target.target, shown_row.row, found)
            for one in shown.targets
            for shown_row in one.rows
            for found in shown_row.findings
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _driver(report: Report) -> dict[str, Any]:
    rules = [
        {
            "id": code,
            "shortDescription": {"text": text},
            "fullDescription": {"text": in_short(code)},
            "help": dict.fromkeys(("text", "markdown"), body_of(code)),
            "defaultConfiguration": {"level": "warning" if code in (*WARNINGS, NOT_JUDGED) else "error"},
        }
        for code, text in CODES.items()
    ]
    return {"name": report.tool.name, "version": report.tool.version, "rules": rules}


def _invocation(report: Report, shown: ReportView) -> dict[str, Any]:
    """Successful only where every target was judged: no results are no proof else."""
    notifications = [_notification(f"{one.target.target}: {one.why}", one.file) for one in shown.targets if one.why]
    notifications += [_notification(reason) for reason in shown.reasons]
    return {
        "executionSuccessful": not notifications,
        "exitCode": report.exit_code,
        "exitCodeDescription": SAYS[report.verdict],
        "toolExecutionNotifications": notifications,
    }


def _notification(text: str, file: str | None = None) -> dict[str, Any]:
    locations = {} if file is None else {"locations": [_physical(file)]}
    return {"level": "error", "message": {"text": text}, **locations}


def _result(target: str, row: CheckResult, found: FindingView) -> dict[str, Any]:
    finding, where = found.finding, found.finding.location
    known: dict[str, Any] = {"target": target, "check": row.check, "output": row.output}
    known |= finding.model_dump(include={"certainty", "smallest", "replay"})
    known |= {} if where is None else {"cell": where.cell, "line": where.line}
    place = f" ({found.cell})" if found.cell else ""
    more = (f"{label}: {text}" for label, text in found.particulars.items())
    name = row.check if row.output == ALL else f"{row.check}.{row.output}"
    physical = {} if found.file is None else _physical(found.file, found.line)
    key = json.dumps([target, row.check, row.output, finding.code])  # the same for as long as the mistake is
    result = {
        "ruleId": finding.code,
        "ruleIndex": RULES.index(finding.code),
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join([f"{found.headline}{place}: {found.cause}.", *more])},
        "locations": [{**physical, "logicalLocations": [{"fullyQualifiedName": name}]}],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(key.encode()).hexdigest()},
        "properties": {name: value for name, value in known.items() if value is not None},
    }
    if finding.fix is not None and found.file is not None:
        result["fixes"] = [_fix(found.file, finding.fix)]
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return result


def _fix(file: str, fix: Fix) -> dict[str, Any]:
    """Whole lines put in the place of others; a margin goes with them."""
    region = {"startLine": fix.first, "startColumn": 1, "endLine": fix.last, "endColumn": fix.column}
    replacement = {"deletedRegion": region, "insertedContent": {"text": fix.text}}
    artifact = _physical(file)["physicalLocation"]["artifactLocation"]
    change = {"artifactLocation": artifact, "replacements": [replacement]}
    return {"description": {"text": "the lines as every gradient is right with them"}, "artifactChanges": [change]}


def _physical(file: str, line: int | None = None) -> dict[str, Any]:
    artifact = {"uri": uri(file), **({"uriBaseId": ROOT} if is_relative(file) else {})}
    region = {} if line is None else {"region": {"startLine": line}}
    return {"physicalLocation": {"artifactLocation": artifact, **region}}
