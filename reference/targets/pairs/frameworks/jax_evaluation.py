"""A program of JAX's, as it was traced, run operation by operation with NumPy, or with what stands in its place.

So every comparison is seen with the target's own line, loops and branches are taken as they are, and nothing is
compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.frameworks.jax_operations import OPERATIONS, by_jax
from reference.targets.stand_in.pattern import PATTERN, is_between

__all__ = ["NumpyItself", "evaluated"]

MOST_TURNS = 10_000


class NumpyItself:
    """NumPy as a kind of its own stand-in."""

    name = "plain"
    numpy = np
    is_complex = False

    @property
    def special(self) -> Any:
        import scipy.special

        return scipy.special

    def lift(self, array: Any) -> Any:
        return array

    plain = wrap = lift


class Written(NamedTuple):
    """A file, as a code object has it."""

    co_filename: str


def evaluated(closed: Any, values: Sequence[Any], kind: Any) -> list[Any]:
    """The outputs of a closed jaxpr. ``values``: arrays of a kind of stand-in, or NumPy's own."""
    try:
        return _run(closed.jaxpr, [kind.lift(np.asarray(c)) for c in closed.consts], values, kind)
    finally:
        PATTERN.at = None


def _run(jaxpr: Any, consts: Sequence[Any], values: Sequence[Any], kind: Any) -> list[Any]:
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *values), strict=True))

    def read(atom: Any) -> Any:
        return _literal(atom.val) if hasattr(atom, "val") else known[atom]

    for eqn in jaxpr.eqns:
        PATTERN.at = _place(eqn)
        made = _applied(eqn, [read(atom) for atom in eqn.invars], kind)
        several = made if eqn.primitive.multiple_results or isinstance(made, list) else [made]
        known.update(zip(eqn.outvars, several, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _literal(value: Any) -> Any:
    """A number that is written down, as Python's own."""
    array = np.asarray(value)
    return array.item() if array.ndim == 0 and array.dtype.kind in "fiub" else value


def _applied(eqn: Any, args: list[Any], kind: Any) -> Any:
    name, options = eqn.primitive.name, eqn.params
    if name in LOOPS:
        return LOOPS[name](args, options, kind)
    inner = options.get("call_jaxpr") or options.get("jaxpr") or options.get("fun_jaxpr")
    if inner is not None and name not in OPERATIONS:
        return _called(inner, args, kind)
    operation = OPERATIONS.get(name)
    if operation is None:
        return by_jax(kind, eqn.primitive, args, options)
    return operation(kind, args, options)


def _called(inner: Any, args: Sequence[Any], kind: Any) -> list[Any]:
    if hasattr(inner, "consts"):
        return _run(inner.jaxpr, [kind.lift(np.asarray(c)) for c in inner.consts], args, kind)
    return _run(inner, (), args, kind)


def _while(args: list[Any], options: dict[str, Any], kind: Any) -> list[Any]:
    asked, made = options["cond_nconsts"], options["body_nconsts"]
    of_test, of_body, carry = args[:asked], args[asked : asked + made], args[asked + made :]
    for _ in range(MOST_TURNS):
        (going,) = _called(options["cond_jaxpr"], [*of_test, *carry], kind)
        if not bool(np.asarray(kind.plain(going)).real):
            break
        carry = _called(options["body_jaxpr"], [*of_body, *carry], kind)
    return carry


def _scan(args: list[Any], options: dict[str, Any], kind: Any) -> list[Any]:
    fixed, carried = options["num_consts"], options["num_carry"]
    consts, carry, rows = args[:fixed], args[fixed : fixed + carried], args[fixed + carried :]
    turns = range(options["length"])
    found: list[list[Any]] = []
    for k in reversed(turns) if options["reverse"] else turns:
        returned = _called(options["jaxpr"], [*consts, *carry, *(row[k] for row in rows)], kind)
        carry = returned[:carried]
        found.append(returned[carried:])
    if options["reverse"]:
        found.reverse()
    return [*carry, *(kind.numpy.stack(list(column)) for column in zip(*found, strict=True))]


def _cond(args: list[Any], options: dict[str, Any], kind: Any) -> list[Any]:
    index, *rest = args
    number = min(max(int(np.asarray(kind.plain(index)).real), 0), len(options["branches"]) - 1)
    return _called(options["branches"][number], rest, kind)


LOOPS = {"while": _while, "scan": _scan, "cond": _cond}


def _place(eqn: Any) -> tuple[Any, int] | None:
    """The target's own line that an operation comes from."""
    traceback = eqn.source_info.traceback
    for frame in traceback.frames if traceback is not None else ():
        if not is_between(frame.file_name):
            return Written(frame.file_name), frame.line_num
    return None
