"""In a notebook: ``%load_ext reference.notebook``, then ``%%verify`` on a cell, or ``%verify`` for all there is.

In the kernel, which pickles, starts a process and shows what it says:

magics      the two commands               gathering   what the kernel has defined, and in which cells
carrying    live objects as bytes          asking      the process that judges, from its start to its answer

In the process that judges:

standing    which text still stands        judging     from a message to a report
"""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext reference.notebook``."""
    from reference.notebook.magics import commands_of

    line, cell = commands_of(shell)
    shell.register_magic_function(line, "line", "verify")
    shell.register_magic_function(cell, "cell", "verify")


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext reference.notebook``."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("verify", None)
