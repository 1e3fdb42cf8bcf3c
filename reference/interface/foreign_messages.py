"""What only the words of another program's exception tell: CPython's and NumPy's have no type or field of their own."""

from __future__ import annotations

__all__ = ["is_of_unpacking", "older_numpy_took_it"]

NOT_A_NUMBER = ("only 0-dimensional arrays can be converted", "setting an array element with a sequence")  # NumPy
NO_CONTAINER = ("indices must be integers", "is not subscriptable", "cannot unpack", "does not support item assignment")
CONTAINERS = ("'tuple' object", "'list' object", "'dict' object", "'NoneType' object")
UNPACK = "unpack"  # CPython: "not enough values to unpack", "too many values to unpack", "cannot unpack"


def is_of_unpacking(error: BaseException) -> bool:
    """Was something taken apart that has other parts, or another form?"""
    said = str(error)
    if isinstance(error, TypeError) and any(words in said for words in NO_CONTAINER):
        return True
    if isinstance(error, AttributeError) and said.startswith(CONTAINERS):
        return True
    return isinstance(error, KeyError | IndexError) or (isinstance(error, ValueError) and UNPACK in said)


def older_numpy_took_it(message: str) -> bool:
    """Was an array of one entry given for a number? Older releases of NumPy allowed that."""
    return any(words in message for words in NOT_A_NUMBER)
