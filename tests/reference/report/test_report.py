"""The report: 80 columns for a reader, strict JSON for a program, and the same bytes for the same seed."""

from __future__ import annotations

import json
import math
import re

import pytest
from pydantic import ValidationError

from reference.cases.quantities import backward_order
from reference.findings.codes import CODES
from reference.findings.verdicts import EXIT_CODES, worst_exit
from reference.interface.entry import Implementation, Law, Violation
from reference.report import json as json_report
from reference.report import text as text_report
from reference.report.models.verification import CheckResult, Finding, Location, Report, Target, Tool, power_of_two
from tests.reference import mistakes
from tests.reference.court import findings, remember_witnesses, shrink_nothing, try_out
from tests.reference.mistakes import MISTAKES, RIGHT, implementation

FORMATS = {"text": text_report.render, "json": json_report.render}
TOOL = Tool(name="manual-backprop", version="0", python="3", numpy="2", jax="0", hypothesis="6")
COLUMNS = 80


@pytest.fixture(autouse=True)
def _court(monkeypatch):
    remember_witnesses(monkeypatch)
    shrink_nothing(monkeypatch)


def report(*targets, seconds=1.25, **fields):
    verdict = targets[0].verdict if targets else "pass"
    said = {"tool": TOOL, "seed": 0, "profile": "quick", "verdict": verdict, "exit_code": EXIT_CODES[verdict]}
    return Report(**{**said, "targets": list(targets), "timing": {"total": seconds}, **fields})


def not_json(constant):
    raise AssertionError(f"{constant} is no JSON")


def parsed(rendered):
    return json.loads(rendered, parse_constant=not_json)


def steps_of(name):
    return next(m.steps for m in MISTAKES if m.name == name)


TARGETS = {
    "right": RIGHT,
    "wrong": mistakes.times("dW", lambda s: 2),
    "zero": steps_of("every gradient is zero"),
    "not finite": mistakes.with_outcome(
        lambda s, outcome: {k: a * math.nan if k == "dW1" else a for k, a in outcome.items()}
    ),
    "raises": mistakes.raising(lambda s: True),
    "malformed": steps_of("db of shape (n,)"),
    "a warning": steps_of("an intermediate wrong, no gradient"),
}


@pytest.fixture(scope="module")
def targets():
    """Each is judged once."""
    with pytest.MonkeyPatch.context() as patch:
        remember_witnesses(patch)
        shrink_nothing(patch)
        return {n: try_out(implementation(s, name=f"my_module:{n}"), examples=16) for n, s in TARGETS.items()}


def test_no_line_of_the_text_is_longer_than_80_columns(targets):
    for name, target in targets.items():
        for line in text_report.render(report(target)).splitlines():
            assert len(line) <= COLUMNS, (name, line)


def test_the_text_has_no_escape_sequences_and_ends_in_one_newline(targets):
    for name, target in targets.items():
        rendered = text_report.render(report(target))
        assert "\x1b" not in rendered, name
        assert rendered.endswith("\n"), name
        assert not rendered.endswith("\n\n"), name
        assert all(line == line.rstrip() for line in rendered.splitlines()), name


def test_the_json_is_strict_and_reads_back_to_the_same_report(targets):
    whole = 0
    for name, target in targets.items():
        given = report(target)
        read = parsed(json_report.render(given))
        assert read["schema_version"] == 1
        if not any(isinstance(f.got, float) and not math.isfinite(f.got) for f in findings(target)):
            assert Report.model_validate(read) == given, name
            whole += 1
    assert whole >= len(targets) - 1


KEYS = {
    "report": {"schema_version", "tool", "seed", "profile", "verdict", "exit_code", "targets", "timing"},
    "target": {"target", "verdict", "error", "checks"},
    "check": {"check", "output", "verdict", "consistent", "conforming", "conventions", "witnesses", "cases",
              "coordinates", "excluded", "unresolved", "nudged", "worst_error", "findings"},
    "witnesses": {"autodiff", "central_difference", "complex_step"},
    "finding": {"code", "severity", "certainty", "text", "candidates", "upstream_of", "location", "smallest", "index",
                "got", "want", "replay"},
}  # fmt: skip


