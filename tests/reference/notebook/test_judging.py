"""What is typed behind ``%verify``, and what is said where nothing is judged."""

from __future__ import annotations

import pytest

from reference.notebook.judging import answered
from reference.targets.process.children import Children
from reference.targets.reading.source import code_of
from tests.folding import each
from tests.reference.notebook.shell import COURSE, Shell

NUMPY = "import numpy as np"


def said(shell: Shell, line: str = "", cell: int | None = None) -> str:
    with Children() as children:
        answer = answered(*shell.question(line, cell), children)
    return str(answer["text"])


@each(
    "line, told",
    [
        ("relus", "the kernel has no function or class 'relus'; 'relu', perhaps?"),
        ("--report json", "No such option"),
        ("--case", "Option '--case' requires an argument."),
        ("--case nonsense", "nonsense"),
        ("--case 'dims", "No closing quotation"),
        ("--seed x", "Invalid value for '--seed'"),
        ("--bind nonsense", "nonsense"),
        ("--help", "Usage: %verify [OPTIONS] [NAME]..."),
    ],
)
def test_what_there_is_not_is_told_in_a_line_of_text(line: str, told: str) -> None:
    shell = Shell().run(NUMPY, *COURSE)
    with Children() as children:
        answer = answered(*shell.question(line), children)
    assert answer["html"] is None
    assert told in str(answer["text"])


def test_what_goes_wrong_with_us_is_told_in_a_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("reference.notebook.judging._report", broken)
    assert (
        said(Shell().run(NUMPY, *COURSE)) == "%verify: internal error, not the target's fault: ZeroDivisionError: ours"
    )
    monkeypatch.setattr("reference.notebook.judging.LARGEST", 10)
    assert "is larger than 0 MiB, pickled" in said(Shell().run(NUMPY, *COURSE))


def test_a_cell_that_defines_nothing() -> None:
    assert said(Shell().run("x = 1"), cell=1) == "%verify: In [1] defines no function and no class"


@pytest.mark.slow
def test_a_cell_of_helpers_is_told_in_one_line() -> None:
    shell = Shell().run(NUMPY, *COURSE)
    assert said(shell, cell=2) == "%verify: In [2] defines nothing that is judged by itself: sigmoid, relu"
    assert "NOT VERIFIED" in said(shell, cell=4)


@pytest.mark.slow
def test_names_and_options_count() -> None:
    right = (
        "def bend(z):\n    return np.tanh(z)\n\ndef bend_backward(dout, z):\n    return dout * (1 - np.tanh(z) ** 2)"
    )
    shell = Shell().run(NUMPY, *COURSE, right)
    assert "NOT VERIFIED" in said(shell)
    assert "verified in" in said(shell, "bend_backward --seed 5")
    assert "seed 5" in said(shell, "bend --seed 5")
    assert "NOT VERIFIED" not in said(shell, "--except backward_propagation")
    assert "judge it by: %verify odd_backward" in said(
        shell.run("def odd_backward(dout, odd):\n    return dout @ odd.T")
    )


def test_a_saved_notebook_is_read_with_the_cells_under_the_command() -> None:
    assert code_of("%%verify --seed 3\ndef f():\n    pass").split("\n")[1:] == ["def f():", "    pass"]
    assert "def" not in code_of("%%bash\ndef f():\n    pass")
