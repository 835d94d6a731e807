"""What a run of the rate model returns."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS


@dataclass(frozen=True)
class RateResult:
    """Rates of one variant under a batch of stimuli.

    Attributes
    ----------
    variant
        Name of the variant.
    stimulus_names
        Names of the stimuli.
    rates
        Population mean rate in every bin from time 0, Hz,
        ``(n_stimuli, n_bins, 17)``; NaN for a population without cells. With a
        sweep of tau_r ``(n_tau, n_stimuli, n_bins, 17)``.
    neuron_rates
        Mean rate of each cell over the bins that start at or after
        ``drop_ms``, Hz, ``(n_stimuli, n_cells)``, with a sweep
        ``(n_tau, n_stimuli, n_cells)``.
    bin_ms, drop_ms, dt_ms
        Bin, dropped start, step, ms.
    """

    variant: str
    stimulus_names: tuple[str, ...]
    rates: FloatArray
    neuron_rates: FloatArray
    bin_ms: float
    drop_ms: float
    dt_ms: float

    def to_dataset(self) -> xr.Dataset:
        """Return the rates with named dimensions; a time is the start of its bin."""
        sweep = ("sweep",) if self.rates.ndim == 4 else ()
        hertz = {"units": "Hz"}
        n_bins = self.rates.shape[-2]
        return xr.Dataset(
            {
                "rate": ((*sweep, "stimulus", "time", "population"), self.rates, hertz),
                "neuron_rate": (
                    (*sweep, "stimulus", "neuron"),
                    self.neuron_rates,
                    hertz,
                ),
            },
            coords={
                "stimulus": list(self.stimulus_names),
                "time": ("time", np.arange(n_bins) * self.bin_ms, {"units": "ms"}),
                "population": list(POPULATIONS),
            },
            attrs={
                "variant": self.variant,
                "bin_ms": self.bin_ms,
                "drop_ms": self.drop_ms,
                "dt_ms": self.dt_ms,
            },
        )
