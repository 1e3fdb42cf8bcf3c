"""Who is fastest, in words: beside the words of a comparison, which do not differ from run to run."""

from __future__ import annotations

from collections.abc import Iterator

from reference.report.models.comparison import PAIR_SIZES, Comparison, Price
from reference.report.tables import labels

__all__ = ["fastest"]


def fastest(comparison: Comparison) -> list[str]:
    """A sentence for the last size of everything that was timed, where several were.

    Who is slower by less than the rounds differ among themselves is said to be as fast.
    """
    of_size: dict[str, list[Price]] = {}
    for price in comparison.timing.prices:
        if price.seconds is not None:
            of_size.setdefault(price.size, []).append(price)
    last = {_pair_of(size): size for size, prices in of_size.items() if len(prices) > 1}
    names = {target: name.whole for target, name in labels(comparison).items()}
    return [_said(size, comparison.sizes[size], of_size[size], names) for size in last.values()]


def _pair_of(size: str) -> str:
    """What stands before the name of a size, where several pairs are compared."""
    return next((size.removesuffix(name) for name in PAIR_SIZES if size.endswith(name)), "")


def _said(size: str, line: str, prices: list[Price], names: dict[str, str]) -> str:
    first, *others = sorted(prices, key=lambda p: p.seconds or 0.0)
    as_fast = [p for p in others if _low(p) <= _high(first)]
    slower = [f"{names[p.target]} takes {p.ratio:.2g} times as long" for p in others if p not in as_fast]
    who = " and ".join(names[p.target] for p in (first, *as_fast))
    told = f"{who} are equally fast" if as_fast else f"{who} is fastest"
    return f"At the size {size!r} ({line}) {', '.join([told, *_joined(slower)])}."


def _joined(clauses: list[str]) -> Iterator[str]:
    yield from clauses[:-1]
    if clauses:
        yield f"{'and ' * (len(clauses) > 1)}{clauses[-1]}"


def _low(price: Price) -> float:
    return price.spread[0] if price.spread else price.seconds or 0.0


def _high(price: Price) -> float:
    return price.spread[1] if price.spread else price.seconds or 0.0
