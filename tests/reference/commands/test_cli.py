"""The command line: every exit code, one line for whatever stops it, and nothing left half done."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import reference.commands.verify
import reference.report.delivery
import reference.verification.explained
import reference.verification.run
import reference.verification.target
from reference.__main__ import _code
from reference.cli import cli
from reference.interface.entry import Entry, Implementation
from reference.settings.profiles import PROFILES, default_profile
from reference.targets.resolve import BUILT_IN
from reference.verification.failures import FOLDER
from reference.verification.repeat import ALONE
from tests.reference import mistakes
from tests.reference.court import ask_witnesses_anew, remember_witnesses
from tests.reference.mistakes import RIGHT, implementation, times

CASE = "dims=3,4,2 m=5 hidden=tanh lambd=0.7 keep_prob=0.6"
FAMILY = "dims=3,4,2,1 m=5"
MINE = """
import numpy as np
from manual_backprop import network

def backward(problem, factor=1.0):
    how = dict(hidden=problem.hidden, output=problem.output, masks=problem.masks, keep_prob=problem.keep_prob)
    forward = network.forward_propagation(problem.X, problem.parameters, **how)
    found = network.backward_propagation(problem.Y, problem.parameters, forward, lambd=problem.lambd, **how)
    return {f"d{name}{l}": factor * g for name, gs in (("W", found.dW), ("b", found.db)) for l, g in enumerate(gs, 1)}

def doubled(problem):
    return backward(problem, 2.0)

class Holder:
    method = staticmethod(backward)

nothing = None
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path, monkeypatch):
    """A folder of its own, small plans, and imports that are forgotten."""
    remember_witnesses(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ALONE, "1")  # what fails is not repeated in another process, which knows none of these targets
    for name in PROFILES:
        monkeypatch.setitem(PROFILES, name, PROFILES[name]._replace(examples=16, explore=1))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if not name.startswith(("jax", "numpy", "reference", "manual_backprop", "hypothesis", "rich", "threadpoolctl")):
            del sys.modules[name]


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    return "mine:backward"


@pytest.fixture
def built_in(monkeypatch):
    """Implementations under names of their own, without importing anything."""

    def add(name, implementation):
        monkeypatch.setitem(BUILT_IN, name, lambda: implementation)
        return name

    add("right", implementation(RIGHT, name="right"))
    add("wrong", implementation(times("dW", lambda s: 2), name="wrong"))
    return add


def said(capsys):
    captured = capsys.readouterr()
    return captured.out, captured.err


def one_line(err, *parts):
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("manual-backprop: ")
    for part in parts:
        assert part in lines[0]


# --- 0, 1, 3 --------------------------------------------------------------------------------------------------


def test_a_right_target_exits_0(built_in, capsys):
    assert _code(["verify", "right"]) == 0
    out, err = said(capsys)
    assert "verified" in out
    assert "exit 0" in out
    assert [line.partition(":")[0] for line in err.splitlines()] == ["verifying backward"]
    assert os.listdir() == []


