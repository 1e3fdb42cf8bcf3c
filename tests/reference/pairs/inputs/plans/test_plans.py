"""From signatures to what arguments are given."""

from __future__ import annotations

import pytest

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.pairs.inputs.plans.ordered import plans_of
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    Plan,
    Rank,
    ShapeSpec,
    SpecGroup,
    ValueLaw,
    WholeNumber,
    leaves,
)
from reference.pairs.inputs.text.static_values import UNKNOWN, Shaped, valued
from reference.pairs.inputs.text.vocabulary import Part, part_of


def proposal(takes: str, *, kind: PairKind = PairKind.FUNCTION, makes: str = "", **more: object) -> Proposal:
    def parameters(text: str) -> tuple[Parameter, ...]:
        found = []
        for word in text.split():
            name, equals, default = word.partition("=")
            found.append(Parameter(name, bool(equals), eval(default) if equals else None))
        return tuple(found)

    given = {"forward": "f_forward", "backward": "f_backward", "owner": "F" if makes else "", **more}
    return Proposal("f_backward", kind, takes=parameters(takes), constructor=parameters(makes), **given)  # type: ignore[arg-type]


def dims(plan: Plan) -> dict[str, tuple]:
    return {name: spec.dims for name, spec in plan.arguments.items() if isinstance(spec, Array)}


FIRST = [  # what the arguments are called, and one layout that is tried
    ("x w b", {"x": ("N", "D"), "w": ("D", "M"), "b": ("M",)}),
    ("x w b", {"x": ("N", "C", "H", "W"), "w": ("F", "C", "HH", "WW"), "b": ("F",)}),
    ("X W b", {"X": ("D", "N"), "W": ("M", "D"), "b": ("M", 1)}),
    ("A_prev W b", {"A_prev": ("N", "H", "W", "C"), "W": ("HH", "WW", "C", "F"), "b": (1, 1, 1, "F")}),
    ("x gamma beta", {"x": ("N", "D"), "gamma": ("D",), "beta": ("D",)}),
    ("x prev_h Wx Wh b", {"x": ("N", "D"), "prev_h": ("N", "H"), "Wx": ("D", "H"), "Wh": ("H", "H"), "b": ("H",)}),
    ("x h0 Wx Wh b", {"x": ("N", "T", "D"), "h0": ("N", "H"), "Wx": ("D", "H"), "Wh": ("H", "H"), "b": ("H",)}),
    ("xt a_prev Wax Waa ba",
     {"xt": ("D", "N"), "a_prev": ("H", "N"), "Wax": ("H", "D"), "Waa": ("H", "H"), "ba": ("H", 1)}),
    ("x W1 b1 W2 b2", {"x": ("N", "D"), "W1": ("D", "H1"), "b1": ("H1",), "W2": ("H1", "M"), "b2": ("M",)}),
    ("q k v", {"q": ("N", "T", "D"), "k": ("N", "T", "D"), "v": ("N", "T", "D")}),
    ("x", {"x": ("N", "D")}),
]  # fmt: skip


@pytest.mark.parametrize(("takes", "wanted"), FIRST)
def test_a_usual_signature_is_laid_out_as_usual(takes: str, wanted: dict) -> None:
    assert wanted in [dims(plan) for plan in plans_of(proposal(takes))]


@pytest.mark.parametrize(
    ("name", "gates"), [("lstm_step_forward", 4), ("gru_step_forward", 3)]
)  # fmt: skip
def test_gates_stand_beside_each_other(name: str, gates: int) -> None:
    plan = plans_of(proposal("x prev_h prev_c Wx Wh b", forward=name))[0]
    assert dims(plan)["Wx"] == ("D", f"{gates}*H")


def test_labels_come_in_every_form() -> None:
    plans = plans_of(proposal("x y", kind=PairKind.VALUE, forward="softmax_loss", backward="softmax_loss"))
    laws = {plan.arguments["y"].law for plan in plans if isinstance(plan.arguments["y"], Array)}
    assert {
        ValueLaw.LABELS,
        ValueLaw.ONE_HOT,
        ValueLaw.ONE_HOT_COLUMNS,
        ValueLaw.SIGNS,
        ValueLaw.BITS,
        ValueLaw.NORMAL,
    } <= laws


