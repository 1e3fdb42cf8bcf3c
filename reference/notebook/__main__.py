"""The process that judges what a kernel has defined. ``reference.notebook.asking`` starts it, and nobody else."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import BinaryIO

from reference.notebook.asking import message_from


def main() -> None:
    asked, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):  # what anybody prints is no part of the answer
        os.dup2(nothing, descriptor)
    try:
        question, state = message_from(asked)
        threading.Thread(target=_end_with_the_kernel, args=(asked,), daemon=True).start()
        from reference.targets.process.children import Children

        with Children() as children:
            children.begin()
            from reference.notebook.judging import answered

            answer = json.dumps(answered(question, state, children)).encode()
    except (KeyboardInterrupt, EOFError):
        os._exit(130)  # what still runs in other threads is not waited for
    while answer:
        answer = answer[os.write(answers, answer) :]
    sys.stderr.flush()
    os._exit(0)


def _end_with_the_kernel(asked: BinaryIO) -> None:
    """Whoever asks holds the pipe open until it has its answer."""
    if not asked.read(1):
        os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
