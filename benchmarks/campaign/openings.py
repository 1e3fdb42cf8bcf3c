"""Opening a target as ``verify`` does, without judging it: what is read, recognised and paired, within a limit.

``python -m benchmarks.campaign.openings FILE…`` prints a line of JSON for each file as soon as it is open, so that
whoever waits knows at which file the process ended.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from benchmarks.campaign.verdicts import ROOT, Said, surroundings, unread
from reference.targets import TargetError, resolve

__all__ = ["opened", "opened_apart"]

TIMEOUT = 2.0  # seconds of one answer of the target's, as ``--timeout``
LIMIT = 90.0  # seconds of an opening: several answers, on a busy machine


class Late(BaseException):
    """An opening that did not end. No ``Exception``, so that nothing on the way takes it for a target's."""


def opened(path: Path, limit: float = LIMIT) -> Said:
    """What is in the file: its checks; or the reason why it cannot be opened, which is an answer too."""
    from reference.interface.entry import NotJudged
    from reference.settings.limits import Limits

    try:
        with within(limit):
            implementation = resolve(str(path), Limits(timeout=TIMEOUT))()
            try:
                entries = [entry.check for entry in implementation.entries]
                checks = {
                    *entries,
                    *(law.check for law in implementation.laws),
                    *(c for c, _ in implementation.unknown),
                }
                checks |= {note.check for note in implementation.notes if isinstance(note, NotJudged)}
                broken = [v for law in implementation.laws if law.check == "*" for v in law.run(0)[1]]
                lost = next((v.text for v in broken if unread("*", v.code, v.place)), "")
                if lost:
                    return Said("opened", trouble=f"whole file unread: {' '.join(lost.split())[:200]}")
                return Said("opened", checks=frozenset(checks), text="\n".join(map(str, implementation.notes)))
            finally:
                implementation.close()
    except TargetError as error:
        if not str(error).strip():
            return Said("none", trouble="lost target: refused without a reason")
        return Said("error", text=str(error))
    except Late:
        return Said("none", trouble=f"hang: not open within {limit:.0f} s")
    except Exception as error:
        return Said("none", trouble=f"internal error: {type(error).__name__}: {' '.join(str(error).split())[:200]}")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises ``Late`` in the main thread when the time is over."""

    def late(number: int, frame: FrameType | None) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def opened_apart(paths: Sequence[Path]) -> dict[Path, Said]:
    """Opened one after the other in a process of their own; the one that ends the process has that as its answer."""
    answers: dict[Path, Said] = {}
    waiting = list(paths)
    while waiting:
        command = [sys.executable, "-P", "-m", "benchmarks.campaign.openings", *map(str, waiting)]
        try:
            done = subprocess.run(
                command, cwd=waiting[0].parent, env=surroundings(), stdin=subprocess.DEVNULL, capture_output=True,
                timeout=LIMIT * (len(waiting) + 1), check=False,
            )  # fmt: skip
            printed, ended = done.stdout, f"internal error: the process ended, exit {done.returncode}"
        except subprocess.TimeoutExpired as late:
            printed, ended = late.stdout or b"", "hang: not open, and not to be stopped"
        for line in printed.decode(errors="replace").splitlines():
            if line.startswith(MARK):
                name, verdict, checks, trouble, text = json.loads(line[len(MARK) :])
                answers[Path(name)] = Said(verdict, checks=frozenset(checks), trouble=trouble, text=text)
        left = [path for path in waiting if path not in answers]
        if left:
            answers[left[0]] = Said("none", trouble=ended)
        waiting = left[1:]
    return answers


MARK = "opened: "


def main() -> None:
    """Open every file that is named."""
    for name in sys.argv[1:]:
        said = opened(Path(name))
        answer = [name, said.verdict, sorted(said.checks), said.trouble, said.text]
        print(MARK + json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
