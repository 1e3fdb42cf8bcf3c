"""The same ground for all: as many cores, as many threads in every pool; and what a reader must know of the machine.

XLA sizes its pool when JAX is imported, from the cores that the process may use: ``pin`` stands before that. ``equal``
then holds the pools that can be told at run time, and switches JAX to float64.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.tables import markdown

__all__ = ["LIBRARIES", "Before", "equal", "heading", "installed", "pin", "unpinned"]

LIBRARIES = {
    "numpy": "numpy", "jax": "jax", "torch": "torch", "scipy": "scipy", "sklearn": "scikit-learn",
    "autograd": "autograd", "numdifftools": "numdifftools",
}  # fmt: skip
PROCESSOR = Path("/proc/cpuinfo")
KEPT = "JAX_COMPILATION_CACHE_DIR"  # with it a shape that is compiled here would be found compiled in the next run


class Before(NamedTuple):
    """What ``pin`` changed: a process that is started from here is given the machine as it was."""

    cores: frozenset[int] | None  # ``None`` where the platform has no affinity
    environment: dict[str, str | None]


def pin(threads: int) -> Before:
    """``threads`` cores for this process. Raises ``RuntimeError`` where JAX is imported already."""
    if "jax" in sys.modules:
        raise RuntimeError("JAX is imported already; its threads are pinned before that, or not at all")
    wanted = {"NPROC": str(threads), "JAX_PLATFORMS": "cpu", "JAX_CPU_ENABLE_ASYNC_DISPATCH": "false", KEPT: None}
    before = Before(_available(), {name: os.environ.get(name) for name in wanted})
    _set(wanted)
    if before.cores is not None:
        os.sched_setaffinity(0, sorted(before.cores)[-threads:])
    return before


@contextmanager
def unpinned(before: Before | None) -> Iterator[None]:
    """A process that is started in here has the machine as it was before ``pin``."""
    if before is None:
        yield
        return
    here = Before(_available(), {name: os.environ.get(name) for name in before.environment})
    _restore(before)
    try:
        yield
    finally:
        _restore(here)


def _available() -> frozenset[int] | None:
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def _restore(state: Before) -> None:
    _set(state.environment)
    if state.cores is not None:
        os.sched_setaffinity(0, state.cores)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def equal(threads: int) -> Iterator[None]:
    """``threads`` in every pool. What is installed is imported first: a limit reaches only what is loaded."""
    import jax
    from threadpoolctl import threadpool_limits

    for module in LIBRARIES:
        if installed(module):
            importlib.import_module("scipy.linalg" if module == "scipy" else module)
    with ExitStack() as held:
        if installed("torch"):
            import torch

            held.callback(torch.set_num_threads, torch.get_num_threads())
            torch.set_num_threads(threads)
        held.enter_context(threadpool_limits(threads))
        held.enter_context(jax.enable_x64(True))
        yield


def installed(module: str) -> bool:
    """Can a peer be asked at all?"""
    return importlib.util.find_spec(module) is not None


def heading(threads: int, before: Before | None = None) -> str:
    """A table: without these a time means nothing."""
    rows = [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Python", platform.python_version()),
        *((name, _version(name) if installed(module) else "not installed") for module, name in LIBRARIES.items()),
        ("kernel of NumPy's BLAS", _kernel()),
        ("threads", f"{threads} in every pool{_cores(before)}"),
    ]
    if hasattr(os, "getloadavg"):
        rows.append(("load of the machine when it began", f"{os.getloadavg()[0]:.2f}"))
    return markdown(("machine", ""), rows)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


def _processor() -> str:
    try:
        lines = PROCESSOR.read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "of unknown model"


def _kernel() -> str:
    """What OpenBLAS chose for this processor, and whether someone chose for it."""
    import numpy as np
    from threadpoolctl import threadpool_info

    home = Path(np.__file__).parent.parent  # wheels keep it in ``numpy.libs`` or ``numpy/.dylibs``
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    pools = [pool for pool in pools if pool["filepath"].startswith(str(home / "numpy"))]
    chosen = ", ".join(f"{p['internal_api']} {p['version']}, {p.get('architecture', 'not told')}" for p in pools)
    said = ", ".join(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("OPENBLAS_"))
    return f"{chosen or 'not told'}{f' ({said} set)' if said else ''}"


def _cores(before: Before | None) -> str:
    cores = _available()
    if cores is None:
        return ""
    whole = cores if before is None or before.cores is None else before.cores
    return f", on {len(cores)} of {len(whole)} cores"
