"""Markdown: read back by a parser, so that a text is never a table, a tag or a heading; and short enough for a step."""

from __future__ import annotations

import itertools

import pytest
from markdown_it import MarkdownIt

from reference.report import comparison_markdown, markdown
from reference.report.markdown_parts import code, escaped, row
from reference.report.models.verification import Report
from reference.report.view import legible, view
from tests.reference.report.reports import HOSTILE, REPORTS, WARNING, WRONG, finding, hostile, report, target
from tests.reference.report.reports import row as checked

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
COLUMNS = 5
MAXIMUM = 2**20
SLOW = pytest.mark.slow  # a megabyte of Markdown is parsed


def flat(text: str) -> str:
    return " ".join(text.split())


def shown(token) -> str:
    return "".join(child.content for child in token.children)


def read(text: str) -> list[tuple[str, str]]:
    """What is shown, each with what it is: a heading, a cell, a paragraph."""
    tokens = PARSER.parse(text)
    return [(before.tag, shown(token)) for before, token in itertools.pairwise(tokens) if token.type == "inline"]


def wrong_in_markdown(text: str, given: Report) -> list[str]:
    """What a reader of the rendered page would be misled by."""
    tokens = PARSER.parse(text)
    found = [f"{token.type} in the text" for token in tokens if token.type in ("html_block", "fence", "code_block")]
    inline = {child.type for token in tokens for child in token.children or ()}
    found += [f"{kind} in a line" for kind in sorted(inline - PLAIN)]
    said = read(text)
    titles = [title for tag, title in said if tag == "h4"]
    wanted = [found.headline for one in view(given).targets for found in one.findings]
    if titles != [flat(title) for title in wanted]:
        found.append("the headings are not the findings")
    if not [title for tag, title in said if tag == "h2" and f"(exit code {given.exit_code})" in title]:
        found.append("the headline does not tell the exit code")
    cells = [cell for tag, cell in said if tag == "td"]
    if [cells[k] for k in range(0, len(cells), COLUMNS)] != [flat(one.target) for one in given.targets]:
        found.append("the table is not the targets")
    rest = " ".join(line for _, line in said)
    if not all(flat(text) in rest for text in [*view(given).reasons, *(one.error or "" for one in given.targets)]):
        found.append("a reason is not told")
    if len(text.encode()) > MAXIMUM:
        found.append("it is too long")
    return found


# --- every kind of report --------------------------------------------------------------------------------------


