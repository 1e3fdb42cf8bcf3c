"""What a file draws: from generators of its own, and with a keep rate that no argument says."""

from __future__ import annotations

import random

import numpy as np

from reference.targets.descriptions import as_tree
from reference.targets.pairing import same_numbers
from tests.folding import each
from tests.reference.targets.pairing.test_candidates import HEAD, Loaded, assert_right, dropout, problem_for

KEEP = "KEEP = 0.8\n"
OWN = "rng = np.random.default_rng(3)\n"


def of_its_own(text):
    """Its keep rate is a constant of the file's."""
    fixed = text.replace("parameters, keep_prob=0.5", "parameters").replace("cache, keep_prob)", "cache)")
    return fixed.replace("keep_prob", "KEEP").replace(HEAD, HEAD + KEEP)


def without_seed(text):
    return text.replace("    np.random.seed(1)\n", "")


@each("rate", [0.8, 0.35])
def test_a_keep_rate_of_the_file_s_own_is_seen(rate):
    loaded = Loaded(of_its_own(dropout()).replace(KEEP, f"KEEP = {rate}\n"))
    pair = loaded.only()
    assert (pair.dropout, pair.keep_prob) == (True, rate)


def test_a_rate_that_an_argument_says_is_not_the_file_s_own():
    assert Loaded(dropout()).only().keep_prob is None


def test_layers_that_are_scaled_by_nothing_have_no_rate():
    unscaled = of_its_own(dropout()).replace("A1 = A1 * D1 / KEEP", "A1 = A1 * D1").replace("* D2 / KEEP", "* D2")
    assert Loaded(unscaled).only().keep_prob is None


@each("made", [np.random.default_rng, np.random.RandomState, random.Random])
def test_a_generator_of_the_file_s_begins_anew_with_every_call(made, monkeypatch):
    monkeypatch.setattr(same_numbers, "OF_THE_FILE", [])
    generator = made(3)

    def draws():
        return [generator.random() for _ in range(3)]

    def twice():
        with same_numbers.seeded():
            first = draws()
        with same_numbers.seeded():
            return first, draws()

    first, second = twice()
    assert first != second  # as long as nobody knows of it
    same_numbers.keep_generators([generator, 3, None])
    first, second = twice()
    assert first == second


def test_masks_from_a_generator_of_the_file_s_are_the_same_for_the_court_and_the_file(monkeypatch):
    monkeypatch.setattr(same_numbers, "OF_THE_FILE", [])
    text = without_seed(dropout(mask="rng.random(A{l}.shape) < keep_prob")).replace(
        "import numpy as np\n", "import numpy as np\n" + OWN
    )
    loaded = Loaded(text)
    assert_right(loaded, loaded.only())
    problem = as_tree(problem_for(loaded.only()))
    once, again = (loaded.ask("masks", check=loaded.only().check, problem=problem) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    monkeypatch.setattr(same_numbers, "OF_THE_FILE", [])
    once, again = (loaded.ask("masks", check=loaded.only().check, problem=problem) for _ in range(2))
    assert not all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
