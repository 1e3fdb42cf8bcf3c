"""Every way to store a data set gives the same arrays; every other file is refused in one clear line."""

import os
import pickle
import re
import sys
import zipfile

import numpy as np
import pytest

from manual_backprop.data_files import DataError, load
from manual_backprop.datasets import Dataset
from tests.folding import each

SUFFIXES = [".npz", ".mat"]
X = np.array([[0.5, -1.25], [3.0, 4.0], [0.1, 2e-7], [-0.0, 7.0], [1 / 3, 8.0]])  # five examples in rows
Y = np.array([0, 1, 1, 0, 1])
XVAL, YVAL = X[::-1][:3] + 1, np.array([1, 0, 0])
ROWS = {"X": X, "y": Y, "Xval": XVAL, "yval": YVAL}
COLUMNS = {"train_X": X.T, "train_Y": Y, "test_X": XVAL.T, "test_Y": YVAL}
LINES = ["0.5,-1.25,0", "3,4,1", ".1,2e-7,1", "-0,+7,0", f"{1 / 3!r},8.0,1.0"]


def save(path, arrays, **options):
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        pytest.importorskip("scipy.io").savemat(path, arrays, **options)
    return path


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path, *parts, **options):
    """The message, which is one line, begins with the file and holds the parts."""
    with pytest.raises(DataError) as caught:
        load(path, **options)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    assert len(message) - len(str(path)) < 400
    for part in parts:
        assert part in message
    return message


def same(dataset, *, test=True):
    assert isinstance(dataset, Dataset)
    want = Dataset(X.T, Y[None], *((XVAL.T, YVAL[None]) if test else (None, None)))
    for array, wanted in zip(dataset, want, strict=True):
        if wanted is None:
            assert array is None
            continue
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert array.shape == wanted.shape
        np.testing.assert_array_equal(array, wanted)


# --- what is read -----------------------------------------------------------------------------------------------------


@each("suffix", SUFFIXES)
@each("arrays", [ROWS, COLUMNS])
@each("test", [True, False])
def test_both_schemes(tmp_path, suffix, arrays, test):
    arrays = dict(list(arrays.items())[: 4 if test else 2])
    path = save(tmp_path / f"data{suffix}", arrays | {"other": np.ones(3)})
    same(load(path), test=test)
    same(load(str(path)), test=test)


@pytest.mark.parametrize("options", [{"do_compression": True}, {"format": "4"}], ids=str)
def test_matlab_s_other_formats(tmp_path, options):
    same(load(save(tmp_path / "data.mat", ROWS, **options)))


def test_a_compressed_npz(tmp_path):
    np.savez_compressed(tmp_path / "data.npz", **COLUMNS)
    same(load(tmp_path / "data.npz"))


def test_suffixes_in_capitals(tmp_path):
    same(load(save(tmp_path / "data.npz", ROWS).rename(tmp_path / "data.NPZ")))
    same(load(save(tmp_path / "data.mat", ROWS).rename(tmp_path / "data.MAT")))
    same(load(write(tmp_path / "data.CSV", "\n".join(LINES))), test=False)


@each("suffix", SUFFIXES)
@each("shape", [(-1,), (-1, 1), (1, -1)])
@each("dtype", ["f8", "f4", "f2", "u1", "i1", "u8", "i8", "?", ">f8", ">i2", "g"])
def test_labels_of_every_shape_and_type(tmp_path, suffix, shape, dtype):
    if suffix == ".mat" and dtype in ("f2", "g"):
        pytest.skip("MATLAB has no such type")
    for arrays in (ROWS, COLUMNS):
        stored = {k: v.astype(dtype).reshape(shape) if v.ndim == 1 else v for k, v in arrays.items()}
        same(load(save(tmp_path / f"data{suffix}", stored)))


