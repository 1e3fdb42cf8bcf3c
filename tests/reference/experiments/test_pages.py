"""The pages: self-contained, sound, readable on a phone and in the dark, and true to what was trained."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest

from manual_backprop.datasets import Dataset
from reference.experiments import folder, gradient_checking
from reference.experiments.training_page import charts, cost_table, training_files
from reference.experiments.trainings import PLANS
from tests.reference.experiments.conftest import SilentDisplay, command_of, noise, performed
from tests.reference.report import test_browser as looks
from tests.reference.report.markup import FAULTS, parse
from tests.reference.report.markup import words as read

browser, tab = looks.browser, looks.tab

PICTURES = {
    "initialization": ["data", "costs", "boundaries", "weights"],
    "regularization": ["data", "costs", "boundaries", "weights", "masks", "two-ways", "two-ways-boundaries"],
    "optimization": ["data", "costs", "boundaries", "weights"],
    "gradient-checking": ["steps", "kinks"],
}
MORE = {
    "initialization": ["parameters-zeros.npz", "parameters-random.npz", "parameters-he.npz"],
    "regularization": [
        "parameters-none.npz", "parameters-l2.npz", "parameters-dropout.npz", "parameters-course-s-dropout.npz",
    ],
    "optimization": [
        "parameters-gradient-descent.npz", "parameters-momentum.npz", "parameters-rmsprop.npz", "parameters-adam.npz",
    ],
    "gradient-checking": ["planted.py", "fixed.py"],
}  # fmt: skip


@pytest.fixture(scope="session")
def pages(products):
    return {name: files[folder.INDEX].decode() for name, files in products.items()}


def page_of(experiment, command="command"):
    return training_files(experiment, command)[folder.INDEX].decode()


def faults(page):
    return [fault for look in FAULTS for fault in look(page)]


def test_the_pages_are_sound(pages):
    assert {name: found for name, page in pages.items() if (found := faults(page))} == {}


def test_every_file_is_there_and_listed(products):
    assert set(products) == set(PICTURES)
    for name, files in products.items():
        pictures = [f"{picture}.{form}" for picture in PICTURES[name] for form in ("png", "svg")]
        assert sorted(files) == sorted([*pictures, *MORE[name], folder.INDEX, folder.RESULTS])
        results = json.loads(files[folder.RESULTS])
        assert results["files"] == sorted(files)
        assert results["experiment"] == name


def test_the_page_shows_every_picture_with_a_paragraph_before_it(pages):
    for name, page in pages.items():
        root = parse(page)
        assert len(root.all("svg")) == len(PICTURES[name])
        for section in root.all("section"):
            paragraphs = [p for p in section.all("p") if "text" in p.attributes.get("class", "")]
            assert paragraphs, name
            assert all(len(p.text) > 40 for p in paragraphs), name


def test_the_parameters_that_are_kept_are_those_that_were_trained(products, trained):
    for name in PLANS:
        files, experiment = products[name], trained(name, iterations=120)
        results = json.loads(files[folder.RESULTS])
        for file, run, one in zip(MORE[name], results["runs"], experiment.trained, strict=True):
            held = np.load(io.BytesIO(files[file]))
            assert list(held) == ["W1", "b1", "W2", "b2", "W3", "b3"]
            kept = [θ for pair in one.parameters for θ in pair]
            assert all(np.array_equal(held[of], θ) for of, θ in zip(held, kept, strict=True))
            assert run["ending"] == "finished"
            assert run["iterations"] == results["iterations"] == 120
            assert run["costs"][0][0] == 0


def test_the_table_has_the_costs_as_they_were_printed(pages, products):
    runs = json.loads(products["initialization"][folder.RESULTS])["runs"]
    (table,) = parse(pages["initialization"]).all("table")
    rows = [[read(cell) for cell in row.children] for row in table.all("tr")]
    assert rows[0] == ["iteration", *(run["name"] for run in runs)]
    for row in rows[1:-2]:
        iteration = int(row[0].replace(",", ""))
        assert [float(cell) for cell in row[1:]] == pytest.approx(
            [dict(run["costs"])[iteration] for run in runs], rel=1e-9
        )
    assert rows[-2][0] == "right, train"
    assert rows[-1][1] == f"{100 * runs[0]['test_accuracy']:.4g} %"


def test_the_page_of_regularization_tells_the_two_dropouts_apart(pages):
    text = read(parse(pages["regularization"]))
    assert "one fixed sub-network for each example" in text
    assert "Both are called dropout with the same keep_prob" in text


def test_the_table_of_a_long_training_is_short(trained):
    found = trained("initialization", iterations=120)
    long_ = found._replace(
        iterations=1_000_000,
        trained=[one._replace(costs=[(i, 0.5) for i in range(0, 10**6, 1000)]) for one in found.trained],
    )
    assert 10 < len(cost_table(long_).rows) <= 22


@pytest.mark.slow
@pytest.mark.usefixtures("_undrawn")
@pytest.mark.parametrize(("course_seeds", "third"), [(False, "dropout"), (True, "course's dropout")])
def test_three_stand_side_by_side_and_the_other_dropout_apart(trained, course_seeds, third):
    found = trained("regularization", iterations=120, course_seeds=course_seeds)
    shown = {chart.name: chart for chart in charts(found)}
    for name in ("costs", "boundaries", "weights"):
        assert [part.partition(":")[0] for part in shown[name].text.split("; ")] == ["none", "L2", third]
    for name in ("two-ways", "two-ways-boundaries"):
        assert [part.partition(":")[0] for part in shown[name].text.split("; ")] == ["dropout", "course's dropout"]
    sections = {s.attributes["aria-label"]: s for s in parse(page_of(found)).all("section")}
    for heading in ("Costs", "What was learnt", "The weights"):
        assert len(sections[heading].all("svg")) == 1
    assert len(sections["Two ways to drop"].all("svg")) == 3


def test_the_page_of_gradient_checking_names_both_mistakes(pages):
    cards = [read(card) for card in parse(pages["gradient-checking"]).all("article")]
    assert len(cards) == 2
    for card, name, factor in zip(cards, ("dW2", "db1"), (2, 4), strict=True):
        assert name in card
        assert f"is exactly the gradient × {factor}" in card
        assert re.search(r"planted\.py , line \d+|planted\.py, line \d+", card)
    assert "0.2851" in read(parse(pages["gradient-checking"]))


# --- less than all ------------------------------------------------------------------------------------------------


class InterruptedAtThirty(SilentDisplay):
    def iterated(self, iteration, cost, accuracy):
        if (self.name, iteration) == ("random", 30):
            raise KeyboardInterrupt


@pytest.mark.usefixtures("_undrawn")
def test_what_was_interrupted_is_said_first_and_all_else_is_sound():
    page = page_of(performed("initialization", InterruptedAtThirty(), iterations=120))
    assert faults(page) == []
    head = read(parse(page).all("header")[0])
    assert "random was interrupted, and is shown as it was after" in head
    assert "of 120 steps, where its cost was lowest." in head
    assert "Not trained any more: he." in head


@pytest.mark.usefixtures("_undrawn")
def test_a_page_of_the_first_variant_alone_is_sound(trained):
    """Interrupted before any other: what the prose says of the others' figures is left out."""
    for name in PLANS:
        found = trained(name, iterations=120)
        page = page_of(found._replace(trained=found.trained[:1]))
        assert faults(page) == []
        assert f"Not trained any more: {', '.join(one.name for one in found.trained[1:])}." in read(parse(page))
        assert "at the start; from log 0" not in page


