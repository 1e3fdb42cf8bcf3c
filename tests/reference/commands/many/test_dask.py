"""By Dask's workers: the report is that of a run without them, whoever is lost on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reference.commands.many import executors
from tests.reference.commands.many.test_judged import WRONG, command, environment, report

pytestmark = pytest.mark.slow


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    for k in range(8):
        (tmp_path / f"s{k}.py").write_text(f"# {k}\n{WRONG}", encoding="utf-8")
    return tmp_path


def cluster(folder: Path) -> Any:
    distributed = pytest.importorskip("distributed")
    return distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, env=environment(folder)
    )


def verified(folder: Path, address: str, *arguments: str, after: Callable[[], None] | None = None) -> tuple[int, str]:
    """The exit code and what was said; ``after`` the third target, something is done."""
    said = []
    with subprocess.Popen(
        command(folder, "--scheduler", address, "--report", "json=dask.json", *arguments), cwd=folder,
        env=environment(folder), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    ) as running:  # fmt: skip
        assert running.stderr is not None
        for line in running.stderr:
            said.append(line)
            if "(3 of 8)" in line and after is not None:
                after()
    return running.returncode, "".join(said)


def found(folder: Path) -> dict[str, Any]:
    return {**json.loads((folder / "dask.json").read_text(encoding="utf-8")), "timing": {}}


def test_a_worker_that_is_killed_changes_nothing(submissions: Path) -> None:
    whole = report(submissions)
    with cluster(submissions) as two:

        def kill() -> None:
            os.kill(next(iter(two.workers.values())).process.pid, signal.SIGKILL)

        code, said = verified(submissions, two.scheduler_address, after=kill)
    assert code == 1, said
    assert found(submissions) == whole


def test_a_scheduler_that_is_lost_ends_the_run_which_another_goes_on_with(submissions: Path) -> None:
    whole = report(submissions)
    one = cluster(submissions)
    closing = threading.Thread(target=one.close)
    code, said = verified(submissions, one.scheduler_address, after=closing.start)
    closing.join()
    assert code == 2
    assert said.strip().endswith("it was lost; the same command with --resume goes on from here")
    assert not (submissions / "dask.json").exists()
    with cluster(submissions) as other:
        code, said = verified(submissions, other.scheduler_address, "--resume")
    assert code == 1
    assert "were judged by the run that was stopped" in said
    assert found(submissions) == whole


def test_local_begins_one(submissions: Path) -> None:
    pytest.importorskip("distributed")
    code, said = verified(submissions, "local")
    assert code == 1, said
    assert found(submissions) == report(submissions)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "tcp://"])
def test_no_scheduler_is_one_line(submissions: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    code, said = verified(submissions, address)
    assert code == 2
    assert said.strip().splitlines()[-1].startswith(f"manual-backprop: --scheduler {address}: no scheduler of Dask")
    assert len(said.strip().splitlines()) == 1


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(executors.SchedulerError, match=r"pip install 'manual-backprop\[dask\]'"):
        _entered(executors.opened("local", 2))


def _entered(opened: Any) -> Iterator[Any]:
    with opened as one:
        return one
