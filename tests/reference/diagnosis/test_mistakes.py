"""Every mistake of the dictionary, and as many written plainly, is found where it stands and called by its own name.

A mistake that cannot be told from another is given with the other; a single name is never a wrong one. Two mistakes
at once are two, on two lines or on one.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from reference.cases.domain import ANY
from reference.cases.quantities import order, split
from reference.diagnosis.evaluate import value_with
from reference.diagnosis.explain import Root, explain
from reference.diagnosis.mistakes import LINES, mistakes
from reference.findings.codes import CODES
from tests.reference.diagnosis import simulation
from tests.reference.diagnosis.simulation import (
    GRADIENTS,
    LAYERS,
    Written,
    applies,
    data,
    kind,
    l2,
    layers_of,
    net,
    pulled,
    right,
    right_passes,
    seen,
    share,
    slope,
    total,
    unequal,
)

NETS = ("relu", "tanh")
BACKWARD = [mistake for mistake in mistakes() if mistake[0] in simulation.LINES]
NAMES = {"MB101", "MB102", "MB103", "MB104", "MB201", "MB202", "MB301", "MB302"}
Planted = dict[str, Written]


class Plain(NamedTuple):
    """A line as it is written wrong; ``None`` where it does not apply."""

    text: str
    line: str
    code: str
    written: Callable[[Any], Any]


def fitting(value, like):
    return value if np.shape(value) == np.shape(like) else None


def below(s, layers):
    """Another operand in A_{l-1}'s place in dW, above the first layer."""
    return None if s.l == 1 else s.dZ(s.l) @ layers[s.l - 1].T / s.m + l2(s)


def of_relu(s):
    return (s.Z[s.l] > 0) * 1.0


def A(s):
    return s.A[s.L]


P = Plain

