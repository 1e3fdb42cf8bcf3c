"""A file of pairs, opened in a process of its own, whose text is replaced again and again.

An edit of a backward pass leaves the forward pass as it is: what the witnesses say of that is asked once, and every
run of both passes is the edited text's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from reference.interface.pair import OpenPair
from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.targets.open_pairs import open_pairs
from reference.targets.process.messages import pack
from reference.targets.process.supervisor import Worker

__all__ = ["Workshop", "planted"]

OF_THE_FORWARD_PASS = ("pair_autodiff", "pair_complex", "pair_differences")
PATIENCE = 10.0  # seconds of one answer; these pairs are small


class Workshop:
    """One file. ``pairs`` opens it with the text that it is given."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source
        self.folder = TemporaryDirectory(prefix="pairs-")
        self.path = Path(self.folder.name).resolve() / name
        self.worker: Worker | None = None
        self.heard: dict[bytes, Any] = {}  # what the witnesses said of the forward passes

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.worker is not None:
            self.worker.close()
        self.folder.cleanup()

    def pairs(self, source: str, *, forward_is_ours: bool = False) -> list[OpenPair]:
        """The pairs of a text. ``forward_is_ours``: its forward passes are those of the right one."""
        self.path.write_text(source, encoding="utf-8")
        load: dict[str, Any] = {"ask": "load", "path": str(self.path), "only": None, "binding": Binding().model_dump()}
        if self.worker is None:
            self.worker = Worker(Limits()._replace(timeout=PATIENCE), load)
            self.worker.greet()
        else:
            self.worker.deaths = 0
            self.worker.mark = self.worker.ask(**load)["mark"]
        opened, _ = open_pairs(self.worker, file=str(self.path), shown=self.name)
        return [one._replace(ask=self._remembering(one.ask)) for one in opened] if forward_is_ours else opened

    def _remembering(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def asking(question: str, **details: Any) -> Any:
            if question not in OF_THE_FORWARD_PASS:
                return ask(question, **details)
            key = hashlib.sha256(pack([question, details])).digest()
            if key not in self.heard:
                self.heard[key] = ask(question, **details)
            return self.heard[key]

        return asking


def planted(source: str, edit: dict[str, Any]) -> str:
    """The text of a file with an edit in it."""
    lines, first = source.split("\n"), int(edit["line"]) - 1
    before, after = list(edit["before"]), list(edit["after"])
    if lines[first : first + len(before)] != before:
        raise ValueError(f"line {edit['line']} is not what it was: {before[0]!r}")
    return "\n".join([*lines[:first], *after, *lines[first + len(before) :]])
