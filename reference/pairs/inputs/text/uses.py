"""What the code does with an argument: the keys that it asks for, the texts it compares with, the axes it unpacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["AskedOfArgument"]


class AskedOfArgument:
    """``Proposal.asked`` by the way to an argument or to an entry of it."""

    def __init__(self, asked: Mapping[str, Mapping[str, Any]]) -> None:
        self._of = {_way(name): facts for name, facts in asked.items()}

    def dims(self, *way: str) -> tuple[str, ...]:
        """The names into which its shape is unpacked."""
        return tuple(map(str, self._facts(way).get("dims") or ()))

    def texts(self, *way: str) -> tuple[Any, ...]:
        """What it is compared with."""
        return tuple(self._facts(way).get("texts") or ())

    def keys(self, *way: str) -> tuple[str, ...]:
        """The keys that it is asked for, those included of which something else is known."""
        below = [entry[len(way)] for entry in self._of if len(entry) == len(way) + 1 and entry[: len(way)] == way]
        return tuple(dict.fromkeys([*map(str, self._facts(way).get("keys") or ()), *below]))

    def rank(self, *way: str) -> tuple[int, int]:
        """The fewest and the most axes that it can have, as far as its use says."""
        dims = self.dims(*way)
        if dims:
            return len(dims), len(dims)
        axes = dict(self._facts(way).get("sizes") or {}).values()
        least = max([int(self._facts(way).get("rank") or 0), *(axis + 1 for axis in axes if axis >= 0)])
        return least, 9

    def does(self, fact: str, *way: str) -> bool:
        """Is it known that it ``indexes`` something, is counted to (``counts``), or is ``called``?"""
        return bool(self._facts(way).get(fact))

    def is_calculated_with(self, *way: str) -> bool:
        """Is it a number, or an array of such, by what is done with it?"""
        return self.does("computed", *way) or self.does("probability", *way)

    def attributes(self, *way: str) -> tuple[str, ...]:
        """The attributes that it is asked for."""
        return tuple(map(str, self._facts(way).get("attributes") or ()))

    def parts(self, *way: str) -> tuple[str, ...]:
        """The names into which it is itself unpacked."""
        return tuple(map(str, self._facts(way).get("parts") or ()))

    def entries(self, *way: str) -> int:
        """How many entries it has as a tuple, as far as its use says; 0 where it need not be one."""
        return int(self._facts(way).get("entries") or 0)

    def gathered(self, *way: str) -> str | None:
        """Along which axis it is put together, "" where that is not known; None where it is no list of arrays."""
        axis = self._facts(way).get("gathered")
        return None if axis is None else str(axis)

    def kinds(self, *way: str) -> tuple[str, ...]:
        """The names of the types that it may have."""
        return tuple(map(str, self._facts(way).get("kinds") or ()))

    def default(self, key: str, *way: str) -> Any:
        """What a key is taken for where it is not there."""
        return dict(self._facts(way).get("defaults") or {}).get(key)

    def axes(self) -> set[int]:
        """Along which anything is summed, or otherwise reduced."""
        return set(map(int, self._facts(("*",)).get("axes") or ()))

    def places(self, *way: str) -> int:
        """How many entries it has at least, by the numbers that stand in its brackets."""
        return int(self._facts(way).get("places") or 0)

    def deepest(self) -> int:
        """The last layer of a list of layers that is asked for by its number; 0 where none is."""
        return int(self._facts(("*",)).get("deepest") or 0)

    def has_default(self, key: str, *way: str) -> bool:
        """Is a key taken for something where it is not there?"""
        return key in dict(self._facts(way).get("defaults") or {})

    def _facts(self, way: tuple[str, ...]) -> Mapping[str, Any]:
        return self._of.get(way, {})


def _way(name: str) -> tuple[str, ...]:
    """``bn_param["mode"]`` as ("bn_param", "mode")."""
    head, _, rest = name.partition("[")
    return (head, *re.findall(r"[\"']?([^\"'\[\]]+)[\"']?\]?", rest)) if rest else (name,)
