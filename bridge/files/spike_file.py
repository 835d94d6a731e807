"""Spike trains in SONATA files."""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.errors import InputError
from bridge.files.written_hdf5 import written_hdf5

SORTING = {"none": 0, "by_id": 1, "by_time": 2}
"""The SONATA enumeration of the order in which spikes are stored."""


def write_spikes(
    path: Path,
    population: str,
    times_ms: FloatArray,
    ids: NDArray[np.integer],
    *,
    compress: bool = False,
) -> None:
    """Write spikes as ``/spikes/<population>``, sorted by cell, then time.

    Parameters
    ----------
    path
        File to write; one that exists is replaced.
    population
        SONATA node population the ids belong to.
    times_ms, ids
        Time (ms) and cell of each spike, shape ``(n_spikes,)``.
    compress
        Compress with gzip: a quarter of the size, but builds of libsonata without
        zlib cannot read it.
    """
    filters = {"compression": "gzip", "compression_opts": 1} if compress else {}
    order = np.lexsort((times_ms, ids))
    with written_hdf5(path) as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], dtype=np.uint32)
        group = file.create_group(f"spikes/{population}")
        kind = h5py.enum_dtype(SORTING, basetype="u1")
        group.attrs.create("sorting", SORTING["by_id"], dtype=kind)
        for name, values in (
            ("timestamps", np.asarray(times_ms, dtype=np.float64)),
            ("node_ids", np.asarray(ids, dtype=np.uint64)),
        ):
            group.create_dataset(
                name,
                data=values[order],
                shuffle=compress or None,
                track_times=False,
                **filters,
            )
        group["timestamps"].attrs["units"] = "ms"


def read_spikes(
    path: Path, population: str | None = None
) -> tuple[FloatArray, IntArray]:
    """Read the spikes of one population, sorted by time.

    Both layouts in use are read: ``/spikes/<population>/{node_ids, timestamps}``
    and the older ``/spikes/{gids, timestamps}``.

    Parameters
    ----------
    path
        SONATA spike file.
    population
        Population to read; may be left out where the file has only one.

    Returns
    -------
    times_ms, ids
        Shape ``(n_spikes,)``, float64 (ms) and int64.

    Raises
    ------
    InputError
        If the file is missing or broken, or the population is not in it.
    """
    try:
        with h5py.File(path, "r") as file:
            group = _population_group(file, path, population)
            id_name = "node_ids" if "node_ids" in group else "gids"
            missing = [n for n in (id_name, "timestamps") if n not in group]
            if missing:
                raise InputError(
                    f"{path}: {group.name} has no {missing[0]}; is it a SONATA "
                    "spike file?"
                )
            times = np.asarray(group["timestamps"][:], dtype=np.float64)
            ids = np.asarray(group[id_name][:], dtype=np.int64)
            units = group["timestamps"].attrs.get("units", "ms")
    except FileNotFoundError:
        raise InputError(f"{path}: no such spike file") from None
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{path}: cannot be read as HDF5 (cut short?): {_one_line(error)}"
        ) from None
    if times.shape != ids.shape or times.ndim != 1:
        raise InputError(f"{path}: {ids.shape} cell ids but {times.shape} spike times")
    if not np.isfinite(times).all():
        raise InputError(f"{path}: a spike time is not a finite number")
    units = units.decode() if isinstance(units, bytes) else str(units)
    if units not in ("ms", "milliseconds", "millisecond"):
        raise InputError(f"{path}: spike times are in {units!r}, not in ms")
    order = np.lexsort((ids, times))
    return times[order], ids[order]


def _population_group(
    file: h5py.File, path: Path, population: str | None
) -> h5py.Group:
    if "spikes" not in file:
        raise InputError(f"{path}: no /spikes group; is it a SONATA spike file?")
    spikes = file["spikes"]
    if "timestamps" in spikes:
        return spikes
    names = [n for n in spikes if isinstance(spikes[n], h5py.Group)]
    if population is None and len(names) == 1:
        population = names[0]
    if population not in names:
        raise InputError(
            f"{path}: spikes of population {population!r} asked for, "
            f"it has {', '.join(names) or 'none'}"
        )
    return spikes[population]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
