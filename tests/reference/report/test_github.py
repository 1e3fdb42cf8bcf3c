"""GitHub's workflow commands: read back as its runner reads them, one a line, none of them made by a hostile text."""

from __future__ import annotations

from typing import NamedTuple

from reference.report import github
from reference.report.models.verification import Report
from reference.report.view import legible, view
from tests.reference.report.reports import HOSTILE, REPORTS, WARNING, WRONG, hostile, report, row, target

LEVELS = ("error", "warning", "notice")
MOST = 10


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str, *, of_property: bool = False) -> str:
    known = {"%3A": ":", "%2C": ","} if of_property else {}
    for code, sign in {"%0D": "\r", "%0A": "\n", **known, "%25": "%"}.items():
        text = text.replace(code, sign)
    return text


def commands(text: str) -> list[Command]:
    """As the runner reads a step's output: line by line, ``::name key=value,key=value::message``."""
    found = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []:
        if not line.startswith("::") or "::" not in line[2:]:
            raise ValueError(f"{line!r} is no command")
        head, _, message = line[2:].partition("::")
        name, _, given = head.partition(" ")
        pairs = [pair.split("=", 1) for pair in given.split(",") if pair]
        if name not in LEVELS or any(len(pair) != 2 for pair in pairs):
            raise ValueError(f"{line!r} is no annotation")
        properties = {key: unescaped(value, of_property=True) for key, value in pairs}
        found.append(Command(name, properties, unescaped(message)))
    return found


def wrong_in_github(text: str, given: Report) -> list[str]:
    """What would be shown wrongly, or not at all."""
    try:
        read = commands(text)
    except ValueError as error:
        return [str(error)]
    found = []
    wanted = ["error"] * len(view(given).reasons)
    titles = {given.tool.name, *(one.target for one in given.targets)}
    for one in view(given).targets:
        titles |= {f"{found.finding.code}: {found.headline}" for found in one.findings}
        wanted += ["error"] * bool(one.why)
        wanted += [found.finding.severity for found in one.findings]
    shown = [command.name for command in read if command.name != "notice"]
    if len(wanted) <= MOST and [command.name for command in read] != wanted:
        found.append("not an annotation for each finding")
    if len(wanted) > MOST and (len(shown) != MOST or [command.name for command in read][MOST:] != ["notice"]):
        found.append("not the first ones and how many more there are")
    if bool(given.exit_code) != ("error" in shown):
        found.append("the exit code says otherwise")
    if any(set(command.properties) - {"file", "line", "title"} for command in read):
        found.append("a property that nobody wrote")
    if any(command.properties.get("file", "").endswith(".ipynb") and "line" in command.properties for command in read):
        found.append("a line of a cell as a line of the file")
    if not all(command.message.strip() and command.properties.get("title") in titles for command in read):
        found.append("an annotation that says nothing, or another thing")
    return found


# --- every kind of report --------------------------------------------------------------------------------------


