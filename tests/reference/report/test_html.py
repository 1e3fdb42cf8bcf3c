"""The page: self-contained, well-formed, safe with anything that a target brings, and readable without eyes."""

from __future__ import annotations

import functools
import importlib
import json
import re
import typing

import pytest

import reference.selftest.planting
from reference.__main__ import _code
from reference.findings.verdicts import EXIT_CODES
from reference.kept import files
from reference.report import comparison_text
from reference.report import json as json_report
from reference.report.html import SAYS, render_comparison, render_report
from reference.report.models.base import Model
from reference.report.models.comparison import Accuracy, Agreement, Comparison, Price, Standing
from reference.report.models.evidence import Curve, Dot, Evidence, GradientBlock, Kill, Node, Step
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.targets import resolve
from reference.targets.resolve import BUILT_IN
from tests.reference import mistakes
from tests.reference.report import markup, models
from tests.reference.report import test_browser as looks
from tests.reference.report.conftest import FILES
from tests.reference.report.markup import FAULTS, parse, words

browser, tab = looks.browser, looks.tab


def faults(page):
    return [fault for look in FAULTS for fault in look(page)]


@pytest.mark.slow
def test_every_page_is_sound(pages):
    assert {name: found for name, page in pages.items() if (found := faults(page))} == {}


@pytest.mark.slow
def test_pages_of_plain_models_are_sound_in_a_browser_too(tab, tmp_path):
    """The least of what ``test_browser`` does with those that a court has judged."""
    both = models.comparison(models.standing("mine.py"), models.standing("theirs.py", "fail"))
    full = models.report(models.wrong(), kills=models.KILLS)
    pair = models.report(models.wrong_pair())
    pages = {"report": render_report(full), "comparison": render_comparison(both), "pair": render_report(pair)}
    for name, page in pages.items():
        path = tmp_path / f"{name}.html"
        path.write_text(page, encoding="utf-8")
        assert faults(page) == []
        looks.opened(tab, path)
        assert looks.inaccessible(tab) == []
        assert looks.fetched(tab, path) == looks.complaints(tab) == looks.unseen(tab, ()) == []


# --- the looks can fail ---------------------------------------------------------------------------------------


@functools.cache
def sound() -> str:
    return render_report(models.report(models.right(evidence=[models.evidence(curve=None, dots=[])])))


def planted(before, after, count=1):
    assert before in sound(), before
    return sound().replace(before, after, count)


def in_the_body(what):
    return planted("<h2>How it was made</h2>", f"<h2>How it was made</h2>{what}")


def in_the_style(what):
    return planted("</style>", f"{what}</style>")


def first(pattern, after=""):
    found = re.search(pattern, sound(), flags=re.DOTALL)
    assert found, pattern
    return sound().replace(found[0], after, 1)


