"""A shell without a kernel: it runs cells in a namespace, and keeps of them what IPython keeps."""

from __future__ import annotations

import linecache
from types import SimpleNamespace
from typing import Any

from reference.notebook.carrying import carried
from reference.notebook.gathering import gathered


class Shell:
    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"__name__": "__main__", "In": [""]}
        self.user_ns_hidden: dict[str, Any] = {}
        self.history_manager = SimpleNamespace(input_hist_raw=[""], input_hist_parsed=[""])

    def transform_cell(self, text: str) -> str:
        return text if text.endswith("\n") else f"{text}\n"

    def run(self, *cells: str) -> Shell:
        for text in cells:
            history = self.history_manager
            number = len(history.input_hist_raw)
            history.input_hist_raw.append(text)
            history.input_hist_parsed.append(self.transform_cell(text))
            file = f"<cell {id(self)} {number}>"
            linecache.cache[file] = (len(text), None, [f"{line}\n" for line in text.split("\n")], file)
            exec(compile(text, file, "exec", dont_inherit=True), self.user_ns)
        return self

    def question(self, line: str = "", cell: int | None = None) -> tuple[dict[str, Any], bytes]:
        """What a kernel would send."""
        found = gathered(self)
        taken = carried(found, self.user_ns)
        asked = {"line": line, "cell": cell, "cells": found.cells, "names": found.names, "own": found.spots()}
        return asked | {"lost": taken.lost}, taken.state
