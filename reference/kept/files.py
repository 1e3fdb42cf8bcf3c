"""Files of the user's cache folder: written whole or not at all, and read only where their own digest is right.

A folder there is named by what its files are made of: the texts that make them, the versions and the processor. What
changes any of these finds an empty folder.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

__all__ = ["cache_folder", "folder_of", "our_sources", "processor", "prune", "read", "write"]

PROCESSOR = Path("/proc/cpuinfo")
DIGEST = hashlib.sha256().digest_size
PACKAGES = ("manual-backprop", "jax", "jaxlib", "numpy")
OURS = ("manual_backprop", "reference")


def cache_folder() -> Path:
    """The user's own, of this tool."""
    from platformdirs import user_cache_path

    return user_cache_path("manual-backprop", appauthor=False)


def folder_of(name: str, sources: Iterable[Path]) -> Path:
    """Where files are kept that these sources make, with these versions, on this processor."""
    texts = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    made_of = [texts, platform.python_version(), *(f"{one} {version(one)}" for one in PACKAGES), processor()]
    return cache_folder() / f"{name}-{hashlib.sha256(chr(10).join(made_of).encode()).hexdigest()[:16]}"


def our_sources() -> list[Path]:
    """Every text of the tool: what depends on no less than all of it is kept by these."""
    roots = [place for name in OURS if (spec := find_spec(name)) for place in spec.submodule_search_locations or ()]
    return sorted(path for root in roots for path in Path(root).rglob("*.py"))


def processor() -> str:
    """What the processor is and can do: the last bits of a compiled program depend on it."""
    able = [platform.machine(), platform.processor()]
    with suppress(OSError):
        able += sorted({line for line in PROCESSOR.read_text().splitlines() if line.startswith(("flags", "Features"))})
    return "\n".join(able)


def read(path: Path) -> bytes | None:
    """``None`` for what is not there, not whole, or not what was written."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    data = found[DIGEST:]
    return data if hashlib.sha256(data).digest() == found[:DIGEST] else None


def write(path: Path, data: bytes) -> None:
    """In the place of what was there. A folder that cannot be written to costs what would be kept there."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(hashlib.sha256(data).digest() + data)
                file.close()
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise


def prune(place: Path, most: int) -> None:
    """Forget what was written first, until no more than so many bytes are left."""
    with suppress(OSError):
        found = sorted((one.stat().st_mtime, one.stat().st_size, one.path) for one in os.scandir(place))
        left = sum(size for _, size, _ in found)
        for _, size, path in found:
            if left <= most:
                return
            os.unlink(path)
            left -= size
