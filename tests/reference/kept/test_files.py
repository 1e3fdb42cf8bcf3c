"""What is kept is read as it was written or not at all, and by what made it alone."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reference.kept import files


def test_what_was_written_is_read(tmp_path: Path) -> None:
    for data in (b"", b"some bytes", bytes(range(256)) * 1000):
        files.write(tmp_path / "folder" / "file", data)
        assert files.read(tmp_path / "folder" / "file") == data
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file"]
    assert files.read(tmp_path / "no such file") is None


@pytest.mark.parametrize("kept", [b"", b"short", b"x" * 100])
def test_what_was_not_written_here_is_not_read(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "file").write_bytes(kept)
    assert files.read(tmp_path / "file") is None


@pytest.mark.parametrize("at", [0, 31, 32, -1])
def test_one_other_bit_is_not_read(tmp_path: Path, at: int) -> None:
    files.write(tmp_path / "file", b"some bytes")
    data = bytearray((tmp_path / "file").read_bytes())
    data[at] ^= 1
    (tmp_path / "file").write_bytes(data)
    assert files.read(tmp_path / "file") is None


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files.write(tmp_path / "file" / "within", b"data")
    assert files.read(tmp_path / "file" / "within") is None


def test_many_that_write_at_once_leave_one_whole(tmp_path: Path) -> None:
    def write(k: int) -> bytes | None:
        files.write(tmp_path / "file", bytes([k % 7]) * 10_000)
        return files.read(tmp_path / "file")

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(write, range(100)))
    assert all(one is not None and len(one) == 10_000 and len(set(one)) == 1 for one in seen)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", files.PACKAGES)
def test_another_version_has_another_folder(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before, known = files.folder_of("f", ()), files.version
    monkeypatch.setattr(files, "version", lambda package: "0.0.1" if package == name else known(package))
    assert files.folder_of("f", ()) != before


def test_another_processor_another_source_and_another_name_have_another_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    before = files.folder_of("f", (tmp_path / "a.py",))
    assert files.folder_of("f", (tmp_path / "a.py",)) == before
    assert files.folder_of("g", (tmp_path / "a.py",)) != before
    with monkeypatch.context() as patched:
        patched.setattr(files, "processor", lambda: "another")
        assert files.folder_of("f", (tmp_path / "a.py",)) != before
    (tmp_path / "a.py").write_text("a = 2")
    assert files.folder_of("f", (tmp_path / "a.py",)) != before


def test_the_oldest_are_forgotten_first(tmp_path: Path) -> None:
    for k in range(5):
        (tmp_path / str(k)).write_bytes(b"x" * 100)
        os.utime(tmp_path / str(k), (k, k))
    files.prune(tmp_path, 250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4"]
    files.prune(tmp_path / "not there", 0)
