"""What a batch of spiking trials gave."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.populations import POPULATIONS


@dataclass(frozen=True)
class TrialSpikes:
    """Raw spikes of one trial.

    Attributes
    ----------
    stimulus, trial
        Index of the stimulus and number of the trial.
    times_ms
        Spike times, ms: the end of the step in which the spike happened, as in
        NEST; ascending, shape ``(n_spikes,)``.
    ids
        Cell of each spike, int32.
    """

    stimulus: int
    trial: int
    times_ms: FloatArray
    ids: NDArray[np.int32]


@dataclass(frozen=True)
class SpikingResult:
    """Spike counts and interval statistics of stimuli x trials.

    Attributes
    ----------
    stimulus_names
        Names of the stimuli.
    population
        Index into :data:`bridge.column.populations.POPULATIONS` per cell.
    bin_ms, drop_ms, dt_ms
        Bin width; time left out of the per-cell statistics; time step, ms.
    device
        Device that ran it.
    counts
        Spikes per bin and population over the whole trial, int64, shape
        ``(n_stimuli, n_trials, n_bins, 17)``.
    neuron_counts
        Spikes per cell after ``drop_ms``, int32, shape
        ``(n_stimuli, n_trials, n_cells)``.
    n_intervals, interval_sum_ms, interval_square_sum_ms2
        Number, sum (ms) and sum of squares (ms^2) of the intervals between
        spikes after ``drop_ms``, same shape.
    spikes
        Raw spikes if they were asked for, else empty.
    """

    stimulus_names: tuple[str, ...]
    population: NDArray[np.int8]
    bin_ms: float
    drop_ms: float
    dt_ms: float
    device: str
    counts: IntArray
    neuron_counts: NDArray[np.int32]
    n_intervals: NDArray[np.int32]
    interval_sum_ms: FloatArray
    interval_square_sum_ms2: FloatArray
    spikes: tuple[TrialSpikes, ...] = ()

    @property
    def duration_ms(self) -> float:
        """Duration of a trial, ms."""
        n_bins: int = self.counts.shape[2]
        return n_bins * self.bin_ms

    def population_sizes(self) -> IntArray:
        """Return the number of cells of each population, shape ``(17,)``."""
        sizes: IntArray = np.bincount(self.population, minlength=len(POPULATIONS))
        return sizes

    def population_rates_hz(self) -> FloatArray:
        """Return population rates, Hz, ``(n_stimuli, n_trials, n_bins, 17)``.

        A population without cells has rate 0.
        """
        sizes = np.maximum(self.population_sizes(), 1)
        return self.counts / (sizes * self.bin_ms * 1e-3)

    def neuron_rates_hz(self) -> FloatArray:
        """Return mean rates after ``drop_ms``, Hz, as ``neuron_counts``."""
        return self.neuron_counts / ((self.duration_ms - self.drop_ms) * 1e-3)

    def interval_cv(self) -> FloatArray:
        """Return the coefficient of variation of intervals of each cell.

        Intervals of all stimuli and trials are pooled; NaN below two intervals.
        Shape ``(n_cells,)``.
        """
        n = self.n_intervals.sum(axis=(0, 1)).astype(np.float64)
        n[n < 2] = np.nan
        mean = self.interval_sum_ms.sum(axis=(0, 1)) / n
        square = self.interval_square_sum_ms2.sum(axis=(0, 1)) / n
        variance = np.maximum(square - mean**2, 0.0) * n / (n - 1.0)
        result: FloatArray = np.sqrt(variance) / mean
        return result

    def to_dataset(self) -> xr.Dataset:
        """Return rates as an xarray dataset.

        Returns
        -------
        xarray.Dataset
            ``population_rate`` (stimulus, trial, time, population) and
            ``neuron_rate`` (stimulus, trial, neuron) in Hz; a time label is the
            start of its bin, in ms.
        """
        n_bins = self.counts.shape[2]
        hz = {"units": "Hz"}
        return xr.Dataset(
            {
                "population_rate": (
                    ("stimulus", "trial", "time", "population"),
                    self.population_rates_hz(),
                    hz,
                ),
                "neuron_rate": (
                    ("stimulus", "trial", "neuron"),
                    self.neuron_rates_hz(),
                    hz,
                ),
            },
            coords={
                "stimulus": list(self.stimulus_names),
                "time": ("time", np.arange(n_bins) * self.bin_ms, {"units": "ms"}),
                "population": list(POPULATIONS),
                "neuron_population": ("neuron", self.population),
            },
            attrs={
                "bin_ms": self.bin_ms,
                "drop_ms": self.drop_ms,
                "dt_ms": self.dt_ms,
                "device": self.device,
            },
        )
