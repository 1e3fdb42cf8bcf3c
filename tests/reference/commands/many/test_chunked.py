"""A campaign by processes: the same report as without them, and an interrupt leaves none behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from reference.__main__ import _code
from reference.commands import verify
from reference.verification import chunks, request, run
from tests import interrupting

pytestmark = pytest.mark.slow


def report(folder: Path, *more: str) -> dict[str, Any]:
    arguments = ["manual_backprop", "--examples", "330", "--seed", "4", "--report", "json=out.json", *more]
    assert _code(["verify", *arguments]) == 0
    found: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return {**found, "timing": {}, "command": ""}


@pytest.mark.parametrize("more", [(), ("--scheduler", "local")])
def test_the_report_is_that_without_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("distributed", reason="its workers are Dask's")
    monkeypatch.chdir(tmp_path)
    for module in (chunks, run):
        monkeypatch.setattr(module, "CHUNK", 100)
    alone = report(tmp_path)
    monkeypatch.setattr(request, "CHUNK", 100)
    asked: list[str] = []
    by_workers = verify.by_workers
    monkeypatch.setattr(verify, "by_workers", lambda name, *rest: asked.append(name) or by_workers(name, *rest))
    assert report(tmp_path, *more) == alone
    assert asked == ["manual_backprop"]
    assert alone["targets"][0]["distinct_cases"] >= 330


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def test_an_interrupt_ends_it_and_its_workers(tmp_path: Path) -> None:
    asked = interrupting.module("reference", "verify", "manual_backprop", "--examples", "9000000", "--report", "json=o")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    with subprocess.Popen(
        asked, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        until = time.monotonic() + 400
        workers: list[int] = []
        while len(workers) < 3 and time.monotonic() < until:
            time.sleep(0.2)
            workers = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert len(workers) >= 3  # and the one that keeps count of what they share
    assert process.returncode == 130
    (target,) = json.loads((tmp_path / "o").read_text(encoding="utf-8"))["targets"]
    assert target["verdict"] == "interrupted"
    assert target["distinct_cases"] >= 20_000
    until = time.monotonic() + 10
    while (left := [pid for pid in workers if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []
