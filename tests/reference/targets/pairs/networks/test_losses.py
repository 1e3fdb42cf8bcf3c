"""Labels beside outputs, losses by name, and the factors that gradients have in common."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reference.targets.pairs.networks.factors import formulas_of
from reference.targets.pairs.networks.losses import LOSSES_BY_NAME, NoLabels, labels_beside


def test_whole_numbers_are_rows_or_columns_with_one_one():
    rows = labels_beside(np.zeros((2, 3)), np.array([2, 0]))
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert labels_beside(np.zeros((3, 2)), np.array([2, 0])).tolist() == rows.T.tolist()


def test_labels_that_would_be_broadcast_are_none():
    with pytest.raises(NoLabels):
        labels_beside(np.zeros((4, 3)), np.zeros((4, 2)))
    with pytest.raises(NoLabels):
        labels_beside(np.zeros((2, 3)), np.zeros((3, 2)))
    assert labels_beside(np.zeros((4, 1)), np.arange(4.0)).shape == (4, 1)


@pytest.mark.parametrize("name", LOSSES_BY_NAME)
def test_a_loss_is_a_sum_over_examples(name):
    rng = np.random.RandomState(0)
    output, labels = rng.uniform(0.1, 0.9, (4, 3)), np.eye(3)[[0, 2, 1, 1]]
    if name.endswith("columns"):
        output, labels = output.T, labels.T
    if "signs" in name or "hinge" in name:
        labels = 2 * labels - 1
    value = LOSSES_BY_NAME[name].value
    axis = 1 if name.endswith("columns") else 0
    parts = [value(np, o, y) for o, y in zip(*(np.split(a, 4, axis) for a in (output, labels)), strict=True)]
    assert value(np, output, labels) == pytest.approx(sum(parts))


def test_a_factor_is_a_simple_number_over_a_size():
    assert (Fraction(1), "first") in [tuple(f) for f in formulas_of(1 / 7, (7, 3))]
    assert (Fraction(2), "entries") in [tuple(f) for f in formulas_of(2 / 21, (7, 3))]
    assert formulas_of(np.pi / 10, (7, 3)) == []
