"""How far a backward pass comes with one way of feeding it: tried on small problems of several depths."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from manual_backprop import network
from reference.cases.case import HIDDENS, OUTPUTS
from reference.cases.forward import ACTIVATIONS
from reference.cases.quantities import is_gradient, is_intermediate, layer_of, split
from reference.interface.foreign_messages import is_of_unpacking
from reference.interface.outcome import Single
from reference.targets.pairing import layouts
from reference.targets.pairing.evidence import is_supplied
from reference.targets.pairing.passes import (
    STATE,
    PassPair,
    Reached,
    as_returned,
    copied,
    gradients,
    means,
    named_as_ours,
    seeded,
    stages,
)
from reference.targets.pairing.returns import gradient_order, takes_any_depth
from reference.targets.pairing.subtracted import RATE, SMALL, said_of_rates
from reference.targets.reading.vocabulary import Unbindable, bind, own_depth

__all__ = ["depends_on_the_rate", "probe", "same_values", "tried_out"]

DEPTHS = (3, 2, 4, 1)  # tried in turn: the course's, the shallow ones, and what tells a network of any depth
WIDTHS = (4, 3, 5, 2, 6, 3)  # of the layers before the last, never equal side by side
EXAMPLES, LAMBD, KEEP_PROB = 9, 0.7, 0.6
DIGITS = 10
CLOSE = 1e-9  # of the largest entry, to tell one network from another; verdicts are reached elsewhere


def probe(depth: int, *, last: int, dropout: bool, seed: int = 3) -> Single:
    """A small problem without dead units, sure to tell layers, widths and examples apart."""
    rng = np.random.RandomState(seed)
    dims = (*WIDTHS[:depth], last)
    parameters = tuple(
        (rng.standard_normal((n, k)) * 0.8, rng.standard_normal((n, 1)) * 0.3) for k, n in itertools.pairwise(dims)
    )
    X = rng.standard_normal((dims[0], EXAMPLES))
    labels = rng.randint(max(last, 2), size=EXAMPLES)
    labels[:2] = (0, max(last - 1, 1))
    Y = (labels == 1)[None].astype(float) if last == 1 else np.eye(last)[:, labels]
    masks = tuple(rng.random_sample((n, EXAMPLES)) < KEEP_PROB for n in dims[1:-1]) if dropout else None
    return Single(X, Y, parameters, masks, LAMBD, KEEP_PROB if dropout else 1.0)


def tried_out(candidate: PassPair) -> PassPair:
    """How far a candidate goes, at which depths, and what network its forward pass computes.

    A function that takes as many layers as it is given is held to every depth at which it is fed.
    """
    reached: dict[int, PassPair] = {}
    for depth in _depths(candidate):
        tried = _at_depth(candidate, depth)
        if tried.not_judged and not candidate.not_judged and not reached:
            candidate = replace(candidate, not_judged=tried.not_judged, remedy=tried.remedy)
        if tried.reached > Reached.NOWHERE:
            reached[depth] = replace(tried, depths=(depth,))
    if not reached:
        return candidate
    first = max(reached.values(), key=lambda pair: (pair.reached > Reached.RAISED and pair.depths[0] > 1, pair.reached))
    alike = {
        depth: tried
        for depth, tried in reached.items()
        if tried is first
        or (
            tried.reached >= Reached.OUR_CACHE
            and tried.output == first.output
            and (depth == 1 or tried.hidden == first.hidden)
        )
    }
    any_depth = takes_any_depth(candidate.backward.call, candidate.backward.arguments)
    if first.reached > Reached.UNKNOWN_NETWORK and (len(alike) > 1 or any_depth):
        alike |= {depth: tried for depth, tried in reached.items() if tried.reached == Reached.RAISED}
        any_depth = True
    paths = {depth: way for tried in alike.values() for depth, way in tried.paths.items()}
    depths, right = tuple(sorted(alike)), sum(tried.reached == Reached.RIGHT for tried in alike.values())
    return replace(first, depths=depths, right=right, any_depth=any_depth, paths=paths, not_judged=None)


def _depths(candidate: PassPair) -> tuple[int, ...]:
    """The depths to try: its own, of a function that takes its weights one by one."""
    functions = [candidate.backward, *filter(None, [candidate.forward])]
    own = {depth for f in functions if (depth := own_depth(f.arguments)) is not None}
    return tuple(own) or DEPTHS


def _at_depth(candidate: PassPair, depth: int) -> PassPair:
    """How far it goes with one output, or with three; or with ten, where it raises: digits are often counted out."""
    reached = replace(candidate, reached=Reached.NOWHERE)
    for last in (1, 3, DIGITS):
        if last == DIGITS and reached.reached != Reached.RAISED:
            break
        tried = replace(_with_outputs(candidate, depth, last), last=DIGITS if last == DIGITS else None)
        if tried.not_judged or tried.reached > reached.reached:
            reached = tried
        if reached.not_judged or reached.reached >= Reached.KNOWN_NETWORK:
            break
    return reached


def _with_outputs(candidate: PassPair, depth: int, last: int) -> PassPair:
    """One problem's way: what feeds the backward pass, then the backward pass, then its gradients."""
    single = probe(depth, last=last, dropout=candidate.dropout)
    if candidate.reading.bias == "none":
        single = single._replace(parameters=tuple((W, np.zeros_like(b)) for W, b in single.parameters))
    nowhere = replace(candidate, reached=Reached.NOWHERE)
    try:
        tried = _fed(candidate, single)
        if tried.reached == Reached.NOWHERE or (tried.output == "softmax" and last == 1):
            return nowhere
        stage = stages(tried, single)
    except KeyboardInterrupt:
        raise
    except BaseException:  # the forward pass is not this one, or not in this form; it is judged by itself
        return nowhere
    try:
        tried = replace(tried, order=_order(tried, stage.values, single))
        raw = as_returned(tried, stage.values, single)
        tried = replace(tried, shifted=depth > 1 and _shifted(raw, single))
        values = named_as_ours(tried, raw, single)
    except (Unbindable, layouts.NotGradients) as reason:
        return replace(nowhere, not_judged=str(reason), remedy=getattr(reason, "remedy", ""))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) or getattr(error, "name", None) in candidate.elsewhere:
            return replace(nowhere, not_judged=f"it needs more than the file's definitions ({error})")
        if is_supplied(candidate) and is_of_unpacking(error):
            return nowhere  # at taking a cache of our making apart
        values = {}
    biased = tried.reading.bias != "none"
    if not biased and any(split(name)[0] == "db" for name in values):
        return nowhere
    kinds = ("dW", "db") if biased else ("dW",)
    if not all(f"{kind}{l}" in values for l in range(1, depth + 1) for kind in kinds):
        return nowhere if tried.reached == Reached.UNKNOWN_NETWORK else replace(tried, reached=Reached.RAISED)
    single = single._replace(masks=stage.masks, keep_prob=tried.keep_prob or single.keep_prob)
    found = _compared(tried, single, values)
    if found.reached == Reached.KNOWN_NETWORK and tried.output == "identity":  # what it returns may be logits
        of_logits = [_compared(replace(tried, output=output), single, values) for output in ("softmax", "sigmoid")]
        found = next((other for other in of_logits if other.reached == Reached.RIGHT), found)
    classes = found.reading.labels in ("integers", "integer row")
    return nowhere if classes and found.output == "identity" else found


