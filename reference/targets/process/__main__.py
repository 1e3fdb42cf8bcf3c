"""A target's process: questions on one pipe, answers on another, nothing of it on the terminal.

``python -m reference.targets.process MEMORY`` is started by ``reference.targets.process.supervisor`` alone.
Accidents end here: memory is limited, standard input is empty, what is printed goes nowhere.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    asked, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    _limit(int(sys.argv[1]))

    from reference.targets.process.messages import pack, receive
    from reference.targets.process.server import Server

    def read(count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = os.read(asked, min(count - len(data), 2**20))
            if not more:
                os._exit(0)  # the parent is gone
            data += more
        return data

    server = Server()
    while True:
        message = pack(server.answer(receive(read)))
        while message:
            message = message[os.write(answers, message) :]


def _limit(memory: int) -> None:
    """Limit the address space, where the system knows such a limit; no core is dumped."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError):
        return


if __name__ == "__main__":
    main()