PLAIN = (
    P("A", "dZ_L", "MB103", lambda s: A(s)),
    P("A + Y", "dZ_L", "MB103", lambda s: A(s) + s.Y),
    P("Z − Y", "dZ_L", "MB103", lambda s: s.Z[s.L] - s.Y),
    P("(A − Y)²", "dZ_L", "MB103", lambda s: (A(s) - s.Y) ** 2),
    P("Y − A", "dZ_L", "MB101", lambda s: s.Y - A(s)),
    P("2 (A − Y)", "dZ_L", "MB101", lambda s: 2 * (A(s) - s.Y)),
    P("(A − Y) / 2", "dZ_L", "MB101", lambda s: (A(s) - s.Y) / 2),
    P("(A − Y) / m", "dZ_L", "MB102", lambda s: (A(s) - s.Y) / s.m),
    P("2 (A − Y) / m", "dZ_L", "MB102", lambda s: 2 * (A(s) - s.Y) / s.m),
    P("(A − Y) m", "dZ_L", "MB102", lambda s: (A(s) - s.Y) * s.m),
    P("(A − Y) A (1 − A)", "dZ_L", "MB104", lambda s: (A(s) - s.Y) * A(s) * (1 - A(s))),
    P("−Y/A + (1 − Y)/(1 − A)", "dZ_L", "MB104", lambda s: -s.Y / A(s) + (1 - s.Y) / (1 - A(s))),
    P("(A − Y) / keep_prob", "dZ_L", "MB302", lambda s: (A(s) - s.Y) / s.keep),
    P("the data term × 2", "dW", "MB101", lambda s: 2 * data(s) + l2(s)),
    P("the data term × −1", "dW", "MB101", lambda s: l2(s) - data(s)),
    P("the data term is missing", "dW", "MB101", lambda s: l2(s)),
    P("the whole × 2", "dW", "MB101", lambda s: 2 * (data(s) + l2(s))),
    P("1/m forgotten", "dW", "MB102", lambda s: data(s) * s.m + l2(s)),
    P("1/m twice", "dW", "MB102", lambda s: data(s) / s.m + l2(s)),
    P("1/m twice, in the L2 term too", "dW", "MB102", lambda s: (data(s) + l2(s)) / s.m),
    P("1/m forgotten, in the L2 term too", "dW", "MB102", lambda s: (data(s) + l2(s)) * s.m),
    P("n_0 for m", "dW", "MB102", lambda s: data(s) * s.m / len(s.X) + l2(s)),
    P("m − 1 for m", "dW", "MB102", lambda s: data(s) * s.m / (s.m - 1) + l2(s)),
    P("the first example alone", "dW", "MB102", lambda s: s.dZ(s.l)[:, :1] @ s.A[s.l - 1][:, :1].T / s.m + l2(s)),
    P("A before its mask", "dW", "MB301", lambda s: below(s, s.H)),
    P("Z for A", "dW", "MB103", lambda s: below(s, s.Z)),
    P("X for A", "dW", "MB103", lambda s: None if s.l == 1 else fitting(s.dZ(s.l) @ s.X.T / s.m, s.W[s.l])),
    P("examples in another order", "dW", "MB103", lambda s: s.dZ(s.l) @ s.A[s.l - 1][:, ::-1].T / s.m + l2(s)),
    P("columns in another order", "dW", "MB103", lambda s: data(s)[:, ::-1] + l2(s)),
    P("dA for dZ", "dW", "MB104", lambda s: None if s.l == s.L else s.dA(s.l) @ s.A[s.l - 1].T / s.m + l2(s)),
    P("1/keep_prob once more", "dW", "MB302", lambda s: data(s) / s.keep + l2(s)),
    P("the L2 term is missing", "dW", "MB201", lambda s: data(s)),
    P("the L2 term × 2", "dW", "MB202", lambda s: data(s) + 2 * l2(s)),
    P("λ/2m for λ/m", "dW", "MB202", lambda s: data(s) + s.lambd / (2 * s.m) * s.W[s.l]),
    P("λ for λ/m", "dW", "MB202", lambda s: data(s) + s.lambd * s.W[s.l]),
    P("λ/m² for λ/m", "dW", "MB202", lambda s: data(s) + s.lambd / s.m**2 * s.W[s.l]),
    P("1/m for λ/m", "dW", "MB202", lambda s: data(s) + s.W[s.l] / s.m),
    P("W for (λ/m) W", "dW", "MB202", lambda s: data(s) + s.W[s.l]),
    P("the L2 term subtracted", "dW", "MB202", lambda s: data(s) - l2(s)),
    P("L1 for L2", "dW", "MB202", lambda s: data(s) + s.lambd / s.m * np.sign(s.W[s.l])),
    P("(λ/m) W²", "dW", "MB202", lambda s: data(s) + s.lambd / s.m * s.W[s.l] ** 2),
    P("λ/m alone", "dW", "MB202", lambda s: data(s) + s.lambd / s.m),
    P("(λ/2m) Σ W²", "dW", "MB202", lambda s: data(s) + s.lambd / (2 * s.m) * (s.W[s.l] ** 2).sum()),
    P("the gradient × 2", "db", "MB101", lambda s: 2 * total(s)),
    P("the gradient × −1", "db", "MB101", lambda s: -total(s)),
    P("zero", "db", "MB101", lambda s: 0 * total(s)),
    P("the sum, not the mean", "db", "MB102", lambda s: total(s) * s.m),
    P("the mean of the mean", "db", "MB102", lambda s: total(s) / s.m),
    P("the axis is missing", "db", "MB102", lambda s: s.dZ(s.l).sum() / s.m + 0 * s.b[s.l]),
    P("the first example alone", "db", "MB102", lambda s: s.dZ(s.l)[:, :1] / s.m),
    P("the last example alone", "db", "MB102", lambda s: s.dZ(s.l)[:, -1:] / s.m),
    P("the largest, not the mean", "db", "MB102", lambda s: s.dZ(s.l).max(axis=1, keepdims=True)),
    P("(λ/m) b added", "db", "MB202", lambda s: total(s) + s.lambd / s.m * s.b[s.l]),
    P("λ b added", "db", "MB202", lambda s: total(s) + s.lambd * s.b[s.l]),
    P("dA for dZ", "db", "MB104", lambda s: None if s.l == s.L else s.dA(s.l).sum(axis=1, keepdims=True) / s.m),
    P("b itself", "db", "MB103", lambda s: s.b[s.l]),
    P("without the mask", "dA", "MB301", lambda s: pulled(s) / s.keep),
    P("the mask inverted", "dA", "MB301", lambda s: pulled(s) * (1 - s.D[s.l]) / s.keep),
    P("without 1/keep_prob", "dA", "MB302", lambda s: pulled(s) * s.D[s.l]),
    P("1/keep_prob twice", "dA", "MB302", lambda s: pulled(s) * share(s) / s.keep),
    P("keep_prob for 1/keep_prob", "dA", "MB302", lambda s: pulled(s) * s.D[s.l] * s.keep),
    P("1 − keep_prob for keep_prob", "dA", "MB302", lambda s: pulled(s) * s.D[s.l] / (1 - s.keep)),
    P("the product × 2", "dA", "MB101", lambda s: 2 * pulled(s) * share(s)),
    P("the product × −1", "dA", "MB101", lambda s: -pulled(s) * share(s)),
    P("the product × 1/m", "dA", "MB102", lambda s: pulled(s) * share(s) / s.m),
    P("n_l for m", "dA", "MB102", lambda s: pulled(s) * share(s) * s.m / len(s.Z[s.l])),
    P("dA for dZ of the layer above", "dA", "MB104",
      lambda s: None if s.l + 1 == s.L else s.W[s.l + 1].T @ s.dA(s.l + 1) * share(s)),
    P("A for dZ of the layer above", "dA", "MB103", lambda s: s.W[s.l + 1].T @ s.A[s.l + 1] * share(s)),
    P("W + b for W", "dA", "MB103", lambda s: (s.W[s.l + 1] + s.b[s.l + 1]).T @ s.dZ(s.l + 1) * share(s)),
    P("without the derivative", "dZ", "MB104", lambda s: s.dA(s.l)),
    P("relu' for the derivative", "dZ", "MB104", lambda s: s.dA(s.l) * of_relu(s) if s.hidden != "relu" else None),
    P("tanh' for the derivative", "dZ", "MB104",
      lambda s: s.dA(s.l) * (1 - s.H[s.l] ** 2) if s.hidden != "tanh" else None),
    P("sigmoid' for the derivative", "dZ", "MB104", lambda s: s.dA(s.l) * s.H[s.l] * (1 - s.H[s.l])),
    P("1 − Z²", "dZ", "MB104", lambda s: s.dA(s.l) * (1 - s.Z[s.l] ** 2)),
    P("Z (1 − Z)", "dZ", "MB104", lambda s: s.dA(s.l) * s.Z[s.l] * (1 - s.Z[s.l])),
    P("1 − A: the square is missing", "dZ", "MB104", lambda s: s.dA(s.l) * (1 - s.H[s.l])),
    P("Z for the derivative", "dZ", "MB104", lambda s: s.dA(s.l) * s.Z[s.l]),
    P("the gate the wrong way round", "dZ", "MB104", lambda s: s.dA(s.l) * (s.Z[s.l] <= 0)),
    P("the derivative twice", "dZ", "MB104", lambda s: s.dA(s.l) * slope(s) ** 2 if s.hidden == "tanh" else None),
    P("the gradient × 2", "dZ", "MB101", lambda s: 2 * s.dA(s.l) * slope(s)),
    P("the gradient × 1/m", "dZ", "MB102", lambda s: s.dA(s.l) * slope(s) / s.m),
    P("2/m for 1", "dZ", "MB102", lambda s: s.dA(s.l) * slope(s) * 2 / s.m),
    P("1/keep_prob once more", "dZ", "MB302", lambda s: s.dA(s.l) * slope(s) / s.keep),
)  # fmt: skip


