"""What stands in NumPy's place while a target's own forward pass runs: recording, complex, or JAX behind a wrapper."""
