"""What an import binds, where the module is there, is one of the course's, or is missing; what it never takes away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference.targets.reading.namespace import load
from reference.targets.reading.promises import Absent, Provided, is_supplied
from reference.targets.reading.source import Cell
from tests.folding import each


def loaded(text, path=Path("/nowhere/a.py")):
    return load(path, [Cell(None, text)], np)


def in_folder(folder, files, target="a.py"):
    """The target among its siblings."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return loaded(files[target], folder / target)


# --- the file's own -----------------------------------------------------------------------------------------

OWN = "def sigmoid(x):\n    return 'own'\n"
OURS = [
    "from reg_utils import sigmoid",
    "from reg_utils import *",
    "from dnn_utils_v2 import sigmoid, relu",
    "from dnn_utils_v2 import *",
    "from nowhere import sigmoid",
    "from nowhere.at_all import relu as sigmoid",
    "import nowhere as sigmoid",
    "from torch.nn import sigmoid",
]


@each("statement", OURS)
def test_what_we_supply_or_miss_never_takes_the_place_of_a_definition(statement):
    for text in (OWN + statement, statement + "\n" + OWN):
        found = loaded(text)
        assert found.names["sigmoid"](1) == "own"
        assert list(found.own) == ["sigmoid"]


@each("statement", OURS)
def test_nor_is_it_ever_the_files_own(statement):
    assert loaded(statement).own == {}


@each("statement", ["backward = backward_propagation", "import reg_utils\nf = reg_utils.sigmoid"])
def test_another_name_for_what_we_supply_is_not_the_files_own(statement):
    assert loaded(statement).own == {}


def test_another_name_for_its_own_is(tmp_path):
    assert list(loaded(OWN + "other = sigmoid").own) == ["sigmoid", "other"]


def test_a_file_beside_it_that_is_imported_later_does_take_the_place(tmp_path):
    files = {"mine.py": "def sigmoid(x):\n    return 'sibling'\n", "a.py": OWN + "from mine import sigmoid"}
    found = in_folder(tmp_path, files)
    assert found.names["sigmoid"](1) == "sibling"
    assert found.own == {}
    again = in_folder(tmp_path, {**files, "a.py": "from mine import sigmoid\n" + OWN})
    assert again.names["sigmoid"](1) == "own"
    assert list(again.own) == ["sigmoid"]


def test_not_with_what_it_only_borrowed_from_us(tmp_path):
    for line in ("from mine import *", "from mine import sigmoid"):
        files = {"mine.py": "from reg_utils import sigmoid\n", "a.py": OWN + line}
        assert in_folder(tmp_path, files).names["sigmoid"](1) == "own"


# --- the course's, by what is imported ----------------------------------------------------------------------


@each(
    "statement, name",
    [
        ("from IDNN.Gradient_Checking.gc_utils import dictionary_to_vector as f", "dictionary_to_vector"),
        ("from Vector_Utils import dictionaryToVector as f", "dictionary_to_vector"),
        ("from helpers.week1 import Relu as f", "relu"),
        ("from mymodule import Forward_Propagation_n as f", "forward_propagation_n"),
        ("import gc_utils as gc\nf = gc.forward_propagation_n", "forward_propagation_n"),
        ("import A.B.deep as d\nf = d.Sigmoid", "sigmoid"),
        ("import A.B.deep\nf = A.B.deep.sigmoid", "sigmoid"),
        ("from helpers.week1 import *\ng = lambda: Compute_Cost", "compute_cost"),
    ],
)
def test_a_missing_module_has_what_the_courses_helpers_define(statement, name):
    found = loaded(statement)
    value = found.names["f"] if "f" in found.names else found.names["Compute_Cost"]
    assert value.__name__ == name
    assert is_supplied(value)


@each("statement", ["from cupy import relu as f", "from tensorflow.keras.utils import sigmoid as f"])
def test_a_library_that_is_not_installed_has_names_of_its_own(statement):
    value = loaded(statement).names["f"]
    assert isinstance(value, Absent)
    with pytest.raises(ModuleNotFoundError):
        value(1)


