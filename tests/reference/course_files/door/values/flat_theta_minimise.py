import numpy as np
from scipy.optimize import minimize

N_IN, N_HIDDEN = 2, 5
CUT = N_HIDDEN * N_IN


def unroll(theta):
    W1 = theta[:CUT].reshape(N_HIDDEN, N_IN)
    b1 = theta[CUT:CUT + N_HIDDEN].reshape(N_HIDDEN, 1)
    W2 = theta[CUT + N_HIDDEN:CUT + 2 * N_HIDDEN].reshape(1, N_HIDDEN)
    b2 = theta[-1]
    return W1, b1, W2, b2


def cost_and_grad(theta, X, Y):
    W1, b1, W2, b2 = unroll(theta)
    m = X.shape[1]
    A1 = np.tanh(W1 @ X + b1)
    R = W2 @ A1 + b2 - Y
    J = 0.5 * np.mean(R ** 2)
    dW2 = R @ A1.T / m
    db2 = R.mean()
    D1 = W2.T @ R * (1 - A1 ** 2) / m
    return J, np.concatenate([(D1 @ X.T).ravel(), D1.sum(axis=1), dW2.ravel(), [db2]])


def fit(X, Y):
    start = np.random.randn(CUT + 2 * N_HIDDEN + 1) * 0.3
    return minimize(cost_and_grad, start, args=(X, Y), jac=True, method="L-BFGS-B")
