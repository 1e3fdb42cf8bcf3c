"""One file that is really wrong, verified once, in every format at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.__main__ import _code
from reference.report.models.verification import Report
from tests.reference.report.test_github import commands, wrong_in_github
from tests.reference.report.test_junit import wrong_in_junit
from tests.reference.report.test_markdown import wrong_in_markdown
from tests.reference.report.test_sarif import physicals, wrong_in_sarif
from tests.reference.report.test_schema import faults

FILE = Path(__file__).parent.parent / "course_files" / "dropout_backward_unmasked.ipynb"
FORMATS = ("json", "junit", "github", "sarif", "markdown")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What each format wrote, and the report."""
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        asked = [f"--report={name}={name}.out" for name in FORMATS]
        assert _code(["verify", str(FILE), "--profile", "quick", "--examples", "1", *asked]) == 1
    found = {name: (folder / f"{name}.out").read_text(encoding="utf-8") for name in FORMATS}
    return found, Report.model_validate(json.loads(found["json"]))


def test_the_json_satisfies_its_schema(written):
    found, _ = written
    assert not faults(json.loads(found["json"]))


def test_junit(written):
    found, given = written
    assert not wrong_in_junit(found["junit"], given)
    assert 'type="MB301"' in found["junit"]


def test_github(written):
    found, given = written
    assert not wrong_in_github(found["github"], given)
    (command,) = commands(found["github"])
    assert command.properties == {
        "file": FILE.as_posix(), "title": "MB301: dA2 is wrong in backward_propagation_with_dropout",
    }  # fmt: skip
    assert command.message.startswith("cell 4, line 19\nis exactly the value without the mask D2")


def test_sarif(written):
    found, given = written
    log = json.loads(found["sarif"])
    assert not wrong_in_sarif(log, given)
    assert physicals(log["runs"][0]) == [{"artifactLocation": {"uri": FILE.as_uri()}}]


def test_markdown(written):
    found, given = written
    assert not wrong_in_markdown(found["markdown"], given)
    assert "- **should be** `dA2 = W3ᵀ dZ3 · D2 / keep_prob`" in found["markdown"]
