"""Failures on disk: written whole, read back, forgotten; and the same ID for the same failure everywhere."""

from __future__ import annotations

import json
import os
import threading

import numpy as np
import pytest

from reference.cases.case import Case
from reference.cases.problem import draw
from reference.report.delivery import write_whole
from reference.verification import failures as store
from reference.verification.failures import Stored, StoreError, forget, load, load_all, replay_id, save

CASE = Case((2, 3, 1), 4, lambd=0.7, keep_prob=0.5, seed=3)
FAILURE = Stored("mine:backward", "backward", "dW1", str(CASE))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "a" / "failures"


def test_what_is_saved_is_loaded(folder):
    save(FAILURE, folder)
    assert load(FAILURE.id, folder) == FAILURE
    assert sorted(os.listdir(folder)) == [f"{FAILURE.id}.json", f"{FAILURE.id}.npz"]


def test_the_arrays_are_those_of_the_case(folder):
    save(FAILURE, folder)
    problem = draw([CASE])
    with np.load(folder / f"{FAILURE.id}.npz") as arrays:
        assert set(arrays) == {"X", "Y", "W1", "b1", "W2", "b2", "D1"}
        assert np.array_equal(arrays["X"], problem.X[0])
        assert np.array_equal(arrays["W2"], problem.parameters[1][0][0])
        assert np.array_equal(arrays["D1"], problem.masks[0][0])


def test_an_id_is_four_letters_that_depend_on_the_content_alone():
    assert replay_id(FAILURE) == FAILURE.id == replay_id(Stored(*FAILURE))
    assert len(FAILURE.id) == 4
    assert FAILURE.id.isalnum()
    others = {FAILURE._replace(**{name: value + "x"}).id for name, value in FAILURE._asdict().items()}
    assert len(others - {FAILURE.id}) == 4


def test_ids_are_the_same_for_years():
    assert replay_id(Stored("t", "c", "dW1", "dims=1,1 m=1")) == "TUJE"


def test_two_failures_with_one_id_are_both_kept(folder, monkeypatch):
    monkeypatch.setattr(store, "replay_id", lambda stored: "AAAA")
    other = FAILURE._replace(output="dW2")
    save(FAILURE, folder)
    save(other, folder)
    assert {FAILURE, other} <= set(load_all("mine:backward", folder))


def test_saving_twice_is_saving_once(folder):
    save(FAILURE, folder)
    save(FAILURE, folder)
    assert len(os.listdir(folder)) == 2


def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(folder):
    save(FAILURE, folder)
    forget(FAILURE.id, folder)
    assert os.listdir(folder) == []
    forget(FAILURE.id, folder)


@pytest.mark.parametrize("name", ["ZZZZ", "", "../a", "a/b", ".", "K7 Q2", "\x00"])
def test_an_unknown_id_says_what_there_is(folder, name):
    with pytest.raises(StoreError, match="there are: none"):
        load(name, folder)
    save(FAILURE, folder)
    with pytest.raises(StoreError, match=f"there are: {FAILURE.id}"):
        load(name, folder)


def test_a_name_that_leads_out_of_the_folder_is_not_followed(folder):
    save(FAILURE, folder)
    (folder.parent / "ABCD.json").write_text((folder / f"{FAILURE.id}.json").read_text())
    with pytest.raises(StoreError):
        load("../ABCD", folder)


UNREADABLE = {
    "empty": b"",
    "cut short": b'{"target": "mine',
    "not an object": b"[1, 2, 3]",
    "a number": b"3",
    "a field missing": b'{"target": "t", "check": "c", "output": "o"}',
    "a field too many": json.dumps({**FAILURE._asdict(), "more": 1}).encode(),
    "no case": json.dumps(FAILURE._replace(case="dims=0")._asdict()).encode(),
    "no string": json.dumps({**FAILURE._asdict(), "case": 7}).encode(),
    "not UTF-8": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_said_to_be_one_and_stops_nothing(folder, name):
    folder.mkdir(parents=True)
    (folder / "BAD7.json").write_bytes(UNREADABLE[name])
    with pytest.raises(StoreError, match="cannot be read as a failure"):
        load("BAD7", folder)
    save(FAILURE, folder)
    assert load_all(FAILURE.target, folder) == [FAILURE]


def test_the_failures_of_a_target_are_its_own_in_the_order_of_their_ids(folder):
    mine = [FAILURE._replace(output=f"dW{l}") for l in range(1, 6)]
    for stored in (*mine, FAILURE._replace(target="other:one")):
        save(stored, folder)
    assert load_all(FAILURE.target, folder) == sorted(mine, key=lambda stored: stored.id)
    assert load_all("nobody", folder) == []


def test_many_targets_read_each_file_once_and_again_where_it_changed(folder, monkeypatch):
    for l in range(1, 6):
        save(FAILURE._replace(output=f"dW{l}"), folder)
    read, loads = [], json.loads
    monkeypatch.setattr(store.json, "loads", lambda text: read.append(text) or loads(text))
    for k in range(10):
        load_all(f"target {k}", folder)
    assert len(read) == 5
    changed = FAILURE._replace(output="dW1", target="another, of another length")
    path = folder / f"{FAILURE._replace(output='dW1').id}.json"
    path.write_text(json.dumps(changed._asdict()), encoding="utf-8")
    assert load_all(changed.target, folder) == [changed]
    assert len(read) == 6


def test_there_need_not_be_a_folder(folder):
    assert load_all("mine", folder) == []


class Stopped(BaseException):
    pass


def test_a_write_that_is_stopped_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_whole(path, b"old")

    def stop(self, target):
        raise Stopped

    monkeypatch.setattr(type(path), "replace", stop)
    with pytest.raises(Stopped):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_save_that_is_stopped_leaves_nothing_half_written(folder, monkeypatch):
    def stop(file, **arrays):
        with open(file, "wb") as half:
            half.write(b"half")
        raise Stopped

    monkeypatch.setattr(np, "savez", stop)
    with pytest.raises(Stopped):
        save(FAILURE, folder)
    assert os.listdir(folder) == [f"{FAILURE.id}.json"]
    assert load(FAILURE.id, folder) == FAILURE


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"report")
    reader.join(timeout=10)
    assert read == [b"report"]
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]
