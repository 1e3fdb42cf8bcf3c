"""What stands under a cell: a fragment that changes nothing around it, and fetches nothing."""

from __future__ import annotations

import re

from reference.report.html.cell import render_cell
from reference.report.models.verification import Target
from tests.folding import each
from tests.reference.report import models
from tests.reference.report.markup import parse

LINES = [f"line_{k} = {k} < 20 & 1" for k in range(1, 25)]
CELLS = {4: "\n".join(LINES)}
HOSTILE = "</style></pre></mark><script>alert(1)</script><img src=x onerror=alert(2)> & \"'"


def page_of(*targets: Target, cells: dict[int, str] = CELLS) -> str:
    return render_cell(models.report(*targets), cells)


def styles(page: str) -> str:
    return page.partition("<style>")[2].partition("</style>")[0]


def selectors(css: str) -> list[str]:
    """Those of every rule, within a condition or not."""
    css = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", r"\1", css)
    return [one.strip() for head in re.findall(r"([^{}]+)\{", css) for one in head.split(",")]


def test_the_line_stands_in_the_users_own_cell_with_those_around_it() -> None:
    page = parse(page_of(models.wrong()))
    (source,) = [pre for pre in page.all("pre") if "mb-source" in pre.attributes.get("class", "")]
    assert [line.split(maxsplit=1) for line in source.text.strip().splitlines()] == [
        [str(k), LINES[k - 1]] for k in range(17, 22)
    ]
    assert [mark.text for mark in page.all("mark")] == [LINES[18]]
    assert "In [4], line 19" in page.text


@each("cells", [{}, {4: "one line"}, {5: "\n" * 30}])
def test_a_line_that_is_not_there_is_not_shown(cells: dict[int, str]) -> None:
    page = parse(page_of(models.wrong(), cells=cells))
    assert page.all("mark") == []
    assert "In [4], line 19" in page.text


def test_cause_repair_picture_and_the_page_of_the_code() -> None:
    course, pair = page_of(models.wrong()), page_of(models.wrong_pair())
    for told in ("dW2 is wrong in backward", "MB101", "is exactly the data term × 2", "should be", "dims=1,1,1,1 m=1"):
        assert told in parse(course).text, told
    assert "dW2: where it is wrong" in parse(course).text
    assert [element.text for element in parse(pair).all("del", "ins")] == ["- dX = -dz @ W.T\n", "+ dX = dz @ W.T\n"]
    assert "dX[0, :, :]: where it is wrong" in parse(pair).text
    assert all("Why it hurts" in parse(page).text for page in (course, pair))
    assert "<svg" not in page_of(models.right()), "what is right is one line"


def test_what_is_right_is_one_line() -> None:
    text = parse(page_of(models.right())).text
    assert "✓ Verified backward: 224 cases, 100.0 % covered" in " ".join(text.split())
    assert parse(page_of(models.right())).all("section") == []


def test_the_styles_reach_nothing_but_the_fragment() -> None:
    css = styles(page_of(models.right()))
    assert len(selectors(css)) > 30
    assert [one for one in selectors(css) if ".manual-backprop" not in one] == []
    assert [one for one in selectors(css + "p { color: red }") if ".manual-backprop" not in one] == ["p"]


TAGS = ("script", "iframe", "object", "embed", "link", "base", "img", "form")


def loads(page: str) -> list[str]:
    """Whatever would be fetched or run."""
    tree = parse(page)
    found = [element.tag for element in tree.all(*TAGS)]
    found += [name for element in tree for name in element.attributes if name.startswith("on") or name == "src"]
    found += [at for element in tree for at in (element.attributes.get("href", "#"),) if not at.startswith("#")]
    return found + re.findall(r"url\((?!#)|@import", "".join(style.text for style in tree.all("style")))


def test_nothing_is_fetched_and_nothing_is_run() -> None:
    pages = [page_of(t) for t in (models.right(), models.wrong(), models.wrong_pair())]
    assert [loads(page) for page in pages] == [[], [], []]
    for fault in (
        "<script>",
        "<img src=x>",
        "<p onclick=a()>",
        "<style>a { background: url(x) }</style>",
        "<style>@import 'x'</style>",
        "<a href=x>",
    ):
        assert loads(fault), fault


def test_hostile_text_is_escaped_wherever_it_stands() -> None:
    found = models.finding(text=HOSTILE, suggestion=f"- {HOSTILE}\n+ {HOSTILE}", smallest=HOSTILE, replay=HOSTILE)
    row = models.row(HOSTILE, found, check=HOSTILE)
    target = models.wrong(checks=[row], notes=[HOSTILE], error=HOSTILE, drawn={HOSTILE: HOSTILE}, seen=[HOSTILE])
    page = page_of(target, cells={4: "\n".join([HOSTILE] * 24)})
    assert loads(page) == []
    assert page.count("&lt;script&gt;") > 8
    assert page.count("</style>") == 1


def test_figures_of_two_pages_do_not_share_a_name() -> None:
    one, other = page_of(models.wrong()), page_of(models.wrong_pair())
    names = [set(re.findall(r'\bid="([^"]+)"', page)) for page in (one, other)]
    assert all(names)
    assert not names[0] & names[1]
    assert page_of(models.wrong()) == one


def test_of_many_findings_the_first_are_shown_whole_and_the_rest_folded() -> None:
    rows = [models.row(f"dW{k}", models.finding()) for k in range(1, 10)]
    page = parse(page_of(models.wrong(checks=rows, evidence=[])))
    assert len(page.all("section")) == 9
    assert "3 more" in page.text
    assert sum(section.within("details") for section in page.all("section")) == 3
