"""Fits the threshold-power law to measured rates, all cells at once."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from bridge.errors import InputError
from bridge.reduction.transfer.function import PER_MS, WIDTH_FLOOR, TransferFunction

# log rate at one scale above threshold, threshold / scale, log width / scale,
# log power, threshold slope / scale, width slope, threshold curvature / scale
PRIOR_MEAN = np.array([1.5, 0.0, -0.7, 0.25, 0.0, 0.7, 0.0])
PRIOR_SD = np.array([3.0, 10.0, 1.5, 0.4, 1.5, 0.6, 0.5])
"""Weak Gaussian priors: they decide only for cells whose data do not."""

N_REWEIGHTED = 4
"""Rounds of the fit; each takes its errors from the rates fitted before."""

MAX_ITERATIONS = 30
"""Upper limit of the iterations of one round."""

RELATIVE_ERROR = 0.03
"""Error of the law itself, relative to the rate, beside counting noise."""

GROWTH_OF_ERROR = 2.0
"""By how much it grows with the square of a relative rise of sigma: points far above
the working point, at twice its sigma, weigh a ninth and do not bend F there."""


@dataclass(frozen=True)
class FitQuality:
    """How well the law meets the data, per cell, ``(n_cells,)``.

    Attributes
    ----------
    rms_hz
        Root mean square deviation, Hz.
    chi2
        Mean squared deviation in units of the expected error.
    """

    rms_hz: FloatArray
    chi2: FloatArray


def fit_transfer(
    mean_pa: FloatArray,
    sigma_mv: FloatArray,
    rate_hz: FloatArray,
    *,
    duration_s: float,
    sigma_ref_mv: FloatArray,
    scale_pa: FloatArray,
    centre_pa: FloatArray,
    t_ref_ms: FloatArray,
) -> tuple[TransferFunction, FitQuality]:
    """Fit every cell's transfer function by damped least squares.

    Levenberg-Marquardt on all cells in parallel, with residuals in units of
    counting noise and a weak prior on each parameter.

    Parameters
    ----------
    mean_pa, sigma_mv, rate_hz
        Mean input (pA), membrane fluctuation (mV) and measured rate (Hz) at
        every level, ``(n_cells, n_levels)``.
    duration_s
        Time each rate was counted over, s.
    sigma_ref_mv
        Fluctuation at the working point, mV, ``(n_cells,)``.
    scale_pa
        Current scale of each cell (a typical width), pA, ``(n_cells,)``.
    centre_pa
        First guess of the threshold, pA, ``(n_cells,)``.
    t_ref_ms
        Refractory time of each cell, ms, ``(n_cells,)``.

    Returns
    -------
    tuple
        The transfer functions and the quality of each fit.

    Raises
    ------
    InputError
        If a measured rate is negative or not finite.
    """
    if not np.isfinite(rate_hz).all() or (rate_hz < 0.0).any():
        raise InputError("transfer fit: a measured rate is negative or not finite")
    x = (mean_pa - centre_pa[:, None]) / scale_pa[:, None]
    shift = sigma_mv / sigma_ref_mv[:, None] - 1.0
    law_error = RELATIVE_ERROR * (1.0 + GROWTH_OF_ERROR * np.maximum(shift, 0.0) ** 2)
    dead = PER_MS * t_ref_ms[:, None]
    parameters = np.tile(PRIOR_MEAN, (x.shape[0], 1))
    expected = rate_hz
    for _ in range(N_REWEIGHTED):
        # The error follows from the expected count, not from the one observed:
        # weights from observed counts favour what came out low by chance and
        # cost about one spike per point (iteratively reweighted least squares,
        # McCullagh & Nelder 1989, section 2.5).
        error = np.sqrt(
            (expected + 0.5 / duration_s) / duration_s + (law_error * expected) ** 2
        )
        parameters = _levenberg_marquardt(x, shift, dead, rate_hz, error, parameters)
        expected, _ = _law(parameters, x, shift, dead)
    log_rate, threshold, log_width, log_power, slope, width_slope, curvature = (
        parameters.T
    )
    power = np.exp(log_power)
    transfer = TransferFunction(
        gain=np.exp(log_rate - power * np.log(scale_pa)),
        threshold_pa=centre_pa + threshold * scale_pa,
        width_pa=np.exp(log_width) * scale_pa,
        power=power,
        sigma_ref_mv=sigma_ref_mv,
        threshold_slope_pa=slope * scale_pa,
        threshold_curvature_pa=curvature * scale_pa,
        width_slope=width_slope,
        t_ref_ms=t_ref_ms,
    )
    deviation = expected - rate_hz
    quality = FitQuality(
        np.sqrt((deviation**2).mean(axis=1)),
        ((deviation / error) ** 2).mean(axis=1),
    )
    return transfer, quality


def _law(
    parameters: FloatArray, x: FloatArray, shift: FloatArray, dead_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return rate ``(n, levels)`` and derivatives ``(n, levels, 7)``."""
    log_rate, threshold, log_width, log_power, slope, width_slope, curvature = (
        column[:, None] for column in parameters.T
    )
    stretch = np.maximum(1.0 + width_slope * shift, WIDTH_FLOOR)
    width = np.exp(log_width) * stretch
    z = (x - threshold - (slope + curvature * shift) * shift) / width
    soft = np.maximum(np.logaddexp(0.0, z), 1e-300)
    sigmoid = np.exp(-np.logaddexp(0.0, -z))
    power = np.exp(log_power)
    log_drive = np.log(width * soft)
    free = np.exp(np.minimum(log_rate + power * log_drive, 50.0))
    awake = 1.0 / (1.0 + dead_s * free)
    rate = free * awake
    by_log = rate * awake
    by_mean = by_log * power * sigmoid / (width * soft)
    by_log_width = by_log * power * (1.0 - z * sigmoid / soft)
    moves = stretch > WIDTH_FLOOR
    return rate, np.stack(
        (
            by_log,
            -by_mean,
            by_log_width,
            by_log * power * log_drive,
            -by_mean * shift,
            by_log_width * shift / stretch * moves,
            -by_mean * shift**2,
        ),
        axis=-1,
    )


