"""A target's process: questions on one pipe, answers on another, nothing of it on the terminal.

``python -m reference.targets.process`` is started by ``reference.targets.process.children`` alone. Accidents end here:
memory is limited by the first message, standard input is empty, what is printed goes nowhere.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from typing import NoReturn


def main() -> None:
    asked, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)

    from reference.targets.process.children import AHEAD, TEMPLATE, WITHOUT_JAX

    _, _, how, *rest = (*sys.argv, "")
    if how in (TEMPLATE, WITHOUT_JAX):
        from reference.targets.process.template import serve_forks

        if how == TEMPLATE:
            importlib.import_module("jax.numpy")
        importlib.import_module("reference.targets.process.server")
        serve_forks(int(rest[0]), _serve)
    if how == AHEAD:  # JAX takes as long as all else
        threading.Thread(target=importlib.import_module, args=("jax.numpy",), daemon=True).start()
    _serve(asked, answers)


def _serve(asked: int, answers: int) -> NoReturn:
    """Answer until nobody asks any more."""
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
    sys.dont_write_bytecode = True  # of a target's own modules, that is; ours are imported by now
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
