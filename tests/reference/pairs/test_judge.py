"""What is concluded of a pair: the readings' vote, confirmation, silent witnesses, and what a run shows besides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import PairKind
from reference.pairs.judge import judge_readings
from reference.pairs.result import PairResult
from tests.reference.pairs.bench import Pair, Tried, answered, open_pair
from tests.reference.pairs.rights import RIGHT, labels

BY_NAME = {pair.name: pair for pair in RIGHT}


def judged(pair: Pair, *readings: Tried, seed: int = 0, ask: Any = None, **proposal: Any) -> PairResult:
    opened = open_pair(pair)
    opened = opened._replace(proposal=opened.proposal._replace(**proposal), ask=ask or opened.ask)
    return judge_readings(opened, readings or (Tried(pair),), seed=seed)


def codes(result: PairResult) -> set[str]:
    return {finding.code for row in result.rows for finding in row.findings}


def wrong(name: str, primal: str, change: Any) -> Pair:
    pair = BY_NAME[name]

    def backward(xp: Any, p: Any, c: Any) -> dict[str, Any]:
        gradients = pair.backward(xp, p, c)
        return gradients | {primal: change(p, gradients[primal], c)}

    return pair._replace(backward=backward)


@pytest.mark.parametrize("pair", [p for p in RIGHT if p.name != "one_pass"], ids=lambda pair: pair.name)
def test_a_right_pair_is_verified_by_three_witnesses(pair: Pair) -> None:
    result = judged(pair)
    assert codes(result) <= {"MB402"}
    assert all(row.consistent for row in result.rows)
    assert all(r.tally.autodiff and r.tally.complex_step and r.tally.central_difference for r in result.rows)
    assert result.disputes == ()
    assert result.distinct_cases >= 3


MISTAKES = {
    "factor": wrong("ridge", "w", lambda p, g, c: g + 0.6 * p["w"]),
    "sign": wrong("affine", "b", lambda p, g, c: -g),
    "missing term": wrong("softmax", "x", lambda p, g, c: _softmax(p["x"]) * c),
    "wrong axis": wrong("layer_norm", "x", lambda p, g, c: g - g.mean(axis=0)),
    "mean for sum": wrong("cross_entropy", "z", lambda p, g, c: g * len(g)),
    "zero truth": wrong("batch_norm", "b", lambda p, g, c: c.sum(axis=0)),
    "slope": wrong("tanh_layer", "W", lambda p, g, c: p["x"].T @ c),
}


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_wrong_and_nothing_else_of_the_pair_is(name: str) -> None:
    right = BY_NAME[MISTAKES[name].name]
    result = judged(MISTAKES[name])
    accused = [row for row in result.rows if row.consistent is False]
    assert len(accused) == 1
    assert sum(row.consistent is True for row in result.rows) == len(judged(right).rows) - 1
    (finding,) = accused[0].findings
    assert finding.severity == "error"
    assert finding.smallest is not None
    assert finding.at is not None
    assert finding.got != finding.want


def test_it_is_said_where_a_gradient_is_right() -> None:
    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        return {"x": dout / xp.float(p["x"].shape[0])}

    def forward(xp: Any, p: Any) -> Any:
        return p["x"] / xp.float(p["x"].shape[1])

    pair = Pair("mean", {"x": ("H", "W")}, forward, backward)
    (row,) = judged(pair).rows
    assert "wrong only where H ≠ W" in row.findings[0].text
    assert row.findings[0].smallest.startswith("mean x=1,2 ") or row.findings[0].smallest.startswith("mean x=2,1 ")
    (row,) = judged(pair, Tried(pair, rank=3)).rows  # names of sizes that are nobody's
    assert "wrong only where x.shape[0] ≠ x.shape[1]" in row.findings[0].text


def test_a_mistake_that_fresh_values_do_not_show_accuses_nobody() -> None:
    pair, draws = BY_NAME["affine"], []

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        gradients = pair.backward(xp, p, dout)
        draws.append(float(p["x"].flat[0]))
        return gradients | {"b": gradients["b"] * (2 if abs(draws[-1] - draws[0]) < 1e-5 else 1)}

    result = judged(pair._replace(backward=backward))
    (row,) = [row for row in result.rows if row.output == "db"]
    assert row.consistent is None
    assert row.findings[0].code == "MB704"


# --- witnesses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("witness", ["autodiff", "complex step"])
def test_without_a_witness_nothing_is_verified_and_its_line_is_named(witness: str) -> None:
    result = judged(BY_NAME["affine"]._replace(refuses=(witness,)))
    for row in result.rows:
        assert row.consistent is None
        (finding,) = row.findings
        assert finding.code == "MB704"
        assert finding.text.startswith(f"{witness} could not follow: {witness} has no such function")
        assert finding.place is not None
        assert finding.place.line == 7


@pytest.mark.parametrize("witness", ["autodiff", "complex step"])
def test_two_witnesses_are_enough_to_accuse(witness: str) -> None:
    result = judged(MISTAKES["sign"]._replace(refuses=(witness,)))
    assert [row.output for row in result.rows if row.consistent is False] == ["db"]


@pytest.mark.parametrize(
    ("question", "odd"),
    [("pair_autodiff", "autodiff"), ("pair_complex", "complex step"), ("pair_differences", "central differences")],
)
def test_a_witness_that_lies_is_named_and_the_fault_is_ours(question: str, odd: str) -> None:
    pair = BY_NAME["tanh_layer"]

    def ask(asked: str, **details: Any) -> Any:
        answer = answered(pair, asked, details)
        if asked == question == "pair_autodiff":
            answer["gradients"] = {name: 1.01 * g for name, g in answer["gradients"].items()}
        elif asked == question == "pair_complex":
            answer["derivatives"] = 1.01 * answer["derivatives"]
        elif asked == question:
            answer["values"] = 1.01 * (answer["values"] - answer["values"].mean()) + answer["values"].mean()
        return answer

    result = judged(pair, ask=ask)
    assert result.disputes
    assert all(f"{odd} is the odd one out" in dispute for dispute in result.disputes if "autodiff" in dispute)
    assert not any(row.consistent is False for row in result.rows)


def test_a_witness_that_ran_another_forward_pass_does_not_count() -> None:
    pair = BY_NAME["affine"]

    def ask(asked: str, **details: Any) -> Any:
        answer = answered(pair, asked, details)
        return answer | {"value": answer["value"] * 1.001} if asked == "pair_autodiff" else answer

    result = judged(pair, ask=ask)
    assert result.disputes == ()
    assert {row.findings[0].text for row in result.rows} == {
        "autodiff could not follow: its forward value is not the target's"
    }


def test_where_every_derivative_is_zero_nothing_was_looked_at() -> None:
    def forward(xp: Any, p: Any) -> Any:
        return xp.where(xp.positive(p["x"]), 1.0 + 0 * p["x"], 0 * p["x"])

    result = judged(Pair("step", {"x": ("N", "D")}, forward, lambda xp, p, c: {"x": 0 * c}))
    assert codes(result) == {"MB704"}
    assert result.rows[0].consistent is None


# --- readings ---------------------------------------------------------------------------------------------------


def labelled(form: str, rank: int = 3) -> Tried:
    """Labels from 0, as the pair wants them, or from 1, which it takes for others."""
    pair = BY_NAME["cross_entropy"]
    law = labels("C") if form == "from 0" else lambda stream, sizes: np.zeros(sizes["N"], dtype=int)
    return Tried(pair._replace(given={"y": law}), rank=rank, label=form, bind=f'--bind "{form}"', said=f"y {form}")


def first_class_only() -> Pair:
    """Wrong where a label is not 0."""
    pair = BY_NAME["cross_entropy"]

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        return pair.backward(xp, {**p, "y": np.zeros_like(p["y"])}, dout)

    return pair._replace(backward=backward)


def test_readings_of_one_rank_that_differ_are_inconclusive_and_both_are_shown() -> None:
    for readings in ((labelled("from 0"), labelled("zeros")), (labelled("zeros"), labelled("from 0"))):
        result = judged(first_class_only(), *readings)
        (row,) = result.rows
        (finding,) = row.findings
        assert finding.code == "MB704"
        assert "y from 0" in finding.text
        assert '--bind "zeros"' in finding.text


@pytest.mark.parametrize(("right", "wrong", "consistent"), [(0, 1, True), (1, 0, None), (1, 1, None)])
def test_right_under_the_reading_of_fewer_doubts_is_right(right: int, wrong: int, consistent: bool | None) -> None:
    readings = [labelled("zeros"), labelled("from 0")]
    readings[0].doubts, readings[1].doubts = right, wrong
    (row,) = judged(first_class_only(), *readings).rows
    assert row.consistent is consistent


def test_a_reading_of_a_lower_rank_has_no_vote() -> None:
    assert judged(first_class_only(), labelled("zeros", 3), labelled("from 0", 1)).rows[0].consistent is False
    assert judged(first_class_only(), labelled("zeros", 1), labelled("from 0", 3)).rows[0].consistent is True


def test_a_reading_under_which_every_derivative_is_zero_has_no_vote() -> None:
    pair = MISTAKES["missing term"]
    one_class = Tried(pair._replace(shapes={"x": ("N", 1)}), label="one class")
    assert judged(pair, one_class, Tried(pair)).rows[0].consistent is False
    assert judged(BY_NAME["softmax"], one_class, Tried(pair)).rows[0].consistent is True


def test_it_is_wrong_if_every_reading_is() -> None:
    pair = MISTAKES["mean for sum"]
    result = judged(pair, labelled("from 0"), labelled("zeros"))
    assert result.rows[0].consistent is False


def test_a_derivative_by_its_output_is_a_convention() -> None:
    def by_input(xp: Any, p: Any) -> Any:
        return 1 / (1 + xp.exp(-p["x"]))

    def by_output(xp: Any, p: Any, c: Any) -> dict[str, Any]:
        s = 1 / (1 + np.exp(-p["x"]))
        return {"x": c * s * (1 - s)}

    pair = Pair("sigmoid_prime", {"x": ("N",)}, by_input, by_output, kind=PairKind.DERIVATIVE)
    wrongly = pair._replace(backward=lambda xp, p, c: {"x": c * p["x"] * (1 - p["x"])})
    of = {name: Tried(pair, names={"of": name}, rank=3, label=name) for name in ("input", "output")}

    def ask(asked: str, **details: Any) -> Any:
        own = pair if details["draw"]["reading"]["of"] == "output" else wrongly
        return answered(own, asked, details)

    (row,) = judged(pair, of["input"], of["output"], ask=ask).rows
    assert row.consistent
    assert row.conventions == ("the derivative is written in terms of its output",)
    of["input"].rank = 1  # the file calls it so
    assert judged(pair, of["input"], of["output"], ask=ask).rows[0].consistent is False


# --- what a run shows of its own --------------------------------------------------------------------------------


def answering(pair: Pair, **changes: Any) -> Any:
    """The pair's answers, some changed: ``changes`` by key, as a function of what is there."""

    def ask(asked: str, **details: Any) -> Any:
        answer = answered(pair, asked, details)
        if asked == "pair_run":
            for key, change in changes.items():
                answer[key] = change(answer.get(key), details.get("kind", "float64"))
        return answer

    return ask


