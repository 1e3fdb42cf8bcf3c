"""Variables of the environment that are set for a while: nobody who runs later finds them changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["kept_as_they_are"]


@contextmanager
def kept_as_they_are(*names: str) -> Iterator[None]:
    """Within, the variables with these names may be set; afterwards they are what they were, or are not there."""
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
