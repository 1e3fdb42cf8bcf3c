"""What a function calls the things that it returns."""

from __future__ import annotations

import numpy as np

from reference.targets.pairing.layouts import gradient_key
from reference.targets.pairing.readings import Reading
from reference.targets.pairing.returns import gradient_order, handed_over, returned_names, takes_any_depth
from reference.targets.reading.vocabulary import Argument

A, B = np.zeros((4, 6)), np.ones((2, 6))
DIMS, M = (3, 4, 2), 6


def by_statement(x, early):
    if early:
        return x, early
    hidden, out = A, B

    def inner():
        return 1, 2

    return hidden, out


def by_a_name(x):
    first, second = A, B
    result = (first, second)
    return result


def without_names(x):
    return A + 0, B + 0


def test_returned_names_are_those_of_the_last_return_statement_of_so_many():
    assert returned_names(by_statement, 2) == ["hidden", "out"]
    assert returned_names(by_a_name, 2) == ["first", "second"]
    assert returned_names(without_names, 2) == [None, None]
    assert returned_names(by_statement, 3) == [None, None, None]
    assert returned_names(len, 2) == [None, None]  # no source


def test_what_is_handed_over_goes_by_its_own_names_and_by_the_course_s():
    shapes = {"A1": A.shape, "A2": B.shape}
    handed = handed_over(by_statement, (A, B), shapes)
    assert handed.keys() == {"hidden", "out"}
    handed = handed_over(without_names, (A, B), shapes)
    assert handed["A1"] is A
    assert handed["A2"] is B
    cache = handed_over(by_statement, (A, {"z_1": B}), {})
    assert cache["z_1"] is cache["Z1"] is B


def test_a_shape_that_two_have_tells_nothing():
    assert handed_over(without_names, (A, A.copy()), {"A1": A.shape}) == {}


def named(X):
    dW2, db2, dW1, db1 = (np.zeros(s) for s in ((2, 4), (2, 1), (4, 3), (4, 1)))
    return dW2, db2, dW1, db1


def nameless(X):
    return np.zeros((4, 1)), np.zeros((2, 4)), np.zeros((2, 1)), np.zeros((4, 3))


def equal(X):
    return tuple(np.zeros((3, 3)) for _ in range(4))


def order(call, dims=DIMS, reading=None):
    return gradient_order(call, call(None), gradient_key, reading or Reading(), dims, M)


def test_the_order_of_gradients_is_the_return_statement_s_else_their_shapes():
    assert order(named) == ("dW2", "db2", "dW1", "db1")
    assert order(nameless) == ("db1", "dW2", "db2", "dW1")


def test_no_order_is_guessed_where_neither_tells():
    assert order(equal, dims=(3, 3, 3)) == ()
    assert order(lambda X: {"dW1": A}) == ()
    assert order(lambda X: (A, "text")) == ()
    assert order(named, dims=(3, 4, 5, 2)) == ()  # of another depth


def loops(X, parameters):
    return [X for l in range(len(parameters) // 2)]


def counts_examples(X, parameters):
    total = 0
    for k in range(len(X)):
        total += k
    return total


def does_not_loop(X, parameters):
    return len(parameters)


def loops_over_l(X, L):
    while L:
        L -= 1


def test_who_takes_any_depth():
    def takes(call, *names):
        return takes_any_depth(call, [Argument(name, False) for name in names])

    assert takes(loops, "X", "parameters")
    assert takes(loops_over_l, "X", "L")
    assert not takes(counts_examples, "X", "parameters")
    assert not takes(does_not_loop, "X", "parameters")
    assert not takes(len, "parameters")