def test_documented_axes_outrank_tried_ones() -> None:
    first = plans_of(proposal("x w b", documents=("x: (m, k)\nw: (k, p)\nb: (p,)",)))[0]
    assert first.rank is Rank.DOCUMENTED
    assert dims(first) == {"x": ("m", "k"), "w": ("k", "p"), "b": ("p",)}


def test_what_is_not_documented_makes_a_plan_a_guess() -> None:
    ranks = {plan.rank for plan in plans_of(proposal("x w b", documents=("x: (m, k)\nw: (k, p)",)))}
    assert ranks == {Rank.TRIED}


def test_a_configuration_answers_what_it_is_asked() -> None:
    asked = {
        "conf": {"keys": ["stride", "pad", "mode", "running_mean", "eps"]},
        'conf["mode"]': {"texts": ["train", "test"]},
    }
    plan = plans_of(proposal("x w b conf", forward="conv_forward", asked=asked))[0]
    group = plan.arguments["conf"]
    assert isinstance(group, SpecGroup)
    assert group.entries["mode"] == ChoiceSpec(("train", "test"))
    assert isinstance(group.entries["running_mean"], Array)
    assert 0 not in group.entries["stride"].options


def test_strengths_are_neither_0_nor_1() -> None:
    plan = plans_of(proposal("W X y reg=0.0", kind=PairKind.VALUE, backward="f_forward"))[0]
    assert isinstance(plan.arguments["reg"], ChoiceSpec)
    assert not {0, 1} & set(plan.arguments["reg"].options)


@pytest.mark.parametrize(
    ("makes", "takes", "sizes", "x"),
    [
        ("n_in n_out", "x", {"n_in": "D", "n_out": "M"}, ("N", "D")),
        ("in_channels out_channels kernel_size", "x",
         {"in_channels": "C", "out_channels": "F", "kernel_size": "KK"}, ("N", "C", "H", "W")),
        ("input_size hidden_size", "x h_prev", {"input_size": "D", "hidden_size": "H"}, ("N", "D")),
        ("vocab_size embed_dim", "idx", {"vocab_size": "V", "embed_dim": "D"}, ("N", "T")),
    ],
)  # fmt: skip
def test_a_constructor_is_told_sizes_that_agree(makes: str, takes: str, sizes: dict, x: tuple) -> None:
    owner = "Embedding" if "vocab" in makes else "RNN" if "hidden" in makes else "Layer"
    plans = plans_of(
        proposal(takes, kind=PairKind.CLASS, makes=makes, owner=owner, forward="forward", backward="backward")
    )
    found = [
        plan
        for plan in plans
        if {k: s.size for k, s in plan.construct.items() if isinstance(s, WholeNumber)} == sizes
        and next(iter(dims(plan).values())) == x
    ]
    assert found


def test_a_derivative_is_tried_by_its_input_and_by_its_output() -> None:
    plans = plans_of(proposal("x", kind=PairKind.DERIVATIVE))
    assert {plan.reading["of"] for plan in plans[:2]} == {"input", "output"}


def test_no_two_plans_have_one_name_or_one_meaning() -> None:
    plans = plans_of(proposal("x w b y", kind=PairKind.VALUE))
    assert len({plan.label for plan in plans}) == len(plans)


SEEN = [
    ("f_forward(np.random.randn(4, 5), np.ones((5, 3)), np.zeros(3))", ("N", "D")),
    ("N, D = 4, 5\nx = np.random.randn(N, D)\nw = np.random.randn(D, 3)\n"
     "out = f_forward(x, w, np.zeros(3))", ("N", "D")),
    ("def test():\n    rng = np.random.default_rng(0)\n    x = rng.standard_normal((4, 5))\n"
     "    f_forward(x, w=rng.normal(size=(5, 3)), b=np.zeros(3))", ("N", "D")),
    ("s = (2, 3, 7, 6)\nx = np.linspace(-1, 1, num=np.prod(s)).reshape(s)\n"
     "w = np.random.randn(4, 3, 3, 2)\nf_forward(x, w, np.zeros(4))", ("N", "C", "H", "W")),
]  # fmt: skip


