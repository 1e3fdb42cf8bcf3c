import numpy as np


def lstm_cell_backward(dh, dc, memo):
    ft, it, cct, ot, c_next, c_prev, concat, p = (memo[k] for k in
        ("forget", "update", "candidate", "output", "c_next", "c_prev", "concat", "parameters"))
    n_a = dh.shape[0]
    t = np.tanh(c_next)
    dot = dh * t * ot * (1 - ot)
    dc_all = dc + dh * ot * (1 - t * t)
    dcct = dc_all * it * (1 - cct * cct)
    dit = dc_all * cct * it * (1 - it)
    dft = dc_all * c_prev * ft * (1 - ft)
    dconcat = sum(p[w].T @ d for w, d in (("Wf", dft), ("Wi", dit), ("Wc", dcct), ("Wo", dot)))
    return dconcat[n_a:], dconcat[:n_a], dc_all * ft
