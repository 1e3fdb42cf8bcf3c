"""Judging in somebody else's process as anywhere else, and leaving every setting as it was."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from reference.settings.profiles import default_profile
from reference.verification.target import prepared

__all__ = ["isolated", "silent"]

SWITCHES = {  # of JAX: those that would make the witness raise, or take minutes
    "jax_debug_nans": False,
    "jax_debug_infs": False,
    "jax_disable_jit": False,
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
    "jax_transfer_guard": "allow",
    "jax_check_tracer_leaks": False,
}
CACHE = (
    "jax_compilation_cache_dir",
    "jax_persistent_cache_min_compile_time_secs",
    "jax_persistent_cache_min_entry_size_bytes",
)


@contextmanager
def silent() -> Iterator[None]:
    """Silence warnings and NumPy's error state, as if nobody had made errors of them; nothing of ours is shown."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def isolated() -> Iterator[None]:
    """What ``prepared`` does, undone afterwards, with JAX's own switches as they are by default in between.

    JAX reads its platforms when it is imported, and chooses them once for a process: they are the user's. The witness
    asks for the CPU by itself.
    """
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    before = {name: getattr(jax.config, name) for name in (*SWITCHES, *CACHE)}
    compilation_cache.reset_cache()  # it looks for its folder once
    try:
        for name, value in SWITCHES.items():
            jax.config.update(name, value)
        with silent(), prepared(anew=default_profile() == "ci"):
            yield
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
        compilation_cache.reset_cache()