def _order(pair: PassPair, values: dict[str, Any], single: Single) -> tuple[str, ...]:
    """The names of the gradients, where the backward pass returns a sequence of them."""
    with seeded(STATE + 1):
        value = pair.backward.call(**bind(pair.backward.arguments, pair.backward.role or "", copied(values)))
    return gradient_order(pair.backward.call, value, layouts.gradient_key, pair.reading, single.dims, single.X.shape[1])


def _shifted(raw: dict[str, Any], single: Single) -> bool:
    """Under which index dA stands: told by its shape, where widths differ."""
    L, m = len(single.parameters), single.X.shape[1]
    return np.shape(raw.get(f"dA{L}", 0.0)) == (single.dims[-2], m) != (single.dims[-1], m)


def _fed(candidate: PassPair, single: Single) -> PassPair:
    """By our cache; or by the file's own forward pass, with the network that it computes where that is one we know."""
    if candidate.forward is None:
        return replace(candidate, reached=Reached.OUR_CACHE)
    depth, m = len(single.parameters), single.X.shape[1]
    stage = stages(candidate, single)
    returned = stage.returned
    assert returned is not None
    masks, paths = single.masks, {}
    if candidate.dropout:
        ways = layouts.mask_paths(returned.whole, single.dims[1:-1], m, single.keep_prob)
        masks = None if ways is None else tuple(layouts.at(returned.whole, way) != 0 for way in ways)
        paths = {} if ways is None else {depth: ways}
    if returned.A is None:
        return replace(candidate, reached=Reached.NOWHERE)
    own = candidate.forward
    candidate = replace(candidate, place=returned.place)
    if candidate.dropout and masks is None and depth > 1:
        return replace(candidate, reached=Reached.UNKNOWN_NETWORK)
    if candidate.dropout and masks and not any(means(a, "keep_prob") for a in own.arguments):
        rate = _own_rate(returned.whole, single, masks[0])
        candidate = replace(candidate, keep_prob=rate)
        single = single._replace(keep_prob=rate or single.keep_prob)
    for output in OUTPUTS:
        for hidden in HIDDENS:
            if depth == 1 and hidden != "relu":
                continue
            forward = network.forward_propagation(
                single.X, single.parameters, hidden=hidden, output=output, masks=masks, keep_prob=single.keep_prob
            )
            A = np.transpose(returned.A) if candidate.reading.rows else returned.A
            if (output != "softmax" or single.dims[-1] > 1) and same_values(A, forward.H[-1]):
                return replace(candidate, hidden=hidden, output=output, paths=paths, reached=Reached.KNOWN_NETWORK)
    return replace(candidate, paths=paths, reached=Reached.UNKNOWN_NETWORK)


