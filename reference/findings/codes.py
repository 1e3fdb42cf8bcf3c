"""The codes that a finding can carry, and what each means."""

from __future__ import annotations

__all__ = ["CODES", "NOT_JUDGED", "WARNINGS"]

CODES = {
    "MB101": "off by a constant factor",
    "MB102": "batch mean or sum wrong",
    "MB103": "transposed, or the wrong operand",
    "MB104": "activation derivative wrong or missing",
    "MB105": "summed or averaged over the wrong axis",
    "MB106": "contributions lost: = for +=, repeated indices",
    "MB199": "wrong, unexplained",
    "MB201": "L2 term missing",
    "MB202": "L2 term scaled or misplaced",
    "MB203": "the penalty of the loss and that of the gradient differ",
    "MB301": "dropout mask missing or not reused",
    "MB302": "1/keep_prob missing or doubled",
    "MB303": "mask drawn from the wrong law",
    "MB304": "dropout where none belongs",
    "MB305": "intermediate wrong, gradients unaffected",
    "MB401": "not finite",
    "MB402": "right, but digits lost",
    "MB403": "precision lost on the way",
    "MB501": "shape",
    "MB502": "dtype",
    "MB601": "argument mutated",
    "MB602": "two calls differ",
    "MB701": "raised",
    "MB702": "not implemented",
    "MB703": "did not return in time, or killed its process",
    "MB704": "not judged",
    "MB705": "declared, not derived: a surrogate, a straight-through estimator",
    "MB801": "initialisation: scale, symmetry, shape",
    "MB802": "cost wrong",
    "MB803": "gradient checker wrong",
    "MB804": "update rule wrong",
    "MB901": "the witnesses disagree",
}

NOT_JUDGED = "MB704"  # inconclusive: not accepted by a baseline, not repeated, not explained
WARNINGS = frozenset({"MB305"})  # MB402 depends on what easing the saturation shows
