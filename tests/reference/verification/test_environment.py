"""What was set for a while is as it was, whatever happened meanwhile."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

from reference.verification.environment import kept_as_they_are
from tests.folding import each

NAME = "A_VARIABLE_OF_THE_TESTS"


@each("before", [None, "", "a value"])
@each("raises", [False, True])
def test_a_variable_is_as_it_was(monkeypatch: pytest.MonkeyPatch, before: str | None, raises: bool) -> None:
    if before is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, before)
    with suppress(ValueError), kept_as_they_are(NAME):
        os.environ[NAME] = "another"
        if raises:
            raise ValueError
    assert os.environ.get(NAME) == before


def test_one_that_was_taken_away_is_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "a value")
    with kept_as_they_are(NAME):
        del os.environ[NAME]
    assert os.environ[NAME] == "a value"
