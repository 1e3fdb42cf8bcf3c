"""The functions of a loaded file, by name: what each is for, as its name, its binding or the file as a whole says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any

from reference.targets.pairing.composed import composed
from reference.targets.pairing.passes import Function, function
from reference.targets.pairing.returns import takes_any_depth
from reference.targets.reading.namespace import DefinedAt, Loaded
from reference.targets.reading.vocabulary import backward_role, cost_role, forward_role

__all__ = ["bound", "functions_of", "told"]

Functions = dict[str, Function]


def functions_of(loaded: Loaded) -> tuple[Functions, tuple[str, ...]]:
    """Every function, with what is supplied; and the steps of a network that is made of a file's own steps.

    A file that has the steps of a network and not its loops is asked for the whole.
    """
    found = {name: function(name, value, own=name in loaded.own)
             for name, value in loaded.names.items() if isinstance(value, FunctionType)}  # fmt: skip
    whole = {f.role for f in found.values() if f.own and f.role is not None}
    made = composed(loaded.names, loaded.own)
    if any(role.is_backward for role in whole) or made.backward is None:
        return found, ()
    if made.forward is not None and not any(role.is_forward for role in whole):
        found["L_model_forward"] = function("L_model_forward", made.forward, own=False)
    first = made.steps[0]
    found[first] = function("L_model_backward", made.backward, own=True)._replace(name=first)
    return found, made.steps


def bound(
    functions: Functions, binding: Mapping[str, Any], only: str | None
) -> tuple[Functions, Callable[..., Any] | None]:
    """A function taken for what the binding says that it is, and what is asked for by name for a backward pass.

    The second is the one function that is asked for, where it takes a whole problem.
    """
    functions = {**functions}
    forward = functions.get(binding["forward"] or "")
    if forward is not None:
        others = [n for n, f in functions.items() if f.role is not None and f.role.is_forward]
        functions |= {n: functions[n]._replace(role=None) for n in others}
        functions[forward.name] = forward._replace(role=forward_role(forward.arguments), own=True)
    cost = functions.get(binding["cost"] or "")
    if cost is not None and cost.role is None:
        functions[cost.name] = cost._replace(role=cost_role(cost.arguments))
    asked = functions.get(only or "")
    if asked is None or asked.role is not None:
        return functions, None
    role = backward_role(asked.arguments)
    if role is None and len([a for a in asked.arguments if not a.default]) == 1:
        return functions, asked.call
    functions[asked.name] = asked._replace(role=role)
    return functions, None


def told(
    functions: Iterable[Function], own: Mapping[str, DefinedAt], templates: Mapping[str, int]
) -> dict[str, list[Any]]:
    """What the court is told of a file's own functions, and of those of others that it can call."""
    functions = list(functions)
    return {
        "functions": [_plain(f, own[f.name], templates.get(f.name)) for f in functions if f.own],
        "imported": [[f.name, [a.name for a in f.arguments]] for f in functions if not f.own],
    }


def _plain(f: Function, where: DefinedAt, template: int | None) -> dict[str, Any]:
    return {
        "name": f.name,
        "role": f.role,
        "cell": where.cell,
        "line": where.line,
        "arguments": [[a.name, a.default] for a in f.arguments],
        "template": template,
        "any_depth": takes_any_depth(f.call, f.arguments),
    }
