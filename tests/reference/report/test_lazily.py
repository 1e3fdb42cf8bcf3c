"""Parts are made when they are asked for; a report of them is written as one of a list."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from reference.report import FORMATS, IN_PARTS
from reference.report.models.lazily import Lazily
from reference.report.models.verification import Report
from tests.reference.report import models


def test_a_part_is_made_for_each_asking_and_kept_by_nobody() -> None:
    made: Counter[int] = Counter()

    def make(k: int) -> int:
        made[k] += 1
        return 10 * k

    parts = Lazily(5, make)
    assert (len(parts), parts[1], parts[-1], list(parts[1:3]), list(parts)) == (
        5,
        10,
        40,
        [10, 20],
        [0, 10, 20, 30, 40],
    )
    assert made[1] == 3
    assert list(reversed(parts)) == [40, 30, 20, 10, 0]
    for beyond in (5, -6):
        with pytest.raises(IndexError):
            parts[beyond]


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("form", list(FORMATS))
def test_every_format_is_the_same(form: str, count: int) -> None:
    targets = [models.wrong(f"{k}.py", evidence=[]) for k in range(count)]
    of_list = models.report(*targets, verdict="fail", exit_code=1)
    lazy = Report(**{**dict(of_list), "targets": Lazily(count, lambda k: targets[k])})
    assert isinstance(lazy.targets, Lazily)
    assert FORMATS[form](lazy) == FORMATS[form](of_list)
    if form in IN_PARTS:
        assert "".join(IN_PARTS[form](lazy)) == FORMATS[form](of_list)


def test_no_more_than_a_part_is_held() -> None:
    held: list[int] = []

    def make(k: int):
        held.append(k)
        return models.wrong(f"{k}.py", evidence=[])

    report = Report(**{**dict(models.report(verdict="fail", exit_code=1)), "targets": Lazily(9, make)})
    parts = IN_PARTS["json"](report)
    for _ in range(4):
        next(parts)
    assert held == [0, 1, 2]
    assert len(json.loads("".join(IN_PARTS["json"](report)))["targets"]) == 9
