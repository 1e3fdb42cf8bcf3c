"""How long one waits before anything is verified. ``python -m benchmarks --only startup``

Whole processes, from their start to their end, with all the cores that this one was given and in a folder of their own.
``verify`` is timed cold, when JAX must compile (the user's cache folder is new), and warm, when it finds what the first
run kept. What ``import manual_backprop`` adds is clocked inside a process that has imported NumPy already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.agreement import WitnessAgreement, table, wrong
from benchmarks.machine import unpinned
from benchmarks.plan import BenchmarkPlan, Say
from benchmarks.tables import duration, durations, markdown, met
from benchmarks.timing import interleaved, spread

__all__ = ["FULL", "QUICK", "ROOT", "Sizes", "environment", "measure", "program"]

HELP, IMPORT = "manual-backprop --help", "import manual_backprop, NumPy being there"
COLD, WARM = "manual-backprop verify, cold", "manual-backprop verify, warm"
GOALS = {HELP: 0.15, IMPORT: 0.010, COLD: 12.0, WARM: 4.0}
ROOT = Path(__file__).resolve().parent.parent
CLOCK = "import time, numpy; t = time.perf_counter(); import manual_backprop; print(time.perf_counter() - t)"
CACHE = "XDG_CACHE_HOME"


class Sizes(NamedTuple):
    short: int  # rounds of what takes a moment
    long: int  # of ``verify``
    verify: tuple[str, ...] = ("verify",)


FULL, QUICK = Sizes(15, 3), Sizes(3, 1, ("verify", "--case", "dims=2,20,3,1 m=211"))


def program() -> list[str]:
    """The console script of this interpreter, or what it stands for where it is not installed."""
    scripts = Path(sysconfig.get_path("scripts"))
    found = [path for name in ("manual-backprop", "manual-backprop.exe") if (path := scripts / name).is_file()]
    return [str(found[0])] if found else [sys.executable, "-m", "reference"]


def environment(cache: Path) -> dict[str, str]:
    """What is set here, with a cache folder; bytecode is kept from the first run on, as where a program is used."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**here, CACHE: str(cache), "PYTHONPATH": path}


def ran(arguments: Sequence[str], folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """One process, in a folder of its own, with a cache folder of its own."""
    return subprocess.run(arguments, cwd=folder, env=environment(cache), capture_output=True, text=True, check=False)


def measure(plan: BenchmarkPlan, say: Say, *, sizes: Sizes | None = None, command: Sequence[str] | None = None) -> bool:
    """Print the tables; false where a process did not end as it should."""
    sizes, command = sizes or (QUICK if plan.quick else FULL), list(command or program())
    with unpinned(plan.before), tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place), Path(place) / "cache"
        calls: dict[str, Callable[[Path], subprocess.CompletedProcess[str]]] = {
            HELP: lambda cache: ran([*command, "--help"], folder, cache),
            IMPORT: lambda cache: ran([sys.executable, "-c", CLOCK], folder, cache),
            COLD: lambda cache: ran([*command, *sizes.verify], folder, cache),
        }
        calls[WARM] = calls[COLD]
        agreements = [WitnessAgreement(name, "exit code", abs(calls[name](cache).returncode), 0)
                      for name in (HELP, IMPORT, WARM)]  # fmt: skip
        say(table(agreements))
        if wrong(agreements):
            return False
        clocked: list[float] = []

        def cold(number: int) -> None:
            calls[COLD](folder / f"cache {number}")

        short = {HELP: lambda number: calls[HELP](cache),
                 IMPORT: lambda number: clocked.append(float(calls[IMPORT](cache).stdout))}  # fmt: skip
        taken = interleaved(short, plan.rounds or sizes.short, seed=plan.seed, batch=None)
        long = {COLD: cold, WARM: lambda number: calls[WARM](cache)}
        taken |= interleaved(long, min(plan.rounds or sizes.long, sizes.long), seed=plan.seed, batch=None)
        taken[IMPORT] = clocked
    rows = []
    for name, goal in GOALS.items():
        seconds = spread(taken[name])
        judged = name in short or sizes.verify == FULL.verify
        asked = name if judged else f"{name}: {' '.join(sizes.verify)}"
        rows.append((asked, durations(*seconds), met(f"≤ {duration(goal)}", seconds.median <= goal) if judged else ""))
    say(markdown(("a whole process", "median (quartiles)", "goal"), rows))
    return True
