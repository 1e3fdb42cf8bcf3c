"""The pictures: as files and within the page, right about what they show, sound with any data."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from manual_backprop import training
from manual_backprop.datasets import DATASETS, Dataset
from reference.experiments import checking, checking_figures, curves, fields, planted, strips
from reference.experiments.plans import PLANS
from reference.experiments.runs import Source, layers, study
from reference.experiments.sketch import drawn
from reference.report.html.svg import COLOURS, SVG
from tests.reference.report import markup

SMALL = 60_000  # bytes of a PNG


@pytest.fixture(scope="session")
def sketches(trained):
    """Every kind of picture."""
    three, four, two = (trained(name, iterations=300) for name in PLANS)
    example = checking.example(checking.SEED)
    right = planted.gradients(planted.RIGHT, *example)
    made = [
        fields.points(three.data),
        fields.boundaries(three.outcomes, three.data, name="boundaries", title="Boundaries"),
        curves.costs(three.outcomes),
        curves.weights(three.outcomes),
        curves.costs(two.outcomes, logarithmic=True, name="logarithmic"),
        strips.strip(four),
        checking_figures.valley(checking.steps(example, right)),
        checking_figures.kinks(checking.crossings(example)),
    ]
    return {sketch.name: sketch for sketch in made}


NAMES = ("data", "boundaries", "costs", "weights", "logarithmic", "masks", "steps", "kinks")


@pytest.fixture(scope="session")
def pictures(sketches):
    return {name: drawn(sketch, f"figure-{name}") for name, sketch in sketches.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_a_png_and_an_svg(pictures, name):
    from PIL import Image

    files = pictures[name].files
    assert set(files) == {f"{name}.png", f"{name}.svg"}
    image = Image.open(io.BytesIO(files[f"{name}.png"]))
    assert image.format == "PNG"
    assert image.width > 500
    assert len(image.convert("RGB").getcolors(1 << 20)) > 4
    assert len(files[f"{name}.png"]) < SMALL
    root = ET.fromstring(files[f"{name}.svg"])
    _, _, width, height = map(float, root.get("viewBox").split())
    assert float(root.get("width")) / float(root.get("height")) == pytest.approx(width / height, rel=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_know_their_own_colours_and_the_page_those_of_the_page(pictures, name):
    file, inline = pictures[name].files[f"{name}.svg"].decode(), pictures[name].picture.svg
    assert "var(" not in file
    assert not any(colour in file for colour in COLOURS.values())
    assert 'fill="#ffffff"' in file
    assert "var(--ink)" in inline
    values = [value for element in ET.fromstring(inline).iter() for value in element.attrib.values()]
    assert not [v for v in values if any(colour in v for colour in COLOURS.values())]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_a_name_a_description_and_identifiers_of_its_own(pictures, name):
    found = pictures[name].picture
    assert markup.undescribed_figures(f"<figure>{found.svg}<figcaption>{found.text}</figcaption></figure>") == []
    assert markup.confused_identifiers(found.svg) == []
    assert found.text.endswith(".")
    texts = ["".join(e.itertext()) for e in ET.fromstring(found.svg).iter(f"{{{SVG}}}text")]
    assert texts
    assert not [t for t in texts if "$" in t or "mathdefault" in t]


@pytest.mark.parametrize("name", ["boundaries", "kinks"])
def test_a_picture_is_the_same_bytes_each_time(sketches, pictures, name):
    assert drawn(sketches[name], f"figure-{name}") == pictures[name]


# --- what they show ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_the_tint_is_the_network_s_answer(trained, variant):
    """Also from zeros, where A_L is ½ everywhere, and ½ is no 1."""
    found = trained("initialization", iterations=300)
    x1, x2 = fields._mesh(found.data)
    parameters = found.outcomes[variant].kept.parameters
    answers = training.predict(np.stack([x1.ravel(), x2.ravel()]), parameters).reshape(x1.shape) > 0.5
    assert np.array_equal(fields._answers(x1, x2, parameters) > 0, answers)
    assert answers.any() == (variant > 0)


@pytest.mark.parametrize("b", [-1e-16, 0.0, 1e-17, 1e-16, 2e-16, 3e-16, 1e-15, np.nan])
def test_half_is_no_one(b):
    x1, x2 = np.meshgrid([0.0, 1.0], [0.0, 1.0])
    parameters = [(np.zeros((1, 2)), np.array([[b]]))]
    answers = training.predict(np.zeros((2, 1)), parameters)[0, 0] > 0.5
    assert ((fields._answers(x1, x2, parameters) > 0) == answers).all()
    assert answers or b != 1e-15


def test_every_point_lies_within_the_picture(trained):
    found = trained("initialization", iterations=300)
    (low, high), X = fields._limits(found.data), np.hstack([found.data.train_X, found.data.test_X])
    assert (X.min(axis=1) > low).all()
    assert (X.max(axis=1) < high).all()


def test_l2_pushes_the_weights_down(trained):
    ends = {o.variant.name: np.linalg.norm(layers(o.kept.parameters)) for o in trained("regularization").outcomes}
    assert ends["L2"] < 0.5 * ends["none"]
    assert "L2: ‖W‖ from 5.01 to 4.9" in curves.weights(trained("regularization").outcomes).text


def test_a_cost_beyond_the_picture_is_said_in_it(pictures):
    texts = ["".join(e.itertext()) for e in ET.fromstring(pictures["costs"].picture.svg).iter(f"{{{SVG}}}text")]
    assert [t for t in texts if "up to" in t] == ["↑ up to 1,774"]


def test_of_very_many_points_some_are_drawn_and_it_says_so():
    X = np.random.RandomState(0).standard_normal((2, 50_001))
    made = drawn(fields.points(Dataset(X, (X[:1] > 0) * 1.0)), "figure-1")
    assert len(made.files["data.svg"]) < 1_000_000
    assert "of which 1,924 are drawn" in made.picture.text


def test_the_strip_counts_what_it_shows(trained):
    found = trained("regularization", iterations=300)
    fresh, course = (strips.shut_off(found, reseeded=r, iterations=60)[:, :, 0] for r in (False, True))
    text = strips.strip(found).text
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


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_data_are_drawn(silent, data):
    """Matplotlib warns where something collapses, and a warning is an error here."""
    plan = PLANS["initialization"]
    found = study(plan, Source(data, "", "odd"), silent, iterations=5, seed=3, course_seeds=False)
    for sketch in (
        fields.points(data),
        fields.boundaries(found.outcomes, data, name="boundaries", title="Boundaries"),
        curves.costs(found.outcomes),
        curves.weights(found.outcomes),
    ):
        ET.fromstring(drawn(sketch, "figure-1").picture.svg)
        assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan", "", sketch.text) or sketch.name == "costs"
