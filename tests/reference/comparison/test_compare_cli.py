"""``compare`` at the command line: every exit code, who costs whom what, and reports that hold what they promise."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import reference.comparison
from reference.__main__ import _code
from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.comparison import price
from reference.interface.entry import Implementation
from reference.report.tables import LONGEST
from reference.settings.profiles import PROFILES
from reference.targets.resolve import BUILT_IN
from reference.verification.failures import FOLDER
from tests.folding import each
from tests.reference.comparison import variants
from tests.reference.comparison.asking import implementation
from tests.reference.comparison.variants import biases, dW2_doubled, half, one, penalty_half, right, summed
from tests.reference.court import remember_witnesses, shrink_nothing

ROOT = Path(__file__).parents[3]
COURSE_FILES = ROOT / "tests" / "reference" / "course_files"
UNMASKED = "dropout_backward_unmasked.ipynb"
QUICK = ("--examples", "2", "--no-time")
TIMED = ("--examples", "2", "--time")
FEW = Domain(depths=(3,), hiddens=("relu",), outputs=("sigmoid",))  # of the battery, a fifth
TINY = (
    price.Size("course", Case((2, 3, 2, 1), 4, seed=3), 3),
    price.Size("wide", Case((3, 4, 3, 2), 64, seed=3), 3),  # more examples than any case that is drawn
)


def prepare(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """A folder of its own with a file to compare, small plans, and sizes that take no time."""
    remember_witnesses(patch)
    shrink_nothing(patch)
    patch.chdir(folder)
    for name in ("JAX_PLATFORMS", "NPROC"):  # the command sets them
        patch.setenv(name, {"JAX_PLATFORMS": "cpu", "NPROC": "1"}[name])
    patch.setitem(PROFILES, "quick", PROFILES["quick"]._replace(examples=16, explore=1))
    patch.setattr(reference.comparison, "SIZES", TINY)
    patch.setattr(reference.comparison, "prices", lambda usable, **how: price.prices(usable, TINY, **how))
    patch.setattr(price, "BATCH", 1e-5)
    Path("mine.py").write_text(Path(variants.__file__).read_text(encoding="utf-8"), encoding="utf-8")


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def built_in(monkeypatch: pytest.MonkeyPatch, opened: list[str]) -> Callable[..., str]:
    """Targets under names of their own, in this process; ``opened`` are those that were looked for."""

    def add(name: str, function: Callable[..., Any] | None, domain: Domain = FEW) -> str:
        def load() -> Implementation:
            opened.append(name)
            return Implementation(name, ()) if function is None else implementation(name, function, domain)

        monkeypatch.setitem(BUILT_IN, name, load)
        return name

    add("right", right)
    add("other", right)
    add("wrong", dW2_doubled)
    add("empty", None)
    return add


def named(built_in: Callable[..., str], names: list[str], *functions: Callable[..., Any]) -> None:
    """Targets that are all right, and of which no two agree."""
    for name, function in zip(names, functions or [right, half, one, summed, penalty_half, biases], strict=False):
        built_in(name, function)


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def in_one(text: str) -> str:
    """Without its line breaks."""
    return " ".join(text.split())


def one_line(err: str, *parts: str) -> None:
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("manual-backprop: ")
    for part in parts:
        assert part in lines[0]


def no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


def strict(text: str) -> Any:
    return json.loads(text, parse_constant=no_constant)


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = _code(["compare", *arguments, "--report", "json"])
    out, err = said(capsys)
    assert out, err
    return code, strict(out)


# --- a whole run, with a file of the course's that is wrong ------------------------------------------------------


class Whole(NamedTuple):
    code: int
    text: str
    json: str
    markdown: str
    failures: int


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A right target, one that follows a convention, and a notebook that forgets a mask; three reports at once."""
    forms = ("text", "json", "markdown")
    with pytest.MonkeyPatch.context() as patch:
        prepare(tmp_path_factory.mktemp("whole"), patch)
        Path(UNMASKED).write_bytes((COURSE_FILES / UNMASKED).read_bytes())
        code = _code(["compare", "mine:right", "mine:half", UNMASKED, *QUICK, *(f"--report={f}=r.{f}" for f in forms)])
        texts = [Path(f"r.{form}").read_text(encoding="utf-8") for form in forms]
        failures = len(list(FOLDER.glob("*.json")))
    return Whole(code, *texts, failures=failures)


