"""Forward passes in a file of their own: the backward pass beside them is held to the one that is named like it."""

from __future__ import annotations

import numpy as np
import pytest

from reference.pairs.judge import judge_pair
from reference.targets.pairs.source.beside import imported_functions, with_forwards_beside
from reference.targets.reading.namespace import load
from reference.targets.reading.source import read
from tests.reference.pairs.in_process import pairs_of

FORWARD = """
import numpy as np

def bend_forward(x, slope=2.0):
    return np.tanh(slope * x)

def mix(image, filt):
    return image @ filt
"""
BACKWARD = """
import numpy as np

def bend_backward(dout, bend_in, slope):
    return dout * slope * (1 - np.tanh(slope * bend_in) ** 2)

def mix_backward(dout, image_in, filt):
    return LEFT, image_in.T @ dout
"""


def written(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder / "backward.py"


@pytest.mark.parametrize(("left", "severities"), [("dout @ filt.T", []), ("dout @ filt.T * 2", ["error"])])
def test_what_stands_beside_is_the_forward_pass(tmp_path, left, severities):
    path = written(tmp_path, forward=FORWARD, backward=BACKWARD.replace("LEFT", left))
    pairs = pairs_of(path)
    assert {name: pair.proposal.forward for name, pair in pairs.items()} == {
        "bend_backward": "bend_forward",
        "mix_backward": "mix",
    }
    found = {name: judge_pair(pair, seed=0) for name, pair in pairs.items()}
    assert [f for row in found["bend_backward"].rows for f in row.findings] == []
    assert [f.severity for row in found["mix_backward"].rows for f in row.findings] == severities


def test_one_that_is_imported_under_another_name_is_known(tmp_path):
    text = (
        "from forward import mix as blend_forward\n\ndef blend_backward(dout, image, filt):\n    return dout @ filt.T\n"
    )
    path = written(tmp_path, forward=FORWARD, backward=text)
    assert with_forwards_beside(path, read(path)) == read(path)
    assert [pair.proposal.forward for pair in pairs_of(path).values()] == ["blend_forward"]


def test_no_line_moves_and_nothing_is_added_without_need(tmp_path):
    path = written(tmp_path, forward=FORWARD, backward=BACKWARD.replace("LEFT", "dout @ filt.T"))
    (cell,) = with_forwards_beside(path, read(path))
    assert cell.text.startswith(read(path)[0].text.rstrip("\n"))
    assert cell.text.splitlines()[-2:] == ["from forward import bend_forward", "from forward import mix"]
    whole = written(tmp_path, backward=FORWARD + BACKWARD.replace("LEFT", "dout @ filt.T"))
    assert with_forwards_beside(whole, read(whole)) == read(whole)


def test_of_two_files_that_have_it_neither_is_taken(tmp_path):
    text = "def mix_backward(dout, image, filt):\n    return dout @ filt.T\n"
    path = written(tmp_path, one=FORWARD, another=FORWARD, backward=text)
    assert with_forwards_beside(path, read(path)) == read(path)
    (tmp_path / "one.py").rename(tmp_path / "forward.py")
    assert "from forward import mix" in with_forwards_beside(path, read(path))[0].text


def test_a_library_s_function_stands_beside_nothing(tmp_path):
    text = "from scipy.special import softmax\nfrom copy import deepcopy\nfrom forward import mix\n\n"
    text += "def softmax_backward(dout, x):\n    return dout\n"
    path = written(tmp_path, forward=FORWARD, backward=text)
    assert list(imported_functions(load(path, read(path), np))) == ["mix"]
    assert list(pairs_of(path)) == []


def test_a_file_that_does_not_parse_is_passed_over(tmp_path):
    path = written(tmp_path, forward=FORWARD, broken="def mix(:\n", backward=BACKWARD.replace("LEFT", "dout @ filt.T"))
    assert "from forward import mix" in with_forwards_beside(path, read(path))[0].text
