"""What feeds a backward pass: found by trying, on problems that tell one network from another.

The file's own forward pass is preferred where it computes a network that we know; else its backward pass is handed
a cache of our making, in the layouts that the course has published. A forward pass is never recomputed from a cache.
"""

from __future__ import annotations

import contextlib
import difflib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from manual_backprop import network
from reference.cases.case import HIDDENS, OUTPUTS
from reference.targets.pairing import layouts as forms
from reference.targets.pairing.passes import (
    FAILS,
    STATE,
    Family,
    Function,
    Single,
    as_returned,
    gradients,
    means,
    named_as_ours,
    stages,
)
from reference.targets.reading.vocabulary import Unbindable, plain

__all__ = ["family"]

DEPTHS = (3, 2, 4, 1)  # tried in turn: the course's, the shallow ones, and what tells a network of any depth
WIDTHS = (4, 3, 5, 2)  # of the layers before the last, never equal side by side
EXAMPLES, LAMBD, KEEP_PROB = 9, 0.7, 0.6
CLOSE = 1e-9  # of the largest entry, to tell one network from another; verdicts are reached elsewhere
MATCHES, CONFORMS, OURS, COMPLETE, RAISES = 5, 4, 3, 2, 1  # how far a candidate goes; FAILS: nowhere


def family(
    backward: Function,
    functions: list[Function],
    elsewhere: frozenset[str] = frozenset(),
    *,
    form: str | None = None,
    layout: str | None = None,
) -> Family:
    """A backward pass with the forward pass that feeds it.

    ``elsewhere``: names that only code which is not executed would set. ``form`` and ``layout``, where they are known.
    """
    forwards = [f for f in functions if f.role in ("forward", "forward dropout", "forward n")]
    return _best(backward, forwards, elsewhere, Wanted(form, None if layout is None else layout == "rows"))


class Wanted(NamedTuple):
    """What a binding says; ``None`` where it is to be tried."""

    form: str | None = None
    rows: bool | None = None

    def takes(self, family: Family) -> bool:
        return self.form in (None, family.form) and self.rows in (None, family.rows)


def _best(backward: Function, forwards: list[Function], elsewhere: frozenset[str], wanted: Wanted) -> Family:
    """The candidate that goes furthest; the earlier one where two go as far."""
    best, own = Family(backward, cache=_layouts(backward)[0]), None
    for candidate in filter(wanted.takes, _candidates(backward, forwards)):
        details = best.forward is not None and best.status in (CONFORMS, RAISES)  # its own forward pass told what it is
        if details and candidate.forward is None and (candidate.hidden, candidate.output) != (best.hidden, best.output):
            continue
        tried = _tried(replace(candidate, elsewhere=elsewhere))
        if tried.note is not None and best.note is None and best.status == FAILS:
            best = tried
        if _reach(tried) > _reach(best):
            best = replace(tried, note=None)
        if own is None and tried.status == COMPLETE and tried.forward is not None and tried.forward.own:
            own = tried
        if _reach(best) == (True, MATCHES):
            break
    if best.status == FAILS and best.note is None:
        best = replace(best, note=f"{backward.name} is not judged: it takes a cache that no forward pass here makes")
    if own is not None and best.status == OURS and not _alike(own, best):
        return own  # it is fed as its own forward pass feeds it, or not at all
    return best if best.forward is not None else replace(best, alternative=own)


def _reach(family: Family) -> tuple[bool, int]:
    """How far a candidate went: one layer alone may fit by accident."""
    return family.status > RAISES and max(family.depths) > 1, family.status


def _alike(own: Family, ours: Family) -> bool:
    """Does the file's own forward pass keep its cache in the layout of ours?"""
    single = probe(own.depths[0], last=1 if ours.output == "sigmoid" else 3, dropout=own.dropout)
    try:
        theirs, mine = (list(forms.walk(stages(family, single).cache)) for family in (own, ours))
    except Exception:  # one of them does not take this problem
        return False
    parameters = [a for pair in single.parameters for a in pair]

    def role(a: np.ndarray) -> Any:
        same = next((k for k, p in enumerate(parameters) if a.shape == p.shape and np.array_equal(a, p)), None)
        return same, forms.is_mask(a, single.keep_prob), bool(np.all(a >= 0))  # a Z has both signs, an A one

    details, known = ({path: (a.shape, role(a)) for path, a in arrays} for arrays in (theirs, mine))
    named = all(isinstance(path[-1], str) for path in details)  # a dictionary may hold less than ours
    return all(known.get(path) == what for path, what in details.items()) and (named or len(details) == len(known))


def _layouts(backward: Function) -> list[str]:
    tuples = ["tuple", "dict", "list", "masked list"]
    lists = ["masked list", "list", "tuple", "dict"]
    if backward.role == "backward L" or plain(backward.name).startswith(("lmodel", "llayer")):
        return lists if "dropout" in plain(backward.name) else ["list", "tuple", "dict", "masked list"]
    if any(means(a, "keep_prob") for a in backward.arguments) and any(
        plain(a.name) == "caches" for a in backward.arguments
    ):
        return ["masked list", *tuples[:3]]
    return tuples


