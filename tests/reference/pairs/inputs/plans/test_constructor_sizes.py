"""What a constructor is told, by what it does with it."""

from __future__ import annotations

from typing import Any

import pytest

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.pairs.inputs.plans.ordered import plans_of
from reference.pairs.inputs.plans.substitutes import may_help
from reference.pairs.inputs.spec import Array, ChoiceSpec, Plan, ShapeSpec, SpecGroup, WholeNumber


def plans(name: str, takes: str = "x", default: Any = ..., owner: str = "Conv", **asked: Any) -> list[Plan]:
    made = Parameter(name, default is not ..., None if default is ... else default)
    return plans_of(
        Proposal("Conv.backward", PairKind.CLASS, "forward", "backward", owner, (made,), (Parameter(takes),),
                 asked={name: asked})
    )  # fmt: skip


TOLD = [  # of an argument, what is known, and what it is given where images come in
    ("kernel_size", {"entries": 2}, ShapeSpec(("HH", "WW"))),
    ("kernel", {"parts": ["k0", "k1"], "kinds": ["int"]}, ShapeSpec(("HH", "WW"))),
    ("pool_size", {"entries": 2}, ShapeSpec(("PH", "PW"))),
    ("stride", {"entries": 2}, ChoiceSpec(((2, 2), (1, 1)))),
    ("kernel", {"whole": True}, WholeNumber("KK")),
    ("kernel", {"counts": True}, WholeNumber("KK")),
    ("scale", {"whole": True}, ChoiceSpec((2, 1))),
    ("input_shape", {"entries": 3}, ShapeSpec(("C", "H", "W"))),
    ("input_shape", {"entries": 4}, ShapeSpec(("N", "C", "H", "W"))),
    ("input_size", {"parts": ["c", "h", "w"]}, ShapeSpec(("C", "H", "W"))),
    ("pad", {"halved": True, "computed": True}, ChoiceSpec((2, 0))),
    ("settings", {"keys": ["stride"]}, SpecGroup({"stride": ChoiceSpec((2, 1))})),
]


@pytest.mark.parametrize(("name", "asked", "wanted"), TOLD)
def test_sizes_by_their_use(name: str, asked: dict[str, Any], wanted: object) -> None:
    of_images = [p for p in plans(name, **asked) if p.arguments["x"] == Array(("N", "C", "H", "W"))]
    assert of_images[0].construct[name] == wanted


NOT_TOLD = [  # what is no tuple of sizes
    ("weights", {"entries": 1, "attributes": ["shape", "dot"]}),
    ("kernel", {"entries": 1, "dims": ["a", "b"]}),
    ("n_filters", {"entries": 2}),
    ("size", {"entries": 2}),
]


@pytest.mark.parametrize(("name", "asked"), NOT_TOLD)
def test_what_else_is_indexed_is_no_shape(name: str, asked: dict[str, Any]) -> None:
    assert not any(isinstance(plan.construct.get(name), ShapeSpec) for plan in plans(name, **asked))


def test_a_maker_of_weights_is_left_to_the_object() -> None:
    assert all("scheme" not in plan.construct for plan in plans("scheme", attributes=["initialize"]))
    assert any("scheme" in plan.construct for plan in plans("scheme"))


def test_a_shape_is_told_with_its_examples_where_it_does_not_do_without() -> None:
    every = plans("input_shape", default=None)
    first = next(p for p in every if p.arguments["x"] == Array(("N", "C", "H", "W")))
    whole = next(p for p in every if p.instead_of == first.label and p.label.endswith("-whole-shape"))
    assert first.construct["input_shape"] == ShapeSpec(("C", "H", "W"))
    assert whole.construct["input_shape"] == ShapeSpec(("N", "C", "H", "W"))
    assert may_help(whole, "raised ValueError: incorrect input shape")
    assert not may_help(whole, "raised KeyError: 'W'")


def test_options_are_left_alone_where_nothing_else_runs() -> None:
    every = plans("pad", default=0)
    bare = [plan for plan in every if plan.label.endswith("-defaults")]
    assert bare
    assert all("pad" not in plan.construct and plan.instead_of for plan in bare)
    assert may_help(bare[0], "raised KeyError: 'W'")
    assert not may_help(bare[0], "", all_equal=True)
    windows = [plan for plan in plans("kernel_size", default=[3, 3]) if plan.label.endswith("-defaults")]
    assert windows
    assert not any("HH" in pair for plan in windows for pair in plan.fits)


def test_an_axis_that_indexes_says_nothing_of_any_number_of_arguments() -> None:
    made, several = Parameter("axis"), Parameter("xs", True, many=True)
    assert plans_of(
        Proposal("Cat.backward", PairKind.CLASS, "forward", "backward", "Cat", (made,), (several, Parameter("x")),
                 asked={"axis": {"indexes": True}})
    )  # fmt: skip


def test_what_comes_in_alone_is_no_text() -> None:
    assert all(isinstance(p.arguments["activations"], Array) for p in plans("n", takes="activations"))


GATHERED = [("1", [("N", "C", "H", "W"), ("N", "C2", "H", "W"), ("N", "C3", "H", "W")]),
            ("-1", [("N", "C", "H", "W"), ("N", "C", "H", "W2"), ("N", "C", "H", "W3")]),
            ("", [("N", "C", "H", "W")] * 3), ("new", [("N", "C", "H", "W")] * 3)]  # fmt: skip


@pytest.mark.parametrize(("axis", "wanted"), GATHERED)
def test_arrays_that_are_put_together_come_as_a_list(axis: str, wanted: list) -> None:
    one = Proposal("C.backward", PairKind.CLASS, "forward", "backward", "Conv", (), (Parameter("x"),),
                   asked={"x": {"gathered": axis}})  # fmt: skip
    lists = [p.arguments["x"] for p in plans_of(one) if isinstance(p.arguments["x"], SpecGroup)]
    assert [array.dims for array in lists[0].entries.values()] == wanted
    functions = plans_of(one._replace(kind=PairKind.FUNCTION))
    assert not any(isinstance(plan.arguments["x"], SpecGroup) for plan in functions)


def test_a_prediction_that_is_computed_with_is_no_flag() -> None:
    takes = (Parameter("target"), Parameter("predict"))
    one = Proposal("L.backward", PairKind.CLASS, "__call__", "backward", "L", (), takes)
    computed = one._replace(asked={"predict": {"computed": True}})
    assert isinstance(plans_of(computed)[0].arguments["predict"], Array)
    assert isinstance(plans_of(one)[0].arguments["predict"], ChoiceSpec)
