"""What only the words of another program's exception tell: CPython's and NumPy's have no type or field of their own."""

from __future__ import annotations

__all__ = ["is_of_unpacking", "older_numpy_took_it"]

NOT_A_NUMBER = ("only 0-dimensional arrays can be converted", "setting an array element with a sequence")  # NumPy
UNPACK = "unpack"  # CPython: "not enough values to unpack", "too many values to unpack", "cannot unpack"


def is_of_unpacking(error: BaseException) -> bool:
    """Was something taken apart that has other parts?"""
    return isinstance(error, KeyError | IndexError) or (isinstance(error, ValueError) and UNPACK in str(error))


def older_numpy_took_it(message: str) -> bool:
    """Was an array of one entry given for a number? Older releases of NumPy allowed that."""
    return any(words in message for words in NOT_A_NUMBER)
