"""What is not on the list is refused by name, and no derivative vanishes in silence."""

import copy
import warnings

import numpy as np
import pytest

from reference.targets.pairs.running import quiet
from reference.targets.reading.source import read
from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.loading import kind_named, loaded_for

WIDE = kind_named("complex")


def moving():
    x = WIDE.lift(np.array([1.5, -2.0, 0.3]))
    WIDE.plain(x).imag = STEP
    return x


@pytest.mark.parametrize("name", ["float64", "float32", "complex"])
def test_what_is_not_on_the_list_is_named(name):
    np_ = kind_named(name).numpy
    for call in (lambda: np_.fft.fft(np_.ones(3)), lambda: np_.polyfit(1, 2, 3), lambda: np_.linalg.svd(np_.eye(2)),
                 lambda: np_.random.zipf(2.0), lambda: np_.logaddexp.reduce(np_.ones(2)),
                 lambda: np_.maximum.at(np_.ones(2), [0], 1.0)):  # fmt: skip
        with pytest.raises(Refused, match=r"fft|polyfit|svd|zipf|logaddexp|maximum"):
            call()


PLACES = {
    "float": lambda np_, x: float(x[0]),
    "plain array": lambda np_, x: np.zeros(3).__setitem__(0, x[0]),
    "plain row": lambda np_, x: np.zeros(3).__setitem__(slice(None), x),
    "plain sum": lambda np_, x: np.add(np.zeros(3), x, out=np.zeros(3)),
    "in place": lambda np_, x: np.zeros(3).__iadd__(x),
    "integers": lambda np_, x: np_.zeros(3, dtype=int).__setitem__(0, x[0]),
    "add.at": lambda np_, x: np_.add.at(np_.zeros(3, dtype=int), [0, 1, 2], x),
    "as float": lambda np_, x: np.array([float(v) for v in x]),
    "a law": lambda np_, x: np_.random.poisson(abs(x)),
    "imag": lambda np_, x: x.imag,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_where_a_derivative_would_vanish_raises(place):
    with quiet(), pytest.raises((Refused, TypeError, np.exceptions.ComplexWarning)):
        PLACES[place](WIDE.numpy, moving())


def test_what_keeps_it():
    np_, x = WIDE.numpy, moving()
    for kept in (np_.array([x[0], 2.0]), np_.array([[x[0]], [x[1]]]), np_.float64(x[0]), x.astype(float),
                 np_.asarray(x, dtype=np_.float32), np_.random.normal(x, 1.0), copy.deepcopy(x), x.item(0),
                 x.tolist()[0], np_.array(x.tolist()), np_.full(2, x[0]), np_.stack(list(x)), sum(x)):  # fmt: skip
        assert WIDE.moves(kept)
    assert f"{x[0]:.2f}" == "1.50"
    assert "%.2f" % x[0] == "1.50"  # noqa: UP031


def test_a_file_and_what_it_imports(tmp_path):
    (tmp_path / "helper.py").write_text("import numpy\nfrom math import exp\ndef act(x):\n    return numpy.tanh(x)\n")
    (tmp_path / "layer.py").write_text(
        "import numpy as np\nfrom numpy import exp, maximum as mx\nfrom scipy.special import expit\nimport math\n"
        "import scipy.special as sp\nfrom helper import act\nfrom numpy.linalg import norm\n"
        "def f(x):\n    import numpy as inner\n    from math import sqrt\n    import helper\n"
        "    y = mx(x, 0) + exp(-x) + expit(x) + sp.expit(x) + act(x) + helper.act(x)\n"
        "    return float(inner.sum(y)) + sqrt(norm(x)) + math.tanh(x[0])\n"
    )
    cells, x = read(tmp_path / "layer.py"), np.array([0.5, -0.4, 1.2])
    kinds = {name: kind_named(name) for name in ("plain", "float64", "complex")}
    f = {name: loaded_for(tmp_path / "layer.py", cells, kind).names["f"] for name, kind in kinds.items()}
    assert float(f["float64"](kinds["float64"].lift(x))) == f["plain"](x)
    lifted = kinds["complex"].lift(x)
    kinds["complex"].plain(lifted).imag[0] = STEP
    with quiet():
        slope = kinds["complex"].lower(f["complex"](lifted)).imag / STEP
    d = np.array([1e-6, 0, 0])
    assert abs(slope - (f["plain"](x + d) - f["plain"](x - d)) / 2e-6) < 1e-8
    assert np.exp is not kinds["float64"].numpy.exp


def test_a_file_that_imports_what_is_not_there_loads_all_the_same(tmp_path):
    (tmp_path / "layer.py").write_text(
        "import numpy as np\nfrom numpy import unheard\ndef f(x):\n    return unheard(x)\n"
    )
    kind = kind_named("float64")
    loaded = loaded_for(tmp_path / "layer.py", read(tmp_path / "layer.py"), kind)
    with pytest.raises(Refused, match=r"numpy\.unheard"):
        loaded.names["f"](kind.lift(np.ones(2)))


def test_what_holds_a_stand_in_can_be_copied():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("float64", "complex"):
            np_ = kind_named(name).numpy
            held = {
                "f": np_.tanh,
                "rng": np_.random.default_rng(3),
                "x": np_.ones(2),
                "s": np_.ones(2)[0],
                "t": np_.float64,
            }
            copied = copy.deepcopy(held)
            assert copied["f"] is held["f"]
            assert float(copied["rng"].random()) == float(held["rng"].random())
