"""One target costs itself: whatever happens while it is read, opened, run or closed, every other gets its verdict."""

from __future__ import annotations

import ast
import builtins
import gc
import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from reference.__main__ import _code
from reference.interface.entry import Implementation
from reference.interface.exceptions import TargetChanged, TargetNotStarted
from reference.pairs.inputs.text.sources import sources_of
from reference.settings.formats import TEXT
from reference.settings.limits import Limits
from reference.targets import TargetError, read_source, resolve
from reference.targets.course_file import course_file
from reference.targets.process.supervisor import Worker
from reference.targets.reading import parsing
from reference.targets.reading.source import read
from reference.verification.conclusion import Conclusion
from reference.verification.jobs import jobs_of
from reference.verification.parallel import Job, side_by_side
from reference.verification.request import request
from tests.folding import each
from tests.reference.targets import greeting

RIGHT = Path(__file__).parents[1] / "course_files" / "Regularization.ipynb"
LIMITS = Limits(timeout=60.0)


def generated(k: int, count: int = 2500) -> str:
    """A function of so many assignments, beside a right update."""
    lines = "\n".join(f"    t{i} = (x + {i}) * {i % 7 + k}" for i in range(count))
    return f"""
def generated_{k}(x):
{lines}
    return t0

def update_parameters(parameters, grads, learning_rate):
    return {{name: value - learning_rate * grads["d" + name] for name, value in parameters.items()}}
"""


def verified(*targets: str) -> tuple[int, list[dict]]:
    code = _code(["verify", *targets, "--profile", "quick", "--report", "json=answer.json"])
    return code, json.loads(Path("answer.json").read_text(encoding="utf-8"))["targets"]


# --- parsed where no second thread can --------------------------------------------------------------------------


@contextmanager
def no_parser():
    """In this process, no Python is parsed."""

    def refused(*given, **rest):
        raise RuntimeError("parsed in the process of the one who judges")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ast, "parse", refused)
        patch.setattr(builtins, "compile", refused)
        yield


def test_a_target_is_opened_without_a_parser(tmp_path):
    (tmp_path / "a.py").write_text(generated(1, 3))
    course_file(RIGHT, LIMITS, shown="b").close()  # what is imported on the way is imported now
    with no_parser():
        opened = course_file(tmp_path / "a.py", LIMITS, shown="a.py")
        opened.close()
        shown = read_source(tmp_path / "a.py")[0].text  # as the page shows a line
    assert "update_parameters" in [law.check for law in opened.laws]
    assert "generated_1" in shown


def test_that_check_can_fail(tmp_path):
    (tmp_path / "a.py").write_text(generated(1, 3))
    with no_parser(), pytest.raises(RuntimeError, match="parsed in the process"):
        read(tmp_path / "a.py")


@pytest.mark.slow
def test_sixteen_files_of_long_functions_in_one_call(tmp_path, monkeypatch):
    """``SystemError: AST constructor recursion depth mismatch``, in three calls of three."""
    monkeypatch.chdir(tmp_path)
    names = [f"g{k}.py" for k in range(16)]
    for k, name in enumerate(names):
        Path(name).write_text(generated(k))
    code, targets = verified(*names)
    assert [(target["target"], target["verdict"]) for target in targets] == [(name, "pass") for name in names]
    assert code == 0


@pytest.fixture
def collecting():
    """The collector calls Python, as it does where JAX is imported: another thread may go on within a tree."""

    def yielding(phase, details):
        time.sleep(1e-5)

    gc.callbacks.append(yielding)
    yield
    gc.callbacks.remove(yielding)


def read_by_threads(folder):
    """How often each file of pairs is found in what is read for it."""
    names = [folder / f"a{k}.py" for k in range(12)]
    for k, name in enumerate(names):
        name.write_text(generated(k, 1500))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(sources_of, names))
    return [sum("return t0" in text for text in texts) for texts in found]


