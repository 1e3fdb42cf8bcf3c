import numpy as np


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    L = len(parameters) // 2
    v_corrected, s_corrected = {}, {}

    for l in range(L):
        W, b, dW, db = "W%d" % (l + 1), "b%d" % (l + 1), "dW%d" % (l + 1), "db%d" % (l + 1)

        # moving average of the gradients
        v[dW] = beta1 * v[dW] + (1 - beta1) * grads[dW]
        v[db] = beta1 * v[db] + (1 - beta1) * grads[db]
        v_corrected[dW] = v[dW] / (1 - beta1 ** t)
        v_corrected[db] = v[db] / (1 - beta1 ** t)

        # moving average of the squared gradients
        s[dW] = beta2 * s[dW] + (1 - beta2) * np.abs(grads[dW])
        s[db] = beta2 * s[db] + (1 - beta2) * np.square(grads[db])
        s_corrected[dW] = s[dW] / (1 - beta2 ** t)
        s_corrected[db] = s[db] / (1 - beta2 ** t)

        parameters[W] = parameters[W] - learning_rate * v_corrected[dW] / (np.sqrt(s_corrected[dW]) + epsilon)
        parameters[b] = parameters[b] - learning_rate * v_corrected[db] / (np.sqrt(s_corrected[db]) + epsilon)
    return parameters, v, s
