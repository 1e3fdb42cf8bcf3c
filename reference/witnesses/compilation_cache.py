"""What JAX compiled is kept in the user's cache folder, for the next run: the witness's programs take seconds, once.

Kept apart by versions and by what the processor can do, since a program is made for both. JAX reads an entry that is
broken or half written as if it were not there. Who sets JAX_COMPILATION_CACHE_DIR has chosen already.
"""

from __future__ import annotations

import hashlib
import os
import platform
import warnings
from contextlib import suppress
from pathlib import Path

__all__ = ["folder", "kept"]

WORTH = 0.5  # seconds of compilation; a target's own small programs are not kept
PROCESSOR = Path("/proc/cpuinfo")


def folder() -> Path:
    """Where, for this machine and these versions."""
    import jax
    from platformdirs import user_cache_path

    able = [platform.machine(), platform.processor()]
    with suppress(OSError):
        able += sorted({line for line in PROCESSOR.read_text().splitlines() if line.startswith(("flags", "Features"))})
    digest = hashlib.sha256("\n".join(able).encode()).hexdigest()[:8]
    return user_cache_path("manual-backprop", appauthor=False) / f"jax-{jax.__version__}-{digest}"


def kept() -> None:
    """Turn it on for this process. Without a folder that can be written to, all is compiled anew, and silently."""
    import jax

    if os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        return
    place = folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    if not os.access(place, os.W_OK):
        return
    warnings.filterwarnings("ignore", message=".*persistent compilation cache.*")
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", WORTH)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
