"""A network that trains itself, ready to run: its loss is the forward pass, and one step of it the backward pass."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.networks.changes import answered_by, changes_of
from reference.targets.pairs.networks.looking import evaluated
from reference.targets.pairs.networks.losses import value_of
from reference.targets.pairs.networks.roots import shown_as
from reference.targets.pairs.networks.trainer import NETWORK, Trainer
from reference.targets.pairs.objects.constructing import Unprepared
from reference.targets.pairs.prepared import PairGradients, Prepared, as_they_broadcast
from reference.targets.pairs.trees import own_copy
from reference.targets.pairs.weaving.watch import TurnIsOver
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["prepare_network"]


def prepare_network(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Prepared:
    """``proposal.asked`` has what was chosen. Raises ``Unprepared``, and what the target raises."""
    chosen = proposal.asked[NETWORK].get("chosen")
    if chosen is None:
        raise Unprepared(f"nothing is known of the loss of {proposal.check}")
    trainer = Trainer(proposal, loaded, draw, kind)
    return Prepared(
        {name: np.array(value) for name, value in chosen["parameters"].items()},
        lambda primals: [_loss(trainer, chosen, primals)],
        lambda primals, _: _step(trainer, chosen, primals),
        False,
        unfit=len(chosen["unfit"]) + chosen["lost"],
    )


def _loss(trainer: Trainer, chosen: Mapping[str, Any], primals: Mapping[str, Any]) -> Any:
    found: list[Any] = []

    def look(statement: int, frame: FrameType) -> None:
        if statement == chosen["statement"]:
            found.append(_with_decay(_value(trainer, chosen, frame), chosen, primals))
            raise TurnIsOver

    trainer.run(chosen["turn"], values=primals, look=look)
    if not found:
        raise Unprepared(f"{trainer.proposal.check} does not come to line {chosen['line']}")
    return found[0]


def _with_decay(loss: Any, chosen: Mapping[str, Any], primals: Mapping[str, Any]) -> Any:
    for name, strength in chosen["decays"].items():
        loss = loss + strength / 2 * (primals[name] * primals[name]).sum()
    return loss


def _value(trainer: Trainer, chosen: Mapping[str, Any], frame: FrameType) -> Any:
    kind = trainer.kind
    if not chosen["loss"]:
        value = evaluated(chosen["output"], frame, kind)
        value = value.sum() if np.ndim(kind.lower(value)) else value
        return value
    output, labels = (evaluated(chosen[name], frame, kind) for name in ("output", "labels"))
    if isinstance(labels, int | float | list):
        labels = np.asarray(labels)
    value = value_of(chosen["loss"], output, labels, kind)
    numerator, denominator = chosen["factor"]
    return value if numerator == denominator else value * numerator / denominator


def _step(trainer: Trainer, chosen: Mapping[str, Any], primals: Mapping[str, Any]) -> PairGradients:
    values = {name: own_copy(value) for name, value in primals.items()}
    turn, answer = trainer.run(
        chosen["turn"], values=values, rates={(root, tuple(path)): r for root, path, r in chosen["places"]}
    )
    shapes = {name: np.shape(trainer.kind.lower(value)) for name, value in primals.items()}
    if chosen["rates"]:
        gradients = changes_of(turn, chosen["rates"])
    else:
        gradients, _ = answered_by(trainer, turn, answer, set())
    return PairGradients(as_they_broadcast(gradients, shapes), {name: shown_as(name) for name in gradients})
