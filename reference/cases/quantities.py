"""The names of a network's quantities, "cost", "Z1", "A1", "dW2", "db2", "dZ3", "dA1": here they are taken apart."""

from __future__ import annotations

__all__ = ["backward_order", "gradient_names", "is_gradient", "is_intermediate", "layer_of", "order", "split"]

GRADIENTS = ("dW", "db")  # what a backward pass is for
INTERMEDIATES = ("dZ", "dA")  # what it passes through
FORWARD = {"Z": 0, "A": 1}
BACKWARD = {"cost": 0, "dA": 1, "dZ": 2, "dW": 3, "db": 4}


def split(name: str) -> tuple[str, int]:
    """``("dW", 2)`` of "dW2"; the layer is 0 where there is none."""
    kind = name.rstrip("0123456789")
    return kind, int(name[len(kind) :] or 0)


def layer_of(name: str) -> int:
    """2 of "dW2"."""
    return split(name)[1]


def is_gradient(name: str) -> bool:
    """Is it dW or db of some layer?"""
    return split(name)[0] in GRADIENTS


def is_intermediate(name: str) -> bool:
    """Is it dZ or dA of some layer?"""
    return split(name)[0] in INTERMEDIATES


def gradient_names(layers: int) -> list[str]:
    """dW1, db1, …, dW_L, db_L."""
    return [f"{kind}{l}" for l in range(1, layers + 1) for kind in GRADIENTS]


def order(L: int) -> list[str]:
    """Every quantity of a backward pass, upstream first: dZ_L, dW_L, db_L, dA_{L-1}, dZ_{L-1}, …"""
    names = []
    for l in range(L, 0, -1):
        names += [f"dA{l}"] if l < L else []
        names += [f"dZ{l}", f"dW{l}", f"db{l}"]
    return names


def backward_order(output: str) -> tuple[int, int, str]:
    """The most upstream first: cost, then dZ_L, dW_L, db_L, dA_{L-1}, dZ_{L-1}, …; forward quantities before those."""
    kind, layer = split(output)
    if kind in FORWARD:
        return (0, 2 * layer + FORWARD[kind], output)
    return (1, 10 * -layer + BACKWARD.get(kind, 5) if kind != "cost" else -(10**6), output)
