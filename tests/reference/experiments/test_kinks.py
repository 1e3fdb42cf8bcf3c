"""The kinks that a step crosses, counted a second time."""

from __future__ import annotations

import numpy as np

from reference.experiments.kinks import tied_network


def counted(crossing, X, parameters, masks, keep_prob, i, epsilon):
    """Sign changes of every relu, one network at a time."""
    signs = []
    for side in (1, -1):
        flat = np.concatenate([θ.ravel() for pair in parameters for θ in pair])
        flat[i] += side * epsilon
        A, start, found = X, 0, []
        for l, (W, b) in enumerate(parameters):
            w, start = flat[start : start + W.size].reshape(W.shape), start + W.size
            c, start = flat[start : start + b.size].reshape(b.shape), start + b.size
            Z = w @ A + c
            A = np.maximum(Z, 0)
            if masks is not None and l < len(masks):
                A = A * masks[l] / keep_prob
            found.append(Z > 0)
        signs.append(found[:-1])
    return sum(int((up != down).sum()) for up, down in zip(*signs, strict=True))


def test_sign_changes_are_those_that_are_counted_one_by_one(example, crossings):
    first, _, tied = crossings
    for crossing, checked in ((first, example), (tied, tied_network())):
        X, _, parameters, masks, keep_prob = checked
        for i in range(len(crossing.counts)):
            for k in (0, 16, 44, 48, 52):
                want = counted(crossing, X, parameters, masks, keep_prob, i, crossing.epsilon[k])
                assert crossing.counts[i, k] == want, (crossing.title, i, crossing.epsilon[k])


def test_blocks_are_in_the_order_of_the_rows(crossings):
    for crossing in crossings:
        assert sum(crossing.blocks.values()) == len(crossing.counts) == len(crossing.chosen)
    names = [name for name, size in crossings[-1].blocks.items() for _ in range(size)]
    always = (crossings[-1].counts > 0).all(axis=1)
    assert {name for name, crosses in zip(names, always, strict=True) if crosses} == {"b2"}
    assert always.sum() == 3


def test_with_more_examples_kinks_begin_earlier(crossings):
    few, many, _ = (c.epsilon[(c.counts > 0).any(axis=0)].min() for c in crossings)
    assert many < few / 10


def test_the_tool_s_steps_cross_nothing_but_ties(crossings):
    for crossing in crossings:
        for i, step in enumerate(crossing.chosen):
            shorter = crossing.epsilon <= step
            tie = (crossing.counts[i] > 0).all()
            assert tie or not crossing.counts[i][shorter].any()


def test_at_a_tie_the_plain_difference_rejects_right_gradients_and_the_tool_does_not(crossings):
    *smooth, tied = crossings
    assert tied.difference > 1e-2
    for crossing in crossings:
        assert crossing.verdict == "PASS"
        assert crossing.tool < 1e-9
        assert not crossing.left_out.any()
    assert all(crossing.difference < 1e-6 for crossing in smooth)
