"""The campaigns by mutation, small; and each of their checks rejects a fault that was planted for it."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks import edits, equivalences, pair_draws, spoilings
from benchmarks.campaign import openings, oracle, verdicts
from benchmarks.campaign.damage import KINDS
from benchmarks.campaign.openings import opened_apart
from benchmarks.campaign.oracle import SAME, differences, differs
from benchmarks.campaign.recipes import CASES, RECIPES
from benchmarks.campaign.sources import FOLDER, Fixture, defined_in, fixtures, source_of
from benchmarks.campaign.spoiling import spoilt
from benchmarks.campaign.tokens import Edit, edits_of, reached_from
from benchmarks.campaign.verdicts import Finding, Said, by_command, read
from reference.findings.verdicts import INTERNAL
from reference.targets import TargetError

FILES = fixtures()
FINE = Said("pass")


def says(answer: Callable[[Path], Said | None]) -> verdicts.Verify:
    """A verifier that answers so; ``None``: it loses the target."""

    def verify(paths: Sequence[Path]) -> dict[Path, Said]:
        return {path: said for path in paths if (said := answer(path)) is not None}

    return verify


# --- spoilings ------------------------------------------------------------------------------------------------------


def test_a_spoiling_is_made_from_its_number_and_seed() -> None:
    first = [spoilt(n, 0, FILES) for n in range(40)]
    assert first == [spoilt(n, 0, FILES) for n in range(40)]
    assert first != [spoilt(n, 1, FILES) for n in range(40)]
    assert sum(s.data != s.fixture.path.read_bytes() for s in first) >= 36


def test_every_kind_spoils_scripts_and_notebooks() -> None:
    for name in ("Initialization.ipynb", "softmax_three_layers.py"):
        data, notebook = (FOLDER / name).read_bytes(), name.endswith(".ipynb")
        for kind, spoil in KINDS.items():
            assert any(spoil(data, np.random.RandomState(k), notebook) != data for k in range(4)), (kind, name)
            assert isinstance(spoil(b"", np.random.RandomState(0), notebook), bytes), kind


def complaints(ask: verdicts.Verify, numbers: Sequence[int] = range(6)) -> Counter[str]:
    found = spoilings.campaign(numbers, 0, FILES, stage="judged", ask=ask)
    return Counter(wrong.kind for _, _, wrong in found if wrong is not None)


def test_a_few_spoilt_files_are_opened_and_nothing_is_lost() -> None:
    assert not complaints(opened_apart, range(10))


@pytest.mark.slow
def test_spoilt_files_are_opened_and_judged_and_nothing_is_lost() -> None:
    assert not complaints(opened_apart, range(10, 40))
    assert not complaints(by_command, range(10))


def test_a_verifier_that_loses_a_target_is_complained_of() -> None:
    lost = "000002"
    assert complaints(says(lambda path: None if lost in path.parts else FINE)) == {"lost target": 1}
    assert not complaints(says(lambda path: FINE))


def test_a_target_that_is_lost_beside_others_is_that_of_all_together() -> None:
    def one_short(paths: Sequence[Path]) -> dict[Path, Said]:
        return dict.fromkeys(paths[: max(1, len(paths) - 1)], FINE)

    assert complaints(one_short) == {"lost target, only together": 1}


def test_a_verdict_for_a_function_that_is_gone_is_complained_of() -> None:
    yore = Said("fail", checks=frozenset({"*", "backward_propagation_of_yore"}))
    assert complaints(says(lambda path: yore)) == {"verdict for what is gone": 6}
    assert not complaints(says(lambda path: yore._replace(checks=frozenset({"*"}))))


def test_a_name_is_there_only_where_it_is_defined() -> None:
    text = (
        "def kept(X):\n    return gone(X)\n# def remark(): pass\n\tasync def later(): pass\nf = lambda x: x\ng == 3\n"
    )
    assert {"kept", "later", "f"} <= defined_in(text.encode(), notebook=False)
    assert not {"gone", "remark", "g", "X"} & defined_in(text.encode(), notebook=False)
    assert "kept" in defined_in(text.encode("utf-16"), notebook=False)


def target(
    name: str = "a.py", verdict: str = "pass", note: str = "", code: str = "MB101", text: str = "", check: str = "back"
) -> dict:
    findings = [{"code": code, "text": text}] if text else []
    checks = [{"check": check, "output": "dW1", "findings": findings}]
    return {"target": name, "verdict": verdict, "error": None, "notes": [note], "checks": checks}


@pytest.mark.parametrize(
    ("targets", "printed", "trouble"),
    [
        ([target()], "", ""),
        ([target(text="off by 2")], "", ""),
        ([], "", "lost target"),
        ([target("b.py")], "", "lost target"),
        ([target(), target()], "", "lost target"),
        ([target(verdict="interrupted")], "", "lost target"),
        ([target(note=f"{INTERNAL}: KeyError")], "", "internal error"),
        ([target(text="raised NotGradients")], "", "internal error"),
        ([target(code="MB901", text="the witnesses disagree")], "", "internal error"),
        ([target(check="*", text="cannot be loaded: raised KeyError")], "", ""),
        ([target(check="*", code="MB701", text="cannot be loaded: raised KeyError")], "", "whole file unread"),
        ([target()], f"manual-backprop: {INTERNAL}: KeyError", "internal error"),
    ],
)
def test_what_is_wrong_with_a_report_is_noticed(targets: list, printed: str, trouble: str) -> None:
    (said,) = read({"targets": targets}, [Path("a.py")], printed).values()
    assert said.trouble.split(":")[0] == trouble


def test_a_call_that_does_not_end_is_a_hang(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    (said,) = by_command([tmp_path / "a.py"], seconds=0.3).values()
    assert said.trouble.startswith("hang")


@pytest.mark.parametrize(
    ("raised", "trouble"),
    [
        (KeyError("cells"), "internal error"),
        (SystemError("AST constructor recursion depth mismatch"), "internal error"),
        (TargetError(" "), "lost target"),
        (TargetError("target 'a.py': it is no notebook"), ""),
    ],
)
def test_whatever_opening_raises_is_told_apart(
    raised: Exception, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object) -> None:
        raise raised

    monkeypatch.setattr(openings, "resolve", resolve)
    assert openings.opened(Path("a.py")).trouble.split(":")[0] == trouble


def test_an_opening_that_does_not_end_is_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(openings, "resolve", resolve)
    assert openings.opened(Path("a.py"), 0.1).trouble.startswith("hang")


def test_an_opening_that_ends_the_process_is_that_file_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those before it are known, and those after it are opened."""
    crasher = tmp_path / "crasher"
    crasher.write_text(
        '#!/bin/sh\nshift 3\nfor f in "$@"; do case $f in *b.py) exit 7;; esac\n'
        """echo 'opened: ["'$f'", "opened", [], "", ""]'\ndone\n"""
    )
    crasher.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(crasher))
    said = opened_apart([tmp_path / name for name in ("a.py", "b.py", "c.py")])
    assert [s.trouble for s in said.values()].count("") == 2
    assert "exit 7" in said[tmp_path / "b.py"].trouble


