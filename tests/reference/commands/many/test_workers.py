"""Many targets by workers: what comes of each is the same in any order, with others beside it, or alone."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest

from reference.commands.many.executors import WorkerPool, processes
from reference.commands.many.journal import TargetAnswer
from reference.commands.many.workers import answer_everything
from reference.settings.formats import TEXT
from reference.verification.conclusion import Conclusion
from reference.verification.request import Request, request

RIGHT = """
import numpy as np

def scale_forward(x, w):
    '''x: (N, D), w: (D,)'''
    return x * w, (x, w)

def scale_backward(dout, cache):
    x, w = cache
    return dout * w, (dout * x).sum(axis=0)
"""
FILES = {
    "right.py": RIGHT,
    "wrong.py": RIGHT.replace("dout * w", "dout + w"),
    "patches.py": "import numpy\nnumpy.sum = lambda *a, **k: 0\nnumpy.ndarray.sum\n" + RIGHT,
    "state.py": "import numpy, sys, os, threading, time\nnumpy.seterr(all='raise')\nsys.modules['math'] = None\n"
    "os.environ.clear()\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n" + RIGHT,
    "leaves.py": "class A:\n    import os\n    os._exit(3)\n" + RIGHT,
    "no_python.py": "def f(:\n",
    "nothing.py": "x = 1\n",
}


class Fake(Executor):
    """Answers at once; ``lost``: how often the worker of a target dies."""

    def __init__(self, lost: Counter[str], log: list[tuple[int, str]], count: int) -> None:
        self.lost, self.log, self.count, self.broken = lost, log, count, False

    def submit(self, _: Any, asked: Request, name: str, where: str, /) -> Future[TargetAnswer]:  # type: ignore[override]
        done: Future[TargetAnswer] = Future()
        self.log.append((self.count, name))
        if self.lost[name] > 0:
            self.lost[name] -= 1
            self.broken = True
        if self.broken:  # as that of the standard library, it loses what it had not answered
            done.set_exception(BrokenExecutor())
        else:
            done.set_result(TargetAnswer(Conclusion(name, "pass")))
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        return None


def asked_of(*names: str) -> Request:
    return request(names, TEXT, {"profile": "quick"})


def run(lost: dict[str, int], names: tuple[str, ...] = ("a", "b", "c")) -> tuple[dict[str, str], list[tuple[int, str]]]:
    log: list[tuple[int, str]] = []
    told: list[str] = []
    left = Counter(lost)
    found: dict[str, TargetAnswer] = {}

    def keep(name: str, answer: TargetAnswer) -> None:
        told.append(name)
        found[name] = answer

    assert answer_everything(names, asked_of("x.py"), lambda n: WorkerPool(Fake(left, log, n)), 2, keep)
    assert sorted(told) == sorted(names)
    return {name: answer.conclusion.verdict for name, answer in found.items()}, log


def test_a_worker_that_dies_costs_a_second_try_and_nothing_else() -> None:
    verdicts, log = run({"b": 1})
    assert verdicts == {"a": "pass", "b": "pass", "c": "pass"}
    assert [name for _, name in log] == ["a", "b", "c", "b", "c"]


def test_one_that_always_loses_its_worker_is_the_only_one_that_is_not_judged() -> None:
    verdicts, log = run({"b": 99})
    assert verdicts == {"a": "pass", "b": "error", "c": "pass"}
    assert (1, "c") in log


def test_an_interrupt_keeps_what_is_finished() -> None:
    found: set[str] = set()

    def keep(name: str, answer: TargetAnswer) -> None:
        found.add(name)
        if name == "b":
            raise KeyboardInterrupt

    pool = WorkerPool(Fake(Counter(), [], 2))
    assert not answer_everything(("a", "b", "c"), asked_of("x.py"), lambda n: pool, 2, keep)
    assert {"b"} <= found <= {"a", "b", "c"}


@pytest.mark.slow
def test_what_comes_of_each_is_the_same_in_any_order_and_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    names = list(FILES)
    orders = [names, names[::-1], ["state.py", "right.py", "patches.py", "wrong.py"]]
    alone = ["right.py", "patches.py"]
    runs: list[dict[str, TargetAnswer]] = []
    for order in (*orders, *([name] for name in alone)):
        runs.append({})
        assert answer_everything(order, asked_of(*order), processes, 1, runs[-1].__setitem__)
    first = runs[0]
    for found in runs[1:]:
        for name, answer in found.items():
            assert answer == first[name]
    verdicts = {name: answer.conclusion.verdict for name, answer in first.items()}
    assert verdicts["right.py"] == verdicts["state.py"] == "pass"
    assert verdicts["wrong.py"] == "fail"
    assert first["nothing.py"].holds_nothing
    assert not first["right.py"].holds_nothing