@pytest.mark.parametrize(("source", "x"), SEEN)
def test_a_call_in_the_file_says_which_layout_is_meant(source: str, x: tuple) -> None:
    plans = [plan for plan in plans_of(proposal("x w b"), [source]) if plan.rank is Rank.SEEN]
    assert dims(plans[0])["x"] == x


def test_a_call_of_a_class_is_seen_through_its_object() -> None:
    source = "layer = F(10, 5)\nx = np.random.randn(4, 10)\nlayer.forward(x)"
    one = proposal("x", kind=PairKind.CLASS, makes="n_in n_out", forward="forward", backward="backward")
    plan = plans_of(one, [source])[0]
    assert plan.rank is Rank.SEEN
    assert dims(plan)["x"] == ("N", "D")


def test_a_number_that_an_array_has_twice_is_two_letters() -> None:
    plans = plans_of(proposal("thing other"), ["f_forward(np.ones((4, 4)), np.ones((4, 3)))"])
    seen = [dims(plan)["thing"] for plan in plans if plan.rank is Rank.SEEN]
    assert all(len(set(d)) == 2 for d in seen)
    assert len(seen) >= 2


def test_nothing_of_a_source_is_run() -> None:
    plans_of(proposal("x"), ["raise SystemExit\nf_forward(__import__('os').abort())", "not python ("])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("np.random.rand(3, 2) > 0.5", Shaped((3, 2), ValueLaw.MASK)),
        ("np.random.randint(0, 7, size=5)", Shaped((5,), ValueLaw.LABELS, 7)),
        ("np.eye(4)[np.random.randint(4, size=6)]", Shaped((6, 4), ValueLaw.ONE_HOT)),
        ("np.array([[1.5, 2], [3, 4]]).T", Shaped((2, 2))),
        ("np.zeros((2, 3)) @ np.zeros((3, 5))", Shaped((2, 5))),
        ("2 * np.random.randint(2, size=4) - 1", Shaped((4,), ValueLaw.SIGNS)),
        ("np.arange(6).reshape(2, -1)", Shaped((2, 3), ValueLaw.LABELS, 6)),
        ("whatever(3)", UNKNOWN),
    ],
)
def test_the_shape_of_an_expression_is_read_without_running_it(text: str, value: object) -> None:
    import ast

    assert valued(ast.parse(text, mode="eval").body, {}) == value


@pytest.mark.parametrize(
    ("name", "part"),
    [("x", Part.INPUT), ("W2", Part.WEIGHT), ("bias", Part.BIAS), ("y_true", Part.LABELS), ("y_hat", Part.PREDICTION),
     ("running_var", Part.VARIANCE), ("theta", Part.THETA), ("gamma1", Part.GAIN), ("num_labels", Part.UNKNOWN),
     ("hidden_layer_size", Part.UNKNOWN), ("conv_w", Part.WEIGHT), ("tokens", Part.INDICES)],
)  # fmt: skip
def test_a_name_says_what_an_argument_is(name: str, part: Part) -> None:
    assert part_of(name) is part


def test_leaves_go_through_groups() -> None:
    specs = {"p": SpecGroup({"a": Array(("N",)), "s": ShapeSpec(("N", 2))})}
    assert dict(leaves(specs)) == {("p", "a"): Array(("N",)), ("p", "s"): ShapeSpec(("N", 2))}


def test_parameters_that_are_unpacked_are_a_list() -> None:
    asked = {"params": {"parts": ["W1", "b1", "W2", "b2"]}}
    plan = plans_of(proposal("params x", kind=PairKind.VALUE, asked=asked))[0]
    assert plan.arguments["params"] == SpecGroup(
        {"0": Array(("D", "H1")), "1": Array(("H1",)), "2": Array(("H1", "M")), "3": Array(("M",))}, "list"
    )


def test_sizes_that_are_arguments_stand_in_shapes() -> None:
    documents = ("theta: (hidden_size * (num_in + 1),)\ndata: (num_in, m)",)
    plan = plans_of(proposal("theta num_in hidden_size data", kind=PairKind.VALUE, documents=documents))[0]
    assert plan.rank is Rank.DOCUMENTED
    assert plan.arguments["num_in"] == WholeNumber("num_in")
    assert dims(plan)["theta"] == ("hidden_size*(num_in+1)",)
