"""Autodiff, the complex step and arbitrary precision: what the gradient is, forward only."""
