"""Proof that the checks, and the gate, can fail."""
