"""A pair of a loaded target as repair sees it: its edits, and the adjoints of its forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reference.interface.pair import Proposal
from reference.targets.pairs.edits.adjoints import adjoints
from reference.targets.pairs.edits.variants import Variants
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.running import cotangents_of

__all__ = ["adjoints_of", "variants_of"]

Prepare = Callable[[Any, str], tuple[Prepared, Any]]  # a draw and the name of a kind: the pair, and the kind


def variants_of(proposal: Proposal, prepare: Prepare, draw: Any, belongs: Callable[[str], bool]) -> Variants:
    """With NumPy itself, which is fastest, where that gives the gradients that the recorded run gives."""
    kind = "plain" if proposal.framework != "jax" and _agree(prepare, draw) else "float64"  # JAX would compile each
    one = proposal.forward == proposal.backward
    name = proposal.backward.rpartition(".")[2]
    return Variants(lambda tree: _drawn(prepare, tree, kind), draw, belongs, name, both=one)


def adjoints_of(
    variants: Variants, draw: Any, cotangents: Sequence[Any], belongs: Callable[[str], bool]
) -> dict[str, Any]:
    """As ``ask_pair_adjoints`` answers."""
    pair, _ = variants.prepared(draw)
    return adjoints(pair, [np.asarray(c) for c in cotangents], variants.units, belongs)


def _agree(prepare: Prepare, draw: Any) -> bool:
    """Do NumPy and the recording kind give the same gradients?"""
    found = []
    for kind in ("plain", "float64"):
        try:
            pair, cotangents = _drawn(prepare, draw, kind)
            found.append(pair.backward(pair.primals, cotangents).gradients)
        except KeyboardInterrupt:
            raise
        except BaseException:
            return False
    first, second = found
    return first.keys() == second.keys() and all(
        np.shape(first[name]) == np.shape(second[name]) and np.allclose(first[name], second[name], 1e-10, 0, True)
        for name in first
    )


def _drawn(prepare: Prepare, draw: Any, name: str) -> tuple[Prepared, list[Any]]:
    """A pair that takes and gives NumPy's own arrays, and its cotangents, as ``ask_pair_run`` has them."""
    pair, kind = prepare(draw, name)

    def lifted(primals: Mapping[str, Any]) -> dict[str, Any]:
        return {key: kind.lift(np.asarray(value)) for key, value in primals.items()}

    def forward(primals: Mapping[str, Any]) -> list[Any]:
        return [kind.lower(output) for output in pair.forward(lifted(primals))]

    def backward(primals: Mapping[str, Any], cotangents: Sequence[Any]) -> PairGradients:
        returned = pair.backward(lifted(primals), [kind.lift(np.asarray(c)) for c in cotangents])
        return returned._replace(gradients={key: kind.lower(g) for key, g in returned.gradients.items()})

    plain = pair._replace(forward=forward, backward=backward)
    with np.errstate(all="ignore"):
        outputs = forward(pair.primals)
    return plain, cotangents_of(pair, outputs, draw["seed"])
