"""What is imported is declared, for everyone or in an extra; and the licence goes with the package."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OURS = {"manual_backprop", "reference", "tests", "benchmarks"}
HOSTS = {"pytest"}  # who imports the plugin is pytest
NAMES = {"scikit-learn": "sklearn"}  # of distributions that may not be installed, and are not called what they hold


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def declared(requirements: list[str]) -> set[str]:
    """The modules that these distributions bring."""
    named = {normal(re.split(r"[^\w.-]", text)[0]) for text in requirements}
    brought = {name for name, who in metadata.packages_distributions().items() if named & {*map(normal, who)}}
    return brought | {NAMES.get(name, name) for name in named}


def undeclared(sources: dict[str, str], *, packaged: bool) -> dict[str, set[str]]:
    """Modules from elsewhere that no requirement brings, by the file that imports them."""
    extras = PROJECT["optional-dependencies"]
    users = [
        text for extra, texts in extras.items() for text in texts if not packaged or extra not in ("test", "bench")
    ]
    known = declared([*PROJECT["dependencies"], *users]) | OURS | HOSTS | sys.stdlib_module_names
    found = {}
    for name, source in sources.items():
        nodes = [*ast.walk(ast.parse(source))]
        modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
        found[name] = {module.partition(".")[0] for module in modules} - known
    return {name: modules for name, modules in found.items() if modules}


def sources(*folders: str) -> dict[str, str]:
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    paths = [path for path in paths if not {"course_files", "files"} & {*path.parts}]  # these are strangers'
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def test_whatever_is_imported_is_declared() -> None:
    assert undeclared(sources("manual_backprop", "reference"), packaged=True) == {}
    assert undeclared(sources("tests", "benchmarks"), packaged=False) == {}


def test_what_is_not_declared_is_noticed() -> None:
    for line, module in (("import seaborn", "seaborn"), ("def _():\n    from yaml.nodes import Node", "yaml")):
        assert undeclared({"reference/x.py": line}, packaged=True) == {"reference/x.py": {module}}
    assert undeclared({"tests/x.py": "import yaml, PIL.Image, jax.numpy as jnp"}, packaged=False) == {}


def test_no_extra_is_empty_and_what_an_error_names_is_one() -> None:
    assert all(PROJECT["optional-dependencies"].values())
    named = re.findall(r"manual-backprop\[(.+?)\]", (ROOT / "reference/targets/resolve.py").read_text("utf-8"))
    assert named == ["{name}"]  # of the frameworks but for JAX, which everyone has
    assert {"torch", "autograd"} <= PROJECT["optional-dependencies"].keys()
    assert "jax" not in PROJECT["optional-dependencies"]


def test_the_licence_is_said_and_goes_with_the_package() -> None:
    [path] = PROJECT["license-files"]
    assert (PROJECT["license"], path) == ("MIT", ".github/LICENSE")
    text = (ROOT / path).read_text("utf-8")
    assert text.startswith("MIT License\n\nCopyright (c) 2026 the manual-backprop developers\n")
