"""A file's definitions with its framework itself: what gives a function its own derivative is run as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reference.targets.reading.imports import Imports
from reference.targets.reading.namespace import Loaded, load, of_sibling
from reference.targets.reading.source import Cell, read

__all__ = ["loaded_with"]

FURTHER = {"torch": ("torch", "torchvision"), "jax": ("jax", "jaxlib"), "autograd": ("autograd",)}


def loaded_with(frameworks: Sequence[str], path: Path, cells: list[Cell]) -> Loaded:
    """The namespace of a file in which these frameworks are what they are elsewhere."""
    real = tuple(root for name in frameworks for root in FURTHER[name])

    def sibling(file: Path, known: Imports) -> dict[str, Any]:
        return of_sibling(load(file, read(file), np, imports=known, rules=True))

    return load(path, cells, np, imports=Imports(np, sibling, real=real), rules=True)
