"""Edited functions in the place of a target's own: what each edit changes, and what the passes give with it."""
