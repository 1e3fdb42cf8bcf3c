"""Which files are the course's alone, by their words: those for which nobody waits for JAX."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.targets.by_its_words import is_of_the_course_alone

COURSE = Path(__file__).parents[1] / "course_files"
BACKWARD = "def backward_propagation(X, Y, cache):\n    return {}\n"


def written(folder, text, name="a.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ["week1_all_three.ipynb"])
def test_the_course_s_own_are(name):
    assert is_of_the_course_alone(str(COURSE / name))


def test_a_function_of_one_is(tmp_path):
    assert is_of_the_course_alone(written(tmp_path, BACKWARD) + "::backward_propagation")


@pytest.mark.parametrize(
    "more",
    [
        "def relu_backward(dA, Z):\n    return dA\n",
        "class Dense:\n    pass\n",
        "def softmax_loss(x, y):\n    return x\n",
    ],
)
def test_one_that_has_more_to_judge_is_not(tmp_path, more):
    assert not is_of_the_course_alone(written(tmp_path, BACKWARD + more))


def test_nothing_of_the_course_is_not(tmp_path):
    assert not is_of_the_course_alone(written(tmp_path, "x = 1\n"))
    assert not is_of_the_course_alone(str(tmp_path / "nothing.py"))
    assert not is_of_the_course_alone(str(tmp_path))
    assert not is_of_the_course_alone("a\0b.py")
