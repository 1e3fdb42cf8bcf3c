"""What a kernel has defined is looked at, and nothing of it is called."""

from __future__ import annotations

import pytest

from reference.notebook.gathering import as_run, gathered
from tests.reference.notebook.shell import Shell


def test_own_functions_and_what_they_use() -> None:
    shell = Shell().run(
        "import numpy as np\nfrom numpy import exp\nSLOPE = 2.0\nTABLE = {1: np.zeros(2)}\nunused = object()",
        "def _helper(z): return exp(z) * SLOPE\nclass Layer:\n    def forward(self, x): return _helper(x) + TABLE[1]",
    )
    found = gathered(shell)
    assert list(found.own) == ["_helper", "Layer"]
    assert set(found.values) == {"SLOPE", "TABLE"}
    assert set(found.imported) == {"np", "exp"}
    assert found.spots()["Layer"] == (2, "Layer.forward", 3)
    assert [number for number, _ in found.cells] == [1, 2]


def test_what_the_shell_itself_keeps_is_nobodys() -> None:
    shell = Shell().run("def f(z): return z")
    shell.user_ns |= {"_": 3, "_i1": "f", "_12": 4, "Out": {}, "quit": quit, "___": 1, "hidden": 5}
    shell.user_ns_hidden["hidden"] = shell.user_ns["hidden"]
    assert gathered(shell).names == ["f"]
    shell.user_ns["hidden"] = 6  # which the user has set since
    assert gathered(shell).names == ["f", "hidden"]


def test_nothing_is_called() -> None:
    source = (
        "class Touchy:\n    def __getattribute__(self, name):\n        raise AssertionError(name)\ntouchy = Touchy()"
    )
    shell = Shell().run(source, "def f(z): return touchy")
    with pytest.raises(AssertionError):
        str(shell.user_ns["touchy"].anything)
    assert "touchy" in gathered(shell).names


def test_a_function_stands_in_the_cell_that_ran_its_text_last() -> None:
    shell = Shell().run("def f(z): return z", "x = 1", "def f(z): return z")
    assert gathered(shell).spots()["f"] == (3, "f", 1)


def test_a_cell_under_a_command_keeps_its_lines() -> None:
    assert as_run("%%verify --seed 3 ", "\ndef f(): pass") == "# %%verify --seed 3\n\ndef f(): pass"
    shell = Shell().run(as_run("%%verify", "\ndef f(z): return z"))
    shell.history_manager.input_hist_raw[1] = "%%verify\n\ndef f(z): return z"
    shell.history_manager.input_hist_parsed[1] = "get_ipython().run_cell_magic('verify', '', …)"
    assert gathered(shell).spots()["f"] == (1, "f", 3)
