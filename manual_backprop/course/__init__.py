"""The course's three assignments, function by function: its names, signatures, cache layouts and numbers.

initialization       zeros, large random numbers, He's scale; model
regularization       L2, inverted dropout, and the two together; model, predict, the decision boundary
gradient_checking    one parameter, then a whole network, against central differences

The arithmetic is that of ``manual_backprop.primitives``. Unlike the course's, these functions mutate no argument
and leave NumPy's global generator alone; the fixed seeds (3 for weights, 1 for masks) are kept.
"""

from manual_backprop.course import gradient_checking, initialization, regularization

__all__ = ["gradient_checking", "initialization", "regularization"]
