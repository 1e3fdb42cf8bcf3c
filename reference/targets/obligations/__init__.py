"""What each function of the course owes, apart from gradients: one module each, one ``Law`` a function."""

from __future__ import annotations

from collections.abc import Callable

from reference.interface.entry import Law
from reference.targets.obligations.asking import Asking, LawResult, failing
from reference.targets.obligations.checkers import check_n, scalar_backward, scalar_check, scalar_forward
from reference.targets.obligations.costs import cost
from reference.targets.obligations.forwards import forward
from reference.targets.obligations.initialisers import initialiser
from reference.targets.obligations.lines import placed
from reference.targets.obligations.vectors import to_dictionary, to_vector, update
from reference.targets.process.supervisor import Worker
from reference.targets.remote import RemoteFunction, RemotePair

__all__ = ["obligations"]


def layer(asking: Asking) -> LawResult:
    """A step of an L-layer network is judged where the whole is; by itself it need only be there."""
    blank = asking.function.template
    return (0, []) if blank is None else (1, [asking.wrong("*", "MB702", "is not finished", line=blank)])


OBLIGATIONS: dict[str, Callable[[Asking], LawResult]] = {
    "initialise": initialiser,
    "cost": cost,
    "cost l2": cost,
    "forward": forward,
    "forward n": forward,
    "forward dropout": forward,
    "scalar forward": scalar_forward,
    "scalar backward": scalar_backward,
    "scalar check": scalar_check,
    "check n": check_n,
    "dictionary_to_vector": to_vector,
    "gradients_to_vector": to_vector,
    "vector_to_dictionary": to_dictionary,
    "update": update,
    "layer": layer,
}


def obligations(worker: Worker, functions: list[RemoteFunction], pairs: list[RemotePair], file: str) -> list[Law]:
    """A law for every function of the file that owes something."""
    laws = []
    for f in functions:
        obligation = OBLIGATIONS.get(f.role or "")
        if obligation is not None:
            asking = Asking(worker, f, tuple(functions), tuple(pairs), file, [])
            laws.append(Law(f.name, _law(obligation, asking), says=obligation is not layer))
    return laws


def _law(obligation: Callable[[Asking], LawResult], asking: Asking) -> Callable[[int], LawResult]:
    def run(seed: int) -> LawResult:
        looked, found = failing(obligation, asking)
        return looked, placed(asking, found)

    return run