def test_a_course_file_that_is_wrong_exits_1_with_its_code_and_its_line(whole: Whole) -> None:
    assert whole.code == 1
    text = in_one(whole.text)
    assert f"{UNMASKED} cell 4, line 19" in text
    assert "MB301: is exactly the value without the mask D2" in text
    assert f"{UNMASKED} is wrong: MB301, the value without the mask D2 ({UNMASKED}, cell 4, line 19)." in text
    assert whole.text.endswith("(seed 0, exit 1)\n")
    assert "NOT VERIFIED" in text


def test_what_was_found_can_be_replayed(whole: Whole) -> None:
    assert whole.failures > 0
    assert "manual-backprop replay" in whole.text


def test_the_others_are_right_beside_it(whole: Whole) -> None:
    text = in_one(whole.text)
    assert "mine:right is within" in text
    assert "mine:half follows another convention, and is right in it: relu'(0) is ½, not 0." in text


def test_json_says_the_same(whole: Whole) -> None:
    report = strict(whole.json)
    assert (report["schema_version"], report["verdict"], report["exit_code"]) == (1, "fail", 1)
    mine, other, bad = report["standings"]
    assert [s["verdict"] for s in (mine, other, bad)] == ["pass", "pass", "fail"]
    assert other["conventions"] == ["relu'(0) is ½, not 0"]
    finding = next(f for check in bad["checks"] for f in check["findings"])
    assert (finding["code"], finding["location"]) == ("MB301", {"file": UNMASKED, "cell": 4, "line": 19})
    assert {(p["first"], p["second"]) for p in report["agreement"]} == {
        ("mine:right", "mine:half"), ("mine:right", UNMASKED), ("mine:half", UNMASKED)
    }  # fmt: skip
    assert report["sizes"] == {}
    assert report["timing"]["prices"] == []
    assert "Infinity" not in whole.json
    assert '"inf"' in whole.json  # what is not finite is a string


def test_no_line_is_longer_than_80_columns(whole: Whole) -> None:
    """But for a finding's own line, which holds a file's name, and for a sentence whose one word is a path."""
    for line in whole.text.splitlines():
        assert len(line) <= 80 or UNMASKED in line, line


# --- markdown ----------------------------------------------------------------------------------------------------


def tables_of(markdown: str) -> Iterator[list[list[str]]]:
    """Each table as rows of cells, as a renderer of Markdown splits them: at pipes that are not escaped."""
    for is_row, lines in groupby(markdown.splitlines(), key=lambda line: line.startswith("|")):
        if is_row:
            yield [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]


def is_whole(table: list[list[str]]) -> bool:
    """As many cells in every row, and a second row of dashes."""
    dashes = [re.fullmatch(r" *:?-+:? *", cell) is not None for cell in table[1]]
    return len({len(row) for row in table}) == 1 and all(dashes) and len(table) > 2


def test_a_table_that_is_not_whole_would_be_seen() -> None:
    assert is_whole(next(tables_of("| a | b |\n| :-- | --: |\n| x\\|y | 2 |")))
    assert not is_whole(next(tables_of("| a | b |\n| :-- | --: |\n| x|y | 2 |")))
    assert not is_whole(next(tables_of("| a | b |\n| x | 2 |\n| x | 2 |")))


def test_markdown_tables_have_equal_numbers_of_cells(whole: Whole) -> None:
    found = list(tables_of(whole.markdown))
    assert len(found) >= 5
    assert all(is_whole(table) for table in found)
    assert whole.markdown.count("### ") == len(found)


def test_markdown_names_code_and_line(whole: Whole) -> None:
    assert "**MB301**" in whole.markdown
    assert f"({UNMASKED}:19)".replace("_", "\\_") in whole.markdown


