"""The derivatives of a target's own forward passes, asked in one more process while its checks are judged.

They say nothing before all else is known, and take as long as all of it: JAX compiles the target's code.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from reference.interface.entry import Implementation, OwnDerivative
from reference.judging.execution import Raised, attempt
from reference.verification.threads import begun

__all__ = ["with_owns_begun"]

Answer = OwnDerivative | None | Raised


def with_owns_begun(implementation: Implementation) -> Implementation:
    """The same target, whose own derivatives are being asked beside it: who needs one waits for it.

    An interrupt, or the end of the target, ends that process: nobody waits then.
    """
    owns = implementation.owns_beside
    if not owns:
        return implementation
    told = begun(lambda: {check: attempt(own) for check, own in owns.items()})

    def awaited(check: str, own: Callable[[], OwnDerivative | None]) -> Callable[[], OwnDerivative | None]:
        return partial(_answer, told, check) if check in owns else own

    return implementation._replace(
        entries=tuple(entry._replace(own=awaited(entry.check, entry.own)) for entry in implementation.entries),
        unknown=tuple((check, awaited(check, own)) for check, own in implementation.unknown),
    )


def _answer(told: Future[dict[str, Answer]], check: str) -> OwnDerivative | None:
    answer = told.result()[check]
    if isinstance(answer, Raised):
        raise answer.error
    return answer
