"""A function of a whole network's parameters: in one container, or one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.arguments import AskedArguments
from reference.targets.losses.returned import Layout, layouts_of, names_returned, read
from reference.targets.losses.way import LossAnswer, LossWay, one_hot, oriented
from reference.targets.pairing import layouts
from reference.targets.pairing.passes import Function
from reference.targets.pairing.readings import Reading, readings

__all__ = ["of_one_layer", "of_parameters", "one_by_one"]


def of_parameters(f: Function, asked: AskedArguments, *, form: str | None, rows: bool | None) -> Iterator[LossWay]:
    """``loss_and_gradients(parameters, X, Y)``."""
    for reading in readings(rows=rows):
        for one in layouts.FORMS if form is None else [form]:
            yield from _ways(f, asked, Arguments(reading._replace(form=one), asked))


def one_by_one(f: Function, asked: AskedArguments, *, rows: bool | None) -> Iterator[LossWay]:
    """``loss_and_gradients(X, Y, W1, b1, W2, b2)``."""
    biases = any(name[0] == "b" for name in asked.names)
    for reading in readings(rows=rows):
        if biases == (reading.bias != "none"):
            for way in _ways(f, asked, Arguments(reading, asked)):
                yield _of_depth(way, asked.layers)


def of_one_layer(f: Function, asked: AskedArguments, *, rows: bool | None) -> Iterator[LossWay]:
    """``propagate(w, b, X, Y)``: w may be a vector."""
    for reading in sorted(readings(rows=rows), key=lambda r: r.bias != "number"):
        if reading.bias != "none":
            for flat in (False, True):
                for way in _ways(f, asked, Arguments(reading, asked, flat)):
                    yield _of_depth(way, 1)


def _of_depth(way: LossWay, depth: int) -> LossWay:
    return replace(way, depths=(depth,))


@dataclass(frozen=True)
class Arguments:
    """A problem as the function's arguments."""

    reading: Reading
    asked: AskedArguments
    flat: bool = False  # the weights of a single unit are a vector

    def given(self, single: Single) -> dict[str, Any]:
        """Every argument that is known by its meaning. Raises where this reading cannot say the problem."""
        if single.output == "softmax" and len(single.Y) == 1 and self.of_classes:  # of one class, all are the first
            single = single._replace(Y=np.zeros_like(single.Y))
        values = self.reading.given(single)
        if self.flat:
            if single.dims[1:] != (1,):
                raise ValueError("the weights of several units are no vector")
            values["W1"] = values["W1"].reshape(-1)
        return {argument: values[what] for what, argument in self.asked.names.items()}

    @property
    def of_classes(self) -> bool:
        return "integer" in self.reading.labels

    def prepared(self, single: Single) -> Single:
        """Labels of several outputs as classes, where only classes can be said; no biases where there are none."""
        if self.of_classes and len(single.Y) > 1:
            single = one_hot(single)
        if self.reading.bias == "none":
            single = single._replace(parameters=tuple((W, np.zeros_like(b)) for W, b in single.parameters))
        return single

    def __str__(self) -> str:
        return str(self.reading)


def _ways(f: Function, asked: AskedArguments, arguments: Arguments) -> Iterator[LossWay]:
    reading = arguments.reading
    names = names_returned(f.call)
    if asked.unknown:
        return

    def ask(called: Sequence[Callable[..., Any]], single: Single) -> Any:
        return called[0](**arguments.given(single))

    def taken(value: Any, single: Single, layout: Layout) -> LossAnswer:
        loss, named = read(value, layout, single.dims)
        return LossAnswer(loss, {name: reading.gradient(name, a, single.dims) for name, a in named.items()})

    def laid_out(value: Any, single: Single) -> Sequence[Layout]:
        return list(
            layouts_of(value, single.dims, names, partial(reading.shape, dims=single.dims, m=single.X.shape[1]))
        )

    yield LossWay(
        f.name, (f.name,), ask, taken, laid_out, str(arguments),
        l2="lambd" in asked.names, takes=frozenset(asked.names), arguments=arguments.given, prepared=arguments.prepared,
        replaces=arguments.of_classes or reading.bias == "none", biases=reading.bias != "none",
        seen=lambda a, single: [oriented(a, single, rows=reading.rows, turned=reading.turned)],
    )  # fmt: skip
