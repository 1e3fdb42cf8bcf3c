"""Who is asked what, and what is written down of an answer that is none."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.cases.battery import battery
from reference.cases.case import Case
from reference.cases.domain import ANY, Domain
from reference.cases.problem import Problem
from reference.comparison.accuracy import accuracy
from reference.comparison.answers import Answer, Participant
from reference.comparison.contenders import Contender, open_all
from reference.comparison.pool import AskedProblem, ask_all, paired
from reference.interface.entry import Entry, Implementation
from reference.interface.outcome import per_case
from reference.targets import TargetError
from tests.folding import each
from tests.reference.comparison.asking import SMALL, contender, nobody_listens
from tests.reference.comparison.variants import backward, right, unmasked

Answers = dict[Participant, dict[int, Answer]]
DROPPED = SMALL._replace(keep_probs=(0.5, 0.7))


def ask(*contenders: Contender, examples: int = 4, seed: int = 0) -> tuple[list[AskedProblem], Answers]:
    return ask_all(contenders, examples=examples, seed=seed, progress=nobody_listens)


def cases(given: list[AskedProblem]) -> list[Case]:
    return [one.problem.cases[0] for one in given]


def of(target: str, check: str = "backward") -> Participant:
    return Participant(target, check)


# --- the cases -------------------------------------------------------------------------------------------------


def test_the_battery_is_asked_and_then_random_cases() -> None:
    given, answers = ask(contender("it", right), examples=24)
    assert cases(given)[: len(battery())] == list(battery())
    assert len(given) == len(battery()) + 24
    assert answers[of("it")].keys() == set(range(len(given)))
    assert not any(answer.failed for answer in answers[of("it")].values())


def test_the_same_seed_gives_the_same_cases_and_another_seed_others() -> None:
    one, again, other = (ask(contender("it", right, SMALL), examples=16, seed=s)[0] for s in (7, 7, 8))
    assert cases(one) == cases(again)
    for a, b in zip(one, again, strict=True):
        assert np.array_equal(a.problem.X, b.problem.X)
        assert a.truth is not None
        assert b.truth is not None
        assert all(np.array_equal(a.truth.data[name], b.truth.data[name]) for name in a.truth.data)
    assert set(cases(one)) & set(cases(other)) == set(battery()) & set(cases(one))


def test_who_takes_part_beside_it_does_not_change_what_a_target_is_asked() -> None:
    alone, _ = ask(contender("it", right, SMALL))
    beside, _ = ask(contender("it", right, SMALL), contender("other", unmasked, SMALL))
    assert cases(alone) == cases(beside)


def test_cases_outside_a_domain_are_not_asked() -> None:
    given_to: dict[str, list[Case]] = {"shallow": [], "narrow": []}

    def listening(name: str, domain: Domain) -> Contender:
        def run(problem: Problem) -> dict[str, Any]:
            given_to[name].append(problem.cases[0])
            return per_case(right)(problem)

        return Contender(name, Implementation(name, (Entry("backward", domain, run),)))

    shallow = Domain(depths=(1,), outputs=("softmax",), dtypes=("float64",))
    narrow = Domain(depths=(3,), hiddens=("relu",), outputs=("sigmoid",), l2=False, dropout=False, last=1)
    given, answers = ask(listening("shallow", shallow), listening("narrow", narrow), examples=8)
    for name, domain in (("shallow", shallow), ("narrow", narrow)):
        asked = [given[k].problem.cases[0] for k in answers[of(name)]]
        assert asked == given_to[name]
        assert asked == [case for case in cases(given) if domain.accepts(case)]
        assert any(case not in battery() for case in asked)  # each domain has its random cases
    assert answers[of("shallow")].keys().isdisjoint(answers[of("narrow")])
    assert len(given) == len(given_to["shallow"]) + len(given_to["narrow"])  # what nobody takes is no case


def test_a_domain_that_two_share_is_drawn_from_once() -> None:
    """One that is drawn from more rarely is the same domain."""
    alone, _ = ask(contender("it", right, SMALL), examples=16)
    both, _ = ask(contender("it", right, SMALL), contender("other", right, SMALL._replace(share=32)), examples=16)
    assert cases(alone) == cases(both)


def test_with_nobody_there_is_nothing_to_ask() -> None:
    assert ask() == ([], {})
    assert ask(Contender("gone", None, "there is no such file")) == ([], {})
    assert ask(Contender("empty", Implementation("empty", ()))) == ([], {})


def test_every_function_of_a_target_is_asked_for_itself() -> None:
    entries = (Entry("plain", SMALL._replace(l2=False), per_case(right)), Entry("deep", SMALL, per_case(right)))
    _, answers = ask(Contender("it", Implementation("it", entries)))
    assert answers.keys() == {of("it", "plain"), of("it", "deep")}
    assert answers[of("it", "plain")].keys() < answers[of("it", "deep")].keys()


def test_progress_is_told_of_every_answer() -> None:
    told: dict[str, list[int]] = {}
    listen = lambda check, done, total: told.setdefault(check, []).append(done)
    given, _ = ask_all([contender("it", right, SMALL)], examples=4, seed=0, progress=listen)
    assert told == {"asking it, backward": [1] * len(given)}


# --- masks that a target draws by itself -----------------------------------------------------------------------


def drawing(name: str, seed: int, function: Callable[..., Any] = right, domain: Domain = DROPPED) -> Contender:
    """A target with masks of its own, drawn from ``seed``."""

    def as_taken(problem: Problem) -> Problem:
        if problem.masks is None:
            return problem
        rng = np.random.RandomState(seed)
        return problem.masked(tuple(rng.random_sample(D.shape) < 0.6 for D in problem.masks))

    run = per_case(function)
    entry = Entry("backward", domain, lambda problem: run(as_taken(problem)), as_taken)
    return Contender(name, Implementation(name, (entry,)))


def packed(one: AskedProblem) -> bytes:
    return b"".join(D.tobytes() for D in one.problem.masks or ())


def test_a_target_that_draws_its_own_masks_makes_problems_that_everyone_else_is_asked_too() -> None:
    given, answers = ask(drawing("drawer", 99), contender("taker", right))
    own = answers[of("drawer")]
    drawn = [k for k in own if given[k].problem.masks is not None]
    assert drawn
    assert own.keys() <= answers[of("taker")].keys()
    for k in drawn:
        problem = given[k].problem
        rng = np.random.RandomState(99)
        assert problem.masks is not None
        assert all(np.array_equal(D, rng.random_sample(D.shape) < 0.6) for D in problem.masks)
        twins = [j for j in answers[of("taker")] if cases(given)[j] == problem.cases[0] and j != k]
        assert len(twins) <= 1  # the same case with the masks that the case itself stands for
        assert all(j not in own and packed(given[j]) != packed(given[k]) for j in twins)
    assert {(one.target, other.target, k) for one, other, k in paired(answers, "drawer", "taker")} == {
        ("drawer", "taker", k) for k in own
    }


def test_the_truth_is_that_of_the_masks_that_were_drawn() -> None:
    """A target that is right with its own masks is right; one that forgets them on its way back is not."""
    given, answers = ask(drawing("drawer", 99), drawing("forgetful", 99, unmasked), contender("taker", right))
    wrong = {row.who.target: row.wrong for row in accuracy(given, answers) if (row.who.check, row.output) == ("*", "*")
             and row.dtype == "float64"}  # fmt: skip
    assert wrong["drawer"] == wrong["taker"] == 0
    assert wrong["forgetful"] > 3


def test_a_target_that_draws_is_not_asked_what_another_drew() -> None:
    given, answers = ask(drawing("one", 1), drawing("two", 2), contender("taker", right))
    one, two = answers[of("one")].keys(), answers[of("two")].keys()
    shared = one & two
    assert all(given[k].problem.masks is None for k in shared)
    assert len(one - two) == len(two - one) > 3
    assert one | two <= answers[of("taker")].keys()


def test_a_target_that_cannot_take_dropout_is_not_asked_the_masks_of_another() -> None:
    given, answers = ask(drawing("drawer", 99), contender("plain", right, SMALL._replace(dropout=False)))
    assert all(given[k].problem.masks is None for k in answers[of("plain")])
    assert any(given[k].problem.masks is not None for k in answers[of("drawer")])


def test_a_target_that_raises_where_it_is_to_draw_is_asked_the_case_as_it_is() -> None:
    def as_taken(problem: Problem) -> Problem:
        raise ValueError("no masks here")

    entry = Entry("backward", SMALL, per_case(right), as_taken)
    given, answers = ask(Contender("it", Implementation("it", (entry,))))
    alone, _ = ask(contender("it", right, SMALL))
    assert cases(given) == cases(alone)
    assert answers[of("it")].keys() == set(range(len(given)))


def test_ctrl_c_is_nobody_s_answer() -> None:
    def stop(problem: Problem) -> Any:
        raise KeyboardInterrupt

    for entry in (Entry("backward", SMALL, stop), Entry("backward", SMALL, per_case(right), stop)):
        with pytest.raises(KeyboardInterrupt):
            ask(Contender("it", Implementation("it", (entry,))))


# --- answers that are none -------------------------------------------------------------------------------------


def answer_of(function: Callable[..., Any], domain: Domain = SMALL) -> tuple[list[AskedProblem], dict[int, Answer]]:
    given, answers = ask(contender("it", function, domain))
    return given, answers[of("it")]


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this")


@each(
    ("error", "said"),
    [
        (ValueError("two\n  lines"), "ValueError: two lines"),
        (KeyError("dW1"), "KeyError: 'dW1'"),
        (SystemExit(3), "SystemExit: 3"),
        (NotImplementedError(), "NotImplementedError"),
        (Unspeakable(), "Unspeakable"),
    ],
)
def test_what_raises_is_written_down_in_one_line(error: BaseException, said: str) -> None:
    def falling(p: Any) -> Any:
        if p.X.shape[1] == 7:
            raise error
        return backward(p)

    given, found = answer_of(falling)
    fell = {k for k, one in enumerate(given) if one.problem.shape.m == 7}
    assert fell
    assert {k for k, answer in found.items() if answer.failed} == fell
    for k, answer in found.items():
        assert answer.failed.startswith(said) if k in fell else not answer.failed
        assert bool(answer.blocks) == (k not in fell)
        assert "\n" not in answer.failed


MALFORMED: dict[str, tuple[Callable[[np.ndarray], Any], str]] = {
    "flat": (lambda a: a.ravel(), "db2 has shape"),
    "transposed": (lambda a: np.concatenate([a, a], axis=1), "db2 has shape"),
    "too wide": (lambda a: a.astype(np.longdouble), "db2 is"),
    "too narrow": (lambda a: a.astype(np.float16), "db2 is float16"),
    "whole": (lambda a: a.astype(int), "db2 is int64"),
    "text": (lambda a: a.astype(str), "db2 is"),
    "nothing": (lambda a: None, "db2"),
    "a number": (lambda a: 0.0, "db2 has shape ()"),
}


@each("name", MALFORMED)
def test_a_block_of_the_wrong_form_is_written_down_and_the_others_count(name: str) -> None:
    spoil, said = MALFORMED[name]

    def spoilt(p: Any) -> Any:
        gradients = backward(p)
        return {**gradients, "db2": spoil(gradients["db2"])}

    given, found = answer_of(spoilt)
    for answer in found.values():
        assert answer.failed.startswith(said)
        assert answer.blocks.keys() == {"dW1", "db1", "dW2", "dW3", "db3"}
    rows = accuracy(given, {of("it"): found})
    assert {row.wrong for row in rows} == {0}
    assert "db2" not in {row.output for row in rows}


def test_a_block_that_is_missing_is_written_down() -> None:
    _, found = answer_of(lambda p: {name: a for name, a in backward(p).items() if name not in ("dW1", "db3")})
    for answer in found.values():
        assert answer.failed == "dW1 is not returned; db3 is not returned"
        assert answer.blocks.keys() == {"db1", "dW2", "db2", "dW3"}


@each("returned", [None, 3.0, [], "dW1", np.zeros((2, 2))])
def test_what_is_no_dictionary_is_written_down(returned: Any) -> None:
    _, found = answer_of(lambda p: returned)
    assert all(answer.failed.startswith("TypeError: returned") and not answer.blocks for answer in found.values())


def test_other_names_are_nobody_s_business() -> None:
    _, found = answer_of(lambda p: {**backward(p), "cost": np.float64(3), "dZ1": np.zeros(3), "dW9": np.zeros(1)})
    assert all(not answer.failed for answer in found.values())
    assert all(answer.blocks.keys() >= {"dW1", "db3"} for answer in found.values())


def test_what_a_target_does_to_its_arguments_harms_nobody_else() -> None:
    def spoiling(p: Any) -> Any:
        gradients = backward(p)
        p.X[...] = 0
        for W, b in p.parameters:
            W[...], b[...] = 0, 0
        for D in p.masks or ():
            D[...] = False
        return gradients

    given, answers = ask(contender("spoiler", spoiling, SMALL), contender("it", right, SMALL))
    assert {row.wrong for row in accuracy(given, answers)} == {0}


# --- who takes part --------------------------------------------------------------------------------------------


def test_one_that_cannot_be_opened_costs_itself_alone() -> None:
    closed = []

    def opening(name: str) -> Callable[[], Implementation]:
        if name == "nowhere":
            raise TargetError("no target 'nowhere'")
        if name == "late":
            return functools.partial(late, name)
        if name == "lost":
            return lambda: Implementation(name, (), lost="it does not parse", close=lambda: closed.append(name))
        return lambda: Implementation(name, (Entry("backward", ANY, per_case(right)),))

    def late(name: str) -> Implementation:
        raise TargetError("target 'late': there is no such file")

    found = open_all(["right", "nowhere", "late", "lost", "other"], opening)
    assert [c.target for c in found] == ["right", "nowhere", "late", "lost", "other"]
    assert [c.error for c in found] == [
        None,
        "no target 'nowhere'",
        "target 'late': there is no such file",
        "target 'lost': it does not parse",
        None,
    ]
    assert [c.implementation is None for c in found] == [False, True, True, True, False]
    assert closed == ["lost"]


def test_a_target_is_opened_once_however_often_it_is_named() -> None:
    opened = []

    def opening(name: str) -> Callable[[], Implementation]:
        opened.append(name)
        return lambda: Implementation(name, ())

    assert [c.target for c in open_all(["a", "b", "a"], opening)] == ["a", "b"]
    assert opened == ["a", "b"]
