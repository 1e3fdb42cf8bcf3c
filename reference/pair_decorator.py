"""One line in a file of layers: which functions are a pair, and what they are given.

    from reference import pair

    @pair(backward="squash_back", example=lambda rng: (rng.standard_normal((5, 4)), 0.5))
    def squash(z, slope): ...

It changes nothing of what it stands on, and imports the standard library alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, overload

__all__ = ["MARK", "Said", "pair"]

T = TypeVar("T")

MARK = "__pair__"  # the attribute that carries it


class Said(NamedTuple):
    """What ``@pair`` says. Functions and methods by their names; ``example`` makes the arguments of a generator."""

    forward: str | None = None
    backward: str | None = None
    example: Callable[[Any], Any] | None = None
    surrogate: bool = False
    twin: str | None = None


@overload
def pair(target: T, /) -> T: ...


@overload
def pair(
    *,
    forward: str | Callable | None = None,
    backward: str | Callable | None = None,
    example: Callable[[Any], Any] | None = None,
    surrogate: bool = False,
    twin: str | Callable | None = None,
) -> Callable[[T], T]: ...


def pair(
    target: Any = None, /, *, forward: Any = None, backward: Any = None, example: Any = None, surrogate: Any = False,
    twin: Any = None,
) -> Any:  # fmt: skip
    """Say of a function that it is one half of a pair, or of a class that it has both.

    ``forward``, ``backward``: the other half, or of a class the names of its two methods. ``example``: from a generator
    (``numpy.random.RandomState``), the forward pass's arguments as a tuple or by name; of a class, the constructor's
    arguments as a tuple or by name, then the forward pass's. ``surrogate``: the backward pass is meant to be another
    derivative than its forward pass has. ``twin``: of a compiled forward pass, the function of NumPy that computes the
    same from the same arguments.
    """
    if not (example is None or callable(example)):
        raise TypeError("example= takes a function of a generator, as in example=lambda rng: (rng.randn(5, 4),)")
    said = Said(_name(forward, "forward"), _name(backward, "backward"), example, bool(surrogate), _name(twin, "twin"))

    def mark(marked: Any) -> Any:
        if not callable(marked):
            raise TypeError("@pair stands on a function or on a class")
        setattr(marked, MARK, said)
        return marked

    return mark if target is None else mark(target)


def _name(half: Any, which: str) -> str | None:
    if half is None or isinstance(half, str):
        return half
    name = getattr(half, "__name__", None)
    if not isinstance(name, str):
        raise TypeError(f"{which}= takes a function or its name")
    return name
