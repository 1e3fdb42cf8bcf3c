"""What is concluded so far of many targets, on disk: it takes no memory, and a run that was stopped goes on from there.

A journal is that of a run: of these targets, this plan, this tool and these versions, and it is gone when the run is
whole. What it holds of a target counts while its content is what it was. It lies in the user's cache folder, where
nobody writes who is judged.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sqlite3
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from reference.kept.files import folder_of, our_sources
from reference.verification.conclusion import Conclusion
from reference.verification.request import Request

__all__ = ["Journal", "TargetAnswer", "journal_of"]

TABLE = """CREATE TABLE IF NOT EXISTS
    answers (name TEXT PRIMARY KEY, content TEXT, holds_nothing INT, data BLOB)"""
DIGEST = hashlib.sha256().digest_size
PATIENCE = 30  # seconds for another run of the same to let go


class TargetAnswer(NamedTuple):
    """What is concluded of a target, and whether it holds nothing that could be judged."""

    conclusion: Conclusion
    holds_nothing: bool = False


class Journal:
    """Answers by the names of their targets. ``resumed``: what an earlier run of the same has left counts."""

    def __init__(self, path: Path | None, *, resumed: bool = False) -> None:
        self._path = path
        self._beside = None if path is not None else tempfile.TemporaryDirectory(prefix="manual-backprop-")
        if self._beside is not None:
            self._path = Path(self._beside.name) / "journal.sqlite"
        elif not resumed:
            self._remove()
        self._db = self._opened()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def put(self, name: str, content: str | None, answer: TargetAnswer) -> None:
        """Written before this returns."""
        data = zlib.compress(pickle.dumps(answer), 1)
        row = (name, content, answer.holds_nothing, hashlib.sha256(data).digest() + data)
        self._db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", row)

    def has(self, name: str, content: str | None) -> bool:
        """Is there a whole answer to a target of this content?"""
        row = self._db.execute("SELECT content, data FROM answers WHERE name = ?", (name,)).fetchone()
        return row is not None and content is not None and row[0] == content and _read(row[1]) is not None

    def __getitem__(self, name: str) -> TargetAnswer:
        row = self._db.execute("SELECT data FROM answers WHERE name = ?", (name,)).fetchone()
        answer = None if row is None else _read(row[0])
        if answer is None:
            raise KeyError(name)
        return answer

    def holding_nothing(self) -> set[str]:
        return {name for (name,) in self._db.execute("SELECT name FROM answers WHERE holds_nothing")}

    def close(self, *, whole: bool = False) -> None:
        """``whole``: the run is at its end, and nothing is left to go on with."""
        self._db.close()
        if self._beside is not None:
            self._beside.cleanup()
        elif whole:
            self._remove()

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError:  # no journal, or half of one: all is judged
            self._remove()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        assert self._path is not None
        db = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(TABLE)
            db.execute("SELECT name, content, holds_nothing, data FROM answers LIMIT 1").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    def _remove(self) -> None:
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{self._path}{end}")


def journal_of(names: Sequence[str], asked: Request) -> Path | None:
    """Where that of a run lies; ``None`` where nothing can be written."""
    o = asked.options
    plan: tuple[Any, ...] = (
        o.profile, o.seed, o.case, o.pair_case, o.accuracy, o.intermediates, o.coverage, asked.limits, asked.bind,
        sorted(asked.bindings.items()), asked.excepted, sorted(asked.slack.items()), asked.pictured, asked.anew,
    )  # fmt: skip
    digest = hashlib.sha256(repr((os.getcwd(), list(names), plan)).encode(errors="surrogateescape")).hexdigest()[:16]
    place = folder_of("journals", our_sources())
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return place / f"{digest}.sqlite" if os.access(place, os.W_OK) else None


def _read(found: bytes) -> TargetAnswer | None:
    """``None`` for what is not whole."""
    data = found[DIGEST:]
    if hashlib.sha256(data).digest() != found[:DIGEST]:
        return None
    answer: TargetAnswer = pickle.loads(zlib.decompress(data))
    return answer
