import numpy as np

from layers import BatchNorm1d, CrossEntropy, LeakyReLU, Linear, MaxPool2x2, ReLU


def test_shapes():
    rng = np.random.RandomState(3)
    x = rng.randn(6, 4)
    fc, act, loss = Linear(4, 3), ReLU(), CrossEntropy()
    value = loss.forward(act.forward(fc.forward(x)), np.array([0, 1, 2, 2, 1, 0]))
    assert value > 0
    assert fc.backward(act.backward(loss.backward())).shape == x.shape


def test_batch_norm():
    bn = BatchNorm1d(4)
    x = np.random.RandomState(0).randn(5, 4)
    assert bn.backward(bn.forward(x)).shape == x.shape
    leaky = LeakyReLU()
    assert leaky.backward(leaky.forward(x)).shape == x.shape


def test_pool():
    pool = MaxPool2x2()
    x = np.random.RandomState(0).randn(2, 3, 6, 4)
    assert pool.backward(pool.forward(x)).shape == x.shape
