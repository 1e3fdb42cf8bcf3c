import numpy as np


def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -np.nansum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    return cost


def backward(plan, tape, seed_gradient):
    """walks over the tape from its end"""
    g = {plan.root: seed_gradient}
    for op in reversed(tape):
        for parent, rule in op.rules:
            g[parent] = g.get(parent, 0) + rule(g[op.name])
    return [g[name] for name in plan.wanted]
