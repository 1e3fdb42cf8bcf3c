"""Backpropagation written by hand, in NumPy alone.

initialization    zeros, random, He, Xavier
primitives        each forward with its backward beneath it
batch_norm        one more of them
network           any depth, L2 and dropout together
workspace         its fast twin: every buffer preallocated; in_place has its nonlinearities
masks             dropout masks without a new array
magnitudes        how far rounding can carry each quantity of a network
differences       central differences of every parameter of a network, kinks proven absent; it stands on nudges,
                  loss_differences, memory
gradient_check    a verdict on gradients: of any cost, and of a network
optimizers        gradient descent, momentum, RMSProp, Adam
training          the loop
datasets          circles, moons, spirals, the noisy diagonal; data_files loads .npz, .csv and .mat
course            the three assignments, function by function
"""

from manual_backprop.network import (
    Forward,
    Gradients,
    backward_propagation,
    compute_cost,
    forward_propagation,
)

__all__ = ["Forward", "Gradients", "backward_propagation", "compute_cost", "forward_propagation"]
