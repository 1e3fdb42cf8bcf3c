"""A gradient of another shape than what it is of: whether that may be held against it.

Not where the shape of what it is of was guessed, nor where a document promises it: ``dx: (1, input_dim)`` beside
``x: (input_dim)``; nor of a layer that has the gradients by every example kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from reference.interface.exceptions import TargetRaised
from reference.interface.foreign_messages import older_numpy_took_it
from reference.interface.pair import OpenPair
from reference.pairs.draws.drawn import Judged
from reference.pairs.draws.laws import Breach, belongs_to, breaches_of
from reference.pairs.draws.observation import run
from reference.pairs.inputs.text.shapes_in_words import shapes_in
from reference.pairs.plan import TRIED, PairReading

__all__ = ["as_owed", "misshapen_later"]


def as_owed(breach: Breach, pair: OpenPair, reading: PairReading, first: Judged) -> Breach:
    """A shape that was guessed accuses nobody, unless an argument of the gradient's own shape does not run."""
    if breach.code == "MB501" and _is_promised(pair.proposal.documents, breach.output, _shape_of(breach, first)):
        return breach._replace(code="MB704", severity="inconclusive", text=f"{breach.text}, as its document has it")
    if breach.code == "MB501" and breach.primal.startswith("self.") and _are_of_examples(breach.primal, first):
        text = (
            f"{breach.text}: one for each example, in place of the axis of one in front; to sum them is left to others"
        )
        return breach._replace(code="MB704", severity="inconclusive", text=text)
    if breach.code == "MB704" and reading.rank >= TRIED and _is_of_nothing(breach, first):
        return breach._replace(refutes=True)
    if breach.code != "MB501" or reading.rank < TRIED or breach.primal.startswith("self."):
        return breach
    draw, seen, name = first.seen.draw, first.seen.run, breach.primal
    gradient = seen.gradients.get(name)
    if gradient is not None and name in draw.arguments:
        other = np.resize(seen.primals[name], gradient.shape)
        try:
            again = run(pair, draw._replace(arguments={**draw.arguments, name: other}), "plain")
        except TargetRaised as error:
            if not older_numpy_took_it(str(error)):
                return breach
            return _guessed(breach, reading, first)
        if name not in again.gradients or again.gradients[name].shape != gradient.shape:
            return breach
    return _guessed(breach, reading, first)


def misshapen_later(pair: OpenPair, reading: PairReading, every: Sequence[Judged]) -> list[Breach]:
    """The gradients that have the right shape at the first draw and another one later, with another option: said once.

    Sizes of 1 are left out, whose axis NumPy drops and adds at will.
    """
    first, found = every[0].seen.run, dict[str, Breach]()
    shapes = {name: gradient.shape for name, gradient in first.gradients.items()}
    right = {name for name, shape in shapes.items() if name in first.primals and shape == first.primals[name].shape}
    for judged in every[1:]:
        if 1 in reading.sizes(judged.sizes_index).values():
            continue
        for breach in breaches_of(judged.seen.run):
            if breach.code == "MB501" and breach.primal in right and breach.primal not in found:
                text = f"{breach.text}, in {reading.case_line(judged.seen.draw)}"
                found[breach.primal] = as_owed(breach._replace(text=text), pair, reading, judged)
    return list(found.values())


def _guessed(breach: Breach, reading: PairReading, first: Judged) -> Breach:
    """A gradient of more or fewer entries speaks against the guess as a whole."""
    size, primal = _size(_shape_of(breach, first)), first.seen.run.primals.get(breach.primal)
    refutes = primal is not None and size != primal.size
    text = f"{breach.text}, whose shape was guessed: say what it is with {reading.bind}"
    return breach._replace(code="MB704", severity="inconclusive", text=text, refutes=refutes)


def _are_of_examples(name: str, first: Judged) -> bool:
    """Is it the gradient by every example, of a layer whose weights have an axis of one in front for them?

    A bias alone is none: ``(1, C, 1, 1)`` broadcasts, and what is not summed there was forgotten.
    """
    run = first.seen.run
    many = {output.shape[0] for output in run.outputs if output.ndim}
    of = {belongs_to(called, run.primals): tuple(shape) for called, shape in run.unmatched}
    of |= {n: gradient.shape for n, gradient in run.gradients.items()}
    weights = [n for n, primal in run.primals.items() if primal.ndim > 2 and (1, *of.get(n, ())[1:]) == primal.shape]
    front = {of[n][0] for n in (*weights, name) if len(of.get(n, ())) == run.primals[n].ndim > 2}
    kept = run.primals[name].shape[:1] == (1,) and front == many != {1}
    return kept and any(min(of[n][1:]) > 1 for n in weights)


def _is_of_nothing(breach: Breach, first: Judged) -> bool:
    """Is it handed back, of another size than anything that was given and goes without a gradient?"""
    seen = first.seen.run
    owed = [array.size for name, array in seen.primals.items() if name not in seen.gradients and "self." not in name]
    shape = dict(seen.unmatched).get(breach.output)
    return shape is not None and not breach.output.startswith("self.") and bool(owed) and _size(shape) not in owed


def _size(shape: Sequence[int]) -> int:
    return int(np.prod(shape))


def _shape_of(breach: Breach, first: Judged) -> tuple[int, ...]:
    gradient = first.seen.run.gradients.get(breach.primal)
    unmatched = dict(first.seen.run.unmatched)
    return tuple(unmatched.get(breach.output, ()) if gradient is None else gradient.shape)


def _is_promised(documents: Iterable[str], called: str, shape: Sequence[int]) -> bool:
    """Does a line that begins with this name give it a shape of as many axes, with its ones where they are written?"""
    line = re.compile(rf"^\s*[-*]?\s*`?{re.escape(called)}`?\b[^\n]*", re.MULTILINE)
    for text in documents:
        for match in line.finditer(text):
            for written in shapes_in(match[0]):
                if len(written.dims) == len(shape) and 1 in written.dims:
                    return all(d == n for d, n in zip(written.dims, shape, strict=True) if isinstance(d, int))
    return False
