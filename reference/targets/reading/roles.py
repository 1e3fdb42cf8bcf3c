"""What a function of a file is for: told by its name and its arguments (``vocabulary``), and owed by it."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Role"]


class Role(StrEnum):
    """A member is its own text, so that it crosses to a target's process and back."""

    FORWARD = "forward"
    FORWARD_DROPOUT = "forward dropout"
    FORWARD_N = "forward n"  # returns J as well, as ``forward_propagation_n`` does
    COST = "cost"
    COST_L2 = "cost l2"
    BACKWARD = "backward"
    BACKWARD_L2 = "backward l2"
    BACKWARD_DROPOUT = "backward dropout"
    BACKWARD_L = "backward L"  # from A_L and the caches of an L-layer network
    SCALAR_FORWARD = "scalar forward"
    SCALAR_BACKWARD = "scalar backward"
    SCALAR_CHECK = "scalar check"
    CHECK_N = "check n"
    INITIALISE = "initialise"
    DICTIONARY_TO_VECTOR = "dictionary_to_vector"
    VECTOR_TO_DICTIONARY = "vector_to_dictionary"
    GRADIENTS_TO_VECTOR = "gradients_to_vector"
    UPDATE = "update"
    MOMENTUM = "momentum"
    RMSPROP = "rmsprop"
    ADAM = "adam"
    OTHER_UPDATE = "other update"  # a rule that none here is held to
    INITIALISE_STATE = "initialise state"  # of momentum or Adam
    MINI_BATCHES = "mini-batches"
    DECAY = "decay"  # of the learning rate
    LAYER = "layer"  # a step of an L-layer network

    @property
    def is_forward(self) -> bool:
        """A forward pass of a whole network?"""
        return self in (Role.FORWARD, Role.FORWARD_DROPOUT, Role.FORWARD_N)

    @property
    def is_backward(self) -> bool:
        """A backward pass of a whole network?"""
        return self in (Role.BACKWARD, Role.BACKWARD_L2, Role.BACKWARD_DROPOUT, Role.BACKWARD_L)
