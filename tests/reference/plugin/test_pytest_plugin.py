"""The pytest plugin, in projects of its own: what is collected, what is red, and what is left as it was."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

import reference.plugin.collection
import reference.plugin.gradcheck
import reference.plugin.session
import reference.verification.target
from reference.interface.entry import Entry, Implementation, NotJudged
from reference.plugin.answers import answer
from reference.plugin.exports import Check, Share, checks_of, shares_of
from reference.plugin.isolation import isolated
from reference.plugin.session import Verified
from reference.report.models.verification import CheckResult, Finding, Location, Target
from reference.selftest.canary import canary
from reference.targets import BUILT_IN
from reference.targets.builtin.ours import manual_backprop
from reference.verification.repeat import ALONE
from tests import interrupting
from tests.reference.court import remember_witnesses, shrink_nothing

pytest_plugins = "pytester"

CACHE = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"  # pytester moves the home, and JAX compiles for long
COURSE_FILES = Path(__file__).parents[1] / "course_files"
RIGHT = """
import numpy as np

open("imported", "w").close()  # never: only definitions are loaded


def backward_propagation(X, Y, cache):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = 1.0 / m * np.dot(dZ3, A2.T)
    db3 = 1.0 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    dW2 = 1.0 / m * np.dot(dZ2, A1.T)
    db2 = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = 1.0 / m * np.dot(dZ1, X.T)
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
"""
OUTPUTS = ["dZ3", "dW3", "db3", "dA2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
DOUBLED = RIGHT.replace("dW2 = 1.0 / m", "dW2 = 2.0 / m")
LINE = 1 + next(k for k, line in enumerate(DOUBLED.splitlines()) if "dW2 = " in line)
NO_SLOPE = RIGHT.replace("dZ2 = np.multiply(dA2, np.int64(A2 > 0))", "dZ2 = dA2")
TABLE = "[tool.manual-backprop]\nexamples = 1\nexplore = 0\n"
AS_TESTS = "def test_ok():\n    pass\n"
MINE = """
import numpy as np

def backward(problem, factor=1.0):
    X, Y, [(W, b)] = problem.X, problem.Y, problem.parameters
    dZ = 1 / (1 + np.exp(-(W @ X + b))) - Y
    m = X.shape[1]
    return {"dW1": factor * dZ @ X.T / m, "db1": dZ.sum(axis=1, keepdims=True) / m}
"""


@pytest.fixture(scope="module", autouse=True)
def _warm():
    """What is imported within a run of pytester's is forgotten with it; JAX does not survive that."""
    with isolated():
        assert canary() is None


