"""Files as other programs want them named: forward slashes, URIs."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote

__all__ = ["file_of", "forward", "is_relative", "uri"]

DRIVE = re.compile(r"[A-Za-z]:[\\/]")
SUFFIXES = (".py", ".ipynb")


def file_of(target: str) -> str | None:
    """The file that a target's name names, if it names one."""
    file = target.partition("::")[0]
    return file if file.lower().endswith(SUFFIXES) else None


def forward(file: str) -> str:
    """The path with forward slashes, without ``./``; of Windows if it has a drive, or backward slashes alone."""
    windows = DRIVE.match(file) or ("\\" in file and "/" not in file)
    return str(PureWindowsPath(file).as_posix() if windows else PurePosixPath(file))


def is_relative(file: str) -> bool:
    path = forward(file)
    return not (path.startswith("/") or DRIVE.match(path))


def uri(file: str) -> str:
    """Percent-encoded: relative, or with ``file://``."""
    path = forward(file)
    if DRIVE.match(path):
        return f"file:///{path[:2]}{quote(path[2:])}"
    if path.startswith("//"):  # \\server\share
        return f"file:{quote(path)}"
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
