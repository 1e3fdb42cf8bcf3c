"""One argument in one layout: what it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reference.interface.pair import Parameter
from reference.pairs.inputs.plans.arrays import documented_array, gathered, laid_out
from reference.pairs.inputs.plans.constructor_sizes import is_maker, whole_numbers_of
from reference.pairs.inputs.plans.options import beside_one, switched
from reference.pairs.inputs.plans.parts import Setup
from reference.pairs.inputs.plans.settings import along_an_axis, configured, is_flag_of_mode, setting, size_argument
from reference.pairs.inputs.plans.substitutes import in_even_numbers, in_whole_numbers
from reference.pairs.inputs.spec import Array, ChoiceSpec, ShapeSpec, Spec, SpecGroup, ValueLaw, WholeNumber
from reference.pairs.inputs.text.documented import Described
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import OF_SIZES, Part, part_of, plain

__all__ = ["given_to"]

KEPT = (Part.BIAS, Part.STATE, Part.CELL, Part.GAIN, Part.SHIFT, Part.LABELS, Part.WEIGHT, Part.INPUT, Part.STATE_BIAS,
        Part.OUTPUT_BIAS)  # fmt: skip  # arrays that are given although they may be left out
ARRAYS = (Part.INPUT, Part.LABELS, Part.WEIGHT, Part.BIAS, Part.GAIN, Part.SHIFT, Part.STATE)
FLAT_FAMILIES = ("rows", "columns", "vector", "sequences", "steps", "heads")
NUMBERS = (
    Part.WEIGHT,
    Part.BIAS,
    Part.GAIN,
    Part.SHIFT,
    Part.THETA,
)  # may be said to be a number
A_NUMBER = re.compile(r"\bscalars?\b|\bfloat\b|\bnumber\b", re.IGNORECASE)
ARRAY_ATTRIBUTES = {"shape", "T", "dot", "ndim", "reshape", "sum", "mean", "copy", "transpose", "size", "dtype", "max"}
A_WHOLE_NUMBER = re.compile(r"\W*(?:an? )?(?:positive |non-?negative )?(?:int|integer)\b", re.IGNORECASE)
TOLD = r"reg\w*|lambd\w*|lam|l2\w*|\w*keep\w*|drop\w*|p|p_drop\w*|stride\w*|pad\w*|mode|weight_?decay|\w*_reg"
CONFIG = r"\w*(?:param|params|cfg|config|opts?|options|hparams?|kwargs)"
LAYERS = r"layers?|layers?_?dims?|layers?_?sizes?|sizes|dims|n_?units_?list|arch\w*|structure|nodes|topology"
HIDDENS = r"hidden_?(?:dims|sizes|layers|units|widths)|hidden_?layers?_?(?:dims|sizes|units|widths|nodes|neurons)"
NO_TRAINER = (Part.WEIGHT, Part.THETA, Part.INPUT_WEIGHT, Part.STATE_WEIGHT, Part.GATE_WEIGHT)


def given_to(parameters: Iterable[Parameter], setup: Setup, *, constructor: bool) -> dict[str, Spec]:
    """What each parameter is given; those that have a good default are left to it."""
    made: dict[str, Spec] = {}
    used: dict[str, str] = {}
    for parameter in parameters:
        if parameter.many:
            continue
        spec = _given(parameter, setup, constructor)
        if isinstance(spec, WholeNumber) and constructor:
            spec = _told_apart(spec, parameter.name, used)
        if spec is not None:
            made[parameter.name] = spec
    if constructor:
        made |= _from_here_to_there(made, setup)
    hidden = any(isinstance(s, WholeNumber) and s.size == "H" for s in made.values())
    renamed = {k: v for k, v in setup.layout.renamed.items() if not (v == "H" and hidden)}
    if constructor and setup.layout.family == "sequences" and not hidden and setup.gates > 1:
        renamed = {"M": "H"}
    sizes = {spec.size for spec in made.values() if isinstance(spec, WholeNumber)}
    if constructor and setup.layout.family in FLAT_FAMILIES and "D" not in sizes:  # its channels are its features
        renamed = {"C" if "C" in sizes else "P": "D", **renamed}  # and so is its size, where nothing is pooled
    return {name: _renamed(spec, renamed) for name, spec in made.items()}


def _told_apart(spec: WholeNumber, name: str, used: dict[str, str]) -> WholeNumber:
    """Two layers of one constructor have two sizes."""
    letter = str(spec.size)
    if letter in ("H", "M", "D", "F", "C") and letter in used.values():
        letter = f"{letter}{len(used)}"
    used[name] = letter
    return WholeNumber(letter)


def _from_here_to_there(made: Mapping[str, Spec], setup: Setup) -> dict[str, Spec]:
    """Of whole numbers by names that are in no list the first is how much comes in, and the next how much goes out."""
    sizes = {name: spec.size for name, spec in made.items() if isinstance(spec, WholeNumber)}
    unknown = [name for name, size in sizes.items() if size == name and name not in setup.letters]
    taken = {*sizes.values(), *(k for k, v in setup.layout.renamed.items() if v in sizes.values())}
    free = [letter for letter in ("D", "M") if letter not in taken]
    return {name: WholeNumber(letter) for name, letter in zip(unknown, free, strict=False)}


def _renamed(spec: Spec, renamed: Mapping[str, str]) -> Spec:
    if isinstance(spec, WholeNumber) and isinstance(spec.size, str):
        return WholeNumber(renamed.get(spec.size, spec.size))
    return spec


def _given(parameter: Parameter, setup: Setup, constructor: bool) -> Spec | None:
    name, asked = parameter.name, setup.asked
    text, said = plain(name), setup.said.get(name, Described())
    if name in setup.letters and said.dims is None:
        return WholeNumber(name)
    if constructor and said.dims is None:
        by_name = setting(name, parameter, asked.texts(name), computed=asked.is_calculated_with(name))
        if (found := whole_numbers_of(parameter, setup, by_name)) is not None:
            return found
        if not parameter.optional and is_maker(name, asked):
            return None  # which stands there in the object's own process
    if said.listed and not constructor:
        return SpecGroup({str(k): Array(dims) for k, dims in enumerate(said.listed)}, "list")
    keys = tuple(dict.fromkeys((*_keys_to_give(name, setup), *said.keys)))
    if keys and said.dims is None:
        return SpecGroup({key: _entry(name, key, setup) for key in keys})
    inner = asked.parts(name)
    if inner and said.dims is None and not keys and not is_array_for_sure(name, asked):
        return SpecGroup({str(k): _entry(name, key, setup) for k, key in enumerate(inner)}, "list")
    if setup.lists and not constructor and setup.guess == "array" and (axis := asked.gathered(name)) is not None:
        return gathered(name, axis, setup)
    if asked.does("axis", name) and not is_array_for_sure(name, asked):
        return along_an_axis(parameter)
    if said.dims is not None and not constructor:
        return documented_array(name, said.dims, setup)
    part = setup.parts.get(name, Part.UNKNOWN)
    plainly = setting(name, parameter, asked.texts(name), computed=asked.is_calculated_with(name))
    if plainly is not None and (asked.does("counts", name) or A_WHOLE_NUMBER.match(said.text)):
        plainly = in_whole_numbers(plainly)
    if plainly is not None and asked.does("halved", name):
        plainly = in_even_numbers(plainly)
    if "item" in asked.attributes(name) and not constructor and not is_array_for_sure(name, asked):
        return Array((1,), ValueLaw.POSITIVE if isinstance(plainly, ChoiceSpec) else ValueLaw.NORMAL)
    letter = size_argument(name)
    needed = len(name) == 1 and not (parameter.optional or constructor or said.dims)
    if letter is not None and needed and asked.does("counts", name) and not is_array_for_sure(name, asked):
        return WholeNumber(letter)  # a lone G may be a gain by its name
    if parameter.optional:
        return _optional(parameter, setup, part, plainly, letter, constructor)
    if re.fullmatch(rf"{LAYERS}|{HIDDENS}", text) and constructor:
        return _layers(text, asked.deepest())
    if OF_SIZES.search(text) and plainly is None and not is_array_for_sure(name, asked):
        return WholeNumber(letter or name)
    if constructor or parameter.annotation in ("int", "float", "bool", "str") or said.scalar:
        if re.search(r"shape$", text):
            return ShapeSpec(said.dims or setup.layout.inputs[1:])
        scalar = _scalar(parameter, plainly, letter, part, constructor, setup)
        if scalar is not None:
            return scalar
        if part in NUMBERS and said.scalar and A_NUMBER.search(said.text):
            return Array(())
    elif part is Part.UNKNOWN or (isinstance(plainly, ChoiceSpec) and len(text) > 1 and part not in ARRAYS):
        if plainly is not None and not (setup.guess == "whole" and re.search(r"scale|factor|ratio", text)):
            return plainly
        if letter is not None and (len(text) > 1 or asked.does("counts", name)):
            return WholeNumber(letter)
        if part is Part.UNKNOWN and not is_array_for_sure(name, asked):
            return _guessed(name, letter, setup)
    if re.fullmatch(CONFIG, text) and part is Part.UNKNOWN:
        return SpecGroup({})
    return laid_out(name, part, setup)


def _keys_to_give(name: str, setup: Setup) -> list[str]:
    """What the code asks for; but where others are documented, not a key with a default that only a helper gives."""
    asked, said = setup.asked, setup.said.get(name, Described())
    known = {key for key in asked.keys(name) if key in said.keys or key in setup.said or is_flag_of_mode(key)}
    told = any(not is_flag_of_mode(key) for key in known)
    return [key for key in asked.keys(name) if key in known or not told or not asked.has_default(key, name)]


def _layers(text: str, deepest: int) -> SpecGroup:
    """The sizes of several layers in a row, as many as are asked for by their number."""
    if re.fullmatch(HIDDENS, text):
        between = [f"H{k}" for k in range(1, max(2, deepest) + 1)]
    else:
        between = ["D", *(f"H{k}" for k in range(1, max(1, deepest) + 1)), "M"]
    return SpecGroup({str(k): WholeNumber(size) for k, size in enumerate(between)}, "list")


def is_array_for_sure(name: str, asked: AskedOfArgument) -> bool:
    """Is it used as only an array can be?"""
    return asked.rank(name)[0] > 0 or bool(ARRAY_ATTRIBUTES & set(asked.attributes(name)))


def _guessed(name: str, letter: str | None, setup: Setup) -> Spec:
    if setup.asked.does("counts", name):
        return WholeNumber(letter or name)
    if setup.asked.does("indexes", name):
        return Array((), ValueLaw.LABELS, 2)
    if setup.guess == "whole":
        return WholeNumber(letter or name)
    if setup.guess == "number":
        return ChoiceSpec((0.375, 2.5))
    return Array(setup.layout.inputs)


def _scalar(
    parameter: Parameter, plainly: Spec | None, letter: str | None, part: Part, constructor: bool, setup: Setup
) -> Spec | None:
    arrays = part in NO_TRAINER or part is Part.BIAS
    if constructor and arrays and parameter.annotation not in ("int", "float", "bool"):
        return None
    if plainly is not None:
        return plainly
    if letter is not None:
        return WholeNumber(letter)
    by_annotation: dict[str, Spec] = {
        "int": WholeNumber("M"),
        "float": ChoiceSpec((0.5,)),
        "bool": ChoiceSpec((True, False)),
        "str": ChoiceSpec(("a",)),
    }
    if parameter.annotation in by_annotation:
        return by_annotation[parameter.annotation]
    if not constructor or part is not Part.UNKNOWN:
        return None
    return ChoiceSpec((0.5, 2.0)) if setup.guess == "number" else WholeNumber(parameter.name)


def _optional(
    parameter: Parameter, setup: Setup, part: Part, plainly: Spec | None, letter: str | None, constructor: bool
) -> Spec | None:
    """Left to its default, unless that hides something or is nothing."""
    text, default = plain(parameter.name), parameter.default
    if default is None and set(setup.asked.attributes(parameter.name)) - ARRAY_ATTRIBUTES and constructor:
        return None  # an object of some kind
    if isinstance(default, list | tuple) and all(isinstance(d, int) for d in default):
        if isinstance(plainly, ChoiceSpec) and re.match(r"stride|pad", text):
            options = [tuple([o] * len(default)) for o in plainly.options if isinstance(o, int)]
            return ChoiceSpec(tuple(options))
        if constructor and re.fullmatch(rf"{LAYERS}|{HIDDENS}", text):
            return _layers(text, setup.asked.deepest())
        return ShapeSpec(("HH", "WW")) if re.search(r"kernel|filter", text) and len(default) == 2 else None
    if isinstance(plainly, ChoiceSpec) and (
        re.fullmatch(TOLD, text) or ("train" in text and _is_yes_or_no(plainly)) or text == "mode"
    ):
        if default is None and (isinstance(plainly.options[0], str) or not re.match(r"reg|lam|l2", text)):
            return None
        return plainly
    if default is None and setup.asked.does("called", parameter.name):
        return None
    if (found := switched(parameter, setup)) is not None:
        return found
    if not constructor and default is None and part in KEPT and plainly is None:
        return laid_out(parameter.name, part, setup)
    if constructor and default is None and re.search(r"shape$", text):
        return ShapeSpec(setup.layout.inputs[1:])
    if (varied := beside_one(parameter, setup, plainly, letter)) is not None:
        return varied
    if default is None and (setup.asked.does("holds", parameter.name) or re.match(r"init|regulari", text)):
        return None
    if (
        letter is not None
        and (type(default) is int or (constructor and default is None))
        and (constructor or len(text) > 1)
    ):
        return WholeNumber(letter) if letter not in ("HEADS", "G", "P") else None
    return None


def _is_yes_or_no(spec: ChoiceSpec) -> bool:
    return all(isinstance(option, bool) for option in spec.options) and len(spec.options) == 2


def _entry(owner: str, key: str, setup: Setup) -> Spec:
    """An entry of a dictionary: of parameters, or of a configuration."""
    said = setup.said.get(key, Described())
    if said.dims is not None:
        return documented_array(key, said.dims, setup)
    features = setup.layout.axes.get(Part.GAIN) or setup.layout.inputs[-1:]
    part = setup.parts.get(key, part_of(key))
    arrays = part not in (Part.UNKNOWN, Part.MEAN, Part.VARIANCE, Part.MASK)
    if arrays and (not re.fullmatch(CONFIG, plain(owner)) or plain(owner) in ("params", "param", "parameters")):
        return laid_out(key, part, setup)
    dims = [(f,) for f in setup.asked.dims(owner, key)]
    if dims and not re.search(r"mean|var", key):
        return Array(tuple(d[0] or f"d{k}" for k, d in enumerate(dims)))
    found = configured(key, tuple(features), setup.asked.texts(owner, key))
    return in_even_numbers(found) if setup.asked.does("halved", owner, key) else found
