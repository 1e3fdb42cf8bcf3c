"""At which depths a function is asked, and at which it owes an answer."""

from __future__ import annotations

__all__ = ["DEPTHS", "WIDTHS", "listed", "owed_depths"]

DEPTHS = (3, 2, 4, 1)
DEEPEST = 4
WIDTHS = ((4, 3, 5, 2), (3, 3, 3, 3))  # of the layers before the last: never equal side by side, and always


def owed_depths(right: set[int], refused: set[int]) -> set[int]:
    """The depths at which a function must be right that is right at some.

    What refuses everything shallower than its first names that many layers one by one. It owes that depth alone, unless
    it is right at others as well: these it takes by a loop. What refuses nothing shallower takes any.
    """
    if not right:
        return set()
    first = min(right)
    if first == 1 or not set(range(1, first)) <= refused:
        return set(range(1, DEEPEST + 1))
    return set(range(first, DEEPEST + 1)) if len(right) > 1 else right


def listed(depths: set[int]) -> str:
    """Some depths in words."""
    *others, last = map(str, sorted(depths))
    return f"{', '.join(others)} and {last}" if others else last
