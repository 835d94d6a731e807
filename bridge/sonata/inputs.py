"""Spike trains for an exported column: LGN, background and surround."""

from pathlib import Path

import numpy as np

from bridge.arrays import FloatArray, IntArray
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.files.spike_file import write_spikes
from bridge.files.written_file import make_folder
from bridge.stimulus.one_per_step import one_per_step
from bridge.stimulus.stimulus import Stimulus

STEP_MS = 0.1
"""Spikes are drawn on this grid, ms, the time step of the simulation."""

Spikes = tuple[FloatArray, IntArray]


def write_input_spikes(
    column: Column,
    folder: Path,
    stimulus: Stimulus | None,
    duration_ms: float,
    rng: np.random.Generator,
) -> list[str]:
    """Draw Poisson spikes and write them as ``<population>_spikes.h5``.

    Parameters
    ----------
    column
        The column; ids are those of its exported node populations.
    folder
        Where to write; made where missing.
    stimulus
        Rates of the LGN; ``None`` writes no LGN spikes.
    duration_ms
        Duration, ms.
    rng
        Source of random numbers.

    Returns
    -------
    list of str
        Populations that have a file.

    Raises
    ------
    InputError
        If the stimulus is shorter than ``duration_ms`` or has another LGN.
    """
    trains: dict[str, Spikes] = {}
    if stimulus is not None and column.lgn.n_cells:
        if stimulus.lgn_rate_hz.shape[1] != column.lgn.n_cells:
            raise InputError(
                f"stimulus {stimulus.name}: {stimulus.lgn_rate_hz.shape[1]} LGN cells, "
                f"the column has {column.lgn.n_cells}"
            )
        trains["lgn"] = varying_spikes(stimulus, duration_ms, rng)
    for name, streams in (("bkg", column.background), ("surround", column.surround)):
        if streams.n_streams:
            trains[name] = steady_spikes(streams.rate_hz, duration_ms, rng)
    if trains:
        make_folder(folder)
    for name, (times_ms, ids) in trains.items():
        path = folder / f"{name}_spikes.h5"
        write_spikes(path, name, times_ms, ids, compress=True)
    return list(trains)


def steady_spikes(
    rate_hz: FloatArray, duration_ms: float, rng: np.random.Generator
) -> Spikes:
    """Draw Poisson trains of constant rate.

    Parameters
    ----------
    rate_hz
        Rate of each train, Hz, ``(n,)``.
    duration_ms
        Duration, ms.
    rng
        Source of random numbers.

    Returns
    -------
    times_ms, ids
        Spikes sorted by train; times are multiples of :data:`STEP_MS`, above 0.
    """
    count = rng.poisson(rate_hz * (duration_ms / 1000.0))
    ids = np.repeat(np.arange(count.size), count)
    steps = rng.integers(1, _n_steps(duration_ms), size=ids.size, endpoint=True)
    return np.multiply(steps, STEP_MS, dtype=np.float64), ids.astype(np.int64)


def varying_spikes(
    stimulus: Stimulus, duration_ms: float, rng: np.random.Generator
) -> Spikes:
    """Draw Poisson trains with the LGN rates of a stimulus.

    Parameters
    ----------
    stimulus
        LGN rates; at least ``duration_ms`` long.
    duration_ms
        Duration, ms.
    rng
        Source of random numbers.

    Returns
    -------
    times_ms, ids
        Spikes; times are multiples of :data:`STEP_MS`, above 0, and differ within a
        train, as in our own simulation of a stimulus.

    Raises
    ------
    InputError
        If the stimulus is too short.
    """
    if stimulus.duration_ms < duration_ms - STEP_MS / 2:
        raise InputError(
            f"stimulus {stimulus.name} lasts {stimulus.duration_ms:g} ms, "
            f"{duration_ms:g} ms of spikes are asked for"
        )
    rate = stimulus.lgn_rate_hz.astype(np.float64)
    count = rng.poisson(rate * (stimulus.dt_ms / 1000.0))
    sample, cell = np.nonzero(count)
    repeats = count[sample, cell]
    sample, cell = np.repeat(sample, repeats), np.repeat(cell, repeats)
    time_ms = (sample + rng.random(sample.size)) * stimulus.dt_ms
    step, source = one_per_step(
        np.floor(time_ms / STEP_MS).astype(np.int64), cell, _n_steps(duration_ms)
    )
    return np.multiply(step + 1, STEP_MS, dtype=np.float64), source.astype(np.int64)


def _n_steps(duration_ms: float) -> int:
    return max(1, round(duration_ms / STEP_MS))