def test_a_wrong_target_exits_1_and_keeps_its_failures(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    out, _ = said(capsys)
    assert "NOT VERIFIED" in out
    assert "MB101" in out
    assert len(list(FOLDER.glob("*.json"))) == len(list(FOLDER.glob("*.npz"))) == 2
    assert all(f"replay {path.stem}" in out for path in FOLDER.glob("*.json"))


def test_a_target_that_exports_nothing_exits_3(built_in, capsys):
    built_in("empty", Implementation("empty", ()))
    assert _code(["verify", "empty"]) == 3
    assert "nothing was checked" in said(capsys)[0]


def test_a_case_that_no_function_takes_exits_3(built_in, capsys):
    domain = implementation(RIGHT).entries[0].domain._replace(hiddens=("relu",))
    built_in("narrow", implementation(RIGHT, name="narrow", domain=domain))
    assert _code(["verify", "narrow", "--case", CASE]) == 3
    assert "takes this case" in said(capsys)[0]


@pytest.mark.slow
def test_a_warning_exits_0_and_1_where_accuracy_says_so(built_in, capsys):
    clipped = implementation(mistakes.clipped(1e-7), name="clipped")
    built_in("clipped", clipped)
    saturated = "dims=1,3,1,1 m=1 scale=30 seed=6"
    assert _code(["verify", "clipped", "--case", saturated]) == 0
    assert "MB402" in said(capsys)[0]
    assert _code(["verify", "clipped", "--case", saturated, "--accuracy", "fail"]) == 1


@pytest.mark.parametrize(
    ("targets", "code"),
    [
        (["right", "wrong"], 1),
        (["wrong", "right"], 1),
        (["right", "empty"], 3),
        (["empty", "wrong"], 1),
        (["wrong", "disputed", "empty"], 2),
        (["disputed", "stopped", "wrong"], 130),
        (["right", "right"], 0),
    ],
)
def test_over_several_targets_the_worst_counts(built_in, monkeypatch, targets, code):
    built_in("empty", Implementation("empty", ()))
    built_in("disputed", implementation(RIGHT, name="disputed"))
    built_in("stopped", implementation(RIGHT, name="stopped"))
    carry_out = reference.verification.run.verify

    def verify(implementation, options, run):
        if implementation.name == "stopped":
            raise KeyboardInterrupt
        carry_out(implementation, options, run)
        if implementation.name == "disputed":
            run.disputes.append("MB901: the witnesses disagree")

    monkeypatch.setattr(reference.verification.target, "verify", verify)
    assert _code(["verify", *targets, "--case", CASE]) == code


# --- 2: what cannot be run ------------------------------------------------------------------------------------

USAGE = {
    "unknown target": (["verify", "nobody"], "no target 'nobody'", "module:function"),
    "unknown module": (["verify", "nobody:f"], "nobody", "module:function"),
    "half a target": (["verify", "right:"], "no target", "module:function"),
    "unknown profile": (["verify", "right", "--profile", "huge"], "no profile 'huge'", "quick"),
    "bad case": (["verify", "right", "--case", "dims=2 m=1"], "dims", "sizes"),
    "unknown name in a case": (["verify", "right", "--case", "dims=2,1 m=1 wide=3"], "wide", "keep_prob"),
    "a value out of range": (["verify", "right", "--case", "dims=2,1 m=1 keep_prob=0"], "keep_prob", "(0, 1]"),
    "half a case": (["verify", "right", "--case", "dims=2,1"], "m", "dims=2,20,3,1"),
    "an empty case": (["verify", "right", "--case", ""], "dims and m"),
    "unknown format": (["verify", "right", "--report", "pdf"], "pdf", "text or json"),
    "format without its path": (["verify", "right", "--report", "json="], "json=", "=PATH"),
    "a folder that is not there": (["verify", "right", "--report", "json=no/where.json"], "no/where.json", "folder"),
    "a folder for a file": (["verify", "right", "--report", "json=."], "folder"),
    "no number": (["verify", "right", "--examples", "many"], "many"),
    "no examples": (["verify", "right", "--examples", "0"], "0"),
    "no time": (["verify", "right", "--max-time", "0"], "0"),
    "a seed out of range": (["verify", "right", "--seed", "4294967296"], "4294967296"),
    "unknown accuracy": (["verify", "right", "--accuracy", "lax"], "lax", "warn"),
    "unknown option": (["verify", "right", "--fast"], "--fast"),
    "unknown command": (["prove"], "prove"),
    "unknown failure": (["replay", "ZZZZ"], "ZZZZ", "none"),
    "no failure": (["replay"], "ID"),
}


@pytest.mark.parametrize("name", USAGE)
def test_what_cannot_be_run_exits_2_with_one_line_and_leaves_nothing(built_in, capsys, name):
    arguments, *parts = USAGE[name]
    assert _code(arguments) == 2
    out, err = said(capsys)
    one_line(err, *parts)
    assert out == ""
    assert os.listdir() == []


def test_a_time_limit_that_is_no_number_is_refused(built_in):
    assert _code(["verify", "right", "--case", CASE, "--max-time", "nan"]) == 2


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["replay", "-h"], ["--version"]])
def test_help_exits_0(arguments, capsys):
    assert _code(arguments) == 0
    out, err = said(capsys)
    assert out
    assert not err


