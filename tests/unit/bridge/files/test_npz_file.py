"""Archives of arrays: whole as NumPy reads them, or refused before expansion."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.lib import format as npy

from bridge.errors import InputError
from bridge.files.npz_file import open_npz

RNG = np.random.default_rng(0)
ARRAYS = {
    "floats": RNG.random((3, 4)),
    "by columns": np.asfortranarray(RNG.random((3, 4)).astype(np.float32)),
    "big-endian": np.arange(5, dtype=">i4"),
    "bytes": RNG.integers(0, 256, 5000, dtype=np.uint8),
    "truth": np.array([True, False]),
    "texts": np.array(["a", "straße"]),
    "bare": np.int64(3),
    "empty": np.zeros((0, 3)),
}


def read(path: Path) -> dict[str, np.ndarray]:
    with open_npz(path) as stored:
        return {name: stored.read(name) for name in stored.names}


def assert_refused(path: Path, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_read_as_numpy_reads_them(tmp_path: Path, save) -> None:
    path = tmp_path / "x.npz"
    save(path, **ARRAYS)
    found = read(path)
    with np.load(path) as expected:
        assert list(found) == expected.files
        for name, array in found.items():
            assert array.dtype == expected[name].dtype
            np.testing.assert_array_equal(array, expected[name])


def test_python_objects_are_refused_without_advice_to_run_them(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, x=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="'x' holds Python objects") as caught:
        read(path)
    assert "pickle" not in str(caught.value)


def header(shape: str, dtype: str = "'<f8'") -> bytes:
    """Return the header of an array, with whatever shape and type."""
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}}}"
    line = text.encode("latin1").ljust(117) + b"\n"
    return npy.magic(1, 0) + len(line).to_bytes(2, "little") + line


LIES = {
    "a shape of 8 TB": header("(1000000000000,)"),
    "more than the file": header("(4,)") + bytes(16),
    "less than the file": header("(1,)") + bytes(16),
    "a negative length": header("(-1, -2)") + bytes(16),
    "a shape that is a program": header("(__import__('os').getpid(),)"),
    "deep brackets": header("(" + 40 * "(" + ")"),
    "another alphabet": header("(2,)", "'\xff\xfe'"),
    "texts without letters": header("(1000000000000,)", "'<U0'"),
    "no text": header("(1,)", "'<U1'") + b"\xff\xff\xff\xff",
    "named columns": header("(1,)", "[('a', '<f8')]") + bytes(8),
    "nothing": b"",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_header_that_lies_is_refused_before_memory_is_taken(
    tmp_path: Path, lie: str
) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", LIES[lie])
    # Not "does not fit into the memory": none is asked for.
    words = "not numbers" if lie == "named columns" else "'x' is damaged"
    assert_refused(path, words)


def test_a_declared_size_that_the_file_does_not_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, x=np.arange(50.0))
    content = path.read_bytes()
    size = (128 + 400).to_bytes(4, "little")
    directory = content.rindex(size)
    lie = (2**31).to_bytes(4, "little")
    path.write_bytes(content[:directory] + lie + content[directory + 4 :])
    assert_refused(path, "declares 2147483648 bytes, which the file does not hold")


def test_more_than_is_wanted_is_refused_before_it_is_expanded(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, x=np.zeros(2**20), y=np.zeros(2**20))
    assert path.stat().st_size < 2**15
    with (
        pytest.raises(InputError, match=r"declares 0\.0156 GiB of arrays; at most"),
        open_npz(path, most_bytes=2**24),
    ):
        pass
    assert len(read(path)) == 2


def test_what_is_no_archive_of_arrays_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    assert_refused(path, "no such file")
    path.mkdir()
    assert_refused(path, "is a folder")
    path.rmdir()
    os.mkfifo(path)
    assert_refused(path, "not a regular file")
    path.unlink()
    path.write_bytes(b"no zip file")
    assert_refused(path, r"is damaged or no \.npz file")
    array = io.BytesIO()
    np.save(array, np.arange(3))
    for method, name, words in (
        (zipfile.ZIP_LZMA, "x.npy", "NumPy does not write"),
        (zipfile.ZIP_STORED, "read me.txt", "'read me.txt', which is no NumPy array"),
    ):
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(name, array.getvalue())
        assert_refused(path, words)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", array.getvalue())
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.npy", array.getvalue())
    assert_refused(path, "array 'x' twice")
    np.savez(path, x=np.arange(3))
    with open_npz(path) as stored, pytest.raises(InputError, match="no array 'y'"):
        stored.read("y")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_random_damage_gives_one_line_or_the_same_arrays(tmp_path: Path, save) -> None:
    path = tmp_path / "x.npz"
    save(path, **ARRAYS)
    whole, expected = path.read_bytes(), read(path)
    messages = []
    for number in range(300):
        content = bytearray(whole)
        if number % 3:
            for place in RNG.integers(0, len(whole), 1 + number % 4):
                content[place] = RNG.integers(256)
        else:
            start = int(RNG.integers(len(whole)))
            del content[start : start + int(RNG.integers(1, 99))]
        path.write_bytes(content)
        try:
            found = read(path)
        except InputError as error:
            messages.append(str(error))
            continue
        for name, array in found.items():
            # A damaged directory may have lost or renamed an array, never its values.
            if name in expected:
                np.testing.assert_array_equal(array, expected[name])
    assert len(messages) > 200
    assert "\n" not in "".join(messages)
