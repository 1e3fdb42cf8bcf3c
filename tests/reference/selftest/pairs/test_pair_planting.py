"""Single edits of right pairs: each that moves a number is killed, what moves none is shown to, and a judge that passes
everything leaves survivors.
"""

from __future__ import annotations

import pytest

from reference.commands import selftest as selftest_command
from reference.commands.selftest import run_selftest
from reference.pairs.judge import judge_pair
from reference.report.pair_kills import PairKill, PairKills, render_pairs
from reference.selftest.canary import canary
from reference.selftest.pairs.canary import pair_canary
from reference.selftest.pairs.planting import plant_in_pairs
from reference.selftest.pairs.rights import right_files
from reference.selftest.pairs.sabotage import broken_judges
from reference.selftest.pairs.workshop import planted

RELU = '''import numpy as np


def relu_forward(x):
    """x: (N, D)"""
    return np.maximum(0, x), x


def relu_backward(dout, x):
    return dout * (x > 0)
'''


def nothing_wrong(pair, **how):
    result = judge_pair(pair, **how)
    return result._replace(rows=tuple(row._replace(findings=()) for row in result.rows))


def test_a_planted_edit_is_killed_at_its_line_and_what_moves_no_number_is_equivalent():
    (found,) = plant_in_pairs(2, sources={"it.py": RELU})
    assert found.check == "relu_backward"
    assert found.live >= found.numbers >= 2
    assert [kill.fate for kill in found.kills] == ["killed", "killed"]
    assert all(kill.line == 10 and kill.at for kill in found.kills)
    assert {kill.why for kill in found.equivalent} <= {"no number changes, on 12 draws"}
    assert "2 of 2 judged are killed, and of 2 of 2 asked the line is named" in render_pairs([found])


def test_a_judge_that_passes_everything_leaves_survivors():
    (found,) = plant_in_pairs(1, sources={"it.py": RELU}, judge=nothing_wrong)
    assert [kill.fate for kill in found.survivors] == ["survived"]
    assert "SURVIVED  relu_backward, line 10" in render_pairs([found])


def test_a_pair_that_is_wrong_to_begin_with_is_none_to_plant_in():
    wrong = RELU.replace("return dout * (x > 0)", "return dout * (x < 0)")
    with pytest.raises(ValueError, match=r"relu_backward of it\.py is not right to begin with: .*it is right with"):
        plant_in_pairs(1, sources={"it.py": wrong})


def test_an_edit_is_put_where_it_stands():
    edit = {"line": 2, "before": ["    b"], "after": ["    c", "    d"]}
    assert planted("a\n    b\ne", edit) == "a\n    c\n    d\ne"
    with pytest.raises(ValueError, match="line 2 is not what it was"):
        planted("a\n    x\ne", edit)


def test_the_canary_of_pairs_sees_every_broken_judge():
    assert pair_canary() is None
    assert canary() is None
    said = broken_judges()
    assert len(said) == 6
    assert [broken for broken, why in said if why is None] == []


def test_our_pairs_are_of_every_kind():
    text = "\n".join(right_files().values())
    assert all(f"def {name}" in text for name in ("conv_backward", "svm_loss", "sigmoid_prime", "attention_backward"))
    assert "class TwoLayerNet" in text


def test_what_is_no_count_is_one_clear_line(capsys):
    from click import UsageError

    for given in ("0", "many", "-1", "1_0"):
        with pytest.raises(UsageError, match=f"--pairs {given}; it takes a whole number from 1 to 10000, or all"):
            run_selftest("manual_backprop", gate=False, pairs=given)


def test_the_table_says_what_is_equivalent_where_all_is_planted():
    kill = PairKill("dx = d  →  dx = d * 1", 3, "equivalent", "no number changes, on 12 draws")
    known = PairKills("f_backward", 4, (kill,), (), numbers=3)
    assert "no number changes" not in render_pairs([known])
    assert "equivalent  f_backward, line 3" in render_pairs([known], every=True)


@pytest.mark.parametrize(("pairs", "how"), [("all", "plant_beside"), ("1", "plant_in_pairs")])
def test_an_interrupt_shows_what_was_found(monkeypatch, capsys, pairs, how):
    def planting(count, *, said, **others):
        said(PairKills("relu_backward", 3, (), ()))
        raise KeyboardInterrupt

    monkeypatch.setattr(selftest_command, how, planting)
    with pytest.raises(KeyboardInterrupt):
        selftest_command.run_selftest("manual_backprop", gate=False, pairs=pairs)
    assert "relu_backward" in capsys.readouterr().out
