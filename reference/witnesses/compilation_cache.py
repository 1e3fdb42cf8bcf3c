"""What JAX compiled is kept in the user's cache folder, for the next run: the witness's programs take seconds, once.

Kept apart by versions and by what the processor can do, since a program is made for both. JAX reads an entry that is
broken or half written as if it were not there. Who sets JAX_COMPILATION_CACHE_DIR has chosen already.
"""

from __future__ import annotations

import hashlib
import os
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

from reference.kept.files import cache_folder, processor

__all__ = ["VARIABLES", "WORTH", "folder", "kept"]

VARIABLES = (  # of the environment, which JAX reads once it is loaded
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES",
)

WORTH = 0.5  # seconds of compilation


def folder() -> Path:
    """Where, for this machine and these versions."""
    digest = hashlib.sha256(processor().encode()).hexdigest()[:8]
    loaded = sys.modules.get("jax")
    release = version("jax") if loaded is None else loaded.__version__
    return cache_folder() / f"jax-{release}-{digest}"


def kept(*, worth: float = WORTH) -> None:
    """Turn it on for this process. Without a folder that can be written to, all is compiled anew, and silently.

    ``worth``: what took less seconds to compile is not kept.

    Where JAX is not loaded yet, the environment says so: half a second that a run without the witness does not need.
    """
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
    settings = dict(zip(VARIABLES, (str(place), worth, -1), strict=True))
    if "jax" not in sys.modules:
        os.environ.update({name: str(value) for name, value in settings.items()})
        return
    import jax

    for name, value in settings.items():
        jax.config.update(name.lower(), value)
