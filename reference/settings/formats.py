"""The formats of a report, and where each goes."""

from __future__ import annotations

__all__ = ["COMPARE_FORMATS", "TEXT", "VERIFY_FORMATS", "FormatError", "Reports", "destination"]

VERIFY_FORMATS = ("text", "json", "junit", "github", "sarif", "markdown", "csv", "html")
COMPARE_FORMATS = ("text", "json", "markdown", "html")
Reports = tuple[tuple[str, str | None], ...]  # formats, and where each goes; None: standard output
TEXT: Reports = (("text", None),)


class FormatError(ValueError):
    """A report that there is not; the message says what was given and what is accepted."""


def destination(text: str, formats: tuple[str, ...]) -> tuple[str, str | None]:
    """``json`` or ``json=PATH``, taken apart. Raises ``FormatError``."""
    form, equals, path = text.partition("=")
    if form not in formats or (equals and not path):
        accepted = " or ".join(formats)
        raise FormatError(f"{text!r} is not a report; it takes {accepted}, each with or without =PATH")
    return form, path or None
