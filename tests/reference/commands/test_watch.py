"""``--watch``: again on every save, what is unchanged not again, and an end as elsewhere."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from reference.__main__ import _code
from reference.commands import watch
from reference.commands.watch import _below, _place
from tests import interrupting
from tests.reference.commands.many.test_judged import environment
from tests.reference.commands.many.test_workers import RIGHT

WRONG = RIGHT.replace("dout * w", "dout + w")


@pytest.mark.slow
def test_a_file_is_judged_again_on_every_save(tmp_path: Path) -> None:
    file = tmp_path / "layers.py"
    file.write_text(RIGHT, encoding="utf-8")
    texts = iter([WRONG, "def f(:\n" + RIGHT, RIGHT])
    said: list[str] = []
    with subprocess.Popen(
        interrupting.module("reference", "verify", "layers.py", "--watch", "--profile", "quick"),
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as watching:  # fmt: skip
        assert watching.stdout is not None
        for line in watching.stdout:
            said.append(line.rstrip())
            if line.startswith("watching"):
                text = next(texts, None)
                if text is None:
                    watching.send_signal(signal.SIGINT)
                else:
                    (tmp_path / "beside.txt").write_text("of no concern")
                    file.write_text(text, encoding="utf-8")
    assert watching.returncode == 130, said
    verdicts = [line.split(" in ")[0] for line in said if " in " in line and line[0] in "vNI"]
    assert verdicts == ["verified", "NOT VERIFIED", "NOT VERIFIED", "verified"]
    assert said.count("layers.py changed") == 3
    assert said.count("verifying scale_backward") == 3  # the last is as the first was, and known
    assert said[-1] == "manual-backprop: interrupted"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["manual_backprop"], "--watch looks at files and folders; 'manual_backprop' is neither"),
        (["no such.py"], "--watch looks at files and folders; 'no such.py' is neither"),
        ([], "--watch needs a file or a folder to watch"),
        (["a.py", "--resume"], "--watch goes on and on, and --resume is for one run; give one of them"),
        (["a.py", "--case", "dims=1,1 m=1"], "--watch goes on and on, and --case is for one run"),
        (["a.py", "--update-baseline"], "--watch goes on and on, and --update-baseline is for one run"),
        (["a.py", "--scheduler", "local"], "--watch goes on and on, and --scheduler is for one run"),
    ],
)
def test_what_cannot_be_watched_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(RIGHT)
    assert _code(["verify", "--watch", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_a_pattern_is_watched_from_the_folder_that_it_begins_in(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hw" / "a").mkdir(parents=True)
    (tmp_path / "hw" / "a" / "b.py").write_text("")
    for name, place in {"hw/**/*.py": "hw", "*.py": "", "hw/a": "hw/a", "hw/a/b.py::f": "hw/a/b.py", ".": ""}.items():
        assert _place(name) == tmp_path / place


def test_what_is_hidden_is_of_no_concern() -> None:
    folder = Path("/x/.y/z")
    assert _below(folder / "a.py", folder)
    assert _below(folder / "b" / "a.py", folder)
    assert not _below(folder / ".git" / "a.py", folder)
    assert not _below(Path("/x/a.py"), folder)


def test_a_mistake_in_the_command_ends_no_watch(tmp_path: Path, monkeypatch, capsys) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(watch, "_saves", lambda places: iter([set(), {"a.py"}]))
    assert watch.run_watch(("a.py",), reports=(("text", None),), excepted=("nobody",), profile="quick") == 0
    error = capsys.readouterr().err
    assert error.count("watching; Ctrl-C ends") == 2
    assert error.count("no target has a function of that name") == 2
