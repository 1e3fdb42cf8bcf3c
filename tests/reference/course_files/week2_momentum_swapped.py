import math

import numpy as np


def update_parameters_with_gd(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * grads["db" + str(l)]
    return parameters


def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    mini_batches = []
    permutation = list(np.random.permutation(m))
    shuffled_X = X[:, permutation]
    shuffled_Y = Y[:, permutation].reshape((1, m))
    full = math.floor(m / mini_batch_size)
    for k in range(0, full):
        mini_batch_X = shuffled_X[:, k * mini_batch_size:(k + 1) * mini_batch_size]
        mini_batch_Y = shuffled_Y[:, k * mini_batch_size:(k + 1) * mini_batch_size]
        mini_batches.append((mini_batch_X, mini_batch_Y))
    if m % mini_batch_size != 0:
        mini_batch_X = shuffled_X[:, full * mini_batch_size:]
        mini_batch_Y = shuffled_Y[:, full * mini_batch_size:]
        mini_batches.append((mini_batch_X, mini_batch_Y))
    return mini_batches


def initialize_velocity(parameters):
    L = len(parameters) // 2
    v = {}
    for l in range(L):
        v["dW" + str(l + 1)] = np.zeros(parameters["W" + str(l + 1)].shape)
        v["db" + str(l + 1)] = np.zeros_like(parameters["b" + str(l + 1)])
    return v


def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        v["dW" + str(l + 1)] = (1 - beta) * v["dW" + str(l + 1)] + beta * grads["dW" + str(l + 1)]
        v["db" + str(l + 1)] = beta * v["db" + str(l + 1)] + (1 - beta) * grads["db" + str(l + 1)]
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * v["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * v["db" + str(l + 1)]
    return parameters, v


def initialize_adam(parameters):
    v, s = {}, {}
    for k in parameters:
        v["d" + k] = np.zeros_like(parameters[k])
        s["d" + k] = np.zeros_like(parameters[k])
    return v, s


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    L = len(parameters) // 2
    v_corrected = {}
    s_corrected = {}
    for l in range(1, L + 1):
        v["dW%d" % l] = beta1 * v["dW%d" % l] + (1 - beta1) * grads["dW%d" % l]
        v["db%d" % l] = beta1 * v["db%d" % l] + (1 - beta1) * grads["db%d" % l]
        v_corrected["dW%d" % l] = v["dW%d" % l] / (1 - np.power(beta1, t))
        v_corrected["db%d" % l] = v["db%d" % l] / (1 - np.power(beta1, t))
        s["dW%d" % l] = beta2 * s["dW%d" % l] + (1 - beta2) * np.power(grads["dW%d" % l], 2)
        s["db%d" % l] = beta2 * s["db%d" % l] + (1 - beta2) * np.power(grads["db%d" % l], 2)
        s_corrected["dW%d" % l] = s["dW%d" % l] / (1 - beta2 ** t)
        s_corrected["db%d" % l] = s["db%d" % l] / (1 - beta2 ** t)
        parameters["W%d" % l] -= learning_rate * v_corrected["dW%d" % l] / (np.sqrt(s_corrected["dW%d" % l]) + epsilon)
        parameters["b%d" % l] -= learning_rate * v_corrected["db%d" % l] / (np.sqrt(s_corrected["db%d" % l]) + epsilon)
    return parameters, v, s, v_corrected, s_corrected


def update_lr(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate * epoch_num)


def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * np.floor(epoch_num / time_interval))