@pytest.mark.usefixtures("_undrawn")
def test_data_without_a_plane_are_not_drawn_and_it_says_so():
    X = noise(3, 20)
    data = Dataset(X, (X[:1] > 0) * 1.0)
    files = training_files(performed("regularization", data=data, iterations=20, course_seeds=True), "command")
    page = files[folder.INDEX].decode()
    assert faults(page) == []
    assert "3 features: there is no plane" in read(parse(page))
    assert not [name for name in files if "boundaries" in name or "data" in name]
    assert "right, test" not in page


@pytest.mark.usefixtures("_undrawn")
def test_a_name_that_is_markup_or_no_text_is_shown_as_it_is(trained):
    found = trained("initialization", iterations=120)
    odd = found._replace(source="<b>&\udcff.npz")
    page = page_of(odd, "manual-backprop experiment initialization --data '<b>&\udcff.npz'")
    assert faults(page) == []
    assert "Data: <b>&?.npz." in read(parse(page))


def test_gradient_checking_that_was_interrupted_before_a_verdict_is_a_page(undrawn_products, briefly, monkeypatch):
    briefly(monkeypatch, report=lambda stream: {})
    files, interrupted = gradient_checking.check_gradients(None, "command", io.StringIO())
    assert interrupted
    page = files[folder.INDEX].decode()
    assert faults(page) == []
    assert "Interrupted" in read(parse(page).all("header")[0])
    assert read(parse(page)).count("not judged") == 2
    whole = undrawn_products["gradient-checking"][folder.INDEX].decode()
    assert "Interrupted" not in read(parse(whole).all("header")[0])


def test_the_command_line_is_what_the_page_says_that_it_was(pages):
    for name, page in pages.items():
        (command,) = (e for e in parse(page).all("code") if e.attributes.get("id") == "command")
        assert read(command) == command_of(name)


# --- in a browser -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened_pages(whole_products, tmp_path_factory):
    place = tmp_path_factory.mktemp("experiments")
    for name, files in whole_products.items():
        (place / f"{name}.html").write_bytes(files[folder.INDEX])
    return {name: place / f"{name}.html" for name in whole_products}


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_the_page_asks_for_nothing_and_nothing_is_complained_of(tab, opened_pages, name):
    looks.opened(tab, opened_pages[name])
    assert looks.fetched(tab, opened_pages[name]) == []
    assert looks.complaints(tab) == []
    assert looks.unseen(tab, ()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_on_a_phone_nothing_but_scroll_regions_scrolls_sideways(tab, opened_pages, name):
    assert looks.sideways(tab, opened_pages[name]) == []


@pytest.mark.slow
def test_anyone_can_read_it_in_the_light_and_in_the_dark(tab, opened_pages):
    shown = ("h1", "h2", "p.text", "li", "figcaption", "caption", "th", "td", "footer p", "button")
    for name, path in opened_pages.items():
        assert looks.unreadable(tab, path, shown) == [], name


@pytest.mark.slow
def test_a_page_that_is_too_wide_is_noticed(tab, opened_pages, tmp_path):
    page = opened_pages["initialization"].read_text("utf-8")
    spoilt = tmp_path / "wide.html"
    spoilt.write_text(page.replace("<footer>", '<div style="width: 800px">wide</div><footer>'), encoding="utf-8")
    assert looks.sideways(tab, spoilt) != []
