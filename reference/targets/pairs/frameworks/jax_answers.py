"""What a rule of JAX answers that JAX itself refuses, and what breaks a law of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.targets.pairs.frameworks.jax_evaluation import NumpyItself, evaluated
from reference.targets.pairs.trees import leaves as tree_leaves

__all__ = ["direct", "nonlinear"]

Break = tuple[str, ...]
ALIKE = 1e-6


def direct(
    run: Any, leaves: Sequence[Any], given: Sequence[Any], error: Exception
) -> tuple[dict[str, Any], list[Break]]:
    """The gradients as the backward pass returns them, where JAX takes none of them; ``error``: what JAX says."""
    import jax

    rule = run.rule
    if not _is_of_the_rule(error):
        raise error
    first = _first_line(error)
    if run.by_tangents:
        refused: list[Break] = [("MB701", f"JAX refuses its rule backwards: {first}")]
        return run.along_entries(run.with_rule, leaves, given)[0], [] if run.proposal.not_derived else refused
    arguments = run.arguments(leaves)
    static = [a for n, a in zip(run.names, arguments, strict=True) if n in run.proposal.static]
    moving = [n for n in run.names if n not in run.proposal.static]
    outputs, kept = rule.fwd(*arguments)
    treedef = jax.tree_util.tree_structure(outputs)
    aside = [np.zeros_like(o) for o in jax.tree_util.tree_leaves(outputs)[len(given) :]]
    returned = rule.bwd(*static, kept, jax.tree_util.tree_unflatten(treedef, [*given, *aside]))
    every = list(returned) if isinstance(returned, tuple | list) else [returned]
    found = {
        name: np.asarray(g)
        for root, tree in zip(moving, every, strict=False)
        for name, g in tree_leaves(root, tree)
        if name in run.primals and g is not None
    }
    if len(every) != len(moving):
        number = "one gradient" if len(every) == 1 else f"{len(every)} gradients"
        text = f"its backward pass returns {number}, and {len(moving)} are due: one for each argument"
        if not isinstance(returned, tuple | list):
            text = "its backward pass returns one array, and a tuple is due, with a gradient for each argument"
        return found, [("MB701", text)]
    if any(g.shape != run.primals[n].shape for n, g in found.items()):
        return found, []
    return found, [("MB701", f"JAX refuses what the backward pass returns: {first}")]


def _is_of_the_rule(error: Exception) -> bool:
    text = str(error).lower()
    return any(word in text for word in ("custom vjp", "custom jvp", "custom_vjp", "custom_jvp", "transpose", "linear"))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:220]


def nonlinear(run: Any, leaves: Sequence[Any], given: Sequence[Any]) -> list[Break]:
    """Does the rule compute the function's own value, and is a rule of tangents linear in them?"""
    import jax

    found: list[Break] = []
    numpys = NumpyItself()
    points = list(leaves)
    bare = _numbers(jax.make_jaxpr(lambda *inner: run.without_rule(*inner))(*points), points, numpys)
    if run.by_tangents:
        stream = np.random.RandomState(5)
        tangents = [stream.standard_normal(np.shape(leaf)) for leaf in leaves]

        def along(at: Any, moved: Any) -> Any:
            return jax.jvp(lambda *inner: run.with_rule(*inner), tuple(at), tuple(moved))

        program = jax.make_jaxpr(along)(points, tangents)
        once = _numbers(program, [*points, *tangents], numpys)
        twice = _numbers(program, [*points, *(-2.0 * t for t in tangents)], numpys)
        ruled, one, two = once[: len(bare)], once[len(bare) :], twice[len(bare) :]
        linear = all(_alike(b, -2.0 * a) for a, b in zip(one, two, strict=True))
        if not linear and run.proposal.not_derived:
            found.append(("MB705", f"is declared, not derived: {run.proposal.not_derived}", "inconclusive"))
        elif not linear:
            found.append(("MB101", "its rule is not linear in the tangents: twice a tangent is not twice the answer"))
    else:
        program = jax.make_jaxpr(run.pulled_back(lambda *inner: run.with_rule(*inner)))(points, list(given))
        ruled = _numbers(program, [*points, *given], numpys)[: len(bare)]
    if not all(_alike(a, b) for a, b in zip(ruled, bare, strict=True)):
        found.append(("MB305", "under differentiation the rule gives another value than the function itself"))
    return found


def _numbers(program: Any, values: Sequence[Any], kind: Any) -> list[Any]:
    with np.errstate(all="ignore"):
        return [np.asarray(value) for value in evaluated(program, values, kind)]


def _alike(a: Any, b: Any) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and bool(np.all((np.abs(a - b) <= ALIKE * size) | (np.isnan(a) & np.isnan(b))))
