"""SARIF: valid by the published schema, and consistent where a schema cannot look.

``sarif-2.1.0.schema.json`` is OASIS's, of SARIF 2.1.0 plus Errata 01, and its text is kept as it is:
https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json

    Copyright © OASIS Open 2023. All Rights Reserved. Under OASIS's notices, the standard and its parts may be copied
    and furnished to others, in whole or in part, without restriction of any kind, with this notice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from reference.findings.codes import CODES, WARNINGS
from reference.report import sarif
from reference.report.models.verification import Location, Report
from reference.report.view import legible, view
from tests.reference.report.reports import HOSTILE, REPORTS, SMALLEST, finding, hostile, report, row, target

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
ALLOWED_IN_A_URI = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%:")


def artifacts(value: Any) -> list[dict[str, Any]]:
    """Every artifactLocation, wherever it is."""
    if isinstance(value, list):
        return [found for one in value for found in artifacts(one)]
    if not isinstance(value, dict):
        return []
    own = [value["artifactLocation"]] if "artifactLocation" in value else []
    return own + [found for one in value.values() for found in artifacts(one)]


def wrong_in_sarif(log: dict[str, Any], given: Report) -> list[str]:
    """What the schema says against it, then what is wrong all the same."""
    found = [error.message for error in VALIDATOR.iter_errors(log)]
    if found:
        return found
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    if [rule["id"] for rule in rules] != list(CODES):
        found.append("the rules are not the codes")
    pairs = [
        (one, checked, f) for one in given.targets for checked in one.checks for f in checked.findings
    ]  # fmt: skip
    results = run["results"]
    if [(r["ruleId"], r["level"]) for r in results] != [(f.code, f.severity) for _, _, f in pairs]:
        found.append("the results are not the findings")
    if any(rules[r["ruleIndex"]]["id"] != r["ruleId"] for r in results):
        found.append("a rule's index is another rule's")
    if any(("suppressions" in r) != (f.accepted is not None) for r, (_, _, f) in zip(results, pairs, strict=False)):
        found.append("what is accepted is not what is suppressed")
    if not all(r["message"]["text"].strip() and r["locations"] and r["partialFingerprints"] for r in results):
        found.append("a result that says nothing")
    if any("region" in p and p["artifactLocation"]["uri"].endswith(".ipynb") for p in physicals(run)):
        found.append("a line of a cell as a line of the file")
    for artifact in artifacts(run):
        absolute = bool(urlsplit(artifact["uri"]).scheme)
        if absolute == ("uriBaseId" in artifact) or set(artifact["uri"]) - ALLOWED_IN_A_URI:
            found.append(f"{artifact} is no place")
    (invocation,) = run["invocations"]
    if invocation["exitCode"] != given.exit_code:
        found.append("another exit code")
    notes = len(invocation["toolExecutionNotifications"])
    shown = view(given)
    if notes != sum(bool(one.why) for one in shown.targets) + len(shown.reasons):
        found.append("not a notification for each that could not run")
    if invocation["executionSuccessful"] != (not notes):
        found.append("it succeeded, and it did not")
    return found


def physicals(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [p["physicalLocation"] for r in run["results"] for p in r["locations"] if "physicalLocation" in p]


def run_of(given: Report) -> dict[str, Any]:
    return json.loads(sarif.render(given), parse_constant=pytest.fail)["runs"][0]


# --- every kind of report --------------------------------------------------------------------------------------


def test_the_schema_is_a_schema():
    VALIDATOR.check_schema(SCHEMA)
    assert SCHEMA["id"] == sarif.SCHEMA


def test_it_is_valid_and_says_what_the_report_says():
    wrong = {name: wrong_in_sarif(json.loads(sarif.render(given)), given) for name, given in REPORTS.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_same_report_gives_the_same_bytes():
    later = {n: given.model_copy(update={"timing": {"total": 99.5}}) for n, given in REPORTS.items()}
    assert {n: sarif.render(g) for n, g in later.items()} == {n: sarif.render(g) for n, g in REPORTS.items()}


# --- single results --------------------------------------------------------------------------------------------


def test_a_result():
    (result,) = run_of(REPORTS["wrong"])["results"]
    assert result["ruleId"] == "MB101"
    assert result["level"] == "error"
    lines = result["message"]["text"].split("\n")
    assert lines[0] == (
        "dW2 is wrong in backward: is exactly the data term × 2 (the L2 term is right), on 3 of 3 probes."
    )
    assert lines[1:] == [
        "should be: dW2 = dZ2 A1ᵀ / m", "so wrong too: dA1, dZ1", f"smallest: {SMALLEST}",
        "reproduce: manual-backprop replay K7Q2",
    ]  # fmt: skip
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "nets/mine.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 19},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "backward.dW2"}]
    assert result["properties"] == {
        "target": "nets/mine.py", "check": "backward", "output": "dW2", "certainty": "exactly", "smallest": SMALLEST,
        "replay": "K7Q2", "line": 19,
    }  # fmt: skip


def test_in_a_notebook_the_cell_is_told_and_no_region_given():
    (result,) = run_of(REPORTS["a notebook"])["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "nets/a%20b.ipynb"
    assert result["message"]["text"].startswith("masks (cell 14, line 19): ")
    assert (result["properties"]["cell"], result["properties"]["line"]) == (14, 19)


def test_without_a_line_the_file_is_told_where_the_target_is_one():
    (in_a_file,) = run_of(REPORTS["unreadable"])["results"]
    assert in_a_file["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "nets/mine.py", "uriBaseId": "%SRCROOT%"}
    }
    (in_a_module,) = run_of(REPORTS["a warning"])["results"]
    assert "physicalLocation" not in in_a_module["locations"][0]
    assert in_a_module["level"] == "warning"


def test_a_line_that_is_none_is_not_told():
    given = report(target("fail", row("dW2", "fail", finding(location=Location(file="a.py", line=0)))))
    assert "region" not in physicals(run_of(given))[0]
    assert not wrong_in_sarif(json.loads(sarif.render(given)), given)


def test_what_is_accepted_is_suppressed_with_the_reason():
    (result,) = run_of(REPORTS["accepted"])["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "see issue 12"}]


def test_every_code_is_a_rule_with_its_level():
    rules = run_of(REPORTS["right"])["tool"]["driver"]["rules"]
    assert {rule["id"]: rule["shortDescription"]["text"] for rule in rules} == CODES
    warned = {rule["id"] for rule in rules if rule["defaultConfiguration"]["level"] == "warning"}
    assert warned == WARNINGS | {"MB704"}


def test_the_index_is_the_rule_s():
    given = report(target("fail", *(row("dW2", "fail", finding(code)) for code in CODES)))
    assert not wrong_in_sarif(json.loads(sarif.render(given)), given)
    assert [result["ruleId"] for result in run_of(given)["results"]] == list(CODES)


COULD_NOT_RUN = [
    ("inconclusive", "unsure.py: INCONCLUSIVE: coverage is too low", "unsure.py"),
    ("could not run", "gone.py: COULD NOT RUN: target", "gone.py"),
    ("interrupted", "long.py::backward: INTERRUPTED", "long.py"),
    ("reasons of its own", "an entry of the baseline expired", None),
    ("an exit code without a reason", "INCONCLUSIVE, exit code 3", None),
]


def test_what_could_not_run_is_a_notification():
    for name, words, file in COULD_NOT_RUN:
        (invocation,) = run_of(REPORTS[name])["invocations"]
        (notification,) = invocation["toolExecutionNotifications"]
        assert not invocation["executionSuccessful"], name
        assert notification["level"] == "error", name
        assert notification["message"]["text"].startswith(words), name
        assert [a["uri"] for a in artifacts(notification)] == ([file] if file else []), name


# --- fingerprints ----------------------------------------------------------------------------------------------


def fingerprint(*rows, **fields):
    (result,) = run_of(report(target("fail", *rows, **fields)))["results"]
    return result["partialFingerprints"][sarif.FINGERPRINT]


def test_a_fingerprint_stays_where_the_mistake_does():
    first = fingerprint(row("dW2", "fail", finding()))
    assert first == fingerprint(
        row("dW1"), row("dW2", "fail", finding(location=None, got=3.0, smallest="other", replay="AAAA", text="other"))
    )
    assert len(first) == 64


def test_another_mistake_has_another_fingerprint():
    prints = {
        "it": fingerprint(row("dW2", "fail", finding())),
        "output": fingerprint(row("dW1", "fail", finding())),
        "code": fingerprint(row("dW2", "fail", finding("MB102"))),
        "check": fingerprint(row("dW2", "fail", finding(), check="other")),
        "target": fingerprint(row("dW2", "fail", finding()), target="other.py"),
    }
    assert len(set(prints.values())) == len(prints), prints


def test_the_parts_of_a_fingerprint_do_not_run_together():
    first = fingerprint(row("b", "fail", finding(), check="a b"), target="t")
    assert first != fingerprint(row("b b", "fail", finding(), check="a"), target="t")


# --- hostile texts ---------------------------------------------------------------------------------------------


def test_a_hostile_text_stays_text():
    for name, payload in HOSTILE.items():
        given = hostile(payload)
        said = legible(given)
        rendered = sarif.render(given)
        rendered.encode()
        log = json.loads(rendered)
        assert not wrong_in_sarif(log, said), name
        text = said.targets[0].target
        first = log["runs"][0]["results"][0]
        assert first["properties"]["check"] == text, name
        assert text in first["message"]["text"], name
        uri = physicals(log["runs"][0])[0]["artifactLocation"]["uri"]
        assert unquote(urlsplit(uri).path).lstrip("/").endswith(text.replace("\\", "/").strip("/")[-5:]), name


# --- the checks can fail ---------------------------------------------------------------------------------------

FAULTS = {
    "no version": lambda log, run: log.pop("version"),
    "another version": lambda log, run: log.update(version="2.0.0"),
    "an unknown field": lambda log, run: run.update(surprise=1),
    "no tool": lambda log, run: run.pop("tool"),
    "a level of its own": lambda log, run: run["results"][0].update(level="fatal"),
    "another level": lambda log, run: run["results"][0].update(level="warning"),
    "no message": lambda log, run: run["results"][0].pop("message"),
    "an empty message": lambda log, run: run["results"][0].update(message={"text": " "}),
    "a region without a line": lambda log, run: run["results"][0]["locations"][0]["physicalLocation"].update(region={}),
    "line 0": lambda log, run: physicals(run)[0]["region"].update(startLine=0),
    "a line of a cell": lambda log, run: physicals(run)[1].update(region={"startLine": 19}),
    "another index": lambda log, run: run["results"][0].update(ruleIndex=1),
    "no such rule": lambda log, run: run["results"][0].update(ruleId="MB000"),
    "a rule less": lambda log, run: run["tool"]["driver"]["rules"].pop(),
    "a result less": lambda log, run: run["results"].pop(),
    "a space in a URI": lambda log, run: artifacts(run)[0].update(uri="a b.py"),
    "a backslash in a URI": lambda log, run: artifacts(run)[0].update(uri="a\\b.py"),
    "no base": lambda log, run: artifacts(run["results"])[0].pop("uriBaseId"),
    "an absolute URI with a base": lambda log, run: artifacts(run["results"])[0].update(uri="file:///a.py"),
    "it succeeded": lambda log, run: run["invocations"][0].update(executionSuccessful=True),
    "another exit code": lambda log, run: run["invocations"][0].update(exitCode=0),
    "nothing is told": lambda log, run: run["invocations"][0].update(toolExecutionNotifications=[]),
    "suppressed": lambda log, run: run["results"][0].update(suppressions=[{"kind": "external"}]),
}


def test_a_planted_fault_is_found():
    given, missed = REPORTS["several"], []
    rendered = sarif.render(given)
    for fault, spoil in FAULTS.items():
        log = json.loads(rendered)
        spoil(log, log["runs"][0])
        missed += [] if wrong_in_sarif(log, given) else [fault]
    assert missed == []
