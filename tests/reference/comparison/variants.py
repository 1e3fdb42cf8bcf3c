"""One backward pass, by hand, for one problem, with every convention as a keyword; and edits of it that are wrong.

    J = s · Σ loss + c · Σ ‖W‖²  (+ c · Σ ‖b‖²)

It imports nothing but NumPy, so that a copy of the file is a target of the command line too: ``mine:half``.
"""

from __future__ import annotations

import functools

import numpy as np

__all__ = ["CONVENTIONS", "WRONG", "right"]


def logistic(z):
    e = np.exp(-np.abs(z))
    return np.where(z > 0, 1, e) / (1 + e)


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, z * z.dtype.type(0.01)),
    "tanh": np.tanh,
    "sigmoid": logistic,
    "softplus": lambda z: np.logaddexp(z, 0 * z),
    "identity": lambda z: z,
}
SLOPES = {  # of the activation, where its argument is not 0
    "relu": lambda z, a: 1.0 * (z > 0),
    "leaky_relu": lambda z, a: np.where(z > 0, 1, 0.01),
    "tanh": lambda z, a: 1 - a * a,
    "sigmoid": lambda z, a: a * (1 - a),
    "softplus": lambda z, a: logistic(z),
    "identity": lambda z, a: np.ones_like(z),
}
OUTPUTS = {"sigmoid": logistic, "softmax": softmax, "identity": lambda z: z}


def backward(p, *, summed=False, penalty=0.5, per_example=True, biases=False, at_zero=None, masked=True):
    """dJ of one problem; the defaults are the course's.

    ``summed``: s = 1, not 1/m. ``penalty``: c = penalty · λ, divided by m where ``per_example``. ``biases`` are decayed
    too. ``at_zero``: the slope of a kinked activation at exactly 0. ``masked``: the masks are used on the way back.
    """
    dtype, m, L = p.X.dtype.type, p.X.shape[1], len(p.parameters)
    A, Z, H = [p.X], [], []
    for l, (W, b) in enumerate(p.parameters):
        Z.append(W @ A[-1] + b)
        if l < L - 1:
            H.append(ACTIVATIONS[p.hidden](Z[-1]))
            A.append(H[-1] if p.masks is None else H[-1] * p.masks[l] / dtype(p.keep_prob))
    s = dtype(1 if summed else 1 / m)
    decay = dtype(2 * penalty * p.lambd / (m if per_example else 1))
    dZ, gradients = OUTPUTS[p.output](Z[-1]) - p.Y, {}
    for l in reversed(range(L)):
        W, b = p.parameters[l]
        gradients[f"dW{l + 1}"] = s * (dZ @ A[l].T) + decay * W
        gradients[f"db{l + 1}"] = s * dZ.sum(axis=1, keepdims=True) + (decay * b if biases else 0 * b)
        if l:
            dA = W.T @ dZ
            if p.masks is not None and masked:
                dA = dA * p.masks[l - 1] / dtype(p.keep_prob)
            slope = SLOPES[p.hidden](Z[l - 1], H[l - 1])
            if at_zero is not None and p.hidden in ("relu", "leaky_relu"):
                slope = np.where(Z[l - 1] == 0, at_zero, slope)
            dZ = dA * slope.astype(dtype)
    return gradients


def right(p):
    return backward(p)


# --- right, by a convention of their own --------------------------------------------------------------------

half = functools.partial(backward, at_zero=0.5)
one = functools.partial(backward, at_zero=1.0)
summed = functools.partial(backward, summed=True)
penalty_half = functools.partial(backward, per_example=False)
penalty_over_m = functools.partial(backward, penalty=1.0)
penalty_whole = functools.partial(backward, penalty=1.0, per_example=False)
biases = functools.partial(backward, biases=True)

CONVENTIONS = {  # each is one departure: the dimension that it is of, its keywords, and what it is called
    "half": ("slope", half.keywords, "relu'(0) is ½, not 0"),
    "one": ("slope", one.keywords, "relu'(0) is 1, not 0"),
    "summed": ("data", summed.keywords, "the losses are summed, not averaged"),
    "penalty_half": ("penalty", penalty_half.keywords, "the penalty is λ/2 · Σ‖W‖², not λ/2m"),
    "penalty_over_m": ("penalty", penalty_over_m.keywords, "the penalty is λ/m · Σ‖W‖², not λ/2m"),
    "penalty_whole": ("penalty", penalty_whole.keywords, "the penalty is λ · Σ‖W‖², not λ/2m"),
    "biases": ("biases", biases.keywords, "biases are decayed too"),
}


# --- wrong: the derivative of no J that anybody writes down -------------------------------------------------

no_penalty = functools.partial(backward, penalty=0.0)
penalty_thrice = functools.partial(backward, penalty=1.5)
unmasked = functools.partial(backward, masked=False)


def doubled(p):
    return {name: 2 * block for name, block in backward(p).items()}


def dW2_doubled(p):
    gradients = backward(p)
    return {**gradients, "dW2": 2 * gradients["dW2"]} if "dW2" in gradients else gradients


def one_entry(p):
    """Beside the truth by 1e-9 in the first entry of dW1."""
    gradients = backward(p)
    gradients["dW1"][0, 0] *= p.X.dtype.type(1 + 1e-9 if p.X.dtype == np.float64 else 1 + 1e-3)
    return gradients


WRONG = {
    "no_penalty": no_penalty,
    "penalty_thrice": penalty_thrice,
    "unmasked": unmasked,
    "doubled": doubled,
    "dW2_doubled": dW2_doubled,
    "one_entry": one_entry,
}
