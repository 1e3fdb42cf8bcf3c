"""A target's process: questions on one pipe, answers on another, nothing of it on the terminal.

``python -m reference.targets.process`` is started by ``reference.targets.process.children`` alone. Accidents end here:
memory is limited by the first message, standard input is empty, what is printed goes nowhere.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading


def main() -> int:
    asked, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)

    from reference.targets.process.children import AHEAD
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

    if AHEAD in sys.argv[2:]:  # JAX takes as long as all else
        threading.Thread(target=importlib.import_module, args=("jax.numpy",), daemon=True).start()
    server = Server()
    _limit(int(receive(read)["memory"]))
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
