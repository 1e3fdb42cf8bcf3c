"""What ``verify`` says of many files: asked by command, many a call, with a limit, and read from its JSON."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from reference.findings.verdicts import INTERNAL

__all__ = ["ROOT", "Finding", "Said", "Verify", "asked", "by_command", "in_batches", "killed", "surroundings", "unread"]

ROOT = Path(__file__).parents[2]
START, EACH = 60.0, 45.0  # seconds for a call, and for each of its files
GRACE = 10.0  # seconds to end after an interrupt, before it is killed
OURS = ("MB901", "NotGradients")  # a finding that is the tool's own fault
T = TypeVar("T")
R = TypeVar("R")
VERDICTS = ("pass", "fail", "inconclusive", "error")


class Finding(NamedTuple):
    """What was found, without its place."""

    check: str
    output: str
    code: str


class Said(NamedTuple):
    """What was said of one file. ``trouble``: what is wrong with the answer itself, "" where nothing is."""

    verdict: str
    findings: frozenset[Finding] = frozenset()
    checks: frozenset[str] = frozenset()
    trouble: str = ""
    text: str = ""  # of its error, notes and findings

    @property
    def judged(self) -> frozenset[str]:
        """The checks of which something was compared or found, but not that they are not judged."""
        return self.checks - {f.check for f in self.findings if f.code == "MB704"}


def unread(check: str, code: str, place: object) -> bool:
    """Did reading stop at something that is in no line of the file? A line that cannot be read costs that line."""
    return check == "*" and code == "MB701" and place is None


Verify = Callable[[Sequence[Path]], dict[Path, Said]]


def by_command(
    paths: Sequence[Path], *, examples: int = 1, timeout: float = 5.0, seconds: float | None = None
) -> dict[Path, Said]:
    """One call of ``verify``. Each file that was given has an answer, if need be that it was lost."""
    limit = seconds or START + EACH * len(paths)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--profile", "default", "--examples", str(examples), "--timeout", f"{timeout:g}"]
        command = [
            sys.executable,
            "-m",
            "reference",
            "verify",
            *map(str, paths),
            *options,
            "--report",
            f"json={report}",
        ]
        code, said = killed(command, Path(folder), limit)
        if code is None:
            return {path: Said("none", trouble=f"hang: no end within {limit:.0f} s") for path in paths}
        if not report.exists():
            if len(paths) == 1 and code == 2 and INTERNAL not in said and "Traceback" not in said:
                return {paths[0]: Said("error", text=said)}  # a single target that cannot be opened is no run
            kind = "internal error" if INTERNAL in said else "no report"
            return {path: Said("none", trouble=f"{kind}: exit {code}: {said[-300:].strip()}") for path in paths}
        return read(json.loads(report.read_text(encoding="utf-8")), paths, said)


def read(report: Any, paths: Sequence[Path], printed: str = "") -> dict[Path, Said]:
    """What a report says of each of the files that were given."""
    targets: dict[str, list[Any]] = {}
    for target in report["targets"]:
        targets.setdefault(target["target"], []).append(target)
    answers = {}
    for path in paths:
        mine = targets.get(str(path), [])
        if len(mine) != 1:
            answers[path] = Said("none", trouble=f"lost target: {len(mine)} answers for one target")
        else:
            answers[path] = _said(mine[0])
    if INTERNAL in printed and not any(said.trouble for said in answers.values()):
        answers[paths[0]] = answers[paths[0]]._replace(trouble=f"internal error: {printed[-300:].strip()}")
    return answers


def _said(target: Any) -> Said:
    findings, texts = set(), [target["error"] or "", *target["notes"]]
    for row in target["checks"]:
        for finding in row["findings"]:
            findings.add(Finding(row["check"], row["output"], finding["code"]))
            texts.append(f"{finding['code']} {finding['text']}")
    text, trouble = "\n".join(texts), ""
    if INTERNAL in text or any(word in text for word in OURS):
        trouble = f"internal error: {next(t for t in texts if INTERNAL in t or any(word in t for word in OURS))[:300]}"
    elif target["verdict"] not in VERDICTS:
        trouble = f"lost target: its verdict is {target['verdict']!r}"
    for row in target["checks"]:
        for finding in row["findings"]:
            if unread(row["check"], finding["code"], finding.get("location")) and not trouble:
                trouble = f"whole file unread: {finding['text'][:300]}"
    checks = frozenset(row["check"] for row in target["checks"])
    return Said(target["verdict"], frozenset(findings), checks, trouble, text)


def asked(verify: Verify, paths: Sequence[Path], *, size: int, processes: int = 1) -> Iterator[tuple[Path, Said]]:
    """Every file's answer, many a call, as soon as it is known.

    The files of a call whose answers are troubled are asked again, each alone: only what is troubled there too is that
    file's; else the trouble is that of files together.
    """

    def one_call(batch: Sequence[Path]) -> dict[Path, Said]:
        said = verify(batch)
        for path in batch:
            if path not in said:
                said[path] = Said("none", trouble="lost target: no answer")
            if said[path].trouble and len(batch) > 1:
                alone = verify([path]).get(path, Said("none", trouble="lost target: no answer"))
                together = f"only together: {said[path].trouble}"
                said[path] = alone if alone.trouble else alone._replace(trouble=together)
        return said

    for batch, said in in_batches(one_call, paths, size=size, processes=processes):
        yield from ((path, said[path]) for path in batch)


def in_batches(
    work: Callable[[Sequence[T]], R], items: Sequence[T], *, size: int, processes: int
) -> Iterator[tuple[Sequence[T], R]]:
    """``work`` on so many at once, in so many threads (each waits for a process of its own), in order."""
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    with ThreadPoolExecutor(processes) as pool:
        yield from zip(batches, pool.map(work, batches), strict=True)


def killed(command: Sequence[str], folder: Path, limit: float) -> tuple[int | None, str]:
    """The exit code, ``None`` where it had to be stopped, and what was printed to either stream."""
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            command, cwd=folder, env=surroundings(), stdin=subprocess.DEVNULL, stdout=printed,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        code: int | None = None
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # so that it ends what it started
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        printed.seek(0)
        return code, re.sub(r"\x1b\[[0-9;]*m", "", printed.read().decode(errors="replace"))


def surroundings() -> dict[str, str]:
    """The environment of a process that is asked: this checkout's packages, and no CI."""
    kept = {
        name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("MANUAL_BACKPROP")
    }
    return {**kept, "PYTHONPATH": str(ROOT)}
