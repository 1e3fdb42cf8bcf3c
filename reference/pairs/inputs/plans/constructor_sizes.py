"""What a constructor is told in whole numbers: a shape, a window, a pair of strides, by how its arguments are used."""

from __future__ import annotations

import re

from reference.interface.pair import Parameter
from reference.pairs.inputs.plans.parts import Setup
from reference.pairs.inputs.plans.settings import size_argument
from reference.pairs.inputs.plans.substitutes import in_whole_numbers
from reference.pairs.inputs.spec import ChoiceSpec, ShapeSpec, Spec, WholeNumber
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import plain

__all__ = ["is_maker", "is_whole", "whole_numbers_of"]

OF_INPUT = re.compile(
    r"(?:in|input|inp|x|image|img|data|prev\w*|incoming|batch_?input|sample)_?(?:shape|dims?|dimensions?|sizes?)|shape"
)
WINDOW, POOL = re.compile(r"kernel|filter|window|k_?size|^ks?$|^f$|patch"), re.compile(r"pool|window")
STEP = re.compile(r"stride|pad|dilat|^s$|^p$|step")
NOT_WINDOWS = re.compile(r"num|^n_|count|init|reg|^filters$|channel")
MAKES = re.compile(r"initiali[sz]e\w*|init\w*|sample|fill")
SCALE = re.compile(r"scale|factor|ratio|size")
ARRAY_ATTRIBUTES = {"shape", "T", "dot", "ndim", "reshape", "sum", "mean", "transpose", "size", "dtype"}


def whole_numbers_of(parameter: Parameter, setup: Setup, plainly: Spec | None) -> Spec | None:
    """A tuple of whole numbers, or one; None where its use does not say so.

    ``plainly``: what its name says.
    """
    name, asked = parameter.name, setup.asked
    text = plain(name)
    many = _entries(name, asked)
    if many:
        return _tuple_of(text, many, setup, plainly)
    if parameter.optional or not is_whole(name, asked):
        return None
    if plainly is not None:
        return in_whole_numbers(plainly) if SCALE.search(text) else None
    return WholeNumber(size_argument(name) or name)


def is_whole(name: str, asked: AskedOfArgument) -> bool:
    """Is it used as only a whole number can be?"""
    counted = asked.does("whole", name) or asked.does("counts", name) or "int" in asked.kinds(name)
    return counted and not ARRAY_ATTRIBUTES & set(asked.attributes(name))


def is_maker(name: str, asked: AskedOfArgument) -> bool:
    """Is it an object that makes parameters?"""
    attributes = asked.attributes(name)
    return bool(attributes) and all(MAKES.fullmatch(attribute) for attribute in attributes)


def _entries(name: str, asked: AskedOfArgument) -> int:
    """Of how many numbers it is a tuple; 0 where it need not be one, or is an array or a dictionary."""
    if asked.keys(name) or asked.dims(name) or ARRAY_ATTRIBUTES & set(asked.attributes(name)):
        return 0
    if asked.rank(name)[0] > 1 or asked.does("iterated", name):
        return 0
    return max(asked.entries(name), len(asked.parts(name)))


def _tuple_of(text: str, many: int, setup: Setup, plainly: Spec | None) -> Spec | None:
    inputs = setup.layout.inputs
    if STEP.search(text) and isinstance(plainly, ChoiceSpec):
        numbers = [option for option in plainly.options if type(option) is int]
        return ChoiceSpec(tuple((number,) * many for number in numbers)) if numbers else None
    if many == 2 and POOL.search(text) and not NOT_WINDOWS.search(text):
        return ShapeSpec(("PH", "PW"))
    if many == 2 and WINDOW.search(text) and not NOT_WINDOWS.search(text):
        return ShapeSpec(("HH", "WW"))
    if OF_INPUT.fullmatch(text) and (many in (len(inputs), len(inputs) - 1) or text.endswith("shape")):
        return ShapeSpec(inputs if many == len(inputs) else inputs[1:])
    return None