# --- equivalences ---------------------------------------------------------------------------------------------------


def versions(name: str) -> dict[str, list[str]]:
    """A file's cells, changed in every way that means nothing."""
    source, made = source_of(FOLDER / name), {}
    assert source is not None
    for equivalence in equivalences.EQUIVALENCES:
        data = equivalences.rewritten(equivalence, Fixture(name, "pass"), 0)
        if data is not None:
            path = Path(name).name
            Path(path).write_bytes(data)
            changed = source_of(Path(path))
            assert changed is not None
            made[equivalence] = list(changed.cells)
    return made


QUICK = ("softmax_three_layers.py", "planar_tanh.ipynb")


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in RECIPES])
def test_a_change_that_means_nothing_changes_no_value(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = versions(name)
    assert len(made) >= 6
    assert dict(zip(made, differences(name, list(made.values())), strict=True)) == dict.fromkeys(made, SAME)


def test_every_change_applies_to_many_files_and_the_changed_ones_parse() -> None:
    for equivalence in equivalences.EQUIVALENCES:
        made = [(f, equivalences.rewritten(equivalence, f, 0)) for f in FILES[::5]]
        assert sum(data is not None for _, data in made) >= (1 if equivalence == "np.dot for @" else 5), equivalence
        for fixture, data in made:
            if data is not None and fixture.path.suffix == ".py":
                ast.parse(data)


def differing(ask: verdicts.Verify, only: Sequence[str] = ("reformatted", "statements split")) -> list:
    files = [f for f in FILES if f.name in ("l2_minus.py", "softmax_three_layers.py")]
    return list(equivalences.campaign(only, files, 0, ask))


def test_a_verifier_that_looks_at_the_layout_is_found_out() -> None:
    assert not differing(says(lambda path: FINE))
    by_lines = differing(says(lambda path: FINE if "1./m" in path.read_text() else Said("fail")))
    assert {one.kind for one in by_lines} == {"pass became fail"}

    def by_name(path: Path) -> Said:
        code = "MB101" if "part1" in path.read_text() else "MB102"
        return Said("fail", frozenset({Finding("back", "dW1", code)}))

    assert [(one.equivalence, one.kind) for one in differing(says(by_name))] == [
        ("statements split", "another code")
    ] * 2  # fmt: skip
    lost = differing(says(lambda path: None if "part1" in path.read_text() else FINE))
    assert {one.kind for one in lost} == {"lost target"}


@pytest.mark.slow
def test_a_change_that_means_something_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {"reformatted": lambda text, rng: text.replace("A3 - Y", "A3 + Y")}
    monkeypatch.setattr(equivalences, "OF_A_CELL", {**equivalences.OF_A_CELL, **changes})
    assert "pass became fail" in {one.kind for one in differing(by_command, ["reformatted"])}


@pytest.mark.slow
def test_changes_that_mean_nothing_change_no_verdict() -> None:
    only = ("reformatted", "comments in any script", "statements split", "functions reordered", "@ for np.dot")
    assert not list(map(str, differing(by_command, only)))


# --- edits ----------------------------------------------------------------------------------------------------------


def edits_in(text: str) -> set[str]:
    return {edit.shown for edit in edits_of([text], ["back"])}


def test_an_edit_is_one_slip() -> None:
    text = """
def back(dZ2, A1, W2, b2):
    np.random.seed(1)
    for l in range(2):
        dW2 = 1 / m * np.dot(dZ2, A1.T) + W2[0]
    return np.sum(dZ2 > 0, axis=1, keepdims=True)
"""
    shown = edits_in(text)
    assert {
        "1 → 0", "1 → 2", "1 / m → 1 * m", "A1.T → A1", "W2 → b2", "range(2) → range(3)", "W2[0] → W2[1]",
        "True → False", "dZ2 > 0 → dZ2 < 0", "np.sum(dZ2 > 0, axis=1, keepdims=True) → np.sum(dZ2 > 0, axis=1)",
        "np.dot(dZ2, A1.T) → np.dot(dZ2.T, A1.T)", "1 / m * np.dot(dZ2, A1.T) → np.dot(dZ2, A1.T)",
    } <= shown  # fmt: skip
    assert not any("seed" in one for one in shown)
    for edit in edits_of([text], ["back"]):
        ast.parse(edit.applied([text])[0])


def test_a_helper_is_edited_with_who_calls_it() -> None:
    cells = ["def a(x):\n    return b(x)", "def b(x):\n    return x + 1\ndef c(x):\n    return x"]
    assert reached_from(cells, ["a"]) == {"a", "b"}


def test_the_oracle_tells_what_differs() -> None:
    name = "two_layer_tanh_mse.py"
    source = source_of(FOLDER / name)
    assert source is not None
    (text,) = source.cells

    def cells(old: str, new: str) -> list[str]:
        assert old in text
        return [text.replace(old, new)]

    step = "    dZ2 = dA2 * A2 * (1 - A2)\n"
    answers = differences(name, [
        [text], cells("dA2 = A2 - Y", "dA2 = A2 + Y"), cells(step, step + "    while True: pass\n"),
        cells(step, step + "    import os; os._exit(3)\n"), cells("(2 * m)", "(m * 2.0)"),
        cells("(1 - A2)", "(1 - A5)"), cells('"Z1": Z1', '"Z1": A1'), cells('"A1": A1', '"A1": Z1'),
    ])  # fmt: skip
    assert [answers[k] for k in (0, 4)] == [SAME, SAME]
    assert answers[1].startswith("backward_propagation: ['dW1']")
    assert answers[2] == "no end"
    assert "exit 3" in answers[3]
    assert "NameError" in answers[5]
    assert [oracle.of_cache(answer) for answer in answers] == [False] * 6 + [True, False]
    assert "and through its cache backward_propagation: ['dW" in answers[7]


def test_trees_of_arrays_are_compared_entry_by_entry() -> None:
    a = {"dW1": np.ones((2, 3)), "x": (1.0, [np.zeros(2), None])}
    assert differs(a, a) is None
    assert differs({**a, "dW1": np.ones((2, 3)) * (1 + 1e-13)}, a) is None
    for wrong in (
        {**a, "dW1": np.ones((3, 2))}, {**a, "dW1": 2 * a["dW1"]}, {"dW1": a["dW1"]}, {**a, "x": (1.0,)},
        {**a, "x": (1.0, [np.full(2, np.nan), None])}, {**a, "x": (1.0, [np.zeros(2), 3])}, {**a, "dW1": "text"}, None,
    ):  # fmt: skip
        assert differs(wrong, a) is not None


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[Edit]:
    """Every ninth edit, for a look."""
    kept: list[Edit] = []

    def some(cells: Sequence[str], functions: Sequence[str]) -> list[Edit]:
        kept[:] = edits_of(cells, functions)[::9]
        return kept

    monkeypatch.setattr(edits, "edits_of", some)
    return kept


CHECKS = frozenset({"forward_propagation", "backward_propagation", "compute_cost", "of no recipe"})


def test_a_verifier_that_passes_everything_lets_every_edit_survive(few: list[Edit]) -> None:
    blind = says(lambda path: Said("pass", checks=CHECKS))
    found = edits.campaign("two_layer_tanh_mse.py", blind, blind)
    assert len(found.survivors) == found.edits > 10
    assert found.edits + found.equivalent == len(few)
    assert found.unjudged == ("of no recipe",)
    warned = says(lambda path: Said("pass", frozenset({Finding("back", "dA1", "MB305")}), CHECKS))
    assert all(s.warned for s in edits.campaign("two_layer_tanh_mse.py", blind, warned).survivors)


def test_a_verifier_that_finds_everything_lets_none_survive(few: list[Edit]) -> None:
    strict = says(lambda path: Said("pass" if path.parent.name == "itself" else "fail", checks=CHECKS))
    found = edits.campaign("two_layer_tanh_mse.py", strict, strict)
    assert not found.survivors
    assert found.found == {"fail": found.edits}


def test_a_verifier_that_loses_an_edit_is_in_trouble(few: list[Edit]) -> None:
    loses = says(lambda path: None if path.parts[-3:-1] == ("first", "0003") else Said("pass", checks=CHECKS))
    assert len(edits.campaign("two_layer_tanh_mse.py", loses, loses).trouble) == 1


@pytest.mark.slow
def test_a_sample_of_edits_is_found() -> None:
    found = edits.campaign("two_layer_tanh_mse.py", by_command, by_command, sample=30)
    assert not found.trouble
    assert not [str(s) for s in found.survivors if s.kind == edits.PASSED]
    assert sum(found.found.values()) >= 25


# --- right pairs on random draws ------------------------------------------------------------------------------------

SLOPES = """
import numpy as np


def square(x):
    return x * x


def square_prime(x):
    return 2 * x


def cube(x):
    return x * x * x


def cube_prime(x):
    return np.where(x > 1.5, 2.0, 3.0) * x * x


def power(x):
    return x**4


def power_prime(x):
    return 3 * x**3
"""


def test_a_right_pair_is_drawn_and_one_that_is_wrong_now_and_then_is_an_alarm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "slopes.py").write_text(SLOPES, encoding="utf-8")
    names = ("square_prime", "cube_prime", "power_prime", "gone_prime")
    rows = [f'[[pair]]\nfile = "slopes.py"\ncheck = "{name}"\nverdict = "pass"\n' for name in names]
    (tmp_path / "expected.toml").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(pair_draws, "FOLDER", tmp_path)
    assert pair_draws.right_pairs() == {"slopes.py": list(names)}
    right, rare, wrong, gone = pair_draws.of_file("slopes.py", list(names), 40, 0)
    assert (right.draws, right.alarms, right.disputes, right.left_out) == (40, (), (), "")
    assert right.heard["autodiff"] == 20
    assert right.heard["complex step"] == right.heard["central differences"] == 40
    assert all(0 <= off < 1 for off in right.apart.values())
    assert len(right.apart) == 3
    assert rare.alarms
    assert wrong.alarms
    assert (gone.draws, gone.left_out) == (0, "it is not judged as a pair")


