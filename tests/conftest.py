"""What every test may rely on: that the tool is asked as at a desk, wherever the tests run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _at_a_desk() -> Iterator[None]:
    """No variable chooses a profile, a seed or a setting: CI would have its own of each."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name == "CI" or name.startswith("MANUAL_BACKPROP")]:
            patch.delenv(name)
        yield
