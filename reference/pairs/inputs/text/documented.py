"""What docstrings and comments say of arguments: their axes, their entries, the keys of a dictionary.

An argument's description is what stands after its name at the head of a line, in any of the usual styles, up to the
next such name; where there is none, a sentence in which the name and a shape stand together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from reference.pairs.inputs.spec import Size
from reference.pairs.inputs.text.laws_in_words import SaidOfEntries, entries_said
from reference.pairs.inputs.text.shapes_in_words import WrittenShape, product_of, shapes_in
from reference.pairs.inputs.text.vocabulary import OF_SIZES

__all__ = ["Described", "described"]


class Described(NamedTuple):
    """``dims`` None: no shape is given. ``within``: the argument that is a dictionary and has this as an entry.

    ``listed``: it is a list of arrays, each of which has a shape of its own.
    """

    dims: tuple[Size, ...] | None = None
    entries: SaidOfEntries = SaidOfEntries(None)
    keys: tuple[str, ...] = ()
    within: str = ""
    scalar: bool = False
    text: str = ""
    listed: tuple[tuple[Size, ...], ...] = ()


NAME = r"[A-Za-z_]\w*(?:\[['\"]\w+['\"]\])?"
ENTRY = re.compile(
    rf"""^(?P<indent>\s*)(?:\#+\s*)?(?:[-*+•]\s+|:param\s+|@param\s+|:arg\s+|\\param\s+)?(?:np\.ndarray\s+|ndarray\s+)?
    [`'"*]{{0,2}}(?P<names>{NAME}(?:[`'"]*\s*(?:,|/|and)\s*[`'"]*{NAME})*)[`'"*]{{0,2}}
    (?:\s*(?P<typed>\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]|\.shape\b|\s(?:has|is|in|shape|of|with|dims?|size)\b[^:]{{0,60}}))?
    \s*(?P<mark>:|--|—|–|-|=|\.\.\.|→|->|\t)\s*(?P<rest>.*)$""",
    re.X,
)
NEXT = re.compile(rf"[;,.]\s+(?=`?({NAME}(?:\s*(?:,|/|and)\s*{NAME})*)`?\s*:)")
TAGGED = re.compile(
    rf"^(?P<indent>\s*)(?::param|@param|\\param)\s+(?P<names>{NAME})\s+(?P<rest>.*)$"
)  # @param x matrix
BARE = re.compile(rf"^(?P<indent>\s*)(?:\#+\s*)?(?:[-*]\s+)?`?(?P<names>{NAME})`?\s+(?P<rest>[\(\[].*)$")  # x (N, D)
RETURNS = re.compile(
    r"^\s*(?:#+\s*)?(?:returns?|outputs?|yields|:returns?:?|:rtype:?|raises|return value)\b[^.]{0,40}$", re.I
)
TAKES = re.compile(r"^\s*(?:#+\s*)?(?:arguments?|args?|inputs?|parameters?|params?|param\w*)\s*:?\s*-*$", re.I)
KEY = re.compile(r"^\s*[-*]?\s*['\"](\w+)['\"]\s*(?:\(.*?\))?\s*[:-]", re.M)
QUOTED = re.compile(r"['\"](\w+)['\"]")
SCALAR = re.compile(
    r"\bscalar\b|\bfloat\b|\bfloating|\bstrength\b|\bconstant\b|\bhyper-?parameter\b|\brate\b|\binteger\b|\bint\b", re.I
)
HEADS = {"note", "notes", "returns", "return", "args", "example", "todo", "inputs", "outputs", "shape", "hint", "where"}


def described(
    documents: Iterable[str], arguments: Collection[str], of_constructor: Collection[str] = ()
) -> dict[str, Described]:
    """What the documents say of each argument, the first that gives a shape; and of the entries of dictionaries.

    ``of_constructor``: the names of its arguments, which a shape may well be made of.
    """
    found: dict[str, Described] = {}
    texts = list(documents)
    products = {name: parts for text in texts for name, parts in product_of(text).items()}
    for text in texts:
        for name, said in _entries(text, arguments):
            before = found.get(name)
            if before is None or (before.dims is None and not before.listed and said.dims is not None):
                found[name] = said if before is None else said._replace(keys=before.keys or said.keys)
    for text in texts:
        for name in (*arguments, *of_constructor):
            known = found.get(name, Described())
            itself = name.lower() == "shape"  # "of shape (N, D)" is not said of what is called so
            enough = known.dims is not None or known.listed or known.scalar or itself or OF_SIZES.search(name.lower())
            sentence = None if enough else _in_a_sentence(text, name, arguments)
            if sentence is not None:
                found[name] = sentence._replace(keys=known.keys, entries=_richer(known.entries, sentence.entries))
    return {name: said._replace(dims=_multiplied(said.dims, products)) for name, said in found.items()}


def _bounded(entries: SaidOfEntries, text: str) -> SaidOfEntries:
    """Whole numbers with their bound, where it stands behind the shape."""
    further = entries_said(text)
    return further if further.law is entries.law and further.below != "" else entries


def _richer(first: SaidOfEntries, second: SaidOfEntries) -> SaidOfEntries:
    return first if first.law is not None else second


def _entries(text: str, arguments: Collection[str]) -> Iterator[tuple[str, Described]]:
    """Descriptions at the head of lines; those under "Returns" are of results, unless no other is there."""
    above: list[tuple[int, str]] = []  # arguments that hold what stands further in
    for name, indent, block in _blocks(text, arguments):
        while above and above[-1][0] >= indent:
            above.pop()
        within = above[-1][1] if above and name not in arguments else ""
        plain = re.fullmatch(r"(\w+)\[['\"](\w+)['\"]\]", name)
        if plain:
            within, name = plain[1], plain[2]
        if name in arguments:
            above.append((indent, name))
        yield name, _of_block(block, arguments, name, within)


def _one_each(text: str, arguments: Collection[str]) -> Iterator[str]:
    """Lines of one description each: ``x: logits, (N, K); z: targets, (N, K)`` is two."""
    for line in text.expandtabs().splitlines():
        ends: list[re.Match[str]] = []
        for match in NEXT.finditer(line):
            named = all(name in arguments for name in re.findall(NAME, match[1]))
            behind = line[: match.start()].rstrip().endswith((")", "]"))  # a shape that ends what was said
            if (
                (named or (behind and ENTRY.match(line)))
                and ":" in line[: match.start()]
                and not (ends and match.start() < ends[-1].end(1))
            ):
                ends.append(match)
        starts, indent = [0, *(match.end() for match in ends)], line[: len(line) - len(line.lstrip())]
        for k, (start, end) in enumerate(zip(starts, [*(match.start() for match in ends), len(line)], strict=True)):
            yield (indent if k else "") + line[start:end]


def _blocks(text: str, arguments: Collection[str]) -> Iterator[tuple[str, int, str]]:
    names: list[str] = []
    lines: list[str] = []
    indent, results = 0, False
    for line in [*_one_each(text, arguments), "Args:"]:
        if RETURNS.match(line) or TAKES.match(line):
            yield from ((name, indent, "\n".join(lines)) for name in names)
            names, results = [], bool(RETURNS.match(line))
            continue
        match = None if results else ENTRY.match(line) or BARE.match(line) or TAGGED.match(line)
        if match and (match["names"].lower() not in HEADS or match["names"] in arguments):
            yield from ((name, indent, "\n".join(lines)) for name in names)
            names = re.findall(NAME, match["names"])
            names = [name for name in names if name != "and"]
            parts = match.groupdict()
            indent, lines = len(match["indent"]), [f"{parts.get('typed') or ''} {parts['rest']}"]
        elif names and line.strip():
            lines.append(line)
        elif names:  # a paragraph ends a description
            lines.append("")


def _of_block(block: str, arguments: Collection[str], name: str, within: str) -> Described:
    head = block.split("\n\n")[0]
    shape = _first(head, arguments)
    first_line = head.partition("\n")[0]
    keys = tuple(dict.fromkeys(KEY.findall(block))) or (
        tuple(dict.fromkeys(QUOTED.findall(head))) if re.search(r"\bdict|\bkeys?\b", head, re.I) else ()
    )
    listed = _listed(head, arguments)
    return Described(
        None if shape is None or listed else shape.dims,
        entries_said(head),
        keys if shape is None else (),
        within,
        shape is None and bool(SCALAR.search(first_line)),
        " ".join(head.split())[:120],
        listed,
    )


def _listed(text: str, arguments: Collection[str]) -> tuple[tuple[Size, ...], ...]:
    """The shapes in ``[the input, of shape (N, D), the state, of shape (N, H)]``: of two arrays in a list."""
    inside = re.match(r"\s*\[(.*)\]", text, re.S)
    found = [s for s in shapes_in(inside[1], arguments) if s.announced] if inside else []
    return tuple(s.dims for s in sorted(found, key=lambda s: s.at)) if len(found) > 1 else ()


def _first(text: str, arguments: Collection[str]) -> WrittenShape | None:
    return next(shapes_in(text, arguments), None)


def _in_a_sentence(text: str, name: str, arguments: Collection[str]) -> Described | None:
    """``The input x has shape (N, D)``; ``x.shape = (N, D)``."""
    lines = text.splitlines()
    ends = next((k for k, line in enumerate(lines) if RETURNS.match(line)), len(lines))
    flat = " ".join(" ".join(lines[:ends]).split())
    pattern = rf"(?<![\w'.]){re.escape(name)}(?![\w'(])((?:\.shape)?[^.;\[\(]{{0,60}})(?=[\(\[])"
    for match in re.finditer(pattern, flat):
        between = match[1]
        if re.search(r"\b(?:and|gradient|returns?|out|output)\b", between):
            continue
        after = flat[match.end() : match.end() + 80]
        said = f"shape {after}" if "shape" in between else f"is {after}"
        shape = next((shape for shape in shapes_in(said, arguments) if shape.at < 8), None)
        if shape is not None:
            others = "|".join(rf"\b{re.escape(other)}\b" for other in arguments if other != name)
            own = re.split(rf"[.;]|{others}" if others else r"[.;]", after)[0]
            entries = _richer(entries_said(match[0]), entries_said(own))
            return Described(shape.dims, _bounded(entries, own), text=f"{match[0]}{after}"[:120])
    return None


def _multiplied(dims: tuple[Size, ...] | None, products: Mapping[str, tuple[str, ...]]) -> tuple[Size, ...] | None:
    """A name that stands for a product, written out; and an ellipsis that stayed one size."""
    if dims is None:
        return None
    return tuple("*".join(products[d]) if isinstance(d, str) and d in products else d for d in dims)
