"""How a target is to be read, where its names do not say: ``[tool.manual-backprop.bind]`` in ``pyproject.toml``, or
``--bind``.

[tool.manual-backprop.bind."nets/deep.py"]
forward = "predict_all"             # the forward pass that feeds the backward pass
cost = "price"                      # its cost
form = "pairs"                      # parameters: dict, pairs, flat, dicts
layout = "rows"                     # examples: columns or rows
arguments = { feats = "X", truth = "Y" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from reference.implementations.vocabulary import ALIASES

__all__ = ["Binding", "BindingError", "binding_of"]

Form = Literal["dict", "pairs", "flat", "dicts"]
Layout = Literal["columns", "rows"]


class BindingError(Exception):
    """An option that is none; the message says what was given and what is accepted."""


class Binding(BaseModel):
    """What cannot be told from names. Everything has the default of telling it by trying."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    forward: str | None = None
    cost: str | None = None
    form: Form | None = None
    layout: Layout | None = None
    arguments: dict[str, str] = {}


ACCEPTED = (
    f"forward=NAME, cost=NAME, form={'|'.join(get_args(Form))}, layout={'|'.join(get_args(Layout))}, "
    f"argument.NAME={'|'.join(ALIASES)}"
)


def binding_of(target: str, options: Sequence[str] = (), *, folder: Path = Path()) -> Binding:
    """The table's entry for a target, with the options over it. Raises ``BindingError``."""
    table = _table(folder / "pyproject.toml").get(target, {})
    if not isinstance(table, dict):
        raise BindingError(f"[tool.manual-backprop.bind] has {table!r} for {target}; it takes a table: {ACCEPTED}")
    given: dict[str, Any] = {**table, "arguments": dict(table.get("arguments", {}))}
    for option in options:
        key, equals, value = option.partition("=")
        if not (equals and value):
            raise BindingError(f"--bind {option!r}; it takes {ACCEPTED}")
        if key.startswith("argument."):
            given["arguments"][key.removeprefix("argument.")] = value
        else:
            given[key] = value
    try:
        binding = Binding(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BindingError(f"binding of {target}: {where}: {first['msg']}; it takes {ACCEPTED}") from None
    unknown = [meaning for meaning in binding.arguments.values() if meaning not in ALIASES]
    if unknown:
        raise BindingError(
            f"binding of {target}: an argument means {unknown[0]!r}; it takes one of {', '.join(ALIASES)}"
        )
    return binding


def _table(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BindingError(f"cannot read {path}: {error}") from None
    try:
        tool = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        raise BindingError(f"{path} is no TOML: {error}") from None
    table = tool.get("manual-backprop", {}).get("bind", {})
    if not isinstance(table, dict):
        raise BindingError(f"{path}: tool.manual-backprop.bind takes a table of targets")
    return table
