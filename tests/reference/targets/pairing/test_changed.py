"""Is an array that a backward pass was handed another one afterwards? The same bits in another shape are another."""

from __future__ import annotations

import numpy as np
import pytest

from reference.targets.pairing.passes import _differ

NAN = np.array([[1.0, np.nan], [0.0, 2.0]])


@pytest.mark.parametrize("same", [NAN.copy(), NAN.T.copy().T, np.where(NAN == 0, -0.0, NAN)])
def test_what_is_equal_is_the_same(same):
    assert not _differ(NAN, same)


@pytest.mark.parametrize("other", [NAN.reshape(4), NAN.reshape(4, 1), NAN.view(np.int64), 2 * NAN, NAN[:1]])
def test_what_is_not_is_another(other):
    assert _differ(NAN, other)
