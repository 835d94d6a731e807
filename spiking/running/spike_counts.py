"""Counts and interval statistics of the spikes of one trial."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray

MIN_INTERVALS = 10
"""Intervals of a cell under a stimulus below which their CV says nothing."""


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


def interval_cv(
    n_intervals: IntArray | FloatArray,
    sum_ms: FloatArray,
    square_sum_ms2: FloatArray,
    *,
    min_intervals: int = MIN_INTERVALS,
) -> FloatArray:
    """Return the coefficient of variation of intervals of each cell.

    The standard deviation, with the number of intervals as its divisor, over the
    mean; found within each stimulus, since a rate that differs between stimuli is
    no irregularity, and averaged over stimuli with the numbers of intervals as
    weights.

    Parameters
    ----------
    n_intervals, sum_ms, square_sum_ms2
        Number of the intervals, their sum (ms) and that of their squares (ms^2),
        ``(n_stimuli, n_cells)``.
    min_intervals
        A stimulus under which a cell has fewer does not count.

    Returns
    -------
    FloatArray
        ``(n_cells,)``; NaN where no stimulus counts.
    """
    n = np.asarray(n_intervals, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sum_ms / n
        variance = square_sum_ms2 / n - mean**2
        cv = np.sqrt(np.maximum(variance, 0.0)) / mean
        weight = np.where(n >= min_intervals, n, 0.0)
        weighted = np.where(weight > 0.0, cv * weight, 0.0).sum(axis=0)
        return np.asarray(
            weighted / np.where(weight.any(axis=0), weight.sum(axis=0), np.nan)
        )
