"""What feeds a backward pass: found by trying, on problems that tell one network from another.

The file's own forward pass is preferred where it computes a network that we know; else its backward pass is handed
a cache of our making, in the layouts that the course has published. A forward pass is never recomputed from a cache.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairing import layouts
from reference.targets.pairing.passes import Function, PassPair, Reached, means, stages
from reference.targets.pairing.trial import probe, tried_out
from reference.targets.reading.roles import Role
from reference.targets.reading.vocabulary import plain

__all__ = ["paired"]


def paired(
    backward: Function,
    functions: list[Function],
    elsewhere: frozenset[str] = frozenset(),
    *,
    form: str | None = None,
    layout: str | None = None,
) -> PassPair:
    """A backward pass with the forward pass that feeds it.

    ``elsewhere``: names that only code which is not executed would set. ``form`` and ``layout``, where they are known.
    """
    forwards = [f for f in functions if f.role is not None and f.role.is_forward]
    return _best(backward, forwards, elsewhere, Wanted(form, None if layout is None else layout == "rows"))


class Wanted(NamedTuple):
    """What a binding says; ``None`` where it is to be tried."""

    form: str | None = None
    rows: bool | None = None

    def takes(self, pair: PassPair) -> bool:
        return self.form in (None, pair.form) and self.rows in (None, pair.rows)


def _best(backward: Function, forwards: list[Function], elsewhere: frozenset[str], wanted: Wanted) -> PassPair:
    """The candidate that goes furthest; the earlier one where two go as far."""
    best, own = PassPair(backward, cache=_layouts(backward)[0]), None
    for candidate in filter(wanted.takes, _candidates(backward, forwards)):
        known = best.forward is not None and (
            best.reached == Reached.KNOWN_NETWORK or (best.reached == Reached.RAISED and best.forward.own)
        )
        if known and candidate.forward is None and (candidate.hidden, candidate.output) != (best.hidden, best.output):
            continue  # its own forward pass told which network it is
        tried = tried_out(replace(candidate, elsewhere=elsewhere))
        if tried.not_judged is not None and best.not_judged is None and best.reached == Reached.NOWHERE:
            best = tried
        if _reach(tried) > _reach(best):
            best = replace(tried, not_judged=None)
        if own is None and tried.reached == Reached.UNKNOWN_NETWORK and tried.forward is not None and tried.forward.own:
            own = tried
        if _reach(best) == (True, Reached.RIGHT):
            break
    if best.reached == Reached.NOWHERE and best.not_judged is None:
        best = replace(best, not_judged="it takes a cache that no forward pass here makes")
    if own is not None and best.reached == Reached.OUR_CACHE and not _alike(own, best):
        return own  # it is fed as its own forward pass feeds it, or not at all
    return best if best.forward is not None else replace(best, alternative=own)


def _reach(pair: PassPair) -> tuple[bool, int]:
    """How far a candidate went: one layer alone may fit by accident."""
    return pair.reached > Reached.RAISED and max(pair.depths) > 1, pair.reached


def _alike(own: PassPair, ours: PassPair) -> bool:
    """Does the file's own forward pass keep its cache in the layout of ours?"""
    single = probe(own.depths[0], last=1 if ours.output == "sigmoid" else 3, dropout=own.dropout)
    try:
        theirs, mine = (list(layouts.walk(stages(pair, single).cache)) for pair in (own, ours))
    except Exception:  # one of them does not take this problem
        return False
    parameters = [a for pair in single.parameters for a in pair]

    def role(a: np.ndarray) -> Any:
        same = next((k for k, p in enumerate(parameters) if a.shape == p.shape and np.array_equal(a, p)), None)
        return same, layouts.is_mask(a, single.keep_prob), bool(np.all(a >= 0))  # a Z has both signs, an A one

    own_roles, our_roles = ({path: (a.shape, role(a)) for path, a in arrays} for arrays in (theirs, mine))
    named = all(isinstance(path[-1], str) for path in own_roles)  # a dictionary may hold less than ours
    return own_roles.items() <= our_roles.items() and (named or len(own_roles) == len(our_roles))


def _layouts(backward: Function) -> list[str]:
    tuples = ["tuple", "dict", "list", "masked list"]
    lists = ["masked list", "list", "tuple", "dict"]
    if backward.role == Role.BACKWARD_L or plain(backward.name).startswith(("lmodel", "llayer")):
        return lists if "dropout" in plain(backward.name) else ["list", "tuple", "dict", "masked list"]
    if any(means(a, "keep_prob") for a in backward.arguments) and any(
        plain(a.name) == "caches" for a in backward.arguments
    ):
        return ["masked list", *tuples[:3]]
    return tuples


def _candidates(backward: Function, forwards: list[Function]) -> Iterator[PassPair]:
    wanted = Role.FORWARD_DROPOUT if backward.role == Role.BACKWARD_DROPOUT else Role.FORWARD
    alike = plain(backward.name).replace("backward", "forward").replace("back", "forward")
    n_like = backward.name.endswith("_n")

    def rank(f: Function) -> tuple[bool, bool, float]:
        kind = f.role == wanted if not n_like else f.role == Role.FORWARD_N
        return (not kind, not f.own, -difflib.SequenceMatcher(None, alike, plain(f.name)).ratio())

    usable = [f for f in forwards if f.role != Role.FORWARD_DROPOUT or wanted == Role.FORWARD_DROPOUT]
    if backward.role != Role.BACKWARD_DROPOUT:
        plain_ones = any(f.role == Role.FORWARD for f in usable)
        usable = [f for f in usable if f.role != Role.FORWARD_N or n_like or not plain_ones]
    else:
        usable = [f for f in usable if f.role == wanted]
    for f in sorted(usable, key=rank):
        for form in layouts.FORMS:
            yield PassPair(backward, f, form=form)
    for f in sorted(usable, key=rank):
        if f.own and f.role == Role.FORWARD:
            yield from (PassPair(backward, f, form=form, rows=True) for form in layouts.FORMS)
    for layout in _layouts(backward):
        hiddens = ("tanh", "relu") if any(means(a, "learning_rate") for a in backward.arguments) else ("relu", "tanh")
        for hidden in hiddens if layout == "dict" else ("relu",):
            for output in ("sigmoid", "softmax"):
                for form in layouts.FORMS:
                    if form == "dict" or any(means(a, "parameters") for a in backward.arguments):
                        yield PassPair(backward, None, layout, form=form, hidden=hidden, output=output)
