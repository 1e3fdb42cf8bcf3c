"""Plans from what is documented: every array by its own words, what is not spoken of by what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reference.interface.pair import PairKind, Proposal
from reference.pairs.inputs.plans.arrays import BATCH
from reference.pairs.inputs.plans.documented_words import said_in_documents
from reference.pairs.inputs.plans.layouts import ArrayLayout
from reference.pairs.inputs.plans.parts import parts_of
from reference.pairs.inputs.plans.tried import plans_by_layout
from reference.pairs.inputs.spec import Array, Plan, Rank, Size, leaves
from reference.pairs.inputs.text.documented import Described
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import Part

__all__ = ["documented_plans"]


def documented_plans(proposal: Proposal) -> Iterator[Plan]:
    """The plans that the documents allow. Where an array is not spoken of, the plan is no better than a guess."""
    said = said_in_documents(proposal)
    if proposal.kind is PairKind.RULE:
        said = {name: one._replace(dims=_of_any_shape(one.dims)) for name, one in said.items()}
    if not any(one.dims is not None or one.listed for one in said.values()):
        return
    parts = parts_of(proposal, AskedOfArgument(proposal.asked))
    if not any(_shape_of(said.get(name, Described())) is not None for name in parts):
        return  # of results alone
    for plan in plans_by_layout(proposal, said, rank=Rank.DOCUMENTED, layouts=_layouts(said, parts)):
        guessed = [
            path[-1]
            for path, spec in leaves(plan.arguments)
            if isinstance(spec, Array)
            and not _said(spec, said.get(path[-1], Described()))
            and not said.get(path[0], Described()).listed
        ]
        where = "; ".join(f"{name}: {one.text}" for name, one in said.items() if _shape_of(one) is not None)
        if not guessed:
            yield plan._replace(rank=Rank.DOCUMENTED, where=where)
            continue
        known = tuple(name for name, one in said.items() if one.dims is not None)
        yield plan._replace(rank=Rank.TRIED, where=where, documented=known)


def _shape_of(said: Described) -> tuple[Size, ...] | None:
    """Of a list of arrays that of the first."""
    return said.listed[0] if said.listed else said.dims


def _of_any_shape(dims: tuple[Size, ...] | None) -> tuple[Size, ...] | None:
    """Three axes, of which one is neither first nor last: "any shape" of a tensor is none of a table."""
    return (*dims, "any_3") if dims == ("any_1", "any_2") else dims


def _said(spec: Array, of: Described) -> bool:
    return of.dims is not None or (of.scalar and not spec.dims)


def _layouts(said: Mapping[str, Described], parts: Mapping[str, Part]) -> Iterator[ArrayLayout]:
    """The documented axes of each part, with a bias and predictions in each way that they can stand beside these."""
    axes: dict[Part, tuple[Size, ...]] = {}
    for name, part in parts.items():
        dims = _shape_of(said.get(name, Described()))
        if dims is not None:
            axes.setdefault(part, dims)
    if Part.INPUT not in axes:
        first = next((axes[part] for part in (Part.PREDICTION, Part.INDICES, Part.QUERY) if part in axes), None)
        axes[Part.INPUT] = first or next(iter(axes.values()))
    inputs, weights = axes[Part.INPUT], axes.get(Part.WEIGHT) or axes.get(Part.THETA)
    last = len(inputs) > 1 and str(inputs[-1]) in BATCH and str(inputs[0]) not in BATCH
    if weights is not None:
        ours = tuple(d for d in weights if d not in inputs)
        theirs = tuple(d for d in inputs if d not in weights)
        axes.setdefault(Part.PREDICTION, (*ours, *theirs) if last else (*theirs, *ours))
    features = inputs[:1] if last else inputs[1:2] if len(inputs) == 4 else inputs[-1:]
    for part, law in ((Part.GAIN, features), (Part.SHIFT, features), (Part.MEAN, features), (Part.VARIANCE, features)):
        axes.setdefault(part, law)
    sizes = {"D": str(features[0])} if isinstance(features[0], str) and features[0].isidentifier() else {}
    renamed = {**sizes, **({"C": sizes["D"]} if sizes and len(inputs) > 2 else {})}
    examples = "last" if last else "first" if len(inputs) > 1 or str(inputs[0]) in BATCH else "none"
    biases = [axes[Part.BIAS]] if Part.BIAS in axes else _biases(weights)
    for bias in biases:
        yield ArrayLayout("documented", "documented", {**axes, Part.BIAS: bias}, examples, renamed)


def _biases(weights: tuple[Size, ...] | None) -> list[tuple[Size, ...]]:
    if not weights:
        return [()]
    return [(weights[-1],), (weights[0], 1), (weights[0],), (1, weights[-1]), ()]