def test_threads_read_the_sources_of_pairs(tmp_path, collecting):
    assert read_by_threads(tmp_path) == [1] * 12


def test_which_breaks_where_nothing_holds_them_apart(tmp_path, collecting, monkeypatch):
    monkeypatch.setattr(parsing, "ONE_AT_A_TIME", nullcontext())

    def broken(attempt):
        (tmp_path / str(attempt)).mkdir()
        try:
            return read_by_threads(tmp_path / str(attempt)) and ""
        except SystemError as error:
            return str(error)

    said = next(filter(None, map(broken, range(5))), None)
    if said is None:
        pytest.skip("this interpreter builds trees side by side")
    assert "recursion depth" in said


# --- one costs itself -------------------------------------------------------------------------------------------


def opening(name: str, error: BaseException | None = None, close: BaseException | None = None):
    def closed() -> None:
        if close is not None:
            raise close

    def opened() -> Implementation:
        if error is not None:
            raise error
        return Implementation(name, (), close=closed)

    return Job(name, opened)


def verdicts(jobs: list[Job], errors: dict[str, BaseException]) -> list[tuple[str, str]]:
    def verify(implementation: Implementation, job: Job) -> Conclusion:
        if job.name in errors:
            raise errors[job.name]
        return Conclusion(job.name, "pass")

    found = side_by_side(jobs, verify, lambda implementation, run: Conclusion("", "interrupted"))
    return [(target.target, target.verdict) for target in found]


ERRORS = [
    SystemError("AST constructor recursion depth mismatch"), TargetError("gone"), TargetNotStarted("no process"),
    TargetChanged("changed"), MemoryError(), RecursionError(), OSError(24, "Too many open files"), SystemExit(3),
    UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), KeyError("functions"),
]  # fmt: skip


@each("error", ERRORS)
def test_what_goes_wrong_with_one_is_that_ones(error):
    expected = [("a", "pass"), ("b", "error"), ("c", "pass")]
    assert verdicts([opening("a"), opening("b", error), opening("c")], {}) == expected
    assert verdicts([opening("a"), opening("b"), opening("c")], {"b": error}) == expected


def test_a_target_that_cannot_be_closed_keeps_its_verdict():
    assert verdicts([opening("a", close=OSError("gone")), opening("b")], {}) == [("a", "pass"), ("b", "pass")]


def test_an_error_of_a_single_target_is_raised():
    with pytest.raises(TargetError):
        verdicts([opening("a", TargetError("gone"))], {})
    with pytest.raises(KeyError):
        verdicts([opening("a")], {"a": KeyError("ours")})


def test_a_name_that_leads_nowhere_costs_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("x = 1")
    made = jobs_of(request(("a.py", "gone.py", "nobody", "no/*.py", "a.py::f"), TEXT, {}))
    assert [job.name for job in made.jobs] == ["a.py", "gone.py", "nobody", "no/*.py", "a.py::f"]
    for job in made.jobs[1:]:
        with pytest.raises(TargetError):
            job.opening()
    for alone in ("gone.py", "nobody", "no/*.py"):
        with pytest.raises(TargetError):
            jobs_of(request((alone,), TEXT, {}))


def test_a_wrong_option_is_nobodys_but_the_commands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("x = 1")
    with pytest.raises(TargetError, match="--bind"):
        jobs_of(request(("a.py", "gone.py"), TEXT, {"bind": ("layout",)}))


def test_every_other_is_reported_with_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("right.py").write_text(generated(1, 3))
    Path("cut.ipynb").write_text('{"cells": [{"cell_type": "code", "sou')
    os.mkfifo("pipe.py")
    code, targets = verified("cut.ipynb", "gone.py", "right.py", "pipe.py")
    assert code == 2
    assert [target["verdict"] for target in targets] == ["error", "error", "pass", "error"]


# --- the process ------------------------------------------------------------------------------------------------


