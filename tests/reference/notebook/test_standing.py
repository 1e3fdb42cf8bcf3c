"""What of the cells still stands, each line where it stood."""

from __future__ import annotations

from tests.reference.notebook.shell import Shell

FIRST, SECOND = "def f(z):\n    return 1\n\ndef g(z):\n    return 2", "@decorated\ndef f(z):\n    return 3"


def texts(shell: Shell) -> dict[int | None, str]:
    return {cell.number: cell.text for cell in shell.standing().cells}


def test_a_redefined_function_is_its_last_definition_and_no_line_moves() -> None:
    found = texts(Shell().run("def decorated(f): return f", FIRST, SECOND))
    assert found[2] == "\n\n\ndef g(z):\n    return 2"
    assert found[3] == SECOND


def test_a_deleted_function_is_none() -> None:
    assert texts(Shell().run(FIRST, "del f"))[1] == "\n\n\ndef g(z):\n    return 2"


def test_a_cell_that_is_run_again_counts_as_it_was_run_last() -> None:
    shell = Shell().run(FIRST, "def f(z):\n    return 9", FIRST)
    assert sorted(texts(shell)) == [2, 3]
    assert texts(shell)[2].strip() == ""
    assert shell.standing().homes == {"f": 3, "g": 3}


def test_what_lives_stands_although_a_later_cell_was_to_replace_it() -> None:
    """A cell that raised on its way has defined nothing."""
    shell = Shell().run("def f(z):\n    return 1")
    shell.history_manager.input_hist_raw.append("1 / 0\ndef f(z):\n    return 2")
    shell.history_manager.input_hist_parsed.append("1 / 0\ndef f(z):\n    return 2")
    assert texts(shell) == {1: "def f(z):\n    return 1", 2: "1 / 0\n\n"}


def test_a_function_that_another_makes_is_known_by_its_own_name() -> None:
    shell = Shell().run(
        "def make(a):\n    def inner(z):\n        return a * z\n    return inner", "f = make(2)\ng = lambda z: z"
    )
    first, second = shell.standing().cells
    assert [tuple(one) for one in first.made] == [("f", "make.<locals>.inner", 2)]
    assert second.made == ()
    assert shell.standing().defined_in(2) == ["f", "g"]


def test_what_does_not_parse_stands_as_it_is() -> None:
    shell = Shell().run("x = 1")
    shell.history_manager.input_hist_raw.append("def f(:")
    shell.history_manager.input_hist_parsed.append("def f(:")
    assert texts(shell)[2] == "def f(:"
