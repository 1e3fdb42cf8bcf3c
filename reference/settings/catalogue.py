"""Every setting, once: its name, what it accepts, its default, and what it is for.

The options of ``verify``, the environment (MANUAL_BACKPROP_…), ``[tool.manual-backprop]`` with its JSON Schema, the
texts of ``--help`` and the defaults of a run are all made from here. To add a setting, add a line to ``SETTINGS``, and
read it in ``reference.verification.request``. The defaults that depend on a profile are those of ``PROFILES``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reference.settings.profiles import DEFAULT, PROFILES

__all__ = [
    "BASELINE",
    "DEFAULTS",
    "ENVIRONMENT",
    "MEBIBYTE",
    "PROFILE",
    "SEEDS",
    "SETTINGS",
    "AnyText",
    "OneOf",
    "Positive",
    "Setting",
    "Whole",
    "variable",
]

ENVIRONMENT = "MANUAL_BACKPROP_"
MEBIBYTE = 2**20


class Whole(NamedTuple):
    """A whole number from ``low`` to ``high``, both included."""

    low: int
    high: int


class Positive(NamedTuple):
    """A finite number above 0, and at most ``high``. ``unit``: what ``--help`` calls it."""

    high: float | None = None
    unit: str | None = None


class OneOf(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]


class AnyText(NamedTuple):
    """Any text. ``unit``: what ``--help`` calls it."""

    unit: str


class Setting(NamedTuple):
    """One setting. It has a flag where it has a ``help``; ``default_text`` says a default that is not one value."""

    name: str
    accepts: Whole | Positive | OneOf | AnyText
    default: Any = None
    help: str = ""
    default_text: str = ""

    @property
    def flag(self) -> str:
        """The name as it stands on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def help_text(self) -> str:
        """The help, with the default."""
        default = self.default_text or ("" if self.default is None else self.default)
        return f"{self.help} [default: {default}]" if default != "" else self.help


def _of_each_profile(field: str) -> str:
    """A default that depends on the profile: that of the default one, then those that differ from it."""
    texts = {"plan": "from plan and version", None: "a new one"}
    values = {name: getattr(plan, field) for name, plan in PROFILES.items()}
    others = (f"{name}: {texts.get(value, value)}" for name, value in values.items() if value != values[DEFAULT])
    return "; ".join((str(values[DEFAULT]), *others))


SEEDS = Whole(0, 2**32 - 1)
PROFILE = Setting(
    "profile",
    AnyText("NAME"),
    help=f"{', '.join(PROFILES)}, or one of the table's.",
    default_text=f"{DEFAULT}; ci where CI is set",
)
SETTINGS = (  # what a profile may set, and the table for all profiles
    Setting("examples", Whole(1, 1_000_000_000), None, "How many random cases.", _of_each_profile("examples")),
    Setting("explore", Whole(0, 1_000_000)),  # cases that Hypothesis chooses
    Setting("seed", SEEDS, None, "Of every random draw.", _of_each_profile("seed")),
    Setting("max_time", Positive(unit="SECONDS"), None, "Stop drawing after this."),
    Setting("accuracy", OneOf(("warn", "fail")), "warn", "For MB402."),
    Setting("intermediates", OneOf(("fail", "warn", "ignore")), "warn", "For MB305."),
    Setting("coverage", Positive(1), 0.95, "Of a check's coordinates; below it is inconclusive."),
    Setting("timeout", Positive(unit="SECONDS"), 10, "For one answer of a target."),
    Setting("memory", Whole(256, 2**20), 4096, "MiB of a target's address space."),
)
BASELINE = Setting("baseline", AnyText("PATH"), help="Findings that are known and accepted.")
DEFAULTS: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS}


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return f"{ENVIRONMENT}{name.upper()}"
