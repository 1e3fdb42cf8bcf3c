# -*- coding: utf-8 -*-
"""Schichten für ein kleines Netz – Größen stehen in den Kommentaren."""
import numpy as np


def schicht_forward(x, w, b):
	# x: (N, D), w: (D, M), b: (M,)
	z = x @ w + b
	y = 1 / (1 + np.exp(-z))
	return y, (x, w, y)


def schicht_backward(dy, cache):
	x, w, y = cache
	δ = dy * y * (1 - y)
	return δ @ w.T, x.T @ δ, δ.sum(axis=0)


def kreuzentropie(z, t):
	# z: (N, K), t: (N,) ganze Zahlen kleiner als K
	e = np.exp(z - z.max(axis=1, keepdims=True))
	p = e / e.sum(axis=1, keepdims=True)
	n, k = z.shape
	loss = -np.log(p[np.arange(n), t]).sum() / n
	dz = p.copy()
	dz[np.arange(n), t] -= 1
	dz /= k
	return loss, dz


class Dense:
	def __init__(self, ein, aus):
		self.W = np.random.randn(aus, ein)
		self.b = np.zeros((aus, 1))

	def forward(self, x):
		# x: (ein, m), jede Spalte ein Beispiel
		self.x = x
		return self.W @ x + self.b

	def backward(self, dout):
		self.dW = dout @ self.x.T
		self.db = dout[:, :1]
		return self.W.T @ dout
