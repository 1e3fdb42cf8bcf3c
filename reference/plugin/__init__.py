"""What the pytest plugin does once it is used; ``reference.pytest_plugin`` is its face.

collection   where its nodes stand in pytest's tree      nodes       the target, its backward passes, their outputs
session      what one process knows of a session         exports     which outputs a target has
answers      from a target's report to one item's        isolation   in somebody else's process, leaving no trace
gradcheck    the fixture
"""

from __future__ import annotations

__all__ = ["ManualBackpropWarning"]


class ManualBackpropWarning(UserWarning):
    """A finding that fails nothing: lost digits, a wrong intermediate that spoils no gradient, one that is accepted."""
