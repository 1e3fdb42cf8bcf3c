"""A pair with everything that it is given, ready to run with any kind of stand-in, whatever kind of pair it is."""

from __future__ import annotations

from collections.abc import Callable

from reference.interface.pair import PairDraw, PairKind, Proposal
from reference.targets.pairs.arguments.function_runs import prepare_functions
from reference.targets.pairs.frameworks.running import prepare_rule
from reference.targets.pairs.networks.network import prepare_network
from reference.targets.pairs.objects.layers import prepare_object
from reference.targets.pairs.prepared import Prepared
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["prepare"]

Prepare = Callable[[Proposal, Loaded, PairDraw, StandIn], Prepared]

PREPARE: dict[PairKind, Prepare] = {
    PairKind.FUNCTION: prepare_functions,
    PairKind.VALUE: prepare_functions,
    PairKind.DERIVATIVE: prepare_functions,
    PairKind.CLASS: prepare_object,
    PairKind.RULE: prepare_rule,
    PairKind.NETWORK: prepare_network,
}


def prepare(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Prepared:
    """``loaded``: the file with that kind of stand-in in NumPy's place. Raises what the target raises."""
    return PREPARE[proposal.kind](proposal, loaded, draw, kind)
