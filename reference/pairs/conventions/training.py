"""A backward pass for training alone: what it is given forwards in inference, nothing in it asks for.

Narrow: the mode is an argument of the forward pass by its name, the source of the backward pass has no word of it, and
wherever the mode is training every gradient is right.
"""

from __future__ import annotations

from reference.interface.pair import OpenPair
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.inputs.plans.settings import is_flag_of_mode, is_training
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["for_training_alone"]

TEXT = "is right in training, and wrong in inference, for which nothing in the backward pass asks"


def for_training_alone(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """By primal, where all that is wrong with a pair is of this kind."""
    wrong = [row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    if not pair.proposal.modeless:
        return {}
    for name in wrong:
        here = [(_trains(judged), judged.blocks[name].standing) for judged in standings.judged if name in judged.blocks]
        if any(trains is not False and standing is BlockStanding.WRONG for trains, standing in here):
            return {}
        if (True, BlockStanding.RIGHT) not in here:
            return {}
    return dict.fromkeys(wrong, TEXT)


def _trains(judged: Judged) -> bool | None:
    told = [is_training(k, v) for k, v in judged.seen.draw.arguments.items() if is_flag_of_mode(k)]
    return told[0] if len(told) == 1 else None
