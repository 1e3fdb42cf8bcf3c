"""A case that begins with the name of no pair."""

from __future__ import annotations

import pytest

from reference.verification.no_such_pair import NoSuchPair


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scale_backwards x=2,3 w=3 seed=0", "'scale_backward', perhaps?"),
        ("other x=2 seed=0", "it has scale_backward, conv_backward"),
    ],
)
def test_the_nearest_is_named_or_all(line: str, said: str) -> None:
    error = NoSuchPair("layers.py", line, ["scale_backward", "conv_backward"])
    assert str(error) == f"--case {line.split()[0]}: no pair of layers.py is called so; {said}"
    assert "it has none" in str(NoSuchPair("layers.py", line, []))