def test_an_error_of_ours_exits_2_and_says_so(built_in, capsys, monkeypatch):
    def broken(*args, **how):
        raise ZeroDivisionError("planted\nin two lines")

    monkeypatch.setattr(reference.verification.target, "verify", broken)
    assert _code(["verify", "right"]) == 2
    _, err = said(capsys)
    one_line(err, "internal error, not the target's fault", "ZeroDivisionError: planted in two lines")
    monkeypatch.setenv("MANUAL_BACKPROP_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        _code(["verify", "right"])


def test_witnesses_that_disagree_exit_2(built_in, capsys, monkeypatch):
    import reference.witnesses.autodiff

    autodiff = reference.witnesses.autodiff.autodiff

    def wrong(problem):
        witness = autodiff(problem)
        return witness._replace(db=[3 * db for db in witness.db])

    ask_witnesses_anew(monkeypatch)
    monkeypatch.setattr(reference.witnesses.autodiff, "autodiff", wrong)
    assert _code(["verify", "right", "--case", CASE, "--profile", "ci"]) == 2  # where autodiff is asked anew
    _, err = said(capsys)
    assert "MB901" in err  # before anything of the target's is judged: see ``reference.selftest.canary``
    assert "autodiff is the odd one out" in err


# --- 130 ------------------------------------------------------------------------------------------------------


def test_ctrl_c_exits_130_and_prints_what_was_verified(built_in, capsys):
    calls = itertools.count()

    def stop(problem):
        if next(calls) > 40:
            raise KeyboardInterrupt
        return mistakes.run(RIGHT, problem)

    built_in("stopped", Implementation("stopped", (Entry("backward", implementation(RIGHT).entries[0].domain, stop),)))
    assert _code(["verify", "stopped"]) == 130
    out, _ = said(capsys)
    assert "INTERRUPTED" in out
    assert "distinct cases" in out
    assert "✓ backward" in out


def test_ctrl_c_before_anything_runs_exits_130(built_in, capsys, monkeypatch):
    def stop(*args, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(reference.commands.verify, "jobs_of", stop)
    assert _code(["verify", "right"]) == 130
    one_line(said(capsys)[1].lstrip("\n"), "interrupted")  # click ends the line that holds ^C


@pytest.mark.slow
def test_ctrl_c_while_shrinking_exits_130_and_says_what_was_found(built_in, capsys, monkeypatch):
    def stop(*args, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(reference.verification.explained, "shrink", stop)
    assert _code(["verify", "wrong"]) == 130
    out, _ = said(capsys)
    assert "INTERRUPTED" in out
    assert "dW1" in out


# --- reports --------------------------------------------------------------------------------------------------


def no_constant(name):
    raise AssertionError(name)


def test_json_on_stdout_is_json_alone(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE, "--report", "json"]) == 1
    out, _ = said(capsys)
    report = json.loads(out, parse_constant=no_constant)
    assert (report["verdict"], report["exit_code"], report["profile"]) == ("fail", 1, "default")
    assert {"numpy", "jax", "python", "version"} <= report["tool"].keys()


def test_reports_go_where_they_are_sent(built_in, capsys, tmp_path):
    path = tmp_path / "with spaces" / "r.json"
    path.parent.mkdir()
    arguments = ["--report", "text", "--report", f"json={path}", "--report", "text=r.txt"]
    assert _code(["verify", "right", "--case", CASE, *arguments]) == 0
    out, _ = said(capsys)
    assert "verified" in out
    assert json.loads(path.read_text())["exit_code"] == 0
    assert "verified" in (tmp_path / "r.txt").read_text()
    assert os.listdir(path.parent) == ["r.json"]


def test_a_report_that_cannot_be_written_in_the_end_exits_2_in_one_line(built_in, capsys, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(reference.report.delivery, "write_whole", full)
    assert _code(["verify", "right", "--case", CASE, "--report", "json=r.json"]) == 2
    assert "No space left on device" in said(capsys)[1].splitlines()[-1]
    assert not os.path.exists("r.json")


@pytest.mark.slow
def test_the_same_seed_writes_the_same_json_but_for_its_timing(built_in, capsys):
    texts = []
    for _ in range(2):
        assert _code(["verify", "right", "--seed", "7", "--report", "json"]) == 0
        report = json.loads(said(capsys)[0])
        assert report["seed"] == 7
        assert report.pop("timing")["total"] > 0
        texts.append(json.dumps(report))
    assert texts[0] == texts[1]


def test_nothing_is_coloured_where_nobody_looks(built_in, capsys):
    _code(["verify", "wrong", "--case", CASE])
    out, err = said(capsys)
    assert "\x1b" not in out + err
    assert all(len(line) <= 80 for line in out.splitlines())


def test_ci_chooses_its_profile(monkeypatch):
    assert default_profile() == "default"
    for value, name in (("true", "ci"), ("1", "ci"), ("TRUE", "ci"), ("false", "default"), ("", "default")):
        monkeypatch.setenv("CI", value)
        assert default_profile() == name


def test_nightly_prints_the_seed_that_it_drew(built_in, capsys):
    seeds = set()
    for _ in range(2):
        assert _code(["verify", "right", "--case", CASE, "--profile", "nightly", "--report", "json"]) == 0
        seeds.add(json.loads(said(capsys)[0])["seed"])
    assert len(seeds) == 2


# --- failures: kept, seen again, fixed --------------------------------------------------------------------------


def test_a_failure_is_seen_again_and_forgotten_when_it_is_fixed(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    first, second = sorted(path.stem for path in FOLDER.glob("*.json"))
    assert _code(["replay", first]) == 1
    assert f"replay {first}" in said(capsys)[0]
    built_in("wrong", implementation(RIGHT, name="wrong"))
    assert _code(["replay", first]) == 0
    assert f"{first} is fixed, and forgotten" in said(capsys)[0]
    assert [path.stem for path in FOLDER.glob("*.json")] == [path.stem for path in FOLDER.glob("*.npz")] == [second]
    assert _code(["replay", first]) == 2
    one_line(said(capsys)[1], first, second)


@pytest.mark.slow
def test_verifying_forgets_what_is_fixed(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    built_in("wrong", implementation(RIGHT, name="wrong"))
    assert _code(["verify", "wrong"]) == 0
    assert "fixed, and forgotten" in said(capsys)[0]
    assert list(FOLDER.iterdir()) == []


@pytest.mark.slow
def test_another_targets_failures_are_left_alone(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    before = sorted(FOLDER.iterdir())
    assert _code(["verify", "right"]) == 0
    assert sorted(FOLDER.iterdir()) == before


def test_a_replay_that_checks_nothing_forgets_nothing(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    name = sorted(path.stem for path in FOLDER.glob("*.json"))[0]
    narrow = implementation(RIGHT).entries[0].domain._replace(hiddens=("relu",))
    built_in("wrong", implementation(RIGHT, name="wrong", domain=narrow))  # takes no tanh any more
    assert _code(["replay", name]) == 3
    assert (FOLDER / f"{name}.json").exists()


def test_a_replay_whose_witnesses_disagree_forgets_nothing(built_in, monkeypatch):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    name = sorted(path.stem for path in FOLDER.glob("*.json"))[0]
    monkeypatch.setattr(
        reference.verification.target, "verify", lambda i, o, run: run.disputes.append("MB901: planted")
    )
    assert _code(["replay", name]) == 2
    assert (FOLDER / f"{name}.json").exists()


def test_a_failure_whose_check_is_gone_exits_2(built_in, capsys):
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    name = sorted(path.stem for path in FOLDER.glob("*.json"))[0]
    built_in("wrong", Implementation("wrong", ()))
    capsys.readouterr()
    assert _code(["replay", name]) == 2
    one_line(said(capsys)[1], "no check 'backward'")
    assert (FOLDER / f"{name}.json").exists()


@pytest.mark.slow
def test_a_broken_failure_file_exits_2_at_replay_and_does_not_stop_verify(built_in, capsys):
    FOLDER.mkdir(parents=True)
    (FOLDER / "BAD7.json").write_text("{")
    assert _code(["replay", "BAD7"]) == 2
    one_line(said(capsys)[1], "BAD7.json", "cannot be read")
    assert _code(["verify", "right"]) == 0


def test_a_folder_that_cannot_be_written_to_does_not_change_the_verdict(built_in, capsys, monkeypatch):
    def refuse(stored, *args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reference.verification.target.store, "save", refuse)
    assert _code(["verify", "wrong", "--case", CASE]) == 1
    out, err = said(capsys)
    assert "NOT VERIFIED" in out
    assert "failures are not kept" in err
    assert "Permission denied" in err


# --- targets --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_function_of_the_working_directory_is_verified(mine, capsys):
    path = list(sys.path)
    assert _code(["verify", mine, "--case", FAMILY]) == 0
    assert _code(["verify", "mine:doubled", "--case", FAMILY]) == 1
    assert _code(["verify", "mine:Holder.method", "--case", FAMILY]) == 0
    assert sys.path == path


def test_a_working_directory_with_spaces_and_umlauts(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "my ünïcode folder"
    folder.mkdir()
    (folder / "mine.py").write_text(MINE)
    monkeypatch.chdir(folder)
    assert _code(["verify", "mine:backward", "--case", FAMILY, "--report", "json=a report.json"]) == 0
    assert json.loads((folder / "a report.json").read_text())["targets"][0]["target"] == "mine:backward"


MODULES = {
    "has no such name": ("def g(problem): ...", "f", "has no f"),
    "has no function": ("f = 3", "f", "takes a function"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_a_name_that_leads_nowhere_exits_2_in_one_line(tmp_path, capsys, name):
    source, function, part = MODULES[name]
    (tmp_path / "broken_one.py").write_text(source)
    assert _code(["verify", f"broken_one:{function}"]) == 2
    one_line(said(capsys)[1], "broken_one", part)


@pytest.mark.parametrize(
    ("given", "part"), [("regularisation.py", "regularization.py, perhaps?"), ("other.ipynb", "there is no such file")]
)
def test_a_file_that_is_not_there_has_the_nearest_that_is(tmp_path, monkeypatch, capsys, given, part):
    (tmp_path / "regularization.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    assert _code(["verify", given]) == 2
    message = said(capsys)[1]
    one_line(message, given, part)
    assert ("perhaps" in message) == ("perhaps" in part)


BROKEN = {
    "raises": ("raise RuntimeError('at import')", "RuntimeError: at import"),
    "does not parse": ("def f(:", "SyntaxError"),
    "imports what is not there": ("import not_there_at_all", "not_there_at_all"),
    "is not text": ("\0", "null bytes"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_a_module_that_cannot_be_imported_is_a_finding(tmp_path, capsys, name):
    source, part = BROKEN[name]
    (tmp_path / "broken_one.py").write_text(source)
    assert _code(["verify", "broken_one:f"]) == 1
    out = " ".join(said(capsys)[0].split())
    assert "MB701" in out
    assert part in out


def test_a_module_that_exits_at_import_does_not_verify(tmp_path):
    (tmp_path / "leaves_one.py").write_text("import sys\nsys.exit(0)\n")
    assert _code(["verify", "leaves_one:f"]) == 1


def test_a_function_that_exits_does_not_verify(tmp_path):
    (tmp_path / "leaves_two.py").write_text("import sys\ndef f(problem):\n    sys.exit(0)\n")
    assert _code(["verify", "leaves_two:f", "--case", FAMILY]) == 1


def test_a_file_named_like_a_standard_module_is_what_is_verified(tmp_path, capsys):
    (tmp_path / "json.py").write_text(MINE)
    assert _code(["verify", "json:backward", "--case", FAMILY]) == 0


def test_a_name_of_the_standard_library_is_no_target(capsys):
    assert _code(["verify", "statistics:nothing_like_this"]) == 2
    one_line(said(capsys)[1], "has no nothing_like_this")


RETURNS = {
    "nothing": ("None", "MB701"),
    "a tuple": ("(1, 2)", "MB701"),
    "an empty dictionary": ("{}", "MB702"),
    "None for a gradient": ("{'dW1': None, 'db1': None}", "MB"),
    "strings": ("{'dW1': 'a', 'db1': 'b'}", "MB"),
    "lists": ("{'dW1': [[1.0, 2.0]], 'db1': [[0.5]]}", "MB199"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RETURNS)
def test_whatever_a_function_returns_is_a_finding(tmp_path, capsys, name):
    value, code = RETURNS[name]
    (tmp_path / "returns.py").write_text(f"def f(problem):\n    return {value}\n")
    assert _code(["verify", "returns:f", "--case", "dims=2,1 m=3"]) == 1
    assert code in said(capsys)[0]


def test_a_template_is_not_implemented_and_names_its_line(tmp_path, capsys):
    (tmp_path / "template.py").write_text("def f(problem):\n    raise NotImplementedError('your code here')\n")
    assert _code(["verify", "template:f", "--case", FAMILY]) == 1
    out, _ = said(capsys)
    assert "NotImplementedError: your code here" in " ".join(out.split())
    assert "template.py, line 2" in " ".join(out.split())


def test_a_template_has_a_code_of_its_own(tmp_path, capsys):
    (tmp_path / "template.py").write_text("def f(problem):\n    raise NotImplementedError\n")
    assert _code(["verify", "template:f", "--case", FAMILY]) == 1
    assert "MB702" in said(capsys)[0]


def test_what_a_function_prints_does_not_get_into_the_json(tmp_path, capsys):
    (tmp_path / "loud.py").write_text(MINE + "\ndef f(problem):\n    print('hi')\n    return backward(problem)\n")
    assert _code(["verify", "loud:f", "--case", FAMILY, "--report", "json"]) == 0
    json.loads(said(capsys)[0])


# --- the process ------------------------------------------------------------------------------------------------

IMPORTS = """
import sys
from pathlib import Path
from reference.__main__ import _code
code = _code({arguments})
heavy = sorted({{"numpy", "jax", "hypothesis", "scipy", "matplotlib", "rich", "pydantic"}} & set(sys.modules))
print("heavy:", heavy, "code:", code)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    script = IMPORTS.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "heavy: [] code: 0" in done.stdout


@pytest.mark.slow
def test_a_right_file_of_the_course_does_not_wait_for_hypothesis():
    file = Path(__file__).parents[1] / "course_files" / "week1_all_three.ipynb"
    script = IMPORTS.format(arguments=["verify", str(file)])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "code: 0" in done.stdout
    assert "'numpy'" in done.stdout
    assert "'hypothesis'" not in done.stdout


@pytest.mark.slow
def test_the_process_exits_with_the_code(mine):
    done = subprocess.run(
        [sys.executable, "-m", "reference", "verify", "mine:doubled", "--case", FAMILY, "--report", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["exit_code"] == 1
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_traceback(mine):
    command = f"{sys.executable} -m reference verify mine:backward --case '{FAMILY}' | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_every_command_and_option_has_help():
    for command in cli.commands.values():
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", "argument") or parameter.param_type_name == "argument"


def test_there_are_four_profiles_and_the_default_is_one():
    assert set(PROFILES) == {"quick", "default", "ci", "nightly"}
    assert default_profile() in PROFILES


# --- hostile targets and places ---------------------------------------------------------------------------------

HOSTILE = {
    "an exception of no kind": ("class Odd(BaseException):\n    pass\n", "raise Odd('odd')", "raised Odd: odd"),
    "an exception that cannot be printed": (
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n", "raise Mute", "raised Mute",
    ),
    "a message without end": ("", "raise ValueError('x' * 100_000)", "xxx…"),
    "stdout closed": ("import sys\n", "sys.stdout.close(); return {}", "MB702"),
    "parameters cleared": ("", "problem.parameters.clear()", "AttributeError"),
    "a huge array": ("import numpy as np\n", "return {'dW1': np.zeros((9000, 9000)), 'db1': 0}", "MB501"),
    "nothing": ("", "pass", "returned NoneType; it takes a dictionary"),
}  # fmt: skip


LONG = {"a huge array"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in HOSTILE]
)
def test_a_hostile_function_is_a_finding_of_bounded_length(tmp_path, capsys, name):
    head, body, part = HOSTILE[name]
    (tmp_path / "hostile_one.py").write_text(f"{head}\ndef f(problem):\n    {body}\n")
    assert _code(["verify", "hostile_one:f", "--case", "dims=2,1 m=3"]) == 1
    out, _ = said(capsys)
    assert part in " ".join(out.split())
    assert len(out) < 4000


def test_a_function_that_returns_no_gradient_for_lambda_0_is_a_finding(tmp_path, capsys):
    (tmp_path / "half_one.py").write_text(
        MINE + "\ndef f(problem):\n    return backward(problem) if problem.lambd else {}\n"
    )
    assert _code(["verify", "half_one:f", "--case", f"{FAMILY} lambd=0.7"]) == 1
    assert "MB702" in said(capsys)[0]


@pytest.mark.slow
def test_what_is_hidden_by_a_huge_l2_term_is_not_called_verified(tmp_path):
    source = MINE.replace("problem.lambd", "0.7") if "problem.lambd" in MINE else MINE
    (tmp_path / "hidden_one.py").write_text(source)
    assert _code(["verify", "hidden_one:backward", "--case", f"{FAMILY} lambd=1e25"]) != 0


@pytest.mark.parametrize("places", [["json", "text"], ["json", "json"], ["json=a", "text=a"]])
def test_two_reports_in_one_place_are_refused(built_in, capsys, places):
    arguments = [word for place in places for word in ("--report", place)]
    assert _code(["verify", "right", "--case", CASE, *arguments]) == 2
    one_line(said(capsys)[1], "two reports go to")


def test_a_name_that_is_too_long_is_one_line(built_in, capsys):
    assert _code(["verify", "right", "--case", CASE, "--report", "json=" + "x" * 300]) == 2
    one_line(said(capsys)[1], "too long")
    assert _code(["replay", "A" * 5000]) == 2
    one_line(said(capsys)[1], "no failure")


def test_a_progress_line_that_cannot_be_written_decides_nothing(monkeypatch):
    class Full:
        def isatty(self):
            return False

        def write(self, text):
            raise OSError(28, "No space left on device")

        def flush(self):
            raise OSError(28, "No space left on device")

    from reference.verification.progress import progress

    with progress(Full()) as advance:
        advance("check", 1, 2)
