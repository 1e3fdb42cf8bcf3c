"""One opened target, judged as a run asks for it: its tolerance, what is left out, and whether it is pictured."""

from __future__ import annotations

from collections.abc import Mapping

from reference.interface.entry import Implementation
from reference.verification.conclusion import Conclusion
from reference.verification.excepted import without
from reference.verification.parallel import Job
from reference.verification.request import Request
from reference.verification.target import another, judge_target, with_slack

__all__ = ["judged_as_asked"]


def judged_as_asked(implementation: Implementation, job: Job, asked: Request, *, kept: bool = True) -> Conclusion:
    """Raises what the target's process raises of its own; what it costs is said in the conclusion.

    ``kept``: its failures are stored, to be replayed.
    """
    judged = without(_with_slack_said(implementation, asked.slack), asked.excepted)
    again = another(job.name, job.opening)
    return judge_target(judged, asked.options, run=job.run, again=again, pictured=asked.pictured, kept=kept)


def _with_slack_said(implementation: Implementation, slack: Mapping[str, float]) -> Implementation:
    if not slack:
        return implementation
    wider = ", ".join(f"{value:g} times for {name}" for name, value in slack.items())
    said = f"the derived tolerance is taken {wider}, as configured"
    return with_slack(implementation, slack)._replace(notes=(*implementation.notes, said))
