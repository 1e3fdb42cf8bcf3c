"""Methods that are called like a backward pass, are none on purpose, and leave it to another method of their class."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from reference.targets.pairs.arguments.backward_arguments import IS_RATE
from reference.targets.pairs.source.functions import SourceFunction, returns_of
from reference.targets.pairs.source.method_names import is_backward
from reference.targets.pairs.source.naming import is_upstream
from reference.targets.reading.abstract import is_abstract

__all__ = ["instead_of", "leaves_it_to_another", "refers_to_another"]

OF_A_STEP = re.compile(r"\w*(decay|momentum|reg\w*|lambd\w*|l2|l1|beta_?[12]?|eps\w*|batch_?size|t|step|epoch|iter\w*)")


def refers_to_another(name: str, methods: Mapping[str, SourceFunction]) -> bool:
    """Does it only raise, with a message that names another method, which is there and does something?"""
    node = methods[name].node
    raised = [s for s in node.body if isinstance(s, ast.Raise)]
    if not raised or not is_abstract(node):
        return False
    constants = (n.value for s in raised for n in ast.walk(s) if isinstance(n, ast.Constant))
    said = " ".join(value for value in constants if isinstance(value, str))
    others = [o for o in methods if o != name and is_backward(o) and not is_abstract(methods[o].node)]
    return any(re.search(rf"\b{re.escape(other)}\b\(?", said) for other in others)


def leaves_it_to_another(name: str, methods: Mapping[str, SourceFunction]) -> bool:
    """Beside a pass that is handed the gradient that comes in: one that takes nothing and is empty, or is a step."""
    takes = [p.name for p in methods[name].takes if not p.many]
    others = [o for o, m in methods.items() if o != name and is_backward(o) and not is_abstract(m.node)]
    if not any(is_upstream(p) for other in others for p in methods[other].required):
        return False
    if not takes:
        return is_abstract(methods[name].node)
    of_a_step = (bool(IS_RATE.match(each) or OF_A_STEP.fullmatch(each.lower())) for each in takes)
    return all(of_a_step) and not any(map(is_upstream, takes))


def instead_of(name: str, methods: Mapping[str, SourceFunction]) -> str:
    """The backward pass of a layer without parameters whose ``backward(lr)`` is a step, and has nothing to do.

    It is the one method that takes nothing but the gradient that comes in, and returns something; else nothing.
    """
    takes = [p.name for p in methods[name].takes if not p.many]
    if not takes or not is_abstract(methods[name].node):
        return ""
    if not all(IS_RATE.match(each) or OF_A_STEP.fullmatch(each.lower()) for each in takes):
        return ""
    others = [other for other, method in methods.items() if other != name and not other.startswith("__")]
    found = [other for other in others if _is_a_pass(methods[other])]
    return found[0] if len(found) == 1 else ""


def _is_a_pass(method: SourceFunction) -> bool:
    return len(method.required) == 1 and is_upstream(method.required[0]) and bool(returns_of(method.node))