@functools.cache
def planted(hidden: str, **how: Any) -> list[tuple[str, str, str, str, Written]]:
    """Every mistake of the dictionary on every line where it changes something: quantity, part, text, code, line."""
    passes, found = right_passes(hidden, **how), []
    for line, part, filling in BACKWARD:
        for name in layers_of(line):
            written = functools.partial(value_with, name=name, part=part, filling=filling)
            if applies(passes, name, written) is not None:
                found.append((name, part, filling.text, filling.code, written))
    return found


def named(roots: list[Root], name: str, code: str, *, alike: tuple[str, ...] = ()) -> str | None:
    """What is wrong with an answer to one planted mistake; ``alike``: the lines that cannot be told apart."""
    answer = [(root.output, *(" + ".join(m.code + " " + m.text for m in way) for way in root.ways)) for root in roots]
    if len(roots) != 1 or roots[0].output not in {name, *alike}:
        return f"{name}, {code}: the wrong lines are {answer}"
    codes = {mistake.code for way in roots[0].ways for mistake in way}
    if code not in codes:
        return f"{name}, {code}: it is called {answer}"
    return None


def bond(name: str) -> tuple[str, ...]:
    """What no gradient tells apart: a factor in dA_l and the same in dZ_l."""
    letters, l = split(name)
    return (f"dA{l}", f"dZ{l}") if letters in ("dA", "dZ") and l < LAYERS else (name,)


