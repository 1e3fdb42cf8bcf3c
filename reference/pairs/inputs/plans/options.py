"""Options of which a default hides something: each value that the code asks for, and another beside the number 1."""

from __future__ import annotations

import re

from reference.interface.pair import Parameter
from reference.pairs.inputs.plans.parts import Setup
from reference.pairs.inputs.plans.settings import size_argument
from reference.pairs.inputs.spec import ChoiceSpec, Spec
from reference.pairs.inputs.text.vocabulary import plain

__all__ = ["beside_one", "switched"]

NO_OPTION = (
    r"debug|verbos|print|plot|log|check|return(?!_?seq)|\bget|only|save|load|cache|inplace|numba|cuda|gpu|fast|cython|grad|trainable"
    r"|fr[eo]+z|jac|deriv|init|seed|name|optim|dtype|reg|decay|penal|clip|noise|moment"
)
KEEPS = (
    r"(?:save|keep|store|cache|remember|retain|record)_?"
    r"(?:inp\w*|x|cache|state|act\w*|values?|forward|for_backward|ctx)"
)
BESIDE_ONE = 1.5


def switched(parameter: Parameter, setup: Setup) -> Spec | None:
    """An option that the code decides by: each value that it asks for, the default first."""
    name, default = parameter.name, parameter.default
    if default is False and setup.asked.does("branches", name) and re.fullmatch(KEEPS, plain(name)):
        return ChoiceSpec((True,))
    if re.search(NO_OPTION, plain(name)):
        return None
    if type(default) is bool and setup.asked.does("branches", name):
        return ChoiceSpec((default, not default))
    texts = [text for text in setup.asked.texts(name) if isinstance(text, str)]
    if isinstance(default, str) and texts:
        return ChoiceSpec(tuple(dict.fromkeys((default, *texts))))
    if type(default) is int and default > 1 and size_argument(name) == "P":
        return ChoiceSpec((default, default + 1))  # windows that overlap, or leave something out
    return None


def beside_one(parameter: Parameter, setup: Setup, plainly: Spec | None, letter: str | None) -> Spec | None:
    """A number that is 1 unless it is told, which hides where it is forgotten: another beside it."""
    name, default = parameter.name, parameter.default
    whole = type(default) is int and parameter.annotation != "float"
    if type(default) not in (int, float) or default != 1 or name not in setup.known_to_both:
        return None
    if re.search(rf"{NO_OPTION}|rate|^lr|eps", plain(name)) or not setup.asked.is_calculated_with(name):
        return None
    options = plainly.options if isinstance(plainly, ChoiceSpec) else ()
    if whole and (letter is not None or setup.asked.does("counts", name) or any(type(o) is int for o in options)):
        return None
    return ChoiceSpec((default, BESIDE_ONE))
