"""Messages between the court and a target's process: msgpack, each after its length. No pickle.

In a message every sequence begins with its ``Kind``: a list, a tuple, an array as ``[ARRAY, dtype, shape, bytes]``, or
the name of something foreign. What comes from a target is checked against what it says of itself before it is believed.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

__all__ = ["LARGEST", "Foreign", "WireError", "pack", "receive"]

LENGTH = struct.Struct(">Q")
LARGEST = 256 * 2**20  # bytes of a message
DEEPEST, LONGEST, MOST = 12, 100_000, 2**20  # of a tree; letters of a string; elements of a container
KINDS = "biufc"
DTYPE = re.compile(rf"[<>|][{KINDS}]\d+")


class Kind(IntEnum):
    """What a sequence of a message is: its first element."""

    LIST = 0
    TUPLE = 1
    ARRAY = 2
    FOREIGN = 3


class WireError(Exception):
    """What came is no message."""


class Foreign:
    """Something that is no number, array or container: its type's name is all that crosses."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return self.kind


TYPES = (type(None), bool, int, float, str, list, tuple, dict, np.ndarray, Foreign)


def pack(tree: Any) -> bytes:
    """A tree of dictionaries, lists, tuples, numbers, strings and arrays as one message."""
    import msgpack

    body: bytes = msgpack.packb(_plain(tree, 0), unicode_errors="surrogatepass")
    return LENGTH.pack(len(body)) + body


def receive(read: Callable[[int], bytes]) -> Any:
    """The next message; ``read(n)`` returns n bytes, or raises. Raises ``WireError``."""
    import msgpack

    (length,) = LENGTH.unpack(read(LENGTH.size))
    if length > LARGEST:
        raise WireError(f"a message of {length} bytes; {LARGEST} are taken")
    body = read(length)
    try:
        tree = msgpack.unpackb(
            body, strict_map_key=False, unicode_errors="surrogatepass", list_hook=_sequence,
            object_hook=_dictionary, ext_hook=_refused, max_array_len=MOST, max_map_len=MOST,
        )  # fmt: skip
    except (ValueError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise WireError(f"{type(error).__name__}: {error}") from None
    return _known(tree)


def _plain(value: Any, depth: int) -> Any:
    """A tree in what msgpack has, sequences as tuples: they may be keys."""
    if depth > DEEPEST:
        return (Kind.FOREIGN, "nested too deeply")
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind not in KINDS or array.nbytes > LARGEST // 2:
            return (Kind.FOREIGN, f"array of {array.dtype}")
        return (Kind.ARRAY, array.dtype.str, (Kind.TUPLE, *array.shape), array.tobytes())
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**62 else (Kind.FOREIGN, "a very large int")
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value) if len(value) <= LONGEST else (Kind.FOREIGN, "a very long str")
    if isinstance(value, dict) and len(value) <= MOST:
        return {_key(k, depth + 1): _plain(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple) and len(value) < MOST:
        kind = Kind.TUPLE if isinstance(value, tuple) else Kind.LIST
        return (kind, *(_plain(element, depth + 1) for element in value))
    return (Kind.FOREIGN, type(value).__name__)


def _key(key: Any, depth: int) -> Any:
    """A number, a string or a tuple; of anything else, its name."""
    if key is None or isinstance(key, np.generic):
        return str(key)
    plain = _plain(key, depth)
    return plain[1] if isinstance(plain, tuple) and not isinstance(key, tuple) else plain


def _sequence(items: list[Any]) -> Any:
    kind, *content = items
    match kind if type(kind) is int else None:
        case Kind.LIST:
            return [_known(element) for element in content]
        case Kind.TUPLE:
            return tuple(_known(element) for element in content)
        case Kind.ARRAY:
            return _array(*content)
        case Kind.FOREIGN:
            (name,) = content
            if isinstance(name, str):
                return Foreign(name)
    raise WireError(f"a sequence of kind {kind!r}")


def _dictionary(items: dict[Any, Any]) -> dict[Any, Any]:
    for element in (*items, *items.values()):
        _known(element)
    return items


def _array(kind: Any, shape: Any, data: Any) -> np.ndarray:
    if not (isinstance(kind, str) and DTYPE.fullmatch(kind) and isinstance(data, bytes)):
        raise WireError(f"an array of {kind}")
    if not isinstance(shape, tuple) or any(type(n) is not int or n < 0 for n in shape):
        raise WireError(f"an array of shape {shape}")
    dtype = np.dtype(kind)
    if math.prod(shape) * dtype.itemsize != len(data):
        raise WireError(f"an array of {shape} in {len(data)} bytes")
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()


def _known(value: Any) -> Any:
    """Bytes are an array's, and nothing by themselves; a time stamp is nothing."""
    if type(value) not in TYPES:
        raise WireError(f"a {type(value).__name__} in a message")
    return value


def _refused(code: int, data: bytes) -> Any:
    raise WireError(f"an extension of type {code}")
