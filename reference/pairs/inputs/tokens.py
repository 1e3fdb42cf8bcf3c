"""The words of a line: ``x=2,3,7,5``, ``y=4:int<3``, ``stride=2``, ``mode=train``, ``params.W1=4,3``, ``p=0.75``.

An array is its sizes, and after a colon its law where that is not the normal one; sizes may be letters. An array of one
axis stands with a comma after its size where nothing else tells it from a whole number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reference.cases.case import CaseError
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    GeneratorSpec,
    Path,
    ShapeSpec,
    Size,
    Spec,
    SpecGroup,
    ValueLaw,
    WholeNumber,
    WordForm,
    WordSpec,
)
from reference.targets.reading.parsing import literal

__all__ = ["CaseError", "grouped", "put_in", "read_specs", "split_words", "text_of", "value_in"]

WORD = re.compile(r'(?P<name>[^\s=]+)=(?P<value>"(?:[^"\\]|\\.)*"|[^\s"]\S*)(?=\s|$)')
BARE = re.compile(r"[A-Za-z_][\w-]*\Z")
LAWS = {str(law): law for law in ValueLaw}
OF_WORDS = re.compile(rf"({'|'.join(map(str, WordForm))})<(\S+)")
LARGEST, MOST = 4096, 10_000_000  # of a size, and of entries: refused before they fill the memory
NUMBER = "number"  # an array of no axes
WRITTEN = "as in x=2,3 y=2:int<3 stride=2 mode=train"


def split_words(line: str) -> Iterator[tuple[str, str]]:
    """The words of a line as names and values. Raises ``CaseError``."""
    at = 0
    line = line.strip()
    while at < len(line):
        match = WORD.match(line, at)
        if match is None:
            raise CaseError(f"{line[at:].split()[0]!r} in a case; it takes name=value, {WRITTEN}")
        yield match["name"], match["value"]
        at = match.end()
        while at < len(line) and line[at].isspace():
            at += 1


# --- printed ---------------------------------------------------------------------------------------------------------


def text_of(spec: Spec) -> str:
    """A settled leaf, without blanks."""
    match spec:
        case Array(dims, law, below):
            sizes = ",".join(map(str, dims)) if dims else NUMBER
            return sizes + ("" if law is ValueLaw.NORMAL else f":int<{below}" if law is ValueLaw.LABELS else f":{law}")
        case WholeNumber(size):
            return str(size)
        case ShapeSpec(dims):
            return "shape(" + ",".join(map(str, dims)) + ")"
        case GeneratorSpec():
            return "generator"
        case WordSpec(form, below):
            return f"{form}<{below}"
        case ChoiceSpec(options):
            return _text_of_value(options[0])
    return "{}" if spec.form == "dict" else "[]"  # a group with nothing in it


def _text_of_value(value: Any) -> str:
    if isinstance(value, str):
        plain = BARE.match(value) and value not in ("None", "True", "False", "generator", "inf", "nan", NUMBER)
        return value if plain else json.dumps(value).replace(" ", "\\u0020")
    if isinstance(value, tuple | list):
        return repr(value).replace(" ", "")
    return repr(value)


# --- read ------------------------------------------------------------------------------------------------------------


def value_in(name: str, text: str, like: Spec | None = None) -> Spec:
    """A leaf from its text. ``like``: what the plan has there; without it, letters are sizes. Raises ``CaseError``."""
    if isinstance(like, Array) or (like is None and re.match(rf"(?:[\w*+/ -]+,|{NUMBER}\b)|[^\"]*:", text)):
        return _array(name, text)
    if text == "generator" and (like is None or isinstance(like, GeneratorSpec)):
        return GeneratorSpec()
    if text.startswith("shape(") and text.endswith(")"):
        return ShapeSpec(tuple(_size(name, part) for part in text[6:-1].split(",") if part))
    if isinstance(like, WordSpec | None) and (match := OF_WORDS.fullmatch(text)):
        return WordSpec(WordForm(match[1]), _size(name, match[2]))
    if isinstance(like, WholeNumber):
        return WholeNumber(_size(name, text))
    if text in ("{}", "[]"):
        return SpecGroup({}, "dict" if text == "{}" else "list")
    value = _value(name, text)
    if like is None and isinstance(value, str) and re.fullmatch(r"[A-Z]\w?", text):
        return WholeNumber(value)
    return ChoiceSpec((value,))


def _array(name: str, text: str) -> Array:
    sizes, colon, law = text.partition(":")
    if colon and law not in LAWS and not law.startswith("int<"):
        raise CaseError(f"{name}={text} in a case; after a colon stands int<CLASSES or one of {', '.join(LAWS)}")
    dims = () if sizes == NUMBER else tuple(_size(name, part) for part in sizes.removesuffix(",").split(","))
    entries = 1
    for size in dims:
        entries *= size if isinstance(size, int) else 1
    if entries > MOST:
        raise CaseError(f"{name}={text} in a case; an array has at most {MOST} entries")
    if law.startswith("int<"):
        return Array(dims, ValueLaw.LABELS, _size(name, law[4:]))
    return Array(dims, LAWS[law] if colon else ValueLaw.NORMAL)


def _size(name: str, text: str) -> Size:
    if text.isascii() and text.isdigit():
        if not 1 <= int(text) <= LARGEST:
            raise CaseError(f"{name}: a size of {text} in a case; it takes sizes from 1 to {LARGEST}")
        return int(text)
    if re.fullmatch(r"(?:\d+\*)?[A-Za-z]\w*(?:[-+*/]{1,2}\w+)*", text):
        return text
    raise CaseError(f"{name}: {text!r} in a case is no size; it takes sizes from 1 to {LARGEST}, {WRITTEN}")


def _value(name: str, text: str) -> Any:
    if text.startswith('"'):
        try:
            return json.loads(text)
        except ValueError:
            raise CaseError(f"{name}={text} in a case; a text stands between double quotes, as in JSON") from None
    if text in ("inf", "-inf", "nan"):
        return float(text)
    if BARE.match(text) and text not in ("None", "True", "False"):
        return text
    try:
        value = literal(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = ...
    if value is ... or not isinstance(value, int | float | bool | tuple | list | type(None)):
        raise CaseError(
            f"{name}={text} in a case; it takes a number, a word, a text in double quotes, True, False or None"
        )
    return value


def read_specs(line: str) -> dict[str, Spec]:
    """A line with letters for sizes, as a binding has it. Raises ``CaseError``."""
    tree: dict[str, Any] = {}
    for name, text in split_words(line):
        put_in(tree, tuple(name.split(".")), value_in(name, text))
    return grouped(tree)


def put_in(tree: dict[str, Any], way: Path, value: Any) -> None:
    """Put a leaf into nested dictionaries. Raises ``CaseError`` where something stands there."""
    here = tree
    for step in way[:-1]:
        here = here.setdefault(step, {})
        if not isinstance(here, dict):
            raise CaseError(f"{'.'.join(way)} in a case: {step} stands there already")
    if way[-1] in here:
        raise CaseError(f"{'.'.join(way)} stands twice in a case")
    here[way[-1]] = value


def grouped(tree: Mapping[str, Any]) -> dict[str, Spec]:
    """Nested dictionaries as groups; those under whole numbers are lists."""
    return {
        name: SpecGroup(grouped(value), "list" if value and all(map(str.isdigit, value)) else "dict")
        if isinstance(value, dict)
        else value
        for name, value in tree.items()
    }