def test_eighty_mistakes_are_written_plainly_and_every_name_is_among_them():
    assert len(PLAIN) >= 80
    assert len({(mistake.line, mistake.text) for mistake in PLAIN}) == len(PLAIN)
    assert {mistake.code for mistake in PLAIN} == NAMES


def test_the_dictionary_has_every_name_and_says_nothing_twice():
    found = BACKWARD
    assert len(found) >= 200
    assert {filling.code for _, _, filling in found} == NAMES
    assert set(CODES) >= NAMES
    assert len({(line, part, filling.text) for line, part, filling in found}) == len(found)
    assert {line for line, _, _ in mistakes()} == set(LINES)


def test_every_line_of_the_dictionary_is_right_where_nothing_is_filled_otherwise():
    for hidden, output in itertools.product(
        ("relu", "tanh", "sigmoid", "identity"), ("sigmoid", "softmax", "identity")
    ):
        scenes = net(hidden, output)
        assert explain(scenes, seen(scenes, {})) == []


ELSEWHERE = {  # planted where a loop, or a cost of another loss, makes them possible: test_loops, test_own_loss
    ("dZ", "dA", "made with dA of two layers above in place of dA{}: it is not handed on"),
    ("dZ_L", "residual", "A{} − Y, without the derivative of the sigmoid: that is the residual of cross-entropy"),
}


@pytest.mark.slow
def test_every_mistake_of_the_dictionary_can_be_made_somewhere():
    made = {
        (kind(name), part, text)
        for how in ({}, {"square": True}, {"domain": ANY._replace(last=1)})
        for hidden in (*NETS, "sigmoid")
        for name, part, text, _, _ in planted(hidden, **how)
    }
    assert {(line, part, filling.text) for line, part, filling in BACKWARD} - made == ELSEWHERE


@pytest.mark.slow
@pytest.mark.parametrize("hidden", NETS)
def test_a_plain_mistake_is_found_by_what_is_seen_of_the_pass(hidden):
    scenes, passes, wrong = net(hidden), right_passes(hidden), []
    for mistake in PLAIN:
        names = [name for name in layers_of(mistake.line) if applies(passes, name, mistake.written) is not None]
        for name in names:
            said = named(explain(scenes, seen(scenes, {name: mistake.written})), name, mistake.code)
            wrong.append(said and f"{mistake.text}: {said}")
        if not (names or mistake.text in ("X for A", "n_l for m") or mistake.written(scenes[0].at(1)) is None):
            wrong.append(f"{mistake.line}, {mistake.text}: was not tried")
    assert [said for said in wrong if said] == []


@pytest.mark.parametrize("hidden", NETS)
def test_a_plain_mistake_is_found_by_the_gradients_alone(hidden):
    scenes, passes, wrong = net(hidden), right_passes(hidden), []
    for mistake in PLAIN:
        names = [name for name in layers_of(mistake.line) if applies(passes, name, mistake.written) is not None]
        for name in names[-1:]:  # one layer: the search is the same in each
            observed = seen(scenes, {name: mistake.written}, only=GRADIENTS)
            said = named(explain(scenes, observed), name, mistake.code, alike=bond(name))
            wrong.append(said and f"{mistake.text}: {said}")
    assert len(wrong) > 60
    assert [said for said in wrong if said] == []


@pytest.mark.parametrize("hidden", NETS)
@pytest.mark.parametrize("line", simulation.LINES)
def test_every_mistake_of_the_dictionary_is_found(line, hidden):
    scenes, wrong = net(hidden), []
    layers = (2, 3) if hidden == "relu" or line == "dZ_L" else (1, 2)
    for name, _, _, code, written in planted(hidden):
        if kind(name) == line and split(name)[1] in layers:
            wrong.append(named(explain(scenes, seen(scenes, {name: written})), name, code))
    assert len(wrong) > 10
    assert [said for said in wrong if said] == []


