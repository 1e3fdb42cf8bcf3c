"""Weights in a dictionary, a function that trains on rows."""

import numpy as np


def tanh_net(X, model):
    z1 = X.dot(model["W1"]) + model["b1"]
    a1 = np.tanh(z1)
    scores = a1.dot(model["W2"]) + model["b2"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return a1, e / e.sum(axis=1, keepdims=True)


def train_model(X, y, num_passes=20, print_loss=False):
    rng = np.random.RandomState(0)
    model = {
        "W1": rng.randn(2, 5) / np.sqrt(2),
        "b1": np.zeros((1, 5)),
        "W2": rng.randn(5, 3) / np.sqrt(5),
        "b2": np.zeros((1, 3)),
    }
    epsilon, reg_lambda = 0.01, 0.01
    for i in range(num_passes):
        a1, probs = tanh_net(X, model)
        delta3 = probs
        delta3[range(len(X)), y] -= 1
        dW2 = a1.T.dot(delta3)
        db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3.dot(model["W2"].T) * (1 - np.power(a1, 2))
        dW1 = np.dot(X.T, delta2)
        db1 = np.sum(delta2, axis=0)
        dW2 += reg_lambda * model["W2"]
        dW1 += reg_lambda * model["W1"]
        model["W1"] += -epsilon * dW1
        model["b1"] += -epsilon * db1
        model["W2"] += -epsilon * dW2
        model["b2"] += -epsilon * db2
    return model


def train_model_without_decay(X, y, num_passes=20):
    rng = np.random.RandomState(0)
    model = {"W1": rng.randn(2, 5), "b1": np.zeros((1, 5)), "W2": rng.randn(5, 3), "b2": np.zeros((1, 3))}
    epsilon = 0.01
    for i in range(num_passes):
        a1, probs = tanh_net(X, model)
        delta3 = probs
        delta3[range(len(X)), y] -= 1
        dW2 = a1.T.dot(delta3)
        db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3.dot(model["W2"].T) * (1 - a1)
        dW1 = np.dot(X.T, delta2)
        db1 = np.sum(delta2, axis=0)
        model["W1"] -= epsilon * dW1
        model["b1"] -= epsilon * db1
        model["W2"] -= epsilon * dW2
        model["b2"] -= epsilon * db2
    return model
