"""Does an edit change what is returned? The file as it is and as it was edited are called on the same drawn cases.

Nothing of ``reference`` is asked. ``python -m benchmarks.campaign.oracle FILE`` reads edited cells as lines of JSON and
prints a line for each: what differs, or that nothing does. ``differences`` runs it, and goes on where it ended.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks.campaign.recipes import CASES, HELPERS, RECIPES, Call
from benchmarks.campaign.sources import FOLDER, source_of
from benchmarks.campaign.trees import parsed
from benchmarks.campaign.verdicts import ROOT, surroundings

__all__ = ["SAME", "called", "differences", "differs", "lacks_a_step", "names_of", "of_cache"]

SAME = "same"
CLOSE = 1e-9  # of the largest entry: an edit that changes less is rounding
RIGHT, LOOSE = 1e-6, 1e-6  # a checker's answer below is "right"; above, so much of it is the same
SECONDS = 5  # for all cases of an edit
MARK = "answer: "
STEP = re.compile(r"d[ZA]\d+")
THROUGH = "and through its cache"


def names_of(cells: Sequence[str]) -> dict[str, Any]:
    """What the cells define: functions, lambdas, NumPy; the course's helpers beneath."""
    names: dict[str, Any] = {"np": np, "numpy": np, **HELPERS}
    for text in cells:
        tree = parsed(text)
        if tree is None:
            tree = parsed("\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in text.split("\n")))
        for node in tree.body if tree is not None else ():
            function = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if function or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)):
                exec(compile(ast.Module([node], []), "<cell>", "exec"), names)
    return names


def called(name: str) -> set[str]:
    """The functions of a file that its recipe calls."""
    return {call.function for call in _calls(name, names_of(_cells_of(name)), 0)}


def _cells_of(name: str) -> Sequence[str]:
    source = source_of(FOLDER / name)
    assert source is not None
    return source.cells


def _calls(name: str, own: dict[str, Any], case: int) -> list[Call]:
    recipe, draw = RECIPES[name]
    np.random.seed(case)
    with silent():
        return list(recipe(own, draw(case)))


class Outcomes:
    """What the calls of a recipe return, for one file's names; arguments are always made by the file as it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.own = names_of(_cells_of(name))
        self.calls = [call for k in range(CASES) for call in _calls(name, self.own, k)]
        self.wanted = [self._returned(self.own, call) for call in self.calls]

    def _returned(self, names: dict[str, Any], call: Call) -> Any:
        function = names[call.function]
        if call.replaced:
            function = FunctionType(
                function.__code__, {**function.__globals__, **call.replaced}, call.function, function.__defaults__
            )
        np.random.seed(11)
        with silent():
            return function(*copy.deepcopy(call.arguments))

    def differ(self, cells: Sequence[str]) -> str:
        """``SAME``, or the first of what differs, gradients first."""
        try:
            names = names_of(cells)
        except Exception as error:
            return f"no Python: {error}"
        found = []
        for call, wanted in zip(self.calls, self.wanted, strict=True):
            try:
                got = self._returned(names, call)
            except (Exception, SystemExit) as error:
                return f"{call.function}: raises {type(error).__name__}"
            where = _loosely(got, wanted) if call.loose else differs(got, wanted)
            if where is not None:
                found.append(f"{call.function}: {where}")
        gradients = [one for one in found if any(f"d{kind}" in one for kind in "Wb")]
        first = (gradients or found or [SAME])[0]
        return first + self._through_cache(names) if of_cache(first) else first

    def _through_cache(self, names: dict[str, Any]) -> str:
        """What differs in others, where they are given what the edited file's forward pass keeps; "" where nothing."""
        try:
            calls = [call for k in range(CASES) for call in _calls(self.name, names, k)]
            for call, wanted in zip(calls, self.wanted, strict=True):
                where = None if call.loose else differs(self._returned(names, call), wanted)
                if where is not None and not of_cache(f"{call.function}: {where}"):
                    return f" {THROUGH} {call.function}: {where}"
        except (Exception, SystemExit) as error:
            return f" {THROUGH} {type(error).__name__}"
        return ""


def of_cache(answer: str) -> bool:
    """Is what a forward pass returns the same but for the cache behind it, and that without a consequence?"""
    return "forward" in answer and ": [1]" in answer and THROUGH not in answer