def test_it_says_what_the_report_says():
    wrong = {name: wrong_in_github(github.render(given), given) for name, given in REPORTS.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_same_report_gives_the_same_bytes():
    later = {n: given.model_copy(update={"timing": {"total": 99.5}}) for n, given in REPORTS.items()}
    assert {n: github.render(g) for n, g in later.items()} == {n: github.render(g) for n, g in REPORTS.items()}


def test_nothing_found_is_nothing_said():
    assert github.render(REPORTS["right"]) == ""


# --- single commands -------------------------------------------------------------------------------------------


def test_a_finding_stands_at_its_line():
    (command,) = commands(github.render(REPORTS["wrong"]))
    assert command.name == "error"
    assert command.properties == {
        "file": "nets/mine.py", "line": "19", "title": "MB101: dW2 is wrong in backward",
    }  # fmt: skip
    lines = command.message.split("\n")
    assert lines[0] == "is exactly the data term × 2 (the L2 term is right), on 3 of 3 probes"
    assert lines[1:] == [
        "should be: dW2 = dZ2 A1ᵀ / m",
        "so wrong too: dA1, dZ1",
        f"smallest: {WRONG.smallest}",
        "reproduce: manual-backprop replay K7Q2",
    ]


def test_the_bytes_of_a_command():
    text = github.render(report(target("fail", row("dW2", "fail", WRONG), target="a,b:100%.py")))
    assert text.startswith("::error file=nets/mine.py,line=19,title=MB101%3A dW2 is wrong in backward::is exactly")
    assert text.count("\n") == 1
    given = report(target("error", target="a,b:100%.py", error="x: 5 %, y\nz"))
    assert github.render(given) == (
        "::error file=a%2Cb%3A100%25.py,title=a%2Cb%3A100%25.py::COULD NOT RUN: x: 5 %25, y%0Az\n"
    )


def test_in_a_notebook_the_cell_is_told_and_no_line_given():
    (command,) = commands(github.render(REPORTS["a notebook"]))
    assert command.properties == {"file": "nets/a b.ipynb", "title": "MB301: masks"}
    assert command.message.startswith("cell 14, line 19\n")


def test_a_warning_is_a_warning():
    (command,) = commands(github.render(REPORTS["a warning"]))
    assert command.name == "warning"
    assert "file" not in command.properties  # of a module nobody knows the file


def test_what_is_accepted_is_a_warning_with_the_reason():
    (command,) = commands(github.render(REPORTS["accepted"]))
    assert command.name == "warning"
    assert "accepted: see issue 12" in command.message


NOT_GREEN = [
    ("inconclusive", "INCONCLUSIVE: coverage is too low", "unsure.py"),
    ("could not run", "COULD NOT RUN: target 'gone.py'", "gone.py"),
    ("interrupted", "INTERRUPTED: interrupted; what was verified so far:", "long.py"),
    ("reasons of its own", "an entry of the baseline expired", None),
    ("an exit code without a reason", "INCONCLUSIVE, exit code 3", None),
]


def test_what_is_not_green_is_one_error():
    for name, words, file in NOT_GREEN:
        (command,) = commands(github.render(REPORTS[name]))
        assert command.name == "error", name
        assert command.message.startswith(words), name
        assert command.properties.get("file") == file, name


# --- too many --------------------------------------------------------------------------------------------------


def test_ten_are_shown_and_the_rest_counted():
    for n, more in ((9, 0), (10, 0), (11, 1), (250, 240)):
        given = report(target("fail", *(row(f"dW{l}", "fail", WRONG) for l in range(n))))
        read = commands(github.render(given))
        assert [c.properties["title"].split()[1] for c in read[:MOST]] == [f"dW{l}" for l in range(min(n, MOST))]
        said = f"{more} more {'is' if more == 1 else 'are'} in the report"
        assert [c.message for c in read[MOST:]] == ([said] if more else [])
        assert not wrong_in_github(github.render(given), given)


def test_warnings_make_room_for_errors_and_the_order_stays():
    warned = [row(f"dA{l}", "warn", WARNING) for l in range(12)]
    given = report(target("pass", *warned), target("fail", row("dW2", "fail", WRONG)))
    read = commands(github.render(given))
    assert [c.name for c in read] == ["warning"] * 9 + ["error", "notice"]
    assert read[-1].message == "3 more are in the report"


# --- hostile texts ---------------------------------------------------------------------------------------------


def test_a_hostile_text_stays_text():
    for name, payload in HOSTILE.items():
        given = hostile(payload)
        text = legible(given).targets[0].target
        read = commands(github.render(given))
        assert [c.name for c in read] == ["error", "error", "warning", "error"], name
        assert read[0].message == text, name
        assert read[1].properties["title"] == f"MB101: {text} is wrong in {text}", name
        assert text in read[1].message, name
        assert read[3].message.startswith("COULD NOT RUN"), name


def test_a_path_of_windows_has_forward_slashes():
    read = commands(github.render(hostile(r"C:\Users\a b\net.py")))
    assert {c.properties.get("file") for c in read} == {None, "C:/Users/a b/net.py"}


# --- the checks can fail ---------------------------------------------------------------------------------------


FAULTS = [
    ("wrong", "::error", "::warning"),
    ("wrong", "::error", "::debug"),
    ("wrong", "::error", " ::error"),
    ("wrong", "%0A", "\n"),
    ("wrong", ",title=", ",\ntitle="),
    ("wrong", "%3A", "::"),
    ("wrong", ",line=19", ",line=19,col=2"),
    ("wrong", ",line=19", ",line"),
    ("a notebook", ",title", ",line=19,title"),
    ("a warning", "::warning", "::error"),
    ("could not run", "::error", "::notice"),
    ("inconclusive", "::error", "::notice"),
    ("several", "::error", "::notice"),
]


def test_a_planted_fault_is_found():
    missed = []
    for name, old, new in FAULTS:
        rendered = github.render(REPORTS[name])
        spoilt = rendered.replace(old, new)
        assert spoilt != rendered, (name, old)
        missed += [] if wrong_in_github(spoilt, REPORTS[name]) else [(name, old, new)]
    assert missed == []


def test_silence_is_found():
    assert all(
        wrong_in_github("", REPORTS[name]) for name in ("wrong", "inconclusive", "could not run", "reasons of its own")
    )
