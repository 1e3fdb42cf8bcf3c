"""A case is its line: nothing is lost on the way out and back, and a wrong line is told what is wrong with it."""

from __future__ import annotations

import random
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.cases.case import Case, CaseError, Shape
from tests.folding import each
from tests.strategies import drawn, lawful_cases, small_cases

LINE = (
    "dims=2,20,3,1 m=211 hidden=relu output=sigmoid lambd=0.7 keep_prob=0.86 bias=random scale=1 dtype=float64 seed=3"
)


def test_the_documented_line_reads_and_prints_as_itself() -> None:
    case = Case.parse(LINE)
    assert str(case) == LINE
    assert case == Case((2, 20, 3, 1), 211, "relu", "sigmoid", 0.7, 0.86, "random", 1.0, "float64", 3)
    assert {f.name: type(getattr(case, f.name)) for f in fields(case)} == {
        "dims": tuple, "m": int, "hidden": str, "output": str, "lambd": float, "keep_prob": float,
        "bias": str, "scale": float, "dtype": str, "seed": int,
    }  # fmt: skip


@given(case=lawful_cases() | small_cases())
@drawn(500)
def test_parse_undoes_str_exactly(case: Case) -> None:
    again = Case.parse(str(case))
    assert again == case
    for name in ("lambd", "keep_prob", "scale"):
        assert getattr(again, name).hex() == getattr(case, name).hex()  # −0.0 and subnormals too
    assert str(again) == str(case)
    assert hash(again) == hash(case)
    assert "\n" not in str(case)


@given(case=lawful_cases(), seed=st.integers(0, 99))
@drawn(60)
def test_fields_may_stand_in_any_order_and_spacing(case: Case, seed: int) -> None:
    words = str(case).split()
    random.Random(seed).shuffle(words)
    assert Case.parse("  " + " \t ".join(words) + "\n") == case


def test_all_but_dims_and_m_have_defaults() -> None:
    assert Case.parse("dims=2,1 m=3") == Case(
        dims=(2, 1), m=3, hidden="relu", output="sigmoid", lambd=0.0, keep_prob=1.0, bias="random", scale=1.0,
        dtype="float64", seed=0,
    )  # fmt: skip


BAD_VALUES = [
    ("dims=2", "dims=2 ", "2 to 65 sizes from 1 to 4096"),
    ("dims=2,0,1", "dims=2,0,1 ", "sizes from 1"),
    ("dims=2,4097", "dims=2,4097 ", "to 4096"),
    ("dims=" + ",".join("1" * 66), "dims=1,1", "2 to 65 sizes"),
    ("dims=2,x", "'dims=2,x'", "as in 2,20,3,1"),
    ("dims=", "'dims='", "as in 2,20,3,1"),
    ("dims=2.0,1", "'dims=2.0,1'", "sizes from 1"),
    ("m=0", "m=0 ", "a whole number from 1 to 4096"),
    ("m=4097", "m=4097 ", "a whole number from 1 to 4096"),
    ("m=1.5", "'m=1.5'", "a whole number"),
    ("m=1_0", "'m=1_0'", "a whole number"),
    ("hidden=Relu", "hidden=Relu ", "one of relu, leaky_relu, tanh, sigmoid, softplus, identity"),
    ("hidden=", "hidden= ", "one of relu"),
    ("output=relu", "output=relu ", "one of sigmoid, softmax, identity"),
    ("lambd=-0.1", "lambd=-0.1 ", "a number from 0 to 1e30"),
    ("lambd=inf", "lambd=inf ", "a number from 0 to 1e30"),
    ("lambd=nan", "lambd=nan ", "a number from 0 to 1e30"),
    ("lambd=lots", "'lambd=lots'", "a number from 0 to 1e30"),
    ("keep_prob=0", "keep_prob=0 ", r"a number in (0, 1]"),
    ("keep_prob=1.01", "keep_prob=1.01 ", r"a number in (0, 1]"),
    ("keep_prob=nan", "keep_prob=nan ", r"a number in (0, 1]"),
    ("bias=one", "bias=one ", "one of random, zero"),
    ("scale=0", "scale=0 ", "a number from 1e-30 to 1e30"),
    ("scale=-1", "scale=-1 ", "a number from 1e-30 to 1e30"),
    ("scale=inf", "scale=inf ", "a number from 1e-30 to 1e30"),
    ("dtype=float16", "dtype=float16 ", "one of float64, float32"),
    ("seed=-1", "seed=-1 ", "a whole number from 0 to 4294967295"),
    ("seed=4294967296", "seed=4294967296 ", "a whole number from 0 to 4294967295"),
    ("seed=1e3", "'seed=1e3'", "a whole number"),
    ("foo=1", "'foo=1'", "a name among dims, m, hidden, output, lambd, keep_prob, bias, scale, dtype, seed"),
    ("relu", "'relu'", "name=value"),
    ("=1", "'=1'", "name=value"),
]


