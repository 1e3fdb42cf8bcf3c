"""The figures: well-formed, named, of the page's own colours, the same bytes each time, and safe with any name."""

from __future__ import annotations

import functools
import re
import xml.etree.ElementTree as ET

import pytest

from reference.findings.codes import CODES
from reference.report.html import render_comparison, render_report
from reference.report.html import svg as svg_module
from reference.report.html.blocks import heat, is_wrong, scatter
from reference.report.html.graph import graph
from reference.report.html.matrices import accuracies, agreements, kills, prices
from reference.report.html.strips import curve, strips
from reference.report.html.svg import COLOURS, SVG, drawing, picture
from tests.reference.report import markup, models

PAIR = (models.standing("a/mine.py"), models.standing("theirs.ipynb", "fail"))
LABELS = {"a/mine.py": "mine.py", "theirs.ipynb": "theirs.ipynb"}

DRAWN = {
    "graph, wrong": lambda key: graph(models.evidence("dZ2"), key),
    "graph, right": lambda key: graph(models.evidence(), key),
    "heat map": lambda key: heat(models.block("dW2", 2.0), key),
    "heat map of a column": lambda key: heat(models.block("db1", -1.0), key),
    "scatter, wrong": lambda key: scatter(models.evidence("dW2"), key),
    "scatter, right": lambda key: scatter(models.evidence(), key),
    "strips": lambda key: strips(models.evidence("dW2"), key),
    "curve": lambda key: curve(models.curve(), key),
    "curve without a step": lambda key: curve(models.curve(chosen=None, reached=None), key),
    "agreement": lambda key: agreements([models.pair(*PAIR, "float64")], list(LABELS), LABELS, key),
    "distance": lambda key: accuracies(PAIR, LABELS, key),
    "price": lambda key: prices(models.comparison(*PAIR), LABELS, key),
    "kills": lambda key: kills(models.KILLS, key),
}


@functools.cache
def drawn(name):
    return DRAWN[name]("figure-1")


def everywhere(look):
    """What a look finds in each figure, by the figure's name."""
    return {name: found for name in DRAWN if (found := look(drawn(name)))}


def styles():
    from importlib.resources import files

    return (files("reference.report.html") / "templates" / "style.css").read_text(encoding="utf-8")


# --- faults of one figure -------------------------------------------------------------------------------------


def malformed(svg):
    try:
        return [] if ET.fromstring(svg).tag == f"{{{SVG}}}svg" else ["it is no svg"]
    except ET.ParseError as error:
        return [str(error)]


def unnamed(svg):
    root = ET.fromstring(svg)
    found = [] if root.get("role") == "img" else ["it has no role"]
    parts = {e.get("id"): e for e in root}
    tags = [parts[i].tag for i in (root.get("aria-labelledby") or "").split() if i in parts and parts[i].text]
    return found if tags == [f"{{{SVG}}}title", f"{{{SVG}}}desc"] else [*found, f"it is labelled by {tags}"]


def telling(svg):
    """What says when, by what or where it was made, and every address but the names of XML's vocabularies."""
    found = re.findall(r"<metadata|<!--|<\?xml|<!DOCTYPE|rdf:|dc:|[Mm]atplotlib|\b\d{4}-\d\d-\d\d", svg)
    without = re.sub(r'xmlns(:\w+)?="http://www\.w3\.org/[\w/]*"', "", svg)
    return found + re.findall(r"\w*://[^\s\"']*", without)


def left_over(svg):
    """Colours that the page's own were to take the place of: in attributes, where colours stand."""
    values = [value for element in ET.fromstring(svg).iter() for value in element.attrib.values()]
    return [colour for colour in COLOURS.values() if any(colour in value for value in values)]


def unknown_colours(svg):
    used = set(re.findall(r"var\(--([\w-]+)\)", svg))
    light, _, dark = styles().partition("@media (prefers-color-scheme: dark)")
    return sorted(name for name in used if f"--{name}:" not in light or f"--{name}:" not in dark)


def shown(svg):
    """Every text of the drawing itself."""
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter(f"{{{SVG}}}text")]


