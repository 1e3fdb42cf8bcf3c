"""What a target is read from, as a digest: its text with lines ended alike, and the files that it names beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["content_of"]

IMPORTED = re.compile(
    r"^[ \t]*(?:from[ \t]+\.*([A-Za-z_][\w.]*)|from[ \t]+\.+[ \t]+import|import[ \t]+([^\n#]+))", re.M
)
QUOTED = re.compile(r"""["']([^"'\n]{1,200})["']""")
MOST = 64  # files beside a target that are looked into, each of no more bytes than:
LARGEST = 64 * 2**20


def content_of(name: str) -> str | None:
    """``None`` for what is no file of ours to read: a module, a built-in target, a file that cannot be read."""
    given, _, function = name.partition("::")
    path = Path(given)
    try:
        if not path.is_file():
            return None
        text = normalised(path)
        digest = hashlib.sha256(f"{path.suffix}\0{function}\0{text}".encode(errors="surrogatepass"))
        for beside in _beside(path, text):
            digest.update(f"\0{beside.relative_to(path.parent)}\0".encode(errors="surrogateescape"))
            digest.update(beside.read_bytes())
    except (OSError, ValueError):
        return None
    return digest.hexdigest()


def normalised(path: Path) -> str:
    """The text without what changes nothing: how lines end, a mark at the beginning, a notebook's outputs."""
    text = path.read_bytes().decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(text)["cells"]
            text = json.dumps([(cell["cell_type"], "".join(cell["source"])) for cell in cells])
        except (ValueError, KeyError, TypeError):
            pass  # broken in its own way
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _beside(path: Path, text: str) -> Iterator[Path]:
    """Files in the target's own folder that it imports, or has the names of: helpers, tables of numbers."""
    text = text.replace("\\n", "\n").replace('\\"', '"')  # of a notebook's cells
    names = {found for found in QUOTED.findall(text) if not Path(found).is_absolute()}
    for of, after in IMPORTED.findall(text):
        for one in (of, *after.split(",")):
            module = one.split(" as ")[0].strip().split(".")[0]
            names |= {f"{module}.py", module} if module else set()
    found: set[Path] = set()
    for name in sorted(names):
        place = path.parent / name
        files = sorted(place.rglob("*.py")) if (place / "__init__.py").is_file() else [place]
        found |= {file for file in files if file != path and file.is_file() and file.stat().st_size <= LARGEST}
    yield from sorted(found)[:MOST]