PLANTED = {
    "a picture from elsewhere": (markup.from_outside, in_the_body('<img alt="" src="https://example.org/x.png">')),
    "a picture beside the page": (markup.from_outside, in_the_body('<img alt="" src="x.png">')),
    "a script from elsewhere": (markup.from_outside, in_the_body('<script src="//example.org/x.js"></script>')),
    "an anchor that leaves": (markup.from_outside, in_the_body('<a href="https://example.org">x</a>')),
    "a style sheet": (markup.from_outside, planted("<title>", '<link rel="stylesheet" href="#x"><title>')),
    "a frame": (markup.from_outside, in_the_body("<iframe srcdoc='x'></iframe>")),
    "a refresh": (markup.from_outside, planted("<title>", '<meta http-equiv="Refresh" content="1"><title>')),
    "an import": (markup.from_outside, in_the_style('@import "x.css";')),
    "a font": (markup.from_outside, in_the_style("@font-face { src: url(https://example.org/x.woff2); }")),
    "a background": (markup.from_outside, in_the_style("body { background: URL( 'x.png' ); }")),
    "an escaped background": (markup.from_outside, in_the_style(r"body { background: \75rl(x.png); }")),
    "a background of one element": (markup.from_outside, planted("<footer", '<footer style="background:url(x.png)"')),
    "an image in an SVG": (markup.from_outside, planted("<defs>", '<image xlink:href="http://example.org/x"/><defs>')),
    "a call": (markup.from_outside, planted("</script>", "fetch('x')</script>")),
    "no policy": (markup.without_a_policy, first(r"<meta http-equiv=.*?>")),
    "a policy that comes late": (markup.without_a_policy, planted("<meta charset", "<style></style><meta charset")),
    "a policy that allows something": (markup.without_a_policy, planted("img-src data:", "img-src data: https:")),
    "a policy without a default": (markup.without_a_policy, planted("default-src 'none';", "")),
    "another script": (markup.scripted, in_the_body("<script>alert(1)</script>")),
    "a handler": (markup.scripted, in_the_body('<b onclick="alert(1)">x</b>')),
    "an address that runs": (markup.scripted, in_the_body('<a href="java\nscript:alert(1)">x</a>')),
    "an identifier twice": (markup.confused_identifiers, in_the_body('<b id="content">x</b>')),
    "a jump to nowhere": (markup.confused_identifiers, in_the_body('<a href="#nowhere">x</a>')),
    "a description that is nowhere": (markup.confused_identifiers, in_the_body('<b aria-describedby="no">x</b>')),
    "a button that copies nothing": (markup.confused_identifiers, planted('data-copies="command"', 'data-copies="x"')),
    "no caption of a figure": (markup.undescribed_figures, first("<figcaption>.*?</figcaption>")),
    "an empty caption of a figure": (
        markup.undescribed_figures, first("<figcaption>.*?</figcaption>", "<figcaption> </figcaption>")),
    "no title of a picture": (markup.undescribed_figures, first("<title id=.*?</title>")),
    "no description of a picture": (markup.undescribed_figures, first("<desc id=.*?</desc>", "<desc></desc>")),
    "a picture that is none": (markup.undescribed_figures, planted('role="img"', "")),
    "a picture in no figure": (markup.undescribed_figures, in_the_body("<svg></svg>")),
    "no caption of a table": (markup.unheaded_tables, first("<caption>.*?</caption>")),
    "an empty caption of a table": (markup.unheaded_tables, first("<caption>.*?</caption>", "<caption></caption>")),
    "no scope": (markup.unheaded_tables, planted('<th scope="row">', "<th>")),
    "a cell too many": (markup.unheaded_tables, planted("</td></tr>", "</td><td>x</td></tr>")),
    "two titles": (markup.wrongly_begun, in_the_body("<h1>x</h1>")),
    "no language": (markup.wrongly_begun, planted('<html lang="en">', "<html>")),
    "no encoding": (markup.wrongly_begun, planted('<meta charset="utf-8">', "")),
    "no width": (markup.wrongly_begun, planted('name="viewport"', 'name="another"')),
    "another kind of document": (markup.wrongly_begun, planted("<!doctype html>", "")),
    "a tag that is not closed": (markup.badly_nested, in_the_body("<b>x")),
    "a tag closed twice": (markup.badly_nested, in_the_body("<b>x</b></b>")),
}  # fmt: skip


def test_what_the_faults_are_planted_in_is_sound():
    assert faults(sound()) == []


@pytest.mark.slow
def test_a_faulty_page_is_rejected():
    assert [what for what, (look, page) in PLANTED.items() if look(page) == []] == []


def test_every_look_has_a_fault_that_it_rejects():
    assert {look for look, _ in PLANTED.values()} == set(FAULTS)


# --- anything that a target brings ----------------------------------------------------------------------------

PAYLOAD = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)></code></script></style></svg>--><!-- {{ 7*7 }} &lt;"
)
KEPT: dict[type[Model], set[str]] = {  # what has a meaning of its own
    Node: {"name", "status", "feeds"}, GradientBlock: {"name"}, Curve: {"name"}, Dot: {"swept"}, Evidence: {"case"},
    Kill: {"code"}, Finding: {"code", "severity", "certainty"}, CheckResult: {"verdict"}, Target: {"verdict"},
    Report: {"verdict"}, Comparison: {"verdict", "sizes"}, Standing: {"verdict", "target"},
    Accuracy: {"check", "output", "dtype"}, Agreement: {"first", "second", "dtype", "output"},
    Price: {"target", "size"}, Step: {"status"},
}  # fmt: skip


