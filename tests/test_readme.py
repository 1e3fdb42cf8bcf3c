"""What the README says is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reference.__main__ import _code
from reference.cli import compare, experiment, verify
from reference.settings.profiles import PROFILES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDES = (
    "README.md",
    ".github/docs/what-it-reads.md",
    ".github/CONTRIBUTING.md",
    ".github/CHANGELOG.md",
    "tests/README.md",
)


def block(start: str, language: str) -> str:
    found = re.search(rf"```{language}\n({re.escape(start)}.*?)```", README, re.DOTALL)
    assert found, f"the README has no {language} block that starts with {start!r}"
    return found[1]


def test_the_library_example_runs() -> None:
    names: dict[str, object] = {}
    exec(block("import numpy as np\n\nfrom manual_backprop", "python"), names)
    assert names["check"].verdict == "PASS"  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_wrong_example_gets_the_report_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(block("# mine.py", "python"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shown = block("$ manual-backprop verify mine:backward", "text").splitlines()
    command = re.match(r'\$ manual-backprop verify (\S+) --case "(.*)"', shown[0])
    assert command
    assert _code(["verify", command[1], "--case", command[2]]) == 1
    printed = capsys.readouterr().out
    for line in shown[1:]:
        assert line in printed, f"the README shows {line!r}"


def test_every_option_and_profile_is_described() -> None:
    for parameter in (*verify.params, *compare.params, *experiment.params):
        for option in parameter.opts:
            if option.startswith("--") and option != "--time":  # the default; --no-time is described
                assert f"`{option}" in README, f"{option} is not in the README"
    for profile in PROFILES:
        assert f"`{profile}`" in README, f"profile {profile} is not in the README"


def test_every_picture_is_there_and_small() -> None:
    shown = re.findall(r"!\[(.+?)\]\((.+?)\)", README)
    assert len(shown) >= 3
    for said, path in shown:
        assert len(said) > 20
        picture = (ROOT / path).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 60_000


def test_both_commands_are_one_line_each() -> None:
    for name in ("verify", "test"):
        found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", README, re.DOTALL)
        assert found
        assert found[1].count("\n") == 1


def gone(guide: str) -> list[str]:
    """Paths that a guide names, as code or as a link, and that are not there; those of a package stand with a /."""
    named = re.findall(r"`((?:reference|manual_backprop|tests|benchmarks|\.github|\.gitlab)/[^`\s]*)`", guide)
    linked = [path for path in re.findall(r"\]\(([^)]+)\)", guide) if not path.startswith(("https:", "#"))]
    return [path for path in (*named, *linked) if not (ROOT / path).exists()]


def test_every_path_that_a_guide_names_is_there() -> None:
    assert {name: found for name in GUIDES if (found := gone((ROOT / name).read_text("utf-8")))} == {}
    assert gone("`reference/cases/` and `reference/nowhere.py`, [a link](tests/nowhere)") == [
        "reference/nowhere.py",
        "tests/nowhere",
    ]
