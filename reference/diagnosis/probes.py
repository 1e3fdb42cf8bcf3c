"""Three fixed problems on which no two explanations coincide: the cause is decided here, not on the smallest case.

The smallest failing case is for the reader; it cannot tell × 2 from a forgotten 1/m at m = 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.interface.entry import Entry

__all__ = ["LAMBD", "probes"]

PROBES = ((4, (3, 5, 2), 6), (3, (5, 4, 6), 2), (5, (4, 3, 7), 2))  # widths: first, hidden ones in turn, last
SQUARE = ((3, (3,), 3), (4, (4,), 4), (5, (5,), 5))  # for code that raises unless all layers are equally wide
EXAMPLES = (11, 7, 9)
SEED = 700  # of the first probe: none of these has a dead layer
LAMBD = 1.3
KEEP_PROBS = (0.7, 0.7, 0.6)  # never λ, nor its inverse; one is another, to tell a constant in its place


def probes(entry: Entry, case: Case, *, square: bool = False) -> Iterator[Problem]:
    """Three non-degenerate problems of the case's depth, activation, output and dtype; the target's masks, if it
    draws.
    """
    for k in range(len(PROBES)):
        problem = draw([_probe(entry, case, k, (SQUARE if square else PROBES)[k])])
        yield problem if entry.as_taken is None else entry.as_taken(problem)


def _probe(entry: Entry, case: Case, k: int, widths: tuple[int, tuple[int, ...], int]) -> Case:
    first, hidden, last = widths
    depth = len(case.dims) - 1
    dims = (first, *(hidden[l % len(hidden)] for l in range(depth - 1)), entry.domain.last or last)
    return Case(
        dims,
        EXAMPLES[k],
        case.hidden,
        case.output,
        lambd=LAMBD if entry.domain.l2 else 0.0,
        keep_prob=KEEP_PROBS[k] if entry.domain.dropout else 1.0,
        bias="random" if "random" in entry.domain.biases else "zero",
        dtype=case.dtype,
        seed=SEED + k,
    )
