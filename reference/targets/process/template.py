"""A process that has imported everything, and of which one is forked for every target: each begins as the first did.

Whatever a target does to NumPy, to the interpreter or to its threads ends with its own process. Where JAX is imported,
it has begun no thread: what it begins, it begins after the fork. Where there is no fork, there is no template.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

__all__ = ["Forked", "Template", "forks", "serve_forks"]

NUMBERS = struct.Struct("!iq")  # what is asked, or what is so; and of which process
FORK, STATUS = 1, 2
RUNNING = 2**30  # in an exit code's place
STEP = 0.005  # seconds between two looks at a process that is to end


def forks() -> bool:
    """Is there a fork here, that the system's own libraries stand? Those of macOS do not."""
    return sys.platform == "linux" and hasattr(socket, "send_fds")


class Forked:
    """One process of a template's, with what ``subprocess.Popen`` has of it: pipes, ``poll`` and ``wait``."""

    def __init__(self, template: Template, pid: int, asked: int, answers: int) -> None:
        self.template, self.pid = template, pid
        self.stdin, self.stdout = os.fdopen(asked, "wb", buffering=0), os.fdopen(answers, "rb", buffering=0)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative where a signal ended it; ``None`` while it runs."""
        if self.returncode is None:
            self.returncode = self.template.status_of(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises ``subprocess.TimeoutExpired``."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(STEP)
        return code

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)


class Template:
    """``begin(socket)`` begins the process that calls ``serve_forks`` on its end."""

    def __init__(self, begin: Callable[[int], subprocess.Popen[bytes]]) -> None:
        self.ours, theirs = socket.socketpair()
        self.turn = threading.Lock()
        with theirs:
            self.process = begin(theirs.fileno())

    def fork(self) -> Forked:
        """One more process. Raises ``OSError`` where the template is gone."""
        read, asked = os.pipe()
        answers, write = os.pipe()
        try:
            with self.turn:
                socket.send_fds(self.ours, [NUMBERS.pack(FORK, 0)], [read, write])
                pid = self._answer()
        except BaseException:
            os.close(asked)
            os.close(answers)
            raise
        finally:
            os.close(read)
            os.close(write)
        return Forked(self, pid, asked, answers)

    def status_of(self, pid: int) -> int | None:
        """The exit code of one; of a template that is gone, so are all."""
        try:
            with self.turn:
                self.ours.sendall(NUMBERS.pack(STATUS, pid))
                code = self._answer()
        except OSError:
            return -signal.SIGKILL
        return None if code == RUNNING else code

    def _answer(self) -> int:
        data = b""
        while len(data) < NUMBERS.size:
            more = self.ours.recv(NUMBERS.size - len(data))
            if not more:
                raise OSError("the process that others are forked from is gone")
            data += more
        return int(NUMBERS.unpack(data)[1])

    def close(self) -> None:
        """End it; those that were forked end by themselves, or with who asks them."""
        self.ours.close()
        self.process.kill()
        for pipe in filter(None, (self.process.stdin, self.process.stdout)):
            pipe.close()
        self.process.wait()


def serve_forks(descriptor: int, run: Callable[[int, int], NoReturn]) -> NoReturn:
    """What the template does. ``run(asked, answers)`` is a forked process's whole life."""
    ended: dict[int, int] = {}
    with socket.socket(fileno=descriptor) as asked:
        while True:
            data, descriptors, _, _ = socket.recv_fds(asked, NUMBERS.size, 2)
            if len(data) < NUMBERS.size:
                os._exit(0)  # who began it is gone
            what, pid = NUMBERS.unpack(data)
            if what == FORK:
                pid = os.fork()
                if not pid:
                    asked.close()
                    os.setsid()
                    run(*descriptors)
                for each in descriptors:
                    os.close(each)
                asked.sendall(NUMBERS.pack(FORK, pid))
                continue
            ended |= _reaped()
            asked.sendall(NUMBERS.pack(STATUS, ended.get(pid, RUNNING)))


def _reaped() -> dict[int, int]:
    """The exit codes of those that ended since the last time."""
    found = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            found[pid] = os.waitstatus_to_exitcode(status)
    return found
