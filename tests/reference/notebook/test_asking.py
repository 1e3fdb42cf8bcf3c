"""The process that judges, and its end."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reference.notebook import asking
from reference.notebook.asking import NoAnswer, asked, message_from

ROOT = Path(__file__).parents[3]
KERNEL = """
import sys
from tests.reference.notebook.shell import Shell
from reference.notebook.asking import asked
shell = Shell().run("import numpy as np, time", "def bend(z):\\n    time.sleep(60)\\n    return np.tanh(z)",
                    "def bend_backward(dout, z):\\n    return dout * (1 - np.tanh(z) ** 2)")
asked(*shell.question())
"""


def test_a_message_is_read_as_it_was_sent() -> None:
    head = json.dumps({"line": "", "cells": [[1, "é"]]}).encode()
    sent = asking.LENGTHS.pack(len(head), 3) + head + b"\x00\x01\x02"
    assert message_from(io.BytesIO(sent)) == ({"line": "", "cells": [[1, "é"]]}, b"\x00\x01\x02")
    with pytest.raises(EOFError):
        message_from(io.BytesIO(sent[:-1]))


def test_a_process_that_breaks_down_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "BOOT", "import sys; sys.stdin.buffer.read(16); sys.exit('out of order')")
    with pytest.raises(NoAnswer, match="out of order"):
        asked({"line": ""}, b"state")
    monkeypatch.setattr(asking, "BOOT", "import os; os._exit(7)")
    with pytest.raises(NoAnswer, match="exit code 7"):
        asked({"line": ""}, b"state" * 100_000)


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, of in pairs if of == parent]
    return found[1:]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="who runs is read from /proc")
def test_where_the_kernel_dies_nobody_judges_on() -> None:
    kernel = subprocess.Popen([sys.executable, "-c", KERNEL], cwd=ROOT)
    until = time.monotonic() + 60
    while len(children(kernel.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(3)
    begun = children(kernel.pid)
    assert len(begun) >= 2
    os.kill(kernel.pid, signal.SIGKILL)
    kernel.wait()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in begun) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in begun if Path(f"/proc/{pid}").exists()] == []
