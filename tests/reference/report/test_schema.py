"""The schema of the JSON report: the copy is the code's, every report satisfies it, and little else does."""

from __future__ import annotations

import importlib.resources
import json
import math

import jsonschema
import pytest

from reference.findings.codes import CODES
from reference.report import json as json_report
from reference.report import schema as schema_module
from reference.report.models.evidence import Evidence, Kill
from reference.report.schema import schema
from tests.reference.report.reports import HOSTILE, REPORTS, finding, hostile, report, row, target

VALIDATOR = jsonschema.Draft202012Validator(schema())


def faults(value):
    return [error.message for error in VALIDATOR.iter_errors(value)]


def written(given):
    return json.loads(json_report.render(given), parse_constant=pytest.fail)


def test_the_copy_is_what_the_code_says():
    copy = importlib.resources.files("reference.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    assert json.loads(copy) == schema(), (
        "the model has changed; python -c 'from reference.report import schema; print(schema.render(), end=\"\")' "
        "> reference/report/report.schema.json"
    )
    assert copy == schema_module.render()


def test_it_is_a_schema_with_a_name():
    VALIDATOR.check_schema(schema())
    assert schema()["$id"] == "manual-backprop-report-1"
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema() == schema()
    assert schema() is not schema()


def test_every_report_is_valid():
    assert {n: found for n, given in REPORTS.items() if (found := faults(written(given)))} == {}


def test_so_is_one_with_hostile_texts():
    assert {n: found for n, text in HOSTILE.items() if (found := faults(written(hostile(text))))} == {}


def test_so_is_one_with_any_number():
    for value in (math.inf, -math.inf, math.nan, 0.0, -1e-300, 1.7e308):
        given = report(target("fail", row("dW2", "fail", finding(got=value, want=value), worst_error=value)))
        assert not faults(written(given)), value


def test_what_is_for_pictures_alone_is_not_in_it():
    text = json.dumps(schema())
    for name in ("evidence", "kills", "command", "Evidence", "Kill"):
        assert f'"{name}"' not in text
    pictured = target("pass", row(), evidence=[Evidence(check="c", case="", nodes=[], blocks=[])])
    kill = Kill(mistake="m", code="MB101", red=(), named="", certainty="", equivalent=False)
    assert not faults(written(report(pictured, kills=[kill], command="c")))


def test_every_object_is_closed_and_complete():
    found = schema()
    for definition in (found, *found["$defs"].values()):
        assert definition["additionalProperties"] is False
        assert definition["required"] == list(definition["properties"])


# --- what is not valid -----------------------------------------------------------------------------------------


def at(value, *path):
    for key in path:
        value = value[key]
    return value


FINDING = ("targets", 0, "checks", 0, "findings", 0)
PLACES = [(), ("tool",), ("targets", 0), FINDING[:4], (*FINDING[:4], "witnesses"), FINDING, (*FINDING, "location")]


def test_an_unknown_field_is_not():
    for path in PLACES:
        value = written(REPORTS["wrong"])
        assert not faults(value)
        at(value, *path)["surprise"] = 1
        assert faults(value), path


def test_a_missing_field_is_not():
    for path in PLACES:
        for name in list(at(written(REPORTS["wrong"]), *path)):
            value = written(REPORTS["wrong"])
            del at(value, *path)[name]
            assert faults(value), (path, name)


NO_VALUES = [
    (("schema_version",), 2),
    (("schema_version",), "1"),
    (("verdict",), "perhaps"),
    (("exit_code",), "1"),
    (("exit_code",), None),
    (("targets",), {}),
    (("timing",), {"total": "long"}),
    ((*FINDING, "code"), "MB000"),
    ((*FINDING, "severity"), "fatal"),
    ((*FINDING, "certainty"), "surely"),
    ((*FINDING, "got"), "much"),
    ((*FINDING, "got"), "Infinity"),
    ((*FINDING, "want"), True),
    ((*FINDING, "location", "line"), "19"),
    ((*FINDING, "index"), [0.5]),
    ((*FINDING[:4], "worst_error"), None),
    ((*FINDING[:4], "verdict"), "error"),
]


def test_another_value_is_not():
    for path, value in NO_VALUES:
        read = written(REPORTS["wrong"])
        at(read, *path[:-1])[path[-1]] = value
        assert faults(read), (path, value)


def test_every_code_is_known():
    assert not faults(written(report(target("fail", *(row("dW2", "fail", finding(code)) for code in CODES)))))
