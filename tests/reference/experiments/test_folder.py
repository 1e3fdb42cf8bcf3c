"""Where the files go: nothing of anyone else's is touched, and nothing is half written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reference.experiments import ExperimentError, folder


def files(*names, **more):
    listed = sorted([*names, folder.INDEX, folder.RESULTS])
    return {
        **{name: name.encode() for name in names},
        folder.INDEX: b"page",
        folder.RESULTS: json.dumps({"files": listed, **more}).encode(),
    }


def held(place):
    return {path.name: path.read_bytes() for path in place.iterdir()}


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
def test_a_new_folder_and_an_empty_one(tmp_path, there):
    place = tmp_path / "out"
    if there:
        place.mkdir()
    folder.check(place)
    assert place.exists() == there
    assert os.listdir(tmp_path) == (["out"] if there else [])
    folder.write(place, files("a.png"))
    assert held(place) == files("a.png")
    assert os.listdir(tmp_path) == ["out"]


def test_an_earlier_experiment_s_folder_keeps_nothing_of_it(tmp_path):
    place = tmp_path / "out"
    folder.write(place, files("a.png", "old.png"))
    (place / f"{folder.WRITING}1234").mkdir()  # of one that was killed
    folder.write(place, files("a.png", "new.png", more=2))
    assert held(place) == files("a.png", "new.png", more=2)


@pytest.mark.parametrize("results", [None, "", "{}", "[1]", '{"files": 3}', '{"files": ["index.html", 7]}'])
def test_a_folder_with_anything_else_in_it_is_refused(tmp_path, results):
    (tmp_path / "notes.txt").write_text("mine")
    if results is not None:
        (tmp_path / folder.RESULTS).write_text(results)
    before = held(tmp_path)
    for do in (folder.check, lambda place: folder.write(place, files())):
        with pytest.raises(ExperimentError, match="which no experiment wrote"):
            do(tmp_path)
    assert held(tmp_path) == before


def test_a_file_that_was_added_to_an_experiment_s_folder_is_refused_and_stays(tmp_path):
    place = tmp_path / "out"
    folder.write(place, files("a.png"))
    (place / "notes.txt").write_text("mine")
    with pytest.raises(ExperimentError, match=r"it holds 'notes\.txt'"):
        folder.write(place, files("b.png"))
    assert held(place) == {**files("a.png"), "notes.txt": b"mine"}


def test_a_list_that_names_a_file_elsewhere_removes_nothing_there(tmp_path):
    place, other = tmp_path / "out", tmp_path / "other.txt"
    other.write_text("mine")
    place.mkdir()
    (place / folder.RESULTS).write_text(json.dumps({"files": [folder.RESULTS, "../other.txt", str(other)]}))
    folder.write(place, files())
    assert other.read_text() == "mine"


@pytest.mark.parametrize("name", ["file.txt", "nowhere/out", "x" * 300, "a\nb/out", "dangling"])
def test_a_place_that_cannot_be_written_to_is_one_line(tmp_path, name):
    (tmp_path / "file.txt").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    with pytest.raises(ExperimentError) as caught:
        folder.check(tmp_path / name)
    assert str(caught.value).startswith("cannot write to ")
    assert str(caught.value).isprintable()
    assert sorted(os.listdir(tmp_path)) == ["dangling", "file.txt"]


def test_a_folder_without_the_right_to_write_is_refused_before_any_work(tmp_path, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ExperimentError, match="Permission denied"):
        folder.check(tmp_path / "out")


@pytest.mark.parametrize("there", [False, True], ids=["new", "earlier"])
def test_where_writing_fails_all_is_as_before(tmp_path, monkeypatch, there):
    place = tmp_path / "out"
    if there:
        folder.write(place, files("a.png"))
    whole, left = Path.write_bytes, [2]

    def full(self, data):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        return whole(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ExperimentError, match="No space left"):
            folder.write(place, files("b.png", "c.png"))
    assert os.listdir(tmp_path) == (["out"] if there else [])
    assert not there or held(place) == files("a.png")


def test_an_interrupt_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(self, data):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            folder.write(tmp_path / "out", files())
    assert os.listdir(tmp_path) == []


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    folder.write(tmp_path / "link", files("a.png"))
    assert (tmp_path / "link").is_symlink()
    assert held(tmp_path / "real") == files("a.png")
