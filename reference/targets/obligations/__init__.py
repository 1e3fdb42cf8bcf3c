"""What each function of the course owes, apart from gradients: one module each, one ``Law`` a function."""

from __future__ import annotations

from collections.abc import Callable

from reference.interface.entry import Law
from reference.targets.descriptions import RemoteFunction, RemotePair
from reference.targets.obligations.asking import Asking, LawResult, failing
from reference.targets.obligations.checkers import check_n, scalar_backward, scalar_check, scalar_forward
from reference.targets.obligations.costs import cost
from reference.targets.obligations.decay import decay
from reference.targets.obligations.forwards import forward
from reference.targets.obligations.initialisers import initialiser
from reference.targets.obligations.lines import placed
from reference.targets.obligations.mini_batches import mini_batches
from reference.targets.obligations.states import initial_state
from reference.targets.obligations.updates import other_update, update
from reference.targets.obligations.vectors import to_dictionary, to_vector
from reference.targets.process.supervisor import Worker
from reference.targets.reading.roles import Role

__all__ = ["obligations"]


def layer(asking: Asking) -> LawResult:
    """A step of an L-layer network is judged where the whole is; by itself it need only be there."""
    blank = asking.function.template
    return (0, []) if blank is None else (1, [asking.wrong("*", "MB702", "is not finished", line=blank)])


OBLIGATIONS: dict[str, Callable[[Asking], LawResult]] = {
    Role.INITIALISE: initialiser,
    Role.COST: cost,
    Role.COST_L2: cost,
    Role.FORWARD: forward,
    Role.FORWARD_N: forward,
    Role.FORWARD_DROPOUT: forward,
    Role.SCALAR_FORWARD: scalar_forward,
    Role.SCALAR_BACKWARD: scalar_backward,
    Role.SCALAR_CHECK: scalar_check,
    Role.CHECK_N: check_n,
    Role.DICTIONARY_TO_VECTOR: to_vector,
    Role.GRADIENTS_TO_VECTOR: to_vector,
    Role.VECTOR_TO_DICTIONARY: to_dictionary,
    Role.UPDATE: update,
    Role.MOMENTUM: update,
    Role.RMSPROP: update,
    Role.ADAM: update,
    Role.OTHER_UPDATE: other_update,
    Role.INITIALISE_STATE: initial_state,
    Role.MINI_BATCHES: mini_batches,
    Role.DECAY: decay,
    Role.LAYER: layer,
}


DISPENSABLE = frozenset({  # a file may be verified without these
    Role.INITIALISE, Role.COST, Role.COST_L2, Role.FORWARD, Role.FORWARD_N, Role.FORWARD_DROPOUT, Role.SCALAR_FORWARD,
    Role.DICTIONARY_TO_VECTOR, Role.GRADIENTS_TO_VECTOR, Role.VECTOR_TO_DICTIONARY, Role.LAYER,
})  # fmt: skip


def obligations(worker: Worker, functions: list[RemoteFunction], pairs: list[RemotePair], file: str) -> list[Law]:
    """A law for every function of the file that owes something."""
    laws = []
    for f in functions:
        obligation = OBLIGATIONS.get(f.role or "")
        if obligation is not None:
            asking = Asking(worker, f, tuple(functions), tuple(pairs), file, [])
            law = _law(obligation, asking)
            laws.append(Law(f.name, law, says=obligation is not layer, needed=f.role not in DISPENSABLE))
    return laws


def _law(obligation: Callable[[Asking], LawResult], asking: Asking) -> Callable[[int], LawResult]:
    def run(seed: int) -> LawResult:
        looked, found = failing(obligation, asking)
        return looked, placed(asking, found)

    return run