def test_the_json_has_every_key_of_the_schema(targets):
    read = parsed(json_report.render(report(*targets.values())))
    assert read.keys() >= KEYS["report"]
    assert {"name", "version", "python", "numpy", "jax"} <= read["tool"].keys()
    assert len(read["targets"]) == len(targets)
    for said in read["targets"]:
        assert said.keys() >= KEYS["target"]
        for row in said["checks"]:
            assert row.keys() >= KEYS["check"]
            assert row["witnesses"].keys() >= KEYS["witnesses"]
            assert row["verdict"] in ("pass", "fail", "warn", "inconclusive", "skipped")
            for finding in row["findings"]:
                assert finding.keys() >= KEYS["finding"]
                assert finding["code"] in CODES
                assert finding["severity"] in ("error", "warning")
                assert finding["certainty"] in ("exactly", "consistent", "unexplained")


def test_a_failing_row_has_a_finding_and_a_passing_one_has_none(targets):
    for name, target in targets.items():
        for row in target.checks:
            assert bool(row.findings) == (row.verdict in ("fail", "warn")), (name, row.output)
            assert row.conforming == (None if row.verdict == "inconclusive" else row.verdict != "fail"), name


def test_every_worst_error_is_a_power_of_two(targets):
    for name, target in targets.items():
        for row in target.checks:
            assert row.worst_error in (0, math.inf) or math.log2(row.worst_error).is_integer(), name


POWERS = [
    (0, 0), (1, 1), (1.0001, 2), (2, 2), (3, 4), (0.3, 0.5), (0.5, 0.5), (1e-300, 2.0**-996), (math.inf, math.inf),
     (1.7e308, math.inf),
]  # fmt: skip


def test_powers_of_two_are_rounded_up():
    assert [(value, power_of_two(value)) for value, _ in POWERS] == POWERS
    assert all(power_of_two(value) >= value for value, _ in POWERS)


def test_what_is_not_finite_is_a_string():
    for value in (math.inf, -math.inf, math.nan):
        finding = Finding(code="MB401", severity="error", certainty="exactly", text="", got=value, want=value)
        row = CheckResult(check="c", output="o", verdict="fail", worst_error=value, findings=[finding])
        read = parsed(json_report.render(report(Target(target="t", verdict="fail", checks=[row]))))
        read = read["targets"][0]["checks"][0]
        assert read["worst_error"] == read["findings"][0]["got"] == read["findings"][0]["want"] == str(value)


def test_a_reproducible_run_tells_no_time_to_programs_alone():
    given = report(Target(target="t", verdict="pass"), reproducible=True)
    assert parsed(json_report.render(given))["timing"] == {}
    assert parsed(json_report.render(report(Target(target="t", verdict="pass"))))["timing"] == {"total": 1.25}
    assert "in 1.2 s" in text_report.render(given)


@pytest.mark.slow
def test_two_runs_with_the_same_seed_differ_in_timing_alone():
    steps = mistakes.times("db", lambda s: 2)
    first, second = (
        report(try_out(implementation(steps), examples=32, seed=5), seconds=seconds, seed=5) for seconds in (1.0, 2.0)
    )
    assert json_report.render(first) != json_report.render(second)
    still = [json_report.render(r.model_copy(update={"timing": {}})) for r in (first, second)]
    assert still[0] == still[1]


def test_the_model_is_closed_and_frozen():
    with pytest.raises(ValidationError):
        Target(target="t", verdict="pass", surprise=1)
    with pytest.raises(ValidationError):
        Target(target="t", verdict="perhaps")
    with pytest.raises(ValidationError):
        report().seed = 1


# --- what the text says ---------------------------------------------------------------------------------------

WRONG = Finding(
    code="MB101", severity="error", certainty="exactly", text="the data term × 2 (the L2 term is right)",
    location=Location(file="regularization.ipynb", cell=14, line=19), smallest="dims=1,1,1,1 m=1 " + "lambd=0 " * 9,
    index=[0, 3], got=-0.104456578806, want=-0.052228289403, replay="K7Q2",
)  # fmt: skip


def said(*rows, **fields):
    return text_report.render(report(Target(target="mine", verdict="fail", checks=list(rows), **fields)))


