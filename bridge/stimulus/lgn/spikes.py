"""LGN spike trains from SONATA files, as spikes and as a stimulus."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from bridge.arrays import FloatArray, IntArray
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.files.spike_file import read_spikes
from bridge.stimulus.stimulus import Stimulus, StimulusKind


@dataclass(frozen=True)
class LgnSpikes:
    """Spikes of the LGN cells of a column, sorted by time.

    Attributes
    ----------
    times_ms
        Spike times, ms, shape ``(n_spikes,)``.
    rows
        Row of ``column.lgn`` that fired, shape ``(n_spikes,)``, int64.
    n_lgn
        Number of LGN cells of the column.
    population
        Population of the file that the spikes are of; ``None`` in the older layout.
    n_unknown
        Spikes of the file that are left out: the column lacks their cells.
    states_unit
        Whether the file says the unit of its times.
    """

    times_ms: FloatArray
    rows: IntArray
    n_lgn: int
    population: str | None
    n_unknown: int
    states_unit: bool


def read_lgn_spikes(
    path: Path, lgn: LgnCells, population: str | None = None
) -> LgnSpikes:
    """Read the spikes of the LGN cells that project to a column.

    Parameters
    ----------
    path
        SONATA spike file; its ids are those of ``lgn.spike_id``: ``node_id`` of the
        files that the column was read from, or numbers of the visual field where it
        was built. Cells that do not project to the column are left out.
    lgn
        LGN cells of the column.
    population
        Population inside the file; may be left out where it is called like that of
        ``lgn``, or is the only one with spikes.

    Returns
    -------
    LgnSpikes
        The spikes, with ids replaced by rows of ``lgn``.

    Raises
    ------
    InputError
        If the file cannot be read, or none of its cells belongs to the column.
    """
    if lgn.n_cells == 0:
        raise InputError(f"{path}: the column has no LGN cells to take spikes")
    trains = read_spikes(path, population, like=lgn.population)
    names = {trains.population, lgn.population} - {None}
    if population is None and len(names) > 1:
        raise InputError(
            f"{path}: has spikes of {trains.population}, the LGN of the column is "
            f"{lgn.population}; if they are of its cells, say so (simulate: "
            f"--lgn-population {trains.population})"
        )
    order = np.argsort(lgn.spike_id, kind="stable")
    known = lgn.spike_id[order]
    place = np.minimum(np.searchsorted(known, trains.ids), known.size - 1)
    found = known[place] == trains.ids
    if not found.any():
        numbering = (
            "numbers in the visual field, as the column was built"
            if lgn.file_id is None
            else "those of the column's own LGN nodes file"
        )
        raise InputError(
            f"{path}: none of its {np.unique(trains.ids).size} cells is an LGN cell of "
            f"the column (ids are {numbering}); does it belong to another LGN?"
        )
    return LgnSpikes(
        times_ms=trains.times_ms[found],
        rows=order[place[found]].astype(np.int64),
        n_lgn=lgn.n_cells,
        population=trains.population,
        n_unknown=int(np.count_nonzero(~found)),
        states_unit=trains.states_unit,
    )


def stimulus_from_spikes(
    spikes: LgnSpikes,
    *,
    name: str,
    kind: StimulusKind,
    duration_ms: float,
    dt_ms: float = 1.0,
    smooth_ms: float = 10.0,
    onset_ms: tuple[float, ...] = (),
    frequencies_hz: tuple[float, ...] = (),
    direction_deg: float | None = None,
) -> Stimulus:
    """Turn spike trains into the rates of a stimulus.

    Counts per bin divided by the bin, smoothed with a Gaussian whose edges
    reflect, so that the number of spikes is kept.

    Parameters
    ----------
    spikes
        Spikes of the column's LGN cells.
    name, kind
        Name of the stimulus, and which measures it serves.
    duration_ms
        Duration, ms; later spikes are left out.
    dt_ms
        Sample interval, ms; the duration is a multiple of it.
    smooth_ms
        Standard deviation of the Gaussian, ms; 0 leaves the bins as they are.
    onset_ms, frequencies_hz, direction_deg
        Passed on to the stimulus.

    Returns
    -------
    Stimulus
        With ``lgn_rate_hz`` of shape ``(duration / dt, n_lgn)``.

    Raises
    ------
    InputError
        If the duration is not a positive multiple of ``dt_ms``, or no spike
        falls into it.
    """
    n_samples = round(duration_ms / dt_ms)
    if n_samples < 1 or not np.isclose(n_samples * dt_ms, duration_ms):
        raise InputError(
            f"stimulus {name}: duration {duration_ms} ms is not a multiple of "
            f"dt {dt_ms} ms"
        )
    if smooth_ms < 0.0:
        raise InputError(f"stimulus {name}: smooth_ms is negative")
    bins = np.floor(spikes.times_ms / dt_ms).astype(np.int64)
    inside = (bins >= 0) & (bins < n_samples)
    if not inside.any():
        raise InputError(f"stimulus {name}: no spike within the first {duration_ms} ms")
    flat = bins[inside] * spikes.n_lgn + spikes.rows[inside]
    counts = np.bincount(flat, minlength=n_samples * spikes.n_lgn)
    rate = counts.reshape(n_samples, spikes.n_lgn) * (1000.0 / dt_ms)
    if smooth_ms > 0.0:
        rate = gaussian_filter1d(rate, smooth_ms / dt_ms, axis=0, mode="reflect")
    return Stimulus(
        name=name,
        dt_ms=dt_ms,
        lgn_rate_hz=rate.astype(np.float32),
        onset_ms=onset_ms,
        frequencies_hz=frequencies_hz,
        direction_deg=direction_deg,
        kind=kind,
    )
