"""The pairs of a file, asked in this process as a target's own process is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reference.interface.exceptions import TargetRaised
from reference.interface.pair import OpenPair, Proposal
from reference.targets.process.server import Server

UNBOUND = dict.fromkeys(("form", "layout", "weights", "biases", "labels", "forward", "cost"))


def pairs_of(path: Path) -> dict[str, OpenPair]:
    server = Server()

    def ask(ask: str, **question: Any) -> Any:
        answer = server.answer({"ask": ask, **question})
        if "raised" in answer:
            raise TargetRaised(answer["raised"])
        return answer["answer"]

    ask("load", path=str(path), binding={"arguments": {}, **UNBOUND}, only=None)
    found = [Proposal.of(tree) for tree in ask("pair_proposals")]
    return {one.check: OpenPair(one, ask, str(path), path.name) for one in found}
