"""Where targets stand in pytest's tree: beside what it collects, or in the place of a path that names one."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, Literal

import pytest

from reference.findings.codes import CODES
from reference.findings.explained import body_of
from reference.plugin.exports import shares_of
from reference.plugin.nodes import Output, Requirements, TargetCollector, path_of, relative
from reference.plugin.session import open_verification
from reference.targets.reading.source import SUFFIXES

__all__ = ["Collection"]

SEED = "manual_backprop_seed"


class Collection:
    """The hooks of a session that has targets. Raises ``pytest.UsageError`` where one of them is not there."""

    def __init__(self, config: pytest.Config) -> None:
        root, folder = config.rootpath, config.invocation_params.dir
        given = config.getoption("manual_backprop")
        names = given or [_seen_from(folder, root, name) for name in config.getini("manual_backprop_targets")]
        self.verification = open_verification(config, names, getattr(config, "workerinput", {}).get(SEED))
        self.names = {_id(name, root, folder): name for name in self.verification.request.targets}
        files = {_absolute(folder, name): id for id, name in self.names.items()}
        self.paths = {path: id for path, id in files.items() if path.is_file()}
        arguments = [argument.partition("::") for argument in config.args]
        self.arguments = [(_absolute(folder, file), tail) for file, _, tail in arguments]
        self.explained: set[str] = set()
        self.narrowed = not given and all(path in self.paths for path, _ in self.arguments)

    def pytest_report_header(self) -> str:
        request = self.verification.request
        return f"manual-backprop: profile {request.profile}, seed {request.options.seed}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist's: a seed that is drawn is drawn once."""
        node.workerinput[SEED] = self.verification.request.options.seed

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session):
            placed = {id for path, id in self.paths.items() if self._named(path)}
            alone = [id for id in self.names if id not in placed and not self.narrowed]
            nodes = [
                self._target(id, collector) for id in alone if not self.verification.is_passed_over(self.names[id])
            ]
            required = [
                Requirements.from_parent(collector, verification=self.verification, name="required", nodeid="required")
            ]
            report.result = [*report.result, *nodes, *(required if self._names_checks() else [])]
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Behind the first failure of a code stands its page."""
        report = yield
        code = item.answer.code if isinstance(item, Output) and item.answer is not None else None
        if report.when == "call" and report.failed and code is not None and code not in self.explained:
            self.explained.add(code)
            report.sections.append((f"{code}: {CODES[code]}", body_of(code)))
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """``--manual-backprop a.py b.py`` names one target: b.py, which holds no test, would be passed over."""
        held = {item.path for item in items}
        for path, _ in self.arguments:
            if path.suffix in SUFFIXES and path.is_file() and path not in held and path not in self.paths:
                raise pytest.UsageError(
                    f"{path.name} holds no test; is it a target? --manual-backprop takes one: repeat it"
                )

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> TargetCollector | None:
        """Where an argument names the target, as in ``nets.ipynb::dW2``."""
        named = self._named(file_path)
        return self._target(self.paths[file_path], parent) if named and named != "alone" else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> TargetCollector | None:
        """A file of which nothing but our items is asked for is not imported as a module of tests."""
        return self._target(self.paths[module_path], parent) if self._named(module_path) == "alone" else None

    def _names_checks(self) -> bool:
        return bool(self.verification.request.require or self.verification.request.excepted)

    def _named(self, path: Path) -> Literal["alone", "beside"] | None:
        """Does an argument name this target, or an item of it? Alone: a file of Python's, and nothing else of it."""
        tails = {tail.partition("::")[0] for place, tail in self.arguments if place == path}
        if not tails or path not in self.paths:
            return None
        ours = {id[0] for id, _ in shares_of(self.verification.exports(self.names[self.paths[path]]))}
        if tails <= ours and path.suffix == ".py":
            return "alone"
        return "beside" if tails & {"", *ours} else None

    def _target(self, id: str, parent: pytest.Collector) -> TargetCollector:
        name = self.names[id]
        path = path_of(name, self.verification.folder, parent.config.rootpath)
        return TargetCollector.from_parent(
            parent, name=id, nodeid=id, path=path, target_name=name, verification=self.verification
        )


def _id(name: str, root: Path, folder: Path) -> str:
    """A target's id, as pytest has it: relative to the root, with forward slashes."""
    file, sep, rest = name.partition("::")
    path = folder / file
    return Path(relative(path, root)).as_posix() + sep + rest if path.is_file() else name


def _seen_from(folder: Path, root: Path, name: str) -> str:
    """A name of pytest's configuration file, which is relative to the root, seen from ``folder``."""
    file, sep, rest = name.partition("::")
    return (
        relative(root / file, folder) + sep + rest
        if folder != root and ((root / file).exists() or "*" in file)
        else name
    )


def _absolute(folder: Path, name: str) -> Path:
    """An absolute path, as pytest has it: links are not followed."""
    return Path(os.path.abspath(folder / name))
