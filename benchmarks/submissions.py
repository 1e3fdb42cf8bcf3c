"""What a course's submission costs, of many; and how long one waits for the first finding.
``python -m benchmarks --only submissions``

Each submission is a file with the thirteen functions of the course's week, and no two have the same text; a wrong one
has one mistake. They are verified together, as a grader would, in a folder of their own. CPU is that of all processes:
a file's is what more files add, so that the start is in none of them. Beside it stands what the course's own
``gradient_check_n`` costs on the same file. Memory is that of the largest process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.agreement import WitnessAgreement, table, wrong
from benchmarks.machine import unpinned
from benchmarks.plan import BenchmarkPlan, Say
from benchmarks.startup import ROOT, environment, program
from benchmarks.tables import duration, markdown, met, size

__all__ = ["FULL", "MISTAKES", "QUICK", "Counts", "Spent", "measure", "submission", "verified"]

SOURCE = ROOT / "tests" / "reference" / "course_files" / "week1_all_three.ipynb"
MISTAKES = (  # a line of the file, and what somebody wrote in its place
    ("1./m * np.dot(dZ3, A2.T)", "np.dot(dZ3, A2.T)"),
    ("np.int64(A2 > 0)", "np.int64(A2 >= -1)"),
    ("/ (2 * epsilon)", "/ epsilon"),
    ("np.sqrt(2", "np.sqrt(1"),
)
RIGHT, WRONG = "a right file", "a wrong file"
GOALS = {RIGHT: 0.5, WRONG: 2.0}
CHECKED = """
import numpy as np
{source}
rng = np.random.RandomState(1)
shapes = {{"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}}
parameters = {{name: rng.randn(*shape) for name, shape in shapes.items()}}
X, Y = rng.randn(4, 3), np.array([[1, 1, 0]])
cost, cache = forward_propagation_n(X, Y, parameters)
gradient_check_n(parameters, backward_propagation_n(X, Y, cache), X, Y)
"""


class Counts(NamedTuple):
    """How many submissions are verified together, one run after the other."""

    files: tuple[int, ...]


FULL, QUICK = Counts((20, 100, 500)), Counts((4, 8))


class Spent(NamedTuple):
    """What a process and all below it took."""

    code: int
    cpu: float
    wall: float
    largest: int  # bytes of the largest of them


def submission(number: int, *, right: bool) -> str:
    """The text of one."""
    cells = json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]
    source = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    if not right:
        before, after = MISTAKES[number % len(MISTAKES)]
        source = source.replace(before, after, 1)
    return f"# submission {number}\n{source}\n"


def spent(arguments: Sequence[str], folder: Path, cache: Path) -> Spent:
    """Run a process to its end. ``wait4`` counts what it waited for itself."""
    started = time.perf_counter()
    with (folder / "out.txt").open("wb") as out:
        process = subprocess.Popen(arguments, cwd=folder, env=environment(cache), stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    return Spent(process.returncode, used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def verified(count: int, *, right: bool, command: Sequence[str], cache: Path) -> Spent:
    """So many of them, together."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "hw").mkdir()
        for number in range(count):
            text = submission(number, right=right)
            (folder / "hw" / f"submission_{number:04}.py").write_text(text, encoding="utf-8")
        return spent([*command, "verify", "hw"], folder, cache)


def first_finding(command: Sequence[str], cache: Path) -> float:
    """Seconds from the start of ``verify`` of a wrong file to the first line that says what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "wrong.py").write_text(submission(0, right=False), encoding="utf-8")
        started = time.perf_counter()
        with subprocess.Popen(
            [*command, "verify", "wrong.py"], cwd=folder, env=environment(cache), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stderr is not None
            said = next((time.perf_counter() - started for line in process.stderr if line.startswith("✗")), None)
            process.stderr.read()
    return float("nan") if said is None else said


def measure(
    plan: BenchmarkPlan, say: Say, *, counts: Counts | None = None, command: Sequence[str] | None = None
) -> bool:
    """Print the tables; false where a verdict is not what it should be."""
    counts, command = counts or (QUICK if plan.quick else FULL), list(command or program())
    with unpinned(plan.before), tempfile.TemporaryDirectory() as place:
        cache = Path(place) / "cache"
        agreements = [
            WitnessAgreement(
                name, "exit code", abs(verified(1, right=right, command=command, cache=cache).code - code), 0
            )
            for name, right, code in ((RIGHT, True, 0), (WRONG, False, 1))
        ]
        say(table(agreements))
        if wrong(agreements):
            return False
        found = {
            name: [verified(count, right=name == RIGHT, command=command, cache=cache) for count in counts.files]
            for name in GOALS
        }
        checked = Path(place) / "checked.py"
        checked.write_text(CHECKED.format(source=submission(0, right=True)), encoding="utf-8")
        course = min(spent([sys.executable, str(checked)], Path(place), cache).cpu for _ in range(3))
        waits = sorted(first_finding(command, cache) for _ in range(plan.rounds or (1 if plan.quick else 5)))
    rows = []
    for name, runs in found.items():
        few, many = runs[0], runs[-1]
        more = counts.files[-1] - counts.files[0]
        each = (many.cpu - few.cpu) / more
        goal = GOALS[name]
        rows.append((name, f"{each:.2f} s", met(f"≤ {goal} s", each <= goal), f"{each / course:.1f} ×",
                     f"{more / (many.wall - few.wall):.2f}"))  # fmt: skip
    head = (
        "of many",
        "CPU of each",
        "goal",
        f"beside the course's gradient_check_n ({duration(course)})",
        "files a second",
    )
    say(markdown(head, rows))
    curve = [(name, *(size(run.largest) for run in runs)) for name, runs in found.items()]
    say(markdown(("largest process of", *(f"{count} files" for count in counts.files)), curve))
    say(f"Time to the first finding: {duration(waits[len(waits) // 2])} (of {len(waits)}).")
    return True
