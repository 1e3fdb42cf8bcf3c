"""Is a file one of the course's, and nothing else? By its words: they decide how soon there is a verdict, not which."""

from __future__ import annotations

import re

__all__ = ["is_of_the_course_alone"]

LARGEST = 2**20  # bytes that are looked at
A_BACKWARD_PASS = re.compile(rb"^\s*\"?def backward_propagation", re.MULTILINE)
ANOTHER = re.compile(
    rb"^\s*\"?(?:class\s|def\s+(?!backward_propagation|gradient_check)\w*(?:back|grad|deriv|prime|loss))",
    re.MULTILINE | re.IGNORECASE,
)


def is_of_the_course_alone(name: str) -> bool:
    """Has the file of this target the course's backward passes, and no other? Who judges it needs no JAX, as a rule."""
    try:
        with open(name.partition("::")[0], "rb") as file:
            text = file.read(LARGEST)
    except (OSError, ValueError):
        return False
    return A_BACKWARD_PASS.search(text) is not None and ANOTHER.search(text) is None
