"""The reference of the library can be built, without a warning, and everything public in it is described."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import import_module

import pytest

from tests.guides.shown import ROOT

API = ROOT / ".github/docs/api"
MODULES = [m for page in sorted(API.glob("*.rst")) for m in re.findall(r"automodule:: (\S+)", page.read_text("utf-8"))]
LEFT_OUT = {"nudges", "loss_differences", "memory", "in_place"}  # what the others stand on


def built(source, into):
    asked = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(source), str(into)]
    return subprocess.run(asked, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.slow
def test_it_is_built_without_a_warning(tmp_path):
    ran = built(API, tmp_path / "built")
    assert (ran.returncode, ran.stderr) == (0, "")
    page = (tmp_path / "built" / "passes.html").read_text(encoding="utf-8")
    assert "backward_propagation" in page
    assert "Alias for field" not in page


@pytest.mark.slow
def test_a_name_that_there_is_not_is_a_warning(tmp_path):
    source = shutil.copytree(API, tmp_path / "api")
    with (source / "passes.rst").open("a", encoding="utf-8") as page:
        page.write("\n.. autofunction:: manual_backprop.network.nothing\n")
    assert built(source, tmp_path / "built").returncode != 0


def test_every_public_module_is_in_it():
    there = {path.stem for path in (ROOT / "manual_backprop").glob("*.py") if not path.stem.startswith("_")}
    assert there - LEFT_OUT <= {module.split(".")[-1] for module in MODULES}


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_is_described(name):
    module = import_module(name)
    assert module.__doc__
    public = [getattr(module, one) for one in getattr(module, "__all__", ())]
    bare = [f.__name__ for f in public if callable(f) and getattr(f, "__module__", "") == name and not f.__doc__]
    assert bare == []
