"""What feeds a backward pass: found by trying, on problems that tell one network from another.

The file's own forward pass is preferred where it computes a network that we know; else its backward pass is handed
a cache of our making, in the layouts that the course has published. A forward pass is never recomputed from a cache.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from reference.targets.pairing import layouts
from reference.targets.pairing.cache_entries import is_alike, spoilt_entries
from reference.targets.pairing.evidence import doubt
from reference.targets.pairing.passes import Function, PassPair, Reached, means
from reference.targets.pairing.readings import Reading, readings
from reference.targets.pairing.trial import tried_out
from reference.targets.reading.roles import Role
from reference.targets.reading.vocabulary import layer_names, meaning, own_depth, plain, strong

__all__ = ["paired"]


OF_ARRAYS = ("form", "layout", "weights", "biases", "labels")  # how a binding says that arrays are read
COURSE = [Reading(form) for form in layouts.FORMS]


def paired(
    backward: Function,
    functions: list[Function],
    elsewhere: frozenset[str] = frozenset(),
    binding: Mapping[str, str | None] = MappingProxyType({}),
) -> PassPair:
    """A backward pass with the forward pass that feeds it: one that is bound to a forward pass is fed by no other.

    ``elsewhere``: names that only code which is not executed would set.
    """
    forwards = [f for f in functions if f.role is not None and f.role.is_forward]
    if backward.role != Role.BACKWARD_DROPOUT:
        forwards += [f._replace(role=Role.FORWARD, likely=False) for f in functions if f.own and _may_be_forward(f)]
    fed_by = [f for f in forwards if f.name == binding.get("forward")]
    wanted = {key: value for key in OF_ARRAYS if (value := binding.get(key)) is not None}
    return _best(backward, fed_by[:1] or forwards, elsewhere, wanted, alone=bool(fed_by))


def _may_be_forward(f: Function) -> bool:
    """Does a function of no known name take what a forward pass takes?"""
    given = {meaning(a.name) for a in f.arguments if not a.default}
    return f.role is None and "X" in given and ("parameters" in given or own_depth(f.arguments) is not None)


def _said(reading: Reading) -> dict[str, str]:
    """A reading in the words of a binding."""
    return {
        "form": reading.form,
        "layout": "rows" if reading.rows else "columns",
        "weights": "in,out" if reading.turned else "out,in",
        "biases": reading.bias,
        "labels": reading.labels.replace(" ", "-"),
    }


def _best(
    backward: Function, forwards: list[Function], elsewhere: frozenset[str], wanted: dict[str, str], *, alone: bool
) -> PassPair:
    """The candidate that goes furthest; the earlier one where two go as far. ``alone``: no cache of our making."""
    best, own, fed_by_own = PassPair(backward, cache=_layouts(backward)[0]), None, None
    by_own = Reached.NOWHERE  # how far any forward pass of the file's own took it
    for candidate in _candidates(backward, forwards, wanted.get("form", "dict")):
        if not wanted.items() <= _said(candidate.reading).items() or (candidate.forward is None and alone):
            continue
        fed = best.forward is not None
        known = best.forward is not None and (
            best.reached == Reached.KNOWN_NETWORK or (best.reached == Reached.RAISED and best.forward.own)
        )
        if known and candidate.forward is None and (candidate.hidden, candidate.output) != (best.hidden, best.output):
            continue  # its own forward pass told which network it is
        as_course = fed and best.reached == Reached.KNOWN_NETWORK and best.reading in COURSE and strong(backward.name)
        if as_course and candidate.reading not in COURSE and not wanted:
            continue
        by_guess = candidate.forward is not None and not candidate.forward.likely
        if by_guess and best.reached >= Reached.KNOWN_NETWORK:
            continue
        tried = tried_out(replace(candidate, elsewhere=elsewhere))
        if by_guess and tried.reached < Reached.KNOWN_NETWORK:
            continue
        if tried.not_judged is not None and best.not_judged is None and best.reached == Reached.NOWHERE:
            best = tried
        if _reach(tried) > _reach(best):
            best = replace(tried, not_judged=None)
        of_its_own = tried.forward is not None and tried.forward.own and tried.forward.likely
        if of_its_own:
            by_own = max(by_own, tried.reached)
        if fed_by_own is None and of_its_own and _fits_partly(tried):
            fed_by_own = tried
        if own is None and tried.reached == Reached.UNKNOWN_NETWORK and tried.forward is not None and tried.forward.own:
            own = tried
        if best.reached == Reached.RIGHT and best.right == len(best.depths):
            break
    if best.reached == Reached.NOWHERE and best.not_judged is None:
        best = replace(best, not_judged="it takes a cache that no forward pass here makes")
    if own is not None and best.reached == Reached.OUR_CACHE and not is_alike(own, best):
        best = own  # it is fed as its own forward pass feeds it, or not at all
    if best.not_judged is None and (why := doubt(best)) is not None:
        best = replace(best, not_judged=why, remedy="--bind forward=NAME")
    if best.forward is not None:
        return best
    if fed_by_own is None or best.reached != Reached.RIGHT:
        return replace(best, alternative=own)
    spoilt = spoilt_entries(fed_by_own, best)
    refused = fed_by_own.forward.name if not spoilt and by_own == Reached.RAISED and fed_by_own.forward else ""
    return replace(best, alternative=own, spoilt=spoilt, refused=refused)


def _fits_partly(pair: PassPair) -> bool:
    """Did a pair run, and not come out right at every depth?"""
    right = pair.reached == Reached.RIGHT
    return pair.right < len(pair.depths) if right else pair.reached in (Reached.KNOWN_NETWORK, Reached.RAISED)


def _reach(pair: PassPair) -> tuple[bool, int, int, bool, int]:
    """How far a candidate went, at how many depths, and how near it came: one layer alone may fit by accident."""
    deep = pair.reached > Reached.RAISED and max(pair.depths) > 1
    return deep, pair.reached, pair.right, not pair.misshapen, pair.agreeing


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


def _candidates(backward: Function, forwards: list[Function], form: str = "dict") -> Iterator[PassPair]:
    """Every way of feeding it, the likelier ones first; ``form``: of parameters, where arrays are not the course's."""
    every = [reading._replace(form=form) for reading in readings()]
    wanted = Role.FORWARD_DROPOUT if backward.role == Role.BACKWARD_DROPOUT else Role.FORWARD
    alike = plain(backward.name).replace("backward", "forward").replace("back", "forward")
    n_like = backward.name.endswith("_n")

    def rank(f: Function) -> tuple[bool, bool, bool, float]:
        kind = f.role == wanted if not n_like else f.role == Role.FORWARD_N
        return (not f.likely, not kind, not f.own, -difflib.SequenceMatcher(None, alike, plain(f.name)).ratio())

    usable = [f for f in forwards if f.role != Role.FORWARD_DROPOUT or wanted == Role.FORWARD_DROPOUT]
    if backward.role != Role.BACKWARD_DROPOUT:
        plain_ones = any(f.role == Role.FORWARD and f.likely for f in usable)
        usable = [f for f in usable if f.role != Role.FORWARD_N or n_like or not plain_ones]
    else:
        usable = [f for f in usable if f.role == wanted]
    usable.sort(key=rank)
    for f in usable:
        yield from (PassPair(backward, f, reading=reading) for reading in COURSE)
    own = [f for f in usable if f.own and f.role != Role.FORWARD_N]
    for f in own:
        yield from (
            PassPair(backward, f, reading=reading._replace(rows=True, turned=True, bias="row")) for reading in COURSE
        )
    for f in own:  # the labels first: a forward pass does not see them
        for reading in every:
            if reading not in COURSE:
                yield PassPair(backward, f, reading=reading)
    if layer_names(backward.arguments):  # in parts, of a network that has to be told by trying
        for hidden, output in itertools.product(("relu", "sigmoid", "tanh"), ("sigmoid", "softmax", "identity")):
            for reading in every:
                yield PassPair(backward, None, reading=reading, hidden=hidden, output=output)
    for layout in _layouts(backward):
        hiddens = ("tanh", "relu") if any(means(a, "learning_rate") for a in backward.arguments) else ("relu", "tanh")
        for hidden in hiddens if layout == "dict" else ("relu",):
            for output in ("sigmoid", "softmax"):
                for reading in COURSE:
                    if reading.form == "dict" or any(means(a, "parameters") for a in backward.arguments):
                        yield PassPair(backward, None, layout, reading=reading, hidden=hidden, output=output)