def hostile(value, annotation=None):
    """The same with the payload in place of every text, also of those that are left out."""
    if isinstance(value, Model):
        kept = KEPT.get(type(value), set())
        fields = {k: f.annotation for k, f in type(value).model_fields.items() if k not in kept}
        return value.model_copy(update={k: hostile(getattr(value, k), a) for k, a in fields.items()})
    if isinstance(value, str) or (value is None and str in typing.get_args(annotation)):
        return PAYLOAD
    if annotation == list[str]:
        return [PAYLOAD]
    if isinstance(value, list | tuple):
        return type(value)(hostile(v) for v in value)
    return value


def hostile_pages():
    name = "<script>alert(1)</script>.py"
    target = hostile(models.wrong(name, evidence=[models.evidence("dW2", dots=[], curve=None)]))
    standings = (models.standing(name, error="e"), hostile(models.standing("other.py", "fail", evidence=[])))
    pair = hostile(models.wrong_pair())
    mended = models.finding(suggestion=f"- {PAYLOAD}\n+ {PAYLOAD}", text=PAYLOAD)
    rows = [models.row(PAYLOAD, mended, check=PAYLOAD)]
    pair = pair.model_copy(update={"checks": [*pair.checks, *rows], "drawn": {PAYLOAD: PAYLOAD}})
    return {
        "report": render_report(hostile(models.report(target, kills=models.KILLS))),
        "pair": render_report(models.report(pair)),
        "comparison": render_comparison(hostile(models.comparison(*standings))),
    }


@pytest.fixture(scope="module")
def spoilt():
    return hostile_pages()


def broken_out(page):
    """Whatever the payload became beside text."""
    root = parse(page)
    found = [str(e) for e in root.all("img", "b")]
    found += [f"{len(root.all('script'))} scripts"] if len(root.all("script")) != 1 else []
    return found + markup.scripted(page) + markup.badly_nested(page) + markup.from_outside(page)


def test_hostile_texts_stay_texts(spoilt):
    for page in spoilt.values():
        assert broken_out(page) == []
        assert markup.confused_identifiers(page) == []
        assert "{{ 7*7 }}" in page
        assert parse(page).text.count(PAYLOAD) > 20


def test_every_part_of_a_finding_is_shown_as_it_is():
    """Each alone, so that none hides behind another."""
    for field in ("text", "suggestion", "smallest", "replay", "candidates", "upstream_of", "location"):
        said = hostile(models.finding())
        alone = models.finding().model_copy(update={field: getattr(said, field)})
        page = render_report(models.report(models.wrong(checks=[models.row("dW2", alone)], evidence=[])))
        assert broken_out(page) == []
        assert (PAYLOAD in parse(page).text) == (field != "candidates")


def test_text_that_is_not_escaped_is_noticed(spoilt):
    for page in spoilt.values():
        raw = page.replace("&lt;script&gt;", "<script>", 1)
        assert broken_out(raw) != []
        assert broken_out(page.replace("&lt;img", "<img", 1)) != []


@pytest.mark.slow
def test_a_file_with_a_hostile_name_and_a_hostile_line(tmp_path):
    """The whole way, from the file."""
    folder = tmp_path / "<script>alert(1)<"
    folder.mkdir()
    path = folder / "script>.py"  # "…/<script>alert(1)</script>.py"
    source = (FILES / "Regularization_export.py").read_text(encoding="utf-8")
    line = "dA2 = np.dot(W3.T, dZ3)"
    assert line in source
    path.write_text(source.replace(line, f"{line}  # </script><script>alert(2)</script>"), encoding="utf-8")
    opened = resolve(str(path))()
    try:
        drawn = importlib.import_module("reference.verification.evidence").gather(opened, ())
    finally:
        opened.close()
    page = render_report(models.report(models.right(str(path), evidence=drawn)))
    assert broken_out(page) == []
    assert "# </script><script>alert(2)</script>" in parse(page).text
    assert parse(page).all("h1")[0].text == str(path)


# --- what a page says -----------------------------------------------------------------------------------------


def captions(page):
    return [words(e.all("strong")[0]).rstrip(".") for e in parse(page).all("figcaption")]


@pytest.mark.slow
def test_a_wrong_page_says_what_is_wrong_where_and_how_to_see_it_again(pages, judged):
    page = words(parse(pages["wrong"]))
    (finding,) = (f for row in judged["wrong"].checks for f in row.findings)
    assert "✗ Not verified (exit code 1)" in page
    assert f"{finding.code}" in page
    assert finding.text in page
    assert "dropout_backward_unmasked.ipynb , cell 4, line 19" in page
    assert f"manual-backprop replay {finding.replay}" in page
    for node in judged["wrong"].evidence[0].nodes:
        assert node.source in page
        assert node.formula in page


