"""What of a stranger's source is loaded, what is left alone, and what one broken piece costs."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.targets.reading.namespace import load
from reference.targets.reading.source import Cell
from reference.targets.reading.statements import definitions
from reference.targets.reading.syntax import python3
from tests.folding import each


def found(*texts):
    return definitions([Cell(k, text) for k, text in enumerate(texts, start=1)])


def names(*texts):
    return [node.name for _, node in found(*texts).loadable if isinstance(node, ast.FunctionDef)]


def loaded(*texts, path=Path("/nowhere/a.py")):
    return load(path, [Cell(k, text) for k, text in enumerate(texts, start=1)], np)


def unloadable(*texts):
    return [u.name for u in found(*texts).unloadable]


# --- loaded, or left alone -----------------------------------------------------------------------------------


@each(
    "text",
    [
        "x = 1",
        "x = -1.5e-7",
        "x = [1, 2, (3, 'a')]",
        "x = {'a': 1, 'b': [2]}",
        "x = lambda z: z + 1",
        "x = y",
        "x = np.pi",
        "x = 2 * np.pi / 3",
        "x = 10 ** -7",
        "x: float = 0.5",
        "x = y = 0",
        "x, y = 1, 2",
        "import numpy",
        "from reg_utils import *",
        "class A: pass",
        "def f(): pass",
        "async def f(): pass",
    ],
)
def test_what_defines_and_does_no_work_is_loaded(text):
    assert len(found(text).loadable) == 1


@each(
    "text",
    [
        "x = f()",
        "x = np.random.randn(3, 4)",
        "x = [f() for _ in y]",
        "x = y[0]",
        "x = 10 ** 10 ** 10",
        "x = y if z else w",
        "x.y = 1",
        "x['a'] = 1",
        "x, y = f()",
        "x, y.z = 1, 2",
        "x += 1",
        "print('a')",
        "f()",
        "del x",
        "assert f()",
        "raise ValueError",
        "for k in range(10 ** 9): x = k",
        "while True: pass",
        "'text'",
        "x = f'{y}'",
        "if (x := f()): pass",
        "global x",
        "x: int",
    ],
)
def test_what_does_work_is_not(text):
    assert found(text).loadable == []


def test_what_is_not_executed_is_remembered_by_its_names():
    assert found("a = 1\nX, Y = load()\nX = 2 * load()").skipped == {"X": (1, 2), "Y": (1, 2)}
    assert found("a = 1", "if a:\n    b = load()\nelse:\n    a += 1").skipped == {"b": (2, 2), "a": (2, 4)}


@each(
    ("text", "names"),
    [
        ("for i in load():\n    total = i", {"i", "total"}),
        ("while load():\n    total += 1", {"total"}),
        ("with open('a') as file:\n    X = file.read()", {"file", "X"}),
        ("if x:\n    for i in load():\n        X = i", {"i", "X"}),
    ],
)
def test_what_a_loop_or_a_with_would_set_is_remembered_too(text, names):
    assert found(text).skipped.keys() == names


@each(
    "text",
    [
        "if True:\n    {}",
        "if x:\n    pass\nelse:\n    {}",
        "if x:\n    pass\nelif y:\n    {}",
        "try:\n    {}\nexcept ImportError:\n    pass",
        "try:\n    import nothing\nexcept ImportError:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "with x:\n    {}",
        "if __name__ == '__main__':\n    if y:\n        {}",
        "for k in range(3):\n    {}",
        "while True:\n    {}\n    break",
    ],
)
def test_a_function_in_a_branch_is_found(text):
    assert names(text.format("def f(x): return x")) == ["f"]


def test_later_definitions_win_and_their_place_is_told():
    result = loaded("def f(): return 1", "def g(): return 0\n\ndef f(): return 2")
    assert result.names["f"]() == 2
    assert (result.own["f"].cell, result.own["f"].line) == (2, 3)


def test_a_name_that_is_given_to_another_function_later_is_that_function():
    result = loaded("def f(): return 1\ndef g(): return 2\nf = g")
    assert result.names["f"]() == 2


def test_a_class_that_raises_in_its_body_costs_itself():
    result = loaded("class A:\n    x = 1 / 0\n\ndef f(): return 1")
    assert result.names["f"]() == 1
    assert result.unloadable == []


def test_a_class_body_that_exits_costs_itself():
    assert loaded("class A:\n    raise SystemExit\n\ndef f(): return 1").names["f"]() == 1


def test_nothing_is_executed(tmp_path):
    gone = tmp_path / "executed"
    text = f"""
