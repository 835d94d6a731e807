"""How well a model follows the PSTH: r over ceiling, explained variance, NRMSE."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from validation.measures.trial_products import TrialProducts


@dataclass(frozen=True)
class TimeCourse:
    """Time-course measures; row 0 the estimate, further rows resampled.

    Attributes
    ----------
    r_over_ceiling
        Correlation over the noise ceiling, shape ``(n_samples, n_groups)``.
    explained_variance
        Noise-corrected explained variance, same shape.
    nrmse
        Noise-corrected root mean square error over the mean rate, same shape.
    """

    r_over_ceiling: FloatArray
    explained_variance: FloatArray
    nrmse: FloatArray


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    ok = denominator > 0.0
    ratio: FloatArray = np.divide(
        numerator, denominator, out=np.full(numerator.shape, np.nan), where=ok
    )
    return ratio


def compute_time_course(
    spiking: TrialProducts, model: TrialProducts, ceiling: FloatArray
) -> TimeCourse:
    """Compare the time course of a model with that of the spiking trials.

    With ``s2`` the noise variance of the PSTH (variance over trials / trials),

    * explained variance = ``1 - (MSE - s2) / (Var - s2)``,
    * NRMSE = ``sqrt(max(0, MSE - s2)) / mean rate``,
    * r over ceiling = ``corr(model, PSTH) / ceiling``.

    ``MSE - s2`` and ``Var - s2`` are computed as averages over pairs of different
    trials, which is the same number and unbiased for any number of trials. Where
    the model has trials of its own, its noise is taken out in the same way.

    Bootstrap intervals of these averages are up to sqrt(3) too wide for a model
    without any error, because the resampled noise products are not centred
    (degenerate U-statistic); this errs towards failing, in the third decimal.

    Parameters
    ----------
    spiking
        Trials of the reference.
    model
        The model, one trial if it has no noise; its groups are the same.
    ceiling
        Noise ceiling of the reference, shape ``(n_groups,)``.

    Returns
    -------
    TimeCourse
        With one row per row of ``spiking.weights``.
    """
    w = spiking.weights / spiking.n_trials
    v = model.weights / model.n_trials
    n_time = spiking.trials_hz.shape[2]
    cross = spiking.trials_hz @ model.trials_hz.transpose(0, 2, 1) / n_time
    if model.n_trials == 1:
        cross_mean = w @ cross[:, :, 0].T
    else:
        cross_mean = np.einsum("bi,gib->bg", w, cross @ v.T, optimize=True)
    error = spiking.power + model.power - 2.0 * cross_mean
    explained = 1.0 - _ratio(error, spiking.signal_variance)
    nrmse = _ratio(np.sqrt(np.maximum(error, 0.0)), spiking.rate_hz)

    covariance = cross_mean - spiking.rate_hz * model.rate_hz
    # Rounding leaves a variance of ~1e-16 power in a constant model.
    varies = model.signal_variance > 1e-12 * np.maximum(model.power, 1e-12)
    spread = np.sqrt(
        np.where(varies, model.signal_variance, 1.0)
        * np.maximum(spiking.psth_variance, 0.0)
    )
    correlation = np.where(varies, _ratio(covariance, spread), 0.0)
    reliability = _ratio(spiking.signal_variance, spiking.psth_variance)
    resampled = np.sqrt(np.maximum(reliability, 0.0))
    resampled[0] = ceiling
    return TimeCourse(
        r_over_ceiling=_ratio(correlation, resampled),
        explained_variance=explained,
        nrmse=nrmse,
    )
