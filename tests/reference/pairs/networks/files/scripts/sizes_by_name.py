import numpy as np
from numpy.random import randn

rows, D_in, H, D_out = 8, 1000, 100, 3
x, y = randn(rows, D_in), randn(rows, D_out)
inward, outward = randn(D_in, H), randn(H, D_out)

for turn in range(20):
    hidden = np.tanh(x.dot(inward))
    guess = hidden.dot(outward)
    loss = np.square(guess - y).sum()
    slope = 2.0 * (guess - y)
    of_outward = hidden.T.dot(slope)
    of_inward = x.T.dot(slope.dot(outward.T) * (1 - hidden * hidden))
    inward -= 1e-4 * of_inward
    outward -= 1e-4 * of_outward
