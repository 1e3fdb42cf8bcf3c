"""What a caller asks of ``verify``: flags over environment over profile over table over defaults."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference.cases.case import Case
from reference.settings.formats import TEXT, VERIFY_FORMATS, FormatError, Reports, destination
from reference.settings.table import Configuration, ConfigurationError
from reference.targets import Binding, Limits
from reference.verification.profiles import PROFILES, Profile, default_profile, seed_of
from reference.verification.run import Options

__all__ = ["Request", "limits_of", "request"]

MEBIBYTE = 2**20
OF_A_PLAN = ("examples", "explore", "max_time")
OF_OPTIONS = ("accuracy", "intermediates", "coverage")


def limits_of(flags: Mapping[str, Any]) -> Limits:
    """Of a target's process."""
    given = {name: flags[name] for name in Limits._fields if flags.get(name) is not None}
    if "memory" in given:
        given["memory"] *= MEBIBYTE
    return Limits(**given)


@dataclass(frozen=True)
class Request:
    """Everything that a run depends on."""

    targets: tuple[str, ...]
    profile: str
    options: Options
    limits: Limits
    reports: Reports
    bind: tuple[str, ...] = ()
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    slack: Mapping[str, float] = field(default_factory=dict)
    baseline: Path | None = None


def request(targets: tuple[str, ...], reports: Reports, flags: Mapping[str, Any], table: Configuration) -> Request:
    """``flags``: those of the command line and of the environment, ``None`` where nothing was said.

    Raises ``ConfigurationError`` for a profile that there is not, ``CaseError`` for a case that is none.
    """
    name = flags.get("profile") or table.profile or default_profile()
    if name not in table.names:
        raise ConfigurationError(f"no profile {name!r}; --profile takes one of {', '.join(table.names)}")
    given = {key: value for key, value in flags.items() if value is not None}
    settings = {**table.settings(name), **given}
    base = PROFILES.get(name, PROFILES["default"])
    plan: Profile = base._replace(**{key: settings[key] for key in OF_A_PLAN if key in settings})
    if "seed" in settings:
        plan = plan._replace(seed=settings["seed"])
    line = flags.get("line")
    options = Options(
        plan,
        seed_of(plan, importlib.metadata.version("manual-backprop")),
        None if line is None else Case.parse(line),
        **{key: settings[key] for key in OF_OPTIONS if key in settings},
    )
    baseline = flags.get("baseline") or table.baseline
    return Request(
        targets=targets or tuple(table.targets) or ("manual_backprop",),
        profile=name,
        options=options,
        limits=limits_of(settings),
        reports=_with_text(reports or _reports(table)),
        bind=tuple(flags.get("bind") or ()),
        bindings=table.bind,
        require=(*table.require, *(flags.get("require") or ())),
        slack={name: value for name, value in table.tolerance.model_dump().items() if value != 1},
        baseline=None if baseline is None else Path(baseline),
    )


def _with_text(reports: Reports) -> Reports:
    """The text stands beside what goes into files."""
    return reports if any(path is None for _, path in reports) else (*TEXT, *reports)


def _reports(table: Configuration) -> Reports:
    try:
        return tuple(destination(text, VERIFY_FORMATS) for text in table.reports)
    except FormatError as error:
        raise ConfigurationError(f"tool.manual-backprop.reports: {error}") from None
