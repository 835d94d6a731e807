"""Checks of what a run of the spiking model is asked for."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatingArray
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus

GivenSpikes = Mapping[tuple[int, int], tuple[FloatingArray, NDArray[np.integer]]]
"""LGN spikes by (stimulus index, trial): times in ms, rows of the LGN cells."""


def whole_steps(time_ms: float, dt_ms: float, what: str) -> int:
    """Return a time in steps.

    Raises
    ------
    InputError
        If it is not a positive multiple of the time step.
    """
    steps = round(time_ms / dt_ms)
    if steps < 1 or abs(steps * dt_ms - time_ms) > 1e-6 * time_ms:
        raise InputError(f"{what} of {time_ms} ms is not a multiple of dt = {dt_ms} ms")
    return steps


def check_stimuli(stimuli: Sequence[Stimulus], n_lgn: int, dt_ms: float) -> int:
    """Check that stimuli fit the column, the time step and each other.

    Parameters
    ----------
    stimuli
        The stimuli.
    n_lgn
        Number of LGN cells of the column.
    dt_ms
        Time step, ms.

    Returns
    -------
    int
        Their common duration in steps.

    Raises
    ------
    InputError
        If there is none, or one does not fit.
    """
    if not stimuli:
        raise InputError("spiking model: no stimulus given")
    first = stimuli[0]
    for stimulus in stimuli:
        where = f"stimulus {stimulus.name}"
        whole_steps(stimulus.dt_ms, dt_ms, f"{where}: dt_ms")
        whole_steps(stimulus.duration_ms, dt_ms, f"{where}: duration")
        n_samples, n_given = stimulus.lgn_rate_hz.shape
        if n_given != n_lgn:
            raise InputError(
                f"{where}: rates of {n_given} LGN cells, the column has {n_lgn}"
            )
        if abs(stimulus.duration_ms - first.duration_ms) > 1e-6:
            raise InputError(
                f"{where}: lasts {stimulus.duration_ms} ms, {first.name} lasts "
                f"{first.duration_ms} ms; run them separately"
            )
        current, expected = stimulus.current_pa, (n_samples, len(POPULATIONS))
        if current is not None and np.shape(current) != expected:
            raise InputError(
                f"{where}: current_pa has shape {np.shape(current)}, not {expected}"
            )
        if (stimulus.surround_hz is None) != (first.surround_hz is None):
            raise InputError(
                f"{where}: of it and {first.name}, one alone states surround rates; "
                "run them separately"
            )
    return whole_steps(first.duration_ms, dt_ms, "duration")


def check_bins(n_steps: int, dt_ms: float, bin_ms: float, drop_ms: float) -> int:
    """Check the bins of a trial; return their number.

    Raises
    ------
    InputError
        If they do not divide the trial, or nothing is left to count.
    """
    bin_steps = whole_steps(bin_ms, dt_ms, "bin_ms")
    duration_ms = n_steps * dt_ms
    if n_steps % bin_steps:
        raise InputError(f"bin_ms = {bin_ms} does not divide {duration_ms:g} ms")
    if not 0.0 <= drop_ms < duration_ms:
        raise InputError(f"drop_ms = {drop_ms} leaves nothing of {duration_ms:g} ms")
    return n_steps // bin_steps


def check_counts(**counts: int) -> None:
    """Check numbers of trials and processes (at least 1) and seeds (at least 0).

    Raises
    ------
    InputError
        If one is too small.
    """
    for name, value in counts.items():
        least = 0 if name in ("seed", "first_trial") else 1
        if value < least:
            raise InputError(f"spiking model: {name} = {value} must be >= {least}")


def check_given_spikes(
    given: GivenSpikes, places: Sequence[tuple[int, int]], n_lgn: int
) -> None:
    """Check that there are given LGN spikes for every trial, of existing cells.

    Raises
    ------
    InputError
        If a trial or a cell is missing.
    """
    for stimulus, trial in places:
        if (stimulus, trial) not in given:
            raise InputError(
                f"LGN spikes: none given for stimulus {stimulus}, trial {trial}"
            )
        rows = np.asarray(given[stimulus, trial][1])
        if rows.size and not 0 <= rows.min() <= rows.max() < n_lgn:
            raise InputError(
                f"LGN spikes: a cell of trial {trial} is outside 0..{n_lgn - 1}"
            )
