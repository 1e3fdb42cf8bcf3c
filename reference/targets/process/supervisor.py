"""A target's process, supervised: it may loop, exit, crash or fill its memory, and costs no one but its own target.

This is containment of accidents, not a sandbox for malice: a target runs with the rights of whoever points at it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reference.interface.exceptions import TargetChanged, TargetDied, TargetGivenUp, TargetNotStarted, TargetRaised
from reference.settings.limits import Limits
from reference.targets.process.children import Child, Children, ended
from reference.targets.process.messages import WireError, pack, receive

__all__ = ["Worker"]

START = 60.0  # seconds for an interpreter and NumPy; a loaded machine is slow
AHEAD = 2**15  # bytes of questions that a pipe holds while nobody reads
DEATHS = 3  # of one target's process, before the rest of the target is given up


def _mark(answer: Any) -> str | None:
    return answer.get("mark") if isinstance(answer, dict) else None


DESCRIPTION = {"type", "message", "frames", "template", "blank", "needs", "unbindable"}


def _describes_an_exception(raised: Any) -> bool:
    """Is it what a target's process says of an exception?"""
    return isinstance(raised, dict) and raised.keys() >= DESCRIPTION and isinstance(raised["frames"], list)


class Worker:
    """One child process. ``ask`` is a call; a process that died is replaced, and asked ``greeting`` first."""

    def __init__(self, limits: Limits, greeting: dict[str, Any], children: Children | None = None) -> None:
        self.limits, self.greeting, self.children = limits, greeting, children or Children()
        self.deaths = 0
        self.child: Child | None = None
        self.turn = threading.Lock()
        self.mark: str | None = None  # of the file's text, as the first process read it
        self.second: Worker | None = None
        self.over = False  # a twin's, which may be in the middle of another thread's questions

    def greet(self) -> Any:
        """Start, and return the answer to the greeting."""
        with self.turn:
            answer = self._start()
            self.mark = _mark(answer)
            return answer

    def ask(self, ask: str, **question: Any) -> Any:
        """The answer; raises ``TargetRaised`` for an exception of the target's, ``TargetDied`` for its end."""
        return self.ask_with_output(ask, **question)[0]

    def ask_with_output(self, ask: str, **question: Any) -> tuple[Any, str]:
        """The answer, and the last of what was printed on the way."""
        with self.turn:
            self._be_there()
            return self._asked({"ask": ask, **question}, self.limits.timeout)

    @contextlib.contextmanager
    def begun(self, questions: Sequence[dict[str, Any]]) -> Iterator[Callable[[], Any]]:
        """The answers, raised or returned, are fetched one by one by what is yielded; the process answers meanwhile.

        Nobody else asks until the end; what is not fetched by then is not heard. More than ``AHEAD`` is asked one by
        one: it would wait for who reads, as who reads waits for its own answers to be read.
        """
        waiting, asked = deque(map(pack, questions)), 0

        def fetch() -> Any:
            nonlocal asked
            until = time.monotonic() + self.limits.timeout
            if asked:
                asked -= 1
            else:
                self._be_there()
                self._send(waiting.popleft(), until)
            return self._answered(until)[0]

        with self.turn:
            try:
                if self.child is not None and sum(map(len, waiting)) <= AHEAD:
                    with contextlib.suppress(OSError):  # it has ended: how, who fetches the answer is told
                        while waiting:
                            self._write(waiting[0], time.monotonic() + self.limits.timeout)
                            waiting.popleft()
                            asked += 1
                yield fetch
            except BaseException:
                self._stop()
                raise
            while asked and self.child is not None:
                with contextlib.suppress(TargetRaised, TargetDied):
                    fetch()

    def _be_there(self) -> None:
        if self.child is not None:
            return
        if self.deaths >= DEATHS:
            raise TargetGivenUp(f"was not asked: the process was lost {self.deaths} times before")
        if _mark(self._start()) != self.mark:
            self._stop()
            raise TargetChanged("its file was changed while it was judged")

    def twin(self) -> Worker:
        """The same target in one more process, which is begun when it is first asked, and ends with this one."""
        if self.second is None:
            self.second = Worker(self.limits, self.greeting, self.children)
            self.second.mark = self.mark
        return self.second

    def close(self) -> None:
        """End the process, and every process that it started; the twin for good."""
        second, self.second = self.second, None
        if second is not None:
            second.over = True
            second.close()
        self._stop()

    def _stop(self) -> None:
        child, self.child = self.child, None
        if child is None:
            return
        ended(child)

    def _start(self) -> Any:
        try:
            self.child = self.children.take()
        except OSError as error:
            raise TargetNotStarted(f"no process could be started for it: {error.strerror or error}") from None
        if self.over:
            self._stop()
            raise TargetGivenUp("was not asked: nobody waits for its answers any more")
        first = pack({"memory": self.limits.memory})
        return self._asked(dict(self.greeting), self.limits.timeout + START, before=first)[0]

    def _asked(self, question: dict[str, Any], seconds: float, *, before: bytes = b"") -> tuple[Any, str]:
        until = time.monotonic() + seconds
        self._send(before + pack(question), until)
        return self._answered(until)

    def _send(self, data: bytes, until: float) -> None:
        try:
            self._write(data, until)
        except (WireError, OSError) as error:
            raise self._died(f"sent no answer that can be read: {error}") from None
        except KeyboardInterrupt:
            self._stop()
            raise

    def _answered(self, until: float) -> tuple[Any, str]:
        try:
            answer = receive(lambda count: self._read(count, until))
        except (WireError, OSError) as error:
            raise self._died(f"sent no answer that can be read: {error}") from None
        except KeyboardInterrupt:
            self._stop()
            raise
        if not isinstance(answer, dict) or not {"raised", "answer"} & answer.keys():
            raise self._died("sent no answer that can be read")
        if "raised" in answer:
            if not _describes_an_exception(answer["raised"]):
                raise self._died("sent no answer that can be read")
            raise TargetRaised(answer["raised"])
        return answer["answer"], str(answer.get("printed", ""))

    def _write(self, data: bytes, until: float) -> None:
        assert self.child is not None
        assert self.child.stdin is not None
        pipe = self.child.stdin.fileno()
        os.set_blocking(pipe, False)  # a target that stops reading must not stop us
        view = memoryview(data)
        while view:
            if time.monotonic() > until:
                raise self._late()
            try:
                view = view[os.write(pipe, view[:65536]) :]
            except BlockingIOError:
                self._wait(pipe, select.POLLOUT, until)

    def _read(self, count: int, until: float) -> bytes:
        assert self.child is not None
        assert self.child.stdout is not None
        pipe = self.child.stdout.fileno()
        parts, missing = [], count
        while missing:
            self._wait(pipe, select.POLLIN, until)
            part = os.read(pipe, min(missing, 2**20))
            if not part:
                raise self._died(self._end())
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _wait(self, pipe: int, event: int, until: float) -> None:
        """Until a pipe can be written to or read from, or has lost its other end."""
        ready = select.poll()
        ready.register(pipe, event)
        if not ready.poll(max(0.0, 1000 * (until - time.monotonic()))):
            raise self._late()

    def _late(self) -> TargetDied:
        return self._died(f"did not return within {self.limits.timeout:g} s")

    def _end(self) -> str:
        assert self.child is not None
        try:
            code = self.child.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "closed the way to its process"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended itself, with exit code {code}"

    def _died(self, how: str) -> TargetDied:
        self.deaths += 1
        self._stop()
        return TargetDied(how)
