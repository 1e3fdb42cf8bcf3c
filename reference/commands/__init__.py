"""What the commands do: from flags to a report, from a report to files and an exit code. A module for each."""

from __future__ import annotations

from reference.commands.compare import run_compare
from reference.commands.replay import run_replay
from reference.commands.selftest import run_selftest
from reference.commands.verify import run_verify

__all__ = ["run_compare", "run_replay", "run_selftest", "run_verify"]