@each(("word", "given_", "accepted"), BAD_VALUES, ids=[w[:20] for w, *_ in BAD_VALUES])
def test_a_bad_word_is_told_what_was_given_and_what_is_accepted(word: str, given_: str, accepted: str) -> None:
    name = word.partition("=")[0]
    words = [w for w in LINE.split() if not w.startswith(name + "=")]
    with pytest.raises(CaseError) as caught:
        Case.parse(" ".join([*words, word]))
    assert given_ in str(caught.value)
    assert accepted in str(caught.value)


@each("line", ["", "m=3", "dims=2,1", "hidden=tanh"])
def test_a_line_without_dims_or_m_is_told_which(line: str) -> None:
    missing = [name for name in ("dims", "m") if f"{name}=" not in line]
    with pytest.raises(CaseError, match=f"needs {' and '.join(missing)}, as in 'dims=2,20,3,1 m=211'; given '{line}'"):
        Case.parse(line)


def test_a_field_may_stand_once() -> None:
    with pytest.raises(CaseError, match="m stands twice"):
        Case.parse("dims=2,1 m=3 m=3")


@each(
    "bad",
    [{"m": 3.0}, {"m": True}, {"m": np.int64(3)}, {"dims": (2.0, 1)}, {"dims": (2, True)}, {"seed": 1.0},
     {"hidden": None}, {"keep_prob": -1.0}],
)  # fmt: skip
def test_the_constructor_holds_the_same_ranges(bad: dict[str, Any]) -> None:
    with pytest.raises(CaseError, match=f"{next(iter(bad))}="):
        Case(**({"dims": (2, 1), "m": 3} | bad))


@each(
    "bad",
    [{"lambd": "much"}, {"keep_prob": None}, {"dims": 5}, {"scale": "1"}, {"keep_prob": True}, {"dims": [2, 1]},
     {"lambd": np.float64(0.5)}],
    ids=str,
)  # fmt: skip
def test_a_value_of_another_type_is_refused_or_printed_so_that_it_reads_back(bad: dict[str, Any]) -> None:
    try:
        case = Case(**({"dims": (2, 1), "m": 3} | bad))
    except CaseError:
        return
    assert Case.parse(str(case)) == case


def test_a_case_error_is_a_value_error_and_a_case_is_frozen() -> None:
    assert issubclass(CaseError, ValueError)
    with pytest.raises(FrozenInstanceError):
        Case((2, 1), 3).m = 4  # type: ignore[misc]


def test_shape_is_what_problems_of_a_stack_share() -> None:
    base = Case.parse(LINE)
    assert base.shape == Shape((2, 20, 3, 1), 211, "relu", "sigmoid", True, "float64")
    for same in ("lambd=9", "keep_prob=0.1", "bias=zero", "scale=2", "seed=9"):
        assert changed(base, same).shape == base.shape
    for other in ("dims=2,20,4,1", "m=1", "hidden=tanh", "output=identity", "keep_prob=1", "dtype=float32"):
        assert changed(base, other).shape != base.shape


def changed(case: Case, word: str) -> Case:
    name = word.partition("=")[0]
    return Case.parse(" ".join([*(w for w in str(case).split() if not w.startswith(f"{name}=")), word]))
