"""``manual-backprop explain``: the page of a code, or the table of all."""

from __future__ import annotations

import sys

import click

from reference.findings.codes import CODES
from reference.findings.explained import body_of, meant, table

__all__ = ["run_explain"]

WIDEST = 80


def run_explain(code: str | None) -> int:
    """Rendered on a terminal, Markdown elsewhere. Raises ``click.UsageError`` for what is no code."""
    if code is None:
        click.echo(table(), nl=False)
        return 0
    known = code.upper()
    if known not in CODES:
        near = meant(code)
        raise click.UsageError(
            f"{code!r} is no code" + (f"; {near}, perhaps?" if near else "; explain alone lists them")
        )
    if not sys.stdout.isatty():
        click.echo(f"# {known}: {CODES[known]}\n\n{body_of(known)}", nl=False)
        return 0
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=min(WIDEST, Console().width))
    console.print(f"[bold]{known}[/bold] {CODES[known]}\n", highlight=False)
    console.print(Markdown(body_of(known), code_theme="ansi_dark"))
    return 0
