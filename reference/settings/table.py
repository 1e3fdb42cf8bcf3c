"""``[tool.manual-backprop]`` in ``pyproject.toml``: what a project says once, so that a gate is one command.

    flag  >  environment (MANUAL_BACKPROP_…)  >  profile  >  table  >  default

The table is looked for in the working directory and above it; the paths that it names are relative to its own folder.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reference.targets import Binding
from reference.verification.profiles import PROFILES

__all__ = ["Configuration", "ConfigurationError", "Settings", "configuration", "schema"]

FILE, TABLE = "pyproject.toml", "manual-backprop"
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]


class ConfigurationError(Exception):
    """A table that cannot be read; the message says what was given, what is accepted, and where."""


class Settings(BaseModel):
    """What a profile may set, and the table for all profiles."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    examples: Annotated[int, Field(ge=1, le=10_000_000)] | None = None  # random cases
    explore: Annotated[int, Field(ge=0, le=1_000_000)] | None = None  # cases that Hypothesis chooses
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    max_time: Positive | None = None  # seconds
    accuracy: Literal["warn", "fail"] | None = None  # of MB402
    intermediates: Literal["fail", "warn", "ignore"] | None = None  # of MB305
    coverage: Share | None = None  # the floor, of a check's coordinates
    timeout: Positive | None = None  # seconds, for one answer of a target
    memory: Annotated[int, Field(ge=256, le=2**20)] | None = None  # MiB of a target's address space


class ToleranceFactors(BaseModel):
    """How many times the derived tolerance is allowed, by dtype."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    float64: Positive = 1.0
    float32: Positive = 1.0


class Configuration(Settings):
    """The whole table."""

    targets: list[str] = []
    profile: str | None = None
    profiles: dict[str, Settings] = {}
    require: list[str] = []  # checks that must have run: check, or target::check
    tolerance: ToleranceFactors = ToleranceFactors()
    bind: dict[str, Binding] = {}
    baseline: str | None = None
    reports: list[str] = []

    def settings(self, profile: str) -> dict[str, Any]:
        """What is set for a profile: its own over the table's."""
        own = self.profiles.get(profile, Settings()).model_dump(exclude_none=True)
        return {**self.model_dump(include=set(Settings.model_fields), exclude_none=True), **own}

    @property
    def names(self) -> list[str]:
        """Of all profiles."""
        return list(dict.fromkeys((*PROFILES, *self.profiles)))


def configuration(folder: Path | None = None) -> Configuration:
    """The table of the nearest ``pyproject.toml`` that has one; an empty one where none has. ``ConfigurationError``."""
    start = (folder or Path()).resolve()
    for place in (start, *start.parents):
        table = _table(place / FILE)
        if table is not None:
            return _relative(_read(table, place / FILE), place)
    return Configuration()


def schema() -> dict[str, Any]:
    """The table's JSON Schema."""
    found = Configuration.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"tool.{TABLE}", **found}


def _table(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from None
    try:
        return tomllib.loads(text).get("tool", {}).get(TABLE)
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        raise ConfigurationError(f"{path} is no TOML: {error}") from None


def _read(table: Any, path: Path) -> Configuration:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: tool.{TABLE} is {table!r}; it takes a table")
    try:
        found = Configuration.model_validate(table)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_said(error)}") from None
    if found.profile is not None and found.profile not in found.names:
        raise ConfigurationError(f"{path}: profile {found.profile!r}; it takes {_nearest(found.profile, found.names)}")
    return found


def _said(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors()[0]
    *above, name = first["loc"] or ("",)
    where = ".".join(map(str, ("tool", TABLE, *above)))
    if first["type"] == "extra_forbidden":
        return f"{where} has no key {name!r}; it takes {_nearest(str(name), _keys(above))}"
    given = first["input"]
    return f"{where}.{name} is {given!r}; {first['msg'][:1].lower()}{first['msg'][1:]}"


def _keys(above: list[int | str]) -> list[str]:
    """The keys of the table at a place."""
    if not above:
        return list(Configuration.model_fields)
    inner: dict[str, type[BaseModel]] = {"profiles": Settings, "bind": Binding, "tolerance": ToleranceFactors}
    return list(inner.get(str(above[0]), Configuration).model_fields)


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    listed = ", ".join(names)
    return f"{near[0]!r}, perhaps? All: {listed}" if near else listed


def _relative(found: Configuration, folder: Path) -> Configuration:
    """Paths that are relative to the table's folder, seen from the working directory."""
    if folder == Path().resolve():
        return found

    def moved(name: str) -> str:
        file, sep, rest = name.partition("::")
        inside = (folder / file).exists() or file.endswith((".py", ".ipynb"))
        return os.path.relpath(folder / file) + sep + rest if inside else name

    def written(report: str) -> str:
        form, equals, path = report.partition("=")
        return f"{form}={os.path.relpath(folder / path)}" if equals and path else report

    return found.model_copy(
        update={
            "targets": [moved(name) for name in found.targets],
            "bind": {moved(name): binding for name, binding in found.bind.items()},
            "baseline": None if found.baseline is None else os.path.relpath(folder / found.baseline),
            "reports": [written(report) for report in found.reports],
        }
    )