def _own_rate(whole: Any, single: Single, D: np.ndarray) -> float | None:
    """The rate by which a forward pass scales what it keeps, where that is its own: seen in its first layer."""
    W, b = single.parameters[0]
    for activation in ACTIVATIONS.values():
        H = activation(W @ single.X + b)
        seen = D & (np.abs(H) > 1e-3)
        for _, a in layouts.walk(whole):
            if a.shape == H.shape and a.dtype.kind == "f" and seen.any() and np.all(a[seen] != 0):
                rates = H[seen] / a[seen]
                if np.ptp(rates) <= CLOSE and 0 < rates[0] < 1:
                    return round(float(rates[0]), 9)
    return None


def _compared(pair: PassPair, single: Single, values: dict[str, np.ndarray]) -> PassPair:
    """Is every gradient the network's? And the conventions of the intermediates."""
    with contextlib.suppress(Exception):
        again = gradients(pair, stages(pair, single).values, single, state=STATE + 2)
        pair = replace(pair, random=any(not np.array_equal(values[n], again[n], equal_nan=True) for n in values))
    wanted = _right_gradients(pair, single)
    last = f"dZ{len(single.parameters)}"
    if last in values and same_values(values[last] * single.X.shape[1], wanted[last]):
        pair = replace(pair, scaled=True)
        values = {n: a * single.X.shape[1] if is_intermediate(n) else a for n, a in values.items()}
    owed = _owed(pair, wanted)
    right = [name for name in owed if same_values(values.get(name), wanted[name])]
    misshapen = any(name not in values or values[name].shape != wanted[name].shape for name in owed)
    pair = replace(pair, misshapen=misshapen, agreeing=len(right))
    if len(right) < len(owed):
        return pair
    raw = [f"dA{l}" for l in range(1, len(single.parameters)) if f"dA{l}" in values]
    unmasked = bool(raw) and pair.dropout and all(
        same_values(values[f"dA{l}"], single.parameters[l][0].T @ wanted[f"dZ{l + 1}"])
        for l in map(layer_of, raw)
    )  # fmt: skip
    pair = replace(pair, unmasked=unmasked)
    return replace(pair, reached=Reached.RIGHT, ties=_agrees_at_ties(pair, single))


def _right_gradients(pair: PassPair, single: Single) -> dict[str, np.ndarray]:
    settings: dict[str, Any] = {"hidden": pair.hidden, "output": pair.output}
    if pair.dropout:
        settings |= {"masks": single.masks, "keep_prob": single.keep_prob}
    forward = network.forward_propagation(single.X, single.parameters, **settings)
    lambd = single.lambd if pair.l2 else 0.0
    g = network.backward_propagation(single.Y, single.parameters, forward, lambd=lambd, **settings)
    return {f"{kind}{l}": a for kind in ("dW", "db", "dZ", "dA") for l, a in enumerate(getattr(g, kind), 1)}


def _agrees_at_ties(pair: PassPair, single: Single) -> bool:
    """Is relu'(0) 0? Asked with zero biases and an example of zeros."""
    X = single.X.copy()
    X[:, 0] = 0
    at_tie = single._replace(X=X, parameters=tuple((W, np.zeros_like(b)) for W, b in single.parameters))
    try:
        stage = stages(pair, at_tie)
        values = gradients(pair, stage.values, at_tie)
        wanted = _right_gradients(pair, at_tie._replace(masks=stage.masks))
    except Exception:
        return True  # it will be said elsewhere
    return all(same_values(values.get(name), wanted[name]) for name in _owed(pair, wanted))


def _owed(pair: PassPair, wanted: dict[str, np.ndarray]) -> list[str]:
    """The gradients that it has to return."""
    return [n for n in wanted if is_gradient(n) and (pair.reading.bias != "none" or split(n)[0] == "dW")]


def same_values(got: Any, want: np.ndarray) -> bool:
    """To within rounding, relative to the largest; whatever is no array of so many numbers is not the same."""
    try:
        got = np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return got.size == want.size and bool(
        np.all(np.abs(got.reshape(want.shape) - want) <= CLOSE * np.max(np.abs(want), initial=1e-300))
    )


def depends_on_the_rate(pair: PassPair) -> str | None:
    """What is the matter with a pass that updates the parameters, where its gradients depend on the learning rate."""
    depth = max(pair.depths)
    if not pair.updates or depth == 1:
        return None
    single = probe(depth, last=1 if pair.output == "sigmoid" else pair.last or 3, dropout=pair.dropout)
    try:
        given = [stages(pair, single).values | {"learning_rate": rate} for rate in (RATE, SMALL)]
        large, small = (as_returned(pair, values, single) for values in given)
    except Exception:  # it is said elsewhere
        return None
    return said_of_rates(large, small, depth)
