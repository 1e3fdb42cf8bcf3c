"""Gradient checking: the published numbers, and what the tool says of the file with the two mistakes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from manual_backprop.course import gradient_checking as course
from reference.cases.case import Case
from reference.experiments import gradient_checking as checking
from reference.experiments.folder import RESULTS
from reference.targets import resolve
from reference.verification.target import verify_one
from tests.reference.court import Options, plan
from tests.reference.experiments.conftest import reported

PUBLISHED = json.loads((Path(__file__).parents[2] / "data" / "course_published.json").read_text(encoding="utf-8"))
NUMBERS = PUBLISHED["gradient_checking"]
BOTH = "both_planted_bugs (dW2 x2, db1 x4/m instead of 1/m)"
FACTORS = {"dW2": 2, "db1": 4}


def test_one_parameter(undrawn_products, capsys):
    for x in (2, 3):
        assert float(course.gradient_check(x, 4)) == NUMBERS[f"gradient_check(x={x},theta=4,epsilon=1e-7)"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "course_example", lambda seed: pytest.fail("far enough"))
        with pytest.raises(pytest.fail.Exception, match="far enough"):
            checking.check_gradients(None, "command", None)
    printed = re.findall(r"one parameter, x = (\d): difference (\S+)", capsys.readouterr().out)
    assert [(x, float(d)) for x, d in printed] == [
        (str(x), NUMBERS[f"gradient_check(x={x},theta=4,epsilon=1e-7)"]) for x in (2, 3)
    ]


def test_the_planted_file_and_the_fixed_one(example, right):
    wrong = checking.own_gradients(checking.FILES["planted.py"], *example[:2], example.by_name)
    assert checking.FILES["fixed.py"] == checking.RIGHT
    assert example.course_difference(wrong) == pytest.approx(NUMBERS["gradient_check_n"][BOTH], abs=1e-9)
    assert example.course_difference(right) == pytest.approx(
        NUMBERS["gradient_check_n"]["correct_gradients"][0], rel=0.01
    )
    for name, factor in FACTORS.items():
        np.testing.assert_allclose(wrong[name], factor * right[name], rtol=1e-14)
    assert {n for n in right if not np.array_equal(right[n], wrong[n])} == set(FACTORS)


def judged(path):
    """On one case; the command asks many."""
    opened = resolve(str(path))()
    try:
        return verify_one(opened, Options(plan(8), case=Case.parse("dims=4,5,3,1 m=3")), kept=False)
    finally:
        opened.close()


@pytest.mark.parametrize("report", ["hand-made", pytest.param("the tool's", marks=pytest.mark.slow)])
def test_the_tool_names_both_mistakes_with_their_lines_and_nothing_in_the_fixed_file(report, tmp_path):
    for name, source in checking.FILES.items():
        path = tmp_path / name
        path.write_text(source, encoding="utf-8")
        target = judged(path) if report == "the tool's" else reported(None)[name]
        errors = checking.findings(target, name)
        named = [(row.output, finding.code, finding.location.file) for row, finding in errors]
        assert named == ([("dW2", "MB101", name), ("db1", "MB101", name)] if name == "planted.py" else [])
        assert target.verdict == ("fail" if name == "planted.py" else "pass")
        lines = source.split("\n")
        for row, finding in errors:
            line = lines[finding.location.line - 1].strip()
            assert line.startswith(f"{row.output} = ")
            assert line in checking.MISTAKES.values()
            assert checking.describe(row, finding) == (
                f"{name}:{finding.location.line}: {row.output}, MB101: is exactly the gradient × "
                f"{FACTORS[row.output]}, on 3 of 3 probes"
            )
            assert finding.replay is None


def test_the_results_hold_the_course_s_numbers_and_the_tool_s_verdict(products):
    results = json.loads(products["gradient-checking"][RESULTS])
    assert results["differences"]["planted.py"] == pytest.approx(0.2850931567761623, abs=1e-9)
    assert results["differences"]["fixed.py"] == pytest.approx(1.189e-07, rel=0.01)
    assert [re.sub(r":\d+:", ":", text) for text in results["findings"]] == [
        "planted.py: dW2, MB101: is exactly the gradient × 2, on 3 of 3 probes",
        "planted.py: db1, MB101: is exactly the gradient × 4, on 3 of 3 probes",
    ]
