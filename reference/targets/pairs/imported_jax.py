"""JAX, where somebody has imported it: who measures or compares needs it of no one else."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

__all__ = ["imported_jax"]


def imported_jax() -> Any | None:
    """The whole of it, or ``None``. Where another thread is in the middle of its import, that is waited for."""
    return import_module("jax") if "jax" in sys.modules else None