@pytest.mark.slow
def test_a_wrong_page_has_every_picture(pages, judged):
    drawn = captions(pages["wrong"])
    wrong = [b.name for b in judged["wrong"].evidence[0].blocks if b.name in ("dW1", "db1", "dW2", "db2")]
    assert drawn == [
        "Backward graph of backward_propagation_with_dropout",
        *(f"{name}: where it is wrong" for name in wrong),
        "Yours against the reference",
        "Central differences over ε",
        "Error against keep_prob and m",
        "Kill matrix",
    ]


@pytest.mark.slow
def test_a_right_page_has_no_heat_map(pages):
    assert "✓ Verified (exit code 0)" in words(parse(pages["right"]))
    assert captions(pages["right"]) == [
        "Backward graph of backward_propagation_with_regularization",
        "Yours against the reference",
        "Central differences over ε",
        "Error against λ and m",
        "Kill matrix",
    ]


@pytest.mark.slow
def test_a_comparison_has_its_pictures_its_tables_and_the_evidence_of_who_is_wrong(pages):
    drawn = captions(pages["comparison"])
    assert drawn[:4] == [
        "Distance from the truth",
        "Agreement, in digits, float64",
        "Agreement, in digits, float32",
        "Price of a call",
    ]
    assert "Backward graph of backward_propagation_with_dropout" in drawn
    page = words(parse(pages["comparison"]))
    for name in ("manual_backprop", "assignment/mine.py", "dropout_backward_unmasked.ipynb"):
        assert name in page


@pytest.mark.slow
def test_a_page_is_the_same_bytes_each_time():
    given = models.report(models.wrong(evidence=[models.evidence("dW2", dots=[], curve=None)]))
    assert render_report(given) == render_report(given)


def test_an_error_without_bound_is_said_as_the_tables_say_it():
    lost = models.row("dW2", models.finding(code="MB401", got=float("nan")), worst_error=float("inf"))
    page = words(parse(render_report(models.report(models.wrong(checks=[lost], evidence=[])))))
    assert not re.search(r"\binf\b", page)
    assert "∞" in page


def test_a_pair_that_agrees_in_every_bit_is_said_as_the_tables_say_it():
    one, other = models.standing("one.py"), models.standing("two.py")
    pair = models.pair(one, other, "float64", difference=0.0, digits=float("inf"))
    page = words(
        parse(
            render_comparison(
                models.comparison(one, other, agreement=[pair], sizes={}, timing=models.Timing(total=1.0))
            )
        )
    )
    assert not re.search(r"\binf\b", page)
    assert " all " in page


# --- with little to show --------------------------------------------------------------------------------------

SPARSE = {
    "no target": models.report(),
    "an interrupted target": models.report(Target(target="t", verdict="interrupted", error="interrupted; so far:")),
    "an inconclusive target": models.report(Target(target="t", verdict="inconclusive", error="nothing was checked")),
    "a target that could not be opened": models.report(Target(target="t", verdict="error", error="MB901: ours")),
    "a right target without pictures": models.report(models.right(evidence=[])),
    "a check with one row": models.report(models.right(checks=[models.row("*")], evidence=[])),
    "a wrong target that raised": models.report(
        models.wrong(
            checks=[models.row("*", models.finding(code="MB701", location=None, index=None, got=None))], evidence=[]
        )
    ),
    "evidence of almost nothing": models.report(
        models.right(evidence=[models.evidence(blocks=[], dots=[], curve=None)])
    ),
    "three verdicts": models.report(
        Target(target="a", verdict="interrupted"),
        models.right("b", evidence=[]),
        Target(target="c", verdict="inconclusive"),
    ),
}


def test_a_report_with_little_to_show_is_a_page():
    for given in SPARSE.values():
        page = render_report(given)
        assert faults(page.replace("<h1></h1>", "<h1>-</h1>")) == []  # of no target there is no name
        said = words(parse(page))
        assert SAYS[given.verdict] in said
        assert f"exit code {EXIT_CODES[given.verdict]}" in said
        for target in given.targets:
            assert target.error is None or target.error in said


