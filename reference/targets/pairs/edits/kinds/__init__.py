"""The repair dictionary: every single edit of a function, each its own text with one span replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reference.targets.pairs.edits.kinds.arrangement import of_arrangement
from reference.targets.pairs.edits.kinds.calls import of_calls
from reference.targets.pairs.edits.kinds.factors import of_factors
from reference.targets.pairs.edits.kinds.languages import spoken
from reference.targets.pairs.edits.kinds.names import of_names, of_repeated_names
from reference.targets.pairs.edits.kinds.operators import of_operators
from reference.targets.pairs.edits.kinds.page import Change, Page, replaced
from reference.targets.pairs.edits.kinds.places import bounding, counting, counts, scalars
from reference.targets.pairs.edits.kinds.scope import Scope, observed
from reference.targets.pairs.edits.kinds.slopes import of_slopes
from reference.targets.pairs.edits.kinds.statements import of_statements
from reference.targets.pairs.edits.kinds.terms import of_terms
from reference.targets.pairs.edits.kinds.together import of_several

__all__ = ["Change", "Page", "Scope", "changes", "observed", "replaced"]

ARITHMETIC = ("sign", "constant", "grouping", "term", "factor dropped", "divisor", "exponent", "loop")
LESS_PLAIN = 0.4  # an edit of a bound or of an index that is right is more often so by chance


def changes(page: Page, scope: Scope, functions: Sequence[str] = ()) -> list[Change]:
    """Every single edit of a function, the plainest first; none twice."""
    found: dict[tuple[int, int, str], Change] = {}
    indices = [page.span(node.slice) for node in ast.walk(page.function) if isinstance(node, ast.Subscript)]
    numbers = scalars(page, scope)
    divisors = [page.span(node) for node in counts(page, scope)]
    bounds = [page.span(node) for node in bounding(page, scope)]
    for said in _all(page, scope, functions):
        change = spoken(said, scope.language, page.source) if scope.language else said
        if change.kind in ARITHMETIC and any(start <= change.start and change.end <= end for start, end in bounds):
            change = change._replace(weight=change.weight + LESS_PLAIN)
        if change.kind == "term" and (change.start, change.end) in numbers:
            change = change._replace(kind="constant")
        if change.kind in ARITHMETIC and any(start <= change.start and change.end <= end for start, end in indices):
            change = change._replace(kind="index")
        if change.kind in ARITHMETIC and any(start <= change.start and change.end <= end for start, end in divisors):
            change = change._replace(kind="size")
        key = (change.start, change.end, change.text)
        if change.text == page.source[change.start : change.end]:
            continue
        if key not in found or found[key].weight > change.weight:
            found[key] = change
    return sorted(found.values(), key=lambda c: (c.weight, c.start))


def _all(page: Page, scope: Scope, functions: Sequence[str]) -> Iterator[Change]:
    counted = counting(page)
    for statement in page.function.body:
        for node in ast.walk(statement):
            yield from of_operators(page, node)
            yield from of_calls(page, node, scope)
            yield from of_names(page, node, scope, functions, counted)
            yield from of_statements(page, node, scope)
            yield from of_arrangement(page, node, scope)
            yield from of_slopes(page, node, scope, counted)
            yield from of_several(page, node, scope, functions)
            if isinstance(node, ast.stmt | ast.Slice):
                yield from of_repeated_names(page, node, scope)
    yield from of_factors(page, scope)
    yield from of_terms(page, scope)
