"""Questions that are asked before anybody waits for the answers: each has its own, in its turn, or none is heard."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.process import supervisor
from tests.folding import each
from tests.reference.targets.process.test_supervisor import SHORT, SMALL, call, gone, started

CODE = """
import os, time
def echo(x): return x
def raises(): raise ValueError("no")
def leaves(): os._exit(7)
def sleeps(): time.sleep(1000)
def touches(path): open(path, "w").close(); return 1
def grows(x): return x.repeat(64)
def process(): return os.getpid()
"""


@pytest.fixture
def worker():
    worker = started(SMALL, CODE)
    yield worker
    worker.close()


def question(name, **values):
    return {"ask": "sizes", "name": name, "sizes": values}


def echoes(*values):
    return [question("echo", x=value) for value in values]


def test_the_answers_come_in_the_order_of_the_questions(worker):
    with worker.begun(echoes(1, 2, 3)) as fetch:
        assert [fetch(), fetch(), fetch()] == [1, 2, 3]
    assert call(worker, "echo", x=4) == 4


def test_the_process_works_meanwhile(worker, tmp_path):
    places = [tmp_path / str(k) for k in range(3)]
    with worker.begun([question("touches", path=str(place)) for place in places]) as fetch:
        until = time.monotonic() + 20
        while not all(place.exists() for place in places) and time.monotonic() < until:
            time.sleep(0.01)
        assert all(place.exists() for place in places)
        assert [fetch(), fetch(), fetch()] == [1, 1, 1]


@each("heard", [0, 1, 2])
def test_what_is_not_fetched_is_nobody_elses_answer(heard):
    worker = started(SMALL, CODE)
    with worker.begun(echoes(1, 2, 3)) as fetch:
        assert [fetch() for _ in range(heard)] == [1, 2, 3][:heard]
    assert call(worker, "echo", x=4) == 4
    worker.close()


def test_what_is_raised_is_raised_in_its_turn_and_costs_the_process_nothing(worker):
    process = call(worker, "process")
    asked = [question("raises"), question("raises"), *echoes(3)]
    with worker.begun(asked) as fetch, pytest.raises(TargetRaised, match="ValueError: no"):
        fetch()
    assert call(worker, "echo", x=4) == 4
    assert call(worker, "process") == process


@each("before", [0, 1, 2])
def test_one_that_ends_its_process_is_said_in_its_turn(before):
    worker = started(SMALL, CODE)
    asked = [*echoes(*range(before)), question("leaves"), *echoes(5)]
    with worker.begun(asked) as fetch:
        assert [fetch() for _ in range(before)] == list(range(before))
        with pytest.raises(TargetDied, match="exit code 7"):
            fetch()
    assert worker.deaths == 1
    assert call(worker, "echo", x=4) == 4
    worker.close()


def test_one_that_has_ended_before_the_rest_could_be_asked_is_said_in_its_turn_too(worker, monkeypatch):
    process, write, written = call(worker, "process"), worker._write, []

    def slow(data, until):
        if len(written) == 2:
            assert gone(process)
        written.append(data)
        write(data, until)

    monkeypatch.setattr(worker, "_write", slow)
    with worker.begun([*echoes(1), question("leaves"), *echoes(2, 3)]) as fetch:
        assert fetch() == 1
        with pytest.raises(TargetDied, match="exit code 7"):
            fetch()
    assert len(written) == 3


def test_one_that_does_not_return_has_its_time_from_when_it_is_waited_for():
    worker = started(SHORT, CODE)
    with worker.begun([question("sleeps"), *echoes(1)]) as fetch:
        time.sleep(1.5 * SHORT.timeout)
        with pytest.raises(TargetDied, match="did not return within"):
            fetch()
    assert call(worker, "echo", x=4) == 4
    worker.close()


def test_one_that_was_slow_to_be_fetched_is_not_late():
    worker = started(SHORT, CODE)
    with worker.begun(echoes(1, 2)) as fetch:
        time.sleep(1.5 * SHORT.timeout)
        assert [fetch(), fetch()] == [1, 2]
    worker.close()


def test_more_than_a_pipe_holds_is_asked_one_by_one():
    """Else the process waits for who reads its answer, and who asks for who reads the question."""
    large = np.arange(200_000.0)
    worker = started(SMALL, CODE)
    with worker.begun([question("grows", x=large[:20_000]), *echoes(large, large + 1)]) as fetch:
        assert fetch().size == 64 * 20_000
        assert np.array_equal(fetch(), large)
        assert np.array_equal(fetch(), large + 1)
    assert worker.deaths == 0
    worker.close()


def test_without_that_limit_they_would_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(supervisor, "AHEAD", 2**40)
    large = np.arange(200_000.0)
    worker = started(SHORT, CODE)
    with pytest.raises(TargetDied), worker.begun([question("grows", x=large[:20_000]), *echoes(large)]) as fetch:
        fetch()
    worker.close()


def test_who_is_interrupted_leaves_no_answers_behind(worker):
    process = call(worker, "process")
    with pytest.raises(KeyboardInterrupt):
        interrupted(worker)
    assert call(worker, "echo", x=4) == 4
    assert call(worker, "process") != process
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def interrupted(worker):
    with worker.begun(echoes(1, 2, 3)):
        raise KeyboardInterrupt
