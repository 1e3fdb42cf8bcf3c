"""A shape as people write it: ``(N, D)``, ``[N, C, H, W]``, ``N x D``, ``shape (4H,)``, ``(size of layer, examples)``."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from reference.pairs.inputs.spec import Size, names_of
from reference.pairs.inputs.text.vocabulary import OF_SIZES
from reference.targets.reading.parsing import expression

__all__ = ["WrittenShape", "product_of", "shapes_in"]


class WrittenShape(NamedTuple):
    """``dims`` as sizes; ``announced``: the word "shape", "size" or the like stands before it; ``at``: where."""

    dims: tuple[Size, ...]
    announced: bool
    at: int


BRACKETS = re.compile(r"\(([^()\[\]{}]*(?:\([^()]*\)[^()\[\]{}]*)*)\)|\[([^()\[\]{}]*)\]")
ANNOUNCED = re.compile(r"(?:\bshapes?|\bsizes?|\bdimensions?|\bdims?|\bndarray|\barray|\bmatrix|\btensor|\bvector)\W{0,12}(?:of|is|are|as|=|:|in)?\W{0,6}$", re.I)  # fmt: skip
CROSSED = re.compile(r"(?<![\w.*])((?:[A-Za-z]\w{0,14}|\d+)(?:(?:\s*[×]\s*|\s+x\s+|\s*-by-\s*|\s+by\s+)(?:[A-Za-z]\w{0,14}|\d+))+)(?![\w(])")  # fmt: skip
GLUED = re.compile(r"(?<![\w.])([A-Z0-9](?:x[A-Z0-9])+)(?![\w(])")  # NxD
LENGTH = re.compile(
    r"\b(?:of )?(?:length|size)[- ]?\s*`?([A-Z]|[a-z]_\w+|[b-hj-z]|\d+)\b`?(?!\s*[x×(,])|\blength-([A-Z])\b"
)
ANY = re.compile(r"\b(?:any|arbitrary) (?:shape|size|dimension)", re.I)
ARTICLES = {"the", "a", "an", "its", "their", "this"}
WORDS = 5  # in the name of one size: "number of hidden units"
COUNTED = re.compile(  # in a name of several words; "Adam unless one is given" counts nothing
    r"\b(?:num(?:ber)?s?|no|sizes?|dim\w*|lengths?|len|counts?|batch\w*|examples?|samples?|features?|channels?|units?"
    r"|neurons?|class(?:es)?|words?|tokens?|steps?|height|width|rows?|columns?|filters?|layers?|nodes?|inputs?|outputs?|points?"
    r"|heads?|vocab\w*|timesteps?|sequences?|images?|pixels?)\b",
    re.IGNORECASE,
)
CALLED = re.compile(r"^(?:batch|batch_?size|num_\w+|n_\w+|\w+_(?:dim|size|channels|features|len|length)|height|width|channels|samples|features|examples|hidden|classes|in_\w+|out_\w+|\w+_in|\w+_out|seq\w*|time\w*|timesteps|dim\w*|time_?steps|input\w*|output\w*|kernel\w*|filters?)$", re.I)  # fmt: skip
TYPES = {
    "int", "float", "bool", "str", "optional", "array", "ndarray", "list", "tuple", "dict", "none", "integer",
    "string", "boolean", "scalar", "numpy", "default", "callable", "np", "true", "false", "self", "required",
}  # fmt: skip


def shapes_in(text: str, arguments: Collection[str] = ()) -> Iterator[WrittenShape]:
    """Every shape of a text, in the order of how surely it is one. A bracket that lists ``arguments`` is none."""
    found = [*_bracketed(text, arguments), *_crossed(text), *_of_length(text)]
    yield from sorted(found, key=lambda shape: (not shape.announced, shape.at))


def _bracketed(text: str, arguments: Collection[str]) -> Iterator[WrittenShape]:
    for match in BRACKETS.finditer(text):
        inside = match[1] if match[1] is not None else match[2]
        announced = bool(ANNOUNCED.search(text[: match.start()]))
        first = not text[: match.start()].strip(" :`'-#")
        parts = [part.strip() for part in inside.split(",")]
        trailing = len(parts) > 1 and not parts[-1]
        parts = parts[:-1] if trailing else parts
        if len(parts) == 1 and not trailing:
            crossed = re.split(r"\s*[×]\s*|\s+x\s+|\s+by\s+|\s*x\s*(?=[A-Z0-9])", parts[0])
            of_sizes = len(crossed) > 1 and not any(ARTICLES & set(part.lower().split()) for part in crossed)
            parts = crossed if of_sizes else parts  # "(c by p)", and no "(called so in the notes by the letter p)"
        dims = _dims(parts)
        if dims is None or not _looks_like_sizes(dims, parts, announced, trailing, first, arguments):
            continue
        yield WrittenShape(dims, announced or first, match.start())


def _looks_like_sizes(
    dims: tuple[Size, ...], parts: list[str], announced: bool, trailing: bool, first: bool, arguments: Collection[str]
) -> bool:
    """``first``: it is the first thing that is said of an argument."""
    if len(dims) == 1 and not (trailing or announced or first):
        return False
    if len(dims) == 1 and not trailing and (isinstance(dims[0], int) or not _short(parts[0])):
        return announced and not isinstance(dims[0], int) and dims[0].isidentifier() and bool(CALLED.match(dims[0]))
    names = [name for d in dims for name in names_of(d)]
    if all(any(re.fullmatch(rf"{letter}\d+", name) for name in names) for letter in "Wb"):
        return False  # (W1, b1, W2, b2) is what is in a vector
    if len(dims) > 6 or any(name.lower() in TYPES for name in names):
        return False
    if announced:
        return not (len(names) > 1 and set(names) <= set(arguments) and not all(len(n) == 1 for n in names))
    if {name for name in names if not OF_SIZES.search(name.lower())} & set(arguments):
        return False
    if any(isinstance(d, str) and not d.isidentifier() for d in dims) and len(names) > 2:
        return True
    return first or all(_short(part) or CALLED.match(name) for part, name in zip(parts, map(str, dims), strict=False))


def _short(part: str) -> bool:
    """A letter, a letter with an index, a number, or an expression of these."""
    return bool(re.fullmatch(r"(?:[A-Za-z]{1,2}|[A-Za-z]_\w{1,8}|\d+|\.\.\.|\*|-1|None|[\s+*/'’-])+", part))


def _crossed(text: str) -> Iterator[WrittenShape]:
    for match in (*CROSSED.finditer(text), *GLUED.finditer(text)):
        parts = re.split(r"\s*×\s*|\s+x\s+|\s*-by-\s*|\s+by\s+|x(?=[A-Z0-9])", match[1])
        if " by " in match[1] and any(part.isalpha() and len(part) > 2 and not CALLED.match(part) for part in parts):
            continue  # "given by the"
        dims = _dims(parts)
        if ARTICLES & {part.lower() for part in parts}:  # "in the notes by the letter p"
            continue
        if dims is not None and all(_short(part) or CALLED.match(part) for part in parts):
            yield WrittenShape(dims, bool(ANNOUNCED.search(text[: match.start()])), match.start())


def _of_length(text: str) -> Iterator[WrittenShape]:
    if ANY.search(text):
        yield WrittenShape(("any_1", "any_2"), False, len(text))
        return
    for match in LENGTH.finditer(text):
        dims = _dims([match[1] or match[2]])
        if dims is not None:
            yield WrittenShape(dims, True, len(text) + match.start())  # after what is written as a shape


def _dims(parts: list[str]) -> tuple[Size, ...] | None:
    """Each part as a size; several parts and an ellipsis are two of them, at the front one. None where one is no size."""
    dims: list[Size] = []
    for k, part in enumerate(parts):
        text = part.strip().strip("`'\"$ ").replace("\\", "")
        if text in ("...", "…", "*", "", "…"):
            if len(parts) == 1 or (text == "" and not dims):
                return None
            if not dims:  # (*, N), (..., N)
                dims.append("batch")
            elif k == len(parts) - 1:  # (N, ...)
                dims.append("rest")
            continue
        size = _size(text)
        if size is None:
            return None
        dims.append(size)
    return tuple(dims) or None


def _size(text: str) -> Size | None:
    if text in ("-1", "None", "?", ":"):
        return "batch"
    text = text.replace("'", "_").replace("’", "_").replace("#", "number of ")
    text = re.sub(r"^(\d+)\s*(?=[A-Za-z])", r"\1*", text)  # 4H
    if text.isascii() and text.isdigit():
        return int(text) if 0 < int(text) <= 4096 else None
    named = re.sub(r"\b(?:\w+\.)+(?=[A-Za-z_])", "", text)  # self.n
    if (size := _expression(named)) is not None:
        return size
    words = re.findall(r"[A-Za-z]+", text)
    named_so = len(words) == 2 or COUNTED.search(text)
    if re.fullmatch(r"[A-Za-z ]+", text) and 2 <= len(words) <= WORDS and named_so:
        return "_".join(word.lower() for word in words if word.lower() not in ("the", "of", "a", "an", "in"))
    return None


def _expression(text: str) -> Size | None:
    """Names and whole numbers that are added, multiplied and divided."""
    try:
        tree = expression(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    allowed = (ast.BinOp, ast.Name, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv)
    for node in ast.walk(tree):
        if not isinstance(node, allowed) and not (isinstance(node, ast.Constant) and type(node.value) is int):
            return None
    return ast.unparse(tree).replace(" ", "").replace("//", "/").replace("/", "//")


def product_of(text: str) -> dict[str, tuple[str, ...]]:
    """``D = d_1 * ... * d_k`` and ``D = prod(d_i)``: which name stands for a product, and of which two sizes here."""
    found: dict[str, tuple[str, ...]] = {}
    for match in re.finditer(r"\b([A-Za-z]\w*)\s*=\s*([A-Za-z]\w*?_?)1\s*[*x×]\s*\W*\s*[*x×]?\s*\2(\w)\b", text):
        found[match[1]] = (f"{match[2]}1", f"{match[2]}{match[3]}")
    for match in re.finditer(r"\b([A-Z])\s*=\s*\\?prod\w*[ _({]+\w*\W*([a-z]_?)i", text):
        found.setdefault(match[1], (f"{match[2]}1", f"{match[2]}k"))
    return found
