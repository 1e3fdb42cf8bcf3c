"""A program that an interrupt reaches, even where a shell has put the tests into the background and so ignores it."""

from __future__ import annotations

import sys

__all__ = ["module"]

START = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); del sys.argv[0]; "
    "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def module(name: str, *arguments: str) -> list[str]:
    """``python -m name arguments``, with SIGINT as it is in the foreground."""
    return [sys.executable, "-c", START, name, *arguments]
