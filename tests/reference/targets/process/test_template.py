"""Processes that are forked from one template: as good as one that was begun, whatever another did."""

import os
import signal
import time

import numpy as np
import pytest

from reference.interface.exceptions import TargetDied
from reference.settings.limits import Limits
from reference.targets.process.children import Children
from reference.targets.process.supervisor import Worker
from reference.targets.process.template import forks
from tests.reference.targets import greeting

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not forks(), reason="there is no fork here")]
CODE = """
import os, sys, threading, time
import numpy as np
state = [0]
def one(): return 1
def jax_there(): return "jax" in sys.modules
def count(): state[0] += 1; return state[0]
def harm():
    np.mean = lambda x: 0.0
    np.seterr(all="raise")
    sys.modules["numpy.linalg"] = None
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    os.environ["PATH"] = ""
    os.chdir("/")
    return 1
def mean(): return float(np.mean(np.array([1.0, 3.0])))
def folder(): return os.getcwd()
def leave(): os._exit(7)
def crash(): os.kill(os.getpid(), 11)
def loop():
    while True: pass
def memory():
    import resource
    return list(resource.getrlimit(resource.RLIMIT_AS))
def secret(): return "SECRET" in os.environ or b"SECRET" in open("/proc/self/environ", "rb").read()
def grad():
    import jax
    return float(jax.grad(lambda x: jax.numpy.tanh(x) ** 2)(0.5))
def echo(x): return x
"""
LIMITS = Limits(20.0, 2**33)


@pytest.fixture(scope="module")
def children():
    with Children(many=True) as found:
        yield found


def worker_of(children, limits=LIMITS):
    worker = Worker(limits, greeting.load(CODE), children)
    worker.greet()
    return worker


def asked(worker, name, **arguments):
    return worker.ask("sizes", name=name, sizes=arguments)


def test_one_after_the_other_has_all_imported_and_nothing_of_the_other(children):
    first, second = worker_of(children), worker_of(children)
    assert first.child.template is second.child.template
    assert first.child.pid != second.child.pid
    for worker in (first, second):
        assert asked(worker, "one") == 1
        assert asked(worker, "jax_there")
        assert asked(worker, "count") == 1
        assert asked(worker, "memory") == [2**33, 2**33]
    first.close()
    assert asked(second, "count") == 2
    second.close()


def test_what_one_does_to_itself_ends_with_it(children):
    here = os.getcwd()
    first = worker_of(children)
    assert asked(first, "harm") == 1
    assert asked(first, "mean") == 0.0
    first.close()
    second = worker_of(children)
    assert asked(second, "mean") == 2.0
    assert asked(second, "folder") == here
    second.close()


def test_jax_works_in_every_one(children):
    for _ in range(2):
        worker = worker_of(children)
        assert abs(asked(worker, "grad") - 2 * np.tanh(0.5) * (1 - np.tanh(0.5) ** 2)) < 1e-6
        worker.close()


@pytest.mark.parametrize(("name", "how"), [("leave", "exit code 7"), ("crash", "SIGSEGV")])
def test_how_it_ended_is_known(children, name, how):
    worker = worker_of(children)
    with pytest.raises(TargetDied, match=how):
        asked(worker, name)
    assert asked(worker, "one") == 1
    worker.close()


def test_what_does_not_return_is_ended(children):
    worker = worker_of(children, LIMITS._replace(timeout=0.7))
    begun = time.monotonic()
    with pytest.raises(TargetDied, match=r"did not return within 0\.7 s"):
        asked(worker, "loop")
    assert time.monotonic() - begun < 5
    worker.close()


def test_nothing_secret_is_passed_on(monkeypatch):
    monkeypatch.setenv("SECRET", "1")
    with Children(many=True) as children:
        worker = worker_of(children)
        assert not asked(worker, "secret")
        worker.close()


def test_a_large_question_gets_a_large_answer(children):
    worker = worker_of(children)
    x = np.arange(10**6, dtype=float)
    assert np.array_equal(asked(worker, "echo", x=x), x)
    worker.close()


def test_a_template_that_is_gone_is_begun_anew(children):
    worker = worker_of(children)
    template = worker.child.template
    os.kill(template.process.pid, signal.SIGKILL)
    template.process.wait()
    other = worker_of(children)
    assert other.child.template is not template
    assert asked(other, "one") == 1
    worker.close()
    other.close()


def test_none_is_left_when_who_asks_is_gone():
    with Children(many=True) as children:
        worker = worker_of(children)
        pid, template = worker.child.pid, worker.child.template
    worker.close()
    until = time.monotonic() + 10
    while time.monotonic() < until and os.path.exists(f"/proc/{pid}/stat") and _runs(pid):
        time.sleep(0.05)
    assert not _runs(pid)
    assert template.process.returncode is not None


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
