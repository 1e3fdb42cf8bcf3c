"""The derivatives of a target's own forward passes, asked in one more process while its checks are judged.

They say nothing before all else is known, and take as long as all of it: JAX compiles the target's code.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from reference.interface.entry import Implementation, OwnDerivative

__all__ = ["with_owns_begun"]


def with_owns_begun(implementation: Implementation) -> Implementation:
    """The same target, whose own derivatives are being asked beside it: who needs one waits for it.

    An interrupt, or the end of the target, ends that process: nobody waits then.
    """
    asked = {check: Future[OwnDerivative | None]() for check in implementation.owns_beside}
    if not asked:
        return implementation
    Thread(target=_ask, args=(implementation, asked), daemon=True).start()
    awaited: Callable[[str, Callable[[], OwnDerivative | None]], Callable[[], OwnDerivative | None]] = (
        lambda check, own: asked[check].result if check in asked else own
    )
    return implementation._replace(
        entries=tuple(entry._replace(own=awaited(entry.check, entry.own)) for entry in implementation.entries),
        unknown=tuple((check, awaited(check, own)) for check, own in implementation.unknown),
    )


def _ask(implementation: Implementation, asked: dict[str, Future[OwnDerivative | None]]) -> None:
    for check, own in implementation.owns_beside.items():
        try:
            asked[check].set_result(own())
        except BaseException as error:
            asked[check].set_exception(error)