@each("suffix", SUFFIXES)
@each("dtype", ["f4", "u1", "i8", ">f8"])
@each("order", ["C", "F"])
def test_features_of_every_type(tmp_path, suffix, dtype, order):
    stored = np.array([[1, 2], [0, 250], [7, 3]]).astype(dtype, order=order)
    dataset = load(save(tmp_path / f"data{suffix}", {"X": stored, "y": np.array([1, 0, 1])}))
    assert dataset.train_X.dtype == np.float64
    assert dataset.train_X.flags.c_contiguous
    np.testing.assert_array_equal(dataset.train_X, [[1, 0, 7], [2, 250, 3]])


@each("suffix", SUFFIXES)
@each("labels", [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [-0.0, 1, 1, -0.0, 1]])
def test_one_class_is_enough_and_minus_zero_is_zero(tmp_path, suffix, labels):
    dataset = load(save(tmp_path / f"data{suffix}", {"X": X, "y": np.array(labels)}))
    np.testing.assert_array_equal(dataset.train_Y, [labels])
    assert not np.signbit(dataset.train_Y).any()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_example_of_one_feature(tmp_path, suffix):
    dataset = load(save(tmp_path / f"data{suffix}", {"X": np.array([[3.0]]), "y": np.array([[1]])}))
    assert dataset.train_X.tolist() == [[3.0]]
    assert dataset.train_Y.tolist() == [[1.0]]


def test_one_type_of_error_which_is_a_value_error():
    assert DataError.__mro__[1] is ValueError


# --- files that are none ----------------------------------------------------------------------------------------------


@each("name", ["data.npz", "data.csv", "data.mat", "data.txt", "no/such/data.npz"])
def test_a_missing_file(tmp_path, name):
    refused(tmp_path / name, "there is no such file")


@pytest.mark.parametrize("name", ["data.npz", "data"])
def test_a_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    refused(tmp_path / name, "is a folder")


@each("name", ["data.txt", "data", "data.npz.gz", "npz", ".npz"])
def test_another_suffix(tmp_path, name):
    path = write(tmp_path / name, "1,2,0")
    refused(path, f"ends in {path.suffix!r}; it takes one of .npz, .mat, .csv")


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".csv"])
def test_an_empty_file(tmp_path, suffix):
    refused(write(tmp_path / f"data{suffix}", ""), "is empty")


def test_a_path_through_a_file(tmp_path):
    refused(write(tmp_path / "data.csv", "1,0") / "data.csv", "cannot be read: Not a directory")


def test_a_name_that_is_too_long(tmp_path):
    refused(tmp_path / ("x" * 1000 + ".csv"), "cannot be read: File name too long")


@pytest.mark.parametrize("name", ["a\0b.csv", "a\nb.csv"])
def test_a_name_that_cannot_be_printed(name):
    with pytest.raises(DataError) as caught:
        load(name)
    assert str(caught.value).startswith(f"{name!r}: ")
    assert str(caught.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "data.csv")
    refused(tmp_path / "data.csv", "is not a regular file")


def test_a_file_that_may_not_be_opened(tmp_path, monkeypatch):
    path = write(tmp_path / "data.csv", "1,0")

    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", denied)
    refused(path, "cannot be read: Permission denied")


def test_a_large_file_is_refused_unread(tmp_path):
    path = write(tmp_path / "data.csv", "1,0\n")
    os.truncate(path, 10 * 2**30)
    refused(path, "holds 10,737,418,240 bytes; max_bytes is 1,073,741,824")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_small_file_of_large_arrays_is_refused(tmp_path, suffix):
    path, arrays = tmp_path / f"data{suffix}", {"X": np.zeros((50_000, 2)), "y": np.zeros(50_000)}
    if suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        save(path, arrays, do_compression=True)
    assert path.stat().st_size < 100_000
    message = refused(path, "max_bytes is 1,000,000", max_bytes=1_000_000)
    assert 1_200_000 <= int(re.search(r"holds ([\d,]+) bytes", message)[1].replace(",", "")) < 1_201_000
    assert load(path, max_bytes=1_201_000).train_X.shape == (2, 50_000)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_large_arrays_of_other_names_do_not_count(tmp_path, suffix):
    path, arrays = tmp_path / f"data{suffix}", ROWS | {"other": np.zeros(100_000)}
    if suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        save(path, arrays, do_compression=True)
    same(load(path, max_bytes=100_000))