def test_an_activation_that_is_unpacked_is_one_that_returns_its_cache():
    text = "from helpers import relu\ndef step(Z):\n    A, cache = relu(Z)\n    return A, cache\n"
    assert loaded(text).names["step"](np.ones(2))[1] is not None
    assert isinstance(loaded(text.replace("A, cache = ", "A = cache = ")).names["step"](np.ones(2))[0], np.ndarray)


# --- siblings -----------------------------------------------------------------------------------------------

RELU = "def relu(x):\n    return 'theirs'\n"


@each(
    "target, other, statement",
    [
        ("nets/a.py", "nets/act.py", "from .act import relu"),
        ("nets/a.py", "nets/act.py", "from nets.act import relu"),
        ("nets/a.py", "nets/act.py", "from . import act\nrelu = act.relu"),
        ("nets/a.py", "nets/act.py", "import nets.act\nrelu = nets.act.relu"),
        ("nets/a.py", "nets/act.py", "from nets import act\nrelu = act.relu"),
        ("nets/a.py", "act.py", "from ..act import relu"),
        ("nets/a.py", "nets/act.py", "from renamed.nets.act import relu"),
        ("nets/inner/a.py", "nets/act.py", "from renamed.nets.act import relu"),
        ("nets/a.py", "act.py", "import sys\nsys.path.append('..')\nfrom act import relu"),
        ("nets/a.py", "utils/act.py", "from utils.act import relu"),
        ("a.py", "act/__init__.py", "from act import relu"),
        ("a.py", "act/inner.py", "from act.inner import relu"),
        ("a.py", "act/inner.py", "import act.inner as i\nrelu = i.relu"),
        ("a.py", "act/inner.py", "from act import inner\nrelu = inner.relu"),
    ],
)
def test_a_file_beside_it_is_found_where_the_path_says(tmp_path, target, other, statement):
    found = in_folder(tmp_path, {other: RELU, target: statement}, target)
    assert found.names["relu"](1) == "theirs"
    assert found.own == {}


def test_files_that_import_each_other_are_loaded_once(tmp_path):
    names = [f"m{k}" for k in range(30)]
    files = {f"{name}.py": "\n".join(f"import {other}" for other in names) + f"\ndef {name}(): pass" for name in names}
    found = in_folder(tmp_path, {**files, "a.py": "from m3 import m3"})
    assert found.names["m3"].__name__ == "m3"


# --- promises -----------------------------------------------------------------------------------------------


def test_who_only_looks_at_a_promise_is_answered():
    promise = Absent("nowhere")
    assert not hasattr(promise, "__code__")
    assert not hasattr(promise, "__wrapped__")
    assert not isinstance(promise, type)
    assert promise != 1
    assert len({promise, promise}) == 1
    assert not hasattr(Provided("reg_utils", {}), "__path__")


@each(
    "use",
    [
        lambda p: p(1), lambda p: p + 1, lambda p: 1 + p, lambda p: -p, lambda p: p[0], lambda p: list(p),
        lambda p: 1 in p, lambda p: p < 1, lambda p: bool(p), lambda p: float(p), lambda p: np.ones(2) @ p,
        lambda p: len(p), lambda p: p ** 2,
    ],
)  # fmt: skip
def test_who_needs_its_value_hears_which_module_is_missing(use):
    for promise in (Absent("nowhere"), Absent("nowhere").inner.CONSTANT):
        with pytest.raises(ModuleNotFoundError, match="nowhere"):
            use(promise)


def test_a_promise_stands_in_every_place_of_a_definition():
    text = """
import nowhere as nw
from nowhere import Base, deco, CONSTANT
class Net(nw.Module, Base):
    size = CONSTANT
    @deco
    def step(self): return 1
@deco
def f(x, act=nw.relu, k=CONSTANT): return x
def g(x: nw.Tensor) -> nw.Tensor: return x
y = CONSTANT
z = CONSTANT * 2
"""
    found = loaded(text)
    assert found.unloadable == []
    assert set(found.own) == {"f", "g"}
    assert found.names["f"](1) == 1
    assert "Net" in found.names
    assert "z" in found.skipped
