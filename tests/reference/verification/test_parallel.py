"""Where the work is done there is one thread for matrix products; what it raises is raised here."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from threadpoolctl import threadpool_info

import reference.verification.parallel
import reference.verification.threads
from reference.interface.entry import Implementation
from reference.verification.conclusion import Conclusion
from reference.verification.parallel import Job, side_by_side
from reference.verification.target import prepared
from reference.verification.threads import promptly
from tests.folding import each


@pytest.fixture
def pins(monkeypatch):
    """In which threads a pin stood. OpenMP counts for each thread; NumPy's OpenBLAS for the whole process."""
    stood = []

    @contextmanager
    def pin():
        stood.append(threading.current_thread())
        yield

    monkeypatch.setattr(reference.verification.threads, "one_thread", pin)
    monkeypatch.setattr(reference.verification.parallel, "one_thread", pin)
    return stood


def test_matrix_products_have_one_thread_where_the_work_is_done(pins):
    assert promptly(threading.current_thread) in pins
    assert threading.main_thread() not in pins


def test_so_they_have_where_targets_are_verified_side_by_side(pins):
    seen = []

    def verify(implementation: Implementation, job: Job) -> Conclusion:
        seen.append(threading.current_thread())
        return Conclusion(job.name, "pass")

    jobs = [Job(name, lambda name=name: Implementation(name, ())) for name in ("a", "b", "c")]
    found = side_by_side(jobs, verify, lambda implementation, run: Conclusion("", "interrupted"))
    assert [target.target for target in found] == ["a", "b", "c"]
    assert len(seen) == 3
    assert set(seen) <= set(pins)
    assert threading.main_thread() not in seen


def test_a_prepared_process_has_one_thread_everywhere():
    def counts() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info()}

    with prepared():
        assert counts() == {1}
        assert promptly(counts) == {1}


@each("error", [ValueError("planted"), SystemExit(3), KeyboardInterrupt()])
def test_what_the_work_raises_is_raised_here(error):
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        promptly(work)


def test_an_interrupt_keeps_what_is_finished_and_says_what_had_begun():
    gate = threading.Event()

    def verify(implementation: Implementation, job: Job) -> Conclusion:
        if job.name == "stops":
            raise KeyboardInterrupt
        if job.name == "slow":
            gate.wait(20)
        return Conclusion(job.name, "pass")

    closed = []
    jobs = [
        Job(name, lambda name=name: Implementation(name, (), close=lambda: closed.append(name)))
        for name in ("quick", "stops", "slow")
    ]
    said = lambda implementation, run: Conclusion(implementation.name, "interrupted")
    found = side_by_side(jobs, verify, said)
    gate.set()
    assert found[0] == Conclusion("quick", "pass")
    assert {target.verdict for target in found[1:]} == {"interrupted"}
    assert "stops" in closed
