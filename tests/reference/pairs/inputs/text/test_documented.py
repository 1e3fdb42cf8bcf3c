"""Shapes as people write them."""

from __future__ import annotations

import pytest

from reference.pairs.inputs.spec import ValueLaw
from reference.pairs.inputs.text.documented import described
from reference.pairs.inputs.text.laws_in_words import says_positive

WRITTEN = [
    ("x - Data of shape (N, D)", ("N", "D")),
    ("- x: Data, a batch of shape (N, C, H, W)", ("N", "C", "H", "W")),
    ("x -- what comes in, numpy array of shape (n_x, m)", ("n_x", "m")),
    (":param x: (N, T, D) array of sequences", ("N", "T", "D")),
    ("@param x matrix of size N x D", ("N", "D")),
    ("x : ndarray, shape (n_samples, n_features)\n    The samples.", ("n_samples", "n_features")),
    ("x : array_like\n    Values, shape = [batch_size, seq_len].", ("batch_size", "seq_len")),
    ("x (np.ndarray): an N x D matrix", ("N", "D")),
    ("x: [N, C, H, W]", ("N", "C", "H", "W")),
    ("x: n-by-m matrix of values", ("n", "m")),
    ("x: shape (batch size, number of features)", ("batch_size", "number_features")),
    ("x -- activations: (size of previous layer, number of examples)", ("size_previous_layer", "number_examples")),
    ("x: (4H,) biases", ("4*H",)),
    ("x: shape (D, 4*H)", ("D", "4*H")),
    ("x: vector of length D", ("D",)),
    ("x: a (1, m) row", (1, "m")),
    ("The input x has shape (N, D) and is normalised.", ("N", "D")),
    ("x.shape = (N, M)", ("N", "M")),
    ("x: (n*(k+1),)", ("n*(k+1)",)),
    ("x: input of shape (N, d_1, ..., d_k) with D = d_1 * ... * d_k", ("N", "d_1", "d_k")),
    ("`x`: N×D", ("N", "D")),
    ("* x : Data (N, D)", ("N", "D")),
    ("x (N, D): data", ("N", "D")),
    ("x: values of any shape", ("any_1", "any_2")),
    ("x: a float matrix of shape (c by p)", ("c", "p")),
    ("x: a vector of length  p. Here p counts features", ("p",)),
    ("x: marginal, size [*,m], where * are batch dimensions", ("batch", "m")),
]


def test_a_list_of_arrays_has_a_shape_each_and_none_of_its_own() -> None:
    text = "inputs: [what comes in, an array of shape (batch, ins),\n    the state, an array of shape (batch, units)]"
    for texts in ([text], [text, "inputs: array of shape (batch, ins)"]):
        said = described(texts, ["inputs"])["inputs"]
        assert (said.dims, said.listed) == (None, (("batch", "ins"), ("batch", "units")))
    assert described(["x: [N, D] of shape (N, D)"], ["x"])["x"].listed == ()


@pytest.mark.parametrize(("text", "dims"), WRITTEN)
def test_a_shape_is_read_however_it_is_written(text: str, dims: tuple) -> None:
    assert described([text], ["x", "y"])["x"].dims == dims


NO_SHAPE = [
    "x: the pair (a, b)",
    "x (float): a rate",
    "cache: tuple of (x, w, b)",
    "x: see (1) and (2)",
    "x (optional): data",
    "x: what is learned, a vector (W1, W2, b1, b2)",
    "x: the activation that is wanted (called in the notes by the letter p)",
    "x: of length a given by the caller",
    "x: what is fitted (plain descent by default, Adam if one is given)",
]


@pytest.mark.parametrize("text", NO_SHAPE)
def test_a_bracket_that_is_no_shape_is_none(text: str) -> None:
    found = described([text], ["x", "w", "b", "a", "cache"])
    assert all(said.dims is None for said in found.values())


ENTRIES = [
    ("y: labels of shape (N,), y[i] is in range(C)", ValueLaw.LABELS, "C"),
    ("y: shape (N,), 0 <= y[i] < C", ValueLaw.LABELS, "C"),
    ("y: (N,) where 0 ≤ y[i] < K", ValueLaw.LABELS, "K"),
    ("y: class indices, shape (N,)", ValueLaw.LABELS, ""),
    ("y: one-hot, shape (N, C)", ValueLaw.ONE_HOT, ""),
    ("y -- true label (1 if cat, 0 if non-cat), of shape (1, m)", ValueLaw.BITS, ""),
    ("y: (movies, users), 1 where there is a rating and 0 elsewhere", ValueLaw.BITS, ""),
    ("y: (N,) of -1 or 1", ValueLaw.SIGNS, ""),
    ("y: targets in {-1, 1}, shape (N,)", ValueLaw.SIGNS, ""),
    ("y: probabilities of shape (N, C)", ValueLaw.ROWS, ""),
    ("y: scores of shape (N, C)", ValueLaw.NORMAL, ""),
    ("y: (N,) data", None, ""),
    ("y: pixels in [0, 1], shape (N, C)", ValueLaw.UNIT, ""),
    ("y: targets in [0, 1], shape (N, C)", ValueLaw.BITS, ""),
]


@pytest.mark.parametrize(("text", "law", "below"), ENTRIES)
def test_what_entries_are_is_read(text: str, law: ValueLaw | None, below: str) -> None:
    said = described([text], ["x", "y"])["y"].entries
    assert (said.law, said.below) == (law, below)


def test_what_is_said_of_the_next_argument_on_a_line_is_not_said_of_this_one() -> None:
    found = described(["x: logits, (N, K); y: one-hot, (N, K)"], ["x", "y"])
    assert [found[name].entries.law for name in "xy"] == [ValueLaw.NORMAL, ValueLaw.ONE_HOT]
    found = described(["x: (N, D), w, b: (M,)"], ["x", "w", "b"])
    assert [found[name].dims for name in "xwb"] == [("N", "D"), ("M",), ("M",)]


def test_several_arguments_share_a_line_and_results_are_none() -> None:
    text = "Args:\n  gamma, beta: shape (D,)\n  w: (D, M)\nReturns:\n  x: (Q, R)"
    found = described([text], ["x", "gamma", "beta", "w"])
    assert found["gamma"].dims == found["beta"].dims == ("D",)
    assert found["w"].dims == ("D", "M")
    assert "x" not in found


def test_entries_of_a_dictionary_belong_to_it() -> None:
    text = "parameters -- dictionary with\n    Wax -- of shape (n_a, n_x)\n    ba -- of shape (n_a, 1)"
    found = described([text], ["parameters"])
    assert found["Wax"].dims == ("n_a", "n_x")
    assert found["Wax"].within == found["ba"].within == "parameters"


def test_keys_of_a_configuration_are_read() -> None:
    text = "- conf: A dictionary with the following keys:\n  - 'stride': steps\n  - 'pad': zeros around"
    assert {name for name, said in described([text], ["conf"]).items() if said.within == "conf"} == {"stride", "pad"}


def test_a_long_text_takes_no_time() -> None:
    described(["x " * 5000 + "(" * 200 + "x (" * 300, "shape " * 2000 + "[" * 500], ["x"])


POSITIVE = {
    "values (should be non-negative)": True,
    "must be positive": True,
    "strictly positive scale": True,
    "x >= 0": True,
    "positive examples": False,
    "a positive definite matrix": False,
    "1 for the positive class": False,
    "x > 0.5 counts as a spike": False,
}


@pytest.mark.parametrize("text", POSITIVE)
def test_what_is_never_negative_is_said_in_so_many_words(text: str) -> None:
    assert says_positive(text) is POSITIVE[text]
