"""pytest's tree of a target: the target, its backward passes where there are several, and an item for each output."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference.plugin import ManualBackpropWarning
from reference.plugin.answers import ItemAnswer, answer
from reference.plugin.exports import Share, shares_of
from reference.plugin.session import Fault, Verification
from reference.report.view import ALL
from reference.targets import TargetError

__all__ = ["Output", "Requirements", "TargetCollector", "path_of", "relative"]

BASELINE = "baseline"
UNGROUPED = re.compile(r"[@\[\]]")  # these mean something to xdist in the name of a group


class TargetCollector(pytest.Collector):
    """A target; ``target_name`` is its name as it was given."""

    def __init__(self, *, target_name: str, verification: Verification, **rest: Any) -> None:
        super().__init__(**rest)
        self.target_name, self.verification = target_name, verification
        self.add_marker(pytest.mark.manual_backprop)
        if self.config.pluginmanager.hasplugin("xdist"):
            self.add_marker(pytest.mark.xdist_group(UNGROUPED.sub("_", self.name)))

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The target's outputs; one item where there are none, which is red."""
        of_passes: dict[str, PassCollector] = {}
        for (*within, name), share in shares_of(self.verification.exports(self.target_name)):
            parent: pytest.Collector = self
            for check in within:
                if check not in of_passes:
                    of_passes[check] = PassCollector.from_parent(self, name=check)
                    yield of_passes[check]
                parent = of_passes[check]
            item = Output.from_parent(parent, name=name, target=self, share=share)
            if isinstance(parent, PassCollector):
                parent.items.append(item)
            else:
                yield item
        if self.verification.baseline is not None:
            yield BaselineItem.from_parent(self, name=BASELINE, target=self)


class PassCollector(pytest.Collector):
    """One of several backward passes of a target."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.items: list[Output] = []

    def collect(self) -> list[Output]:
        return self.items


class Output(pytest.Item):
    """One output of a check, or a check as a whole."""

    def __init__(self, *, target: TargetCollector, share: Share, **rest: Any) -> None:
        super().__init__(**rest)
        self.target, self.share = target, share
        self.answer: ItemAnswer | None = None
        self.extra_keyword_matches.update(share.checks)

    def setup(self) -> None:
        """Verify the target, if that has not been done. The tool's fault is an error here, and no failure."""
        try:
            self.answer = answer(self.target.verification.verified(self.target.target_name), self.share)
        except TargetError as error:
            self.answer = ItemAnswer("fail", str(error), str(error))
        except Fault as fault:
            pytest.fail(str(fault), pytrace=False)
        own = dict(self.answer.properties)
        self.user_properties[:] = [(k, v) for k, v in self.user_properties if k not in own]  # it may be run again
        self.user_properties.extend(own.items())

    def runtest(self) -> None:
        """Say what was found."""
        assert self.answer is not None
        verdict, text, summary, *_ = self.answer
        if verdict == "skip" and self._is_required():
            verdict, text = "fail", f"required, and {summary}"
        if verdict == "fail":
            pytest.fail(text, pytrace=False)
        if verdict == "skip":
            pytest.skip(summary)
        if verdict == "warn":
            path, line, _ = self.reportinfo()
            warnings.warn_explicit(text, ManualBackpropWarning, os.fspath(path), (line or 0) + 1)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding alone; in one line, and at the target's own, where pytest asks for that."""
        if isinstance(excinfo.value, ManualBackpropWarning):  # made an error by a filter
            return str(excinfo.value)
        shown = super().repr_failure(excinfo, style)
        crash = getattr(shown, "reprcrash", None)
        if crash is not None and self.answer is not None and isinstance(excinfo.value, pytest.fail.Exception):
            path, line, _ = self.reportinfo()
            crash.path, crash.lineno, crash.message = os.fspath(path), (line or 0) + 1, self.answer.summary
        return shown

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """The finding's line; of a notebook, whose lines are counted in each cell, the file alone."""
        place, name = None if self.answer is None else self.answer.place, f"{self.name} of {self.target.name}"
        if place is None:
            return self.path, None, name
        line = place.line - 1 if place.cell is None else None
        return (self.target.verification.folder / place.file).resolve(), line, name

    @property
    def location(self) -> tuple[str, int | None, str]:
        """``reportinfo`` from the root. pytest's own is found out once, and the line is known after ``setup`` only."""
        path, line, name = self.reportinfo()
        return relative(Path(path), self.config.rootpath), line, name

    def _is_required(self) -> bool:
        names = {name for check in self.share.checks for name in (check, f"{self.target.target_name}::{check}")}
        return bool(names & set(self.target.verification.request.require))


class BaselineItem(pytest.Item):
    """Whether the baseline fits the target: an entry that fits no finding, or has expired, is a failure."""

    def __init__(self, *, target: TargetCollector, **rest: Any) -> None:
        super().__init__(**rest)
        self.target = target
        self.stale: tuple[str, ...] = ()

    def setup(self) -> None:
        try:
            self.stale = self.target.verification.verified(self.target.target_name).stale
        except TargetError:
            self.stale = ("there is no target that it could fit",)
        except Fault as fault:
            pytest.fail(str(fault), pytrace=False)

    def runtest(self) -> None:
        if self.stale:
            pytest.fail("\n".join(self.stale), pytrace=False)


class Requirements(pytest.Collector):
    """The checks that the table requires, and the functions that it leaves out, which no target has."""

    def __init__(self, *, verification: Verification, **rest: Any) -> None:
        super().__init__(**rest)
        self.verification = verification

    def collect(self) -> Iterator[Missing]:
        found: set[str] = set()
        for target in self.verification.request.targets:
            for check in self.verification.exports(target):
                names = {check.name, *(f"{check.name}::{output}" for output in (*(check.outputs or ()), ALL))}
                found |= names | {f"{target}::{name}" for name in names}
        for name in self.verification.request.require:
            if name not in found:
                yield Missing.from_parent(self, name=name, text=f"the required check {name} did not run")
        for name in self.verification.request.excepted:
            if name not in self.verification.left_out:
                text = f"{name} is to be left out, and no target has a function of that name"
                yield Missing.from_parent(self, name=name, text=text)


class Missing(pytest.Item):
    """A name of the table's that no target has."""

    def __init__(self, *, text: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.text = text

    def runtest(self) -> None:
        pytest.fail(self.text, pytrace=False)


def relative(path: Path, root: Path) -> str:
    """A path seen from ``root``; on Windows, drives have no way to each other."""
    try:
        return os.path.relpath(path, root)
    except ValueError:
        return str(path)


def path_of(name: str, folder: Path, otherwise: Path) -> Path:
    """The file that a target's name names; ``otherwise`` where it names none."""
    file, _, _ = name.partition("::")
    module = name.partition(":")[0].replace(".", "/")
    return next((path for path in (folder / file, folder / f"{module}.py") if path.is_file()), otherwise)
