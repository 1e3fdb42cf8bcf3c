"""What a stranger's arrays mean: in which form parameters come, how arrays lie, and how labels are written.

A reading turns a problem of the court's (examples are columns, W is (n, n_prev), b is (n, 1), Y is (n_L, m)) into what
a stranger's function takes, and its gradients back. It works on NumPy's arrays and on JAX's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from reference.cases.quantities import split
from reference.interface.outcome import Single
from reference.targets.pairing import layouts

__all__ = ["BIASES", "LABELS", "Labels", "Reading", "readings"]

Bias = Literal["column", "row", "flat", "number", "none"]
Labels = Literal["like outputs", "flat", "integers", "integer row", "other axis"]
BIASES: tuple[Bias, ...] = ("column", "row", "flat", "number", "none")
LABELS: tuple[Labels, ...] = ("like outputs", "flat", "integers", "integer row", "other axis")


class Reading(NamedTuple):
    """One meaning of the arguments; the defaults are the course's."""

    form: str = "dict"  # of the parameters, as ``layouts.FORMS`` names it
    rows: bool = False  # examples are rows: X is (m, n_0), and so is every activation
    turned: bool = False  # W is (n_prev, n)
    bias: Bias = "column"  # (n, 1); (1, n); (n,); a number, of a single unit; there is none
    labels: Labels = (
        "like outputs"  # (n_L, m); (m,) of a single output; classes as integers (m,), (1, m); Y of the other axis
    )

    # --- from the court's arrays to a stranger's ------------------------------------------------------------------

    def X(self, X: Any) -> Any:
        return self._array(X)

    def Y(self, Y: Any) -> Any:
        """Raises ``ValueError`` where the labels of this problem cannot be written so."""
        if self.labels == "like outputs":
            return self._array(Y)
        if self.labels == "other axis":
            return Y.T.copy() if not self.rows else Y.copy()
        if self.labels == "flat":
            if Y.shape[0] != 1:
                raise ValueError("labels of several outputs are not flat")
            return Y[0].copy()
        if Y.shape[0] == 1:
            classes = Y[0].astype(int)
        elif np.array_equal(Y.sum(axis=0), np.ones(Y.shape[1])):
            classes = np.argmax(Y, axis=0)
        else:
            raise ValueError("labels are no classes")
        return classes if self.labels == "integers" else classes[None]

    def layers(self, pairs: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        """W and b of every layer, as the stranger has them."""
        return [(W.T.copy() if self.turned else W.copy(), self._bias(b)) for W, b in pairs]

    def parameters(self, pairs: Sequence[tuple[Any, Any]]) -> Any:
        """All parameters, in the stranger's form."""
        layers = self.layers(pairs)
        if self.bias == "none" and self.form == "dict":
            return {f"W{l}": W for l, (W, _) in enumerate(layers, start=1)}
        if self.bias == "none" and self.form == "flat":
            return [W for W, _ in layers]
        return layouts.FORMS[self.form](layers)

    def named(self, pairs: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
        """Every W and b by its name, for who takes them one by one."""
        layers = enumerate(self.layers(pairs), start=1)
        return {f"{kind}{l}": a for l, layer in layers for kind, a in zip("Wb", layer, strict=True) if a is not None}

    def given(self, single: Single) -> dict[str, Any]:
        """A problem as a stranger takes it, by the course's names."""
        dims = single.dims
        return {
            "X": self.X(single.X), "Y": self.Y(single.Y), "parameters": self.parameters(single.parameters),
            **self.named(single.parameters), "lambd": single.lambd, "keep_prob": single.keep_prob,
            "m": single.X.shape[1], "L": len(dims) - 1, "layers_dims": list(dims),
        }  # fmt: skip

    # --- and back ----------------------------------------------------------------------------------------------------

    def gradient(self, name: str, a: Any, dims: Sequence[int]) -> Any:
        """A quantity of the stranger's in the court's shape; as it is, where its size is another."""
        kind, l = split(name)
        a = np.asarray(a)
        if kind == "db":
            return a.reshape(-1, 1) if self.bias != "column" and a.size == dims[l] else a
        turned = self.turned if kind == "dW" else self.rows
        if kind == "dW" and a.ndim == 1 and dims[l] == 1 and a.size == dims[l - 1]:
            return a.reshape(1, -1)  # the weights of a single unit
        return a.T if turned else a

    def shape(self, name: str, dims: Sequence[int], m: int) -> tuple[int, ...]:
        """The shape that a gradient of the stranger's is owed."""
        kind, l = split(name)
        if kind == "db":
            n = dims[l]
            return {"column": (n, 1), "row": (1, n), "flat": (n,), "number": (), "none": ()}[self.bias]
        if kind == "dW":
            return (dims[l - 1], dims[l]) if self.turned else (dims[l], dims[l - 1])
        return (m, dims[l]) if self.rows else (dims[l], m)

    def _array(self, a: Any) -> Any:
        return a.T.copy() if self.rows else a.copy()

    def _bias(self, b: Any) -> Any:
        match self.bias:
            case "column":
                return b.copy()
            case "row":
                return b.T.copy()
            case "flat":
                return b[:, 0].copy()
            case "number":
                if b.size != 1:
                    raise ValueError("the biases of several units are no number")
                return b[0, 0]
            case "none":
                return None

    def __str__(self) -> str:
        """What is unlike the course's, in words; empty where nothing is."""
        said = {
            "examples are rows": self.rows,
            "W is (n_prev, n)": self.turned and not self.rows,
            "W is (n, n_prev)": self.rows and not self.turned,
            "there are no biases": self.bias == "none",
            "labels are integers": self.labels in ("integers", "integer row"),
            "labels are one-dimensional": self.labels == "flat",
        }
        return ", ".join(text for text, holds in said.items() if holds)


def readings(*, rows: bool | None = None) -> Iterator[Reading]:
    """Every reading, the likelier ones first; ``rows`` where it is known. Forms of parameters are another matter."""
    axes = ((False, False), (True, True), (False, True), (True, False))
    biases = {False: ("column", "flat", "number", "row", "none"), True: ("row", "flat", "number", "column", "none")}
    for labels, (in_rows, turned) in itertools.product(LABELS, axes):
        if rows in (None, in_rows):
            yield from (Reading("dict", in_rows, turned, bias, labels) for bias in biases[in_rows])  # type: ignore[arg-type]
