# Columns are examples: xt is (n_x, m), states are (n_a, m).
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn_cell_forward(xt, a_prev, parameters):
    """
    Arguments:
    xt -- input at time t, of shape (n_x, m)
    a_prev -- hidden state at time t-1, of shape (n_a, m)
    parameters -- dictionary:
        Wax -- (n_a, n_x)
        Waa -- (n_a, n_a)
        ba -- (n_a, 1)
    """
    Wax, Waa, ba = parameters["Wax"], parameters["Waa"], parameters["ba"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + ba)
    return a_next, (a_next, a_prev, xt, parameters)


def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    Wax, Waa = parameters["Wax"], parameters["Waa"]
    dz = (1 - a_prev ** 2) * da_next
    gradients = {
        "dxt": Wax.T @ dz,
        "dWax": dz @ xt.T,
        "da_prev": Waa.T @ dz,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }
    return gradients


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """
    Arguments:
    xt -- (n_x, m)
    a_prev -- (n_a, m)
    c_prev -- (n_a, m)
    parameters -- dictionary with Wf, Wi, Wc, Wo of shape (n_a, n_a + n_x) and bf, bi, bc, bo of shape (n_a, 1)
    """
    concat = np.vstack((a_prev, xt))
    ft = sigmoid(parameters["Wf"].dot(concat) + parameters["bf"])
    it = sigmoid(parameters["Wi"].dot(concat) + parameters["bi"])
    cct = np.tanh(parameters["Wc"].dot(concat) + parameters["bc"])
    ot = sigmoid(parameters["Wo"].dot(concat) + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, cache


def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_next.shape[0]
    concat = np.vstack((a_prev, xt))
    t = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - t ** 2)
    dot = da_next * t * ot * (1 - ot)
    dcct = dc * it * (1 - cct ** 2)
    dit = dc * cct * it * (1 - it)
    dft = dc * c_prev * ft * (1 - ft)
    dconcat = (parameters["Wf"].T @ dft + parameters["Wi"].T @ dit
               + parameters["Wc"].T @ dcct + parameters["Wo"].T @ dot)
    gradients = {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": dc * ft}
    for name, d in zip("fico", (dft, dit, dcct, dot)):
        gradients["dW" + name] = d @ concat.T
        gradients["db" + name] = d.sum(axis=1, keepdims=True)
    return gradients


def gru_cell_forward(x, h_prev, Wz, Wr, Wh, Uz, Ur, Uh):
    """x: (n_x, m), h_prev: (n_h, m), W.: (n_h, n_x), U.: (n_h, n_h)"""
    z = sigmoid(Wz @ x + Uz @ h_prev)
    r = sigmoid(Wr @ x + Ur @ h_prev)
    c = np.tanh(Wh @ x + Uh @ (r * h_prev))
    h = z * h_prev + (1 - z) * c
    return h, (x, h_prev, Wz, Wr, Wh, Uz, Ur, Uh, z, r, c)


def gru_cell_backward(dh, cache):
    x, h_prev, Wz, Wr, Wh, Uz, Ur, Uh, z, r, c = cache
    dc = dh * (1 - z) * (1 - c ** 2)
    dz = dh * (h_prev - c) * z * (1 - z)
    drh = Uh.T @ dc
    dr = drh * h_prev * r * (1 - r)
    dx = Wz.T @ dz + Wr.T @ dr + Wh.T @ dc
    dh_prev = Uz.T @ dz + Ur.T @ dr + drh * r
    dWz, dWr, dWh = dz @ x.T, dr @ x.T, dc @ x.T
    dUz, dUr, dUh = dz @ h_prev.T, dr @ h_prev.T, dc @ (r * h_prev).T
    return dx, dh_prev, dWz, dWr, dWh, dUz, dUr, dUh
