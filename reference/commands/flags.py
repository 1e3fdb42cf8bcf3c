"""Settings as options of a command, one for each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import click

from reference.commands.completing import profiles
from reference.settings.catalogue import PROFILE, AnyText, OneOf, Positive, Setting, Whole

__all__ = ["options_of", "type_of"]


class Finite(click.FloatRange):
    """A number above 0; click's own ranges take NaN, and infinity where they are open."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number", param, ctx)
        return number


def type_of(accepts: Whole | Positive | OneOf | AnyText) -> click.ParamType:
    """What a setting accepts, as click has it."""
    match accepts:
        case Whole(low, high):
            return click.IntRange(low, high)
        case Positive(high, _):
            return Finite(0, high, min_open=True)
        case OneOf(words):
            return click.Choice(words)
        case AnyText():
            return click.STRING


def options_of(*settings: Setting) -> Callable[[Any], Any]:
    """Options of a command, in this order; ``None`` where a flag is not given, so that what stands below it counts."""

    def decorate(command: Any) -> Any:
        for setting in reversed(settings):
            command = click.option(
                setting.flag,
                type=type_of(setting.accepts),
                metavar=getattr(setting.accepts, "unit", None),
                help=setting.help_text,
                shell_complete=profiles if setting is PROFILE else None,
            )(command)
        return command

    return decorate
