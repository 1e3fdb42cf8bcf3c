"""Processes that are begun ahead: who is in need takes one, and none is left behind."""

import os
import subprocess
import sys
import time
from socket import SHUT_RDWR

import pytest

from reference.interface.exceptions import TargetGivenUp
from reference.settings.limits import Limits
from reference.targets.process import children as processes
from reference.targets.process.children import Children, ended
from reference.targets.process.supervisor import Worker
from reference.targets.process.template import Forked, forks
from tests.reference.targets import greeting

CODE = """
import sys
def one(): return 1
def jax_there(): return "jax" in sys.modules
def memory():
    import resource
    return list(resource.getrlimit(resource.RLIMIT_AS))
"""
LIMITS = Limits(60.0, 2**33)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def worker_of(children: Children) -> Worker:
    worker = Worker(LIMITS, greeting.load(CODE), children)
    worker.greet()
    return worker


def asked(worker: Worker, name: str):
    return worker.ask("sizes", name=name, sizes={})


@pytest.fixture
def without_forks(monkeypatch):
    monkeypatch.setattr(processes, "forks", lambda: False)


def has_jax_in_the_end(worker: Worker) -> bool:
    until = time.monotonic() + 60
    while not asked(worker, "jax_there") and time.monotonic() < until:
        time.sleep(0.1)
    return asked(worker, "jax_there")


def test_the_one_that_waits_is_taken_with_its_limit_and_its_own_jax(without_forks):
    with Children() as children:
        children.begin()
        (waiting,) = children.waiting
        worker = worker_of(children)
        assert worker.child is waiting
        assert children.waiting == []
        assert asked(worker, "one") == 1
        assert asked(worker, "memory") == [2**33, 2**33]
        assert has_jax_in_the_end(worker)
        worker.close()
        assert not is_there(waiting.pid)


def test_one_that_was_not_begun_ahead_imports_no_jax():
    worker = worker_of(Children())
    time.sleep(1)
    assert not asked(worker, "jax_there")
    worker.close()


def test_nobody_is_left_behind(without_forks):
    with Children() as children:
        children.begin()
        children.begin()
        pids = [child.pid for child in children.waiting]
        assert len(pids) == 2
        assert all(map(is_there, pids))
    assert not any(map(is_there, pids))


def test_one_that_died_while_it_waited_is_not_taken(without_forks):
    with Children() as children:
        children.begin()
        (dead,) = children.waiting
        dead.kill()
        dead.wait()
        worker = worker_of(children)
        assert worker.child.pid != dead.pid
        assert asked(worker, "one") == 1
        worker.close()


def test_a_second_process_comes_from_the_same_place(without_forks):
    with Children() as children:
        worker = worker_of(children)
        children.begin()
        (waiting,) = children.waiting
        twin = worker.twin()
        assert asked(twin, "one") == 1
        assert twin.child is waiting
        worker.close()
        assert not is_there(waiting.pid)
    ended(waiting)  # once more is no harm


@pytest.mark.skipif(not forks(), reason="there is no fork here")
def test_where_there_is_a_fork_all_come_from_one_that_was_begun_and_has_imported_jax():
    with Children() as children:
        children.begin()
        children.begin()
        assert children.waiting == []
        template = children.template
        first = worker_of(children)
        second = first.twin()
        assert asked(first, "jax_there")
        assert asked(second, "jax_there")
        assert isinstance(first.child, Forked)
        assert isinstance(second.child, Forked)
        assert children.template is template
        pids = [template.process.pid, first.child.pid, second.child.pid]
        assert all(map(is_there, pids))
        first.close()
    assert not any(map(is_there, pids))


@pytest.mark.skipif(not forks(), reason="there is no fork here")
def test_nobody_waits_for_jax_where_it_is_not_wanted():
    with Children() as children:
        children.begin(with_jax=False)
        first = worker_of(children)
        for worker in (first, first.twin(), worker_of(children)):
            assert not asked(worker, "jax_there")
            assert worker.child.template is children.template
        first.close()
        worker.close()


@pytest.mark.skipif(not forks(), reason="there is no fork here")
@pytest.mark.parametrize("ends", [lambda t: (t.process.kill(), t.process.wait()), lambda t: t.ours.shutdown(SHUT_RDWR)])
def test_a_template_that_is_gone_costs_nobody_anything(ends):
    with Children() as children:
        children.begin()
        ends(children.template)
        worker = worker_of(children)
        assert asked(worker, "one") == 1
        worker.close()


def test_a_twin_that_was_closed_begins_no_process_for_a_question_that_comes_late():
    with Children() as children:
        worker = worker_of(children)
        twin = worker.twin()
        assert asked(twin, "one") == 1
        pids = [worker.child.pid, twin.child.pid]
        worker.close()
        with pytest.raises(TargetGivenUp):
            asked(twin, "one")
        assert twin.child is None
        assert worker.twin() is not twin
        assert not any(map(is_there, pids))


def test_a_target_s_process_begins_with_nothing_that_it_has_no_use_for():
    heavy = "{'click', 'hypothesis', 'jax', 'pydantic', 'rich', 'scipy', 'torch'} & sys.modules.keys()"
    text = f"import sys, reference.targets.process.server; print({heavy})"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
