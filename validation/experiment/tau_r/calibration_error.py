"""How far a rate model is from the calibration data, by tau_r."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS, count_by_population
from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork


class CalibrationError:
    """The error of a rate model under the calibration stimuli.

    The squared error of a population counts in units of its variance; populations
    whose own noise exceeds a fifth of their variance are left out.

    Parameters
    ----------
    parameters
        Parameters of the rate model.
    model
        Which rate model; its tau_r is not read.
    stimuli
        Calibration stimuli.
    counts
        Spike counts under them from ``drop_ms`` on, ``(n_seeds, n_stimuli,
        n_trials, n_bins, 17)``.
    bin_ms, drop_ms
        Bin and dropped start, ms.

    Attributes
    ----------
    model
        The rate model.
    clear
        Populations that count, ``(17,)``.

    Raises
    ------
    InputError
        If no population counts.
    """

    def __init__(
        self,
        parameters: RateParameters,
        model: RateModel,
        stimuli: Sequence[Stimulus],
        counts: NDArray[np.integer],
        *,
        bin_ms: float,
        drop_ms: float,
    ) -> None:
        self.model = model
        self._parameters, self._stimuli = parameters, stimuli
        self._bin_ms, self._drop_ms = bin_ms, drop_ms
        cells = count_by_population(parameters.population)
        trials = np.moveaxis(counts, 0, 1) / np.maximum(cells, 1) / (bin_ms * 1e-3)
        trials = trials.reshape(trials.shape[0], -1, *trials.shape[3:])
        self._mean = trials.mean(axis=1)
        noise = (trials.var(axis=1, ddof=1) / trials.shape[1]).mean(axis=(0, 1))
        variance = self._mean.reshape(-1, len(POPULATIONS)).var(axis=0)
        self._variance = np.maximum(variance, 1e-12)
        # a silent one has no noise
        self.clear = (noise > 0.0) & (noise < 0.2 * self._variance)
        if not self.clear.any():
            raise InputError(
                "tau_r: every population is too noisy under the calibration stimuli "
                "to fit it; raise spiking.calibration_trials or set rate.tau_r_ms"
            )

    def of(self, tau_r_ms: ArrayLike) -> FloatArray:
        """Return the mean error of the populations that count, ``(n_tau,)``.

        Parameters
        ----------
        tau_r_ms
            ms, ``(n_tau, 1)`` or ``(n_tau, 17)``.
        """
        network = RateNetwork(self._parameters, self.model, tau_r_ms=tau_r_ms)
        run = network.run(self._stimuli, bin_ms=self._bin_ms, drop_ms=self._drop_ms)
        rates = run.rates[:, :, round(self._drop_ms / self._bin_ms) :]
        error = ((rates - self._mean) ** 2).mean(axis=(1, 2)) / self._variance
        total = error[:, self.clear].mean(axis=1)
        return np.where(np.isfinite(total), total, np.inf)
