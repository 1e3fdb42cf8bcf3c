"""A target's own process: whatever it does there costs itself alone, and the one who asks goes on.

The hostile functions here loop, exit, crash, fill memory to a small limit and start threads up to that limit; none
starts processes beyond a single ``sleep``, and none touches a device.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from reference.interface.exceptions import TargetDied, TargetGivenUp, TargetRaised
from reference.settings.limits import Limits
from reference.targets.process.messages import pack
from reference.targets.process.supervisor import DEATHS, Worker
from tests.reference.targets import greeting

SMALL = Limits(timeout=10.0, memory=2**30)
SHORT = Limits(timeout=0.7, memory=2**30)

CODE = """
import os, sys, threading, time, signal, subprocess, ctypes
import numpy as np

def one(): return 1
def echo(x): return x
def loop():
    while True: pass
def sleep(): time.sleep(1000)
def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        try:
            while True: time.sleep(0.01)
        except BaseException: pass
def leave(): sys.exit(3)
def leave_quietly(): sys.exit()
def leave_at_once(): os._exit(7)
def interrupt(): raise KeyboardInterrupt
def crash(): os.kill(os.getpid(), signal.SIGSEGV)
def crash_for_real(): ctypes.string_at(0)
def abort(): os.abort()
def recurse(): return recurse()
def stop(): os.kill(os.getpid(), signal.SIGSTOP)
def huge(): return np.ones(10**11)
def grow():
    kept = []
    while True: kept.append(bytearray(2**22))
def grow_and_survive():
    kept = []
    try:
        while True: kept.append(bytearray(2**22))
    except MemoryError:
        return len(kept)
def chatter():
    for _ in range(20000): print("x" * 1000)
    return 1
def long_word(): print("x" * 10**8); return 1
def errors(): sys.stderr.write("x" * 10**7); return 1
def raw_garbage(): os.write(1, b"garbage" * 1000); os.write(2, b"garbage"); return 1
def child_prints(): subprocess.run([sys.executable, "-c", "print('garbage' * 1000)"]); return 1
def reads():
    return [sys.stdin.read(), os.read(0, 10) == b""]
def asks(): return input("how many?")
def into_the_wire(data):
    for fd in range(3, 30):
        try: os.write(fd, bytes(data))
        except OSError: pass
    return 1
def close_all():
    os.closerange(0, 256)
    return 1
def close_standard():
    for fd in (0, 1, 2): os.close(fd)
    return 1
def threads():
    def wait(): time.sleep(1000)
    try:
        for _ in range(4000): threading.Thread(target=wait).start()
    except (RuntimeError, MemoryError): pass
    return threading.active_count()
def busy_thread():
    def spin():
        while True: pass
    threading.Thread(target=spin, daemon=True).start()
    return 1
def late_exit():
    threading.Timer(0.2, os._exit, (5,)).start()
    return 1
def environment(): return dict(os.environ)
def grandchild():
    return subprocess.Popen(["sleep", "600"]).pid
def grandchild_then_loop(where):
    with open(where, "w") as file: file.write(str(subprocess.Popen(["sleep", "600"]).pid))
    while True: pass
def counted(where):
    with open(where, "a") as file: file.write("x")
    os._exit(1)
def working(): return os.getcwd()
def spoil():
    np.dot = None
    sys.stdout = None
    sys.settrace(None)
    os.environ.clear()
    return 1
def deep():
    value = []
    for _ in range(100000): value = [value]
    return value
class Odd(Exception):
    def __str__(self): raise ValueError("no")
def odd_error(): raise Odd
def long_error(): raise ValueError("x" * 10**6)
class Bad(dict):
    def items(self): raise SystemExit(4)
def bad_answer(): return Bad(a=1)
class Length(list):
    def __iter__(self):
        while True: yield 1