import pathlib
pathlib.Path({str(gone)!r}).touch()
x = pathlib.Path({str(gone)!r}).touch()
if pathlib.Path({str(gone)!r}).touch(): pass
for k in [pathlib.Path({str(gone)!r}).touch()]: pass
with open({str(gone)!r}, "w"): pass
def f(): return 1
"""
    assert loaded(text).names["f"]() == 1
    assert not gone.exists()


def test_plain_constants_are_there_for_the_functions():
    result = loaded("EPS = 0.25\nm: int = 3\nscale = EPS * m\ndef f(): return scale")
    assert result.names["f"]() == 0.75


def test_a_constant_that_only_a_run_would_know_is_skipped():
    result = loaded("X = load()\nm = X\ndef f(): return 1")
    assert result.names["f"]() == 1
    assert result.unloadable == []
    assert {"X", "m"} <= result.skipped.keys()


# --- decorators, annotations, defaults -----------------------------------------------------------------------


@each(
    "decorator",
    ["@grader.graded", "@test('a', points=3)", "@check", "@a.b.c(1)(2)", "@njit", "@tf.function", "@x[0]"],
)
def test_a_graders_decorator_is_taken_off(decorator):
    result = loaded(f"{decorator}\ndef f(x):\n    return x")
    assert result.names["f"](3) == 3
    assert result.own["f"].line == 2
    assert not result.unloadable


@each("decorators", ["@np.vectorize", "@functools.lru_cache(maxsize=None)", "@graded\n@functools.wraps(print)"])
def test_a_decorator_that_is_known_stays(decorators):
    result = loaded(f"import functools\n{decorators}\ndef f(x):\n    return x")
    assert result.names["f"](3) == 3


def test_a_decorator_of_the_files_own_is_applied():
    result = loaded("def twice(g):\n    return lambda x: 2 * g(x)\n\n@twice\ndef f(x):\n    return x")
    assert result.names["f"](3) == 6


@each(
    "signature",
    [
        "x: np.ndarray, y: Tensor = None",
        "x: 'Nothing', y: Dict[str, Array] = None",
        "x: 1 / 0, y=3",
        "x, y: jnp.ndarray = None, *args: Any, **kwargs: Any",
    ],
)
def test_annotations_are_not_evaluated(signature):
    assert loaded(f"def f({signature}) -> Missing[int]:\n    z: Absent = x\n    return z").names["f"](3) == 3


def test_a_default_that_only_a_run_would_know_is_none():
    result = loaded("X = load()\ndef f(a, b=X.shape[1], c=3):\n    return a, b, c")
    assert result.names["f"](1) == (1, None, 3)
    assert not result.unloadable


def test_a_keyword_only_default_that_only_a_run_would_know_is_none():
    result = loaded("X = load()\ndef f(a, *, b=X.shape[1]):\n    return a, b")
    assert result.names["f"](1) == (1, None)


# --- imports ---------------------------------------------------------------------------------------------------


@each(
    "line",
    [
        "import not_there",
        "import not_there.at.all as nt",
        "from not_there import a, b as c",
        "from not_there import *",
        "from . import sibling",
        "from .sibling import f",
        "import matplotlib.pyplot as plt",
        "from sklearn.datasets import make_moons",
        "from reg_utils import *",
        "from reg_utils import load_2D_dataset, nothing_of_the_kind",
        "from testCases_v3 import *",
        "from public_tests import forward_propagation_test",
        "import h5py, scipy.io, PIL",
        "from __future__ import print_function",
        "import tensorflow.compat.v1 as tf",
    ],
)
def test_a_module_that_is_not_there_stops_nothing(line):
    result = loaded(f"{line}\ndef f(x):\n    return np.sum(x)")
    assert result.names["f"](np.ones(3)) == 3
    assert not result.unloadable


@each(
    "line",
    [
        "from itertools import izip",
        "from collections import Iterable",
        "from urllib import urlretrieve",
        "from numpy import asscalar",
        "from string import maketrans",
        "from math import nothing_of_the_kind",
    ],
)
def test_a_name_that_a_module_no_longer_has_stops_nothing(line):
    result = loaded(f"{line}\ndef f(x):\n    return np.sum(x)")
    assert result.names["f"](np.ones(3)) == 3
    assert not result.unloadable


def test_the_other_names_of_such_an_import_are_there():
    result = loaded("from numpy import dot, asscalar, exp\ndef f(x):\n    return exp(dot(x, x))")
    assert result.names["f"](np.zeros(3)) == 1


def test_a_file_beside_it_that_lacks_a_name_stops_nothing(tmp_path):
    (tmp_path / "testCases.py").write_text("def f_test_case(): return 1\nparams = f_test_case()\n")
    result = loaded("from testCases import f_test_case, params\ndef f(): return f_test_case()", path=tmp_path / "a.py")
    assert not result.unloadable
    assert result.names["f"]() == 1


@each(
    "line",
    ["import numpy", "import numpy as np", "import numpy as xp", "from numpy import *", "from numpy import maximum"],
)
def test_numpy_under_any_name(line):
    used = {"import numpy": "numpy.", "import numpy as np": "np.", "import numpy as xp": "xp."}.get(line, "")
    assert loaded(f"{line}\ndef f(x):\n    return {used}maximum(x, 0)").names["f"](-1) == 0


@each(
    "line",
    ["import numpy.random as rnd", "import numpy.linalg", "from numpy.linalg import norm", "from numpy import random"],
)
def test_parts_of_numpy(line):
    assert not loaded(line).unloadable


def test_numpy_is_there_even_where_it_is_not_imported():
    assert loaded("def f(x): return np.sum(numpy.ones(x))").names["f"](3) == 3


def test_what_the_helpers_provide_is_there_and_the_files_own_wins():
    result = loaded("from reg_utils import *\ndef relu(x): return 'mine'\ndef f(x): return relu(x), sigmoid(0)")
    assert result.names["f"](1) == ("mine", 0.5)
    assert set(result.own) == {"relu", "f"}


def test_files_beside_it_that_import_each_other_in_a_circle(tmp_path):
    (tmp_path / "first.py").write_text("from second import *\ndef f1(): return 1\n")
    (tmp_path / "second.py").write_text("from first import *\ndef f2(): return 2\n")
    result = loaded("from first import f1\ndef f(): return f1()", path=tmp_path / "a.py")
    assert result.names["f"]() == 1


# --- Python 2 ------------------------------------------------------------------------------------------------


def said(capsys, body, **names):
    """What a function with these lines prints."""
    text = "def f():\n" + "\n".join(f"    {line}" for line in body.split("\n")) + "\n    return 7\n"
    result = loaded(text + "\ndef other():\n    print 'makes it Python 2'\n")
    assert result.unloadable == []
    result.names.update(names)
    assert result.names["f"]() == 7
    return capsys.readouterr().out


@each(
    ("line", "printed"),
    [
        ('print "a"', "a\n"),
        ("print 'a', 3", "a 3\n"),
        ('print "a %d" % b', "a 3\n"),
        ('print "a %d %d" % (b, b)', "a 3 3\n"),
        ('print"a"', "a\n"),
        ('print("x"),', "x\n"),
        ('print "x",', "x\n"),
        ("print b", "3\n"),
        ("print b+1", "4\n"),
        ("print -b", "-3\n"),
        ("print [b, b][0]", "3\n"),
        ("print not b", "False\n"),
        ("print", "\n"),
        ("print ", "\n"),
        ('print "a" # "comment"', "a\n"),
        ('print "#a"', "#a\n"),
        ('print "it\'s"', "it's\n"),
        ('print "a";', "a\n"),
        ('if b: print "a"', "a\n"),
        ("if b == 3: print b", "3\n"),
        ('for k in range(2): print k, "a"', "0 a\n1 a\n"),
        ('if b != 3: pass\nelse: print "a"', "a\n"),
        ("print\tb", "3\n"),
        ("print u'a'", "a\n"),
        ("print ('a')", "a\n"),
        ("print(b)", "3\n"),
        ("print lambda_", "1\n"),
        ('print "a:", b', "a: 3\n"),
        ("print {'a': 1}['a']", "1\n"),
        ("print b if b else 0", "3\n"),
    ],
)
def test_print_statements_are_read_as_calls(capsys, line, printed):
    assert said(capsys, line, b=3, lambda_=1) == printed


@each(
    ("line", "printed"),
    [
        ('if b == "a": print b', "a\n"),
        ("if d['a']: print b", "a\n"),
        ('if d["a"] == 3: print "x: %s" % b', "x: a\n"),
        ("for k in ['a', 'b']: print k,", "a\nb\n"),
    ],
)
def test_print_statements_after_a_condition_with_strings(capsys, line, printed):
    assert said(capsys, line, b="a", d={"a": 3}) == printed


@each(
    ("lines", "printed"),
    [
        ('print "a"; print "b"', "a\nb\n"),
        ('x = 1; print "a"', "a\n"),
        ('print "a %d %d" % (b,\n    b)', "a 3 3\n"),
        ('print "a %d" % (\n    b)', "a 3\n"),
        ('print "a", \\\n    b', "a 3\n"),
        ('print "a", str(\n    b)', "a 3\n"),
        ('print """a\nb"""', "a\n    b\n"),
        ('print ("a %d") % b', "a 3\n"),
        ('print ("a") + "b"', "ab\n"),
        ("print (b + 1) * 2", "8\n"),
    ],
)
def test_print_statements_of_several_lines_and_pieces(capsys, lines, printed):
    assert said(capsys, lines, b=3) == printed


@each("line", ["print >>sys.stderr, 'x'", "print >> f, b", "print >>f", "if b: print >>sys.stderr, 'x', b"])
def test_a_print_into_a_file_breaks_no_other_function(line):
    text = f"def f():\n    {line}\n    return 1\n\ndef g():\n    print 'a'\n    return 2\n"
    result = loaded(text)
    assert result.names["g"]() == 2
    assert [u.name for u in result.unloadable] in ([], ["f"])


def test_a_print_into_a_file_stops_not_even_its_own_function(capsys):
    text = "import sys\ndef f(b):\n    print >>sys.stderr, 'x', b\n    print 'a'\n    return 1\n"
    result = loaded(text)
    assert result.unloadable == []
    assert result.names["f"](3) == 1


def test_print_as_python_3_has_it_is_left_alone():
    text = "def f():\n    print ('a', end='')\n    print('b', 3)\n    p = print\n    return p\n"
    assert python3(text) == text
    assert not found(text).repaired


def test_text_that_speaks_of_printing_is_left_alone():
    text = 'def f():\n    """\n    print "a"\n    except E, e:\n    """\n    s = "print a"\n    # print "b"\n'
    assert python3(text) == text


def test_that_prints_were_repaired_is_told():
    assert found("print 'a'").repaired
    assert not found("print('a')").repaired
    assert not found("def broken(:").repaired


@each("line", ["except ValueError, e:", "except np.linalg.LinAlgError , error :", "except E, e: # no"])
def test_exceptions_with_a_comma(line):
    text = f"def f():\n    try:\n        return 1\n    {line}\n        print 'a'\n        return 2\n"
    assert loaded(text).names["f"]() == 1
    assert found(text).unloadable == []


def test_several_exceptions_with_a_comma():
    text = "def f():\n    try:\n        return 1\n    except (ValueError, TypeError), e:\n        print e\n"
    assert found(text).unloadable == []


def test_tabs_of_eight_columns():
    text = "def f(x):\n\tif x:\n\t    y = 1\n        return 3\n"
    assert loaded(text).names["f"](1) == 3


@given(st.text(alphabet="print \"'%,;:#()>\\\nx=\t", max_size=40))
def test_reading_as_python_2_never_moves_a_line(text):
    assert python3(text).count("\n") == text.count("\n")


# --- what does not parse -------------------------------------------------------------------------------------

GOOD = "def good(x):\n    return x\n"
BROKEN = [
    "def bad(x:\n    return x\n",
    "def bad(x):\n    return (x\n",
    "def bad(x):\n    y = \n    return y\n",
    "def bad(x):\n  y = 1\n     z = 2\n    return y\n",
    "def bad(x):\nreturn x\n",
    "def bad(x)\n    return x\n",
    "def bad(x):\n    return x]\n",
    "def bad(x):\n    s = 'open\n    return x\n",
    "def bad(x):\n    y = 3 3\n",
    "def bad(x):\n    return λ² x\n",
    "def bad(x):\n    # nothing but this\n",
    "def bad(x):\n    dW1 = ### START CODE HERE ###\n    return dW1\n",
    "def bad(x):\n    raise ValueError, 'x'\n",
    "def bad(x):\n    exec 'x'\n",
    "def bad(x):\n    return x <> 3\n",
    "def bad(x):\n    return `x`\n",
    "def bad((a, b)):\n    return a\n",
    "@graded\ndef bad(x:\n    return x\n",
]


@each("broken", BROKEN)
def test_a_broken_function_costs_itself_alone(broken):
    text = GOOD + "\n" + broken + "\n" + GOOD.replace("good", "fine") + "\nx = load()\n"
    assert names(text) == ["good", "fine"]
    assert unloadable(text) == ["bad"]


@each("broken", BROKEN)
def test_what_is_broken_is_told_with_its_place_and_reason(broken):
    (details,) = found("a = 1", GOOD + broken).unloadable
    assert details.cell == 2
    assert 3 <= details.line <= 2 + broken.count("\n") + 1
    assert "Error" in details.reason
    assert "\n" not in details.reason


def test_lines_stay_where_they_are_after_something_broken():
    nodes = {
        n.name: n.lineno for _, n in found("def a():\n  (\n\n# text\n\ndef b():\n    pass\n\ndef c(): pass").loadable
    }
    assert nodes == {"b": 6, "c": 9}


@each("quotes", ['"""', "'''"])
def test_a_docstring_that_is_never_closed_costs_what_stands_before_the_next_function(quotes):
    text = f"{GOOD}\ndef bad(x):\n    {quotes}never closed\n    return x\n\ndef fine(x):\n    return x\n"
    assert names(text) == ["good", "fine"]
    assert unloadable(text) == ["bad"]


