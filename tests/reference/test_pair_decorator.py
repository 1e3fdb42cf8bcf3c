"""``@pair``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reference import pair
from reference.pair_decorator import MARK, Said


def test_it_changes_nothing_but_says_what_it_was_told() -> None:
    def back(d: float) -> float:
        return d

    def example(rng: object) -> tuple[int]:
        return (1,)

    @pair(backward=back, example=example, surrogate=True)
    def double(x: float) -> float:
        return 2 * x

    assert double(3) == 6
    assert getattr(double, MARK) == Said(None, "back", example, True)


def test_it_stands_on_classes_and_bare() -> None:
    @pair
    class Layer:
        pass

    @pair(forward="go", backward="come")
    class Other:
        pass

    assert getattr(Layer, MARK) == Said()
    assert getattr(Other, MARK) == Said("go", "come")


@pytest.mark.parametrize("wrong", [{"example": 3}, {"backward": 3}, {"forward": object()}])
def test_what_it_cannot_mean_is_refused(wrong: dict) -> None:
    with pytest.raises(TypeError):
        pair(**wrong)


def test_it_stands_on_what_can_be_called() -> None:
    with pytest.raises(TypeError):
        pair(backward="b")(3)


def test_it_imports_the_standard_library_alone() -> None:
    code = "import sys; before = set(sys.modules); from reference import pair; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = {name.partition(".")[0] for name in eval(done.stdout)}
    assert found - set(sys.stdlib_module_names) == {"reference"}
