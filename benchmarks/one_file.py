"""How long one waits for one file, beside ``import jax.numpy`` in the same rounds. ``python -m benchmarks --only file``

Whole processes, from their start to their end, with all the cores that this one was given, in a folder of their own,
with what a first run kept. The file has the thirteen functions of the course's week, right or with one mistake; of new
content is one that nobody has verified before.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from benchmarks.agreement import WitnessAgreement, table, wrong
from benchmarks.machine import unpinned
from benchmarks.plan import BenchmarkPlan, Say
from benchmarks.startup import program, ran
from benchmarks.submissions import submission
from benchmarks.tables import durations, markdown, met, times
from benchmarks.timing import interleaved, ratio, spread

__all__ = ["measure"]

UNIT = "import jax.numpy"
SEEN, NEW, WRONG = "a right file, seen before", "a right file, of new content", "a wrong file, of new content"
PAIR, BUILT_IN = "a forward and a backward pass", "manual_backprop itself"
GOALS = {SEEN: 2.5, NEW: 4.0, WRONG: 4.0, PAIR: None, BUILT_IN: 5.0}  # times the import
CODES = {SEEN: 0, NEW: 0, WRONG: 1, PAIR: 0, BUILT_IN: 0}
ROUNDS, LOOK = 9, 1
TANH = """
import numpy as np

def tanh_forward(x):
    out = np.tanh(x)
    return out, out

def tanh_backward(dout, cache):
    return dout * (1 - cache ** 2)
"""


def measure(plan: BenchmarkPlan, say: Say, *, command: Sequence[str] | None = None) -> bool:
    """Print the tables; false where a verdict is not what it should be."""
    command, numbers = list(command or program()), count(1)
    with unpinned(plan.before), tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place), Path(place) / "cache"

        def verify(text: str | None, name: str = "file.py") -> int:
            if text is not None:
                (folder / name).write_text(text, encoding="utf-8")
            return ran([*command, "verify", *([] if text is None else [name])], folder, cache).returncode

        calls: dict[str, Callable[[], int]] = {
            UNIT: lambda: ran([sys.executable, "-c", UNIT], folder, cache).returncode,
            SEEN: lambda: verify(submission(0, right=True), "seen.py"),
            NEW: lambda: verify(submission(next(numbers), right=True)),
            WRONG: lambda: verify(submission(4 * next(numbers), right=False)),  # the same mistake each time
            PAIR: lambda: verify(TANH, "layer.py"),
            BUILT_IN: lambda: verify(None),
        }
        agreements = [WitnessAgreement(name, "exit code", abs(calls[name]() - code), 0) for name, code in CODES.items()]
        say(table(agreements))
        if wrong(agreements):
            return False
        rounds = plan.rounds or (LOOK if plan.quick else ROUNDS)
        taken = interleaved({name: lambda _, call=call: call() for name, call in calls.items()}, rounds,
                            seed=plan.seed, batch=None)  # fmt: skip
    rows = [(UNIT, durations(*spread(taken[UNIT])), "", "")]
    for name, goal in GOALS.items():
        beside = ratio(taken[name], taken[UNIT])
        kept = "" if goal is None else met(f"≤ {goal:g} ×", beside.median <= goal)
        rows.append((name, durations(*spread(taken[name])), times(*beside), kept))
    say(markdown(("a whole process", "median (quartiles)", f"× {UNIT}", "goal"), rows))
    return True
