"""A model's trials held against the spiking ones: what the time course is made of."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bridge.arrays import FloatArray
from validation.statistics.numbers import ratio
from validation.statistics.trial_products import TrialProducts


@dataclass(frozen=True)
class Comparison:
    """Products of a model with the spiking trials, row 0 as is, the rest reweighted.

    With ``s2`` the noise variance of the PSTH (variance over trials / trials),
    ``MSE - s2`` and ``Var - s2`` are computed as averages over pairs of different
    trials, which is the same number and unbiased for any number of trials. Where
    the model has trials of its own, its noise is taken out in the same way.

    Their intervals come from leaving out one trial at a time
    (:mod:`validation.statistics.jackknife`), not from resampling with replacement.

    Attributes
    ----------
    spiking
        Trials of the reference.
    model
        The model, one trial if it has no noise; its groups are the same.
    ceiling
        Noise ceiling of the reference, shape ``(n_groups,)``.
    """

    spiking: TrialProducts
    model: TrialProducts
    ceiling: FloatArray

    @cached_property
    def cross(self) -> FloatArray:
        """Mean over time of model times spiking rate, Hz^2, ``(b, g)``."""
        w = self.spiking.weights / self.spiking.n_trials
        v = self.model.weights / self.model.n_trials
        n_time = self.spiking.trials_hz.shape[2]
        cross = self.spiking.trials_hz @ self.model.trials_hz.transpose(0, 2, 1)
        cross = cross / n_time
        result: FloatArray
        if self.model.n_trials == 1:
            result = w @ cross[:, :, 0].T
        else:
            result = np.einsum("bi,gib->bg", w, cross @ v.T, optimize=True)
        return result

    @cached_property
    def error(self) -> FloatArray:
        """Mean square error without the noise, ``MSE - s2``, Hz^2, ``(b, g)``."""
        return self.spiking.power + self.model.power - 2.0 * self.cross

    @property
    def own_noise(self) -> float:
        """Noise of the model's mean over that of the spiking one; 0 without noise."""
        n_model = self.model.n_trials
        return 0.0 if n_model == 1 else self.spiking.n_trials / n_model

    @property
    def chance_variance(self) -> FloatArray:
        """Variance of :attr:`error` of a perfect model, Hz^4, ``(g,)``.

        A model with trials of its own adds the noise of their mean.
        """
        result: FloatArray = ((1.0 + self.own_noise) * self.spiking.chance_error) ** 2
        return result

    @cached_property
    def correlation(self) -> FloatArray:
        """Correlation with the PSTH, noise of the PSTH included, ``(b, g)``."""
        covariance = self.cross - self.spiking.rate_hz * self.model.rate_hz
        # Rounding leaves a variance of ~1e-16 power in a constant model.
        varies = self.model.signal_variance > 1e-12 * np.maximum(
            self.model.power, 1e-12
        )
        spread = np.sqrt(
            np.where(varies, self.model.signal_variance, 1.0)
            * np.maximum(self.spiking.psth_variance, 0.0)
        )
        return np.where(varies, ratio(covariance, spread), 0.0)

    @cached_property
    def resampled_ceiling(self) -> FloatArray:
        """Noise ceiling of every resample; row 0 is :attr:`ceiling`, ``(b, g)``."""
        reliability = ratio(self.spiking.signal_variance, self.spiking.psth_variance)
        ceiling: FloatArray = np.sqrt(np.maximum(reliability, 0.0))
        ceiling[0] = self.ceiling
        return ceiling
