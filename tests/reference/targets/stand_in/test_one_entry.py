"""What NumPy made a number of before 2.4, and refuses since: an array of one entry with axes."""

from __future__ import annotations

import numpy as np
import pytest

from reference.pairs.judge import judge_pair
from reference.targets.stand_in.number_types import one_entry_types
from reference.targets.stand_in.plain import PlainKind
from tests.reference.pairs.in_process import pairs_of

TYPES = one_entry_types(PlainKind())
UNIT = """
import numpy as np

def unit_forward(x, b):
    # x: (N, D), b: (1, 1)
    return 3 * x + float(b), x.shape

def unit_backward(dout, cache):
    return 3 * dout, SUMMED
"""


@pytest.mark.parametrize(("name", "behind"), [("float", float), ("int", int)])
def test_they_are_the_types_behind_them_otherwise(name, behind):
    made = TYPES[name]
    assert made(np.full((1, 1, 1), 3.5)) == behind(3.5)
    assert type(made("7")) is behind
    assert made() == behind()
    assert isinstance(behind(2), made)
    assert not isinstance("2", made)
    assert np.zeros(2, dtype=made).dtype == np.arange(3.0).astype(made).dtype == np.dtype(behind)
    assert {behind: 1}[made] == 1
    with pytest.raises(TypeError, match="0-dimensional"):
        made(np.ones(2))


def test_whole_numbers_of_another_base_and_their_bytes():
    assert [TYPES["int"]("ff", 16), TYPES["int"]("11", base=2)] == [255, 3]
    assert TYPES["int"].from_bytes(b"\x01\x00", "big") == 256


def found_in(path, summed):
    path.write_text(UNIT.replace("SUMMED", summed), encoding="utf-8")
    (pair,) = pairs_of(path).values()
    return [f for row in judge_pair(pair, seed=0).rows for f in row.findings]


def test_it_is_said_at_its_line_and_accuses_nobody(tmp_path):
    (found,) = found_in(tmp_path / "right.py", "dout.sum(keepdims=True)")
    assert (found.code, found.severity, found.place.line) == ("MB701", "warning", 6)
    assert "float(…) is given an array of one entry" in found.text


def test_and_hides_no_mistake(tmp_path):
    wrong = found_in(tmp_path / "wrong.py", "dout.mean(keepdims=True)")
    assert ("MB102", "error") in {(f.code, f.severity) for f in wrong}
