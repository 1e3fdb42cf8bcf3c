"""The pytest plugin: ``pytest --manual-backprop TARGET``, and the fixture ``gradcheck``.

It is loaded in every pytest run of an environment that has this project, so nothing heavy is imported here before it is
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reference.plugin import ManualBackpropWarning
from reference.settings.catalogue import PROFILE

if TYPE_CHECKING:
    from reference.plugin.gradcheck import GradCheck

__all__ = ["ManualBackpropWarning", "gradcheck", "pytest_addoption", "pytest_configure"]

GROUP = "manual-backprop"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The targets are those of ``manual-backprop verify``; what else there is to set, its table sets."""
    group = parser.getgroup(GROUP, "hand-written backward passes")
    group.addoption(
        "--manual-backprop",
        action="append",
        default=[],
        metavar="TARGET",
        help="Verify TARGET (a .py, an .ipynb, module:function): one test for each output. Repeatable.",
    )
    group.addoption(
        "--manual-backprop-profile",
        metavar="NAME",
        help=PROFILE.help_text,
    )
    parser.addini("manual_backprop_targets", "Targets of --manual-backprop, where it is not given.", "linelist", [])


def pytest_configure(config: pytest.Config) -> None:
    """Without a target, no more than this happens."""
    config.addinivalue_line("markers", "manual_backprop: one output of a target of --manual-backprop.")
    if config.getoption("manual_backprop") or config.getini("manual_backprop_targets"):
        from reference.plugin.collection import Collection

        config.pluginmanager.register(Collection(config), "manual-backprop-collection")


@pytest.fixture
def gradcheck(request: pytest.FixtureRequest) -> GradCheck:
    """Check gradients of one's own: ``gradcheck(cost, parameters, gradients)``, ``gradcheck.backward(function)``."""
    from reference.plugin.gradcheck import GradCheck

    return GradCheck(request.config)
