"""What a shell is offered for the words that are not click's own: targets, formats, codes, profiles, failures."""

from __future__ import annotations

from collections.abc import Callable

import click
from click.shell_completion import CompletionItem

from reference.findings.codes import CODES
from reference.settings.profiles import PROFILES

__all__ = ["codes", "failures", "one_of", "profiles", "targets"]

Offered = list[CompletionItem]


def one_of(*words: str) -> Callable[[click.Context, click.Parameter, str], Offered]:
    """Those that begin like what stands there."""

    def offer(ctx: click.Context, param: click.Parameter, begun: str) -> Offered:
        return [CompletionItem(word) for word in words if word.startswith(begun)]

    return offer


profiles = one_of(*PROFILES)


def targets(ctx: click.Context, param: click.Parameter, begun: str) -> Offered:
    """Files and folders, as the shell knows them, and what is built in."""
    from reference.targets.resolve import BUILT_IN

    return [*one_of(*BUILT_IN)(ctx, param, begun), CompletionItem(begun, type="file")]


def codes(ctx: click.Context, param: click.Parameter, begun: str) -> Offered:
    """With what each stands for, where the shell shows that."""
    return [CompletionItem(code, help=text) for code, text in CODES.items() if code.startswith(begun.upper())]


def failures(ctx: click.Context, param: click.Parameter, begun: str) -> Offered:
    """What is stored in this folder."""
    from reference.verification.failures import FOLDER

    return one_of(*sorted(path.stem for path in FOLDER.glob("*.json")))(ctx, param, begun)
