"""A journal gives back what was put into it, for the same content, and nothing that is broken."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from reference.commands.many.journal import Journal, TargetAnswer, journal_of
from reference.findings.verdicts import Verdict
from reference.kept import files
from reference.settings.formats import TEXT
from reference.verification.conclusion import Conclusion
from reference.verification.request import Request, request


def answer(name: str, verdict: Verdict = "pass", *, nothing: bool = False) -> TargetAnswer:
    return TargetAnswer(Conclusion(name, verdict, drawn={"f": "what it was given"}), nothing)


def names(journal: Journal) -> set[str]:
    """Everything that lies in it."""
    return {name for (name,) in journal._db.execute("SELECT name FROM answers")}


def asked(**flags: object) -> Request:
    return request(("a.py", "b.py"), TEXT, {"profile": "quick", **flags})


def test_what_was_put_is_there_for_the_same_content(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.put("a.py", "one", answer("a.py"))
        journal.put("b.py", None, answer("b.py", nothing=True))
        assert journal["a.py"] == answer("a.py")
        assert journal.has("a.py", "one")
        assert not journal.has("a.py", "two")
        assert not journal.has("b.py", None)  # of no content: whether it changed cannot be told
        assert names(journal) == {"a.py", "b.py"}
        assert journal.holding_nothing() == {"b.py"}
        with pytest.raises(KeyError):
            journal["c.py"]


def test_it_goes_on_only_where_that_is_asked(tmp_path: Path) -> None:
    for resumed, left in ((True, {"a.py"}), (False, set())):
        with Journal(tmp_path / "j") as journal:
            journal.put("a.py", "one", answer("a.py"))
        with Journal(tmp_path / "j", resumed=resumed) as journal:
            assert names(journal) == left


def test_it_is_gone_when_the_run_is_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.put("a.py", "one", answer("a.py"))
    journal.close(whole=True)
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_it_is_kept_for_the_run_alone() -> None:
    with Journal(None) as journal:
        journal.put("a.py", "one", answer("a.py"))
        assert journal["a.py"] == answer("a.py")
        place = Path(journal._beside.name)
        assert place.is_dir()
    assert not place.exists()


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0" + b"x" * 4096])
def test_a_broken_journal_is_begun_anew(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "j").write_bytes(data)
    with Journal(tmp_path / "j", resumed=True) as journal:
        assert names(journal) == set()
        journal.put("a.py", "one", answer("a.py"))
        assert journal["a.py"] == answer("a.py")


def test_one_of_another_make_is_begun_anew(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "j") as db:
        db.execute("CREATE TABLE answers (name TEXT)")
    with Journal(tmp_path / "j", resumed=True) as journal:
        assert names(journal) == set()


def test_an_answer_that_is_not_whole_does_not_count(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.put("a.py", "one", answer("a.py"))
        (data,) = journal._db.execute("SELECT data FROM answers").fetchone()
        for spoilt in (b"", data[:-1], data[:40] + bytes([data[40] ^ 1]) + data[41:]):
            journal._db.execute("UPDATE answers SET data = ?", (spoilt,))
            assert not journal.has("a.py", "one")
            with pytest.raises(KeyError):
                journal["a.py"]


def test_another_plan_other_targets_another_folder_and_another_tool_have_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    both = ["a.py", "b.py"]
    first = journal_of(both, asked())
    assert journal_of(both, asked()) == first
    others = [
        journal_of(both[:1], asked()),
        *(journal_of(both, asked(**flags)) for flags in (
            {"seed": 3}, {"profile": "ci"}, {"examples": 7}, {"bind": ("layout=rows",)}, {"excepted": ("f",)},
            {"timeout": 5.0}, {"memory": 999}, {"accuracy": "fail"},
        )),
        journal_of(both, replace(asked(), slack={"float32": 2.0})),
        journal_of(both, replace(asked(), reports=(("html", "x.html"),))),
    ]  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(files, "version", lambda name: "0.0.1")
        others.append(journal_of(both, asked()))
    monkeypatch.chdir(tmp_path)
    others.append(journal_of(both, asked()))
    assert first not in others
    assert len(set(others)) == len(others)


def test_a_place_that_cannot_be_written_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert journal_of(["a.py"], asked()) is None