@pytest.mark.slow
def test_a_name_with_signs_of_markdown_breaks_no_table(built_in: Callable[..., str]) -> None:
    names = [built_in(name, right) for name in ("a|b", "a\\|b", "*_`<a>")]
    assert _code(["compare", *names, *TIMED, "--report", "markdown=r.md"]) == 0
    text = Path("r.md").read_text(encoding="utf-8")
    found = list(tables_of(text))
    assert all(is_whole(table) for table in found)
    assert len(found) >= 5 + len(TINY)
    assert [row[0].strip() for row in found[0][2:]] == [
        "✓ A a\\|b", "✓ A a\\|b", r"✓ B a\\\|b", r"✓ B a\\\|b", r"✓ C \*\_\`\<a\>", r"✓ C \*\_\`\<a\>"
    ]  # fmt: skip


# --- exit codes --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_right_targets_exit_0(built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["compare", "right", "mine.py::right", *QUICK]) == 0
    out, err = said(capsys)
    assert out.endswith("(seed 0, exit 0)\n")
    assert "agree with each other" in out
    assert {line.partition(" ")[0] for line in err.splitlines()} == {"asking"}
    assert sorted(os.listdir()) == ["mine.py"]


def test_one_target_alone_is_compared_with_the_truth(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code(["compare", "right", *QUICK]) == 0
    out, _ = said(capsys)
    assert "right is within" in out
    assert "digits that agree" not in out


def test_a_target_that_is_wrong_exits_1_and_is_the_odd_one_out(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code(["compare", "right", "wrong", "other", *QUICK]) == 1
    out = in_one(said(capsys)[0])
    assert "wrong is the odd one out: MB101, the gradient × 2." in out
    assert "right and other agree with each other" in out


@pytest.mark.slow
def test_targets_that_are_wrong_alike_are_said_to_be(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    built_in("worse", dW2_doubled)
    assert _code(["compare", "wrong", "worse", "right", *QUICK]) == 1
    assert "wrong and worse are wrong alike" in in_one(said(capsys)[0])


CONVENTIONS = {
    "half": "relu'(0) is ½, not 0",
    "summed": "the losses are summed, not averaged",
    "penalty_half": "the penalty is λ/2 · Σ‖W‖², not λ/2m",
}


def test_a_convention_exits_0_and_is_told(built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    named(built_in, list(CONVENTIONS), half, summed, penalty_half)
    code, report = as_json(capsys, *CONVENTIONS, *QUICK)
    assert code == 0
    assert [s["conventions"] for s in report["standings"]] == [[text] for text in CONVENTIONS.values()]
    assert [s["verdict"] for s in report["standings"]] == ["pass"] * 3
    assert all(any(row["wrong_cases"] for row in s["accuracy"]) for s in report["standings"])  # against the course's J


def test_what_is_no_convention_exits_1(built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    built_in("thrice", variants.penalty_thrice)
    code, report = as_json(capsys, "thrice", *QUICK)
    (standing,) = report["standings"]
    assert (code, standing["verdict"], standing["conventions"]) == (1, "fail", [])
    assert "follows" not in " ".join(report["words"])


@pytest.mark.slow
def test_a_penalty_that_is_scaled_is_named_as_that(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    built_in("thrice", variants.penalty_thrice)
    _, report = as_json(capsys, "thrice", *QUICK)
    assert {f["code"] for check in report["standings"][0]["checks"] for f in check["findings"]} == {"MB202"}
    assert "L2 term" in report["words"][0]


def test_a_target_that_is_not_there_exits_2_and_the_others_are_compared(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code(["compare", "right", "nowhere.py", "other", "nobody", "nobody:f", *QUICK]) == 2
    text, _ = said(capsys)
    out = in_one(text)
    assert "right and other agree with each other" in out
    assert "nowhere.py is not compared: target 'nowhere.py': there is no such file." in out
    assert "nobody is not compared: no target 'nobody'" in out
    assert "nobody:f is not compared: target 'nobody:f'" in out
    assert text.endswith("(seed 0, exit 2)\n")


@pytest.mark.slow
@each(
    ("source", "reason"),
    [("def f(:\n    pass\n", "SyntaxError"), ("x = 1\n  y = 2\n", "IndentationError"), ("f = (\n", "SyntaxError")],
)
def test_a_file_that_does_not_parse_exits_2(source: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text(source)
    code, report = as_json(capsys, "broken.py", *QUICK)
    (standing,) = report["standings"]
    assert (code, standing["verdict"], report["verdict"]) == (2, "error", "error")
    assert reason in standing["error"]
    assert "line" in standing["error"]


def test_a_module_that_cannot_be_imported_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    Path("falling_one.py").write_text("raise RuntimeError('at import')\n")
    code, report = as_json(capsys, "falling_one:f", *QUICK)
    assert code == 2
    assert "RuntimeError: at import" in report["standings"][0]["error"]


@pytest.mark.slow
@each("source", ["", "x = 1\n", "def forward_propagation(X, parameters):\n    return X, ()\n"])
def test_a_file_that_exports_nothing_that_can_be_compared_exits_3(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("nothing.py").write_text(source)
    code, report = as_json(capsys, "nothing.py", *QUICK)
    (standing,) = report["standings"]
    assert (code, standing["verdict"], report["verdict"]) == (3, "inconclusive", "inconclusive")
    assert standing["error"].startswith("it exports no backward pass that can be compared")
    assert report["cases"] == 0


def test_a_gradient_checker_is_no_backward_pass(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = as_json(capsys, str(COURSE_FILES / "gradcheck_one_sided.py"), *QUICK)
    assert (code, report["standings"][0]["verdict"]) == (3, "inconclusive")


@pytest.mark.slow
@each(
    ("targets", "code"),
    [
        (["right", "other"], 0),
        (["right", "halved"], 0),
        (["right", "empty"], 3),
        (["empty", "wrong"], 1),
        (["wrong", "right", "empty"], 1),
        (["right", "nobody"], 2),
        (["empty", "nobody"], 2),
        (["wrong", "nobody", "empty"], 2),
    ],
)
def test_over_several_targets_the_worst_counts(built_in: Callable[..., str], targets: list[str], code: int) -> None:
    built_in("halved", half)
    assert _code(["compare", *targets, *QUICK]) == code


def test_ctrl_c_exits_130_and_closes_what_is_open(
    built_in: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(p: Any) -> Any:
        raise KeyboardInterrupt

    closed = []
    made = implementation("closing", right)._replace(close=lambda: closed.append("closing"))
    monkeypatch.setitem(BUILT_IN, "closing", lambda: made)
    built_in("stopped", stop)
    assert _code(["compare", "closing", "stopped", *QUICK]) == 130
    assert said(capsys)[1].splitlines()[-1] == "manual-backprop: interrupted"
    assert closed == ["closing"]


# --- what cannot be run ------------------------------------------------------------------------------------------

USAGE = {
    "no examples": (["--examples", "0"], "0"),
    "no number": (["--examples", "many"], "many"),
    "too many": (["--examples", "100001"], "100001"),
    "a seed out of range": (["--seed", "4294967296"], "4294967296"),
    "unknown format": (["--report", "pdf"], "pdf", "markdown"),
    "format without its path": (["--report", "markdown="], "markdown=", "=PATH"),
    "a report twice in one place": (["--report", "text", "--report", "json"], "standard output"),
    "a folder for a file": (["--report", "json=."], "folder"),
    "no time": (["--timeout", "0"], "0"),
    "not a number": (["--timeout", "nan"], "nan"),
    "too little memory": (["--memory", "1"], "256"),
    "a flag of verify's": (["--profile", "quick"], "--profile"),
    "unknown option": (["--fast"], "--fast"),
    "a path that is too long": (["--report", f"json={'x' * 300}.json"], "too long"),
}


@each("name", USAGE)
def test_what_cannot_be_run_exits_2_with_one_line_and_nothing_is_computed(
    built_in: Callable[..., str], opened: list[str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    flags, *parts = USAGE[name]
    assert _code(["compare", "right", *flags]) == 2
    out, err = said(capsys)
    one_line(err, *parts)
    assert out == ""
    assert opened == []
    assert os.listdir() == ["mine.py"]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_a_report_into_a_folder_that_is_not_there_exits_2_before_anything_is_computed(
    built_in: Callable[..., str], opened: list[str], capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert _code(["compare", "right", *QUICK, "--report", f"{form}=no/where.txt"]) == 2
    out, err = said(capsys)
    one_line(err, "no/where.txt", "folder")
    assert (out, opened) == ("", [])
    assert _code(["compare", "right", *QUICK]) == 0
    assert opened == ["right"]  # with a place for its report it is


def test_reports_go_where_they_are_sent(built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    reports = ["--report", "text", "--report", "json=a b.json", "--report", "markdown=r.md"]
    assert _code(["compare", "right", *QUICK, *reports]) == 0
    assert "right is within" in said(capsys)[0]
    assert strict(Path("a b.json").read_text(encoding="utf-8"))["exit_code"] == 0
    assert Path("r.md").read_text(encoding="utf-8").startswith("## manual-backprop compare\n")
    assert sorted(os.listdir()) == ["a b.json", "mine.py", "r.md"]


# --- answers that are none, and targets that tire ----------------------------------------------------------------

FALLING = """
import numpy as np
from mine import backward

def falling(p):
    if p.X.shape[1] == 7:
        raise ZeroDivisionError("seven")
    return backward(p)

def only_small(p):
    if p.X.shape[1] > 48:
        raise ZeroDivisionError("too large")
    return backward(p)

asked = 0

def tiring(p):
    global asked
    if p.X.shape[1] > 48:
        asked += 1
        if asked > 3:
            raise ZeroDivisionError("enough")
    return backward(p)
"""


@pytest.fixture
def falling() -> None:
    Path("falling.py").write_text(FALLING)


@pytest.mark.slow
@pytest.mark.usefixtures("falling")
def test_answers_that_raise_are_counted_and_the_exception_is_the_target_s_own(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = as_json(capsys, "falling:falling", "right", *QUICK)
    bad, good = report["standings"]
    assert (code, bad["verdict"], good["verdict"]) == (1, "fail", "pass")
    sevens = bad["failed"]
    assert sevens > 3
    assert bad["error"] == f"{sevens} answers could not be compared: ZeroDivisionError: seven"
    assert {f["code"] for check in bad["checks"] for f in check["findings"]} == {"MB701"}


def test_answers_of_a_wrong_shape_are_counted(built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    flat = lambda p: {name: a.ravel() if name.startswith("db") else a for name, a in right(p).items()}
    built_in("flat", flat)
    code, report = as_json(capsys, "flat", *QUICK)
    (bad,) = report["standings"]
    assert (code, bad["verdict"], bad["failed"]) == (1, "fail", bad["cases"])
    assert "db1 has shape" in bad["error"]
    assert {row["output"][:2] for row in bad["accuracy"] if row["output"] != "*"} == {"dW"}
    assert {row["wrong_cases"] for row in bad["accuracy"]} == {0}


@pytest.mark.slow
@pytest.mark.usefixtures("falling")
@pytest.mark.parametrize("name", ["only_small", pytest.param("tiring", marks=pytest.mark.slow)])
def test_timing_decides_no_exit_code_and_says_what_the_target_raised(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It is right wherever it is asked, and raises where it is timed: at once, or after a while."""
    code, report = as_json(capsys, f"falling:{name}", "right", *TIMED)
    assert (code, report["verdict"]) == (0, "pass")
    said_of = {(p["target"], p["size"]): p["said"] for p in report["timing"]["prices"]}
    assert said_of == {
        (f"falling:{name}", "course"): "",
        (f"falling:{name}", "wide"): "raised ZeroDivisionError",
        ("right", "course"): "",
        ("right", "wide"): "",
    }


# --- what it costs -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_wrong_target_is_not_timed_and_a_sum_is(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    built_in("sum", summed)
    built_in("shallow", right, Domain(depths=(1,)))
    code, report = as_json(capsys, "right", "wrong", "sum", "shallow", "nobody", "empty", *TIMED)
    assert code == 2
    assert report["sizes"] == {size.name: str(size.case) for size in TINY}
    said_of = {p["target"]: p["said"] for p in report["timing"]["prices"] if p["size"] == "wide"}
    assert said_of == {
        "right": "",
        "wrong": "wrong here",
        "sum": "",
        "shallow": "not taken",
    }
    for size in report["sizes"]:
        ratios = [p["ratio"] for p in report["timing"]["prices"] if p["size"] == size and p["ratio"] is not None]
        assert min(ratios) == 1
        assert len(ratios) == 2


# --- the same again ----------------------------------------------------------------------------------------------


def without_timing(text: str) -> str:
    head, timing, tail = text.partition('\n  "timing": {')
    assert timing
    assert strict(text)["timing"]["total"] > 0
    assert tail.rstrip().endswith("}")
    return head


@pytest.mark.slow
def test_the_same_seed_writes_the_same_json_but_for_its_timing(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    built_in("halved", half)
    texts = []
    for seed in (7, 7, 8):
        assert _code(["compare", "right", "wrong", "halved", *TIMED, "--seed", str(seed), "--report", "json"]) == 1
        texts.append(said(capsys)[0])
        assert strict(texts[-1])["seed"] == seed
    first, second, other = map(without_timing, texts)
    assert first == second != other


@pytest.mark.slow
def test_another_process_with_another_hash_seed_writes_the_same_json() -> None:
    texts = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "reference", "compare", "mine:right", "mine:half", *QUICK]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*command, "--report", "json"], capture_output=True, text=True, timeout=100, env=environment
        )
        assert done.returncode == 0, done.stderr
        texts.append(without_timing(done.stdout))
    assert texts[0] == texts[1]


# --- the text ----------------------------------------------------------------------------------------------------


def text_of(capsys: pytest.CaptureFixture[str], *names: str) -> str:
    capsys.readouterr()
    _code(["compare", *names, *TIMED])
    return said(capsys)[0]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_with_short_names_no_line_is_longer_than_80_columns_and_no_figure_is_cut(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str], count: int
) -> None:
    names = [f"t{k}" for k in range(count)]
    named(built_in, names)
    out = text_of(capsys, *names)
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    assert "\x1b" not in out


@pytest.mark.slow
def test_with_names_as_long_as_a_table_takes_no_figure_is_cut(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{k}_a_name_that_is_as_long_as_it_may_be"[:LONGEST] for k in range(5)]
    named(built_in, names)
    built_in("6", right, Domain(depths=(1,)))  # it is not timed, and says so
    out = text_of(capsys, *names, "6")
    assert max(map(len, out.splitlines())) <= 80
    assert [line for line in out.splitlines() if "…" in line] == []


@pytest.mark.slow
def test_a_name_that_is_longer_is_cut_and_its_figures_are_not(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{k}_{'a_name_that_is_longer_than_any_table_takes'}_{k}" for k in range(2)]
    named(built_in, names)
    out = text_of(capsys, *names)
    cut = [line for line in out.splitlines() if "…" in line]
    assert cut
    assert [line for line in cut if not re.fullmatch(r" *(✓ )?[AB] …[^…]*", line)] == []


@pytest.mark.slow
def test_two_files_of_one_name_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "same.py").write_text(Path("mine.py").read_text(encoding="utf-8"), encoding="utf-8")
    out = text_of(capsys, "one/same.py::right", "two/same.py::right")
    assert "A one/same.py::right" in out
    assert "B two/same.py::right" in out


def test_json_on_standard_output_is_json_alone(
    built_in: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = as_json(capsys, "right", "empty", "nobody", *QUICK)
    assert code == 2
    assert [s["verdict"] for s in report["standings"]] == ["pass", "inconclusive", "error"]
    assert {"numpy", "jax", "python", "version"} <= report["tool"].keys()
    assert report["truth"].startswith("complex step in ")
    assert len(report["words"]) == 3
