"""Writing HDF5 files, made in memory: HDF5 itself crashes where a disk is full."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import h5py

from bridge.files.written_file import write_bytes

if TYPE_CHECKING:
    import xarray as xr


@contextmanager
def written_hdf5(path: Path) -> Iterator[h5py.File]:
    """Yield an empty file to be filled; written whole at the end, or not at all.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.written_file.write_bytes`.
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        yield file
    write_bytes(path, buffer.getbuffer())


def write_netcdf(path: Path, groups: Mapping[str, "xr.Dataset"]) -> None:
    """Write datasets as groups of one netCDF file.

    Parameters
    ----------
    path
        The file.
    groups
        Dataset by name of its group; ``"/"`` is the file itself.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.written_file.write_bytes`.
    """
    import h5netcdf  # with xarray a second to import, and few files are netCDF
    from xarray.backends import H5NetCDFStore

    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        for name, dataset in groups.items():
            store = H5NetCDFStore(file, group=name, mode="a")
            dataset.dump_to_store(store)
    write_bytes(path, buffer.getbuffer())