@pytest.mark.slow
@pytest.mark.parametrize("hidden", NETS)
@pytest.mark.parametrize("line", ["dZ_L", "dA", "dZ"])  # what no gradient is
def test_every_mistake_of_the_dictionary_is_found_by_the_gradients_alone(line, hidden):
    scenes, wrong = net(hidden), []
    layer = LAYERS if line == "dZ_L" else 1 + NETS.index(hidden)  # one of them: the search is the same in each
    for name, _, text, code, written in planted(hidden):
        if kind(name) == line and split(name)[1] == layer:
            roots = explain(scenes, seen(scenes, {name: written}, only=GRADIENTS))
            said = named(roots, name, code, alike=bond(name))
            wrong.append(said and f"{text}: {said}")
    assert len(wrong) > 10
    assert [said for said in wrong if said] == []


@pytest.mark.parametrize("hidden", NETS)
def test_a_mistake_in_a_network_of_one_output_is_found_too(hidden):
    how = {"domain": ANY._replace(last=1)}
    scenes, wrong = net(hidden, **how), []
    for name, _, text, code, written in planted(hidden, **how):
        if kind(name) == "dZ_L":
            roots = explain(scenes, seen(scenes, {name: written}, only=GRADIENTS))
            said = named(roots, name, code)
            wrong.append(said and f"{text}: {said}")
    assert [said for said in wrong if said] == []


def test_what_cannot_be_told_apart_is_listed_in_full():
    """On square layers m/n_0, m/n_l and m/n_{l-1} are one number; of an identity, Z is A before its mask."""
    scenes = net("tanh", square=True)
    (root,) = explain(scenes, seen(scenes, {"dW2": lambda s: data(s) * s.m / len(s.X) + l2(s)}))
    assert {way[0].text.partition(" × ")[2].partition(" ")[0] for way in root.ways} == {
        "m/n_0",
        "m/n_1",
        "m/n_2",
        "m/n_L",
    }
    scenes = net("identity")
    (root,) = explain(scenes, seen(scenes, {"dW2": lambda s: below(s, s.Z)}))
    assert {way[0].code for way in root.ways} == {"MB103", "MB301"}


@pytest.mark.slow
@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("hidden", NETS)
def test_a_single_name_is_given_only_where_no_other_mistake_of_the_line_gives_the_same(hidden, square):
    scenes = net(hidden, square=square)
    for name in ("dZ3", "dW2", "db2", "dA2", "dZ2"):
        mine = [m for m in planted(hidden, square=square) if m[0] == name]
        passes = right_passes(hidden, square=square)
        shown = [np.concatenate([v.ravel() for v in applies(passes, name, m[-1])]) for m in mine]
        for k, m in enumerate(mine):
            same = {m2[3] for m2, v in zip(mine, shown, strict=True) if np.allclose(v, shown[k], rtol=1e-9, atol=0)}
            if len(same) > 1:
                (root,) = explain(scenes, seen(scenes, {name: m[-1]}))
                assert same <= {mistake.code for way in root.ways for mistake in way}


def test_a_mask_and_a_derivative_that_are_the_same_by_the_gradients_are_both_named():
    """A for D in dA, or A for relu' in dZ: the gradients are the same, and so the name cannot be one."""
    scenes = net("relu")
    by_mask = seen(scenes, {"dA2": lambda s: pulled(s) * s.A[s.l] / s.keep}, only=GRADIENTS)
    by_gate = seen(scenes, {"dZ2": lambda s: s.dA(s.l) * s.A[s.l]}, only=GRADIENTS)
    assert all(np.allclose(a[n], b[n], rtol=1e-12) for a, b in zip(by_mask, by_gate, strict=True) for n in a)
    roots = explain(scenes, by_mask)
    assert {mistake.code for root in roots for way in root.ways for mistake in way} >= {"MB104", "MB301"}


# --- pairs ----------------------------------------------------------------------------------------------------


def pairs(hidden: str, *, seed: int) -> Any:
    """Two mistakes of the dictionary at a time, on two parts of one line or on two lines."""
    every, rng = planted(hidden), random.Random(seed)
    while True:
        yield rng.sample(every, 2)


def both(first: Any, second: Any) -> Written:
    """Two parts of one line filled wrong: the line that has both."""

    def written(s):
        line = LINES[kind(first[0])]
        filled = {part: f for _, part, f in BACKWARD if (part, f.text) in {first[1:3], second[1:3]}}
        with np.errstate(all="ignore"):
            parts = {part: (filled[part].value if part in filled else way)(s) for part, (way, _) in line.parts.items()}
            return None if any(v is None for v in parts.values()) else line.make(**parts)

    return written


