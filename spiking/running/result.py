"""What a batch of spiking trials gave."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.populations import count_by_population
from bridge.rates import RatesFrame, dropped_bins, rates_dataset
from bridge.stimulus.stimulus_info import StimulusInfo


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
    stimuli
        What was shown.
    column_hash
        Hash of the column.
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

    stimuli: tuple[StimulusInfo, ...]
    column_hash: str
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

    def population_rates_hz(self) -> FloatArray:
        """Return population rates, Hz, ``(n_stimuli, n_trials, n_bins, 17)``.

        A population without cells has rate 0.
        """
        sizes = np.maximum(count_by_population(self.population), 1)
        return self.counts / (sizes * self.bin_ms * 1e-3)

    def neuron_rates_hz(self) -> FloatArray:
        """Return mean rates after ``drop_ms``, Hz, as ``neuron_counts``."""
        return self.neuron_counts / ((self.duration_ms - self.drop_ms) * 1e-3)

    def to_dataset(self) -> xr.Dataset:
        """Return the rates after ``drop_ms``, see :func:`bridge.rates.rates_dataset`.

        Returns
        -------
        xarray.Dataset
            ``population_rate`` (stimulus, trial, time, population) and
            ``neuron_rate`` (stimulus, trial, neuron), Hz.
        """
        skip = dropped_bins(self.drop_ms, self.bin_ms)
        frame = RatesFrame(
            self.stimuli,
            self.population,
            self.bin_ms,
            self.drop_ms,
            self.column_hash,
        )
        return rates_dataset(
            frame,
            self.population_rates_hz()[:, :, skip:],
            self.neuron_rates_hz(),
            ("trial",),
            attributes={"dt_ms": self.dt_ms, "device": self.device},
        )

    def __repr__(self) -> str:
        n_stimuli, n_trials = self.counts.shape[:2]
        return f"SpikingResult({n_stimuli} stimuli, {n_trials} trials each)"
