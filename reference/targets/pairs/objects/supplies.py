"""What a constructor asks for that is neither a number nor an array: an activation, an optimiser, right for sure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.interface.pair import Parameter
from reference.targets.pairs.arguments.backward_arguments import IS_OPTIMISER
from reference.targets.stand_in.kind import StandIn

__all__ = ["RATE", "Context", "Descent", "Held", "Initialiser", "LayerBefore", "LayerThatRan", "supplied"]

OF_AN_OUTPUT = re.compile(
    r"out|outputs?|output_?(data|values?|cache)|a|h|y|activations?|activated|values?", re.IGNORECASE
)
RATE = 2.0**20  # a power of two: what was subtracted, divided by it, is the gradient to the last digit
SLOPE = re.compile(r"prime|deriv|grad|^d_?(act|f|sig)|_d$|^df$|diff|delta", re.IGNORECASE)
BEFOREHAND = re.compile(r"init|register|add|zero|reset|set|build|prepare|compile|bind|attach")
STEP = re.compile(r"(?:^|_)(?:update|step|apply|optimi[sz]e|descend)(?:_|$)")
ACTIVATION = re.compile(
    r"_*(act|activ|activation|activations|nonlinearity|transfer|func|fn|f|function|sigma|g)(_?(fn|func|function|f|layer))?"
    r"|\w*activation\w*",
    re.IGNORECASE,
)


INITIALISER = re.compile(
    r"_*(?:(?:weights?|bias|kernel|param\w*|w|b)_?)?(?:init|init_?fn|init_?func|initiali[sz]er|filler)_*"
)
MAKES = re.compile(r"initiali[sz]e\w*|init\w*|sample|fill|get_fan\w*")
OF_A_SHAPE = re.compile(r"shape|dims$|dimensions$")
OF_A_SIZE = re.compile(r"^n_?out|units|out|size|dim|neurons|nodes|features|channels")


class Context:
    """What an autograd function keeps between its passes."""

    def __init__(self) -> None:
        self.saved_tensors: tuple[Any, ...] = ()
        self.needs_input_grad = (True,) * 16

    def save_for_backward(self, *values: Any) -> None:
        self.saved_tensors = values

    save = store = remember = save_for_backward

    @property
    def saved_values(self) -> tuple[Any, ...]:
        return self.saved_tensors


class Held:
    """An argument as an autograd function keeps it, once what wraps the function has been through.

    No sequence, and no operand of an array: a product with a sequence would be an array of another shape.
    """

    __array_ufunc__ = None

    def __init__(self, data: Any) -> None:
        self.data = data


class Descent:
    """Plain gradient descent, in the place of an optimiser that a layer asks for; what it is handed whole it keeps."""

    def __init__(self, rate: float = RATE) -> None:
        self.learning_rate = self.lr = rate
        self.gradients: dict[Any, Any] = {}

    def update(self, value: Any, gradient: Any = None, *_: Any, **__: Any) -> Any:
        """A parameter and its gradient; or the layer, or its parameters, and a dictionary or list of all gradients."""
        if isinstance(gradient, dict | list | tuple):
            self.gradients = dict(gradient) if isinstance(gradient, dict) else dict(enumerate(gradient))
            return value
        return value if gradient is None else value - self.lr * gradient

    __call__ = step = apply = get_update = update

    def __getattr__(self, name: str) -> Any:
        """A step by another name; what it is to do before the first step is nothing."""
        if name.startswith("_") or not (BEFOREHAND.match(name) or STEP.search(name)):
            raise AttributeError(name)
        return self.update if STEP.search(name) else lambda *_, **__: None


class Smooth:
    """tanh as a function, as a layer and as an activation with a derivative, in the kind's own NumPy."""

    def __init__(self, kind: StandIn) -> None:
        self.numpy = kind.numpy

    def __call__(self, x: Any, *_: Any, **__: Any) -> Any:
        return self.numpy.tanh(x)

    def forward(self, x: Any, *_: Any, **__: Any) -> Any:
        self.output = self.numpy.tanh(x)
        return self.output

    def backward(self, cotangent: Any, *_: Any, **__: Any) -> Any:
        return cotangent * (1 - self.output * self.output)

    def derivative(self, x: Any, *_: Any, **__: Any) -> Any:
        y = self.numpy.tanh(x)
        return 1 - y * y

    function = activate = activation = compute = f = func = fn = __call__
    gradient = prime = grad = deriv = derivate = df = f_prime = derivative


class LayerBefore:
    """A layer that another is put behind, which asks it for nothing but what comes out of it."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape

    def __getattr__(self, name: str) -> Any:
        if OF_A_SHAPE.search(name) and self._shape:
            return self._shape
        if OF_A_SIZE.search(name) and self._shape:
            return self._shape[-1]
        raise AttributeError(name)


class LayerThatRan:
    """A layer that another is put behind, which has kept what came out of it."""

    def __init__(self, output: Any) -> None:
        self._output = output

    def __getattr__(self, name: str) -> Any:
        if OF_AN_OUTPUT.fullmatch(name):
            return self._output
        raise AttributeError(name)


class Initialiser:
    """Draws arrays of the shape that it is told, by whatever name it is called, from random numbers of its own."""

    def __init__(self, kind: StandIn) -> None:
        self.kind, self.calls = kind, 0

    def __call__(self, *given: Any, **named: Any) -> Any:
        shape = _shape_told([*given, *named.values()])
        self.calls += 1
        drawn = np.random.RandomState([len(shape), self.calls]).standard_normal(shape)
        return self.kind.lift(drawn.astype(np.float32).astype(np.float64))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.__call__


def _shape_told(given: list[Any]) -> tuple[int, ...]:
    """The first tuple of whole numbers, else all whole numbers; of an array that is to be filled its shape."""
    for each in given:
        if isinstance(each, tuple | list) and all(isinstance(n, int | np.integer) for n in each):
            return tuple(int(n) for n in each)
    sizes = tuple(int(each) for each in given if isinstance(each, int | np.integer) and not isinstance(each, bool))
    return sizes or next((tuple(np.shape(each)) for each in given if np.ndim(each)), ())


def supplied(parameter: Parameter, kind: StandIn, asked: Mapping[str, Mapping[str, Any]]) -> Any:
    """What stands for a constructor's argument; ``None`` where nothing does.

    ``asked``: what is known of its use, as ``Proposal.asked`` has it.
    """
    of_it, attributes = asked.get(parameter.name, {}), asked.get(parameter.name, {}).get("attributes") or ()
    makes = bool(attributes) and all(MAKES.fullmatch(name) for name in attributes)
    if makes or (INITIALISER.fullmatch(parameter.name.lower()) and not of_it.get("texts")):
        return Initialiser(kind)
    if IS_OPTIMISER.match(parameter.name):
        return Descent()
    if SLOPE.search(parameter.name):
        return Smooth(kind).derivative
    return Smooth(kind) if ACTIVATION.fullmatch(parameter.name) else None
