"""The process that judges, seen from the kernel: started, told what there is, heard, and ended when it is interrupted.

A message is two lengths and so many bytes: JSON, then the pickled state. The answer is JSON. Whoever judges reads on,
and ends where the kernel does.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["NoAnswer", "asked", "message_from"]

LENGTHS = struct.Struct(">QQ")
ROOT = Path(__file__).parents[2]  # for a checkout that is not installed; last on the path, so that it shadows nothing
BOOT = "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module('reference.notebook', None, '__main__')"
PATIENCE = 0.7  # seconds for it to end its own processes, once it is interrupted
LONGEST = 600  # letters of what it said last


class NoAnswer(Exception):
    """The process ended without an answer; the message is what it said last."""


def asked(question: dict[str, Any], state: bytes) -> dict[str, Any]:
    """The answer. ``KeyboardInterrupt`` ends the process, and whatever it has started, before it is raised again."""
    with tempfile.TemporaryFile() as said:
        return _asked(question, state, said)


def _asked(question: dict[str, Any], state: bytes, said: BinaryIO) -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", BOOT, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        head = json.dumps(question).encode()
        with contextlib.suppress(BrokenPipeError):  # it says below what is the matter
            process.stdin.write(LENGTHS.pack(len(head), len(state)) + head + state)
            process.stdin.flush()
        answer = process.stdout.read()
        if answer:
            found: dict[str, Any] = json.loads(answer)
            return found
        code = process.wait()
        said.seek(0)
        words = said.read().decode(errors="replace").strip()
        raise NoAnswer(words[-LONGEST:] or f"the process that judges ended with exit code {code}")
    finally:
        _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Interrupted as by Ctrl-C, which ends its own processes; then at once."""
    until = time.monotonic() + PATIENCE
    with contextlib.suppress(KeyboardInterrupt):  # a second one changes nothing
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def message_from(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """What ``asked`` sent, read on the other side. Raises ``EOFError`` where the kernel is gone."""
    head, state = LENGTHS.unpack(_exactly(stream, LENGTHS.size))
    return json.loads(_exactly(stream, head)), _exactly(stream, state)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
