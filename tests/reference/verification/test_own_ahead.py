"""Own derivatives that are asked beside: the same as asked in their turn, and what goes wrong is told to who waits."""

from __future__ import annotations

import json
import re
from pathlib import Path
from threading import Event

import pytest

from reference.__main__ import _code
from reference.cases.domain import ANY
from reference.interface.entry import Entry, Implementation, OwnDerivative
from reference.interface.exceptions import TargetDied
from reference.verification import target
from reference.verification.own_ahead import with_owns_begun

FILE = Path(__file__).parents[1] / "course_files" / "week1_all_three.ipynb"
RIGHT = OwnDerivative(True, "")


def refused() -> OwnDerivative | None:
    raise AssertionError("asked in its turn as well")


def test_who_needs_one_waits_for_it_and_is_told_what_was_raised() -> None:
    may_go_on = Event()

    def slow() -> OwnDerivative:
        assert may_go_on.wait(60)
        return RIGHT

    def dies() -> OwnDerivative:
        raise TargetDied("its process ended itself")

    implementation = Implementation(
        "a.py",
        (
            Entry("first", ANY, lambda problem: {}, own=refused),
            Entry("alone", ANY, lambda problem: {}, own=lambda: None),
        ),
        unknown=(("second", refused),),
        owns_beside={"first": slow, "second": dies},
    )
    begun = with_owns_begun(implementation)
    may_go_on.set()
    assert [entry.own() for entry in begun.entries] == [RIGHT, None]
    with pytest.raises(TargetDied):
        begun.unknown[0][1]()
    assert with_owns_begun(implementation._replace(owns_beside={})).unknown == implementation.unknown


@pytest.mark.slow
def test_a_file_is_told_of_in_the_same_bytes_beside_and_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []
    told = []
    for k, how in enumerate((lambda one: begun.append(one.name) or with_owns_begun(one), lambda one: one)):
        monkeypatch.setattr(target, "with_owns_begun", how)
        assert _code(["verify", str(FILE), "--report", f"json={tmp_path / f'{k}.json'}"]) == 0
        report = json.loads((tmp_path / f"{k}.json").read_text(encoding="utf-8"))
        told.append(re.sub(r"/\d\.json", "", json.dumps({**report, "timing": None})))
    assert len(begun) == 1
    assert told[0] == told[1]
    assert '"consistent": true' in told[0]