# --- damage, and files of another kind --------------------------------------------------------------------------------


@each("options", [None, {}, {"do_compression": True}, {"format": "4"}])
def test_a_file_cut_short_anywhere(tmp_path, options):
    """Of train alone: a .mat that ends where its test pair began would be whole."""
    path = save(tmp_path / ("data.npz" if options is None else "data.mat"), {"X": X, "y": Y}, **(options or {}))
    whole = path.read_bytes()
    for length in range(1, len(whole)):
        refused(write(path, whole[:length]))


def test_a_changed_byte_in_an_npz(tmp_path):
    path = save(tmp_path / "data.npz", ROWS)
    changed = bytearray(path.read_bytes())
    changed[changed.index(X.tobytes()) + 3] ^= 1
    refused(write(path, bytes(changed)), "'X' cannot be read, it is damaged", "CRC")


@each(
    ("content", "part"),
    [
        ("0.5,1.5,1\n", "is not an .npz file: it begins with b'0.5,1.'"),
        ("PK,1.5,1\n", "the archive cannot be read, it is damaged or of another format: File is not a zip file"),
        (pickle.dumps({"X": 1}), "is not an .npz file: it begins with b'\\x80"),
        (
            b"PK\x03\x04 and nothing that follows from it",
            "the archive cannot be read, it is damaged or of another format",
        ),
    ],
)
def test_what_is_named_npz_and_is_none(tmp_path, content, part):
    refused(write(tmp_path / "data.npz", content), part)


def test_a_single_array_named_npz(tmp_path):
    np.save(tmp_path / "data.npy", X)
    refused((tmp_path / "data.npy").rename(tmp_path / "data.npz"), "is not an .npz file: it begins with b'\\x93NUMPY'")


def test_an_npz_of_other_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as file:
        file.writestr("X", "no array")
        file.writestr("y", "nor this")
    refused(tmp_path / "data.npz", "holds nothing; it takes X, y")