def test_a_docstring_that_is_never_closed_before_functions_with_docstrings():
    fine = 'def {}(x):\n    """closed"""\n    return x\n\n'
    text = f'def bad(x):\n    """never closed\n    return x\n\n{fine.format("fine")}{fine.format("well")}'
    assert names(text) == ["fine", "well"]


def test_a_string_that_contains_a_function_contains_none():
    text = (
        'HELP = """\ndef inner(x):\n    return x\n"""\ndef bad(:\n'
        '    pass\n\ndef good(x):\n    """\ndef inner2(y):\n    """\n'
    )
    assert "inner" not in names(text)
    assert "good" in names(text)


MERGE = """def first(x):
    return x

def second(x):
    a = 1
<<<<<<< HEAD
    b = 2
=======
    b = 3
>>>>>>> branch
    return b

def third(x):
    return x
"""


def test_a_merge_that_was_left_undone_costs_the_function_that_it_is_in():
    assert names(MERGE) == ["first", "third"]
    assert unloadable(MERGE) == ["second"]


def test_a_merge_that_was_left_undone_between_functions_costs_none():
    text = "<<<<<<< HEAD\ndef f(x):\n    return 1\n=======\ndef f(x):\n    return 2\n>>>>>>> branch\n\n" + GOOD
    assert names(text) == ["f", "f", "good"]


