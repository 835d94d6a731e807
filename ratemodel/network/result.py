"""What a run of the rate model returns."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.rate_model import RateModel
from bridge.rates import RatesFrame, dropped_bins, rates_dataset
from bridge.stimulus.stimulus_info import StimulusInfo


@dataclass(frozen=True)
class RateResult:
    """Rates of one variant under a batch of stimuli.

    Attributes
    ----------
    model
        The rate model.
    stimuli
        What was shown.
    column_hash
        Hash of the column.
    population
        Index into :data:`bridge.column.populations.POPULATIONS` per cell.
    rates
        Population mean rate in every bin from time 0, Hz,
        ``(n_stimuli, n_bins, 17)``; NaN for a population without cells. With a
        sweep of tau_r ``(n_tau, n_stimuli, n_bins, 17)``.
    neuron_rates
        Mean rate of each cell over the bins that start at or after
        ``drop_ms``, Hz, ``(n_stimuli, n_cells)``, with a sweep
        ``(n_tau, n_stimuli, n_cells)``.
    bin_ms, drop_ms
        Bin and dropped start, ms.
    """

    model: RateModel
    stimuli: tuple[StimulusInfo, ...]
    column_hash: str
    population: NDArray[np.int8]
    rates: FloatArray
    neuron_rates: FloatArray
    bin_ms: float
    drop_ms: float

    def to_dataset(self) -> xr.Dataset:
        """Return the rates after ``drop_ms``, see :func:`bridge.rates.rates_dataset`.

        Returns
        -------
        xarray.Dataset
            ``population_rate`` (stimulus, time, population) and ``neuron_rate``
            (stimulus, neuron), Hz; with a sweep of tau_r a first dimension
            ``sweep``.
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
            self.rates[..., skip:, :],
            self.neuron_rates,
            over=("sweep",) if self.rates.ndim == 4 else (),
            attributes={"rate_model": self.model.model_dump_json()},
        )

    def __repr__(self) -> str:
        return f"RateResult({self.model.name}: {len(self.stimuli)} stimuli)"
