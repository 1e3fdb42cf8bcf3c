"""Messages between the court and a target's process: what goes in comes out, and what lies is refused."""

from __future__ import annotations

import io
import pickle
import tracemalloc

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from reference.targets.process import messages as wire
from reference.targets.process.messages import LENGTH, Foreign, Kind, WireError, pack, receive
from tests.folding import each

LIST, TUPLE, ARRAY, FOREIGN = Kind


def over(tree):
    """A tree, as it is on the other side."""
    return received(pack(tree))


def received(message):
    stream = io.BytesIO(message)

    def read(count):
        data = stream.read(count)
        if len(data) != count:
            raise WireError("the end")
        return data

    value = receive(read)
    assert stream.read() == b""
    return value


def message(body):
    """A message of these bytes, or of a tree as msgpack has it."""
    body = body if isinstance(body, bytes) else msgpack.packb(body)
    return LENGTH.pack(len(body)) + body


def equal(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b or (a != a and b != b)


SCALARS = st.none() | st.booleans() | st.integers(-(2**61), 2**61) | st.floats() | st.text(st.characters(), max_size=8)
ARRAYS = hnp.arrays(
    st.sampled_from(["<f8", ">f8", "f4", "f2", "i8", "u1", "?", "c16"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0),
)
TREES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=4) | st.integers(-9, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(TREES)
def test_what_goes_in_comes_out(tree):
    assert equal(over(tree), tree)


@each(
    "tree",
    [
        float("nan"),
        float("-inf"),
        -0.0,
        "λ\ud800\x00",
        {},
        [],
        (),
        {"a": {"d": [1]}, "l": [], "t": (), "o": "x"},
        {1: 2, 0.5: 4, False: 3},
        {("a", 1): 2},
        np.array(3.0),
        np.zeros((0, 3)),
        np.zeros((3, 0, 2), dtype=bool),
        np.arange(6).reshape(2, 3)[:, ::-1],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.broadcast_to(1.0, (3, 2)),
        np.longdouble(1) / 3 * np.ones(2),
    ],
)
def test_edges(tree):
    assert equal(over(tree), tree)


def test_a_number_of_numpys_is_an_array_without_axes():
    assert equal(over(np.float32(1.5)), np.array(1.5, dtype="f4"))
    assert equal(over(np.bool_(True)), np.array(True))


def test_arrays_can_be_written_to_and_are_no_ones_else():
    given = np.zeros(3)
    got = over([given, given])
    got[0][0] = 1
    assert given[0] == got[1][0] == 0


def test_subclasses_come_out_as_what_they_are():
    class Name(str):
        pass

    class Row(np.ndarray):
        pass

    name, masked, row = over([Name("a"), np.ma.masked_array([1.0], [True]), np.ones(2).view(Row)])
    assert name == "a"
    assert [type(v) for v in (name, masked, row)] == [str, np.ndarray, np.ndarray]


@each(
    ("value", "says"),
    [
        (object(), "object"),
        (print, "builtin_function_or_method"),
        (1j, "complex"),
        ({1, 2}, "set"),
        (b"bytes", "bytes"),
        (np.array([None]), "array of object"),
        (np.array(["a"]), "array of <U1"),
        (np.array([(1, 2.0)], dtype="i4,f8"), "array of"),
        (np.datetime64("2020"), "array of"),
        (2**62, "a very large int"),
        (-(2**70), "a very large int"),
        (ValueError("x"), "ValueError"),
    ],
)
def test_of_what_is_neither_number_nor_container_a_name_alone_crosses(value, says):
    got = over([value])[0]
    assert isinstance(got, Foreign)
    assert repr(got).startswith(says)


def test_a_nest_without_end_is_cut():
    endless = []
    endless.append(endless)
    got, depth = over(endless), 0
    while isinstance(got, list):
        got, depth = got[0], depth + 1
    assert isinstance(got, Foreign)
    assert depth <= wire.DEEPEST + 1


def test_a_very_long_text_is_whole_or_named_only_and_never_cut():
    assert over("x" * wire.LONGEST) == "x" * wire.LONGEST
    assert repr(over("x" * (wire.LONGEST + 1))) == "a very long str"


def test_an_array_that_is_too_large_is_named_only(monkeypatch):
    monkeypatch.setattr(wire, "LARGEST", 1000)
    assert repr(over([np.zeros(100)])[0]) == "array of float64"


# --- what is refused -----------------------------------------------------------------------------------------

DOUBLES = (ARRAY, "<f8", (TUPLE, 2))


@each(
    "broken",
    [
        message(b""),
        message(b"not msgpack"),
        message(b"\xc1"),
        message(b"\xff\xfe"),
        message([]),
        message({"a": []}),
        message([3]),
        message([None]),
        message(["a"]),
        message([False, 1]),
        message([[LIST], 1]),
        message([-1, 1]),
        message([1.5, 1]),
        message([LIST, [ARRAY]]),
        message([*DOUBLES]),
        message([*DOUBLES, None]),
        message([*DOUBLES, "0" * 16]),
        message([*DOUBLES, bytes(16), 3]),
        message([ARRAY, "<f8", 2, bytes(16)]),
        message([ARRAY, "<f8", [LIST, 2], bytes(16)]),
        message([ARRAY, "<f8", [2, 1], bytes(16)]),
        message([ARRAY, "<f8", {}, bytes(16)]),
        message([FOREIGN]),
        message([FOREIGN, 3]),
        message([FOREIGN, "a", "b"]),
        message([FOREIGN, [FOREIGN, "a"]]),
        message(msgpack.packb(b"bytes")),
        message([LIST, b"bytes"]),
        message([TUPLE, b"bytes"]),
        message({"a": b"bytes"}),
        message({b"bytes": 1}),
        message(b"\x81\x91\x00\x01"),  # a list as a key
        message(b"\x81\x92\x01\x91\x00\x01"),  # a tuple with a list in it
        message(b"\x81\x80\x01"),  # a dictionary
        message(b"\x82\xa1a\x01\xa1b"),  # a key without a value
        message(b"\x01\x01"),  # two trees
        message(b"\xa3ab"),  # a text that ends early
        message(b"\xa1\xff"),  # no UTF-8
        message(b"\xdd\xff\xff\xff\xff"),  # four thousand million elements
        message(b"\xdf\xff\xff\xff\xff"),
        message(b"\xdb\xff\xff\xff\xff"),
        message(b"\xc6\xff\xff\xff\xff"),
        message(b"\xc9\xff\xff\xff\xff\x01"),
        message(msgpack.ExtType(1, b"x")),
        message(msgpack.Timestamp(1)),
        message(b"\x92\x00" * 50_000 + b"\xc0"),
        message(b"\x81" * 50_000 + b"\xc0"),
        message(b"\xdd\x00\x00\xff\xff" * 50_000),
    ],
)
def test_what_is_no_message_is_refused(broken):
    with pytest.raises(WireError):
        received(broken)


@each("head", [b"\xdd", b"\xdf"])
def test_no_room_is_made_for_elements_that_are_not_there(head):
    body = head + (2**27).to_bytes(4, "big") + bytes(2**21)
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            received(message(body))
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


@each(
    "described",
    [
        ["<f8", [3]],
        ["<f8", [1000, 1000]],
        ["<f8", [-2]],
        ["<f8", [2.0]],
        ["<f8", [True, 2]],
        ["<f8", ["2"]],
        ["<f8", [2**40]],
        ["<f8", [2**62, 2]],
        ["<f8", [2**64 - 1]],
        ["<f8", [0, 2**64 - 1]],
        ["<f8", [2**62, 2**62, 0]],
        ["<f8", [1] * 100],
        ["O", [2]],
        ["|O", [2]],
        ["V16", [1]],
        ["<U2", [2]],
        ["S16", [1]],
        ["M8[s]", [2]],
        ["i4,f8", [1]],
        ["(2,)f8", [1]],
        ["nonsense", [2]],
        ["", [2]],
        [["<f8"], [2]],
        [{"names": ["a"], "formats": ["O"]}, [2]],
        [3, [2]],
    ],
)
def test_an_array_that_lies_about_itself_is_refused(described):
    kind, shape = described
    with pytest.raises(WireError):
        received(message([ARRAY, kind, (TUPLE, *shape), bytes(16)]))


@each("length", [2**63, 2**64 - 1, wire.LARGEST + 1])
def test_a_message_that_is_too_large_is_refused_before_it_is_read(length):
    asked = []

    def read(count):
        asked.append(count)
        return LENGTH.pack(length)

    with pytest.raises(WireError, match="are taken"):
        receive(read)
    assert asked == [LENGTH.size]


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_anything_but_be_refused_or_read(body):
    try:
        received(message(body))
    except WireError:
        return


@settings(deadline=None)
@given(st.data())
def test_a_message_with_a_spoilt_byte_is_refused_or_read(data):
    spoilt = bytearray(pack({"a": np.arange(3.0), "b": [1, "x", None], ("c", 2): (object(), {})}))
    at = data.draw(st.integers(LENGTH.size, len(spoilt) - 1))
    spoilt[at] = data.draw(st.integers(0, 255))
    try:
        received(bytes(spoilt))
    except WireError:
        return


def test_nothing_is_unpickled(monkeypatch):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    monkeypatch.setattr(pickle, "loads", lambda *a, **k: pytest.fail("pickle.loads was called"))
    trap = pickle.dumps(Trap())
    for broken in (message(trap), message([ARRAY, "|O", (TUPLE, 1), trap]), message(msgpack.ExtType(1, trap))):
        with pytest.raises(WireError):
            received(broken)
    assert "pickle" not in vars(wire)