def _candidates(backward: Function, forwards: list[Function]) -> Iterator[Family]:
    wanted = "forward dropout" if backward.role == "backward dropout" else "forward"
    alike = plain(backward.name).replace("backward", "forward").replace("back", "forward")
    n_like = backward.name.endswith("_n")

    def rank(f: Function) -> tuple[bool, bool, float]:
        kind = f.role == wanted if not n_like else f.role == "forward n"
        return (not kind, not f.own, -difflib.SequenceMatcher(None, alike, plain(f.name)).ratio())

    usable = [f for f in forwards if f.role != "forward dropout" or wanted == "forward dropout"]
    if backward.role != "backward dropout":
        usable = [f for f in usable if f.role != "forward n" or n_like or not any(g.role == "forward" for g in usable)]
    else:
        usable = [f for f in usable if f.role == wanted]
    for f in sorted(usable, key=rank):
        for form in forms.FORMS:
            yield Family(backward, f, form=form)
    for f in sorted(usable, key=rank):
        if f.own and f.role == "forward":
            yield from (Family(backward, f, form=form, rows=True) for form in forms.FORMS)
    for layout in _layouts(backward):
        for hidden in ("relu", "tanh") if layout == "dict" else ("relu",):
            for output in ("sigmoid", "softmax"):
                for form in forms.FORMS:
                    if form == "dict" or any(means(a, "parameters") for a in backward.arguments):
                        yield Family(backward, None, layout, form=form, hidden=hidden, output=output)


def probe(depth: int, *, last: int, dropout: bool, seed: int = 3) -> Single:
    """A small problem without dead units, sure to tell layers, widths and examples apart."""
    rng = np.random.RandomState(seed)
    dims = (*WIDTHS[:depth], last)
    parameters = [
        (rng.standard_normal((n, k)) * 0.8, rng.standard_normal((n, 1)) * 0.3) for k, n in itertools.pairwise(dims)
    ]
    X = rng.standard_normal((dims[0], EXAMPLES))
    labels = rng.randint(max(last, 2), size=EXAMPLES)
    labels[:2] = (0, 1)
    Y = (labels == 1)[None].astype(float) if last == 1 else np.eye(last)[:, labels]
    masks = [rng.random_sample((n, EXAMPLES)) < KEEP_PROB for n in dims[1:-1]] if dropout else None
    return Single(X, Y, parameters, masks, LAMBD, KEEP_PROB if dropout else 1.0)


def _tried(candidate: Family) -> Family:
    """How far a candidate goes, at which depths, and what network its forward pass computes."""
    reached: dict[int, Family] = {}
    for depth in DEPTHS:
        tried = _at_depth(candidate, depth)
        if tried.note and not reached:
            candidate = replace(candidate, note=candidate.note or tried.note)
        if tried.status > FAILS:
            reached[depth] = tried
    if not reached:
        return candidate
    first = reached[min(reached, key=lambda depth: (_cannot(reached[depth]), DEPTHS.index(depth)))]
    alike = {
        depth: tried
        for depth, tried in reached.items()
        if tried is first
        or (tried.status >= OURS and tried.output == first.output and (depth == 1 or tried.hidden == first.hidden))
    }
    paths = {depth: way for tried in alike.values() for depth, way in tried.paths.items()}
    return replace(first, depths=tuple(sorted(alike)), paths=paths, note=None)


def _at_depth(candidate: Family, depth: int) -> Family:
    """With one output, and with three: as far as either goes."""
    reached = replace(candidate, status=FAILS)
    for last in (1, 3):
        tried = _with_outputs(candidate, depth, last)
        if tried.note or tried.status > reached.status:
            reached = tried
        if reached.note or reached.status >= CONFORMS:
            break
    return reached


def _cannot(family: Family) -> bool:
    """It was handed our cache, and made no gradients of it: another depth may be its own."""
    return family.forward is None and family.status < COMPLETE


