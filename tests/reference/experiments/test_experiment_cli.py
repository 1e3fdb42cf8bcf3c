"""``manual-backprop experiment``: what it prints, writes and refuses, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

import numpy as np
import pytest

from reference.__main__ import _code
from reference.cli import EXPERIMENTS, experiment
from reference.commands.experiment import CHECKING
from reference.experiments import folder
from reference.experiments.display import training_display
from reference.experiments.step_sizes import CheckedNetwork
from reference.experiments.trainings import PLANS
from tests import interrupting
from tests.reference.experiments import conftest

SHORT = ["--iterations", "30"]


@pytest.fixture(autouse=True)
def _workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)


def said(capsys):
    captured = capsys.readouterr()
    return captured.out, captured.err


def results_in(place):
    return json.loads((Path(place) / folder.RESULTS).read_text(encoding="utf-8"))


def refused(capsys, *parts):
    out, err = said(capsys)
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("manual-backprop: ")
    for part in parts:
        assert part in lines[0]
    assert out == ""


# --- done -----------------------------------------------------------------------------------------------------


def test_every_experiment_goes_by_its_name():
    assert set(EXPERIMENTS) == {*PLANS, CHECKING}
    assert all(name in experiment.help for name in EXPERIMENTS)


@pytest.mark.parametrize("drawn", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["undrawn", "whole"])
def test_it_prints_what_the_course_prints_and_writes_its_folder(capsys, monkeypatch, drawn):
    if not drawn:
        monkeypatch.setattr(folder, "render", conftest.undrawn)
    assert _code(["experiment", "initialization", *SHORT]) == 0
    out, err = said(capsys)
    assert err == ""
    lines = out.splitlines()
    results = results_in("experiment-initialization")
    want = []
    for run in results["runs"]:
        want.append(f"{run['name']}:")
        want += [f"Cost after iteration {i}: {cost}" for i, cost in run["costs"] if i % 2 == 0]
        want.append(f"Accuracy: train {run['train_accuracy']}, test {run['test_accuracy']}")
    assert lines[:-1] == want
    assert re.fullmatch(r"experiment-initialization.index\.html, with 12 files beside it, in \d+\.\d s", lines[-1])
    assert os.listdir() == ["experiment-initialization"]
    assert "initialization --iterations 30" in results["command"]


@pytest.mark.usefixtures("_undrawn")
def test_a_second_time_takes_the_place_of_the_first(capsys):
    for seed in ("1", "2"):
        assert _code(["experiment", "optimization", *SHORT, "--seed", seed, "--out", "here"]) == 0
    assert results_in("here")["seed"] == 2


@pytest.mark.usefixtures("_undrawn")
def test_data_of_one_s_own(capsys):
    X = conftest.noise(40, 3)
    np.savez("three.npz", X=X, y=(X[:, 0] > 0).astype(int))
    assert _code(["experiment", "regularization", *SHORT, "--data", "three.npz", "--course-seeds"]) == 0
    out, _ = said(capsys)
    assert "3 features: no picture of the data, no decision boundary" in out
    assert "no test set" in out
    assert not os.path.exists("experiment-regularization/boundaries.png")
    assert os.path.exists("experiment-regularization/masks.png")


@pytest.mark.slow
def test_without_jax_everything_but_gradient_checking_can_be_done():
    program = (
        "import sys; sys.modules['jax'] = None\nfrom reference.__main__ import main\n"
        "main(['experiment', 'regularization', '--iterations', '5'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_help_imports_nothing_of_it():
    program = (
        "import sys\nfrom reference.__main__ import _code\ncode = _code(['experiment', '--help'])\n"
        "print('heavy:', sorted({'numpy', 'matplotlib', 'jax', 'rich'} & set(sys.modules)), "
        "[m for m in sys.modules if m.startswith(('reference.experiments', 'reference.commands.')) "
        "and m not in ('reference.commands.completing', 'reference.commands.flags')], code)"  # of the line alone
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "heavy: [] [] 0" in done.stdout


# --- refused ----------------------------------------------------------------------------------------------------

BAD = {
    "another experiment": (["batchnorm"], "'batchnorm' is not one of"),
    "no iteration": (["initialization", "--iterations", "0"], "--iterations"),
    "half an iteration": (["initialization", "--iterations", "1.5"], "--iterations"),
    "no seed": (["initialization", "--seed", "-1"], "--seed"),
    "too large a seed": (["initialization", "--seed", str(2**32)], "--seed"),
    "no data": (["initialization", "--data", "nowhere.npz"], "nowhere.npz: there is no such file"),
    "data that are a folder": (["initialization", "--data", "."], "is a folder"),
    "text named .npz": (["initialization", "--data", "text.npz"], "is not an .npz file"),
    "three classes": (["initialization", "--data", "three.npz"], "it takes the labels 0 and 1"),
    "not a number": (["initialization", "--data", "nan.csv"], "it takes a finite number"),
    "a file in the folder's place": (["initialization", "--out", "text.npz"], "it is not a folder"),
    "no folder for the folder": (["initialization", "--out", "no/where"], "there is no folder"),
    "a folder of something else": (["initialization", "--out", "."], "which no experiment wrote"),
    "masks where there are none": (["initialization", "--course-seeds"], "--course-seeds is about dropout's masks"),
    "data where nothing is trained": (["gradient-checking", "--data", "moons"], "--data has no meaning"),
    "iterations where nothing is trained": (["gradient-checking", "--iterations", "5"], "--iterations has no meaning"),
}


def test_what_cannot_be_done_is_one_line_and_exit_2(capsys, monkeypatch):
    Path("text.npz").write_text("hello")
    np.savez("three.npz", X=np.eye(3, 2), y=[0, 1, 2])
    Path("nan.csv").write_text("1,2,0\n1,nan,1\n")
    before = sorted(os.listdir())
    monkeypatch.setattr("manual_backprop.training.model", lambda *args, **kwargs: pytest.fail("it was trained"))
    for what, (arguments, part) in BAD.items():
        assert _code(["experiment", *arguments]) == 2, what
        refused(capsys, part)
        assert sorted(os.listdir()) == before, what


@pytest.mark.usefixtures("_undrawn")
def test_a_disk_that_is_full_is_one_line_and_leaves_nothing(capsys, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert _code(["experiment", "initialization", "--iterations", "3"]) == 2
    _, err = said(capsys)
    assert err.splitlines() == ["manual-backprop: cannot write to experiment-initialization: No space left on device"]
    assert os.listdir() == []


# --- interrupted --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_and_draws_what_there_is():
    command = interrupting.module("reference", "experiment", "initialization", "--iterations", "10000000")
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while "Cost after iteration 10000:" not in (line := running.stdout.readline()):
            assert line
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 130, err
    assert re.search(
        r"interrupted; kept in parameters-zeros\.npz: iteration \d+ of 10000000, with the lowest cost", out
    )
    results = results_in("experiment-initialization")
    assert [(run["name"], run["ending"]) for run in results["runs"]] == [("zeros", "interrupted")]
    assert {"boundaries.png", "index.html", "parameters-zeros.npz"} <= set(results["files"])
    assert sorted(os.listdir("experiment-initialization")) == results["files"]


def test_ctrl_c_before_anything_is_kept_writes_nothing(capsys, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("manual_backprop.training.model", interrupted)
    assert _code(["experiment", "initialization"]) == 130
    assert said(capsys)[1].strip() == "manual-backprop: interrupted"
    assert os.listdir() == []


@pytest.mark.slow
def test_ctrl_c_before_the_verdict_leaves_the_figures(capsys, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("reference.verification.target.verify_one", interrupted)
    assert _code(["experiment", "gradient-checking"]) == 130
    out, _ = said(capsys)
    assert "interrupted; not judged: planted.py, fixed.py" in out
    assert "steps.png" in os.listdir("experiment-gradient-checking")


# --- gradient checking --------------------------------------------------------------------------------------------


def test_a_seed_at_which_the_course_s_cost_is_inf_is_refused(capsys, monkeypatch):
    monkeypatch.setattr(CheckedNetwork, "course_difference", lambda *args: float("nan"))
    assert _code(["experiment", "gradient-checking", "--seed", "7"]) == 2
    assert "seed 7: the course's cost is not finite" in said(capsys)[1]


# --- on a terminal ------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_there_is_a_bar_with_cost_accuracy_rate_and_time(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with training_display(stream, every=100) as display:
        display.begin("he", 1000)
        for iteration in range(0, 600, 50):
            display.iterated(iteration, 0.5 - iteration / 2000, 0.75)
            time.sleep(0.03)
        display.done()
    bar = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"he .* of 1,000 cost 0\.\d{4}  accuracy 0\.750  [\d,]+ steps/s .*\d:\d\d", bar)
    out, _ = said(capsys)
    assert [line for line in out.splitlines() if line.startswith("Cost")][:2] == [
        "Cost after iteration 0: 0.5",
        "Cost after iteration 100: 0.45",
    ]


def test_elsewhere_there_is_none(capsys):
    stream = io.StringIO()
    with training_display(stream, every=10) as display:
        display.begin("he", 20)
        for iteration in range(0, 20, 5):
            display.iterated(iteration, 0.5, 0.75)
        display.done()
    assert stream.getvalue() == ""
    assert said(capsys)[0] == "he:\nCost after iteration 0: 0.5\nCost after iteration 10: 0.5\n"


# --- shown --------------------------------------------------------------------------------------------------------


@pytest.fixture
def _written(monkeypatch):
    """Without the pictures, which are not the point here."""
    files = {folder.INDEX: b"page", folder.RESULTS: b'{"files": []}'}
    monkeypatch.setattr("reference.commands.experiment.perform", lambda *request: (files, False))


@pytest.mark.usefixtures("_written")
def test_the_page_is_opened_where_there_is_a_screen(monkeypatch, capsys, tmp_path):
    opened = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    assert _code(["experiment", "initialization", "--show"]) == 0
    assert opened == [(tmp_path / "experiment-initialization" / "index.html").as_uri()]
    assert said(capsys)[1] == ""


def failing(address):
    raise webbrowser.Error("none")


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize(
    ("screen", "opens"), [("", lambda address: True), (":0", lambda address: False), (":0", failing)]
)
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a screen")
def test_without_one_it_says_where_the_page_is(monkeypatch, capsys, screen, opens):
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.setattr(webbrowser, "open", opens)
    assert _code(["experiment", "initialization", "--show"]) == 0
    assert "no browser could be opened; the page is experiment-initialization" in said(capsys)[1]
