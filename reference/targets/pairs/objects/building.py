"""Objects that have no parameters until another method than the constructor is called, and what it is called with."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from reference.targets.pairs.arguments.backward_arguments import IS_OPTIMISER
from reference.targets.pairs.objects.own_attributes import attributes_of
from reference.targets.pairs.objects.supplies import Descent, LayerBefore
from reference.targets.stand_in.kind import StandIn

__all__ = ["Building", "built"]

OF_THE_INPUT = re.compile(
    r"_*(?:in(?:put)?|prev(?:ious)?|fan_in|n_in|nin)_?(?:shape|dim(?:ension)?s?|sizes?|features|units|channels|nodes)?_*"
)
SHAPE = re.compile(r"shapes?$")
BEFORE = re.compile(
    r"_*(?:prev(?:ious)?|in(?:put|bound|coming)?|last|lower|bottom)_?layer_*|layer_?(?:before|below|in)|prev"
)
BUILDERS = (
    "set_input_shape",
    "build",
    "initialize",
    "initialise",
    "init",
    "setup",
    "set_up",
    "compile",
    "prepare",
    "init_params",
    "init_parameters",
    "init_weights",
    "initialize_parameters",
    "initialize_weights",
    "initialise_parameters",
    "initialise_weights",
    "init_weight",
    "initialize_params",
    "create_weights",
    "create_variables",
    "set_weights",
    "_init_params",
    "_init_weights",
    "_initialize",
    "_build",
    "reset_parameters",
    "weight_init",
    "initializer",
    "connect",
    "initialise_params",
    "reset_params",
    "_initialize_weights",
    "_initialize_params",
)
WANT = (AttributeError, TypeError, KeyError)  # of what is not there
NO_BUILDER = re.compile(r"forward|backward|back_?prop|grad|update|optimi|step|predict|loss|train|fit|zero|save|__")
WEIGHTS = re.compile(r"w|ws|weights?|kernels?|filters?|w_?\d|weight_?matrix")
BIASES = re.compile(r"b|bs|bias(es)?|offset|b_?\d|bias_?vector")
CENTRES, WIDTHS = (
    re.compile(r"(.*_)?(mean|mu|loc|low)"),
    re.compile(r"(.*_)?(std|stddev|sigma|scale|gain|high|limit|bound)"),
)


OF_LABELS = re.compile(r"target|label|truth|y_?true")


class Building:
    """What is known where an object is to be built: what the forward pass takes, and the constructor took."""

    def __init__(self, arrays: Mapping[str, Any], construct: Mapping[str, Any], kind: StandIn, seed: int) -> None:
        self.arrays, self.construct, self.kind = arrays, construct, kind
        self.seed = seed % 2**32
        self.shape = next((tuple(np.shape(value)) for value in arrays.values()), ())

    def sizes(self) -> tuple[Any, ...]:
        """How large one example is, the whole, its last axis, its first."""
        shape = self.shape
        return shape[1:], shape, shape[-1] if shape else 0, shape[0] if shape else 0

    def argument(self, name: str, size: Any) -> Any:
        """What a method is given by the name of its argument; ``size`` where that says nothing."""
        text = name.lower().strip("_")
        if name in self.construct:
            return self.construct[name]
        if name in self.arrays:
            return self.kind.lift(np.array(self.arrays[name]))
        if IS_OPTIMISER.match(name):
            return Descent()
        if BEFORE.fullmatch(name.lower()):
            return LayerBefore(size if isinstance(size, tuple) else self.shape)
        if text.endswith("shapes"):
            return [size]
        if CENTRES.fullmatch(text) or WIDTHS.fullmatch(text):
            return 0.0 if CENTRES.fullmatch(text) else 0.5
        if WEIGHTS.fullmatch(text) or BIASES.fullmatch(text):
            last = self.shape[-1:]
            out = [value for value in self.construct.values() if type(value) is int and (value,) != last][-1:] or last
            shape = (*out,) if BIASES.fullmatch(text) else (*last, *out)
            drawn = np.random.RandomState([self.seed, *name.encode()]).standard_normal(shape)
            return self.kind.lift(drawn.astype(np.float32).astype(np.float64))
        return size

    def labels(self) -> Any:
        """A class of each example: what a loss is told of beforehand is no size."""
        classes = self.shape[-1] if len(self.shape) > 1 else 2
        return np.random.RandomState([self.seed, classes]).randint(0, max(1, classes), size=self.shape[:1])


def built(model: Any, forward: str, failed: Exception, building: Building) -> Iterator[Callable[[Any], None]]:
    """Ways to have an object make what its forward pass needs, to be tried in turn on a copy each.

    ``failed``: what the forward pass raised without; where that is no want of something, names alone decide.
    """
    known = [name for name in BUILDERS if inspect.ismethod(getattr(model, name, None))]
    others = [name for name in _makers(model, forward, failed) if name not in known]
    for names in (known, others, [*known, *others] if known and others else []):
        for size in building.sizes() if names else ():
            yield lambda copy, names=names, size=size: _build(copy, names, size, building)  # type: ignore[misc]


def _makers(model: Any, forward: str, failed: Exception) -> list[str]:
    """Methods that set what the forward pass reads and what is not there yet.

    Where it did not raise for want of something, those that are told of what comes in.
    """
    owner: Any = type(model)
    wanting = {name for name in attributes_of(owner, forward).read if _is_wanting(getattr(model, name, None))}
    found = []
    for name in dir(owner):
        method = getattr(owner, name, None)
        if NO_BUILDER.search(name.lower()) or not inspect.isfunction(method):
            continue
        if wanting & attributes_of(owner, name).set and (_is_want(failed) or _is_told_of_the_input(method)):
            found.append(name)
    return found


def _is_want(failed: Exception) -> bool:
    """May it come of something that is not there? A product with None says that it has no axes."""
    return isinstance(failed, WANT) or "has 0" in str(failed)


def _is_told_of_the_input(method: Callable[..., Any]) -> bool:
    """Is it a layer's shape, or the layer before, that it takes?"""
    names = [name.lower() for name in inspect.signature(method).parameters]
    return any(OF_THE_INPUT.fullmatch(name) or SHAPE.search(name) or BEFORE.fullmatch(name) for name in names)


def _is_wanting(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(each is None or each == 0 for each in value if each is None or isinstance(each, int))
    if isinstance(value, np.ndarray):
        return value.size == 0
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
    return not len(inside) or any(each is None for each in inside)


def _build(model: Any, names: list[str], size: Any, building: Building) -> None:
    """Call all of them; one that cannot be called so is none, unless no other can."""
    for name, value in list(vars(model).items()) if hasattr(model, "__dict__") else ():
        if value is None and OF_THE_INPUT.fullmatch(name.lower()):  # which the layer before would have told
            setattr(model, name, size)
    failed: list[Exception] = []
    for name in names:
        method = getattr(model, name)
        arguments = []
        for parameter in inspect.signature(method).parameters.values():
            if parameter.default is not parameter.empty or parameter.kind in (
                parameter.VAR_POSITIONAL,
                parameter.VAR_KEYWORD,
            ):
                break
            told = parameter.name if len(parameter.name) > 1 else name
            of_labels = OF_LABELS.search(told.lower()) and parameter.name not in (*building.arrays, *building.construct)
            arguments.append(building.labels() if of_labels else building.argument(parameter.name, size))
        try:
            method(*arguments)
        except Exception as error:
            failed.append(error)
    if len(failed) == len(names):
        raise failed[0]