def _with_outputs(candidate: Family, depth: int, last: int) -> Family:
    single = probe(depth, last=last, dropout=candidate.dropout)
    nowhere = replace(candidate, status=FAILS)
    tried = candidate
    try:
        tried = _forwarded(candidate, single) if candidate.forward is not None else replace(candidate, status=OURS)
        if tried.status == FAILS or (tried.output == "softmax" and last == 1):
            return nowhere
        stage = stages(tried, single)
    except KeyboardInterrupt:
        raise
    except BaseException:  # the forward pass is not this one, or not in this form; it is judged by itself
        return nowhere
    try:
        raw = as_returned(tried, stage.values, single)
        tried = replace(tried, shifted=depth > 1 and _shifted(raw, single))
        values = named_as_ours(tried, raw, single)
    except Unbindable as reason:
        return replace(nowhere, note=f"{candidate.backward.name} is not judged: {reason}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) or getattr(error, "name", None) in candidate.elsewhere:
            needs = f"it needs more than the file's definitions ({error})"
            return replace(nowhere, note=f"{candidate.backward.name} is not judged: {needs}")
        if candidate.forward is None and _is_of_layout(error):
            return nowhere
        values = {}
    if not all(f"{kind}{l}" in values for l in range(1, depth + 1) for kind in ("dW", "db")):
        return replace(tried, status=RAISES) if tried.status in (CONFORMS, OURS) else nowhere
    tried = replace(tried, status=tried.status if tried.status in (CONFORMS, OURS) else COMPLETE)
    return _compared(tried, single._replace(masks=stage.masks), values)


def _is_of_layout(error: BaseException) -> bool:
    """Did it fail at taking a cache of our making apart?"""
    return isinstance(error, KeyError | IndexError) or (isinstance(error, ValueError) and "unpack" in str(error))


def _shifted(raw: dict[str, Any], single: Single) -> bool:
    """Under which index dA stands: told by its shape, where widths differ."""
    L, m = len(single.parameters), single.X.shape[1]
    return np.shape(raw.get(f"dA{L}", 0.0)) == (single.dims[-2], m) != (single.dims[-1], m)


def _forwarded(candidate: Family, single: Single) -> Family:
    """Which of the networks that we know the file's own forward pass computes; COMPLETE where none."""
    depth, m = len(single.parameters), single.X.shape[1]
    stage = stages(candidate, single)
    found = stage.returned
    assert found is not None
    masks, paths = single.masks, {}
    if candidate.dropout:
        ways = forms.mask_paths(found.whole, single.dims[1:-1], m, single.keep_prob)
        masks = None if ways is None else [forms.at(found.whole, way) != 0 for way in ways]
        paths = {} if ways is None else {depth: ways}
    if found.A is None:
        return replace(candidate, status=FAILS)
    if candidate.dropout and masks is None and depth > 1:
        return replace(candidate, status=COMPLETE)
    for output in OUTPUTS:
        for hidden in HIDDENS:
            if depth == 1 and hidden != "relu":
                continue
            forward = network.forward_propagation(
                single.X, single.parameters, hidden=hidden, output=output, masks=masks, keep_prob=single.keep_prob
            )
            A = np.transpose(found.A) if candidate.rows else found.A
            if (output != "softmax" or single.dims[-1] > 1) and _same(A, forward.H[-1]):
                return replace(candidate, hidden=hidden, output=output, paths=paths, status=CONFORMS)
    return replace(candidate, paths=paths, status=COMPLETE)


def _compared(family: Family, single: Single, values: dict[str, np.ndarray]) -> Family:
    """MATCHES where every gradient is the network's; and the conventions of its intermediates."""
    with contextlib.suppress(Exception):
        again = gradients(family, stages(family, single).values, single, state=STATE + 2)
        family = replace(family, random=any(not np.array_equal(values[n], again[n], equal_nan=True) for n in values))
    wanted = _owed(family, single)
    last = f"dZ{len(single.parameters)}"
    if last in values and _same(values[last] * single.X.shape[1], wanted[last]):
        family = replace(family, scaled=True)
        values = {n: a * single.X.shape[1] if n[:2] in ("dZ", "dA") else a for n, a in values.items()}
    owed = [name for name in wanted if name.startswith(("dW", "db"))]
    if not all(_same(values[name], wanted[name]) for name in owed):
        return family
    raw = [f"dA{l}" for l in range(1, len(single.parameters)) if f"dA{l}" in values]
    unmasked = bool(raw) and family.dropout and all(
        _same(values[f"dA{l}"], single.parameters[l][0].T @ wanted[f"dZ{l + 1}"])
        for l in map(int, (n[2:] for n in raw))
    )  # fmt: skip
    family = replace(family, unmasked=unmasked)
    return replace(family, status=MATCHES, ties=_agrees_at_ties(family, single))


def _owed(family: Family, single: Single) -> dict[str, np.ndarray]:
    settings: dict[str, Any] = {"hidden": family.hidden, "output": family.output}
    if family.dropout:
        settings |= {"masks": single.masks, "keep_prob": single.keep_prob}
    forward = network.forward_propagation(single.X, single.parameters, **settings)
    lambd = single.lambd if family.l2 else 0.0
    g = network.backward_propagation(single.Y, single.parameters, forward, lambd=lambd, **settings)
    return {f"{kind}{l}": a for kind in ("dW", "db", "dZ", "dA") for l, a in enumerate(getattr(g, kind), 1)}


def _agrees_at_ties(family: Family, single: Single) -> bool:
    """Is relu'(0) 0? Asked with zero biases and an example of zeros."""
    X = single.X.copy()
    X[:, 0] = 0
    at_tie = single._replace(X=X, parameters=[(W, np.zeros_like(b)) for W, b in single.parameters])
    try:
        stage = stages(family, at_tie)
        values = gradients(family, stage.values, at_tie)
        wanted = _owed(family, at_tie._replace(masks=stage.masks))
    except Exception:
        return True  # it will be said elsewhere
    return all(_same(values[name], wanted[name]) for name in wanted if name.startswith(("dW", "db")))


def _same(got: Any, want: np.ndarray) -> bool:
    try:
        got = np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return got.size == want.size and bool(
        np.all(np.abs(got.reshape(want.shape) - want) <= CLOSE * np.max(np.abs(want), initial=1e-300))
    )
