"""JAX asked by a process beside this one, or here: the answers are the same, bit for bit."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from reference.comparison import beside as module
from reference.comparison.answers import Answer, Participant
from reference.comparison.beside import asking_beside
from reference.comparison.contenders import Contender
from reference.comparison.pool import ask_all
from reference.targets import BUILT_IN
from reference.verification.processes import end_processes
from tests.folding import each
from tests.reference.comparison.asking import SMALL, implementation
from tests.reference.comparison.variants import right
from tests.reference.pools import Pool

Answers = dict[Participant, dict[int, Answer]]
COMPILED, OTHER = Participant("compiled", "backward"), Participant("other", "backward")


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that counts as compiled, since the real one takes seconds."""
    monkeypatch.setattr(module, "COMPILED", ("compiled",))
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setitem(BUILT_IN, "compiled", lambda: implementation("compiled", right, SMALL))
    Pool.made.clear()


def ask(pool: Any = None, told: Any = lambda check, done, total: None) -> Answers:
    module._entries.cache_clear()
    contenders = [Contender(name, implementation(name, right, SMALL)) for name in ("compiled", "other")]
    return ask_all(contenders, examples=4, seed=0, progress=told, pool=pool)[1]


def same(one: Answers, other: Answers) -> bool:
    return list(one) == list(other) and all(
        list(one[who]) == list(other[who])
        and all(
            a.failed == other[who][k].failed
            and a.blocks.keys() == other[who][k].blocks.keys()
            and all(np.array_equal(block, other[who][k].blocks[name]) for name, block in a.blocks.items())
            for k, a in one[who].items()
        )
        for who in one
    )


@each("how", [{}, {"left": 3}, {"left": 0}, {"broken": True}])
def test_the_answers_are_the_same(how: dict[str, Any]) -> None:
    pool = type("Fake", (Pool,), how)()
    assert same(ask(pool), ask())


def test_what_is_answered_beside_is_what_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would show nothing: a process that lies is heard, of what is compiled alone."""
    true = module._answers
    monkeypatch.setattr(module, "_answers", lambda who, problems: [Answer({}, "a lie") for _ in true(who, problems)])
    found = ask(Pool())
    assert {a.failed for a in found[COMPILED].values()} == {"a lie"}
    assert {a.failed for a in found[OTHER].values()} == {""}


def test_a_shape_is_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one program would be compiled in two processes."""
    asked, true = list[Any](), module._answers

    def noted(who: Participant, problems: Any) -> list[Answer]:
        asked.append({problem.shape for problem in problems})
        return true(who, problems)

    monkeypatch.setattr(module, "_answers", noted)
    ask(Pool())
    assert all(len(shapes) == 1 for shapes in asked)
    assert len(asked) == len(set().union(*asked)) > 1


@each("left", [10**6, 3, 0])
def test_every_case_is_told_of_once_wherever_it_is_asked(left: int) -> None:
    told = dict[str, list[tuple[int, int]]]()
    found = ask(type("Fake", (Pool,), {"left": left})(), lambda check, *how: told.setdefault(check, []).append(how))
    assert list(told) == ["asking other, backward", "asking compiled, backward"]
    for who, check in ((COMPILED, "asking compiled, backward"), (OTHER, "asking other, backward")):
        assert sum(done for done, _ in told[check]) == len(found[who])
        assert {total for _, total in told[check]} == {len(found[who])}


# --- the process -----------------------------------------------------------------------------------------------


def begun(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[Pool]:
    monkeypatch.setattr(module, "processes_beside", Pool)
    with asking_beside(names) as pool:
        assert Pool.made == ([] if pool is None else [pool])
    return Pool.made


def test_it_is_ended_with_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    (pool,) = begun(monkeypatch, "other", "compiled")
    assert pool.closed


@each("names", [("compiled",), ("other",), ("compiled", "compiled"), ("other", "file.py"), ()])
def test_it_is_begun_only_where_somebody_else_is_asked_meanwhile(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    assert begun(monkeypatch, *names) == []


def test_it_is_not_begun_where_there_is_no_core_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)
    assert begun(monkeypatch, "other", "compiled") == []


def test_it_is_ended_when_the_comparison_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(monkeypatch)
    assert Pool.made[0].closed


def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "processes_beside", Pool)
    with asking_beside(("other", "compiled")):
        raise KeyboardInterrupt


@pytest.mark.slow
@each("killed", [False, True])
def test_jax_answers_the_same_bits_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch, killed: bool) -> None:
    monkeypatch.setattr(module, "COMPILED", ("jax",))
    both = [Contender("jax", jax()), Contender("other", implementation("other", right, SMALL))]

    def told(check: str, done: int, total: int) -> None:
        if killed and "other" in check:
            end_processes()

    with asking_beside(["jax", "other"]) as pool:
        assert pool is not None
        found = ask_all(both, examples=1, seed=0, progress=told, pool=pool)[1]
    assert same(found, ask_all(both, examples=1, seed=0, progress=told)[1])


@functools.cache
def jax() -> Any:
    """Of one shape of network alone: every other is compiled anew."""
    (entry,) = BUILT_IN["jax"]().entries
    return implementation("jax", right)._replace(entries=(entry._replace(domain=SMALL),))
