"""Batch normalisation: each unit standardised over the examples, then scaled and shifted by γ and β.

Ioffe & Szegedy (2015), "Batch normalization", algorithm 1 and section 3. Shapes as in ``primitives``:
``Z (..., n, m)``, ``gamma`` and ``beta (..., n, 1)``. Nothing is mutated; dtypes are kept.
"""

from __future__ import annotations

import numpy as np

from manual_backprop.primitives import Array

__all__ = ["batch_norm", "batch_norm_backward", "standardize"]


def standardize(Z: Array, *, epsilon: float = 1e-5) -> tuple[Array, Array]:
    """Ẑ = (Z − μ) / s with s = √(σ² + ε), μ and σ² over the examples; returns ``Ẑ (..., n, m)``, ``s (..., n, 1)``."""
    centred = Z - Z.mean(axis=-1, keepdims=True)
    s = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + Z.dtype.type(epsilon))
    return centred / s, s


def batch_norm(Z_hat: Array, gamma: Array, beta: Array) -> Array:
    """A = γ Ẑ + β."""
    return gamma * Z_hat + beta


def batch_norm_backward(dA: Array, Z_hat: Array, s: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """dγ = Σ_examples dA Ẑ,  dβ = Σ_examples dA,  dZ = (γ / s) (dA − dβ / m − Ẑ dγ / m).

    Returns ``dZ, dgamma, dbeta``: through the standardisation too, since μ and σ depend on every example.
    """
    m = dA.shape[-1]
    dgamma = (dA * Z_hat).sum(axis=-1, keepdims=True)
    dbeta = dA.sum(axis=-1, keepdims=True)
    dZ = gamma / s * (dA - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, dbeta
