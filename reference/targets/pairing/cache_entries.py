"""A forward pass's cache beside one of our making, with which the backward pass beside it is right: entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.pairing import caches, layouts
from reference.targets.pairing.passes import PassPair, gradients, stages
from reference.targets.pairing.trial import probe, same_values

__all__ = ["is_alike", "spoilt_entries"]

FEW = 2  # entries of a cache that may be other ones than the backward pass takes, and the cache still be its


def spoilt_entries(own: PassPair, ours: PassPair) -> tuple[str, ...]:
    """The forward pass, and the entries of its cache that are other ones than in ours, with which all is right."""
    assert own.forward is not None
    if named := _by_name(own, ours):
        return (own.forward.name, *named)
    theirs, mine, cache = _roles(own, ours)
    if theirs.keys() != mine.keys():
        return ()
    differ = [path for path, role in theirs.items() if mine[path] != role]
    places = {path[1:] or path for path in differ}  # of a list with a cache a layer, one place of them all
    return (own.forward.name, *caches.cache_names(cache, differ)) if 0 < len(places) <= FEW else ()


def _by_name(own: PassPair, ours: PassPair) -> list[str]:
    """Of a dictionary, each entry that is missing or another one, and without which nothing would be wrong."""
    single = _problem(own, ours)
    if own.reading != ours.reading or (own.dropout and not own.paths):  # masks of its own that nobody can tell
        return []
    try:
        theirs, masks = (stage := stages(own, single)).cache, stage.masks
        single = single._replace(masks=masks)
        mine = stages(ours, single)
        right = gradients(ours, mine.values, single)
    except Exception:  # a stranger's functions: one of them does not take this problem
        return []
    if not isinstance(theirs, dict) or not isinstance(mine.cache, dict):
        return []
    found = []
    for name, value in mine.cache.items():
        if name in theirs and same_values(theirs[name], value):
            continue
        cache = {key: a for key, a in mine.cache.items() if key != name}
        cache |= {name: theirs[name]} if name in theirs else {}
        try:
            now = gradients(ours, {**mine.values, "cache": cache}, single)
        except Exception:  # it is read, and is not there, or does not fit
            found.append(name)
            continue
        if any(name not in now or not same_values(now[name], want) for name, want in right.items()):
            found.append(name)
    return found if len(found) <= FEW else []  # of many, it is some other function's cache


def is_alike(own: PassPair, ours: PassPair) -> bool:
    """Does the file's own forward pass keep its cache in the layout of ours?"""
    own_roles, our_roles, _ = _roles(own, ours)
    if not own_roles:
        return False
    named = all(isinstance(path[-1], str) for path in own_roles)  # a dictionary may hold less than ours
    return own_roles.items() <= our_roles.items() and (named or len(own_roles) == len(our_roles))


def _problem(own: PassPair, ours: PassPair) -> Single:
    """One that both are asked."""
    return probe(own.depths[0], last=1 if ours.output == "sigmoid" else 3, dropout=own.dropout)


def _roles(own: PassPair, ours: PassPair) -> tuple[dict[Any, Any], dict[Any, Any], Any]:
    """What each array of two caches is, by the way to it, and the first cache; nothing where one cannot be made."""
    single = _problem(own, ours)
    try:
        theirs, mine = (stages(pair, single).cache for pair in (own, ours))
    except Exception:  # one of them does not take this problem
        return {}, {}, None
    parameters = [a for pair in single.parameters for a in pair]

    def role(a: np.ndarray) -> Any:
        same = next((k for k, p in enumerate(parameters) if a.shape == p.shape and np.array_equal(a, p)), None)
        return same, layouts.is_mask(a, single.keep_prob), bool(np.all(a >= 0))  # a Z has both signs, an A one

    both = [{path: (a.shape, role(a)) for path, a in layouts.walk(cache)} for cache in (theirs, mine)]
    return both[0], both[1], theirs
