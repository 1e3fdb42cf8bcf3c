"""Messages between the court and a target's process: a JSON tree, and after it the bytes of its arrays. No pickle.

``[length of header, header, bytes …]``; the header is the tree with every array replaced by its number, and the
dtype and shape of each. What comes from a target is checked against what it says of itself before it is believed.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["LARGEST", "WireError", "pack", "receive"]

LENGTH = struct.Struct(">QQ")
LARGEST = 256 * 2**20  # bytes of a message
DEEPEST, LONGEST = 12, 100_000  # of a tree; letters of a string
KINDS = "biufc"


class WireError(Exception):
    """What came is no message."""


def pack(tree: Any) -> bytes:
    """A tree of dictionaries, lists, tuples, numbers, strings and arrays as one message."""
    blobs: list[np.ndarray] = []
    skeleton = _strip(tree, blobs, 0)
    header = json.dumps({"tree": skeleton, "arrays": [[blob.dtype.str, list(blob.shape)] for blob in blobs]}).encode()
    body = b"".join(np.ascontiguousarray(blob).tobytes() for blob in blobs)
    return LENGTH.pack(len(header), len(body)) + header + body


def receive(read: Callable[[int], bytes]) -> Any:
    """The next message; ``read(n)`` returns n bytes, or raises. Raises ``WireError``."""
    header_length, body_length = LENGTH.unpack(read(LENGTH.size))
    if header_length + body_length > LARGEST:
        raise WireError(f"a message of {header_length + body_length} bytes; {LARGEST} are taken")
    header, body = read(header_length), read(body_length)
    try:
        described = json.loads(header)
        blobs, at = [], 0
        for kind, shape in described["arrays"]:
            dtype = np.dtype(kind)
            if dtype.kind not in KINDS or any(type(n) is not int or n < 0 for n in shape):
                raise WireError(f"an array of {kind}")
            size = math.prod(shape) * dtype.itemsize
            blobs.append(np.frombuffer(body[at : at + size], dtype=dtype).reshape(shape).copy())
            at += size
        return _dress(described["tree"], blobs)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise WireError(f"{type(error).__name__}: {error}") from None


def _strip(value: Any, blobs: list[np.ndarray], depth: int) -> Any:
    if depth > DEEPEST:
        return {"o": "nested too deeply"}
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind not in KINDS or array.nbytes > LARGEST // 2:
            return {"o": f"array of {array.dtype}"}
        blobs.append(array)
        return {"a": len(blobs) - 1}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**62 else {"o": "a very large int"}
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)[:LONGEST]
    if isinstance(value, dict):
        return {"d": [[_strip(k, blobs, depth + 1), _strip(v, blobs, depth + 1)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        kind = "t" if isinstance(value, tuple) else "l"
        return {kind: [_strip(element, blobs, depth + 1) for element in value]}
    return {"o": type(value).__name__}


def _dress(tree: Any, blobs: list[np.ndarray]) -> Any:
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    match kind:
        case "a":
            return blobs[content]
        case "d":
            return {_key(_dress(k, blobs)): _dress(v, blobs) for k, v in content}
        case "l":
            return [_dress(element, blobs) for element in content]
        case "t":
            return tuple(_dress(element, blobs) for element in content)
        case "o":
            return Foreign(str(content))
    raise WireError(f"{kind!r} in a message")


def _key(key: Any) -> Any:
    return key if isinstance(key, str | int | float | bool | tuple) else str(key)


class Foreign:
    """Something that is no number, array or container: its type's name is all that crosses."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return self.kind
