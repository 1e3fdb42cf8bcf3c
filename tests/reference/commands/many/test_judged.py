"""Copies are judged once, a run that was stopped goes on, and the report is that of a run without either."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference.commands.many import judged as many
from reference.commands.many.contents import content_of
from reference.commands.many.journal import TargetAnswer
from reference.commands.many.renaming import of_another_name
from reference.commands.many.workers import answer_to
from reference.verification.conclusion import Conclusion
from reference.verification.jobs import jobs_of
from reference.verification.processes import processes_beside
from reference.verification.request import Request, request
from tests import interrupting
from tests.reference.commands.many.test_workers import RIGHT

WRONG = RIGHT.replace("dout * w", "dout + w")
COURSE = Path(__file__).parents[2] / "course_files"


def command(folder: Path, *arguments: str) -> list[str]:
    return interrupting.module("reference", "verify", ".", "--profile", "quick", *arguments)


def environment(folder: Path) -> dict[str, str]:
    root = str(Path(__file__).parents[4])
    return {**os.environ, "XDG_CACHE_HOME": str(folder / ".cache"), "PYTHONPATH": root}


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    asked = command(folder, "--report", "json=out.json", *arguments)
    subprocess.run(asked, cwd=folder, env=environment(folder), capture_output=True, check=False, timeout=600)
    found: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return {**found, "timing": {}}


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    wrong = (COURSE / "Regularization_export.py").read_text(encoding="utf-8")
    wrong = wrong.replace("    db2 = 1./m * np.sum", "    db2 = np.sum", 1)
    for name, text in {
        "anna": WRONG,
        "bert": RIGHT,
        "cora": wrong,
        "dora": "x = 1\n",
        "emil": WRONG + "def f(:\n",
    }.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_copies_are_judged_once_and_told_of_as_if_each_had_been(
    submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (submissions / "more").mkdir()
    for name in ("anna", "cora", "dora", "emil"):
        text = (submissions / f"{name}.py").read_bytes().replace(b"\n", b"\r\n")
        (submissions / "more" / f"copy_of_{name}.py").write_bytes(text)
    together = report(submissions)
    kept = {path.stem for path in (submissions / ".manual-backprop" / "failures").glob("*.json")}
    told = {target["target"]: target for target in together["targets"]}
    assert len(told) == 7  # without the two that hold nothing
    for name in ("more/copy_of_anna.py", "more/copy_of_cora.py", "more/copy_of_emil.py"):
        asked = interrupting.module("reference", "verify", name, "--profile", "quick", "--report", "json=alone.json")
        subprocess.run(asked, cwd=submissions, env=environment(submissions), capture_output=True, check=False)
        (alone,) = json.loads((submissions / "alone.json").read_text(encoding="utf-8"))["targets"]
        assert told[name] == alone
        replays = {one["replay"] for row in alone["checks"] for one in row["findings"] if one["replay"]}
        assert replays <= kept


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_with_the_same_report(submissions: Path) -> None:
    for k in range(4):
        (submissions / f"more{k}.py").write_text(f"# {k}\n{WRONG}", encoding="utf-8")
    whole = report(submissions)
    lines = []
    with subprocess.Popen(
        command(submissions, "--report", "json=stopped.json"), cwd=submissions, env=environment(submissions),
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    ) as stopped:  # fmt: skip
        assert stopped.stderr is not None
        for line in stopped.stderr:
            lines.append(line)
            if "(3 of 8)" in line:
                stopped.send_signal(signal.SIGINT)
    assert stopped.returncode == 130, lines
    partly = json.loads((submissions / "stopped.json").read_text(encoding="utf-8"))["targets"]
    assert partly[-1]["verdict"] == "interrupted"
    assert "--resume" in partly[-1]["error"]
    assert len(partly) >= 3
    (submissions / "anna.py").write_text(RIGHT, encoding="utf-8")  # changed since: it is judged again
    asked = command(submissions, "--resume", "--report", "json=resumed.json")
    resumed = subprocess.run(
        asked, cwd=submissions, env=environment(submissions), capture_output=True, text=True, check=False
    )
    assert "were judged by the run that was stopped" in resumed.stderr
    found = json.loads((submissions / "resumed.json").read_text(encoding="utf-8"))["targets"]
    first, *others = found
    assert (first["target"], first["verdict"]) == ("anna.py", "pass")
    assert others == whole["targets"][1:]
    assert not list((submissions / ".cache" / "manual-backprop").glob("journals-*/*.sqlite"))


def asked_of(*names: str) -> Request:
    return request(names, (("text", None),), {"profile": "quick"})


def test_each_content_is_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in {"a": RIGHT, "b": WRONG, "c": RIGHT, "d": "def f(:\n", "e": "def f(:\n", "f": RIGHT}.items():
        Path(f"{name}.py").write_text(text, encoding="utf-8")
    heard: list[list[str]] = []

    def answering(names, asked, opener, count, keep):
        heard.append(list(names))
        for name in names:
            verdict = "error" if name in ("d.py", "e.py") else "pass"
            keep(name, TargetAnswer(Conclusion(name, verdict)))
        return True

    monkeypatch.setattr(many, "answer_everything", answering)
    asked = asked_of(*(f"{name}.py" for name in "abcdef"))
    lines: list[str] = []
    with many.judged_by_workers(jobs_of(asked), asked, lines.append) as found:
        assert [one.target for one in found] == ["a.py", "b.py", "c.py", "d.py", "e.py", "f.py"]
        assert len(found) == 6
    assert heard == [["a.py", "b.py", "d.py"], ["e.py"]]  # what could not be judged is told of in its own words
    assert lines[0] == "✓ a.py (1 of 6)"
    assert lines[-1] == "! e.py (6 of 6)"


def test_what_changed_since_is_not_told_of_by_a_run_that_stops_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in {"a": RIGHT, "b": WRONG, "c": RIGHT + "# c\n"}.items():
        Path(f"{name}.py").write_text(text, encoding="utf-8")

    def stopped_after(count):
        def answering(names, asked, opener, cores, keep):
            for name in names[:count]:
                keep(name, TargetAnswer(Conclusion(name, "pass")))
            return False

        return answering

    told = []
    for count, resume in ((2, False), (0, True)):
        monkeypatch.setattr(many, "answer_everything", stopped_after(count))
        asked = replace(asked_of("a.py", "b.py", "c.py"), resume=resume)
        with many.judged_by_workers(jobs_of(asked), asked, lambda line: None) as found:
            told.append([(one.target, one.verdict) for one in found])
        Path("a.py").write_text(WRONG + "# since\n", encoding="utf-8")
    assert told == [
        [("a.py", "pass"), ("b.py", "pass"), ("c.py", "interrupted")],
        [("b.py", "pass"), ("a.py", "interrupted")],
    ]


def test_a_copy_is_told_of_where_no_failure_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(f"{name}.py").write_text(WRONG, encoding="utf-8")
    with processes_beside(1) as pool:
        answer = pool.submit(answer_to, asked_of("a.py"), "a.py", str(tmp_path)).result()
    assert answer.conclusion.stored
    shutil.rmtree(".manual-backprop")
    Path(".manual-backprop").write_text("a file where the folder would be")
    found = of_another_name(answer, "a.py", "b.py").conclusion
    assert (found.target, found.verdict) == ("b.py", "fail")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a.py::f, line 3", "sub/b.py::f, line 3"),
        ("data.py and a.pyc, x/a.py", "data.py and a.pyc, x/a.py"),
        ("verify a.py --bind x=y", "verify sub/b.py --bind x=y"),
    ],
)
def test_another_name_stands_where_the_first_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, wanted: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = TargetAnswer(Conclusion("a.py", "pass", notes=(text, f"in {tmp_path}/a.py")))
    found = of_another_name(answer, "a.py", "sub/b.py").conclusion
    assert found.target == "sub/b.py"
    assert found.notes == (wanted, f"in {tmp_path}/sub/b.py")


def test_no_content_is_a_copy_of_none() -> None:
    assert content_of("nothing.py") is None
    assert many._copies(["a", "b", "c"], {"a": None, "b": None, "c": "x"}) == {"a": [], "b": [], "c": []}
