import numpy as np


def initialize_adam(parameters):
    v, s = {}, {}
    for key in parameters:
        v["d" + key] = np.zeros(parameters[key].shape)
        s["d" + key] = np.zeros(parameters[key].shape)
    return v, s


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    correction1 = 1 - beta1 ** t
    correction2 = 1 - beta2 ** t
    for l in range(1, len(parameters) // 2 + 1):
        for kind in "Wb":
            key = kind + str(l)
            g = grads["d" + key]
            v["d" + key] = beta1 * v["d" + key] + (1 - beta1) * g
            s["d" + key] = beta2 * s["d" + key] + (1 - beta2) * np.multiply(g, g)
            step = (v["d" + key] / correction1) / (np.sqrt(s["d" + key] / correction2) + epsilon)
            parameters[key] = parameters[key] - learning_rate * step
    return parameters, v, s


def update_lr(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 * (1 + decay_rate * epoch_num) ** -1


def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 * (1 + decay_rate * (epoch_num // time_interval)) ** -1
