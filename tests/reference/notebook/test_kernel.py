"""In a real kernel, as a user has it: what stands under a cell, and that all else is as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

MISSING = [name for name in ("ipykernel", "nbclient", "cloudpickle") if find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"no kernel was started: {', '.join(MISSING)} not found"),
    pytest.mark.filterwarnings("default"),  # of the client's own loops
]

BEGIN = "import numpy as np\n%load_ext reference.notebook"
BEND = "def bend(z):\n    return np.tanh(z)"
RIGHT = "def bend_backward(dout, z):\n    return dout * (1 - np.tanh(z) ** 2)"
WRONG = "def bend_backward(dout, z):\n    t = np.tanh(z)\n    return 2 * dout * (1 - t ** 2)"
SLEEPS = f"def bend(z):\n    import time\n    time.sleep(30)\n    return np.tanh(z)\n{RIGHT}"
STATE = (
    "import os, random, sys, warnings\nnp.random\n"
    "def state():\n"
    "    return (random.getstate(), repr(np.random.get_state()), os.getcwd(), dict(os.environ),\n"
    "            list(warnings.filters), sorted(n for n in globals() if n[0] != '_'), np.geterr(), list(sys.path))\n"
    "before = after = None\nmodules = set(sys.modules)\nbefore = state()"
)
Outputs = list[list[Any]]


@pytest.fixture
def kernel(tmp_path: Path) -> Callable[..., Outputs]:
    """Runs cells one after the other in a new kernel, and returns the outputs of each."""

    def run(*cells: str, during: Callable[[int, int], None] = lambda cell, kernel: None) -> Outputs:
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": tmp_path}}
        )
        with client.setup_kernel(cwd=str(tmp_path), env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}):
            for k, cell in enumerate(notebook.cells):
                during(k, client.km.provisioner.pid)
                client.execute_cell(cell, k)
        return [cell.outputs for cell in notebook.cells]

    return run


def text(outputs: list[Any]) -> str:
    return "".join(out["text"] if "text" in out else out.get("data", {}).get("text/plain", "") for out in outputs)


def html(outputs: list[Any]) -> str:
    return "".join(out.get("data", {}).get("text/html", "") for out in outputs)


def without_time(page: str) -> str:
    import re

    return re.sub(r"\d+\.\d s", "", page)


def test_right_wrong_redefined_and_run_twice(kernel: Callable[..., Outputs], tmp_path: Path) -> None:
    _, _, wrong, right, every, narrowed, again, nobody = kernel(
        BEGIN, BEND, f"%%verify\n{WRONG}", f"%%verify\n\n{RIGHT}", "%verify", "%verify bend_backward",
        f"%%verify\n\n{RIGHT}", "%verify bend_backwards",
    )  # fmt: skip
    assert "bend_backward(…) is wrong in bend_backward" in text(wrong)
    assert "notebook cell 3, line 4" in text(wrong)
    page = html(wrong)
    assert "In [3], line 4" in page
    assert "<mark>    return 2 * dout * (1 - t ** 2)</mark>" in page
    assert "MB101" in page
    assert "<svg" in page
    for outputs in (right, every, narrowed):
        assert "verified in" in text(outputs)
        assert "✓ Verified" in html(outputs)
    assert without_time(html(right)) == without_time(html(again))
    assert text(nobody).startswith(
        "%verify: the kernel has no function or class 'bend_backwards'; 'bend_backward', perhaps?"
    )
    assert html(nobody) == ""
    assert list(tmp_path.iterdir()) == [], "nothing is left on disk"


def test_the_line_that_reproduces_a_failure_does(kernel: Callable[..., Outputs]) -> None:
    import re

    from tests.reference.notebook.shell import COURSE

    cells = (BEGIN, BEND, WRONG, *COURSE)
    first = text(kernel(*cells, "%verify")[-1])
    lines = [" ".join(line.split()[1:]) for line in first.splitlines() if line.strip().startswith("reproduce")]
    assert len(lines) == 2
    assert all(re.match(r"%verify (backward_propagation )?--case '", line) for line in lines)
    for line, other in zip(lines, reversed(lines), strict=True):
        again = text(kernel(*cells, line)[-1])
        assert line in again
        assert other not in again


def test_a_cell_that_raises_stands_as_ever_and_nothing_is_judged(kernel: Callable[..., Outputs]) -> None:
    raised, plain, torn, torn_plain, shown = kernel(
        BEGIN, f"%%verify\n{WRONG}\nbend_backward()", f"\n{WRONG}\nbend_backward()", "%%verify\ndef f(:", "\ndef f(:",
        "%%verify\ndef f(z): return z\n40 + 2",
    )[1:]  # fmt: skip
    (error,), (ordinary,) = raised, plain
    assert (error["output_type"], error["ename"], error["evalue"]) == ("error", "TypeError", ordinary["evalue"])
    assert "In[2]" in "".join(error["traceback"])
    assert "magics.py" not in "".join(error["traceback"])
    assert len(error["traceback"]) == len(ordinary["traceback"])
    (broken,), (ordinary,) = torn, torn_plain
    assert broken["ename"] == ordinary["ename"] == "SyntaxError"
    assert "magics.py" not in "".join(broken["traceback"])
    assert shown[0]["output_type"] == "execute_result"
    assert shown[0]["execution_count"] == 6
    assert shown[0]["data"]["text/plain"] == "42"


def test_the_kernel_is_as_it_was(kernel: Callable[..., Outputs]) -> None:
    compared = "after = state()\nprint([a == b for a, b in zip(before, after)], sorted(set(sys.modules) - modules))"
    found = text(kernel(BEGIN, BEND, RIGHT, STATE, "%verify", compared)[-1])
    assert found == f"{[True] * 8} ['cloudpickle', 'cloudpickle.cloudpickle']\n"
    drawn = text(kernel(BEGIN, BEND, RIGHT, STATE, "np.random.rand()", compared)[-1])
    assert drawn.startswith("[True, False"), "what is drawn is noticed"


def running(kernel: int) -> list[int]:
    """The processes that a kernel has begun, and those that they have begun."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [kernel]
    for parent in found:
        found += [pid for pid, of in pairs if of == parent]
    return found[1:]