def misnamed(figure):
    said = {e.tag.rpartition("}")[2]: e.text for e in ET.fromstring(figure.svg)}
    right = {"title": figure.title, "desc": figure.text}.items() <= said.items() and figure.text.endswith(".")
    return [] if right else [f"it says {said}"]


def strayed(svg):
    """Identifiers that could be another figure's."""
    identifiers = [e.get("id", "figure-1-") for e in ET.fromstring(svg).iter()]
    return [name for name in identifiers if not name.startswith("figure-1-")]


def fixed(figure):
    """What keeps it from taking the room that it needs, and from scaling."""
    root = ET.fromstring(figure.svg)
    _, _, width, height = map(float, root.get("viewBox").split())
    right = root.get("width") is root.get("height") is None and figure.width == round(width * 4 / 3) and height > 0
    return [] if right else [root.attrib]


def raw(svg):
    """Mathtext is off, since names may hold a $: what Matplotlib writes in it by itself would stand there raw."""
    return [text for text in shown(svg) if "mathdefault" in text or "$" in text]


def test_every_figure_is_sound():
    for look in (malformed, unnamed, telling, left_over, unknown_colours, markup.confused_identifiers, strayed, raw):
        assert everywhere(lambda figure, look=look: look(figure.svg)) == {}, look.__name__
    assert everywhere(misnamed) == everywhere(fixed) == {}
    assert [name for name in DRAWN if "var(--" not in drawn(name).svg] == []
    assert [name for name in DRAWN if not shown(drawn(name).svg)] == []  # text is text, and not outlines


@pytest.mark.slow
def test_every_figure_is_the_same_bytes_each_time():
    assert [name for name in DRAWN if drawn(name) != DRAWN[name]("figure-1")] == []


def test_a_logarithmic_axis_with_ticks_of_its_own_is_noticed():
    with drawing(5, 4) as (made, axes):
        axes.loglog([1e-5, 1], [1e-3, 1])
        found = picture(made, "figure-1", "raw", "raw")
    assert any("mathdefault" in text for text in raw(found.svg))


# --- many figures in one page -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full():
    targets = [models.wrong(), models.right()]
    return render_report(models.report(*targets, kills=models.KILLS))


@pytest.mark.slow
def test_no_identifier_occurs_twice_in_a_page_of_many_figures(full):
    assert len(markup.parse(full).all("svg")) == 2 * 4 + 1 + 1  # graph, scatter, curve, strips; a heat map; kills
    assert markup.confused_identifiers(full) == []


# --- the checks can fail ----------------------------------------------------------------------------------------

WHOLE = drawn("curve").svg
PLANTED = {
    "a tag that is not closed": (malformed, WHOLE.replace("</svg>", "")),
    "a bare ampersand": (malformed, WHOLE.replace("</title>", " & more</title>")),
    "no role": (unnamed, WHOLE.replace('role="img"', "")),
    "no description": (unnamed, re.sub(r"<desc.*?</desc>", "", WHOLE)),
    "an empty title": (unnamed, re.sub(r"(<title[^>]*>).*?</title>", r"\1</title>", WHOLE)),
    "labelled by what is not there": (unnamed, WHOLE.replace('id="figure-1-text"', 'id="figure-1-other"')),
    "a date": (telling, WHOLE.replace("</desc>", " 2024-01-31T10:00</desc>")),
    "metadata": (telling, WHOLE.replace("</title>", "</title><metadata/>")),
    "an address": (telling, WHOLE.replace('href="#', 'href="https://example.org/#', 1)),
    "another vocabulary's address": (telling, WHOLE.replace("<svg", '<svg xmlns:x="https://example.org/x"', 1)),
    "a colour that was not replaced": (left_over, WHOLE.replace("var(--accent)", COLOURS["accent"], 1)),
    "a colour that the page has not": (unknown_colours, WHOLE.replace("var(--accent)", "var(--nothing)", 1)),
    "an identifier twice": (markup.confused_identifiers, WHOLE.replace("<defs>", '<defs id="figure-1-title">', 1)),
    "no such clip path": (markup.confused_identifiers, re.sub(r"url\(#[^)]+\)", "url(#gone)", WHOLE, count=1)),
    "no such shape": (markup.confused_identifiers, re.sub(r'href="#[^"]+"', 'href="#gone"', WHOLE, count=1)),
}  # fmt: skip


