"""Files are written whole or not at all, wherever the disk gives up."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from bridge.errors import InputError
from bridge.files import written_file
from bridge.files.hdf5.writing import write_netcdf, written_hdf5
from bridge.files.spike_file import write_spikes
from bridge.files.written_file import (
    append_text,
    copy_folder,
    made_folder,
    new_file,
    write_bytes,
    write_text,
)

Full = Callable[[int], None]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Full:
    """Let a disk be found full when a file is synchronised."""

    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    return lambda _: monkeypatch.setattr(written_file.os, "fsync", fail)


def rates() -> xr.Dataset:
    rng = np.random.default_rng(0)
    return xr.Dataset(
        {"rate": (("time", "cell"), rng.random((40, 3)), {"units": "Hz"})},
        coords={"time": np.arange(40.0), "name": ("cell", ["a", "b", "ö"])},
        attrs={"text": "x", "numbers": [1, 2]},
    )


def write_hdf5(path: Path) -> None:
    with written_hdf5(path) as file:
        file.create_dataset("x", data=np.arange(100_000))


WRITERS: dict[str, Callable[[Path], None]] = {
    "bytes": lambda path: write_bytes(path, b"new"),
    "text": lambda path: write_text(path, "new"),
    "HDF5": write_hdf5,
    "netCDF": lambda path: write_netcdf(path, {"/": rates()}),
    "spikes": lambda path: write_spikes(path, "v1", np.ones(3), np.arange(3)),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_loses_nothing_and_leaves_nothing(
    tmp_path: Path, kind: str, full: Full
) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    full(0)
    with pytest.raises(OSError, match="No space left") as caught:
        WRITERS[kind](path)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_place_that_will_not_do_is_named(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("mine")
    for place in ("nowhere/x", "file/x", "n" * 300):
        with pytest.raises(InputError, match="cannot be written"):
            WRITERS[kind](tmp_path / place)
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_link_is_replaced_and_not_followed(tmp_path: Path, kind: str) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "file").symlink_to("victim")
    WRITERS[kind](tmp_path / "file")
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (tmp_path / "file").is_symlink()


def test_what_is_added_to_does_not_follow_a_link(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "file").symlink_to("victim")
    with pytest.raises(InputError, match="cannot be written"):
        append_text(tmp_path / "file", "new")
    with pytest.raises(InputError, match="cannot be written"):
        new_file(tmp_path / "file")
    assert (tmp_path / "victim").read_text() == "precious"
    (tmp_path / "hard").hardlink_to(tmp_path / "victim")
    with new_file(tmp_path / "hard") as file:
        file.write(b"new")
    assert (tmp_path / "victim").read_text() == "precious"
    append_text(tmp_path / "hard", ", and more")
    assert (tmp_path / "hard").read_text() == "new, and more"


def test_new_files_have_the_permissions_of_the_user(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "file", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_hdf5_from_memory_is_what_h5py_reads(tmp_path: Path) -> None:
    write_hdf5(tmp_path / "file.h5")
    with h5py.File(tmp_path / "file.h5") as file:
        np.testing.assert_array_equal(file["x"], np.arange(100_000))


def test_netcdf_is_what_xarray_writes_itself(tmp_path: Path) -> None:
    data = rates()
    write_netcdf(tmp_path / "a.nc", {"/": data})
    data.to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    write_netcdf(tmp_path / "c.nc", {"one": data, "two": data.isel(time=[3])})
    found = {}
    for name, group in (("a", None), ("b", None), ("c", "one"), ("c", "two")):
        path = tmp_path / f"{name}.nc"
        with xr.open_dataset(path, engine="h5netcdf", group=group) as opened:
            found[name, group] = opened.load()
    xr.testing.assert_identical(found["a", None], found["b", None])
    xr.testing.assert_identical(found["c", "one"], found["b", None])
    xr.testing.assert_identical(found["c", "two"], found["b", None].isel(time=[3]))


def test_folders_that_stay_empty_are_not_left(tmp_path: Path) -> None:
    with made_folder(tmp_path / "a/b"):
        pass
    assert list(tmp_path.iterdir()) == []
    with made_folder(tmp_path / "a/b"):
        (tmp_path / "a/c").write_text("x")
    assert [found.name for found in tmp_path.iterdir()] == ["a"]
    assert [found.name for found in (tmp_path / "a").iterdir()] == ["c"]


def test_a_folder_is_copied_with_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/x").write_bytes(bytes(3_000_000))
    (tmp_path / "a/b/y").write_text("y")
    copy_folder(tmp_path / "a", tmp_path / "copy")
    assert (tmp_path / "copy/x").read_bytes() == bytes(3_000_000)
    assert (tmp_path / "copy/b/y").read_text() == "y"
