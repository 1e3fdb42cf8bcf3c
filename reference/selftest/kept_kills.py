"""What became of the mistakes planted in our own code, for a page: a matter of the tool and its versions alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reference.kept import files
from reference.report.models.evidence import Kill
from reference.targets import resolve

__all__ = ["kept_kills"]

KILLS = TypeAdapter(list[Kill])


def kept_kills(*, anew: bool) -> list[Kill]:
    """As an earlier run of this tool found it. ``anew``: planted now, whatever was kept."""
    path = files.folder_of("selftest", files.our_sources()) / "kills.json"
    known = None if anew else _read(path)
    if known is not None:
        return known
    from reference.selftest.planting import selftest  # which a page from what is kept does without

    implementation = resolve("manual_backprop")()
    try:
        kills = selftest(implementation)
    finally:
        implementation.close()
    files.write(path, KILLS.dump_json(kills))
    return kills


def _read(path: Path) -> list[Kill] | None:
    data = files.read(path)
    if data is None:
        return None
    try:
        return KILLS.validate_json(data)
    except ValidationError:
        return None