@pytest.mark.skipif(os.name == "nt", reason="an interrupt is no signal there")
def test_an_interrupt_ends_it_within_a_second_with_all_that_it_began(kernel: Callable[..., Outputs]) -> None:
    seen: dict[str, Any] = {}

    def during(cell: int, pid: int) -> None:
        if cell == 2:
            threading.Thread(target=interrupt, args=(pid,)).start()
        if cell == 3:
            seen["ended"] = time.monotonic()
            seen["after"] = [p for p in seen["begun"] if Path(f"/proc/{p}").exists()]

    def interrupt(pid: int) -> None:
        until = time.monotonic() + 60
        while len(running(pid)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(3)  # it is asleep in the forward pass by now
        seen["begun"] = running(pid)
        seen["at"] = time.monotonic()
        os.kill(pid, signal.SIGINT)

    *_, stopped, alive = kernel(BEGIN, SLEEPS, "%verify", "print('alive')", during=during)
    assert text(stopped) == "manual-backprop: interrupted; nothing was judged\n"
    assert text(alive) == "alive\n"
    assert len(seen["begun"]) >= 2
    assert seen["after"] == []
    assert seen["ended"] - seen["at"] < 1.5, "a second, and what a busy machine adds"


def test_hostile_text_is_escaped(kernel: Callable[..., Outputs]) -> None:
    hostile = "</mark></pre><script>alert(1)</script><img src=x onerror=alert(2)>"
    source = (
        f'def bend_backward(dout, z):\n    """{hostile}"""\n    return 2 * dout * (1 - np.tanh(z) ** 2)  # {hostile}'
    )
    page = html(kernel(BEGIN, BEND, f"%%verify\n{source}")[-1])
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page


def test_what_cannot_be_pickled_is_told_in_one_line(kernel: Callable[..., Outputs]) -> None:
    locked = RIGHT.replace("    return", "    with lock:\n        return")
    found = kernel(
        BEGIN, f"import threading\nlock = threading.Lock()\nidle = threading.Lock()\n{BEND}", locked, "%verify"
    )
    assert "lock is left out, as it cannot be pickled: cannot pickle '_thread.lock' object" in text(found[-1])
    assert "idle" not in text(found[-1])
    assert "INCONCLUSIVE" in text(found[-1])
    assert "left out" in html(found[-1])