@pytest.fixture(autouse=True)
def _project(pytester, monkeypatch):
    remember_witnesses(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(CACHE))
    for name in ("JAX_PLATFORMS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    write(pytester, {"pyproject.toml": TABLE, "right.py": RIGHT, "wrong.py": DOUBLED, "test_a.py": AS_TESTS})


@pytest.fixture
def near(monkeypatch):
    """Targets of our own process, for what is about pytest alone: they cost no other."""
    honest = manual_backprop().entries[1]

    def add(name, change=lambda output, a: a, *, before=lambda problem: None):
        def answer(problem):
            before(problem)
            return {output: change(output, a) for output, a in honest.run(problem).items() if output in OUTPUTS}

        entry = Entry("backward_propagation", honest.domain, answer)
        monkeypatch.setitem(BUILT_IN, name, lambda: Implementation(name, (entry,)))

    monkeypatch.setenv(ALONE, "1")
    shrink_nothing(monkeypatch)
    add("right")
    add("wrong", lambda output, a: 2 * a if output == "dW2" else a)
    return add


def write(pytester, files):
    for name, text in files.items():
        (pytester.path / name).write_text(text, encoding="utf-8")


def run(pytester, *arguments, process=False):
    go = pytester.runpytest_subprocess if process else pytester.runpytest_inprocess
    return go("-p", "no:benchmark", *arguments)


def verify(pytester, *targets, process=False, more=()):
    flags = [word for target in targets for word in ("--manual-backprop", target)]
    return run(pytester, *flags, *more, process=process)


def ids(result):
    return [line for line in result.outlines if "::" in line]


def failed(result):
    return {line.split(" - ")[0].removeprefix("FAILED ") for line in result.outlines if line.startswith("FAILED ")}


def text_of(result):
    return " ".join(result.stdout.str().split())


# --- what is collected --------------------------------------------------------------------------------------------


def test_one_backward_pass_is_one_item_for_each_output_most_upstream_first(pytester):
    result = verify(pytester, "right.py", more=["--collect-only", "-q"])
    assert ids(result) == ["test_a.py::test_ok", *(f"right.py::{output}" for output in [*OUTPUTS, "*"])]
    assert not (pytester.path / "imported").exists()


def test_of_several_backward_passes_each_has_its_name_in_the_id(pytester):
    shutil.copy(COURSE_FILES / "Regularization_export.py", pytester.path / "several.py")
    result = verify(pytester, "several.py", more=["--collect-only", "-q", "--ignore", "test_a.py"])
    kinds = ["regularization", "dropout"]
    passes = [f"several.py::backward_propagation_with_{kind}::{o}" for kind in kinds for o in [*OUTPUTS, "*"]]
    laws = ["compute_cost_with_regularization", "forward_propagation_with_dropout"]
    assert ids(result) == passes + [f"several.py::{law}" for law in laws]


def test_collecting_verifies_nothing(pytester, near, monkeypatch):
    monkeypatch.setattr(reference.plugin.session, "judge_target", lambda *a, **k: pytest.fail("verified"))
    assert verify(pytester, "wrong", more=["--collect-only"]).ret == 0


def test_a_project_without_tests_has_those_of_the_target(pytester, near):
    (pytester.path / "test_a.py").unlink()
    result = verify(pytester, "right")
    assert result.ret == 0
    result.assert_outcomes(passed=len(OUTPUTS) + 1)


@pytest.mark.slow
def test_targets_may_stand_in_the_configuration_file(pytester):
    write(pytester, {"pytest.ini": "[pytest]\nmanual_backprop_targets =\n    right.py\n    wrong.py\n"})
    assert failed(run(pytester, "-k", "dW2")) == {"wrong.py::dW2"}
    assert "wrong.py::dW2" not in ids(verify(pytester, "right.py", more=["--collect-only", "-q"]))


def test_an_id_is_relative_to_the_root_and_a_target_to_where_pytest_is_started(pytester, monkeypatch):
    write(pytester, {"pytest.ini": "[pytest]\nmanual_backprop_targets = right.py\n"})
    (pytester.path / "below").mkdir()
    shutil.copy(pytester.path / "wrong.py", pytester.path / "below" / "nets.py")
    monkeypatch.chdir(pytester.path / "below")
    assert "below/nets.py::dW2" in ids(verify(pytester, "nets.py", more=["--collect-only", "-q"]))
    assert "right.py::dW2" in ids(run(pytester, "--collect-only", "-q"))


def test_a_folder_is_the_targets_in_it_and_what_holds_nothing_is_no_item(pytester):
    folder = pytester.mkdir("course")
    (folder / "right.py").write_text(RIGHT)
    (folder / "plot.py").write_text("def plot(loss): pass\n")
    (folder / "words.py").write_text("print('hello')\n")
    for given in ("course", "course/*.py"):
        result = verify(pytester, given, more=["--collect-only", "-q"])
        targets = {line.partition("::")[0] for line in result.outlines if "::" in line}
        assert targets == {"test_a.py", "course/right.py"}


def test_without_a_target_nothing_is_added(pytester):
    run(pytester).assert_outcomes(passed=1)


# --- right and wrong ----------------------------------------------------------------------------------------------


def test_a_right_target_exits_0(pytester):
    result = verify(pytester, "right.py")
    assert result.ret == 0
    result.assert_outcomes(passed=len(OUTPUTS) + 2)


def test_a_wrong_output_is_red_alone_and_says_which_line(pytester):
    result = verify(pytester, "right.py", "wrong.py")
    assert result.ret == 1
    assert failed(result) == {"wrong.py::dW2"}
    result.stdout.fnmatch_lines([f"*dW2 is wrong in backward_propagation*wrong.py, line {LINE}", "*MB101*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest.fail*")
    assert re.search(r"manual-backprop replay (\w+)", text_of(result))[1] in os.listdir(".manual-backprop/failures")[0]


def test_a_second_file_behind_the_option_is_not_passed_over(pytester):
    result = pytester.runpytest_inprocess("--manual-backprop", "right.py", "wrong.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "wrong.py holds no test" in result.stderr.str()
    assert "repeat it" in result.stderr.str()


def test_the_page_of_a_code_stands_behind_its_first_failure_alone(pytester):
    shutil.copy("wrong.py", "also.py")
    printed = verify(pytester, "wrong.py", "also.py").stdout.str()
    assert printed.count("MB101: off by a constant factor -") == printed.count("**Why it hurts.**") == 1
    assert "**Why" not in verify(pytester, "right.py").stdout.str()


@pytest.mark.slow
def test_what_follows_from_a_wrong_line_says_so(pytester):
    write(pytester, {"slope.py": NO_SLOPE})
    result = verify(pytester, "slope.py")
    assert failed(result) == {f"slope.py::{output}" for output in OUTPUTS[OUTPUTS.index("dZ2") :]}
    assert "dW2 in backward_propagation is wrong, as a consequence of dZ2 (slope.py, line " in text_of(result)
    assert "slope.py::dW2 - follows from dZ2 (MB104)" in result.stdout.str()


def test_junit_has_the_properties_and_the_line(pytester):
    verify(pytester, "wrong.py", more=["--junit-xml=out.xml", "-o", "junit_family=xunit1"])
    cases = {case.get("name"): case for case in ElementTree.parse("out.xml").iter("testcase")}
    wrong, right = cases["dW2"], cases["dW1"]
    said = {one.get("name"): one.get("value") for one in wrong.iter("property")}
    assert said["code"] == "MB101"
    assert said["check"] == "backward_propagation"
    assert said["output"] == "dW2"
    assert said["smallest"].startswith("dims=")
    assert said["replay"]
    assert 0.95 <= float(said["coverage"]) <= 1
    assert (wrong.get("file"), wrong.get("line"), wrong.get("classname")) == ("wrong.py", str(LINE - 1), "wrong")
    assert wrong.find("failure").get("message").startswith("MB101: is exactly the gradient × 2")
    assert {one.get("name") for one in right.iter("property")} == {"check", "output", "coverage"}


def test_a_changed_argument_is_red_where_no_output_is(pytester, near):
    def change(problem):
        problem.Y[...] = 0.5 - problem.Y

    near("mutates", before=change)
    result = verify(pytester, "mutates")
    assert "mutates::*" in failed(result)
    assert "MB601" in text_of(result)


def test_an_exception_in_some_cases_fails_every_output(pytester, near):
    def check(problem):
        assert problem.shape.m > 1

    near("raises", before=check)
    result = verify(pytester, "raises", more=["-k", "dW2"])
    assert failed(result) == {"raises::dW2"}
    assert "MB701" in text_of(result)


@pytest.mark.slow
def test_a_warning_passes_as_a_warning_with_a_category_of_its_own(pytester, near):
    near("warns", lambda output, a: 2 * a if output == "dZ1" else a)
    result = verify(pytester, "warns", more=["-W", "default"])
    result.assert_outcomes(passed=len(OUTPUTS) + 2, warnings=1)
    result.stdout.fnmatch_lines(
        ["warns::dZ1", "*ManualBackpropWarning*dZ1 warning in backward_propagation*", "*MB305*"]
    )
    result = verify(pytester, "warns", more=["-W", "error::reference.pytest_plugin.ManualBackpropWarning"])
    assert failed(result) == {"warns::dZ1"}
    result.stdout.no_fnmatch_line("*Traceback*")
    write(pytester, {"pyproject.toml": f"{TABLE}intermediates = 'fail'\n"})
    assert failed(verify(pytester, "warns")) == {"warns::dZ1"}


# --- selecting ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_k_selects_by_output_and_by_check(pytester, near):
    result = verify(pytester, "right", "wrong", more=["-k", "dW2"])
    result.assert_outcomes(passed=1, failed=1, deselected=2 * len(OUTPUTS) + 1)
    assert verify(pytester, "wrong", more=["-k", "dW1"]).ret == 0
    verify(pytester, "right", more=["-k", "backward_propagation"]).assert_outcomes(passed=12, deselected=1)


def test_m_deselect_and_x_are_as_for_any_test(pytester, near):
    verify(pytester, "wrong", more=["-m", "not manual_backprop"]).assert_outcomes(passed=1, deselected=12)
    assert verify(pytester, "wrong", more=["--deselect", "wrong::dW2"]).ret == 0
    verify(pytester, "wrong", more=["-x"]).assert_outcomes(passed=1 + OUTPUTS.index("dW2"), failed=1)


@pytest.mark.slow
def test_lf_runs_what_failed_and_finds_it_fixed(pytester, near):
    assert verify(pytester, "wrong").ret == 1
    verify(pytester, "wrong", more=["--lf"]).assert_outcomes(failed=1, deselected=12)
    near("wrong")
    verify(pytester, "wrong", more=["--lf"]).assert_outcomes(passed=1, deselected=12)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wrong.py", "wrong.ipynb"])
def test_the_id_that_a_failure_prints_is_an_argument(pytester, name):
    write(pytester, {"wrong.ipynb": notebook(DOUBLED)})
    result = verify(pytester, "right.py", name, more=[f"{name}::dW2"])
    assert failed(result) == {f"{name}::dW2"}
    assert not (pytester.path / "imported").exists()
    result.assert_outcomes(passed=12, failed=1)  # the other target stands beside it


def notebook(source):
    import nbformat.v4 as v4

    cells = [v4.new_markdown_cell("# Mine"), v4.new_code_cell(source)]
    return __import__("nbformat").writes(v4.new_notebook(cells=cells))


@pytest.mark.slow
def test_a_module_of_tests_that_is_a_target_too_keeps_its_tests(pytester):
    write(pytester, {"test_both.py": RIGHT + "\n\ndef test_shape():\n    pass\n"})
    result = verify(pytester, "test_both.py", more=["test_both.py", "--collect-only", "-q"])
    assert set(ids(result)) == {"test_both.py::test_shape", *(f"test_both.py::{o}" for o in [*OUTPUTS, "*"])}
    result = verify(pytester, "test_both.py", more=["test_both.py::test_shape", "--collect-only", "-q"])
    assert set(ids(result)) == {"test_both.py::test_shape", *(f"test_both.py::{o}" for o in [*OUTPUTS, "*"])}
    result = verify(pytester, "test_both.py", more=["test_both.py::dW2", "--collect-only", "-q"])
    assert ids(result) == ["test_both.py::dW2"]


@pytest.mark.slow
def test_arguments_that_name_targets_of_the_configuration_file_select_among_them(pytester):
    write(pytester, {"pytest.ini": "[pytest]\nmanual_backprop_targets =\n    right.py\n    wrong.py\n"})
    assert ids(run(pytester, "wrong.py::dW2", "--collect-only", "-q")) == ["wrong.py::dW2"]
    others = ids(run(pytester, "wrong.py::dW2", "test_a.py", "--collect-only", "-q"))
    assert {"wrong.py::dW2", "test_a.py::test_ok", "right.py::dW2"} < set(others)  # nothing is left out unseen
    assert "wrong.py::dW1" not in others
    assert run(pytester, "wrong.py::dW9").ret == pytest.ExitCode.USAGE_ERROR


ORDERS = {"reversed": "items.reverse()", "by name": "items.sort(key=lambda item: item.name)"}


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_the_items_does_not_matter(pytester, near, order):
    write(pytester, {"conftest.py": f"def pytest_collection_modifyitems(items):\n    {ORDERS[order]}\n"})
    result = verify(pytester, "right", "wrong")
    assert failed(result) == {"wrong::dW2"}
    result.assert_outcomes(passed=24, failed=1)


def test_a_target_is_verified_once(pytester, near, monkeypatch):
    asked, honest = [], reference.plugin.session.judge_target
    monkeypatch.setattr(
        reference.plugin.session, "judge_target", lambda one, *a, **k: asked.append(one.name) or honest(one, *a, **k)
    )
    verify(pytester, "right", "wrong")
    assert asked == ["right", "wrong"]


# --- what cannot be verified is never green -----------------------------------------------------------------------

BROKEN = {
    "does not parse": (
        "broken.py",
        "broken.py",
        "def backward_propagation(:\n",
        "MB701: cannot be loaded: SyntaxError",
    ),
    "is half a notebook": ("broken.ipynb", "broken.ipynb", '{"cells": [', "broken.ipynb"),
    "raises at import": ("broken:backward", "broken.py", "raise RuntimeError('at import')\n", "at import"),
    "has no such name": ("mine:forward", "mine.py", MINE, "has no forward"),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", BROKEN)
def test_a_target_that_cannot_be_loaded_is_one_red_item(pytester, how):
    name, file, source, part = BROKEN[how]
    write(pytester, {file: source})
    result = verify(pytester, name)
    assert failed(result) == {f"{name}::*"}
    result.assert_outcomes(passed=1, failed=1)
    assert part in text_of(result)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["", "def add(a, b):\n    return a + b\n"])
def test_a_target_that_exports_nothing_is_one_red_item(pytester, source):
    write(pytester, {"empty.py": source})
    result = verify(pytester, "empty.py")
    assert failed(result) == {"empty.py::*"}
    assert "empty.py was not checked: nothing was checked" in text_of(result)


@pytest.mark.slow
def test_a_target_that_always_raises_is_red(pytester):
    write(pytester, {"template.py": "def backward_propagation(X, Y, cache):\n    raise NotImplementedError\n"})
    result = verify(pytester, "template.py")
    assert len(failed(result)) == 1
    assert "MB702" in text_of(result)


def test_a_target_that_is_not_there_is_a_usage_error(pytester):
    for arguments in (["nowhere.py"], ["no such thing"]):
        result = verify(pytester, *arguments)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert re.search(f"ERROR: manual-backprop: .*{arguments[0]}", result.stderr.str())


@pytest.mark.parametrize(
    ("table", "more", "part"),
    [
        ("[tool.manual-backprop]\nexample = 3\n", [], "tool.manual-backprop has no key 'example'"),
        (TABLE, ["--manual-backprop-profile", "fast"], "no profile 'fast'"),
        (f"{TABLE}baseline = 'known.toml'\n", [], "there is no baseline known.toml"),
    ],
)
def test_a_setting_that_is_none_is_a_usage_error(pytester, table, more, part):
    write(pytester, {"pyproject.toml": table})
    result = verify(pytester, "right.py", more=more)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert part in result.stderr.str()


def test_the_environment_is_heard(pytester, near, monkeypatch):
    monkeypatch.setenv("MANUAL_BACKPROP_SEED", "7")
    verify(pytester, "right", more=["--collect-only"]).stdout.fnmatch_lines(["manual-backprop: * seed 7"])
    monkeypatch.setenv("MANUAL_BACKPROP_SEED", "seven")
    assert verify(pytester, "right").ret == pytest.ExitCode.USAGE_ERROR


def test_a_canary_that_is_not_found_makes_every_item_an_error_of_the_tool(pytester, near, monkeypatch):
    sung = []
    monkeypatch.setattr(reference.plugin.session, "canary", lambda: sung.append(1) or "a doubled gradient was planted")
    result = verify(pytester, "right")
    result.assert_outcomes(passed=1, errors=12)
    assert result.ret == 1
    assert "internal error, not the target's fault: a doubled gradient was planted" in text_of(result)
    assert len(sung) == 1


def test_a_canary_that_raises_is_no_better(pytester, near, monkeypatch):
    monkeypatch.setattr(reference.plugin.session, "canary", lambda: 1 / 0)
    result = verify(pytester, "right")
    result.assert_outcomes(passed=1, errors=12)
    assert "not the target's fault: ZeroDivisionError: division by zero" in text_of(result)


def test_an_error_of_ours_is_an_error_and_is_not_repeated(pytester, near, monkeypatch):
    asked = []

    def broken(*args, **kwargs):
        asked.append(1)
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(reference.plugin.session, "judge_target", broken)
    result = verify(pytester, "right")
    result.assert_outcomes(passed=1, errors=12)
    assert "not the target's fault: ZeroDivisionError: planted" in text_of(result)
    assert len(asked) == 1


def test_witnesses_that_disagree_are_an_error_of_the_tool(pytester, near, monkeypatch):
    monkeypatch.setattr(reference.plugin.session, "canary", lambda: None)
    monkeypatch.setattr(
        reference.verification.target, "verify", lambda one, asked, run: run.disputes.append("MB901: planted")
    )
    result = verify(pytester, "right")
    result.assert_outcomes(passed=1, errors=12)
    assert "MB901: planted" in text_of(result)


def test_an_output_that_never_came_up_was_not_checked(pytester, near, monkeypatch):
    honest = reference.plugin.session.target_report

    def forgetful(*args, **kwargs):
        target = honest(*args, **kwargs)
        return target.model_copy(update={"checks": [row for row in target.checks if row.output != "dW2"]})

    monkeypatch.setattr(reference.plugin.session, "target_report", forgetful)
    result = verify(pytester, "right")
    assert failed(result) == {"right::dW2"}
    assert "dW2 in backward_propagation was not checked" in text_of(result)


def test_what_the_time_limit_cut_is_inconclusive(pytester, near):
    write(pytester, {"pyproject.toml": f"{TABLE}max_time = 1e-9\n"})
    result = verify(pytester, "right")
    result.assert_outcomes(passed=1, failed=12)
    assert "INCONCLUSIVE: the time limit of 1e-09 s cut the battery" in text_of(result)


def test_coverage_that_is_not_reached_is_inconclusive(pytester, near, monkeypatch):
    honest = reference.plugin.session.target_report

    def lossy(*args, **kwargs):
        target = honest(*args, **kwargs)
        rows = [row.model_copy(update={"verdict": "inconclusive", "unresolved": 7}) for row in target.checks]
        return target.model_copy(update={"checks": rows, "verdict": "inconclusive", "error": "coverage is too low"})

    monkeypatch.setattr(reference.plugin.session, "target_report", lossy)
    result = verify(pytester, "right", more=["-k", "dW2"])
    assert failed(result) == {"right::dW2"}
    assert re.search("INCONCLUSIVE: dW2 in .* entries could be compared; coverage is too low", text_of(result))


def test_a_required_check_that_no_target_has_is_red(pytester, near):
    names = ["backward_propagation", "right::backward_propagation::dW1", "wrong::backward_propagation", "other"]
    write(pytester, {"pyproject.toml": f"{TABLE}require = {names}\n"})
    result = verify(pytester, "right")
    assert failed(result) == {f"required::{name}" for name in names[2:]}


ACCEPTED = """
version = 1
[[accepted]]
target = "wrong"
output = "{}"
code = "MB101"
reason = "known"
expires = 2999-01-01
[exports]
"wrong" = ["{}"]
"""


def test_the_baseline_lets_through_what_it_has_and_is_red_where_it_does_not_fit(pytester, near):
    write(pytester, {"pyproject.toml": f"{TABLE}baseline = 'known.toml'\n"})
    write(pytester, {"known.toml": ACCEPTED.format("dW2", "backward_propagation")})
    result = verify(pytester, "wrong", "right", more=["-W", "default"])
    assert result.ret == 0
    assert "accepted known" in text_of(result)
    write(pytester, {"known.toml": ACCEPTED.format("dW1", "backward_propagation_2")})
    result = verify(pytester, "wrong", "right")
    assert failed(result) == {"wrong::dW2", "wrong::baseline"}
    assert "fits no finding any more" in text_of(result)
    assert "no longer exports backward_propagation_2" in text_of(result)


# --- answers ------------------------------------------------------------------------------------------------------

SHARE = Share(("backward",), "dW1")


def row(output="dW1", verdict="pass", *, check="backward", coordinates=8, **fields):
    return CheckResult(check=check, output=output, verdict=verdict, coordinates=coordinates, **fields)


def said(*rows, share=SHARE, verdict="pass", cut=None, not_judged=(), **fields):
    target = Target(target="t.py", verdict=verdict, checks=list(rows), notes=list(map(str, not_judged)), **fields)
    return answer(Verified(target, cut=cut, not_judged=not_judged), share)


def test_only_what_was_looked_at_and_found_right_is_green():
    assert said(row()).verdict == "pass"
    assert said(row(verdict="warn", findings=[finding(severity="warning")])).verdict == "warn"


def finding(code="MB101", severity="error", **fields):
    return Finding(code=code, severity=severity, certainty="exactly", text="the gradient × 2", **fields)


RED = {
    "wrong": [row(verdict="fail", findings=[finding()])],
    "wrong for want of another": [row(verdict="fail")],
    "inconclusive": [row(verdict="inconclusive")],
    "skipped": [row(verdict="skipped")],
    "of no entry": [row(coordinates=0)],
    "not there": [row("dW2")],
    "another check's": [row(check="forward")],
    "raised": [row(), row("*", "fail", findings=[finding("MB701")])],
}


@pytest.mark.parametrize("name", RED)
def test_nothing_else_is(name):
    assert said(*RED[name]).verdict == "fail"


def test_what_is_accepted_is_a_warning_even_where_nothing_could_be_looked_at():
    template = row("*", "warn", coordinates=0, findings=[finding("MB702", "warning", accepted="a template")])
    assert said(template, share=Share(("backward",))).verdict == "warn"
    assert said(row(verdict="warn")).text == "dW1 in backward is wrong, as a consequence of what is accepted"


def test_a_run_that_was_cut_is_red_whatever_its_rows_say():
    assert said(row(), cut="the time limit").verdict == "fail"


REST = Share(("backward",), but=frozenset({("backward", "dW1")}))


def test_what_has_no_item_of_its_own_is_the_rests():
    assert said(row(), share=REST).verdict == "pass"
    assert said(share=REST).verdict == "fail"
    assert said(row(coordinates=0), share=REST).verdict == "fail"
    assert said(row(), row("X", "fail", findings=[finding("MB601")]), share=REST).verdict == "fail"
    assert said(row(verdict="fail", findings=[finding()]), share=REST).verdict == "pass"  # told by its own item


def test_every_row_of_a_target_is_some_items():
    for checks in (
        (Check("backward", ("dW1",)), Check("cost"), Check("*")),
        (Check("backward", ("dW1",)), Check("backward_n", ("dW1",)), Check("cost"), Check("*")),
        (Check("backward", ()), Check("*")),
        (),
    ):
        shares = list(shares_of(checks))
        assert len({id for id, _ in shares}) == len(shares)
        for check in [check.name for check in checks] or ["*"]:
            for output in ("dW1", "dW7", "X", "*"):
                wrong = row(output, "fail", check=check)
                assert any(share.takes(wrong) for _, share in shares), (checks, check, output)


def test_what_the_run_says_it_cannot_judge_is_skipped_unless_nothing_else_was_judged():
    law, notes = Share(("scale",)), (NotJudged("scale", "it asks for what this tool cannot give"),)
    skipped = said(row(), share=law, not_judged=notes)
    assert (skipped.verdict, skipped.text) == ("skip", "scale is not judged: it asks for what this tool cannot give")
    assert said(share=law, not_judged=notes, verdict="inconclusive", error="nothing was checked").verdict == "fail"
    assert said(row(), share=Share(("scale_n",)), not_judged=notes).verdict == "fail"
    assert said(row(), share=law).verdict == "fail"


def test_what_looks_like_a_backward_pass_and_was_not_judged_is_red_with_its_reason():
    place = Location(file="t.py", line=7)
    unsure = finding("MB704", "inconclusive", remedy="verify t.py --bind …", location=place)
    left = row("*", "inconclusive", check="back", coordinates=0, findings=[unsure])
    found = said(row(), left, share=Share(("back",)))
    assert (found.verdict, found.place) == ("fail", place)
    assert found.text.startswith("INCONCLUSIVE\n  back is not judged  t.py, line 7")
    assert "judge it by  verify t.py" in found.text
    needed = Implementation("t.py", (), notes=(NotJudged("back", "why", needed=True), NotJudged("scale", "why")))
    assert checks_of(needed, 0) == (Check("back"),)


def test_the_line_of_a_consequence_is_that_of_its_cause():
    place = Location(file="t.py", line=3)
    upstream = row("dZ1", "fail", findings=[finding(location=place, upstream_of=["dW1"])])
    found = said(upstream, row(verdict="fail"))
    assert found.place == place
    assert found.summary == "follows from dZ1 (MB101)"
    assert dict(found.properties)["code"] == "consequence"


# --- the process is somebody else's -------------------------------------------------------------------------------

HOSTILE = """
import os, warnings
import jax, numpy as np, pytest
from hypothesis import settings

np.seterr(all="raise")
for name, value in (("jax_debug_nans", True), ("jax_numpy_rank_promotion", "raise"),
                    ("jax_numpy_dtype_promotion", "strict"), ("jax_transfer_guard", "disallow")):
    jax.config.update(name, value)

def now():
    from hypothesis.configuration import storage_directory
    from threadpoolctl import threadpool_info
    from jax._src import compilation_cache
    return {
        "environment": dict(os.environ) | {"PYTEST_CURRENT_TEST": ""}, "folder": os.getcwd(), "numpy": np.geterr(),
        "random": np.random.get_state()[1].tolist(), "jax": {k: str(v) for k, v in jax.config.values.items()},
        "threads": [pool["num_threads"] for pool in threadpool_info()], "warnings": list(warnings.filters),
        "hypothesis": str(storage_directory(intent_to_write=False).home_directory),
        "database": str(settings.default.database),
        "cache": str(compilation_cache._cache),
    }

@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    before = now()
    yield
    if item.name == "test_that_changes_one":
        np.seterr(over="ignore")
    after = now()
    assert after == before, {k: (before[k], after[k]) for k in before if after[k] != before[k]}
"""


@pytest.mark.slow
def test_settings_are_as_they_were_and_no_setting_changes_a_verdict(pytester):
    write(pytester, {"conftest.py": HOSTILE, "test_a.py": "def test_that_changes_one():\n    pass\n"})
    result = verify(pytester, "wrong.py", process=True, more=["-W", "error"])
    assert failed(result) == {"wrong.py::dW2"}
    result.assert_outcomes(passed=11, failed=1, errors=1)
    result.stdout.fnmatch_lines(["ERROR test_a.py::test_that_changes_one*"])


UNUSED = "import sys\n\ndef test_what_is_there():\n    print('heavy:', sorted({%s} & set(sys.modules)))\n"
HEAVY = ("numpy", "jax", "pydantic", "click", "reference.plugin.collection", "reference.cli", "manual_backprop")


def test_what_every_pytest_run_imports_is_light():
    script = "import sys, pytest, reference.pytest_plugin; print('heavy:', sorted({%s} & set(sys.modules)))"
    command = [sys.executable, "-c", script % ", ".join(map(repr, HEAVY))]
    assert "heavy: []" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_where_it_is_not_used_nothing_is_imported_and_no_time_is_lost(pytester):
    write(pytester, {"test_a.py": UNUSED % ", ".join(map(repr, HEAVY))})
    assert "heavy: []" in run(pytester, "-s", process=True).stdout.str()
    write(pytester, {"conftest.py": "import manual_backprop"})
    assert "heavy: ['manual_backprop', 'numpy']" in run(pytester, "-s", process=True).stdout.str()


@pytest.mark.slow
def test_an_interrupt_leaves_no_process_behind(pytester):
    source = RIGHT.replace(
        "    m = X", "    import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)\n    m = X"
    )
    write(pytester, {"slow.py": source.replace("open('child'", f"open({str(pytester.path / 'child')!r}")})
    command = interrupting.module("pytest", "-p", "no:benchmark", "--manual-backprop", "slow.py")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    child = pytester.path / "child"
    until = time.monotonic() + 60
    while not (child.exists() and child.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, out
    with pytest.raises(ProcessLookupError):
        os.kill(int(child.read_text()), 0)


# --- xdist --------------------------------------------------------------------------------------------------------


INITIALISERS = """
import numpy as np

def initialize_parameters_zeros(layers_dims):
    L = len(layers_dims)
    return {f"W{l}": np.zeros((layers_dims[l], layers_dims[l - 1])) for l in range(1, L)} | {
        f"b{l}": np.zeros((layers_dims[l], 1)) for l in range(1, L)}

def initialize_parameters_he(layers_dims):
    np.random.seed(3)
    L = len(layers_dims)
    return {f"W{l}": np.random.randn(layers_dims[l], layers_dims[l - 1]) for l in range(1, L)} | {
        f"b{l}": np.zeros((layers_dims[l], 1)) for l in range(1, L)}
"""
HE = "nets.py::initialize_parameters_he"
SHARED = {"load": (INITIALISERS, HE, 2), "loadgroup": (DOUBLED, "nets.py::dW2", 12)}
NO_CANARY = "import reference.plugin.session as session\n\nsession.canary = lambda: None\n"  # two of them take long


@pytest.mark.slow
@pytest.mark.parametrize("how", SHARED)
def test_two_processes_come_to_the_same(pytester, how):
    source, red, passed = SHARED[how]
    write(pytester, {"nets.py": source, "conftest.py": NO_CANARY})
    result = verify(pytester, "nets.py", process=True, more=["-n", "2", "--dist", how])
    assert {name.split("@")[0] for name in failed(result)} == {red}
    result.assert_outcomes(passed=passed, failed=1)


@pytest.mark.slow
def test_two_processes_are_not_begun_for_a_target_that_is_not_there(pytester):
    result = verify(pytester, "nowhere.py", process=True, more=["-n", "2"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "there is no such file" in result.stderr.str()


GROUPS = """
def pytest_collection_finish(session):
    for item in session.items:
        print("group:", [mark.args[0] for mark in item.iter_markers("xdist_group")])
"""


def test_items_of_a_target_are_a_group(pytester, near):
    write(pytester, {"conftest.py": GROUPS})
    result = verify(pytester, "right", "wrong", more=["--collect-only", "-q", "--strict-markers"])
    groups = [line for line in result.outlines if line.startswith("group:")]
    assert groups == ["group: []"] + ["group: ['right']"] * 12 + ["group: ['wrong']"] * 12
    result = verify(pytester, "right", more=["--collect-only", "-q", "--strict-markers", "-p", "no:xdist"])
    assert result.ret == 0
    assert "group: []" in result.outlines


@pytest.mark.slow
def test_a_drawn_seed_is_the_same_in_every_process(pytester):
    write(pytester, {"pyproject.toml": TABLE + "profile = 'nightly'\n"})
    config = pytester.parseconfigure("--manual-backprop", "right.py")
    collection = config.pluginmanager.get_plugin("manual-backprop-collection")

    node = SimpleNamespace(workerinput={})
    collection.pytest_configure_node(node)
    config.workerinput = node.workerinput
    again = reference.plugin.collection.Collection(config)
    del config.workerinput
    alone = reference.plugin.collection.Collection(config)
    seeds = [one.verification.request.options.seed for one in (collection, again, alone)]
    assert seeds[0] == seeds[1] != seeds[2]


# --- gradcheck ----------------------------------------------------------------------------------------------------

OWN = """
import numpy as np
from mine import backward

P = {"W": np.array([[1.0, -2.0]]), "b": np.array([0.5])}

def cost(p):
    return float(np.sum(p["W"] ** 2) + p["b"][0] ** 3)

def right(p):
    return {"W": 2 * p["W"], "b": 3 * p["b"] ** 2}

def doubled(problem):
    return backward(problem, 2.0)

def lossy(problem):
    found = backward(problem)
    return {name: a.astype(np.float32).astype(np.float64) for name, a in found.items()}

def two_layers(problem):
    X, Y, [(W1, b1), (W2, b2)] = problem.X, problem.Y, problem.parameters

"""
CASES = {
    "right": ("gradcheck(cost, P, right(P))", None),
    "returns the check": ("assert gradcheck(cost, P, right(P)).coverage == 1", None),
    "wrong": ("gradcheck(cost, P, {**right(P), 'W': np.array([[2.0, -5.0]])})", "W[0,1] yours -5 central"),
    "not finite": ("gradcheck(cost, P, {**right(P), 'b': np.array([np.nan])})", "b[0] yours nan"),
    "nothing to check": ("gradcheck(lambda p: 0.0, {}, {})", "INCONCLUSIVE"),
    "all at kinks": (
        "gradcheck(lambda p: float(np.abs(p['x']).sum()), {'x': np.zeros(3)}, {'x': np.zeros(3)})",
        "x 3 of 3 coordinates excluded at kinks",
    ),
    "a keyword": ("gradcheck(cost, P, right(P), epsilon=1e-4)", None),
    "backward, right, by fields": ("gradcheck.backward(backward, dims=[3, 2], m=5, lambd=0.0)", None),
    "backward, right, by line": ("gradcheck.backward(backward, 'dims=3,2 m=5')", None),
    "backward, wrong": ("gradcheck.backward(doubled, dims=(3, 2), m=5)", "MB101: is exactly the gradient × 2"),
    "backward, without L2": ("gradcheck.backward(backward, 'dims=3,2 m=5 lambd=0.7')", "MB201"),
    "backward, raises": ("gradcheck.backward(two_layers, dims=(3, 2), m=5)", "MB701"),
    "backward, of everything": ("gradcheck.backward(backward)", "MB701"),
    "backward, lossy": ("gradcheck.backward(lossy, dims=(3, 2), m=5)", "MB402"),
}  # fmt: skip


@pytest.fixture
def own(pytester):
    tests = [f"def test_{k}(gradcheck):  # {name}\n    {CASES[name][0]}\n" for k, name in enumerate(CASES)]
    write(pytester, {"mine.py": MINE, "test_a.py": OWN + "\n".join(tests)})
    return pytester


def test_gradcheck_passes_what_is_right_and_says_what_is_wrong(own, monkeypatch):
    monkeypatch.syspath_prepend(own.path)
    small = reference.plugin.gradcheck.PROFILE._replace(examples=1, explore=0)
    monkeypatch.setattr(reference.plugin.gradcheck, "PROFILE", small)
    result = run(own)
    bad = [f"test_a.py::test_{k}" for k, name in enumerate(CASES) if CASES[name][1]]
    assert failed(result) == set(bad)
    sections = re.split(r"_{5,} test_(\d+) _{5,}", result.stdout.str())
    texts = {
        list(CASES)[int(k)]: " ".join(text.split()) for k, text in zip(sections[1::2], sections[2::2], strict=True)
    }
    for name, (_, part) in CASES.items():
        if part:
            assert part in texts[name], name
            assert "Traceback" not in texts[name]
            assert "gradcheck.py" not in texts[name]
            assert "manual-backprop replay" not in texts[name]
    assert not (own.path / ".manual-backprop").exists()


def test_gradcheck_backward_asks_the_canary_first(own, monkeypatch):
    monkeypatch.syspath_prepend(own.path)
    monkeypatch.setattr(reference.plugin.session, "canary", lambda: "a doubled gradient was planted, and not found")
    result = run(own, "-k", "test_7")
    result.assert_outcomes(failed=1, deselected=len(CASES) - 1)
    assert "internal error, not the target's fault: a doubled gradient" in text_of(result)
