"""Source text that ``ast.parse`` refuses, by tree-sitter: it knows Python 2, and goes on after what is broken.

No function here moves a line. tree-sitter is imported where it is used: most files parse.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["lines_within_strings", "open_brackets", "python3"]

Edit = tuple[int, int, bytes]  # from byte, to byte, what stands there instead


def python3(text: str) -> str:
    """Python 2's ``print`` statements as calls, ``except E, e`` as Python 3 has it, tabs as eight columns."""
    text = re.sub(r"^[ \t]+", lambda blank: blank[0].expandtabs(8), text, flags=re.MULTILINE)
    data = _encoded(text)
    edits = [edit for node in _nodes(data) for edit in _edits(node)]
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new + data[end:]
    return data.decode("utf-8", "surrogatepass")


def lines_within_strings(text: str) -> set[int]:
    """The lines, counted from 0, that begin inside a string."""
    strings = [node for node in _nodes(_encoded(text)) if node.type == "string"]
    return {line for node in strings for line in range(node.start_point.row + 1, node.end_point.row + 1)}


def open_brackets(text: str) -> Counter[int]:
    """By line, counted from 0: how many brackets more are opened than closed, outside strings and comments."""
    counts: Counter[int] = Counter()
    for node in _nodes(_encoded(text)):
        if node.type in ("(", "[", "{", ")", "]", "}"):
            counts[node.start_point.row] += 1 if node.type in "([{" else -1
    return counts


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a notebook's JSON may hold half a character


def _nodes(data: bytes) -> Iterator[Node]:
    """Every node of the syntax tree, from the first to the last; without recursion, however deep it is."""
    import tree_sitter
    import tree_sitter_python

    cursor = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language())).parse(data).walk()
    while True:
        assert cursor.node is not None
        yield cursor.node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _edits(node: Node) -> list[Edit]:
    if node.type == "except_clause":
        return [(c.start_byte, c.end_byte, b" as ") for c in node.children if c.type == ","][:1]
    if node.type in ("print_statement", "expression_statement"):
        return _call(node, node.text or b"")
    return []


def _call(statement: Node, text: bytes) -> list[Edit]:
    """What makes a print statement a call; nothing where it is no such statement."""
    children, after = statement.children, statement.start_byte + len("print")
    if not re.match(rb"print(?!\w)(?!\s*[=.,):])", text) or _is_call_of_a_name(children):
        return []
    if text == b"print":
        return [(after, after, b"()")]
    edits, file = [], b""
    if children[1:] and children[1].type == "chevron":
        if len(children) < 4:  # nothing is printed
            return []
        chevron, comma = children[1], children[2]
        edits.append((chevron.start_byte, comma.end_byte, b"\n" * (comma.end_point.row - chevron.start_point.row)))
        file = b", file=" + b" ".join((chevron.text or b"").removeprefix(b">>").split())
    last = children[-1]
    if last.type == ",":  # no new line: it does not matter here
        edits.append((last.start_byte, last.end_byte, b""))
    end = last.start_byte if last.type == "," else last.end_byte
    blank = text[len("print") : len("print") + 1] in (b" ", b"\t")
    return [*edits, (after, after + blank, b"("), (end, end, file + b")")]


def _is_call_of_a_name(children: list[Node]) -> bool:
    function = children[0].child_by_field_name("function") if len(children) == 1 else None
    return function is not None and function.type == "identifier"
