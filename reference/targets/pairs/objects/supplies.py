"""What a constructor asks for that is neither a number nor an array: an activation, an optimiser, right for sure."""

from __future__ import annotations

import re
from typing import Any

from reference.interface.pair import Parameter
from reference.targets.pairs.arguments.backward_arguments import IS_OPTIMISER
from reference.targets.stand_in.kind import StandIn

__all__ = ["RATE", "Context", "Descent", "Held", "supplied"]

RATE = 2.0**20  # a power of two: what was subtracted, divided by it, is the gradient to the last digit
SLOPE = re.compile(r"prime|deriv|grad|^d_?(act|f|sig)|_d$|^df$|diff|delta", re.IGNORECASE)
BEFOREHAND = re.compile(r"init|register|add|zero|reset|set|build|prepare|compile|bind|attach")
STEP = re.compile(r"(?:^|_)(?:update|step|apply|optimi[sz]e|descend)(?:_|$)")
ACTIVATION = re.compile(
    r"_*(act|activ|activation|activations|nonlinearity|transfer|func|fn|f|function|sigma|g)(_?(fn|func|function|f|layer))?"
    r"|\w*activation\w*",
    re.IGNORECASE,
)


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


def supplied(parameter: Parameter, kind: StandIn) -> Any:
    """What stands for a constructor's argument; ``None`` where nothing does."""
    if IS_OPTIMISER.match(parameter.name):
        return Descent()
    if SLOPE.search(parameter.name):
        return Smooth(kind).derivative
    return Smooth(kind) if ACTIVATION.fullmatch(parameter.name) else None
