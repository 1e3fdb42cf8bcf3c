"""The other side of the door: what runs in a target's own process. NumPy and the target; JAX only where it is
asked for.
"""
