"""Measurements: verified first, then timed. Each module is a command that prints Markdown."""
