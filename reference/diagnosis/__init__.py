"""The cause: which line of a forward or of a backward pass is wrong, in which of the ways that people get it wrong,
and where it stands.

scene       what a line has at hand            mistakes    the dictionary: every line, its parts, their wrong fillings
observed    what a target shows of one call    evaluate    what a line comes to, right or filled in another way
explain     the wrong lines, fewest first      search      what is not returned, so that the fewest lines are wrong
localize    the statement in the source        patterns    what is seen of an error that nothing explains
diagnose    failures to causes                 causes      what is said of a wrong line
probes      the three problems on which all this is decided
consistency held to its own J, or to the course's
"""

from __future__ import annotations

from reference.diagnosis.causes import Cause, should_be
from reference.diagnosis.diagnose import Diagnosis, diagnose
from reference.diagnosis.probes import probes

__all__ = ["Cause", "Diagnosis", "diagnose", "probes", "should_be"]
