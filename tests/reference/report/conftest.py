"""Pages as a reader gets them: two files of the course, judged on one case each and drawn, and a comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.cases.case import Case
from reference.report.html import render_comparison, render_report
from reference.targets import resolve
from reference.verification.target import verify_one
from tests.reference.court import Options, plan
from tests.reference.report import models

FILES = Path(__file__).parent.parent / "course_files"
COURSE = {
    "wrong": ("dropout_backward_unmasked.ipynb", "dims=2,3,4,1 m=5 keep_prob=0.6"),
    "right": ("Regularization_export.py", "dims=2,3,4,1 m=5 lambd=0.7"),
}


def judge(name, case):
    opened = resolve(name)()
    try:
        return verify_one(opened, Options(plan(8), case=Case.parse(case)), pictured=True, kept=False)
    finally:
        opened.close()


@pytest.fixture(scope="session")
def judged():
    """Targets with their evidence."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FILES)
        return {verdict: judge(*of) for verdict, of in COURSE.items()}


@pytest.fixture(scope="session")
def pages(judged):
    """By what they show."""
    proof = {"kills": models.KILLS}
    wrong = judged["wrong"]
    standings = (
        models.standing("manual_backprop"),
        models.standing("assignment/mine.py"),
        models.standing(wrong.target, "fail", checks=[r for r in wrong.checks if r.findings], evidence=wrong.evidence),
    )
    return {
        "wrong": render_report(models.report(wrong, **proof)),
        "right": render_report(models.report(judged["right"], **proof)),
        "comparison": render_comparison(models.comparison(*standings)),
    }
