"""What was concluded of a file, as it would be of the same content under another name: submissions that are copies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from reference.commands.many.journal import TargetAnswer
from reference.verification.explained import Explained
from reference.verification.failures import Stored, name_of, save
from reference.verification.target import store_may_fail

__all__ = ["of_another_name"]

T = TypeVar("T")
Words = tuple[tuple[re.Pattern[str], str], ...]


def of_another_name(answer: TargetAnswer, old: str, new: str) -> TargetAnswer:
    """With the failures that are told to be replayed kept under the new name."""
    first, second = old.partition("::")[0], new.partition("::")[0]
    words = tuple(
        (re.compile(rf"(?<![\w./-]){re.escape(a)}(?![\w-])"), b)
        for a, b in {str(Path(first).resolve()): str(Path(second).resolve()), first: second}.items()
    )
    return _renamed(answer, words)


def _renamed(value: T, words: Words) -> T:
    """Everything within, with these words for those."""
    found: Any = value
    if isinstance(value, str):
        for old, new in words:
            found = new.join(old.split(found))
    elif isinstance(value, Explained):
        found = _kept(value._replace(**{name: _renamed(part, words) for name, part in value._asdict().items()}))
    elif isinstance(value, tuple):
        parts = [_renamed(part, words) for part in value]
        found = type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    elif isinstance(value, list):
        found = [_renamed(part, words) for part in value]
    elif isinstance(value, Mapping):
        found = {_renamed(key, words): _renamed(part, words) for key, part in value.items()}
    elif isinstance(value, BaseModel):
        found = value.model_copy(
            update={name: _renamed(getattr(value, name), words) for name in type(value).model_fields}
        )
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(value, **{f.name: _renamed(getattr(value, f.name), words) for f in fields(value) if f.init})
    return found


def _kept(found: Explained) -> Explained:
    """The failure has another identifier: it is that of another target."""
    stored: Stored | None = found.stored
    if stored is None:
        return found
    name = name_of(stored)
    with store_may_fail():
        save(stored)
    return found._replace(replay=None if found.replay is None else name)