def endless_answer(): return Length()
"""


def started(limits=SMALL, code=CODE):
    worker = Worker(limits, greeting.load(code))
    worker.greet()
    return worker


def call(worker, name, **arguments):
    return worker.ask("sizes", name=name, sizes=arguments)


@pytest.fixture(scope="module")
def shared():
    """For what leaves the process whole."""
    worker = started()
    yield worker
    worker.close()


@pytest.fixture
def worker():
    worker = started()
    yield worker
    worker.close()


@pytest.fixture
def hasty():
    worker = started(SHORT)
    yield worker
    worker.close()


def gone(pid):
    """Ended, or waiting for its parent to look."""
    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


# --- what ends the process -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["loop", "sleep", "stubborn", "stop", "endless_answer"])
def test_what_does_not_return_is_ended_within_the_time(hasty, name):
    begun = time.monotonic()
    with pytest.raises(TargetDied, match=r"did not return within 0\.7 s|exit code|ended by"):
        call(hasty, name)
    assert time.monotonic() - begun < 3
    assert hasty.child is None
    assert call(hasty, "one") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("leave_at_once", "exit code 7"),
        ("crash", "SIGSEGV"),
        ("crash_for_real", "SIGSEGV"),
        ("abort", "SIGABRT"),
        ("interrupt", "exit code|SIGINT"),
        ("bad_answer", "exit code"),
        ("close_all", "exit code|closed the way"),
    ],
)
def test_what_ends_its_process_is_told_how_and_the_next_question_is_answered(worker, name, how):
    with pytest.raises(TargetDied, match=how):
        call(worker, name)
    assert worker.deaths == 1
    assert call(worker, "one") == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leave", "SystemExit"),
        ("leave_quietly", "SystemExit"),
        ("recurse", "RecursionError"),
        ("huge", "MemoryError"),
        ("asks", "EOFError"),
        ("odd_error", "Odd"),
    ],
)
def test_what_can_be_caught_is_an_exception_of_the_targets(shared, name, kind):
    with pytest.raises(TargetRaised) as raised:
        call(shared, name)
    assert raised.value.details["type"] == kind
    assert raised.value.details["frames"]
    assert shared.deaths == 0
    assert call(shared, "one") == 1


def test_a_long_message_is_cut(shared):
    with pytest.raises(TargetRaised) as raised:
        call(shared, "long_error")
    assert len(raised.value.details["message"]) < 1000


def test_a_frame_names_the_line(shared):
    with pytest.raises(TargetRaised) as raised:
        call(shared, "leave")
    assert raised.value.details["frames"][-1] == [
        shared.greeting["path"],
        None,
        CODE[: CODE.index("sys.exit(3)")].count("\n") + 1,
        "leave",
    ]


# --- memory, prints, threads -----------------------------------------------------------------------------------


def test_a_list_that_grows_without_end_stays_under_the_limit(worker):
    with pytest.raises((TargetRaised, TargetDied)):
        call(worker, "grow")
    assert call(worker, "one") == 1


@pytest.mark.slow
def test_the_limit_is_the_one_that_was_given(worker):
    assert call(worker, "grow_and_survive") * 2**22 < SMALL.memory


@pytest.mark.parametrize("name", ["chatter", "long_word", "errors", "raw_garbage", "child_prints"])
def test_what_is_printed_does_not_get_into_the_answer(shared, capfd, name):
    assert call(shared, name) == 1
    assert call(shared, "echo", x=2) == 2
    assert capfd.readouterr() == ("", "")


def test_a_target_that_closes_its_standard_files_is_answered_for(worker, capfd):
    assert call(worker, "close_standard") == 1
    assert call(worker, "chatter") == 1
    assert capfd.readouterr() == ("", "")


def test_the_last_of_what_was_printed_is_heard(shared):
    value, printed = shared.ask_with_output("sizes", name="chatter", sizes={})
    assert value == 1
    assert printed.endswith("x" * 100 + "\n")
    assert len(printed) < 10_000


def test_nothing_can_be_read(shared):
    assert call(shared, "reads") == ["", True]


def test_a_flood_of_threads_is_contained(worker):
    with contextlib.suppress(TargetDied, TargetRaised):
        assert call(worker, "threads") > 1
    with contextlib.suppress(TargetDied, TargetRaised):
        call(worker, "one")
    worker.close()
    assert worker.child is None


def test_a_thread_that_goes_on_does_not_stop_the_answers(worker):
    assert call(worker, "busy_thread") == 1
    assert call(worker, "one") == 1


@pytest.mark.slow
def test_an_end_between_two_questions_costs_one_of_them(worker):
    assert call(worker, "late_exit") == 1
    worker.child.wait(timeout=5)
    with pytest.raises(TargetDied):
        call(worker, "one")
    assert call(worker, "one") == 1


def test_a_target_that_spoils_its_own_process_gets_answers_or_a_new_one(worker):
    assert call(worker, "spoil") == 1
    with contextlib.suppress(TargetDied, TargetRaised):
        assert call(worker, "one") == 1
    with contextlib.suppress(TargetDied, TargetRaised):
        assert call(worker, "one") == 1


def test_an_answer_nested_without_end_is_cut_or_refused(worker):
    with contextlib.suppress(TargetDied, TargetRaised):
        call(worker, "deep")
    assert call(worker, "one") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "data", [b"x", b"garbage, and more of it", bytes(16), b"\x00" * 7 + b"\x05" + b"\x00" * 8 + b"12345", b"\xff" * 64]
)
def test_garbage_on_the_way_to_us_is_no_answer_and_no_harm(hasty, data):
    with pytest.raises(TargetDied, match=r"no answer that can be read|did not return"):
        call(hasty, "into_the_wire", data=list(data))
    assert call(hasty, "one") == 1


@pytest.mark.slow
@pytest.mark.parametrize("answer", [3, [], {}, {"raised": 3}, {"raised": {}}])
def test_a_well_formed_answer_that_is_none_of_ours_is_no_harm(hasty, answer):
    with pytest.raises(TargetDied, match="no answer that can be read"):
        call(hasty, "into_the_wire", data=list(pack(answer)))
    assert call(hasty, "one") == 1


# --- the question ----------------------------------------------------------------------------------------------


def test_a_large_question_gets_a_large_answer(shared):
    x = np.arange(10**6, dtype=float)
    assert np.array_equal(call(shared, "echo", x=x), x)


@pytest.mark.slow
@pytest.mark.parametrize("listens", [0, 4096, 70_000])
def test_a_large_question_to_a_process_that_stops_listening_ends_in_time(listens):
    """As where a thread of the target's holds the interpreter after its function returned."""
    deaf = f"import os, time\nat = {listens}\nwhile at: at -= len(os.read(0, min(4096, at)))\ntime.sleep(60)"
    worker = Worker(SHORT, {})
    worker.child = subprocess.Popen(
        [sys.executable, "-S", "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    child, ended = worker.child, []

    def ask():
        try:
            call(worker, "echo", x=np.zeros(10**5))
        except TargetDied as died:
            ended.append(str(died))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(4)
    late = asking.is_alive()
    child.kill()
    child.wait()
    asking.join(4)
    worker.close()
    child.stdin.close()
    child.stdout.close()
    assert not late, "the writing has no end"
    assert "did not return within" in ended[0]


def test_questions_from_several_threads_get_each_its_answer(shared):
    answers = {}

    def ask(k):
        answers[k] = call(shared, "echo", x=k)

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == {k: k for k in range(8)}


def test_a_question_that_there_is_none_of_does_not_hang(shared):
    with pytest.raises((TargetDied, TargetRaised, AttributeError)):
        shared.ask("nothing_of_the_kind")
    assert call(shared, "one") == 1


# --- what is passed on -----------------------------------------------------------------------------------------


def test_secrets_are_not_passed_on(monkeypatch):
    for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "MY_PASSWORD", "HOME", "PYTHONPATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "a secret")
    worker = started()
    try:
        there = call(worker, "environment")
    finally:
        worker.close()
    assert "a secret" not in there.values()
    assert not {"AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "MY_PASSWORD", "HOME"} & there.keys()
    assert there["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize("users", [None, "1"])
def test_no_bytecode_is_left_beside_a_target_and_ours_is_kept_unless_the_user_says_otherwise(
    tmp_path, monkeypatch, users
):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    if users:
        monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", users)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "kept"))
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "module_beside.py").write_text("value = 1", encoding="utf-8")
    code = (
        f"def one():\n    import sys\n    sys.path.insert(0, {str(beside)!r})\n    import module_beside\n    return 1"
    )
    worker = started(code=code)
    try:
        assert call(worker, "one") == 1
    finally:
        worker.close()
    written = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert "module_beside" not in written
    assert ("survey" in written) == (users is None)


def test_no_other_file_is_open_in_the_process(tmp_path):
    code = (
        "import os\ndef links(): return sorted(os.readlink(f'/proc/self/fd/{n}') "
        "for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}'))"
    )
    with (tmp_path / "open.txt").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        worker = started(code=code)
        try:
            links = call(worker, "links")
        finally:
            worker.close()
    assert str(tmp_path / "open.txt") not in links


# --- lost, and started again -----------------------------------------------------------------------------------


def test_a_process_that_was_lost_is_another_one_with_the_same_functions(worker):
    first = worker.child.pid
    with pytest.raises(TargetDied):
        call(worker, "leave_at_once")
    assert call(worker, "echo", x=[1, "a"]) == [1, "a"]
    assert worker.child.pid != first


@pytest.mark.slow
def test_after_three_losses_it_is_given_up(worker, tmp_path):
    count = tmp_path / "count"
    for _ in range(DEATHS):
        with pytest.raises(TargetDied, match="exit code 1"):
            call(worker, "counted", where=str(count))
    for _ in range(2):
        with pytest.raises(TargetGivenUp, match="lost 3 times"):
            call(worker, "counted", where=str(count))
    assert DEATHS == 3
    assert count.read_text() == "xxx"
    assert worker.child is None


def test_a_definition_that_ends_the_process_ends_the_loading():
    """A class body is executed."""
    worker = Worker(SHORT, greeting.load("class A:\n    import os\n    os._exit(9)"))
    with pytest.raises(TargetDied, match="exit code 9"):
        worker.greet()
    assert worker.child is None
    worker.close()


# --- closing ---------------------------------------------------------------------------------------------------


def test_closing_ends_the_process_and_what_it_started():
    worker = started()
    child, grandchild = worker.child.pid, call(worker, "grandchild")
    assert not gone_now(grandchild)
    worker.close()
    assert gone(child)
    assert gone(grandchild)


def gone_now(pid):
    return not os.path.exists(f"/proc/{pid}")


@pytest.mark.slow
def test_a_process_that_is_late_is_ended_with_what_it_started(hasty, tmp_path):
    where = tmp_path / "pid"
    with pytest.raises(TargetDied, match="did not return"):
        call(hasty, "grandchild_then_loop", where=str(where))
    assert gone(int(where.read_text()))


def test_closing_twice_is_closing_once_and_asking_after_it_starts_again():
    worker = started()
    worker.close()
    worker.close()
    assert worker.child is None
    assert call(worker, "one") == 1
    worker.close()


def test_closing_leaves_no_file_open():
    worker = started()
    before = len(os.listdir("/proc/self/fd"))
    worker.close()
    assert len(os.listdir("/proc/self/fd")) == before - 2