def test_a_faulty_figure_is_rejected():
    assert [what for what, (look, svg) in PLANTED.items() if svg == WHOLE or look(WHOLE) or not look(svg)] == []


def test_two_figures_of_one_key_are_noticed():
    one, other = (DRAWN["heat map"](key).svg for key in ("figure-1", "figure-2"))
    assert markup.confused_identifiers(f"<p>{one}{other}</p>") == []
    assert markup.confused_identifiers(f"<p>{one}{one}</p>") != []


def test_identifiers_drawn_at_random_are_noticed(monkeypatch):
    monkeypatch.setitem(svg_module.SETTINGS, "svg.hashsalt", None)
    assert DRAWN["curve"]("figure-1") != DRAWN["curve"]("figure-1")


# --- any name ---------------------------------------------------------------------------------------------------

NAMES = [
    "<b>bold</b>", "a & b", "\"double\" and 'single'", "]]>", "--><!--", "&amp;", "a%b", "50$", "$x$",
    "cost_$a$_$b$.py", r"$\frac$.py", r"\$", "run#000001.py", "Grüße-λ.py", "数.py", "--x", "url(#figure-1-title)",
]  # fmt: skip


def test_any_name_is_shown_as_it_is():
    """As a title, as a description, and as a label that Matplotlib sets."""
    for hostile in NAMES:
        with drawing(4.0, 2.0) as (figure, axes):
            axes.set_yticks([0], [hostile])
            axes.text(0.5, 0.5, hostile)
            found = picture(figure, "figure-1", hostile, f"{hostile}.")
        assert malformed(found.svg) == []
        assert unnamed(found.svg) == []
        root = ET.fromstring(found.svg)
        assert [e.text for e in root[:2]] == [hostile, f"{hostile}."]
        assert shown(found.svg).count(hostile) == 2
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {
            "svg",
            "title",
            "desc",
            "g",
            "defs",
            "path",
            "use",
            "text",
            "tspan",
            "style",
            "clipPath",
            "rect",
        }


@pytest.mark.slow
def test_any_targets_name_is_a_label_of_the_comparison():
    for hostile in ("<b> & 'c'.py", "$x$.py", r"$\frac$.py"):
        one, other = models.standing(hostile), models.standing("theirs.py")
        labels = {s.target: s.target for s in (one, other)}
        for found in (
            accuracies([one, other], labels, "figure-1"),
            agreements([models.pair(one, other, "float64")], list(labels), labels, "figure-2"),
            prices(models.comparison(one, other), labels, "figure-3"),
        ):
            assert malformed(found.svg) == []
            assert markup.confused_identifiers(found.svg) == []
            assert any(text.startswith(hostile) for text in shown(found.svg))


def test_text_that_is_not_escaped_is_noticed():
    spoilt = drawn("distance").svg.replace("mine.py", "<b>mine.py")
    assert malformed(spoilt) != []
    assert not any(text.startswith("mine.py") for text in shown(drawn("kills").svg))


def test_two_files_of_the_same_name_are_told_apart():
    """As the tables tell them apart."""
    page = render_comparison(models.comparison(models.standing("one/mine.py"), models.standing("two/mine.py")))
    (distance,) = (svg for svg in markup.parse(page).all("svg") if "Distance" in svg.children[0].text)
    labels = {e.text for e in distance.all("text") if "mine.py" in e.text}
    assert len(labels) == 4  # each in two precisions


def test_a_long_name_leaves_room_for_the_figures():
    """Nothing collapses: Matplotlib warns where it does, and a warning is an error here."""
    name = "a_long_name_of_a_notebook_" * 4 + ".ipynb"
    page = render_comparison(models.comparison(models.standing(name), models.standing("mine.py")))
    assert len(markup.parse(page).all("svg")) == 4


# --- extremes ---------------------------------------------------------------------------------------------------

NAN, INF = float("nan"), float("inf")


def changed(name, index, value):
    """A right block but for one entry."""
    block = models.block(name)
    got = [list(row) for row in block.got]
    got[index[0]][index[1]] = value
    return block.model_copy(update={"got": got})