@pytest.mark.parametrize(("words", "reason"), [(500, "Cannot parse header: "), (2000, "Header info length (20000)")])
def test_an_npz_with_a_long_and_senseless_header(tmp_path, words, reason):
    """NumPy's own message quotes all of it, or has several lines."""
    header = b"senseless " * words
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as file:
        for key in ("X", "y"):
            file.writestr(f"{key}.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    refused(tmp_path / "data.npz", f"'X' cannot be read, it is damaged or of another format: {reason}")


def test_an_npz_of_nothing(tmp_path):
    np.savez(tmp_path / "data.npz")
    refused(tmp_path / "data.npz", "holds nothing; it takes X, y")


class Trap:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


@each("key", ["X", "y", "Xval", "yval"])
def test_nothing_is_unpickled(tmp_path, key):
    trap = np.empty((5, 2), dtype=object)
    trap[...] = Trap()
    refused(save(tmp_path / "data.npz", ROWS | {key: trap}), f"{key!r} holds Python objects, which are not unpickled")
    same(load(save(tmp_path / "data.npz", ROWS | {"other": trap})))


@pytest.mark.parametrize("content", ["0.5,1.5,1\n" * 30, b"\x89PNG\r\n\x1a\n" * 30, b"\0" * 300], ids=str)
def test_what_is_named_mat_and_is_none(tmp_path, content):
    pytest.importorskip("scipy.io")
    refused(write(tmp_path / "data.mat", content))


@pytest.mark.parametrize(
    "content",
    [b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(500)],
)
def test_matlab_s_hdf5(tmp_path, content):
    pytest.importorskip("scipy.io")
    refused(write(tmp_path / "data.mat", content), "the file cannot be read, it is damaged or of another format")


def test_a_mat_without_scipy(tmp_path, monkeypatch):
    path = write(tmp_path / "data.mat", "anything")
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    refused(path, "a .mat file takes SciPy, which is not installed")


@each(
    ("value", "kind"),
    [
        ("text", "<U4"),
        ({"a": 1}, "[('a', 'O')]"),
        (np.array([[1, "a"]], dtype=object), "object"),
        (None, "csc_"),
    ],
)
@each("key", ["X", "y"])
def test_what_else_matlab_stores(tmp_path, value, kind, key):
    if value is None:
        value = pytest.importorskip("scipy.sparse").csc_array(X)
    path = save(tmp_path / "data.mat", {"X": X, "y": Y} | {key: value})
    refused(path, f"{key!r} is of type {kind}", "; it takes real numbers")


# --- names ------------------------------------------------------------------------------------------------------------


@each("suffix", SUFFIXES)
@each(
    ("names", "parts"),
    [
        (["a", "b"], ["holds 'a', 'b'; it takes X, y", "train_X, train_Y", "rows", "columns"]),
        (["x", "Y"], ["holds 'x', 'Y'; it takes X, y"]),
        (["X"], ["has no 'y'; it holds 'X'"]),
        (["y", "other"], ["has no 'X'; it holds 'y', 'other'"]),
        (["X", "y", "Xval"], ["has no 'yval'; it holds 'X', 'y', 'Xval'"]),
        (["X", "y", "yval"], ["has no 'Xval'"]),
        (["Xval", "yval"], ["has no 'X' and no 'y'"]),
        (["train_X"], ["has no 'train_Y'"]),
        (["train_X", "train_Y", "test_Y"], ["has no 'test_X'"]),
        (["test_X", "test_Y"], ["has no 'train_X' and no 'train_Y'"]),
        (["X", "y", "train_X", "train_Y"], ["mixes two schemes, 'X', 'y', 'train_X', 'train_Y'; it takes X, y"]),
        (["X", "y", "test_X", "test_Y"], ["mixes two schemes"]),
        (["X", "train_Y"], ["mixes two schemes"]),
        ([f"a{i}" for i in range(14)], ["'a10', 'a11' and 2 more; it takes"]),
    ],
)
def test_names_that_make_no_data_set(tmp_path, suffix, names, parts):
    message = refused(save(tmp_path / f"data{suffix}", dict.fromkeys(names, np.ones((1, 1)))), *parts)
    assert "damaged" not in message


# --- arrays that do not fit -------------------------------------------------------------------------------------------


@each(
    ("changes", "part"),
    [
        ({"X": X[0]}, "'X' has shape (2,); it takes (m, n_0)"),
        ({"X": X[None]}, "'X' has shape (1, 5, 2); it takes (m, n_0)"),
        ({"X": np.float64(3)}, "'X' has shape (); it takes (m, n_0)"),
        ({"y": np.float64(1)}, "'y' has shape (); it takes one label an example"),
        ({"y": np.eye(5)[:, :2]}, "'y' has shape (5, 2); it takes one label an example: (m,), (m, 1) or (1, m)"),
        ({"y": Y[None, None]}, "'y' has shape (1, 1, 5); it takes one label"),
        ({"X": X[:0], "y": Y[:0]}, "'X' has shape (0, 2): no examples"),
        ({"X": X[:, :0]}, "'X' has shape (5, 0): no features"),
        ({"y": Y[:0]}, "'X' has 5 examples (shape (5, 2)), 'y' has 0 labels"),
        ({"y": Y[:4]}, "'X' has 5 examples (shape (5, 2)), 'y' has 4 labels"),
        ({"Xval": XVAL[:2]}, "'Xval' has 2 examples (shape (2, 2)), 'yval' has 3 labels"),
        ({"Xval": XVAL[:, :1]}, "'X' has 2 features, 'Xval' has 1; train and test take the same"),
        ({"X": X + 1j}, "'X' is of type complex128; it takes real numbers"),
        ({"yval": YVAL + 0j}, "'yval' is of type complex128; it takes real numbers"),
        ({"y": Y.astype(str)}, "'y' is of type <U21; it takes real numbers"),
        ({"X": X.astype("M8[s]")}, "'X' is of type datetime64[s]; it takes real numbers"),
        ({"X": X.astype("m8[s]")}, "'X' is of type timedelta64[s]; it takes real numbers"),
        ({"X": np.zeros((5, 2), dtype=[("a", "f8")])}, "'X' is of type [('a', '<f8')]; it takes real numbers"),
        ({"X": np.where(X == 7, np.nan, X)}, "'X' holds nan at [3, 1]; it takes finite numbers"),
        ({"Xval": np.where(XVAL > 7.5, -np.inf, XVAL)}, "'Xval' holds -inf at [0, 1], the first of 2 such places; it"),
        ({"y": np.array([0, 1, np.nan, 0, 1])}, "'y' holds nan at [2]; it takes finite numbers"),
        ({"y": Y + 1}, "'y' holds 2.0; it takes the labels 0 and 1"),
        ({"y": 2 * Y - 1}, "'y' holds -1.0; it takes the labels 0 and 1"),
        ({"y": (Y - 1).astype(np.uint8)}, "'y' holds 255.0; it takes"),
        ({"y": Y * (1 + 1e-9)}, "'y' holds 1.000000001; it takes"),
        ({"y": Y + np.arange(5)}, "'y' holds 2.0, 3.0, 5.0; it takes"),
        ({"X": X[[0] * 9], "y": np.arange(9)}, "'y' holds 2.0, 3.0, 4.0, 5.0, 6.0 and 2 more; it takes"),
        ({"yval": YVAL + 0.5}, "'yval' holds 0.5, 1.5; it takes"),
    ],
)
def test_arrays_that_do_not_fit(tmp_path, changes, part):
    refused(save(tmp_path / "data.npz", ROWS | changes), part)


@pytest.mark.skipif(np.finfo("g").max == np.finfo("d").max, reason="long double is double here")
def test_what_overflows_in_float64_is_not_finite(tmp_path):
    path = save(tmp_path / "data.npz", ROWS | {"X": np.full((5, 2), np.finfo("g").max)})
    refused(path, "'X' holds inf at [0, 0], the first of 10 such places")


@each("suffix", SUFFIXES)
@each(
    ("arrays", "lie", "instead"),
    [
        (ROWS | {"X": X.T}, "rows", "columns"),
        (ROWS | {"Xval": XVAL.T}, "rows", "columns"),
        (COLUMNS | {"train_X": X}, "columns", "rows"),
        (COLUMNS | {"test_X": XVAL}, "columns", "rows"),
    ],
)
def test_rows_and_columns_swapped(tmp_path, suffix, arrays, lie, instead):
    message = refused(save(tmp_path / f"data{suffix}", arrays))
    assert message.endswith(f"; under these names examples are {lie}, and here they seem to be {instead}")


def test_a_count_that_is_merely_wrong_is_not_called_swapped(tmp_path):
    assert "seem" not in refused(save(tmp_path / "data.npz", ROWS | {"y": Y[:3]}))


def test_columns_that_do_not_fit(tmp_path):
    refused(save(tmp_path / "a.npz", COLUMNS | {"train_X": X[0]}), "'train_X' has shape (2,); it takes (n_0, m)")
    refused(save(tmp_path / "b.npz", COLUMNS | {"train_X": X.T[:, :0]}), "'train_X' has shape (2, 0): no examples")
    refused(save(tmp_path / "c.npz", COLUMNS | {"test_X": XVAL.T[:1]}), "'train_X' has 2 features, 'test_X' has 1")
    nan = np.where(X.T == 7, np.nan, X.T)
    refused(save(tmp_path / "d.npz", COLUMNS | {"train_X": nan}), "'train_X' holds nan at [1, 3]")


# --- .csv -------------------------------------------------------------------------------------------------------------


@each("header", [[], ["x1,x2,label"], ['"width, in m","höhe",y'], ["# a,b,c"]])
@each("ending", ["\n", "\r\n", "\r"])
@each("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@each("trailing", [0, 1, 3])
def test_csv(tmp_path, header, ending, encoding, trailing):
    text = ending.join(header + LINES) + ending * trailing
    same(load(write(tmp_path / "data.csv", text.encode(encoding))), test=False)


@each(
    "text",
    [
        "\n\n" + "\n\n".join(LINES),
        "x1,x2,y\n \n" + "\n\t\n".join(LINES),
        "\n".join(line.replace(",", " , ") for line in LINES),
        "\n".join('"' + line.replace(",", '", "') + '"' for line in LINES),
    ],
)
def test_csv_with_more_than_numbers_and_commas(tmp_path, text):
    same(load(write(tmp_path / "data.csv", text)), test=False)


def test_csv_as_numpy_writes_it(tmp_path):
    np.savetxt(tmp_path / "data.csv", np.column_stack([X, Y]), delimiter=",", header="a,b,y")
    same(load(tmp_path / "data.csv"), test=False)


@each(
    ("text", "part"),
    [
        ("1,2,0\n3,4\n", "line 2 has 2 columns, line 1 has 3"),
        ("\n1,2,0\n\n3,4,1,1\n", "line 4 has 4 columns, line 2 has 3"),
        ("a,b\n1,2,0\n", "line 2 has 3 columns, line 1 has 2"),
        ("1\n0\n", "line 1 has one column; it takes features and a label, with commas between"),
        ("1;2;0\n", "line 1 has one column"),
        ("0,5;1,5;1\n", "line 1, column 2 is '5;1'; it takes a finite number"),
        ("1,2,0\n3,x,1\n", "line 2, column 2 is 'x'; it takes a finite number"),
        ("1,x,0\n3,4,1\n", "line 1, column 2 is 'x'; it takes a finite number"),
        ("0,1,label\n3,4,1\n", "line 1, column 3 is 'label'"),
        ("a,b,c\na,b,c\n1,2,0\n", "line 2, column 1 is 'a'"),
        (",a,b\n0,1,1\n", "line 1, column 1 is ''; it takes a finite number"),
        (",,\n0,1,1\n", "line 1, column 1 is ''; it takes a finite number"),
        ("1,2,0\n3,,1\n", "line 2, column 2 is ''; it takes a finite number"),
        ("1,2,0,\n", "line 1, column 4 is ''"),
        ("1,2,0\n,,\n", "line 2, column 1 is ''"),
        ("1,2,0\nnan,4,1\n", "line 2, column 1 is 'nan'; it takes a finite number"),
        ("nan,nan,nan\n1,2,0\n", "line 1, column 1 is 'nan'"),
        ("nan,inf,nan\n1,2,0\n", "line 1, column 1 is 'nan'"),
        ("1,2,0\n3,-inf,1\n", "line 2, column 2 is '-inf'; it takes a finite number"),
        ("1,2,0\n3,1e999,1\n", "line 2, column 2 is '1e999'; it takes a finite number"),
        ("1,2,0\n3,1_0,1\n", "line 2, column 2 is '1_0'; it takes a finite number"),
        ("1,2,0\n3,1+2j,1\n", "line 2, column 2 is '1+2j'; it takes a finite number"),
        ("1,2,0\n3,4,2\n5,6,-1\n", "the last column holds -1.0, 2.0; it takes the labels 0 and 1"),
        ('1,2,0\n"3,4,1\n5,6,1\n', "line 2: unexpected end of data"),
        ("a,b,y\n", "holds no examples"),
        (" \n\n", "holds no examples"),
        ("1,2,0\n" + "9" * 200_000 + ",1,1", "line 2: field larger than field limit"),
        ("1,2,0\n" + "x" * 1000 + ",1,1", "line 2, column 1 is 'xxxxxxxxxxxx"),
        (b"1,2,0\n3,\xe9,1\n", "line 2, column 2 is '\N{REPLACEMENT CHARACTER}'"),
        ("1,2,0\n3,4,1\n".encode("utf-16-le"), "is not text"),
        (b"PK\x03\x04\0\0", "is not text"),
    ],
)
def test_csv_that_does_not_fit(tmp_path, text, part):
    refused(write(tmp_path / "data.csv", text), part)
