"""Where the processes of targets come from: one is begun before it is known what it is for, while we still import.

Each has an empty standard input, one thread for matrix products, JAX on the CPU, and nothing secret in its environment.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from reference.targets.process.template import Forked, Template, forks

__all__ = ["AHEAD", "TEMPLATE", "WITHOUT_JAX", "Child", "Children", "ended"]

KEPT = (  # nothing secret is passed on
    "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
)  # fmt: skip
SETTINGS = {
    "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false", "MPLBACKEND": "Agg",
    "PYTHONWARNINGS": "ignore", "LC_ALL": "C.UTF-8",
}  # fmt: skip
ROOT = Path(__file__).parents[3]  # for a checkout that is not installed; last on the path, so that it shadows nothing
BOOT = (
    "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module('reference.targets.process', None, '__main__')"
)
# how one is begun: with JAX in the background; for others to be forked from; the same without JAX
AHEAD, TEMPLATE, WITHOUT_JAX = "ahead", "template", "template without JAX"

Child = subprocess.Popen[bytes] | Forked


class Children:
    """Processes that wait for a target. ``begin`` ahead; who is in need takes one that waits, or a new one.

    Where there is a fork, they are forked from a template, which ``begin`` begins; with ``many``, for one target after
    the other, whoever is the first in need does.
    """

    def __init__(self, *, many: bool = False) -> None:
        self.waiting: list[subprocess.Popen[bytes]] = []
        self.many = many and forks()
        self.template: Template | None = None

    def __enter__(self) -> Children:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def begin(self, *, with_jax: bool = True) -> None:
        """One more, or what they are forked from. Where none can be begun, whoever needs one says so.

        ``with_jax``: imported before anything is forked; else whoever is forked imports it itself, if it must.
        """
        with contextlib.suppress(OSError):
            if not forks():
                self.waiting.append(_begun(AHEAD))
            elif self.template is None:
                self._begin_template(TEMPLATE if with_jax else WITHOUT_JAX)

    def take(self) -> Child:
        """One that nobody has asked anything. Raises ``OSError``."""
        if self.template is not None and self.template.process.poll() is not None:
            self.close()
        if self.template is None and self.many:
            self._begin_template()
        if self.template is not None:
            try:
                return self.template.fork()
            except OSError:
                self.close()
                if self.many:
                    raise
        while self.waiting:
            child = self.waiting.pop()
            if child.poll() is None:
                return child
            ended(child)
        return _begun()

    def _begin_template(self, how: str = TEMPLATE) -> None:
        self.template = Template(lambda descriptor: _begun(how, str(descriptor), passed=(descriptor,)))

    def close(self) -> None:
        """End those that nobody took, and what others were forked from."""
        if self.template is not None:
            self.template.close()
            self.template = None
        while self.waiting:
            ended(self.waiting.pop())


def _begun(*how: str, passed: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BOOT, str(ROOT), *how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**kept, **SETTINGS},
        start_new_session=True,
        pass_fds=passed,
    )


def ended(child: Child) -> None:
    """End a process, and every process that it started."""
    import signal

    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    for pipe in (child.stdin, child.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    child.wait()