def test_it_says_what_the_report_says():
    wrong = {name: wrong_in_markdown(markdown.render(given), given) for name, given in REPORTS.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_same_report_gives_the_same_bytes():
    later = {n: given.model_copy(update={"timing": {"total": 99.5}}) for n, given in REPORTS.items()}
    assert {n: markdown.render(g) for n, g in later.items()} == {n: markdown.render(g) for n, g in REPORTS.items()}


def test_it_ends_in_one_newline():
    assert [n for n, given in REPORTS.items() if not markdown.render(given).endswith("\n")] == []
    assert [n for n, given in REPORTS.items() if markdown.render(given).endswith("\n\n")] == []


VERDICTS = {
    "right": "✓ verified (exit code 0)",
    "wrong": "✗ NOT VERIFIED (exit code 1)",
    "inconclusive": "? INCONCLUSIVE (exit code 3)",
    "could not run": "! COULD NOT RUN (exit code 2)",
    "interrupted": "- INTERRUPTED (exit code 130)",
}


def test_the_headline_is_the_verdict():
    found = {name: read(markdown.render(REPORTS[name]))[0] for name in VERDICTS}
    assert found == {name: ("h2", f"manual-backprop verify: {words}") for name, words in VERDICTS.items()}


# --- its parts -------------------------------------------------------------------------------------------------


def test_a_finding():
    lines = [line for _, line in read(markdown.render(REPORTS["wrong"]))]
    assert lines[lines.index("dW2 is wrong in backward") + 1 :] == [
        "where nets/mine.py, line 19",
        "cause MB101: is exactly the data term × 2 (the L2 term is right), on 3 of 3 probes",
        "should be dW2 = dZ2 A1ᵀ / m",
        "so wrong too dA1, dZ1",
        f"smallest {WRONG.smallest}",
        "reproduce manual-backprop replay K7Q2",
    ]
    assert f"- **smallest** `{WRONG.smallest}`" in markdown.render(REPORTS["wrong"])


def test_in_a_notebook_the_cell_is_told():
    assert "where nets/a b.ipynb, cell 14, line 19" in dict.fromkeys(
        line for _, line in read(markdown.render(REPORTS["a notebook"]))
    )


CELLS = [
    ("right", ["nets/mine.py", "✓ verified", "2", "22", "0"]),
    ("wrong", ["nets/mine.py", "✗ NOT VERIFIED", "4", "22", "1"]),
    ("a warning", ["package.module:backward", "✓ verified", "2", "22", "1 warning"]),
    ("two findings of one output", ["nets/mine.py", "✗ NOT VERIFIED", "1", "22", "2, 1 warning"]),
    ("could not run", ["gone.py", "! COULD NOT RUN", "0", "0", "0"]),
    ("inconclusive", ["unsure.py", "? INCONCLUSIVE", "1", "22", "0"]),
]


def test_the_row_of_a_target():
    found = [(name, [cell for tag, cell in read(markdown.render(REPORTS[name])) if tag == "td"]) for name, _ in CELLS]
    assert found == CELLS


def test_conventions_and_notes_are_told_once():
    text = markdown.render(REPORTS["right"])
    assert text.count("convention: λ/2 for λ/(2m)") == 1
    assert text.count("one column was nudged") == 1


# --- long reports ----------------------------------------------------------------------------------------------


def long(n, size):
    findings = [checked(f"dW{k}", "fail", finding(text="x" * size)) for k in range(n)]
    return report(target("fail", *findings))


@pytest.mark.parametrize(
    ("n", "size"), [pytest.param(2_000, 2_000, marks=SLOW), pytest.param(4_000, 1, marks=SLOW), (3, 2**20), (1, 2**21)]
)
def test_a_long_report_is_cut_between_findings(n, size):
    given = long(n, size)
    text = markdown.render(given)
    assert len(text.encode()) <= markdown.LIMIT + 100 < MAXIMUM
    whole = sum(tag == "h4" for tag, _ in read(text))
    assert text.endswith(f"**There is no room for the rest: {n - whole:,} finding{'s' * (n - whole > 1)} left out.**\n")
    assert text.count("**reproduce**") == whole < n
    assert text.count("✗ NOT VERIFIED") == 2  # the headline and the table are there all the same


def test_one_that_has_room_is_not_cut():
    text = markdown.render(long(400, 2_000))
    assert "left out" not in text
    assert text.count("**reproduce**") == 400


def test_what_is_long_in_other_places_is_cut_too():
    many = report(*(target("error", target=f"{k}.py", error="x" * 2_000) for k in range(2_000)))
    wide = report(target("error", error="ü" * 2**20))
    for given in (many, wide):
        assert len(markdown.render(given).encode()) <= markdown.LIMIT + 100
        assert "0 findings left out" in markdown.render(given)


# --- hostile texts ---------------------------------------------------------------------------------------------


def test_a_hostile_text_stays_text():
    for name, payload in HOSTILE.items():
        given = hostile(payload)
        said = legible(given)
        text = markdown.render(given)
        text.encode()
        assert not wrong_in_markdown(text, said), name
        lines = [line for _, line in read(text)]
        assert any(flat(said.targets[0].target) in line for line in lines), name


def test_escaped_and_code_show_what_was_given():
    for text, rendered in (
        (text, show(text))
        for payload in HOSTILE.values()
        for text in [payload.replace("\x00", "").encode(errors="replace").decode()]  # CommonMark replaces it itself
        for show in (escaped, code)
    ):
        tokens = PARSER.parse(f"- **x** {rendered}\n")
        assert {t.type for t in tokens} <= {
            "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close",
            "bullet_list_close",
        }  # fmt: skip
        (inline,) = [t for t in tokens if t.type == "inline"]
        assert shown(inline).removeprefix("x").strip(" `") == flat(text).strip(" `")


def test_a_cell_with_pipes_is_one_cell():
    tokens = PARSER.parse("\n".join([row(["a", "b"]), row([":--", "--:"]), row([escaped("x | y"), escaped("`|`")])]))
    assert [shown(t) for t in tokens if t.type == "inline"] == ["a", "b", "x | y", "`|`"]


def test_the_comparison_has_a_module_of_its_own():
    assert comparison_markdown.render is not markdown.render
    assert comparison_markdown.escaped is escaped


# --- the checks can fail ---------------------------------------------------------------------------------------


FAULTS = [
    ("wrong", "#### dW2", "#### dW3"),
    ("wrong", "#### dW2", "dW2"),
    ("wrong", "exit code 1", "exit code 0"),
    ("wrong", "| nets/mine.py |", "| other.py |"),
    ("wrong", "- **cause**", "- <b>cause</b>"),
    ("wrong", "- **cause**", "<p>cause</p>\n"),
    ("wrong", "- **cause**", "- [cause](x)"),
    ("wrong", "- **cause**", "```\n"),
    ("wrong", "- **cause**", "- *cause*"),
    ("could not run", "there is no such file", ""),
    ("reasons of its own", "an entry of the baseline expired", ""),
    ("right", "Profile", "Profile " + "x" * 2**20),
]


def test_a_planted_fault_is_found():
    missed = []
    for name, old, new in FAULTS:
        rendered = markdown.render(REPORTS[name])
        spoilt = rendered.replace(old, new)
        assert spoilt != rendered, (name, old)
        missed += [] if wrong_in_markdown(spoilt, REPORTS[name]) else [(name, old, new)]
    assert missed == []


def test_a_text_that_is_not_escaped_is_found(monkeypatch):
    monkeypatch.setattr(markdown, "escaped", lambda text: text)
    for text in ("a | b", "<b>x</b>", "`a`", "*a*", "[a](b)", "&lt;", "~~a~~", "a\n\n# b"):
        given = report(target("fail", checked("dW1", "fail", WRONG), checked("dA1", "warn", WARNING), target=text))
        assert wrong_in_markdown(markdown.render(given), given), text
