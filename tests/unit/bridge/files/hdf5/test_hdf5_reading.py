"""Nothing in an HDF5 file of somebody else is believed before it is looked at."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.errors import InputError
from bridge.files.hdf5.reading import open_hdf5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["g/numbers"] = np.arange(3.0)
        file["g/text"] = ["a", "µ"]
        file["g/square"] = np.zeros((2, 2))
        file["g/zeros"] = np.zeros(0)
        file.create_dataset("g/packed", data=np.zeros(10**6), compression="gzip")
        file["g"].attrs["units"] = np.array([b"ms"])
    return path


def test_what_is_there_is_read(path: Path) -> None:
    with open_hdf5(path) as root:
        group = root.group("g")
        assert group.name == "/g"
        assert group.datasets() == ["numbers", "packed", "square", "text", "zeros"]
        np.testing.assert_array_equal(group.values("numbers", "f"), [0.0, 1.0, 2.0])
        assert group.values("text", "O").tolist() == ["a", "µ"]
        assert group.values("packed", "f", size=10**6).sum() == 0.0
        assert group.n_values("zeros") == 0
        assert group.attribute("units") == "ms"
        assert group.attribute("absent", of="numbers") is None


@pytest.mark.parametrize(
    ("name", "kinds", "size", "said"),
    [
        ("absent", "f", None, "/g has no absent"),
        ("numbers", "iu", None, "not a list of whole numbers"),
        ("text", "f", None, "not a list of numbers"),
        ("numbers", "O", None, "not a list of text"),
        ("numbers", "f", 4, "3 values, not 4"),
        ("square", "f", None, "not a list"),
    ],
)
def test_another_kind_or_length_is_refused(
    path: Path, name: str, kinds: str, size: int | None, said: str
) -> None:
    with open_hdf5(path) as root, pytest.raises(InputError, match=said):
        root.group("g").values(name, kinds, size=size)


def test_a_dataset_is_no_group_and_a_group_no_dataset(path: Path) -> None:
    with open_hdf5(path) as root:
        with pytest.raises(InputError, match="is not a group"):
            root.group("g").group("numbers")
        with pytest.raises(InputError, match="is not a dataset"):
            root.values("g", "f")


@pytest.mark.parametrize("n", [10**9, 10**12, 2**62])
def test_values_that_are_only_declared_are_refused(path: Path, n: int) -> None:
    with h5py.File(path, "r+") as file:
        file.create_dataset("g/bomb", (n,), dtype="f8", chunks=(65536,))
    with open_hdf5(path) as root, pytest.raises(InputError, match="does not hold"):
        root.group("g").values("bomb", "f")


def test_values_of_other_files_are_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"SECRETKE" * 3)
    with h5py.File(path, "r+") as file:
        storage = [(str(tmp_path / "secret"), 0, 24)]
        file.create_dataset("g/outside", (3,), dtype="f8", external=storage)
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource(str(path), "g/numbers", (3,))
        file.create_virtual_dataset("g/virtual", layout)
        file["g/link"] = h5py.ExternalLink("other.h5", "/g/numbers")
    with open_hdf5(path) as root:
        group = root.group("g")
        for name in ("outside", "virtual", "link"):
            with pytest.raises(InputError, match="other"):
                group.values(name, "f")


def test_what_is_no_hdf5_is_refused(path: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.h5"
    cut.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="cannot be read as HDF5"), open_hdf5(cut):
        pass


def test_an_attribute_is_numbers_or_text(path: Path) -> None:
    lists = np.array([np.arange(2.0), None], dtype=object)[:1]
    with h5py.File(path, "r+") as file:
        kind = h5py.vlen_dtype(np.dtype("f8"))
        file["g"].attrs.create("lists", lists, dtype=kind)
        file["g"].attrs["pairs"] = np.zeros(2, dtype="i4,f8")
        file["g"].attrs["words"] = ["a", "b"]
    with open_hdf5(path) as root:
        for name in ("lists", "pairs"):
            with pytest.raises(InputError, match=f"{name} is neither numbers nor text"):
                root.group("g").attribute(name)
        assert root.group("g").attribute("words").tolist() == ["a", "b"]
