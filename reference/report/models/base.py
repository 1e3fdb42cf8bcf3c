"""What every model of a report is made from."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

__all__ = ["Location", "Model", "Number"]


def _strict(value: float | None) -> float | str | None:
    """JSON has no infinity and no NaN: what is not finite is a string."""
    return value if value is None or math.isfinite(value) else str(value)


Number = Annotated[float, PlainSerializer(_strict, return_type=float | str, when_used="json")]


class Model(BaseModel):
    """Frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)


class Location(Model):
    file: str
    cell: int | None = None
    line: int
