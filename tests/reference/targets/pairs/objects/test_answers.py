"""What was returned has a name of its own each, for a report has one row for each name."""

from __future__ import annotations

import numpy as np
import pytest

from reference.targets.pairs.objects.answers import flat
from reference.targets.stand_in.loading import kind_named

ONE, TWO = np.ones(2), np.ones(3)


@pytest.mark.parametrize(
    ("value", "names", "wanted"),
    [((ONE, TWO), ("", ""), ["answer[0]", "answer[1]"]), ((ONE, TWO), ("dx", ""), ["dx", "answer"]),
     ((ONE, TWO), ("dx", "dy"), ["dx", "dy"]), ([ONE, TWO], (), ["answer[0]", "answer[1]"]), ([ONE], (), ["answer"])],
)  # fmt: skip
def test_what_has_no_name_is_told_apart_by_its_place(value: object, names: tuple[str, ...], wanted: list[str]) -> None:
    assert [path[1] for path, _ in flat(value, ("returned",), kind_named("plain"), names)] == wanted