def _levenberg_marquardt(
    x: FloatArray,
    shift: FloatArray,
    dead_s: FloatArray,
    rate: FloatArray,
    error: FloatArray,
    parameters: FloatArray,
) -> FloatArray:
    """Minimise the penalised squares of all cells together (Marquardt 1963)."""
    prior_weight = 1.0 / PRIOR_SD**2

    def cost(model: FloatArray, p: FloatArray) -> FloatArray:
        data = (((model - rate) / error) ** 2).sum(axis=1)
        return np.asarray(data + ((p - PRIOR_MEAN) ** 2 * prior_weight).sum(axis=1))

    damping = np.full(x.shape[0], 1e-2)
    model, jacobian = _law(parameters, x, shift, dead_s)
    value = cost(model, parameters)
    eye = np.eye(parameters.shape[1])
    for _ in range(MAX_ITERATIONS):
        j = jacobian / error[..., None]
        residual = (model - rate) / error
        gradient = np.einsum("nlp,nl->np", j, residual)
        gradient += (parameters - PRIOR_MEAN) * prior_weight
        hessian = j.swapaxes(1, 2) @ j + eye * prior_weight[None, :, None]
        diagonal = np.einsum("npp->np", hessian)
        damped = hessian + eye * (damping[:, None] * diagonal)[:, :, None]
        step = -np.linalg.solve(damped, gradient[..., None])[..., 0]
        trial = parameters + np.clip(step, -2.0, 2.0)
        trial_model, trial_jacobian = _law(trial, x, shift, dead_s)
        trial_value = cost(trial_model, trial)
        better = trial_value < value
        gain = np.where(better, (value - trial_value) / np.maximum(value, 1e-12), 0.0)
        parameters = np.where(better[:, None], trial, parameters)
        model = np.where(better[:, None], trial_model, model)
        jacobian = np.where(better[:, None, None], trial_jacobian, jacobian)
        value = np.where(better, trial_value, value)
        damping = np.clip(np.where(better, damping * 0.3, damping * 4.0), 1e-8, 1e8)
        if better.any() and gain.max() < 1e-7:
            break
    return parameters