def test_changed_arguments_and_two_calls_that_differ() -> None:
    pair = BY_NAME["affine"]
    result = judged(pair, ask=answering(pair, changed=lambda old, kind: ["x"]))
    assert codes(result) == {"MB601"}
    count = iter(range(10_000))

    def restless(old: Any, kind: str) -> Any:
        return [o + 1e-3 * next(count) for o in old] if kind == "plain" else old

    assert "MB602" in codes(judged(pair, ask=answering(pair, outputs=restless)))


def test_a_stand_in_that_answers_otherwise_than_numpy_accuses_nobody() -> None:
    pair = MISTAKES["sign"]

    def other(old: Any, kind: str) -> Any:
        return {name: g if kind != "plain" else 2 * g for name, g in old.items()}

    result = judged(pair, ask=answering(pair, gradients=other))
    assert codes(result) == {"MB704"}
    assert "stands in NumPy's place" in result.rows[0].findings[0].text


def test_a_gradient_of_another_shape_is_said_beside_the_shape_of_its_primal() -> None:
    pair = BY_NAME["affine"]

    def flat(old: Any, kind: str) -> Any:
        return {**old, "b": old["b"][None, :]}

    result = judged(pair, ask=answering(pair, gradients=flat))
    (finding,) = [f for row in result.rows for f in row.findings]
    assert finding.code == "MB501"
    assert "it takes" not in finding.text

    def lost(old: Any, kind: str) -> Any:
        return {name: g for name, g in old.items() if name != "b"}

    unmatched = answering(pair, gradients=lost, unmatched=lambda old, kind: [["db", [1, 9]]])
    (finding,) = [f for row in judged(pair, ask=unmatched).rows for f in row.findings]
    assert finding.code == "MB501"
    assert finding.text.startswith("db has shape (1, 9); b has")