STANDINGS = {
    "one that could not be opened": models.standing("gone.py", "error", error="there is no such file", accuracy=[]),
    "one that exports nothing": models.standing("empty.py", "inconclusive", error="nothing to compare", accuracy=[]),
    "one that raised each time": models.standing("raises.py", "fail", accuracy=[], checks=[], evidence=[], failed=195),
}


@pytest.mark.slow
def test_a_comparison_with_one_that_gave_no_figures_is_a_page():
    for odd in STANDINGS.values():
        prices = [models.Price(target=odd.target, size="course", said="raised RuntimeError")]  # who answers is timed
        given = models.comparison(models.standing("right.py"), odd, agreement=[])
        timed = given.timing.model_copy(update={"prices": [*given.timing.prices, *(prices if odd.failed else [])]})
        page = render_comparison(given.model_copy(update={"timing": timed}))
        assert faults(page) == []
        assert odd.target in words(parse(page))


def test_a_comparison_with_one_that_raised_each_time_is_a_text():
    """The same as text: whatever is printed, the price table asks for its name."""
    odd = STANDINGS["one that raised each time"]
    given = models.comparison(models.standing("right.py"), odd)
    price = models.Price(target=odd.target, size="course", said="raised RuntimeError")
    timed = given.timing.model_copy(update={"prices": [*given.timing.prices, price]})
    assert "raises.py" in comparison_text.render(given.model_copy(update={"timing": timed}))


def test_a_comparison_of_nothing_is_a_page():
    nothing = STANDINGS["one that exports nothing"]
    page = render_comparison(models.comparison(nothing, sizes={}))
    assert faults(page) == []
    assert captions(page) == []


# --- the page alone -------------------------------------------------------------------------------------------

PICTURED = {"evidence", "kills", "command"}


def of_pictures(value):
    """Keys that are for the page, wherever they stand in JSON."""
    if isinstance(value, dict):
        return (PICTURED & value.keys()).union(*map(of_pictures, value.values()))
    if isinstance(value, list):
        return set().union(*map(of_pictures, value))
    return set()


def test_what_is_drawn_is_not_in_the_json():
    full = models.report(models.wrong(), kills=models.KILLS)
    bare = models.report(models.wrong(evidence=[]), command="")
    assert full.targets[0].evidence
    assert json_report.render(full) == json_report.render(bare)
    assert of_pictures(json.loads(json_report.render(full))) == set()
    compared = json_report.render(models.comparison(models.standing("a.py"), models.standing("b.py", "fail")))
    assert of_pictures(json.loads(compared)) == set()


def test_a_key_of_a_picture_is_noticed():
    for key in sorted(PICTURED):
        read = json.loads(json_report.render(models.report(models.wrong())))
        read["targets"][0]["checks"][0][key] = []
        assert of_pictures(read) == {key}


CASE = "dims=3,4,2 m=5 hidden=tanh lambd=0.7 keep_prob=0.6"


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """``verify`` with a wrong target, and how often mistakes were planted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "folder_of", lambda name, sources: tmp_path / name)  # nothing made up here is kept
    wrong = mistakes.implementation(mistakes.times("dW", lambda s: 2), name="wrong")
    monkeypatch.setitem(BUILT_IN, "wrong", lambda: wrong)
    planted = []

    def selftest(implementation):
        planted.append(implementation.name)
        return [*models.KILLS]

    monkeypatch.setattr(reference.selftest.planting, "selftest", selftest)
    return planted


@pytest.mark.slow
def test_verify_writes_a_page_and_the_json_is_the_same_with_it_or_without(asked, tmp_path, capsys):
    assert _code(["verify", "wrong", "--case", CASE, "--report", "json=alone.json"]) == 1
    assert asked == []
    capsys.readouterr()
    assert _code(["verify", "wrong", "--case", CASE, "--report", "html", "--report", "json=beside.json"]) == 1
    assert asked == ["manual_backprop"]  # none of the targets is right: ours it is
    page = capsys.readouterr().out
    assert captions(page)[0] == "Backward graph of backward"
    assert captions(page)[-1] == "Kill matrix"
    assert markup.from_outside(page) == markup.badly_nested(page) == markup.confused_identifiers(page) == []
    alone, beside = (json.loads((tmp_path / name).read_text()) for name in ("alone.json", "beside.json"))
    assert {**alone, "timing": {}} == {**beside, "timing": {}}
    assert of_pictures(beside) == set()
