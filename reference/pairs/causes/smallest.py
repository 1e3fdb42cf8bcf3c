"""The smallest sizes at which a gradient is still wrong, and the sizes at which it is right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from reference.interface.pair import PairDraw
from reference.pairs.causes.evidence import axes_of_sizes
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.plan import TRIED
from reference.pairs.reading import Bench, seed_of

__all__ = ["only_where", "smallest"]

DRAWS, OPERATIONS = 12, 20_000  # of one search: draws, and calls of NumPy
TWICE = (41, 43)  # other seeds, on which it must be right too


def smallest(bench: Bench, shown: Judged, name: str) -> Judged:
    """Halve the sizes one by one, as long as this gradient stays wrong."""
    sizes, best, left = dict(bench.reading.sizes(shown.sizes_index)), shown, _draws(shown)
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(sizes):
            if left <= 0:
                return best
            left -= 1
            found = _at(bench, shown, smaller, shown.seen.draw.seed)
            if found is not None and _stands(found, name) is BlockStanding.WRONG:
                sizes, best, changed = smaller, found, True
                break
    return best


def only_where(bench: Bench, shown: Judged, names: Collection[str], right_at: tuple[PairDraw, ...]) -> str:
    """In words where these are right, if they are on other seeds too: sizes that are equal or 1, or a configuration."""
    sizes, left = bench.reading.sizes(shown.sizes_index), _draws(shown)
    axes = axes_of_sizes(shown.seen.run.primals) if bench.reading.rank >= TRIED else {}
    names_of_sizes = {name: axes.get(size, name) for name, size in sizes.items()}  # a guess has no names for them
    if axes:  # of two that are alike it cannot be told which axis is which
        every = list(sizes.values())
        names_of_sizes = {name: of for name, of in names_of_sizes.items() if every.count(sizes[name]) == 1}
    for changed, otherwise, text in _conditions(sizes, names_of_sizes):
        if left <= 0:
            break
        right = True
        for seed in TWICE:
            left -= 1
            found = _at(bench, shown, changed, seed_of(bench.seed, shown.sizes_index, seed))
            right = found is not None and all(_stands(found, name) is BlockStanding.RIGHT for name in names)
            if not right:
                break
        if right and not _is_wrong_at(bench, shown, otherwise, names):
            return text
    return _configuration(shown.seen.draw, right_at, set(sizes.values()))


def _is_wrong_at(bench: Bench, shown: Judged, sizes: Mapping[str, int], names: Collection[str]) -> bool:
    """Is one of these wrong at sizes of which the same is true? Then it was right for another reason."""
    found = _at(bench, shown, sizes, seed_of(bench.seed, shown.sizes_index, TWICE[0])) if sizes else None
    return found is not None and any(_stands(found, name) is BlockStanding.WRONG for name in names)


def _draws(shown: Judged) -> int:
    """How many a search may take: fewer of what is slow."""
    return max(DRAWS // 3, min(DRAWS, OPERATIONS // max(1, 10 * shown.seen.run.operations)))


def _smaller(sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The largest size first: 1, half, one less; no two equal but ones."""
    for name in sorted(sizes, key=lambda n: -sizes[n]):
        others = {size for other, size in sizes.items() if other != name}
        for size in dict.fromkeys((1, sizes[name] // 2, sizes[name] - 1)):
            if 0 < size < sizes[name] and (size == 1 or size not in others):
                yield {**sizes, name: size}


def _conditions(
    sizes: Mapping[str, int], called: Mapping[str, str]
) -> Iterator[tuple[dict[str, int], dict[str, int], str]]:
    """Sizes to try it at, others at which it must be right as well, and what it means if it is."""
    told = {name: size for name, size in sizes.items() if name in called}
    pairs = combinations(told, 2)  # those of one array first: a window that is as large as a picture slides nowhere
    for first, second in sorted(pairs, key=lambda pair: len({called[name].partition(".")[0] for name in pair})):
        if sizes[first] != sizes[second]:
            larger, smaller = max(sizes[first], sizes[second]), min(sizes[first], sizes[second])
            text = f"wrong only where {called[first]} ≠ {called[second]}"
            yield {**sizes, first: larger, second: larger}, {**sizes, first: smaller, second: smaller}, text
    for name, size in told.items():
        if size != 1:
            yield {**sizes, name: 1}, {}, f"right where {called[name]} = 1"


def _at(bench: Bench, shown: Judged, sizes: Mapping[str, int], seed: int) -> Judged | None:
    """The draw at other sizes, if it runs there; not one with ties, of which a quick look without differences tells
    nothing.
    """
    sat: list[Judged] = []
    try:
        draw = bench.reading.draw(seed, shown.sizes_index, sizes=sizes)
    except ValueError:  # no such sizes
        return None
    bench.sit(draw, shown.sizes_index, sat, quick=True)
    return sat[0] if sat and not sat[0].disputes and not sat[0].seen.run.tied() else None


def _stands(judged: Judged, name: str) -> BlockStanding | None:
    return judged.blocks[name].standing if name in judged.blocks else None


def _configuration(wrong: PairDraw, right_at: tuple[PairDraw, ...], sizes: Collection[int]) -> str:
    """What all draws on which it is right have in common, and this one has not; sizes are no configuration."""
    settings = [_settings(draw) for draw in right_at]
    own = _settings(wrong)
    if not settings:
        return ""
    shared = {
        name: value
        for name, value in settings[0].items()
        if name in own
        and own[name] != value
        and not (type(own[name]) is int and own[name] in sizes)
        and all(other.get(name) == value for other in settings)
    }
    return "right where " + " and ".join(f"{n} = {v}" for n, v in shared.items()) if len(shared) == 1 else ""


def _settings(draw: PairDraw) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in {**draw.construct, **draw.arguments, **draw.reading}.items():
        inner = value.items() if isinstance(value, Mapping) else [("", value)]
        for key, entry in inner:
            if isinstance(entry, (str, bool, int, float, type(None))):
                found[f"{name}.{key}" if key else name] = entry
    return found
