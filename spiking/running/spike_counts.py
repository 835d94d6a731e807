"""Counts and interval statistics of the spikes of one trial."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray


class IntervalStatistics(NamedTuple):
    """Number, sum (ms) and sum of squares (ms^2) of intervals per cell."""

    n_intervals: IntArray
    sum_ms: FloatArray
    square_sum_ms2: FloatArray


def count_by_bin(
    spikes: NDArray[np.int32],
    population: NDArray[np.int8],
    bin_steps: int,
    n_bins: int,
    n_populations: int,
) -> IntArray:
    """Return spikes per bin and population, ``(n_bins, n_populations)``.

    Parameters
    ----------
    spikes
        Rows of (step, cell).
    population
        Population of each cell.
    bin_steps, n_bins, n_populations
        Steps per bin and the sizes of the result.
    """
    place = spikes[:, 0] // bin_steps * n_populations + population[spikes[:, 1]]
    counts = np.bincount(place, minlength=n_bins * n_populations)
    result: IntArray = counts.reshape(n_bins, n_populations)
    return result


def intervals(
    spikes: NDArray[np.int32], n_cells: int, dt_ms: float
) -> IntervalStatistics:
    """Return the statistics of intervals between spikes of the same cell.

    Parameters
    ----------
    spikes
        Rows of (step, cell), ascending in step.
    n_cells
        Number of cells.
    dt_ms
        Time step, ms.
    """
    order = np.argsort(spikes[:, 1], kind="stable")
    step, cell = spikes[order, 0].astype(np.float64), spikes[order, 1]
    same = cell[1:] == cell[:-1]
    owner = cell[1:][same]
    interval_ms = np.asarray(np.diff(step)[same] * dt_ms, dtype=np.float64)

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(owner, values, n_cells).astype(np.float64)

    return IntervalStatistics(
        np.bincount(owner, minlength=n_cells),
        total(interval_ms),
        total(interval_ms**2),
    )
