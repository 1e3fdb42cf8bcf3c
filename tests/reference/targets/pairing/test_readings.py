"""Readings of a stranger's arrays: what is given, and what is made of the gradients that come back."""

from __future__ import annotations

import numpy as np
import pytest

from reference.interface.outcome import Single
from reference.targets.pairing.readings import BIASES, LABELS, Reading, readings

RNG = np.random.RandomState(3)
DIMS, M = (4, 3, 2), 5
PARAMETERS = tuple((RNG.standard_normal((n, k)), RNG.standard_normal((n, 1))) for k, n in ((4, 3), (3, 2)))
CLASSES = np.array([0, 1, 1, 0, 1])
SINGLE = Single(RNG.standard_normal((4, M)), np.eye(2)[:, CLASSES], PARAMETERS, None, 0.0, 1.0)


def test_the_course_s_reading_changes_nothing():
    given = Reading().given(SINGLE)
    np.testing.assert_array_equal(given["X"], SINGLE.X)
    np.testing.assert_array_equal(given["Y"], SINGLE.Y)
    for l, (W, b) in enumerate(PARAMETERS, start=1):
        np.testing.assert_array_equal(given["parameters"][f"W{l}"], W)
        np.testing.assert_array_equal(given[f"W{l}"], W)
        np.testing.assert_array_equal(given[f"b{l}"], b)
    assert str(Reading()) == ""


def test_what_is_given_may_be_written_to():
    given = Reading(rows=True, turned=True, bias="row").given(SINGLE)
    before = SINGLE.X.copy(), PARAMETERS[0][0].copy()
    given["X"][:], given["parameters"]["W1"][:] = 0, 0
    np.testing.assert_array_equal(SINGLE.X, before[0])
    np.testing.assert_array_equal(PARAMETERS[0][0], before[1])


def test_every_reading_gives_gradients_of_its_own_shape_back_as_the_court_has_them():
    for reading in readings():
        for l, (W, b) in enumerate(PARAMETERS if reading.bias != "number" else [], start=1):
            for name, mine in ((f"dW{l}", W), (f"db{l}", b)):
                if name[1] == "b" and reading.bias == "none":
                    continue
                theirs = dict(zip("Wb", reading.layers([(W, b)])[0], strict=True))[name[1]]
                assert theirs.shape == reading.shape(name, DIMS, M)
                np.testing.assert_array_equal(reading.gradient(name, theirs, DIMS), mine)
        dZ = RNG.standard_normal((3, M))
        np.testing.assert_array_equal(reading.gradient("dZ1", dZ.T if reading.rows else dZ, DIMS), dZ)


def test_a_gradient_of_another_size_stays_as_it_is():
    assert Reading(bias="row").gradient("db1", np.ones((1, 7)), DIMS).shape == (1, 7)
    assert Reading().gradient("db1", np.ones(3), DIMS).shape == (3,)  # (n,) for (n, 1) is a mistake


def test_labels():
    given = {kind: Reading(labels=kind).Y(SINGLE.Y) for kind in LABELS if kind != "flat"}
    np.testing.assert_array_equal(given["integers"], CLASSES)
    np.testing.assert_array_equal(given["integer row"], CLASSES[None])
    np.testing.assert_array_equal(given["other axis"], SINGLE.Y.T)
    assert given["integers"].dtype.kind == "i"
    np.testing.assert_array_equal(Reading(labels="flat").Y(SINGLE.Y[:1]), SINGLE.Y[0])


@pytest.mark.parametrize("labels", ["integers", "integer row"])
def test_labels_that_are_no_classes_cannot_be_written_as_such(labels):
    with pytest.raises(ValueError, match="no classes"):
        Reading(labels=labels).Y(np.ones((2, M)))


def test_what_a_problem_cannot_be_written_in_is_refused():
    with pytest.raises(ValueError, match="no number"):
        Reading(bias="number").given(SINGLE)
    with pytest.raises(ValueError, match="not flat"):
        Reading(labels="flat").given(SINGLE)


def test_there_are_as_many_as_their_parts_make_and_the_course_s_is_the_first():
    found = list(readings())
    assert found[0] == Reading()
    assert len(set(found)) == len(found) == 4 * len(BIASES) * len(LABELS)
    assert all(reading.rows for reading in readings(rows=True))


def test_each_says_what_is_unlike_the_course_s():
    assert str(Reading(rows=True, turned=True, bias="row")) == "examples are rows"
    assert str(Reading(bias="none", labels="integers")) == "there are no biases, labels are integers"
