"""The pictures: as files and within the page, right about what they show, sound with any data."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from manual_backprop import training
from manual_backprop.datasets import DATASETS, Dataset
from reference.experiments import curves, decision_regions, dropout_masks
from reference.experiments.chart import render
from reference.experiments.kinks import kinks_over_steps
from reference.experiments.step_sizes import differences_over_steps
from reference.experiments.trainings import PLANS
from reference.report.html.svg import COLOURS, SVG
from tests.reference.experiments.conftest import performed
from tests.reference.report import markup

SMALL = 60_000  # bytes of a PNG


@pytest.fixture(scope="session")
def charts(trained, steps, crossings):
    """Every kind of picture."""
    three, four, two = (trained(name, iterations=300) for name in PLANS)
    made = [
        decision_regions.points(three.data),
        decision_regions.boundaries(three.trained, three.data, name="boundaries", title="Boundaries"),
        curves.costs(three.trained),
        curves.weights(three.trained),
        curves.costs(two.trained, logarithmic=True, name="logarithmic"),
        dropout_masks.neurons_shut_off(four),
        differences_over_steps(steps),
        kinks_over_steps(crossings),
    ]
    return {chart.name: chart for chart in made}


NAMES = {"data", "boundaries", "costs", "weights", "logarithmic", "masks", "steps", "kinks"}


@pytest.fixture(scope="session", params=["briefly", pytest.param("whole", marks=pytest.mark.slow)])
def pictures(request, charts):
    """Every chart for the page and as an SVG file; the PNG of one chart, or of each."""
    assert set(charts) == NAMES
    if request.param == "whole":
        return {name: render(chart) for name, chart in charts.items()}
    found = {"data": render(charts["data"])}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reference.experiments.chart._png", lambda figure: found["data"][1]["data.png"])
        for name in NAMES - {"data", "logarithmic"}:
            found[name] = render(charts[name])
    return found


def test_a_picture_is_a_png_and_an_svg(pictures):
    from PIL import Image

    for name, (_, files) in pictures.items():
        assert set(files) == {f"{name}.png", f"{name}.svg"}
        image = Image.open(io.BytesIO(files[f"{name}.png"]))
        assert image.format == "PNG", name
        assert image.width > 500, name
        assert len(image.convert("RGB").getcolors(1 << 20)) > 4, name
        assert len(files[f"{name}.png"]) < SMALL, name
        root = ET.fromstring(files[f"{name}.svg"])
        _, _, width, height = map(float, root.get("viewBox").split())
        assert float(root.get("width")) / float(root.get("height")) == pytest.approx(width / height, rel=0.01), name


def test_the_files_know_their_own_colours_and_the_page_those_of_the_page(pictures):
    for name, (inline, files) in pictures.items():
        file = files[f"{name}.svg"].decode()
        assert "var(" not in file, name
        assert not any(colour in file for colour in COLOURS.values()), name
        assert 'fill="#ffffff"' in file, name
        assert "var(--ink)" in inline.svg, name
        values = [value for element in ET.fromstring(inline.svg).iter() for value in element.attrib.values()]
        assert not [v for v in values if any(colour in v for colour in COLOURS.values())], name


@pytest.mark.slow
def test_a_picture_has_a_name_a_description_and_identifiers_of_its_own(pictures):
    for name, (inline, _) in pictures.items():
        figure = f"<figure>{inline.svg}<figcaption>{inline.text}</figcaption></figure>"
        assert markup.undescribed_figures(figure) == [], name
        assert markup.confused_identifiers(inline.svg) == [], name
        assert inline.text.endswith("."), name
        texts = ["".join(e.itertext()) for e in ET.fromstring(inline.svg).iter(f"{{{SVG}}}text")]
        assert texts, name
        assert not [t for t in texts if "$" in t or "mathdefault" in t], name


def test_a_picture_is_the_same_bytes_each_time(charts, pictures):
    assert render(charts["data"]) == pictures["data"]


@pytest.mark.slow
def test_those_of_regions_and_kinks_are_too(charts):
    for name in ("boundaries", "kinks"):
        assert render(charts[name]) == render(charts[name]), name


# --- what they show ---------------------------------------------------------------------------------------------


def test_the_tint_is_the_network_s_answer(trained):
    """Also from zeros, where A_L is ½ everywhere, and ½ is no 1."""
    found = trained("initialization", iterations=300)
    x1, x2 = decision_regions.mesh(found.data)
    for one in found.trained:
        answers = training.predict(np.stack([x1.ravel(), x2.ravel()]), one.parameters).reshape(x1.shape) > 0.5
        assert np.array_equal(decision_regions.answers(x1, x2, one.parameters) > 0, answers), one.name
        assert answers.any() == (one.name != "zeros")


def test_half_is_no_one():
    x1, x2 = np.meshgrid([0.0, 1.0], [0.0, 1.0])
    for b in (-1e-16, 0.0, 1e-17, 1e-16, 2e-16, 3e-16, 1e-15, np.nan):
        parameters = [(np.zeros((1, 2)), np.array([[b]]))]
        answers = training.predict(np.zeros((2, 1)), parameters)[0, 0] > 0.5
        assert ((decision_regions.answers(x1, x2, parameters) > 0) == answers).all(), b
        assert answers or b != 1e-15


def test_every_point_lies_within_the_picture(trained):
    found = trained("initialization", iterations=300)
    (low, high), X = decision_regions.limits(found.data), np.hstack([found.data.train_X, found.data.test_X])
    assert (X.min(axis=1) > low).all()
    assert (X.max(axis=1) < high).all()


@pytest.mark.parametrize(
    ("iterations", "share", "text"),
    [
        (1000, 0.95, "L2: ‖W‖ from 5.01 to 5."),
        pytest.param(None, 0.5, "L2: ‖W‖ from 5.01 to 4.9", marks=pytest.mark.slow),
    ],
)
def test_l2_pushes_the_weights_down(trained, iterations, share, text):
    found = trained("regularization", iterations=iterations).trained
    ends = {one.name: np.linalg.norm(one.weights[1]) for one in found}
    assert ends["L2"] < share * ends["none"]
    assert text in curves.weights(found).text


def test_a_cost_beyond_the_picture_is_said_in_it(pictures):
    texts = ["".join(e.itertext()) for e in ET.fromstring(pictures["costs"][0].svg).iter(f"{{{SVG}}}text")]
    assert [t for t in texts if "up to" in t] == ["↑ up to 1,774"]


def test_of_very_many_points_some_are_drawn_and_it_says_so():
    X = np.random.RandomState(0).standard_normal((2, 50_001))
    inline, files = render(decision_regions.points(Dataset(X, (X[:1] > 0) * 1.0)))
    assert len(files["data.svg"]) < 1_000_000
    assert "of which 1,924 are drawn" in inline.text


def test_the_chart_of_masks_counts_what_it_shows(trained):
    found = trained("regularization", iterations=300)
    fresh, course = (dropout_masks.shut_off(found, reseeded=r, iterations=60)[:, :, 0] for r in (False, True))
    text = dropout_masks.neurons_shut_off(found).text
    assert f"{fresh.any(axis=0).sum()} of 23 neurons" in text
    assert f"the same {course[0].sum()} always are" in text


# --- any data ---------------------------------------------------------------------------------------------------

rng = np.random.RandomState(0)
ODD = {
    "one point": Dataset(np.ones((2, 1)), np.ones((1, 1))),
    "one place": Dataset(np.zeros((2, 5)), np.array([[0.0, 1, 1, 0, 1]])),
    "one class": Dataset(rng.standard_normal((2, 9)), np.zeros((1, 9))),
    "no test set": Dataset(*DATASETS["moons"]()[:2]),
    "very wide": Dataset(rng.standard_normal((2, 30)) * [[1e3], [1e-3]], (rng.random_sample((1, 30)) < 0.5) * 1.0),
    "far too large": Dataset(rng.standard_normal((2, 9)) * 1e99, (rng.random_sample((1, 9)) < 0.5) * 1.0),
    "many points": Dataset(rng.standard_normal((2, 3000)), (rng.random_sample((1, 3000)) < 0.5) * 1.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ODD)
def test_odd_data_are_drawn(kind):
    """Matplotlib warns where something collapses, and a warning is an error here."""
    data = ODD[kind]
    found = performed("initialization", data=data, iterations=5)
    for chart in (
        decision_regions.points(data),
        decision_regions.boundaries(found.trained, data, name="boundaries", title="Boundaries"),
        curves.costs(found.trained),
        curves.weights(found.trained),
    ):
        ET.fromstring(render(chart)[0].svg)
        assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan", "", chart.text) or chart.name == "costs"


def test_data_in_one_place_are_drawn():
    data = ODD["one place"]
    found = performed("initialization", data=data, iterations=5)
    ET.fromstring(render(decision_regions.boundaries(found.trained[:1], data))[0].svg)
