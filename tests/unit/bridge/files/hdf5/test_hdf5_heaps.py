"""A damaged list of texts, in which HDF5 walks for ever, is found before it is read."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.errors import InputError
from bridge.files.hdf5.heaps import has_endless_heap
from bridge.files.hdf5.reading import open_hdf5


@pytest.fixture(params=["earliest", "latest"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver=request.param) as file:
        file.attrs["units"] = "ms"
        kind = h5py.string_dtype()
        # of many lengths, in several heaps
        file.create_dataset("texts", data=["x" * n for n in range(500)], dtype=kind)
    return path


def heaps(content: bytes) -> list[int]:
    return [n for n in range(len(content)) if content.startswith(b"GCOL", n)]


def test_whole_files_are_read(path: Path) -> None:
    assert len(heaps(path.read_bytes())) > 1
    with open_hdf5(path) as root:
        assert root.attribute("units") == "ms"
        assert [len(text) for text in root.values("texts", "O")] == list(range(500))


def test_files_without_heaps_and_empty_files_have_no_endless_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("no HDF5")
    assert not has_endless_heap(tmp_path / "empty")
    assert not has_endless_heap(tmp_path / "text")


@pytest.mark.parametrize("which", [0, -1])
def test_a_heap_without_end_is_refused(path: Path, which: int) -> None:
    content = bytearray(path.read_bytes())
    first = heaps(content)[which] + 16
    content[first : first + 16] = bytes(16)  # free space of size 0
    path.write_bytes(content)
    with (
        pytest.raises(InputError, match=r"x.h5: is damaged: .* has no end"),
        open_hdf5(path),
    ):
        pass


def test_the_signature_at_the_end_of_a_file_does_no_harm(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"GCOL")
    with open_hdf5(path) as root:
        assert root.attribute("units") == "ms"


def test_a_text_that_claims_gigabytes_is_refused(path: Path) -> None:
    with h5py.File(path, "r") as file:
        offset = file["texts"].id.get_offset()
    content = bytearray(path.read_bytes())
    content[offset + 16 : offset + 20] = (2**32 - 1).to_bytes(4, "little")
    path.write_bytes(content)
    with (
        open_hdf5(path) as root,
        pytest.raises(InputError, match="text in /texts is longer than the file"),
    ):
        root.values("texts", "O")


def test_texts_of_one_length_are_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["texts"] = np.array([b"ab", b"c"])
        file.create_dataset("none", (0,), dtype=h5py.string_dtype())
    with open_hdf5(tmp_path / "x.h5") as root:
        assert root.values("texts", "O").tolist() == ["ab", "c"]
        assert root.values("none", "O").tolist() == []
