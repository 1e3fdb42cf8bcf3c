"""The gate as a CI meets it: the table, the baseline, what is required; one verdict, whatever the machine does."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import reference.commands.verify
from reference.__main__ import _code
from reference.cases.domain import COURSE
from reference.interface.entry import Implementation, Law, NotJudged
from reference.settings.profiles import PROFILES
from reference.targets.resolve import BUILT_IN
from reference.verification.repeat import ALONE
from tests.reference.court import remember_witnesses, shrink_nothing
from tests.reference.mistakes import RIGHT, implementation, times

CASE = "dims=3,4,2,1 m=5 lambd=0.7 keep_prob=0.6"
NARROW = COURSE._replace(l2=True, dropout=True, share=1)  # a small battery
FILES = Path(__file__).parents[1] / "course_files"
UNSEEN = NotJudged("back_prop", "its argument q is not known", "verify unsure --bind …", needed=True)
NOW = datetime.datetime.now(datetime.UTC).date()


@pytest.fixture(autouse=True)
def _workplace(tmp_path, monkeypatch):
    remember_witnesses(monkeypatch)
    shrink_nothing(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for name in PROFILES:
        monkeypatch.setitem(PROFILES, name, PROFILES[name]._replace(examples=16, explore=1))
    for name, made in (
        ("right", implementation(RIGHT, name="right", domain=NARROW)),
        ("wrong", implementation(times("dW", lambda s: 2), name="wrong", domain=NARROW)),
        ("empty", Implementation("empty", ())),
        ("unsure", Implementation("unsure", (), (Law("cost", lambda seed: (9, [])),), (UNSEEN,))),
    ):
        monkeypatch.setitem(BUILT_IN, name, lambda made=made: made)
    monkeypatch.setenv(ALONE, "1")  # what fails is not repeated in another process, which knows none of these targets


def table(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.manual-backprop]\n{text}", encoding="utf-8")


def run(*arguments: str) -> int:
    return _code(["verify", *arguments])


# --- the table ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_table_names_the_targets_and_the_reports(capsys):
    table('targets = ["right", "wrong"]\nreports = ["json=r.json", "junit=j.xml", "sarif=s.sarif", "markdown=m.md"]\n')
    assert run() == 1
    out = capsys.readouterr().out
    assert "right" in out  # the text stands beside
    assert "NOT VERIFIED" in out
    assert [t["target"] for t in json.loads(Path("r.json").read_text())["targets"]] == ["right", "wrong"]
    assert all(Path(name).stat().st_size for name in ("j.xml", "s.sarif", "m.md"))


def test_a_wrong_table_is_exit_2_and_one_line(capsys):
    table('targts = ["right"]')
    assert run() == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "'targets', perhaps?" in err


def test_github_lines_stand_beside_the_text(capsys):
    assert run("wrong", "--case", CASE, "--report", "text", "--report", "github") == 1
    out = capsys.readouterr().out
    assert "NOT VERIFIED" in out
    assert "::error " in out


def test_a_tolerance_of_ones_own_is_said_and_used(capsys, monkeypatch):
    monkeypatch.setitem(
        BUILT_IN, "nearly", lambda: implementation(times("dW", lambda s: 1 + 1e-10), name="nearly", domain=NARROW)
    )
    assert run("nearly", "--case", CASE) == 1
    table("[tool.manual-backprop.tolerance]\nfloat64 = 1e5\n")
    assert run("nearly", "--case", CASE) == 0
    assert "taken 100000 times for float64" in capsys.readouterr().out
    table("[tool.manual-backprop.tolerance]\nfloat32 = 1e5\n")
    assert run("nearly", "--case", CASE) == 1


def test_a_tolerance_that_sees_nothing_is_inconclusive():
    table("[tool.manual-backprop.tolerance]\nfloat64 = 1e20\n")
    assert run("wrong", "--case", CASE) == 3


# --- vacuity -----------------------------------------------------------------------------------------------------


def test_a_required_check_that_did_not_run_is_exit_3_and_named(capsys):
    assert run("right", "--require", "backward") == 0
    assert run("right", "--require", "backwards") == 3
    assert "required check backwards did not run" in capsys.readouterr().out
    table('require = ["another"]')
    assert run("right") == 3
    assert run("wrong") == 1  # a finding is worse
    assert run("right", "--case", CASE) == 0  # one case is not the run that it is required of


def test_a_target_that_exports_nothing_is_exit_3():
    assert run("empty") == 3
    assert run("right", "empty") == 3


def test_coverage_under_the_floor_is_exit_3(capsys):
    assert run("right", "--coverage", "1") == 3
    assert "coverage is too low" in capsys.readouterr().out


# --- the baseline ------------------------------------------------------------------------------------------------


def accepted() -> list[dict]:
    return tomllib.loads(Path("known.toml").read_text(encoding="utf-8"))["accepted"]


@pytest.mark.slow
def test_from_red_to_green_and_back_by_the_baseline(capsys, monkeypatch):
    assert run("wrong", "--baseline", "known.toml") == 2
    assert "--update-baseline" in capsys.readouterr().err
    assert run("wrong", "--baseline", "known.toml", "--update-baseline") == 2
    assert "--reason" in capsys.readouterr().err
    assert not Path("known.toml").exists()

    assert run("wrong", "--baseline", "known.toml", "--update-baseline", "--reason", "by agreement") == 0
    out = capsys.readouterr().out
    assert "+" in out
    assert 'reason = "by agreement"' in out
    assert {entry["output"] for entry in accepted()} == {"dW1", "dW2", "dW3"}
    assert {entry["expires"] for entry in accepted()} == {NOW + datetime.timedelta(days=90)}

    assert run("wrong", "--baseline", "known.toml") == 0
    out = capsys.readouterr().out
    assert "by agreement" in out
    assert re.search(r"^verified, 3 findings accepted in ", out, re.MULTILINE)
    table('baseline = "known.toml"')
    assert run("wrong") == 0

    monkeypatch.setitem(
        BUILT_IN, "wrong", lambda: implementation(times("db", lambda s: 3), name="wrong", domain=NARROW)
    )
    assert run("wrong") == 2  # other findings, and stale entries
    assert "fits no finding any more" in capsys.readouterr().out
    monkeypatch.setitem(BUILT_IN, "wrong", lambda: implementation(RIGHT, name="wrong", domain=NARROW))
    assert run("wrong") == 2
    assert run("wrong", "--update-baseline") == 0
    assert accepted() == []
    assert run("wrong") == 0


@pytest.mark.slow
def test_an_entry_that_has_expired_is_exit_2(capsys, monkeypatch):
    until = NOW.isoformat()
    arguments = ("--update-baseline", "--reason", "for now", "--expires", until)
    assert run("wrong", "--baseline", "known.toml", *arguments) == 0
    assert run("wrong", "--baseline", "known.toml") == 0
    monkeypatch.setattr(reference.commands.verify, "_today", lambda: NOW + datetime.timedelta(days=1))
    assert run("wrong", "--baseline", "known.toml") == 2
    assert f"expired on {until}" in capsys.readouterr().out


def test_a_target_that_exports_less_than_the_baseline_has_is_exit_3(capsys):
    assert run("right", "--baseline", "known.toml", "--update-baseline") == 0
    text = Path("known.toml").read_text(encoding="utf-8").replace('"backward"', '"backward", "another"')
    Path("known.toml").write_text(text, encoding="utf-8")
    assert run("right", "--baseline", "known.toml") == 3
    assert "right no longer exports another" in capsys.readouterr().out


def test_an_unwritable_baseline_is_exit_2(capsys):
    assert run("right", "--baseline", "no/known.toml", "--update-baseline") == 2
    assert "no/known.toml" in capsys.readouterr().err


# --- the same, whatever the machine does ----------------------------------------------------------------------------

HOSTILE = """
from hypothesis import settings, Phase
settings.register_profile("ci", max_examples=1, phases=[Phase.explicit])
settings.load_profile("ci")
"""


@pytest.mark.slow
def test_hash_seed_threads_workers_locale_and_time_zone_change_no_byte(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HOSTILE, encoding="utf-8")  # another library's profile of that name
    targets = [str(FILES / "dropout_backward_unmasked.ipynb"), str(FILES / "annotated.py")]
    settings = [
        {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "2", "TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8",
         "PYTHONPATH": str(tmp_path)},
    ]  # fmt: skip
    texts = []
    for k, extra in enumerate(settings):
        out = tmp_path / f"{k}.json"
        command = [sys.executable, "-m", "reference", "verify", *targets, "--profile", "ci", "--examples", "64"]
        if k == 0 and hasattr(os, "sched_setaffinity"):  # one worker, for one core
            command = [sys.executable, "-c", ONE_CORE, *command[3:]]
        done = subprocess.run(
            [*command, "--report", f"json={out}"],
            env={**os.environ, **extra},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]


ONE_CORE = """
import os, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
from reference.__main__ import main
main(sys.argv[1:])
"""


@pytest.mark.slow
def test_the_order_of_the_targets_changes_only_their_order(capsys):
    def checks(*names: str) -> dict[str, object]:
        assert run(*names, "--report", "json") == 1
        found = json.loads(capsys.readouterr().out)["targets"]
        return {target["target"]: target for target in found}

    assert checks("right", "wrong") == checks("wrong", "right")


# --- what was not judged -------------------------------------------------------------------------------------------


def test_what_was_not_judged_is_exit_3_and_may_be_left_out_and_never_accepted(capsys):
    assert run("unsure", "--baseline", "known.toml", "--update-baseline", "--reason", "later") == 3
    assert "unsure, back_prop: not judged, so not accepted; --except NAME" in capsys.readouterr().out
    assert tomllib.loads(Path("known.toml").read_text())["accepted"] == []
    assert run("unsure", "--except", "back_porp") == 2
    assert "'back_prop', perhaps?" in capsys.readouterr().err
    assert run("unsure", "--except", "unsure::back_prop") == 0
    assert "left out on request: back_prop (--except)" in capsys.readouterr().out
    table('except = ["back_prop"]')
    assert run("unsure", "--report", "json=r.json") == 0
    assert json.loads(Path("r.json").read_text())["targets"][0]["excepted"] == ["back_prop"]