# --- the commands ---------------------------------------------------------------------------------------------------


def test_a_campaign_that_finds_something_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    for verdict, code in (("pass", 0), ("none", 1)):
        said = Said(verdict, trouble="" if verdict == "pass" else "lost target: gone")
        for name in ("opened_apart", "by_command"):
            monkeypatch.setattr(spoilings, name, says(lambda path, said=said: said))
        result = CliRunner().invoke(command.main, ["spoilings", "--count", "5", "--whole", "2"])
        assert result.exit_code == code, result.output
        assert "| opened | 5 |" in result.output
        assert "| judged | 2 |" in result.output
        assert ("lost target" in result.output) == bool(code)


def test_the_equivalences_and_the_edits_have_their_tables(monkeypatch: pytest.MonkeyPatch, few: list[Edit]) -> None:
    blind = says(lambda path: Said("pass", checks=CHECKS))
    monkeypatch.setattr(equivalences, "by_command", blind)
    arguments = ["equivalences", "--file", "l2_minus.py", "--only", "reformatted"]
    result = CliRunner().invoke(command.main, arguments)
    assert result.exit_code == 0, result.output
    assert "| reformatted | 1 | 0 |" in result.output
    monkeypatch.setattr(edits, "by_command", lambda paths, examples=1: blind(paths))
    result = CliRunner().invoke(command.main, ["edits", "--file", "two_layer_tanh_mse.py", "--sample", "4"])
    assert result.exit_code == 1
    assert "Passed, survivors:" in result.output


def test_every_recipe_calls_functions_of_its_file_on_several_cases() -> None:
    assert len(RECIPES) >= 8
    assert CASES >= 8
    for name in RECIPES:
        assert oracle.called(name) <= set().union(*(defined_in(t.encode(), notebook=False) for t in cells_of(name)))


def cells_of(name: str) -> Sequence[str]:
    source = source_of(FOLDER / name)
    assert source is not None
    return source.cells


def test_a_step_that_is_no_longer_returned_is_told_from_a_gradient_that_is_lost() -> None:
    wanted = {"dZ2": np.ones(2), "dW2": np.ones(2), "db2": np.ones(1)}
    without = differs({"dW2": np.ones(2), "db2": np.ones(1)}, wanted)
    assert without == "lacks dZ2"
    assert oracle.lacks_a_step(f"backward: {without}")
    assert differs({"dZ2": np.ones(2), "db2": np.ones(1)}, wanted) == "other names"
    assert str(differs({"dW2": 2 * np.ones(2), "db2": np.ones(1)}, wanted)).startswith("['dW2']")
