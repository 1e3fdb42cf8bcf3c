"""Functions that are left out on request: ``--except NAME``, or ``target::NAME``, and ``except`` in the table; and what
is the matter with a name that is left out, or bound, where there is none.

A pair is left out by its check, by its forward or its backward pass; all pairs of a class by the class.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference.interface.entry import Implementation, NotJudged
from reference.spelling import or_listed
from reference.targets.open_pairs import is_named
from reference.verification.conclusion import Conclusion

__all__ = ["misnamed", "names_of", "without"]


def names_of(implementation: Implementation) -> list[str]:
    """Everything in a target that can be left out."""
    checks = [entry.check for entry in implementation.entries] + [check for check, _ in implementation.unknown]
    checks += [law.check for law in implementation.laws]
    checks += [note.check for note in implementation.notes if isinstance(note, NotJudged)]
    for opened in implementation.pairs:
        p = opened.proposal
        checks += [p.check, p.owner] if p.owner else [p.check, p.backward, p.forward]
    return list(dict.fromkeys([*checks, *implementation.names]))


def without(implementation: Implementation, names: Sequence[str]) -> Implementation:
    """The target with none of these judged or counted; it tells which of them it has."""
    known = names_of(implementation)
    here = [name for name in known if name in names or f"{implementation.name}::{name}" in names]
    return implementation._replace(
        entries=tuple(entry for entry in implementation.entries if entry.check not in here),
        unknown=tuple(pair for pair in implementation.unknown if pair[0] not in here),
        laws=tuple(law for law in implementation.laws if law.check not in here),
        pairs=tuple(pair for pair in implementation.pairs if not any(is_named(pair, name) for name in here)),
        notes=tuple(n for n in implementation.notes if not (isinstance(n, NotJudged) and n.check in here)),
        names=tuple(known),
        excepted=tuple(here),
    )


def misnamed(names: Sequence[str], found: Iterable[Conclusion], *, bound: bool = False) -> str | None:
    """What is the matter with a name that no target has, with the nearest that one has.

    ``names``: what is left out on request; ``bound``: something is bound as well.
    """
    if not (names or bound):
        return None
    found = list(found)
    if any(target.verdict in ("error", "interrupted") for target in found):
        return None  # there is no telling what these hold
    return _not_left_out(names, found) or _not_bound(found)


def _not_bound(found: Sequence[Conclusion]) -> str | None:
    keys = dict.fromkeys(key for target in found for key in target.bound)
    for key in keys:
        said = {target.target: target.bound[key] for target in found if key in target.bound}
        if all(said.values()):
            target, why = next(iter(said.items()))
            return f"--bind {key}: in {target} {why}"
    return None


def _not_left_out(names: Sequence[str], found: Sequence[Conclusion]) -> str | None:
    taken = {name for target in found for one in target.excepted for name in (one, f"{target.target}::{one}")}
    wrong = next((name for name in names if name not in taken), None)
    if wrong is None:
        return None
    known = [name for target in found for name in target.names]
    known += [f"{target.target}::{name}" for target in found for name in target.names] if "::" in wrong else []
    return f"--except {wrong}: no target has a function of that name; {or_listed(wrong, known, whose='they have')}"
