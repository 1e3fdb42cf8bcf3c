"""What a file holds of which nothing was checked, and the nearest thing to do, written out for this very file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reference.targets.library_check import of_a_cost
from reference.targets.unjudged import Account

__all__ = ["what_it_holds"]

LISTED = 5  # names in one line
NOTHING = "nothing in it looks like a backward pass, a gradient checker or an update"


def what_it_holds(survey: Mapping[str, Any], judged: Account) -> tuple[str, ...]:
    """First what it holds; then what there is to do, beside what is said of the functions that were not judged."""
    functions, classes, script = survey["functions"], survey["classes"], survey["script"]["statements"]
    parts = [_counted("function", [f["name"] for f in functions]), _counted("class", [c["name"] for c in classes])]
    parts.append(f"a script of {script} statement{'s' * (script != 1)}" if script else "")
    held = f"it holds {' and '.join(filter(None, parts)) or 'no code'}"
    looks = [f for f in functions if f["looks"]] + [m for c in classes for m in c["methods"] if m["looks"]]
    if looks or len(survey["script"]["gradients"]) > 1:
        check = None if any(f["looks"] for f in functions) else of_a_cost(functions)
        return (held,) if check is None else (held, f"or in Python: {check}")
    if "::" in judged.shown:
        return (held,)  # it was said which
    if not functions:
        return held, f"{NOTHING}; what is judged are functions, such as backward_propagation(X, Y, cache)"
    name = functions[0]["name"] if len(functions) == 1 else "NAME"
    return held, f"{NOTHING}; if something is, say which: {judged.verify}::{name}"


def _counted(noun: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    several = "es" if noun.endswith("s") else "s"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"{len(names)} {noun}{several if len(names) > 1 else ''} ({', '.join(names[:LISTED])}{more})"
