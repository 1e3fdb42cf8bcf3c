"""What stands for an argument that is neither a number nor an array."""

from __future__ import annotations

import numpy as np
import pytest

from reference.interface.pair import Parameter
from reference.targets.pairs.objects.supplies import Initialiser, LayerBefore, Smooth, supplied
from reference.targets.stand_in.loading import kind_named

PLAIN = kind_named("plain")


@pytest.mark.parametrize(
    ("given", "shape"),
    [(((2, 3),), (2, 3)), ((2, 3), (2, 3)), (((4,), 0.1), (4,)), ((5,), (5,)), ((np.zeros((3, 2)),), (3, 2)),
     (([2, np.int64(3)],), (2, 3))],
)  # fmt: skip
def test_an_initialiser_makes_what_it_is_told(given: tuple, shape: tuple[int, ...]) -> None:
    maker = Initialiser(PLAIN)
    assert maker(*given).shape == shape
    assert maker.sample(*given).shape == shape
    assert not np.array_equal(maker(*given), maker(*given))
    assert np.array_equal(Initialiser(PLAIN)(*given), Initialiser(PLAIN).initialize(*given))


def test_by_its_name_or_by_what_it_is_asked_for() -> None:
    def of(name: str, **asked: object) -> object:
        return supplied(Parameter(name), PLAIN, {name: asked})

    assert isinstance(of("weight_init"), Initialiser)
    assert isinstance(of("scheme", attributes=["initialize"]), Initialiser)
    assert of("weight_init", texts=["he", "xavier"]) is None
    assert of("scheme", attributes=["initialize", "forward"]) is None
    assert of("scheme") is None
    assert isinstance(of("activation"), Smooth)


def test_a_layer_before_has_what_comes_out_of_it() -> None:
    before = LayerBefore((4, 7))
    assert (before.output_shape, before.out_shape, before.n_out, before.units) == ((4, 7), (4, 7), 7, 7)
    with pytest.raises(AttributeError):
        _ = before.forward