def test_a_shape_that_was_guessed_accuses_nobody() -> None:
    pair = BY_NAME["affine"]

    def flat(old: Any, kind: str) -> Any:
        return {**old, "b": old["b"][None, :]}

    result = judged(pair, Tried(pair, rank=3), ask=answering(pair, gradients=flat))
    (finding,) = [f for row in result.rows for f in row.findings]
    assert (finding.code, finding.severity) == ("MB704", "inconclusive")
    assert Tried.bind in finding.text


def test_a_gradient_that_is_not_finite_where_its_truth_is() -> None:
    def undefined(old: Any, kind: str) -> Any:
        return {**old, "x": np.where(old["x"] > 0, old["x"], np.nan)}

    pair = BY_NAME["tanh_layer"]
    result = judged(pair, ask=answering(pair, gradients=undefined))
    assert "MB401" in codes(result)


def details(name: str, function: str) -> dict[str, Any]:
    return {"type": name, "message": "of its own", "frames": [["it.py", None, 3, function]], "template": False,
            "unbindable": False, "blank": None}  # fmt: skip


def test_what_it_raises_is_a_finding_only_where_its_forward_pass_works() -> None:
    pair = BY_NAME["affine"]
    sizes = Tried(pair).sizes(1)

    def asking(error: Exception) -> Any:
        def ask(asked: str, **given: Any) -> Any:
            if given["draw"]["arguments"]["x"].shape[0] == sizes["N"]:
                raise error
            return answered(pair, asked, given)

        return ask

    result = judged(pair, ask=asking(TargetRaised(details("ValueError", "affine"))))
    assert codes(result) == {"MB701"}
    result = judged(pair, ask=asking(TargetRaised(details("ValueError", "affine_forward"))))
    assert codes(result) == set()
    assert any("ValueError" in note for note in result.notes)

    def dies(asked: str, **given: Any) -> Any:
        raise TargetDied("did not return within 5 s")

    result = judged(pair, ask=dies)
    assert result.not_judged is not None
    assert "5 s" in result.not_judged.reason


def test_one_draw_alone_can_be_judged() -> None:
    reading = Tried(MISTAKES["sign"])
    draw = reading.draw(5, 0)
    result = judge_readings(open_pair(MISTAKES["sign"]), [reading], seed=0, only=draw)
    assert [row.output for row in result.rows if row.consistent is False] == ["db"]


def test_every_question_is_one_that_a_process_answers() -> None:
    from reference.targets.pairs.answers import PairAnswers

    asked: set[str] = set()
    pair = BY_NAME["affine"]

    def ask(question: str, **given: Any) -> Any:
        asked.add(question)
        return answered(pair, question, given)

    judged(pair, ask=ask)
    assert asked == {"pair_run", "pair_complex", "pair_autodiff", "pair_differences"}
    assert all(hasattr(PairAnswers, f"ask_{question}") for question in asked)
