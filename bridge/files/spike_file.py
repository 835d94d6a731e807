"""Spike trains in SONATA files."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.errors import InputError
from bridge.files.hdf5.reading import Hdf5Group, open_hdf5
from bridge.files.hdf5.writing import written_hdf5

SORTING = {"none": 0, "by_id": 1, "by_time": 2}
"""The SONATA enumeration of the order in which spikes are stored."""

_MS_IN = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1.0),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1000.0),
}
_IDS = ("node_ids", "gids")


@dataclass(frozen=True)
class SpikeTrains:
    """Spikes of one population, sorted by time.

    Attributes
    ----------
    population
        Its name; ``None`` in the older layout, which has none.
    times_ms, ids
        Time (ms) and cell of each spike, shape ``(n_spikes,)``, float64 and int64.
    states_unit
        Whether the file says the unit of its times; where it does not, SONATA's
        unit holds, ms.
    """

    population: str | None
    times_ms: FloatArray
    ids: IntArray
    states_unit: bool


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
    path: Path, population: str | None = None, *, like: str | None = None
) -> SpikeTrains:
    """Read the spikes of one population.

    Both layouts in use are read: ``/spikes/<population>/{node_ids, timestamps}``
    and the older ``/spikes/{gids, timestamps}``. Times in seconds are converted.

    Parameters
    ----------
    path
        SONATA spike file.
    population
        Population to read.
    like
        Where none is named: the population to read if the file has it. Otherwise
        the only one that has spikes is read.

    Returns
    -------
    SpikeTrains
        Its spikes.

    Raises
    ------
    InputError
        If the file is missing or broken, the population is not in it or it is not
        clear which is meant, a time or a cell is none, or the population holds more
        than times and cells.
    """
    if path.suffix.lower() == ".csv":
        raise InputError(
            f"{path}: spikes in CSV are not read; write them as a SONATA HDF5 file "
            "(in BMTK: SpikeTrains.load(...).to_sonata(...))"
        )
    with open_hdf5(path, "spike file") as file:
        if "spikes" not in file:
            raise InputError(f"{path}: no /spikes group; is it a SONATA spike file?")
        name, group = _population_group(file.group("spikes"), population, like)
        ids = group.values(_id_name(group), "iu")
        times = group.values("timestamps", "iuf", size=ids.size).astype(np.float64)
        unit = _unit(group)
    if unit is not None and str(unit) not in _MS_IN:
        raise InputError(f"{path}: spike times are in {str(unit)!r}, not in ms or s")
    times *= 1.0 if unit is None else _MS_IN[str(unit)]
    _check_spikes(path, times, ids)
    order = np.lexsort((ids, times))
    return SpikeTrains(
        population=name,
        times_ms=times[order],
        ids=ids[order].astype(np.int64),
        states_unit=unit is not None,
    )


def _id_name(group: Hdf5Group) -> str:
    """Return the name of the cells; there must be no more than cells and times."""
    names = group.names()
    more = [name for name in names if name not in ("timestamps", *_IDS)]
    if more:
        raise InputError(
            f"{group.path}: {group.name}/{more[0]} is not known; spikes are times and "
            "cells, so remove it (and store the spikes of other trials elsewhere)"
        )
    held = [name for name in _IDS if name in names] or [_IDS[0]]
    if len(held) > 1:
        raise InputError(
            f"{group.path}: {group.name} has {' and '.join(held)}; remove one of them"
        )
    return held[0]


def _unit(group: Hdf5Group) -> str | None:
    """Return the unit of the times, said of them or of their group."""
    said = {
        str(unit)
        for unit in (
            group.attribute("units", of="timestamps"),
            group.attribute("units"),
        )
        if unit is not None
    }
    if len(said) > 1:
        raise InputError(
            f"{group.path}: units of {group.name} and of its timestamps differ"
        )
    return said.pop() if said else None


def _population_group(
    spikes: Hdf5Group, population: str | None, like: str | None
) -> tuple[str | None, Hdf5Group]:
    if "timestamps" in spikes.datasets():
        if spikes.groups():
            raise InputError(
                f"{spikes.path}: has spikes of {', '.join(spikes.groups())} and spikes "
                "without a population (older layout); remove one of them"
            )
        if population is not None:
            raise InputError(
                f"{spikes.path}: its spikes have no population (older layout); do not "
                f"ask for {population!r}"
            )
        return None, spikes
    names = spikes.groups()
    held = ", ".join(names) or "no population"
    wanted = like if population is None and like in names else population
    if wanted is None:
        with_spikes = [n for n in names if spikes.group(n).n_values("timestamps")]
        wanted = next((n[0] for n in (with_spikes, names) if len(n) == 1), None)
    if wanted is None:
        raise InputError(
            f"{spikes.path}: spikes of {held}; which are meant is not clear, name one "
            "(simulate: --lgn-population)"
        )
    if wanted not in names:
        raise InputError(
            f"{spikes.path}: spikes of population {wanted!r} asked for, it has {held}"
        )
    return wanted, spikes.group(wanted)


def _check_spikes(path: Path, times_ms: FloatArray, ids: NDArray[np.integer]) -> None:
    if not np.isfinite(times_ms).all():
        raise InputError(f"{path}: a spike time is not a finite number")
    if times_ms.size and times_ms.min() < 0.0:
        raise InputError(
            f"{path}: a spike time is negative ({times_ms.min():g} ms); times count "
            "from the start of the trial"
        )
    wrong = (ids < 0) | (ids > np.iinfo(np.int64).max)
    if wrong.any():
        raise InputError(f"{path}: {ids[np.argmax(wrong)]} is no id of a cell")
