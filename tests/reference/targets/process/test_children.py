"""Processes that are begun ahead: who is in need takes one, and none is left behind."""

import os
import time

from reference.settings.limits import Limits
from reference.targets.process.children import Children, ended
from reference.targets.process.supervisor import Worker
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


def test_the_one_that_waits_is_taken_with_its_limit_and_its_own_jax():
    with Children() as children:
        children.begin()
        (waiting,) = children.waiting
        worker = worker_of(children)
        assert worker.child is waiting
        assert children.waiting == []
        assert asked(worker, "one") == 1
        assert asked(worker, "memory") == [2**33, 2**33]
        until = time.monotonic() + 60
        while not asked(worker, "jax_there") and time.monotonic() < until:
            time.sleep(0.1)
        assert asked(worker, "jax_there")
        worker.close()
        assert not is_there(waiting.pid)


def test_one_that_was_not_begun_ahead_imports_no_jax():
    worker = worker_of(Children())
    time.sleep(1)
    assert not asked(worker, "jax_there")
    worker.close()


def test_nobody_is_left_behind():
    with Children() as children:
        children.begin()
        children.begin()
        pids = [child.pid for child in children.waiting]
        assert all(map(is_there, pids))
    assert not any(map(is_there, pids))


def test_one_that_died_while_it_waited_is_not_taken():
    with Children() as children:
        children.begin()
        (dead,) = children.waiting
        dead.kill()
        dead.wait()
        worker = worker_of(children)
        assert worker.child.pid != dead.pid
        assert asked(worker, "one") == 1
        worker.close()


def test_a_second_process_comes_from_the_same_place():
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
