"""Live objects in another process: closures, globals and classes are the kernel's, code and NumPy are the reading's."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.notebook.carrying import carried
from reference.notebook.gathering import gathered
from reference.targets.reading.source import read
from reference.targets.stand_in.loading import kind_named, loaded_for
from tests.reference.notebook.shell import Shell

NUMPY = "import numpy as np"


def test_what_a_function_holds_is_as_it_lives() -> None:
    shell = Shell().run(
        "SLOPE = 1.0\ndef plain(z, k=SLOPE): return SLOPE * z + k",
        "def make(a):\n    def made(z): return a * z\n    return made\nmade = make(5.0)",
        "class Layer:\n    gain = 1.0\n    def forward(self, x): return self.gain * x\nlayer = Layer()",
        "SLOPE = 3.0\nLayer.gain = 7.0\nlayer.gain = 9.0",
    )
    names = shell.loaded().names
    assert names["plain"](1.0) == 4.0
    assert names["made"](1.0) == 5.0
    assert names["Layer"]().forward(1.0) == 7.0
    assert names["layer"].forward(1.0) == 9.0
    assert names["Layer"].__module__ == "target"


def test_what_the_text_alone_would_make_is_another() -> None:
    shell = Shell().run("SLOPE = 1.0\ndef f(z): return SLOPE * z", "SLOPE = sum([3.0])")
    assert shell.loaded().names["f"](1.0) == 3.0
    shell.user_ns["SLOPE"] = 1.0
    assert shell.loaded().names["f"](1.0) == 1.0


def test_deleted_and_redefined_names_mean_what_they_mean_now() -> None:
    shell = Shell().run("def f(z): return 1\ndef g(z): return 2\nK = 3", "def f(z): return 4", "del g, K")
    loaded = shell.loaded()
    assert loaded.names["f"](0) == 4
    assert loaded.own["f"].cell == 2
    assert not {"g", "K"} & {*loaded.names, *loaded.own}


def test_numpy_is_that_of_the_reading() -> None:
    """With a kind in NumPy's place, however a function came by it."""
    shell = Shell().run(
        f"{NUMPY}\nfrom numpy import exp\nimport math\ndef make(f):\n    def inner(z): return f(z)\n    return inner",
        "inner = make(np.tanh)\ndef by_name(z): return exp(z)\ndef by_module(z): return np.sin(z) * math.sqrt(4.0)",
    )
    shell.loaded()
    path, kind = Path.cwd() / "notebook", kind_named("complex")
    names = loaded_for(path, read(path), kind).names
    z = kind.lift(shell.user_ns["np"].ones(3))
    assert [type(names[name](z)) for name in ("inner", "by_name", "by_module")] == [type(z)] * 3
    plain = loaded_for(path, read(path), kind_named("plain")).names
    assert type(plain["inner"](shell.user_ns["np"].ones(3))) is not type(z)


def test_two_readings_share_no_class() -> None:
    shell = Shell().run("class Layer:\n    def forward(self, x): return x")
    first, second = shell.loaded().names["Layer"], shell.loaded().names["Layer"]
    assert first is not second
    second.forward = None
    assert first.forward is not None


def test_what_cannot_be_pickled_is_left_out_by_name() -> None:
    shell = Shell().run(
        "import threading\nlock = threading.Lock()\nidle = (i for i in range(3))\ncount = (i for i in range(3))",
        "def locked(z):\n    with lock: return z\ndef right(z): return z",
        "def counting(z, count=count): return next(count)",
        "def calls(z): return counting(z)",
    )
    lost = carried(gathered(shell), shell.user_ns).lost
    assert set(lost) == {"lock", "counting"}, "what no function uses is nobody's loss"
    assert "cannot pickle" in lost["lock"]
    loaded = shell.loaded()
    assert loaded.names["right"](2) == 2
    assert set(loaded.skipped) >= {"lock", "counting"}
    with pytest.raises(NameError, match="lock"):
        loaded.names["locked"](1)
    with pytest.raises(NameError, match="counting"):
        loaded.names["calls"](1)


def test_what_is_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell().run(f"{NUMPY}\nX = np.zeros(2000)\ndef f(z): return X")
    assert carried(gathered(shell), shell.user_ns).lost == {}
    monkeypatch.setattr("reference.notebook.carrying.LARGEST", 1000)
    assert list(carried(gathered(shell), shell.user_ns).lost) == ["X"]


def test_a_stranger_may_raise_whatever_he_likes() -> None:
    shell = Shell().run(
        "class Odd:\n    def __reduce__(self): raise SystemError('no')",
        "odd = Odd()\ndef f(z): return odd\ndef g(z): return z",
    )
    assert carried(gathered(shell), shell.user_ns).lost == {"odd": "no"}
    assert shell.loaded().names["g"](1) == 1


def test_classes_of_every_kind() -> None:
    shell = Shell().run(
        "import abc, enum\nfrom collections import OrderedDict\nfrom dataclasses import dataclass, field\n"
        "from typing import NamedTuple",
        "class Base(abc.ABC):\n    @abc.abstractmethod\n    def forward(self, x): ...",
        "class Layer(Base):\n    def __init__(self, k=2.0):\n        super().__init__()\n        self.k = k\n"
        "    @property\n    def twice(self): return 2 * self.k\n    @staticmethod\n    def one(): return 1.0\n"
        "    @classmethod\n    def made(cls): return cls(5.0)\n    def forward(self, x): return self.k * x",
        "@dataclass\nclass Settings:\n    rate: float = 0.5\n    names: list = field(default_factory=list)",
        "class Cache(NamedTuple):\n    x: float\nkept = OrderedDict(a=Cache(2.0))",
        "class Mode(enum.Enum):\n    TRAIN = 1",
        "def f(z): return kept['a'].x * Settings().rate * z * (Mode.TRAIN is Mode(1))",
    )
    names = shell.loaded().names
    assert (names["Layer"]().forward(2.0), names["Layer"]().twice, names["Layer"].made().k) == (4.0, 4.0, 5.0)
    assert names["f"](3.0) == 3.0
    assert shell.loaded().names["f"](3.0) == 3.0, "a second time as well"


def test_what_wraps_a_function_of_numpy_is_not_that_function() -> None:
    shell = Shell().run(
        f"{NUMPY}\nimport functools\n@functools.wraps(np.tanh)\ndef tanh(z): return 2 * np.tanh(z)\nalias = np.exp",
        "def f(z): return tanh(z) + alias(0.0)",
    )
    assert shell.loaded().names["f"](0.0) == 1.0
    assert shell.loaded().names["f"](1.0) == 2 * shell.user_ns["np"].tanh(1.0) + 1


def test_a_function_that_refers_to_itself_and_one_that_draws() -> None:
    shell = Shell().run(
        f"{NUMPY}\nfrom numpy.random import randn\nrng = np.random.RandomState(3)",
        "def power(z, n): return z * power(z, n - 1) if n else 1.0\ndef drawn(): return rng.rand(), randn(2).shape",
        "def make():\n    def down(n): return down(n - 1) if n else 'end'\n    return down\ndown = make()",
    )
    names = shell.loaded().names
    assert names["power"](2.0, 3) == 8.0
    assert names["down"](3) == "end"
    assert names["drawn"]() == (shell.user_ns["np"].random.RandomState(3).rand(), (2,))
