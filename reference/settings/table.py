"""``[tool.manual-backprop]`` in ``pyproject.toml``: what a project says once, so that a gate is one command.

The table is looked for in the working directory and above it; the paths that it names are relative to its own folder.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, create_model
from pydantic_core import ErrorDetails

from reference.settings.binding import Binding
from reference.settings.catalogue import SETTINGS, AnyText, OneOf, Positive, Whole
from reference.settings.formats import VERIFY_FORMATS, FormatError, Reports, destination
from reference.settings.profiles import PROFILES
from reference.spelling import nearest

__all__ = [
    "Configuration",
    "ConfigurationError",
    "SettingFields",
    "Settings",
    "ToleranceFactors",
    "complaint",
    "configuration",
    "schema",
]

FILE, TABLE = "pyproject.toml", "manual-backprop"


class ConfigurationError(Exception):
    """A setting that cannot be read; the message says what was given, what is accepted, and where."""


# --- the table's model ------------------------------------------------------------------------------------------


def _annotation(accepts: Whole | Positive | OneOf | AnyText) -> Any:
    """What a setting accepts, as pydantic has it."""
    match accepts:
        case Whole(low, high):
            return Annotated[int, Field(ge=low, le=high)]
        case Positive(high, _):
            return Annotated[float, Field(gt=0, le=high, allow_inf_nan=False)]
        case OneOf(words):
            return Literal[words]
        case AnyText():
            return str


def _seen_from_here(path: str, info: ValidationInfo) -> str:
    """A path that is relative to the table's folder, seen from the working directory."""
    folder = Path() if info.context is None else info.context["folder"]
    return path if folder.resolve() == Path().resolve() else os.path.relpath(folder / path)


def _target_seen_from_here(name: str, info: ValidationInfo) -> str:
    """A target's name, of which the file, if it names one, is such a path."""
    folder = Path() if info.context is None else info.context["folder"]
    file, sep, function = name.partition("::")
    names_a_file = (folder / file).exists() or file.endswith((".py", ".ipynb", ".md")) or "*" in file
    return _seen_from_here(file, info) + sep + function if names_a_file else name


def _name_seen_from_here(name: str, info: ValidationInfo) -> str:
    """A function's name, of which the target, if it names one, is such a name."""
    target, sep, function = name.rpartition("::")
    return _target_seen_from_here(target, info) + sep + function if sep else name


def _report_seen_from_here(report: str, info: ValidationInfo) -> str:
    """A report, of which what stands behind ``=`` is such a path."""
    form, equals, path = report.partition("=")
    return f"{form}={_seen_from_here(path, info)}" if equals and path else report


TablePath = Annotated[str, AfterValidator(_seen_from_here)]
TableTarget = Annotated[str, AfterValidator(_target_seen_from_here)]
TableName = Annotated[str, AfterValidator(_name_seen_from_here)]
TableReport = Annotated[str, AfterValidator(_report_seen_from_here)]
Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_FIELDS: dict[str, Any] = {setting.name: (_annotation(setting.accepts) | None, None) for setting in SETTINGS}
SettingFields: Any = create_model("SettingFields", **_FIELDS)


class Settings(SettingFields, BaseModel):
    """What a profile may set, and the table for all profiles."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ToleranceFactors(BaseModel):
    """How many times the derived tolerance is allowed, by dtype."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    float64: Factor = 1.0
    float32: Factor = 1.0


class Configuration(Settings):
    """The whole table."""

    targets: list[TableTarget] = Field(default=[], min_length=1)  # where none is named, nothing of theirs is judged
    profile: str | None = None
    profiles: dict[str, Settings] = {}
    require: list[str] = []  # checks that must have run: check, or target::check
    excepted: list[TableName] = Field(default=[], alias="except")  # functions that are left out: name, or target::name
    tolerance: ToleranceFactors = ToleranceFactors()
    bind: dict[TableTarget, Binding] = {}
    baseline: TablePath | None = None
    reports: list[TableReport] = []

    def settings(self, profile: str) -> dict[str, Any]:
        """What the table sets for a profile: the profile's own section over the rest."""
        section = self.profiles.get(profile, Settings()).model_dump(exclude_none=True)
        return {**self.model_dump(include=set(Settings.model_fields), exclude_none=True), **section}

    @property
    def profile_names(self) -> list[str]:
        """The names of all profiles, built-in ones first."""
        return list(dict.fromkeys((*PROFILES, *self.profiles)))

    @property
    def destinations(self) -> Reports:
        """The reports, taken apart. Raises ``ConfigurationError``."""
        try:
            return tuple(destination(text, VERIFY_FORMATS) for text in self.reports)
        except FormatError as error:
            raise ConfigurationError(f"tool.{TABLE}.reports: {error}") from None


def schema() -> dict[str, Any]:
    """The table's JSON Schema."""
    model = Configuration.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"tool.{TABLE}", **model}


# --- reading it -------------------------------------------------------------------------------------------------


def configuration(start: Path | None = None) -> Configuration:
    """The table of the nearest ``pyproject.toml`` that has one; an empty one where none has.

    Raises ``ConfigurationError``.
    """
    start = (start or Path()).resolve()
    for folder in (start, *start.parents):
        table = _table_in(folder / FILE)
        if table is not None:
            return _validated(table, folder / FILE)
    return Configuration()


def _table_in(path: Path) -> Any:
    """The file's table as TOML has it; ``None`` where there is no such file, or no such table in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from None
    try:
        tools = dict(tomllib.loads(text).get("tool", {}))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path} is no TOML: {error}") from None
    for name in tools.keys() - {TABLE}:
        if _letters(name) == _letters(TABLE):  # it would be passed over, and the run green for nothing
            raise ConfigurationError(f"{path} has a table tool.{name}; it is called tool.{TABLE}")
    return tools.get(TABLE)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _validated(table: Any, path: Path) -> Configuration:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: tool.{TABLE} is {table!r}; it takes a table")
    try:
        read = Configuration.model_validate(table, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_first_fault(error)}") from None
    if read.profile is not None and read.profile not in read.profile_names:
        accepted = _accepted(read.profile, read.profile_names)
        raise ConfigurationError(f"{path}: profile {read.profile!r}; it takes {accepted}")
    return read


def complaint(name: str, error: ErrorDetails) -> str:
    """What is wrong with a value: its name, what was given, and what is accepted."""
    message = error["msg"]
    return f"{name} is {error['input']!r}; {message[:1].lower()}{message[1:]}"


def _first_fault(error: ValidationError) -> str:
    """The first thing that is wrong with a table, in one line."""
    first = error.errors()[0]
    *above, name = first["loc"] or ("",)
    where = ".".join(map(str, ("tool", TABLE, *above)))
    if first["type"] == "extra_forbidden":
        return f"{where} has no key {name!r}; it takes {_accepted(str(name), _keys_at(above))}"
    return complaint(f"{where}.{name}", first)


def _keys_at(location: list[int | str]) -> list[str]:
    """The keys that the table takes at a location in it."""
    inner: dict[str, type[BaseModel]] = {"profiles": Settings, "bind": Binding, "tolerance": ToleranceFactors}
    model = inner.get(str(location[0]), Configuration) if location else Configuration
    return [field.alias or name for name, field in model.model_fields.items()]


def _accepted(given: str, names: list[str]) -> str:
    """What is accepted in the place of a name that is not; the nearest one first."""
    near, listed = nearest(given, names), ", ".join(names)
    return listed if near is None else f"{near!r}, perhaps? All: {listed}"
