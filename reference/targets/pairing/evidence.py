"""What speaks for a way of feeding a backward pass: who guessed may not accuse.

A backward pass that its own forward pass feeds, by names alone, is fed as it wants to be. One that is handed a cache of
our making is only where its source takes that cache apart as the course has published it.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from reference.targets.pairing.caches import CACHES, published
from reference.targets.pairing.passes import PassPair, Reached
from reference.targets.reading import course_helpers
from reference.targets.reading.parsed import definition
from reference.targets.reading.vocabulary import layer_names, meaning, plain, strong

__all__ = ["doubt", "is_supplied"]

NOT_FED = "no forward pass here feeds it, and it does not take a cache as the course has published it"
LIST_PARTS = ("linear_cache", "activation_cache", "A_prev", "caches")


def doubt(pair: PassPair) -> str | None:
    """Why what a pair gives wrong may be the fault of how it was fed; ``None`` where it is its own."""
    if pair.reached in (Reached.RIGHT, Reached.NOWHERE):
        return None
    if pair.reached == Reached.KNOWN_NETWORK:
        known = replace(pair, misshapen=False)
        told = (
            pair.forward is None
            or not is_supplied(pair)
            or any(_as_published(replace(known, cache=kind)) for kind in CACHES)
        )
        return None if told else NOT_FED
    if pair.forward is not None:
        if pair.reached == Reached.UNKNOWN_NETWORK:
            return None
        unknown = [a.name for a in pair.backward.arguments if not a.default and not _is_known(pair, a.name)]
        unfed = "no forward pass here feeds it; " * is_supplied(pair)
        guessed = f"{unfed}its argument{'s' * (len(unknown) > 1)} {' and '.join(unknown)} had to be guessed"
        if unknown:
            return f"{guessed}, and it raises"
        return NOT_FED if unfed and not _as_published(pair) else None
    if not strong(pair.backward.name) or not _as_published(pair):
        return NOT_FED
    return None


def is_supplied(pair: PassPair) -> bool:
    """Is it fed a cache of our making, or by the course's helper, in place of one that the file does not have?"""
    return pair.forward is None or _is_of_the_course(pair.forward.call)


def _is_of_the_course(call: Any) -> bool:
    code = getattr(call, "__code__", None)
    return code is not None and code.co_filename == course_helpers.__file__


def _is_known(pair: PassPair, name: str) -> bool:
    return meaning(name) is not None or name in layer_names(pair.backward.arguments)


def _as_published(pair: PassPair) -> bool:
    """Does its source take the cache apart as the layout has it, as far as the source tells?"""
    call = pair.backward.call
    by_steps = _is_of_the_course(call)  # its loop over the file's own steps: the outermost takes a layer's cache apart
    node = definition(call.__globals__.get(pair.backward.name) if by_steps else call)
    if node is None or pair.misshapen:
        return False
    names = {getattr(n, "id", None) or getattr(n, "arg", None) for n in ast.walk(node)}
    layout = "list" if by_steps else pair.cache
    if layout == "tuple":
        return any(_is_published(n) for n in ast.walk(node) if isinstance(n, ast.Assign))
    if layout == "dict":
        texts = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        return any((text[:1] in "AZWD" and text[1:].isdigit()) or text in "AZW" for text in texts if text)
    return bool(names & set(LIST_PARTS))


def _is_published(node: ast.Assign) -> bool:
    """``(Z1, A1, W1, b1, …) = cache``? Names of one's own say nothing against it; the published ones elsewhere do."""
    target = node.targets[0]
    if not (isinstance(target, ast.Tuple) and isinstance(node.value, ast.Name)):
        return False
    names = [plain(element.id) for element in target.elts if isinstance(element, ast.Name)]
    order = [name.lower() for name in published(len(target.elts)) or ()]
    if len(names) != len(order):
        return False
    return all(name == here or name not in order for name, here in zip(names, order, strict=True))