@pytest.mark.slow
def test_an_entry_that_is_not_finite_is_wrong_and_is_drawn():
    for value in (NAN, INF, -INF, 1e308, 0.0):
        block = changed("dW2", (1, 1), value)
        assert is_wrong(block)
        found = heat(block, "figure-1")
        assert malformed(found.svg) == []
        assert found.text.startswith("1 of 15 entries are wrong")


def test_a_block_that_is_nan_throughout_is_drawn():
    found = heat(models.block("db2", NAN), "figure-1")
    assert found.text.startswith("5 of 5 entries are wrong")


def test_a_reference_that_is_zero_throughout_is_drawn():
    zero = [[0.0] for _ in range(5)]
    found = heat(models.block("db2", want=zero), "figure-1")
    assert found.text == "5 of 5 entries are wrong; the reference is zero there."


def test_what_is_drawn_where_no_cell_is_has_the_pages_ink():
    """In the dark, black on the page's own background cannot be read."""
    want = [[0.0, 1.0, 2.0, 3.0]] * 3
    found = heat(models.block("dW1", want=want, got=want), "figure-1")
    bare = [e for e in ET.fromstring(found.svg).iter(f"{{{SVG}}}text") if "".join(e.itertext()) == "0/0"]
    assert len(bare) == 3
    assert all("fill: var(--" in e.get("style", "") for e in bare)


def test_a_scatter_counts_the_entries_that_are_not_finite_as_wrong():
    blocks = [changed("dW2", (1, 1), NAN), models.block("db2")]
    assert scatter(models.evidence(blocks=blocks), "figure-1").text.startswith("19 of 20 entries lie on y = x")


def test_a_scatter_of_nothing_finite_is_drawn():
    found = scatter(models.evidence(blocks=[models.block("dW2", NAN)]), "figure-1")
    assert malformed(found.svg) == []


def test_a_dot_beyond_the_edges_is_drawn():
    for error in (INF, NAN, 0.0):
        spoilt = [dot.model_copy(update={"error": error}) for dot in models.dots()]
        assert malformed(strips(models.evidence(dots=spoilt), "figure-1").svg) == []


def test_a_dot_that_is_infinite_is_wrong():
    spoilt = [dot.model_copy(update={"error": INF}) for dot in models.dots() if dot.swept == "m"]
    assert "wrong at m = 1, 2, 21" in strips(models.evidence(dots=spoilt), "figure-1").text


def test_a_pair_that_agrees_in_every_bit_or_in_none_is_said_in_words():
    for differ in ({"difference": 0.0, "digits": INF}, {"difference": INF, "digits": 0.0}):
        pair = models.pair(*PAIR, "float64", agree=not differ["difference"], **differ)
        found = agreements([pair], list(LABELS), LABELS, "figure-1")
        assert not re.search(r"\b(inf|nan)\b", found.text), found.text


@pytest.mark.slow
def test_the_graph_says_what_it_shows():
    for wrong in ("dZ3", "dW2", "dA1", "db1", ""):
        text = graph(models.evidence(wrong), "figure-1").text
        statuses = {node.name: node.status for node in models.nodes(wrong)}
        says = {"right": "right", "wrong here": "wrong", "wrong downstream": "downstream"}
        told = {
            name: says[part.partition(": ")[0]]
            for part in text.rstrip(".").split("; ")
            for name in part.partition(": ")[2].split(", ")
        }
        assert told == statuses


def test_a_state_is_told_by_more_than_its_colour():
    svg = graph(models.evidence("dZ2"), "figure-1").svg
    for status, sign in {"right": "✓", "wrong": "✗", "downstream": "↓"}.items():
        signs = {text[0] for text in shown(svg) for node in models.nodes("dZ2")
                 if node.status == status and text.endswith(node.name)}  # fmt: skip
        assert signs == {sign}


def test_the_kill_matrix_counts_what_was_planted():
    assert drawn("kills").text == "4 of 5 planted mistakes were found; 1 survived."
    texts = shown(drawn("kills").svg)
    assert "0 of 1" in texts
    assert {f"{code}, {CODES[code]}" for code in ("MB101", "MB301", "MB303", "MB104")} <= {*texts}
    assert not any("MB102" in text for text in texts)  # equivalent: not planted