def on_two_lines(hidden: str, count: int, *, seed: int) -> Any:
    for first, second in itertools.islice((p for p in pairs(hidden, seed=seed) if p[0][0] != p[1][0]), count):
        wrong = {first[0]: first[-1], second[0]: second[-1]}
        if seen(net(hidden), wrong) is not None:
            yield {first[0]: first, second[0]: second}, wrong


def on_one_line(hidden: str, count: int, *, seed: int) -> Any:
    chosen = (p for p in pairs(hidden, seed=seed) if p[0][0] == p[1][0] and p[0][1] != p[1][1])
    for first, second in itertools.islice(chosen, count):
        wrong = {first[0]: both(first, second)}
        if seen(net(hidden), wrong) is not None:
            yield (first, second), wrong


def told(roots: list[Root]) -> list[Any]:
    return [(root.output, [[(m.code, m.text) for m in way] for way in root.ways]) for root in roots]


@pytest.mark.slow
@pytest.mark.parametrize("hidden", NETS)
def test_two_mistakes_on_two_lines_are_two_roots_with_their_own_names(hidden):
    scenes, tried = net(hidden), 0
    for pair, wrong in on_two_lines(hidden, 90, seed=11):
        tried += 1
        roots = explain(scenes, seen(scenes, wrong))
        expected = unequal(scenes, wrong)  # one may hide behind the other: what is zero stays zero
        assert [root.output for root in roots] == expected, f"{pair}: {told(roots)}"
        for root in roots:
            codes = {m.code for way in root.ways for m in way}
            assert pair[root.output][3] in codes, f"{pair}: {told(roots)}"
    assert tried > 65


@pytest.mark.parametrize("hidden", NETS)
def test_two_mistakes_on_one_line_are_both_named_unless_one_explains_them(hidden):
    scenes, tried, as_two = net(hidden), 0, 0
    for pair, wrong in on_one_line(hidden, 40, seed=12):
        tried += 1
        roots = explain(scenes, seen(scenes, wrong))
        if not unequal(scenes, wrong):
            assert roots == [], "what cancels is right"
            continue
        (root,) = roots
        planted_ = {(part, code) for _, part, _, code, _ in pair}
        ways = [{(m.part, m.code) for m in way} for way in root.ways]
        assert planted_ in ways or all(len(way) == 1 for way in root.ways), f"{pair}: {told(roots)}"
        assert ways, f"{pair}: {told(roots)}"
        as_two += planted_ in ways
    assert tried > 28
    assert as_two > 0.8 * tried


def never_wrong(roots: list[Root], pair: Any) -> None:
    """Of two mistakes that gradients alone show: unexplained, ambiguous, explained by fewer, or called by name."""
    codes = {code for _, _, _, code, _ in pair}
    certain = [mistake for root in roots if len(root.ways) == 1 for mistake in root.ways[0]]
    fewer = len(certain) < 2 and all(root.ways for root in roots)
    assert fewer or {mistake.code for mistake in certain} <= codes, f"{[p[:4] for p in pair]}: {told(roots)}"


@pytest.mark.slow
@pytest.mark.parametrize("hidden", NETS)
def test_of_two_mistakes_on_two_lines_the_gradients_alone_never_give_a_wrong_name(hidden):
    for pair, wrong in on_two_lines(hidden, 12, seed=13):
        roots = explain(net(hidden), seen(net(hidden), wrong, only=GRADIENTS))
        never_wrong(roots, pair.values())


@pytest.mark.slow
@pytest.mark.parametrize("hidden", NETS)
def test_of_two_mistakes_on_one_line_the_gradients_alone_never_give_a_wrong_name(hidden):
    for pair, wrong in on_one_line(hidden, 4, seed=14):
        roots = explain(net(hidden), seen(net(hidden), wrong, only=GRADIENTS))
        never_wrong(roots, pair)


def test_the_plain_pass_and_the_dictionary_are_one():
    for hidden in NETS:
        for s in net(hidden):
            for name in order(LAYERS):
                value = LINES[kind(name)]
                parts = {part: way(s.at(split(name)[1])) for part, (way, _) in value.parts.items()}
                want = right(s, name)
                assert np.allclose(value.make(**parts), want, rtol=1e-13)
                s = s.having(name, want)
