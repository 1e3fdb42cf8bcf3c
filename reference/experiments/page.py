"""One page for an experiment, and the files beside it."""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reference.experiments.folder import INDEX, RESULTS
from reference.experiments.sketch import Sketch, drawn
from reference.report.html import page
from reference.report.models.verification import CheckResult, Finding
from reference.report.tables import Table

__all__ = ["Section", "Story", "files_of"]


class Section(NamedTuple):
    """A heading, what is to be understood, and what shows it."""

    heading: str
    paragraphs: Sequence[str]
    sketches: Sequence[Sketch] = ()
    tables: Sequence[Table] = ()
    findings: Sequence[tuple[CheckResult, Finding]] = ()


class Story(NamedTuple):
    """What a page tells. ``notes`` are what the reader must know before all else."""

    name: str
    title: str
    lead: str
    facts: Sequence[str]
    notes: Sequence[str]
    sections: Sequence[Section]
    command: str


def files_of(story: Story, more: Mapping[str, bytes], results: Mapping[str, Any]) -> dict[str, bytes]:
    """The page, its pictures, ``more``, and the figures as JSON with a list of all these files."""
    pictures: dict[str, bytes] = {}
    sections = []
    for section in story.sections:
        shown = []
        for sketch in section.sketches:
            found = drawn(sketch, f"figure-{sketch.name}")
            shown.append(found.picture)
            pictures |= found.files
        sections.append((section, shown))
    versions = {name: importlib.metadata.version(name.lower()) for name in ("manual-backprop", "NumPy", "Matplotlib")}
    made = [f"{name} {version}" for name, version in versions.items()]
    made.insert(1, f"Python {platform.python_version()}")
    beside = [*more, RESULTS]
    text = page("experiment.html.j2", story=story, sections=sections, beside=beside, made=", ".join(made))
    files = {**pictures, **more, INDEX: text.encode(errors="replace")}  # a name may be no text
    return {**files, RESULTS: _json({"experiment": story.name, **results, "files": sorted([*files, RESULTS])})}


def _json(value: Any) -> bytes:
    """Strict JSON: what is not finite is a string."""

    def strict(value: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        if isinstance(value, Mapping):
            return {key: strict(entry) for key, entry in value.items()}
        return [strict(entry) for entry in value] if isinstance(value, list | tuple) else value

    return (json.dumps(strict(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode(errors="replace")
