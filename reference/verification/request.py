"""What a caller asks of ``verify``. Of every setting, the first of these that says it counts:

flag  >  environment (MANUAL_BACKPROP_…)  >  the table's profile  >  the table  >  the built-in profile, or the default
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from reference.cases.case import Case, of_a_pair
from reference.findings.verdicts import DEBUG
from reference.settings.binding import Binding
from reference.settings.catalogue import DEFAULTS, ENVIRONMENT, MEBIBYTE, variable
from reference.settings.formats import TEXT, Reports
from reference.settings.limits import Limits
from reference.settings.profiles import DEFAULT, PROFILES, Profile, default_profile, seed_of
from reference.settings.table import Configuration, ConfigurationError, SettingFields, complaint, configuration
from reference.spelling import or_listed
from reference.verification.chunks import CHUNK
from reference.verification.options import Options
from reference.verification.repeat import ALONE
from reference.witnesses.kept_answers import VARIABLE as ANSWERS

__all__ = ["Request", "limits_of", "request"]


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
    excepted: tuple[str, ...] = ()
    slack: Mapping[str, float] = field(default_factory=dict)
    baseline: Path | None = None
    scheduler: str | None = None  # of the workers for many targets: an address, "local", or none
    resume: bool = False  # go on where a run of the same was stopped

    @property
    def anew(self) -> bool:
        """Is autodiff to be asked of everything again, whatever it said in earlier runs?"""
        return self.profile == "ci"

    @property
    def is_campaign(self) -> bool:
        """Is a target given more random cases than one process is?"""
        return self.options.profile.examples > CHUNK

    @property
    def pictured(self) -> bool:
        """Is there a page to make?"""
        return any(form == "html" for form, _ in self.reports)


def request(targets: tuple[str, ...], reports: Reports, flags: Mapping[str, Any]) -> Request:
    """The request of a command line with these ``flags``, of which one that is ``None`` was not given.

    Raises ``ConfigurationError`` for a setting that is none, ``CaseError`` for a case that is none.
    """
    table = configuration()
    settings = _resolved(flags, table)
    line = flags.get("line")
    options = Options(
        settings.plan,
        seed_of(settings.plan, importlib.metadata.version("manual-backprop")),
        None if line is None or of_a_pair(line) else Case.parse(line),
        line if line is not None and of_a_pair(line) else None,
        accuracy=settings.accuracy,
        intermediates=settings.intermediates,
        coverage=settings.coverage,
    )
    return Request(
        targets=targets or tuple(table.targets) or ("manual_backprop",),
        profile=settings.profile,
        options=options,
        limits=limits_of(settings.model_dump()),
        reports=_with_text(reports or table.destinations),
        bind=(*(flags.get("bind") or ()), *(("script=yes",) if flags.get("script") else ())),
        bindings=table.bind,
        require=(*table.require, *(flags.get("require") or ())),
        excepted=(*table.excepted, *(flags.get("excepted") or ())),
        slack={name: value for name, value in table.tolerance.model_dump().items() if value != 1},
        baseline=None if settings.baseline is None else Path(settings.baseline),
        scheduler=flags.get("scheduler"),
        resume=bool(flags.get("resume")),
    )


def limits_of(settings: Mapping[str, Any]) -> Limits:
    """The limits of a target's process; a setting that is ``None`` has its default."""
    timeout, memory = (settings[name] or DEFAULTS[name] for name in ("timeout", "memory"))
    return Limits(timeout, memory * MEBIBYTE)


# --- what wins over what ----------------------------------------------------------------------------------------


class ResolvedSettings(SettingFields):
    """The settings of a run, each from the first source that says it."""

    model_config = ConfigDict(frozen=True)

    profile: str
    baseline: str | None

    @property
    def plan(self) -> Profile:
        """The profile's plan, with what is set over it."""
        base = PROFILES.get(self.profile, PROFILES[DEFAULT])
        own = self.model_dump(include=set(Profile._fields), exclude_none=True)
        return base._replace(**own)


def _resolved(flags: Mapping[str, Any], table: Configuration) -> ResolvedSettings:
    """The settings of a run. A flag that is empty says nothing, as a variable that is empty does."""
    settable = {variable(name): name for name in ResolvedSettings.model_fields}
    said = {name: value for name, value in os.environ.items() if name.startswith(ENVIRONMENT) and value}
    for name in sorted(said.keys() - {*settable, DEBUG, ALONE, ANSWERS}):
        raise ConfigurationError(f"{name} in the environment is no setting; {or_listed(name, list(settable))}")
    given = {settable[name]: value for name, value in said.items() if name in settable}
    given |= {name: flags[name] for name in ResolvedSettings.model_fields if flags.get(name) not in (None, "")}
    profile = given.get("profile") or table.profile or default_profile()
    by_table = {"baseline": table.baseline, **table.settings(profile), "profile": profile}
    try:
        settings = ResolvedSettings(**{**DEFAULTS, **by_table, **given})
    except ValidationError as error:  # what the command line and the table say has been looked at before
        first = error.errors()[0]
        raise ConfigurationError(complaint(variable(str(first["loc"][0])), first)) from None
    if settings.profile not in table.profile_names:
        names = ", ".join(table.profile_names)
        raise ConfigurationError(f"no profile {settings.profile!r}; --profile takes one of {names}")
    return settings


def _with_text(reports: Reports) -> Reports:
    """The reports, with the text beside what goes into files."""
    return reports if any(path is None for _, path in reports) else (*TEXT, *reports)