def test_a_finding_says_what_where_how_and_how_to_see_it_again():
    text = said(CheckResult(check="backward", output="dW2", verdict="fail", findings=[WRONG]))
    for part in ("dW2 is wrong", "regularization.ipynb cell 14, line 19", "dW2[0,3]", "yours -0.104456578806",
                 "reference -0.052228289403", "ratio 2", "MB101", "is exactly the data term × 2",
                 "manual-backprop replay K7Q2"):  # fmt: skip
        assert part in text
    assert all(len(line) <= COLUMNS for line in text.splitlines())


def test_long_names_stay_within_80_columns():
    name = "Convolution2DWithASharedBias.backward"
    output = f"{name}(…)[0]"
    where = Location(file="convolution_of_two_dimensions.py", cell=None, line=1044)
    row = CheckResult(
        check=name, output=output, verdict="fail", findings=[WRONG.model_copy(update={"location": where})]
    )
    lines = said(row).splitlines()
    assert all(len(line) <= COLUMNS for line in lines)
    assert "line 1044" in " ".join(lines)
    assert any(line.strip() == f"{output}[0,3]" for line in lines)


def test_certainty_is_worded():
    wanted = {"exactly": "is exactly the", "consistent": "is consistent with the", "unexplained": "unexplained: the"}
    for certainty, words in wanted.items():
        finding = WRONG.model_copy(update={"certainty": certainty, "text": "the gradient × 2"})
        assert words in said(CheckResult(check="c", output="dW1", verdict="fail", findings=[finding]))


def test_a_want_of_zero_has_no_ratio():
    finding = WRONG.model_copy(update={"want": 0.0})
    assert "ratio" not in said(CheckResult(check="c", output="dW1", verdict="fail", findings=[finding]))


def test_the_last_line_is_the_verdict_with_what_repeats_it():
    wanted = {"pass": "verified", "fail": "NOT VERIFIED", "inconclusive": "INCONCLUSIVE", "error": "COULD NOT RUN",
              "interrupted": "INTERRUPTED"}  # fmt: skip
    for verdict, words in wanted.items():
        last = text_report.render(report(Target(target="t", verdict=verdict), seed=77)).splitlines()[-1]
        assert last.startswith(words)
        assert "seed 77" in last
        assert f"exit {EXIT_CODES[verdict]}" in last


def test_long_notes_and_errors_are_wrapped():
    for length in (200, 1000):
        text = said(error="word " * (length // 5), notes=["word " * (length // 5)])
        assert all(len(line) <= COLUMNS for line in text.splitlines())


def test_a_long_name_does_not_make_a_long_line():
    name = "backward_propagation_with_regularization_and_dropout"
    text = said(CheckResult(check=name, output="dW1", verdict="pass", cases=1_234_567, coordinates=10))
    assert all(len(line) <= COLUMNS for line in text.splitlines())


def test_a_broken_law_is_printed_with_its_check():
    laws = (Law("masks", lambda seed: (7, [Violation("D", "MB303", "keeps 0.4")])),)
    text = text_report.render(report(try_out(Implementation("mine", (), laws), examples=1)))
    assert "MB303" in text
    assert "keeps 0.4" in text
    assert re.search(r"✗ masks .*", text)


# --- codes and exits ------------------------------------------------------------------------------------------


WORST = [
    ([], 0),
    ([0, 0], 0),
    ([0, 3], 3),
    ([3, 1, 0], 1),
    ([1, 2, 3], 2),
    ([2, 130, 1], 130),
    ([0, 1], 1),
    ([3, 3], 3),
]


def test_the_worst_exit_code_wins():
    assert [(codes, worst_exit(codes)) for codes, _ in WORST] == WORST
    assert [(codes, worst_exit(codes[::-1])) for codes, _ in WORST] == WORST


def test_outputs_stand_in_the_order_of_the_backward_pass():
    wanted = ["Z1", "A1", "Z2", "A2", "cost", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
    assert sorted(sorted(wanted), key=backward_order) == wanted


def test_a_finding_whose_code_is_not_listed_is_refused():
    with pytest.raises(ValueError, match="MB000"):
        Finding(code="MB000", severity="error", certainty="exactly", text="")
