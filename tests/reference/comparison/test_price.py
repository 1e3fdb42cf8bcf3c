"""What a call costs: only of what is right there, in turns, beside the fastest. No test asserts a time."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from reference.cases.case import Case
from reference.cases.domain import ANY, Domain
from reference.cases.problem import Problem
from reference.comparison import price
from reference.comparison.contenders import Contender
from reference.comparison.price import SIZES, Size, prices
from reference.interface.entry import Entry, Implementation, Meter
from reference.interface.outcome import per_case
from reference.report.models.comparison import Price
from reference.targets.metering import peak_memory, seconds
from tests.folding import each
from tests.reference.comparison.asking import contender
from tests.reference.comparison.variants import backward, dW2_doubled, one_entry, right, summed

TINY = Size("tiny", Case((2, 3, 1), 4, seed=3), 3)
SMALL = Size("small", Case((3, 5, 4, 2), 30, "tanh", "softmax", seed=3), 3)
MEBIBYTE = 2**20


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price, "BATCH", 1e-5)


def table(*contenders: Contender, sizes: tuple[Size, ...] = (TINY,), **how: Any) -> dict[tuple[str, str], Price]:
    found = prices(contenders, sizes, **how)
    assert [(p.size, p.target) for p in found] == [(s.name, c.target) for s in sizes for c in contenders]
    return {(p.target, p.size): p for p in found}


def of(function: Callable[..., Any], **how: Any) -> Price:
    return table(contender("right", right), contender("it", function), **how)["it", "tiny"]


def has_figures(p: Price) -> bool:
    return p.seconds is not None


# --- only what is right is timed -------------------------------------------------------------------------------


def test_what_is_right_is_timed_at_every_size() -> None:
    found = table(contender("it", right), contender("other", right), sizes=(TINY, SMALL))
    for p in found.values():
        assert p.said == ""
        assert p.seconds is not None
        assert p.seconds > 0
        assert p.spread is not None
        assert 0 < p.spread[0] <= p.seconds <= p.spread[1]
        assert p.first_call is not None
        assert p.first_call >= 0
        assert p.memory is None or p.memory >= 0


def beside(name: str, by: float) -> Callable[..., Any]:
    def function(p: Any) -> Any:
        gradients = backward(p)
        return {**gradients, name: gradients[name] * (1 + by)}

    return function


@pytest.mark.slow
@each(
    "function",
    [dW2_doubled, one_entry, beside("dW1", 1e-9), beside("db2", 1e-9), beside("db1", -2.0), beside("dW2", np.nan)],
)
def test_what_is_wrong_is_not_timed_and_says_so(function: Callable[..., Any]) -> None:
    p = of(function)
    assert p == Price(target="it", size="tiny", said="wrong here")


MALFORMED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "flat": lambda g: {**g, "db1": g["db1"].ravel()},
    "missing": lambda g: {name: a for name, a in g.items() if name != "dW2"},
    "narrow": lambda g: {name: a.astype(np.float32) for name, a in g.items()},
}


@pytest.mark.slow
@each("name", MALFORMED)
def test_what_is_of_another_form_is_wrong(name: str) -> None:
    assert of(lambda p: MALFORMED[name](backward(p))).said == "wrong here"


@pytest.mark.slow
def test_what_is_wrong_at_one_size_alone_is_timed_at_the_others() -> None:
    def wide_is_wrong(p: Any) -> Any:
        return dW2_doubled(p) if p.X.shape[1] > 10 else right(p)

    found = table(contender("it", wide_is_wrong), contender("other", right), sizes=(TINY, SMALL))
    assert has_figures(found["it", "tiny"])
    assert found["it", "small"].said == "wrong here"
    assert found["other", "small"].ratio == 1


@each(
    "domain",
    [
        Domain(depths=(3,)),
        Domain(hiddens=("tanh",)),
        Domain(outputs=("softmax",)),
        Domain(dtypes=("float32",)),
        Domain(last=2),
        Domain(biases=("zero",)),
    ],
)
def test_a_network_that_it_does_not_take_is_said(domain: Domain) -> None:
    p = table(contender("it", right, domain))["it", "tiny"]
    assert p == Price(target="it", size="tiny", said="not taken")


def test_one_without_functions_or_without_anything_is_said() -> None:
    found = table(Contender("empty", Implementation("empty", ())), Contender("gone", None, "not there"))
    assert found["empty", "tiny"].said == "not taken"
    assert found["gone", "tiny"].said == "not loaded"


@pytest.mark.slow
@each("error", [ZeroDivisionError("here"), SystemExit(0), MemoryError()])
def test_what_raises_is_said_and_the_others_are_timed(error: BaseException) -> None:
    def falling(p: Any) -> Any:
        raise error

    found = table(contender("it", falling), contender("other", right))
    assert found["it", "tiny"].said == f"raised {type(error).__name__}"
    assert has_figures(found["other", "tiny"])


def test_what_returns_no_dictionary_is_said() -> None:
    assert of(lambda p: 3).said == "raised TypeError"


@pytest.mark.slow
@each("calls", [1, 2, 3, 5])
def test_what_raises_later_on_is_said_and_the_others_are_timed(calls: int) -> None:
    """A target that tires: it answers so many times, and then no more."""
    count = itertools.count()

    def tiring(p: Any) -> Any:
        if next(count) >= calls:
            raise RuntimeError("enough")
        return right(p)

    found = table(contender("it", tiring), contender("other", right))
    assert found["it", "tiny"].said == "raised RuntimeError"
    assert found["other", "tiny"].ratio == 1


def test_what_raises_where_its_memory_is_measured_is_still_timed_or_said() -> None:
    """A process that dies at the last call of all."""

    def dying(problem: Problem) -> int:
        raise MemoryError

    run = per_case(right)
    meter = Meter(lambda problem, n: seconds(lambda: run(problem), n), dying)
    entry = Entry("backward", ANY, run, meter=meter)
    found = table(Contender("it", Implementation("it", (entry,))), contender("other", right))
    assert has_figures(found["it", "tiny"]) or found["it", "tiny"].said
    assert has_figures(found["other", "tiny"])


def test_ctrl_c_stops_it() -> None:
    def stop(p: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of(stop)


# --- sums ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_summed_losses_are_held_to_m_times_the_truth() -> None:
    targets = (contender("mean", right), contender("sum", summed), contender("wrong", dW2_doubled))
    for size in (TINY, SMALL):
        taken = {p.target: p.said for p in prices(targets, (size,), summed=["sum"])}
        assert taken == {"mean": "", "sum": "", "wrong": "wrong here"}
        taken = {p.target: p.said for p in prices(targets, (size,), summed=["mean", "wrong"])}
        assert set(taken.values()) == {"wrong here"}


def test_a_sum_that_is_wrong_is_wrong() -> None:
    def spoilt(p: Any) -> Any:
        gradients = summed(p)
        return {**gradients, "db1": gradients["db1"] * (1 + 1e-9)}

    assert table(contender("it", spoilt), summed=["it"])["it", "tiny"].said == "wrong here"


# --- figures ---------------------------------------------------------------------------------------------------


def clocked(name: str, per_call: float, memory: int | None = None, first: float = 0.0) -> Contender:
    """A target whose meter says what it is told to."""
    called = itertools.count()

    def tell(problem: Problem, repetitions: int) -> float:
        return per_call + (first if not next(called) else 0)

    entry = Entry("backward", ANY, per_case(right), meter=Meter(tell, lambda problem: memory))
    return Contender(name, Implementation(name, (entry,)))


def test_the_fastest_has_ratio_1_and_the_others_are_multiples_of_it() -> None:
    found = table(
        clocked("slow", 3e-3), clocked("fast", 1e-3), clocked("slower", 4.5e-3), contender("not", dW2_doubled)
    )
    assert [p.ratio for p in found.values()] == [pytest.approx(3), 1, pytest.approx(4.5), None]
    measured = table(contender("it", right), contender("other", right))
    assert min(p.ratio or 0 for p in measured.values()) == 1


def test_one_that_is_wrong_is_the_fastest_of_nothing() -> None:
    def at_once(p: Any) -> Any:
        return {}

    found = table(contender("it", at_once), clocked("slow", 3.0))
    assert found["slow", "tiny"].ratio == 1


def test_where_nobody_is_right_nothing_is_timed() -> None:
    assert table(contender("it", dW2_doubled))["it", "tiny"].ratio is None
    assert prices([], (TINY,)) == []
    assert prices([contender("it", right)], ()) == []


def test_compiling_is_what_the_first_call_took_beyond_the_median() -> None:
    found = table(clocked("compiled", 1e-3, first=2.0), clocked("plain", 1e-3), clocked("warm", 1e-3, first=-5e-4))
    assert found["compiled", "tiny"].first_call == pytest.approx(2.0)
    assert found["compiled", "tiny"].seconds == pytest.approx(1e-3)
    assert found["plain", "tiny"].first_call == found["warm", "tiny"].first_call == 0


def test_memory_is_what_the_target_s_own_meter_says() -> None:
    found = table(clocked("told", 1e-3, memory=12345), clocked("silent", 1e-3))
    assert [p.memory for p in found.values()] == [12345, None]


def test_the_median_and_the_quartiles_of_the_rounds_are_told() -> None:
    times = iter([9.0, 9.0, 1.0, 2.0, 3.0, 4.0, 100.0])  # the first call, the one that counts, and five rounds

    entry = Entry("backward", ANY, per_case(right), meter=Meter(lambda problem, n: next(times), lambda problem: None))
    it = Contender("it", Implementation("it", (entry,)))
    p = table(it, sizes=(TINY._replace(rounds=5),))["it", "tiny"]
    assert (p.seconds, p.spread, p.first_call) == (3.0, (2.0, 4.0), 6.0)


def test_targets_are_timed_in_turns_in_a_drawn_order() -> None:
    def order(seed: int) -> list[str]:
        called: list[str] = []

        def listening(name: str) -> Contender:
            def tell(problem: Problem, repetitions: int) -> float:
                called.append(name)
                return 1.0

            entry = Entry("backward", ANY, per_case(right), meter=Meter(tell, lambda problem: None))
            return Contender(name, Implementation(name, (entry,)))

        prices([listening("a"), listening("b"), listening("c")], (TINY._replace(rounds=12),), seed=seed)
        return called[6:]

    taken = order(0)
    rounds = ["".join(taken[k : k + 3]) for k in range(0, 36, 3)]
    assert len(taken) == 36
    assert all(sorted(each) == ["a", "b", "c"] for each in rounds)
    assert len(set(rounds)) > 1
    assert order(0) == taken != order(1)


def test_a_fast_call_is_repeated_until_a_clock_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price, "BATCH", 1e-2)
    counts = []

    def tell(problem: Problem, repetitions: int) -> float:
        counts.append(repetitions)
        return 1e-4

    entry = Entry("backward", ANY, per_case(right), meter=Meter(tell, lambda problem: None))
    table(Contender("it", Implementation("it", (entry,))))
    assert counts == [1, 1, *[pytest.approx(100, abs=1)] * TINY.rounds]


def test_the_function_that_does_least_beyond_what_is_asked_is_timed() -> None:
    called = []

    def listening(check: str, domain: Domain, **how: Any) -> Entry:
        def run(problem: Problem) -> Any:
            called.append(check)
            return per_case(right)(problem)

        return Entry(check, domain, run, **how)

    three = Case((2, 3, 4, 1), 4, seed=3)
    course = Domain(depths=(3,), l2=False, dropout=False)
    entries = (
        listening("deep", ANY),
        listening("l2", course._replace(l2=True)),
        listening("dropout", course._replace(dropout=True)),
        listening("drawing", course, random=True),
        listening("plain", course),
    )
    table(Contender("it", Implementation("it", entries)), sizes=(TINY._replace(case=three),))
    assert set(called) == {"plain"}
    called.clear()
    table(Contender("it", Implementation("it", entries)))  # two layers
    assert set(called) == {"deep"}


def test_the_sizes_that_are_timed_are_cases_with_rounds() -> None:
    assert [size.name for size in SIZES] == ["course", "MNIST-like", "wide"]
    assert all(Case.parse(str(size.case)) == size.case and size.rounds > 2 for size in SIZES)
    assert SIZES[0].case.dims == (2, 20, 3, 1)


# --- seconds ---------------------------------------------------------------------------------------------------


@pytest.fixture
def collecting() -> Iterator[None]:
    before = gc.isenabled()
    yield
    (gc.enable if before else gc.disable)()


def test_seconds_calls_so_often_with_garbage_collection_off_and_puts_it_on_again(collecting: None) -> None:
    seen: list[bool] = []
    gc.enable()
    assert seconds(lambda: seen.append(gc.isenabled()), 5) >= 0
    assert seen == [False] * 5
    assert gc.isenabled()


def test_seconds_leaves_garbage_collection_off_where_it_was_off(collecting: None) -> None:
    gc.disable()
    seconds(lambda: None, 1)
    assert not gc.isenabled()


def test_seconds_puts_garbage_collection_on_again_where_the_call_raises(collecting: None) -> None:
    gc.enable()
    with pytest.raises(ZeroDivisionError):
        seconds(lambda: 1 // 0, 3)
    assert gc.isenabled()


def test_seconds_are_those_of_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0.0, 12.0)
    monkeypatch.setattr("reference.targets.metering.time.perf_counter", lambda: next(clock))
    assert seconds(lambda: None, 4) == 3.0


# --- memory ----------------------------------------------------------------------------------------------------


def held(call: Callable[[], Any]) -> float:
    """MiB; skips where the system does not tell."""
    found = peak_memory(call)
    if found is None:
        pytest.skip("the system does not tell how much memory a process holds")
    return found / MEBIBYTE


def test_a_call_that_holds_64_MiB_holds_64_MiB() -> None:
    assert 60 <= held(lambda: np.ones(64 * MEBIBYTE // 8)) < 100


def test_a_call_that_holds_nothing_holds_nothing() -> None:
    held(lambda: None)
    assert held(lambda: None) < 8


@pytest.mark.slow
def test_the_most_that_was_held_at_once_counts_not_the_sum() -> None:
    def one_after_another() -> None:
        for _ in range(4):
            np.ones(64 * MEBIBYTE // 8)

    def all_together() -> Any:
        return [np.ones(32 * MEBIBYTE // 8) for _ in range(4)]

    assert 60 <= held(one_after_another) < 100
    assert 120 <= held(all_together) < 170


@pytest.mark.slow
def test_memory_that_an_earlier_call_held_is_not_this_call_s() -> None:
    held(lambda: np.ones(256 * MEBIBYTE // 8))
    assert held(lambda: np.ones(16 * MEBIBYTE // 8)) < 48


def test_where_the_system_does_not_tell_there_is_no_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    nowhere = tmp_path / "no" / "such" / "file"
    monkeypatch.setattr("reference.targets.metering.RESET", nowhere)
    assert peak_memory(lambda: None) is None


@pytest.mark.slow
def test_a_target_that_needs_memory_is_seen_to() -> None:
    def hungry(p: Any) -> Any:
        spare = np.ones(64 * MEBIBYTE // 8)
        return {name: a + 0 * spare[0] for name, a in backward(p).items()}

    found = table(contender("hungry", hungry), contender("it", right), sizes=(TINY._replace(rounds=1),))
    if found["it", "tiny"].memory is None:
        pytest.skip("the system does not tell how much memory a process holds")
    assert (found["hungry", "tiny"].memory or 0) >= 60 * MEBIBYTE
    assert (found["it", "tiny"].memory or 0) < 30 * MEBIBYTE


def test_what_is_held_before_is_not_searched_for_garbage_meanwhile_and_is_again_afterwards() -> None:
    """Else each of a dozen collections would take as long as a million objects of the frameworks do."""
    frozen = []

    def looked(p: Any) -> Any:
        frozen.append(gc.get_freeze_count())
        return right(p)

    before = gc.get_freeze_count()
    of(looked)
    assert min(frozen) > before
    assert gc.get_freeze_count() == before
