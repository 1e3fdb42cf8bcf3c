"""The JSON Schema of a report, as ``--report json`` writes it; a copy lies beside this file."""

from __future__ import annotations

import json
from typing import Any

from reference.findings.codes import CODES
from reference.report.models.verification import Report

__all__ = ["render", "schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = "manual-backprop-report-1"  # with the version of the schema
NOT_FINITE = ["nan", "inf", "-inf"]


def schema() -> dict[str, Any]:
    """What every report satisfies: all fields are there, no others, and a string in a number's place is not finite."""
    found = Report.model_json_schema(mode="serialization")
    definitions = found.pop("$defs")
    definitions["Finding"]["properties"]["code"]["enum"] = list(CODES)
    for definition in (found, *definitions.values()):
        definition["required"] = list(definition["properties"])
        for field in definition["properties"].values():
            _tell_numbers(field)
    return {"$schema": DIALECT, "$id": NAME, **found, "$defs": definitions}


def render() -> str:
    """The text of the copy."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _tell_numbers(field: dict[str, Any]) -> None:
    kinds = [kind.get("type") for kind in field.get("anyOf", ())]
    if "number" in kinds and "string" in kinds:
        field["anyOf"][kinds.index("string")]["enum"] = NOT_FINITE
