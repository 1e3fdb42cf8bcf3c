"""Every option, profile and picture is in the guides, and the README's two commands are a line each."""

from __future__ import annotations

import re

from reference.cli import compare, experiment, verify
from reference.settings.profiles import PROFILES
from tests.guides.shown import ROOT, pages

PAGES = pages()
README = PAGES["README.md"]
OPTIONS, LIBRARY = PAGES[".github/docs/options.md"], PAGES[".github/docs/as-a-library.md"]


def test_the_library_example_runs() -> None:
    names: dict[str, object] = {}
    (example,) = re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL)
    exec(example, names)
    assert names["check"].verdict == "PASS"  # type: ignore[attr-defined]


def test_every_option_and_profile_is_described() -> None:
    for parameter in (*verify.params, *compare.params, *experiment.params):
        for option in parameter.opts:
            if option.startswith("--") and option != "--time":  # the default; --no-time is described
                assert f"`{option}" in OPTIONS, f"{option} is not in the page of options"
    for profile in PROFILES:
        assert f"`{profile}`" in OPTIONS, f"profile {profile} is not in the page of options"


def test_every_picture_is_there_and_small() -> None:
    shown = [(name, *found) for name, page in PAGES.items() for found in re.findall(r"!\[(.+?)\]\((.+?)\)", page)]
    assert len(shown) >= 3
    for name, said, path in shown:
        assert len(said) > 20
        picture = (ROOT / name).parent.joinpath(path).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 60_000


def test_both_commands_are_one_line_each() -> None:
    for name in ("verify", "test"):
        found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", README, re.DOTALL)
        assert found
        assert found[1].count("\n") == 1