def test_a_machine_that_starts_no_process_is_not_the_targets_fault(tmp_path, monkeypatch):
    def refused(*given, **rest):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    (tmp_path / "a.py").write_text("x = 1")
    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(TargetError, match=r"no process could be started for it: Resource temporarily"):
        resolve(str(tmp_path / "a.py"))()


def test_a_file_that_changes_while_it_is_judged_is_not_two_programs():
    asked = greeting.load("def f(x): return x\n")
    worker = Worker(LIMITS, asked)
    try:
        worker.greet()
        pid = worker.child.pid
        worker.close()
        worker.child = None
        assert worker.ask("call", name="f", values={"X": 1.0}, role="forward") == 1.0  # the same file, another process
        assert worker.child.pid != pid
        os.kill(worker.child.pid, signal.SIGKILL)
        worker.close()
        Path(asked["path"]).write_text("def f(x): return 2 * x\n")
        with pytest.raises(TargetChanged):
            worker.ask("call", name="f", values={"X": 1.0}, role="forward")
    finally:
        worker.close()


def test_nor_is_it_opened_a_second_time_as_another(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    again = resolve(str(path))
    again().close()
    again().close()
    path.write_text("x = 12\n")
    with pytest.raises(TargetError, match="changed while it was judged"):
        again()


# --- whole ------------------------------------------------------------------------------------------------------


def test_a_source_of_more_than_a_hundred_thousand_letters_is_not_cut(tmp_path):
    text = f'DATA = """{"x" * 300_000}"""\n{"# " * 100_000}\n{generated(1, 3)}'
    (tmp_path / "a.py").write_text(text)
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": text}]
    book = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    for name in ("a.py", "a.ipynb"):
        opened = course_file(tmp_path / name, LIMITS, shown=name)
        opened.close()
        assert "update_parameters" in [law.check for law in opened.laws]


@pytest.mark.slow
def test_a_notebook_of_sixty_megabytes_of_pictures(tmp_path):
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 6_000_000}}
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [picture], "source": f"x = {k}"} for k in range(10)]
    cells.append({"cell_type": "code", "metadata": {}, "outputs": [], "source": generated(1, 3)})
    book = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    opened = course_file(tmp_path / "a.ipynb", LIMITS, shown="a.ipynb")
    opened.close()
    assert "update_parameters" in [law.check for law in opened.laws]


@each(
    "head",
    [
        "x = " + "(" * 10_000 + ")" * 10_000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "+".join(["1"] * 2_000),
        "x = a" + ".b" * 20_000,
        "x = " + "[" * 150 + "]" * 150,
        "\0\0\0",
    ],
)
def test_what_is_nested_deeply_costs_its_own_line(tmp_path, head):
    (tmp_path / "a.py").write_text(f"{head}\n{generated(1, 3)}")
    opened = course_file(tmp_path / "a.py", LIMITS, shown="a.py")
    opened.close()
    assert "update_parameters" in [law.check for law in opened.laws]


@each("text", ["", "[1]", "{", "[" * 100_000, '{"cells": null}', '{"cells": [{"cell_type": "code", "sou', "null", "\0"])
def test_what_is_no_notebook_says_so_in_one_line(tmp_path, text):
    (tmp_path / "a.ipynb").write_text(text)
    with pytest.raises(TargetError, match="is not a notebook") as raised:
        resolve(str(tmp_path / "a.ipynb"), LIMITS)()
    assert "\n" not in str(raised.value)


@each("name, why", [("folder.py", "a folder"), ("pipe.py", "no regular file"), ("loop.py", "leads nowhere"),
                    ("gone.py", "no such file")])  # fmt: skip
def test_what_is_no_file_says_so_at_once(tmp_path, name, why):
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    os.symlink("loop.py", tmp_path / "loop.py")
    with pytest.raises(TargetError, match=why):
        resolve(str(tmp_path / name))
