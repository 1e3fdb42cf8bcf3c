"""Whoever is begun beside a process ends with it, however that one ends, and nothing more is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from reference.verification.processes import processes_beside
from tests.folding import each
from tests.reference.targets.process.test_supervisor import gone

MAIN = """
import os, signal, time
from reference.verification.processes import processes_beside
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background ignores
print(processes_beside(1).submit(os.getpid).result(), flush=True)
time.sleep(60)
"""
PATIENCE = 20  # seconds


def environment() -> str:
    return os.environ.get("PYTHONWARNINGS", "")


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals there")
@each("how", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_it_ends_with_who_began_it(how: str) -> None:
    ours = subprocess.Popen([sys.executable, "-c", MAIN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert ours.stdout is not None
    its = int(ours.stdout.readline())
    os.kill(its, 0)
    ours.send_signal(signal.Signals[how])
    assert any(gone(its) for _ in range(10))  # two seconds each
    said = ours.communicate(timeout=PATIENCE)[1]
    assert "resource_tracker" not in said
    assert how == "SIGINT" or said == ""


@each("before", ["", "error::DeprecationWarning"])
def test_what_is_warned_of_elsewhere_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", before)
    with processes_beside(1) as pool:
        assert environment() == before
        assert pool.submit(environment).result() == before