def test_text_that_was_pasted_into_code_costs_no_function():
    text = "**Expected output**:\n\n    dW1 = [[ 1 2 ]]\n\n" + GOOD + "\nThis is the end of it\n"
    assert names(text) == ["good"]


def test_a_broken_cell_costs_no_other():
    assert names(GOOD, "def bad(:", GOOD.replace("good", "fine")) == ["good", "fine"]


@each("text", ["(" * 5000, "-" * 200_000 + "1", "x" * 10**6, "[" * 300 + "]" * 300, "\\", "\t\n  \n x"])
def test_what_is_too_much_for_a_parser_is_no_end(text):
    assert names(text, GOOD) == ["good"]


def test_a_file_of_no_functions():
    assert found("").loadable == []
    assert found("").unloadable == []
    assert found().loadable == []


@given(
    st.lists(st.sampled_from([*BROKEN, GOOD, MERGE, "x = 1\n", '"""\n', "%s\n" % ("=" * 7), "print 'a'\n"]), max_size=5)
)
def test_no_mixture_of_pieces_raises(pieces):
    result = found("".join(pieces))
    assert all(u.line >= 1 and u.reason for u in result.unloadable)


# --- lines ---------------------------------------------------------------------------------------------------


@each("mark", ["\x85", "\u2028", "\x0b", "\x1c"])
def test_what_only_some_count_as_a_line_end_moves_no_source(tmp_path, mark):
    """Windows' ellipsis, read as Latin-1, is such a mark."""
    result = loaded(f"# wait{mark}\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return 2\n", path=tmp_path / "a.py")
    assert inspect.getsource(result.names["g"]) == "def g(x):\n    return 2\n"


def test_a_traceback_names_the_cell_and_the_line():
    result = loaded("x = 1", "\n\ndef f():\n    return 1 / 0\n")
    with pytest.raises(ZeroDivisionError) as raised:
        result.names["f"]()
    last = raised.traceback[-1]
    assert last.frame.code.raw.co_filename.endswith("a.py#cell2")
    assert last.lineno + 1 == 4


def test_who_reads_a_file_again_reads_what_was_written():
    """Nodes are everybody's: what a first reader had to leave out of one is there for the next."""
    text = "def f(x=later()):\n    return x\n\n@later\nclass A:\n    pass"
    first = loaded(text)
    assert first.names["f"]() is None
    whole = ast.unparse(ast.Module([node for _, node in found(text).loadable], []))
    assert whole == ast.unparse(ast.parse(text))
    second = definitions([Cell(1, text)])
    second.skipped["f"] = (1, 1)
    second.loadable.clear()
    assert loaded(text).names["f"]() is None
    assert definitions([Cell(1, text)]).skipped == found(text).skipped
