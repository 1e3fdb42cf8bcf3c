"""How large: no two sizes equal, one of them 1 now and then, and windows that fit what they slide over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Any

import numpy as np

from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    Path,
    Plan,
    SizeError,
    ValueLaw,
    WordSpec,
    leaves,
    names_of,
    names_of_plan,
    settled,
)

__all__ = ["FLAT", "Sizes", "choices_of", "each_axis_of_one", "in_proportion", "larger", "sizes_to_try"]

Sizes = dict[str, int]

WINDOWS = {"HH", "WW", "KK", "PH", "PW", "P", "f", "k", "FH", "FW", "KH", "KW", "kh", "kw", "K"}
PLANES = {
    "H",
    "W",
    "L",
    "n_H",
    "n_W",
    "n_H_prev",
    "n_W_prev",
    "H_in",
    "W_in",
    "height",
    "width",
    "h",
    "w",
    "H_prev",
    "W_prev",
}
WAYS = (
    ("H", "W"), ("HH", "WW"), ("PH", "PW"), ("n_H_prev", "n_W_prev"), ("h", "w"), ("height", "width"), ("H_in", "W_in"),
    ("FH", "FW"), ("KH", "KW"),
)  # fmt: skip
GROUPS, GROUPED = "G", ("C", "D", "F")
KEPT = {"flat", "HEADS", "G", "P", "stride", "pad", "scale", "r"}
FLAT = "flat"  # of a vector that holds several arrays: known only once it is taken apart
TRIES = 400
ANY_AXES = 3  # of an array of any shape: the fewest of which one is neither first nor last


def sizes_to_try(plan: Plan, chosen: Mapping[Path, Any], seed: int, *, how: str = "distinct") -> Iterator[Sizes]:
    """Endless, each unlike the one before where there are enough.

    ``how``: "distinct"; "seen", those of a call; "fitting", where every window ends where its plane ends; "even", all
    even; "square", where planes and windows are as high as wide; "divisible", powers of two; "equal", all equal.
    """
    names = names_of_plan(plan)
    rng = np.random.RandomState([seed, len(names)])
    stride, pad = _number(plan, chosen, "stride"), _number(plan, chosen, "pad")
    several = _at_least_two(plan)
    for turn in count():
        yield _one(plan, names, rng, how, max(1, stride), pad, several, single=turn % 3 == 2)


def _one(
    plan: Plan, names: list[str], rng: np.random.RandomState, how: str, stride: int, pad: int,
    several: set[str], single: bool,
) -> Sizes:  # fmt: skip
    found: Sizes = {}
    for _ in range(TRIES):
        found = _drawn(names, rng, how)
        if single and how == "distinct":
            found = _with_a_one(found, plan, rng, several)
        if how == "square":
            found = _square(found)
        if _fit(plan, found, stride, pad, exactly=how in ("fitting", "square")):
            break
    return found


def _drawn(names: list[str], rng: np.random.RandomState, how: str) -> Sizes:
    if how == "seen":  # as they are in a call, which named them by their numbers
        return {n: int(n[1:].rstrip("b")) if n[1:].rstrip("b").isdigit() else int(rng.randint(2, 6)) for n in names}
    if how == "equal":
        size = int(rng.randint(2, 5))
        return dict.fromkeys(names, size)
    slides = _slides(names)
    windows = [n for n in names if n in WINDOWS] if slides else []
    planes = [n for n in names if n in PLANES and (windows or n not in ("h", "w"))] if slides else []
    others = [n for n in names if n not in windows and n not in planes]
    step = 2 if how == "even" else 1
    sizes = (
        dict.fromkeys(windows, 2)
        if how == "even"
        else dict(zip(windows, [*_shuffled([2, 3], rng), 1, 4], strict=False))
    )
    free = [k for k in range(2, 20) if k % step == 0 and (how == "even" or k not in sizes.values())]
    sizes |= dict(zip(others, _shuffled(free[: len(others) + (1 if len(others) > 4 else 2)], rng), strict=False))
    if how == "divisible":
        sizes |= {n: 2 ** (k + 1) for k, n in enumerate(_shuffled(others, rng))}
        wide = [n for n in ("D", "embed_dim", "d_model") if n in sizes]
        for name in wide:
            step, taken = 2 * sizes.get("HEADS", 2), {size for other, size in sizes.items() if other not in wide}
            taken |= {sizes[other] for other in wide[: wide.index(name)]}
            sizes[name] = next(size for size in count(step, step) if size not in taken)
    for name in planes:
        free = [k for k in range(4, 10) if k not in sizes.values() and k % step == 0] or list(range(4, 10))
        sizes[name] = int(free[rng.randint(len(free))])
    if FLAT in sizes:
        sizes[FLAT] = 97  # until it is known better
    return _in_groups(sizes, rng)


def _in_groups(sizes: Sizes, rng: np.random.RandomState) -> Sizes:
    """Where channels are in groups: as many as are divided by these, and another number in a group than there are."""
    if GROUPS not in sizes or not set(GROUPED) & set(sizes):
        return sizes
    groups = 2 + int(rng.randint(2))
    fixed = {GROUPS: groups} | {n: groups * (k - groups) for n, k in zip(GROUPED, (5, 7, 9), strict=True) if n in sizes}
    rest = {n: size for n, size in sizes.items() if n not in fixed}
    free = iter([k for k in (4, 8, 16, 2, 5, 7, 9, 11, 13) if k not in (*fixed.values(), *rest.values())])
    return {n: fixed.get(n) or (next(free) if size in fixed.values() else size) for n, size in sizes.items()}


def _slides(names: list[str]) -> bool:
    return bool(set(names) & PLANES) and (
        bool(set(names) & WINDOWS) or {"H", "W"} <= set(names) or {"h", "w"} <= set(names)
    )


def _shuffled(values: list[Any], rng: np.random.RandomState) -> list[Any]:
    return [values[int(k)] for k in rng.permutation(len(values))]


def _with_a_one(found: Sizes, plan: Plan, rng: np.random.RandomState, several: set[str]) -> Sizes:
    """One of the sizes is 1: examples, channels, features; not what counts classes."""
    grouped = (GROUPS, *GROUPED) if GROUPS in found else ()
    able = [n for n in found if n not in several and n not in PLANES and n not in WINDOWS and n not in grouped]
    return {**found, able[int(rng.randint(len(able)))]: 1} if able else found


def _square(found: Sizes) -> Sizes:
    """As high as wide."""
    made = dict(found)
    for one, other in WAYS:
        if one in made and other in made:
            made[other] = made[one]
    return made


def _fit(plan: Plan, found: Sizes, stride: int, pad: int, *, exactly: bool) -> bool:
    pairs = list(plan.fits) or [(p, w) for p in found if p in PLANES for w in found if w in WINDOWS and _alike(p, w)]
    for plane, window in pairs:
        room = found[plane] + 2 * pad - found[window]
        if room < stride or (exactly and room % stride):
            return False
    return all(value > 0 for value in found.values())


def _alike(plane: str, window: str) -> bool:
    """Do they go the same way?"""
    way = next((w for w in "hw" if w in plane.lower()), "")
    return window.lower() in ("f", "k", "kk", "p") or not way or way in window.lower()


def _number(plan: Plan, chosen: Mapping[Path, Any], wanted: str) -> int:
    """The stride, or the padding, of what is chosen."""
    for path, spec in (*leaves(plan.construct), *leaves(plan.arguments)):
        if isinstance(spec, ChoiceSpec) and path[-1].lower().startswith(wanted):
            value = chosen.get(path, spec.options[0])
            value = value[0] if isinstance(value, tuple) and value else value
            return value if type(value) is int else 0
    return 1 if wanted == "stride" else 0


def _at_least_two(plan: Plan) -> set[str]:
    """Sizes that count classes: of one class nothing can be learnt, and no label is another."""
    found: set[str] = set()
    for _, spec in (*leaves(plan.construct), *leaves(plan.arguments)):
        if isinstance(spec, WordSpec):
            found.update(names_of(spec.below))
        elif isinstance(spec, Array):
            if spec.law is ValueLaw.LABELS:
                found.update(names_of(spec.below))
            elif spec.law in (ValueLaw.ONE_HOT, ValueLaw.ROWS) and spec.dims:
                found.update(names_of(spec.dims[-1]))
            elif spec.law in (ValueLaw.ONE_HOT_COLUMNS, ValueLaw.COLUMNS) and spec.dims:
                found.update(names_of(spec.dims[0]))
    return found


def choices_of(plan: Plan) -> list[dict[Path, Any]]:
    """What can be chosen, one difference from the first options at a time, the first options first."""
    every = [
        (path, spec.options)
        for path, spec in (*(((("construct", *p), s)) for p, s in leaves(plan.construct)), *leaves(plan.arguments))
        if isinstance(spec, ChoiceSpec)
    ]
    found: list[dict[Path, Any]] = [{}]
    found += [{path: option} for path, options in every for option in options[1:]]
    windows = [(path, options) for path, options in every if path[-1].lower().startswith(("stride", "pad"))]
    if len(windows) > 1:
        found.append({path: options[-1] for path, options in windows})
    return found


def in_proportion(plan: Plan, chosen: Mapping[Path, Any], seed: int, how: str, many: int) -> list[Sizes]:
    """The first few different sizes that make sense as a plan's."""
    found: list[Sizes] = []
    for sizes in islice(sizes_to_try(plan, chosen, seed, how=how), 4 * many):
        if sizes not in found and _possible(plan, sizes):
            found.append(sizes)
        if len(found) == many:
            break
    return found


def each_axis_of_one(plan: Plan, sizes: Sizes) -> list[Sizes]:
    """Of one array of three axes, each of them 1 in turn: what takes arrays of any shape takes such."""
    arrays = [spec for _, spec in leaves(plan.arguments) if isinstance(spec, Array)]
    dims = arrays[0].dims if len(arrays) == 1 else ()
    names = [d for d in dims if isinstance(d, str) and d in sizes and d not in _at_least_two(plan)]
    return [{**sizes, name: 1} for name in names] if len(names) == len(dims) == ANY_AXES else []


def larger(sizes: Mapping[str, int], factor: int) -> Sizes:
    """The same so many times larger, but for what slides over something, and what is told by it."""
    return {name: n if name in WINDOWS or name in KEPT else n * factor for name, n in sizes.items()}


def _possible(plan: Plan, sizes: Sizes) -> bool:
    try:
        settled(plan.construct, sizes)
        settled(plan.arguments, sizes)
    except SizeError:
        return False
    return True
