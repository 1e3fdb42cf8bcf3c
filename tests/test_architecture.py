"""Who may import whom, and what lies where: read from the source, so that it holds whatever runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"jax", "jaxlib", "matplotlib", "torch", "jinja2", "hypothesis", "scipy", "rich", "mpmath", "markupsafe"}
TOOLS = {"gradient_check", "differences", "magnitudes"}  # of manual_backprop, that the court may use
FORMULAS = {"network", "primitives", "course", "training", "optimizers", "workspace", "initialization"}
TOP_LEVEL = {
    "manual_backprop", "reference", "tests", "benchmarks", "examples", "docs", "README.md", "LICENSE", "CHANGELOG.md",
    "CITATION.cff", "CONTRIBUTING.md", "pyproject.toml", "uv.lock", ".gitignore", ".gitattributes", ".github", ".ci",
    ".gitlab", ".pre-commit-hooks.yaml",
}  # fmt: skip


class Import(NamedTuple):
    """``module`` as it is written out in full; ``inside`` a function or under TYPE_CHECKING."""

    module: str
    inside: bool
    line: int

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def imports(source: str, package: str) -> Iterator[Import]:
    """Every import of a source, relative ones resolved against ``package``; ``from a import b`` is ``a.b``."""

    def visit(node: ast.AST, inside: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            hidden = inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                hidden = True
            if isinstance(child, ast.Import):
                yield from (Import(alias.name, inside, child.lineno) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    parents = package.split(".")[: len(package.split(".")) - child.level + 1]
                    base = ".".join([*parents, base] if base else parents)
                yield from (Import(f"{base}.{alias.name}", inside, child.lineno) for alias in child.names)
            elif isinstance(child, ast.Call) and ast.unparse(child.func) in ("importlib.import_module", "__import__"):
                if child.args and isinstance(child.args[0], ast.Constant):
                    yield Import(str(child.args[0].value), inside, child.lineno)
                yield from visit(child, hidden)
            else:
                yield from visit(child, hidden)

    yield from visit(ast.parse(source), False)


def is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


# --- the rules: a module's name, its source, and what is wrong with it ------------------------------------------


def package_of(module: str, source_is_init: bool = False) -> str:
    return module if source_is_init else module.rpartition(".")[0]


def wrong_in_the_core(module: str, source: str) -> list[str]:
    """manual_backprop: NumPy and itself; SciPy and Matplotlib inside functions; never JAX, never the court."""
    found = []
    for item in imports(source, package_of(module)):
        allowed = is_standard(item.module) or item.top in ("numpy", "manual_backprop")
        if not allowed and not (item.inside and item.top in ("scipy", "matplotlib")):
            found.append(f"{module}:{item.line} imports {item.module}")
    return found


def wrong_in_a_witness(module: str, source: str) -> list[str]:
    """The witnesses: no backward formula from anywhere, and none of their own by name."""
    found = [
        f"{module}:{item.line} imports {item.module}"
        for item in imports(source, package_of(module))
        if item.top == "manual_backprop" or item.module.startswith(("reference.targets", "reference.experiments"))
    ]
    names = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    return found + [f"{module} defines {name}" for name in sorted(names) if "backward" in name]


def wrong_in_the_court(module: str, source: str) -> list[str]:
    """reference: of manual_backprop only the tools, but in ``implementations`` and ``experiments``.

    An experiment runs the verified code and judges nothing; so nothing that judges may take the formulas from there.
    """
    if module.startswith("reference.targets"):
        return []
    conducts = module.startswith("reference.experiments")
    found = []
    for item in imports(source, package_of(module)):
        formula = item.top == "manual_backprop" and item.module.split(".")[1:2] not in ([name] for name in TOOLS)
        backdoor = item.module.startswith("reference.experiments") and module != "reference.commands.experiment"
        if (formula or backdoor) and not conducts:
            found.append(f"{module}:{item.line} imports {item.module}")
    return found


def heavy_at_the_top(module: str, source: str) -> list[str]:
    return [
        f"{module}:{item.line} imports {item.module} where it is not used"
        for item in imports(source, package_of(module))
        if item.top in HEAVY and not item.inside
    ]


def strange_at_the_top(names: set[str]) -> set[str]:
    return names - TOP_LEVEL


# --- the rules, held -----------------------------------------------------------------------------------------------


def modules(*packages: str) -> list[tuple[str, str]]:
    found = []
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.append((name, path.read_text(encoding="utf-8")))
    return found


CORE, COURT = modules("manual_backprop"), modules("reference")
WITNESSES = [
    (name, source)
    for name, source in COURT
    if name in ("reference.witnesses.autodiff", "reference.witnesses.complex_step")
]


def test_there_is_something_to_look_at():
    assert len(CORE) >= 9
    assert len(COURT) >= 20
    assert len(WITNESSES) == 2


@pytest.mark.parametrize(("module", "source"), CORE, ids=[name for name, _ in CORE])
def test_the_core_imports_numpy_and_itself(module, source):
    assert not wrong_in_the_core(module, source)


@pytest.mark.parametrize(("module", "source"), WITNESSES, ids=[name for name, _ in WITNESSES])
def test_the_witnesses_know_no_backward_formula(module, source):
    assert not wrong_in_a_witness(module, source)


@pytest.mark.parametrize(("module", "source"), COURT, ids=[name for name, _ in COURT])
def test_the_court_meets_the_core_as_a_stranger(module, source):
    assert not wrong_in_the_court(module, source)


@pytest.mark.parametrize(("module", "source"), CORE + COURT, ids=[name for name, _ in CORE + COURT])
def test_heavy_packages_are_imported_where_they_are_used(module, source):
    assert not heavy_at_the_top(module, source)


def test_the_top_level_holds_what_belongs_there():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert not strange_at_the_top({line.partition("/")[0].strip('"') for line in listed.stdout.splitlines()})


def test_strategies_have_one_home():
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path.name == "strategies.py" or "course_files" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        composite = [
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and any("composite" in ast.unparse(d) for d in node.decorator_list)
        ]
        assert not composite, f"{path.name} defines the strategies {composite}"


# --- the rules can be broken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import jax",
        "import jax.numpy as jnp",
        "from jax import numpy",
        "def f():\n    import jax",
        "import reference",
        "from reference.cases.case import Case",
        "def f():\n    from reference import judge",
        "import scipy",
        "import matplotlib.pyplot as plt",
        "import click",
        "from ..reference import case",
        "import importlib\nimportlib.import_module('jax')",
        "try:\n    import jax\nexcept ImportError:\n    pass",
        "class A:\n    import jax",
        "def f():\n    import torch",
    ],
)
def test_the_core_may_not(source):
    assert wrong_in_the_core("manual_backprop.network", source)


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nfrom manual_backprop.primitives import relu\nfrom . import network\nimport itertools",
        "def load():\n    import scipy.io",
        "def plot():\n    import matplotlib.pyplot as plt",
        "'import jax'",
    ],
)
def test_the_core_may(source):
    assert not wrong_in_the_core("manual_backprop.network", source)


@pytest.mark.parametrize(
    "source",
    [
        "from manual_backprop import network",
        "from manual_backprop.network import backward_propagation",
        "from manual_backprop.primitives import relu_backward",
        "from manual_backprop import primitives as p",
        "import manual_backprop.course.regularization",
        "from manual_backprop.differences import network_differences",
        "def f():\n    from manual_backprop import network",
        "from reference.targets.builtin.ours import manual_backprop",
        "from .implementations import builtin",
        "def relu_backward(dA, Z):\n    return dA",
    ],
)
def test_a_witness_may_not(source):
    assert wrong_in_a_witness("reference.witnesses.autodiff", source)


def test_a_witness_may_use_numpy_and_the_problem():
    assert not wrong_in_a_witness(
        "reference.witnesses.autodiff", "import numpy\nfrom reference.cases.problem import Problem"
    )


@pytest.mark.parametrize("formula", sorted(FORMULAS))
def test_the_court_may_not_know_the_formulas_it_judges(formula):
    for source in (
        f"from manual_backprop import {formula}",
        f"from manual_backprop.{formula} import anything",
        f"import manual_backprop.{formula}",
        f"def f():\n    from manual_backprop import {formula}",
    ):
        assert wrong_in_the_court("reference.judging.judge", source)
        assert wrong_in_the_court("reference.commands.experiment", source)
        assert not wrong_in_the_court("reference.targets.builtin.ours", source)
        assert not wrong_in_the_court("reference.experiments.runs", source)


def test_the_court_may_not_take_the_core_as_a_whole():
    assert wrong_in_the_court("reference.judging.judge", "import manual_backprop")
    assert wrong_in_the_court("reference.judging.judge", "from manual_backprop import backward_propagation")
    assert not wrong_in_the_court("reference.judging.judge", "from manual_backprop.magnitudes import magnitudes")


def test_the_court_may_not_take_the_formulas_from_an_experiment():
    for source in (
        "from reference.experiments import runs",
        "import reference.experiments.checking",
        "def f():\n    from reference.experiments.planted import gradients",
    ):
        assert wrong_in_the_court("reference.judging.judge", source)
        assert wrong_in_the_court("reference.commands.verify", source)
        assert wrong_in_a_witness("reference.witnesses.autodiff", source)
        assert not wrong_in_the_court("reference.commands.experiment", source)


@pytest.mark.parametrize("package", sorted(HEAVY))
def test_a_heavy_package_may_not_stand_at_the_top(package):
    assert heavy_at_the_top("reference.cli", f"import {package}")
    assert heavy_at_the_top("reference.cli", f"from {package} import anything")
    assert heavy_at_the_top("reference.cli", f"try:\n    import {package}\nexcept ImportError:\n    {package} = None")
    assert not heavy_at_the_top("reference.cli", f"def f():\n    import {package}")
    guarded = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {package}"
    assert not heavy_at_the_top("reference.cli", guarded)


def test_a_stray_file_at_the_top_is_noticed():
    assert strange_at_the_top({"README.md", "notes.txt", "reference"}) == {"notes.txt"}
