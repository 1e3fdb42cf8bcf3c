import numpy as np


def initialize_velocity(parameters):
    return {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}


def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    v = {key: beta * v[key] + (1 - beta) * grads[key] for key in v}
    parameters = {key: parameters[key] - learning_rate * v["d" + key] for key in parameters}
    return parameters, v


def initialize_adam(parameters):
    zeros = lambda: {"d" + key: np.zeros(value.shape) for key, value in parameters.items()}
    return zeros(), zeros()


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new, v_new, s_new = {}, {}, {}
    for key in parameters:
        g = grads["d" + key]
        v_new["d" + key] = beta1 * v["d" + key] + (1 - beta1) * g
        s_new["d" + key] = beta2 * s["d" + key] + (1 - beta2) * g * g
        v_hat = v_new["d" + key] / (1 - beta1 ** t)
        s_hat = s_new["d" + key] / (1 - beta2 ** t)
        new[key] = parameters[key] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new, v_new, s_new
