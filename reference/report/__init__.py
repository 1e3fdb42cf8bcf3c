"""The result of a run: one model, and one module per format."""