def _loosely(got: Any, wanted: Any) -> str | None:
    if isinstance(got, float) and got < RIGHT and wanted < RIGHT:
        return None
    return differs(got, wanted, LOOSE)


def differs(got: Any, wanted: Any, close: float = CLOSE) -> str | None:
    """Where two trees of arrays differ first, as a path; ``None`` where they do not."""
    if isinstance(wanted, dict):
        if not isinstance(got, dict) or set(got) != set(wanted):
            return _lacking(got, wanted, close)
        order = sorted(wanted, key=lambda name: (not str(name).startswith(("dW", "db")), str(name)))
        pairs = [(f"[{name!r}]", got[name], wanted[name]) for name in order]
    elif isinstance(wanted, tuple | list):
        if not isinstance(got, tuple | list) or len(got) != len(wanted):
            return "another number of values"
        pairs = [(f"[{k}]", a, b) for k, (a, b) in enumerate(zip(got, wanted, strict=True))]
    elif wanted is None or isinstance(wanted, str):
        return None if got is wanted or got == wanted else "another value"
    else:
        return _numbers(got, wanted, close)
    for name, a, b in pairs:
        where = differs(a, b, close)
        if where is not None:
            return f"{name} {where}" if not where.startswith("[") else f"{name}{where}"
    return None


def _lacking(got: Any, wanted: dict[Any, Any], close: float) -> str:
    """Of a dictionary with other names: whether no more than steps on the way to the gradients are missing."""
    missing = sorted(map(str, set(wanted) - set(got))) if isinstance(got, dict) else []
    kept = {name: value for name, value in wanted.items() if str(name).startswith(("dW", "db"))}
    if not kept or not missing or not all(map(STEP.fullmatch, missing)) or not set(got) <= set(wanted):
        return "other names"
    where = differs({name: got[name] for name in kept}, kept, close)
    return where or f"lacks {', '.join(missing)}"


def lacks_a_step(answer: str) -> bool:
    """Is every gradient of a parameter there and right, and a step on the way no longer returned?"""
    return ": lacks " in answer


def _numbers(got: Any, wanted: Any, close: float) -> str | None:
    try:
        a, b = np.asarray(got, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    except (TypeError, ValueError):
        return "no numbers"
    if a.shape != b.shape:
        return f"shape {a.shape}, not {b.shape}"
    near = np.abs(a - b) <= close * max(float(np.max(np.abs(b), initial=0.0)), 1e-300)
    same = near | (np.isnan(a) & np.isnan(b)) | (a == b)
    return None if bool(same.all()) else f"by {float(np.nanmax(np.abs(a - b), initial=0.0)):.2g}"


@contextlib.contextmanager
def silent() -> Any:
    """Nothing printed, nothing warned of."""
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        yield


# --- in a process of its own ------------------------------------------------------------------------------------


def differences(name: str, edited: Sequence[Sequence[str]]) -> list[str]:
    """For each of these versions of a file's cells, what differs. One that ends the process, or the time, differs."""
    answers: list[str] = []
    while len(answers) < len(edited):
        waiting = "\n".join(json.dumps(list(cells)) for cells in edited[len(answers) :])
        command = [sys.executable, "-m", "benchmarks.campaign.oracle", name]
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=surroundings(), input=waiting.encode(), capture_output=True, check=False,
                timeout=60 + 2 * SECONDS * (len(edited) - len(answers)),
            )  # fmt: skip
            printed, ended = done.stdout, f"the process ended, exit {done.returncode}"
            if b"Traceback" in done.stderr and MARK.encode() not in printed:
                raise RuntimeError(done.stderr.decode(errors="replace"))
        except subprocess.TimeoutExpired as late:
            printed, ended = late.stdout or b"", "no end"
        lines = [line for line in printed.decode(errors="replace").splitlines() if line.startswith(MARK)]
        answers += [line[len(MARK) :] for line in lines]
        if len(answers) < len(edited):
            answers.append(ended)
    return answers


class Late(BaseException):
    """An edit that did not end."""


def main() -> None:
    """Answer every line."""

    def late(number: int, frame: Any) -> None:
        raise Late

    signal.signal(signal.SIGALRM, late)
    outcomes = Outcomes(sys.argv[1])
    for line in sys.stdin:
        signal.alarm(SECONDS)
        try:
            answer = outcomes.differ(json.loads(line))
        except Late:
            answer = "no end"
        finally:
            signal.alarm(0)
        print(MARK + " ".join(answer.split()), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
