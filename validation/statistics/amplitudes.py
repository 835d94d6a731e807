"""Amplitudes at the frequencies of a stimulus: gain and phase of a model."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bridge.arrays import FloatArray
from validation.statistics.frequency_point import FrequencyPoint

ComplexArray = NDArray[np.complex128]

LARGE_GAIN = 1e6
"""Stands for an unbounded gain in files, which have no infinity."""


def resolvable(
    frequencies_hz: Sequence[float], n_bins: int, bin_ms: float
) -> tuple[float, ...]:
    """Return the frequencies that a recording can tell apart from its mean.

    At least one cycle long, and at most 0.45 of the sampling rate.
    """
    slowest = 1000.0 / (n_bins * bin_ms)
    fastest = 0.45 * 1000.0 / bin_ms
    return tuple(
        f for f in sorted(set(frequencies_hz)) if slowest - 1e-9 <= f <= fastest + 1e-9
    )


def compute_amplitudes(
    rates_hz: FloatArray,
    frequencies_hz: Sequence[float],
    bin_ms: float,
    start_ms: float,
) -> ComplexArray:
    """Fit a constant and one sinusoid per frequency by least squares.

    A joint fit keeps frequencies from leaking into one another whatever the
    length of the recording.

    Parameters
    ----------
    rates_hz
        Rates, Hz, shape ``(..., n_bins)``.
    frequencies_hz
        Frequencies, Hz.
    bin_ms, start_ms
        Bin width and start of the first bin, ms.

    Returns
    -------
    ndarray
        Complex amplitudes ``a`` of ``Re(a exp(2 pi i f t))``, Hz, shape
        ``(..., n_frequencies)``.
    """
    n_bins = rates_hz.shape[-1]
    time_s = (start_ms + (np.arange(n_bins) + 0.5) * bin_ms) / 1000.0
    angle = 2.0 * np.pi * np.outer(time_s, np.asarray(frequencies_hz))
    design = np.concatenate([np.ones((n_bins, 1)), np.cos(angle), np.sin(angle)], 1)
    fit = rates_hz @ np.linalg.pinv(design).T
    n = len(frequencies_hz)
    amplitude: ComplexArray = fit[..., 1 : n + 1] - 1j * fit[..., n + 1 :]
    return amplitude


@lru_cache
def _response_threshold(p_response: float, n_trials: int) -> float:
    return float(stats.f.isf(p_response, 2, 2 * (n_trials - 1)))


@lru_cache
def _z(confidence: float) -> float:
    return float(stats.norm.isf((1.0 - confidence) / 2.0))


def _ratio_interval(
    a: float, b: float, a_variance: float, b_variance: float, z: float
) -> tuple[float, float]:
    """Confidence interval of a ratio a / b of two noisy numbers (Fieller 1954).

    Unlike ``ratio +- z x error`` it does not mistake a response that noise made
    large for a small gain.
    """
    denominator = b**2 - z**2 * b_variance
    if denominator <= 0.0:
        return 0.0, LARGE_GAIN
    inner = a_variance * b**2 + a**2 * b_variance - z**2 * a_variance * b_variance
    half = z * float(np.sqrt(max(inner, 0.0)))
    return (
        max(a * b - half, 0.0) / denominator,
        min((a * b + half) / denominator, LARGE_GAIN),
    )


def compare_amplitudes(
    spiking: ComplexArray,
    model: ComplexArray,
    *,
    stimulus: str,
    frequency_hz: float,
    p_response: float,
    confidence: float,
) -> FrequencyPoint:
    """Gain and phase of a model at one frequency, with intervals from the trials.

    The spiking response is tested against its noise with the F statistic
    ``n |mean|^2 / var`` on 2 and ``2 (n - 1)`` degrees of freedom (Hotelling's
    test for a circular complex amplitude; Victor & Mast 1991, T_circ^2).

    Parameters
    ----------
    spiking
        Complex amplitudes of the trials, ``(n_trials,)``.
    model
        Complex amplitudes of the model's trials, ``(n,)``; one without noise.
    stimulus, frequency_hz
        What the amplitudes belong to.
    p_response
        Level at which a response counts as one.
    confidence
        Confidence of the intervals.
    """
    n, m = spiking.size, model.size
    s, a = complex(spiking.mean()), complex(model.mean())
    noise = float((np.abs(spiking - s) ** 2).sum() / (n - 1)) / n
    model_noise = float((np.abs(model - a) ** 2).sum() / (m - 1)) / m if m > 1 else 0.0
    power = abs(s) ** 2
    is_response = power > noise * _response_threshold(p_response, n)
    # The squared modulus of a noisy mean exceeds the true one by its variance.
    amplitude = float(np.sqrt(max(power - noise, 0.0)))
    model_amplitude = float(np.sqrt(max(abs(a) ** 2 - model_noise, 0.0)))
    if not is_response or amplitude == 0.0 or not np.isfinite(a):
        return FrequencyPoint(
            stimulus=stimulus,
            frequency_hz=frequency_hz,
            amplitude_spiking_hz=amplitude,
            amplitude_model_hz=model_amplitude if np.isfinite(a) else 0.0,
            significant=False,
        )
    z = _z(confidence)
    gain = model_amplitude / amplitude
    relative = np.sqrt(0.5 * noise) / amplitude
    model_error = np.sqrt(0.5 * model_noise) / amplitude
    phase: float | None = None
    phase_interval: tuple[float, float] | None = None
    if model_amplitude > 0.0:
        phase = float(np.degrees(np.angle(a / s)))
        error = np.hypot(relative, model_error / gain)
        phase_error = float(np.degrees(z * error))
        phase_interval = (phase - phase_error, phase + phase_error)
    return FrequencyPoint(
        stimulus=stimulus,
        frequency_hz=frequency_hz,
        amplitude_spiking_hz=amplitude,
        amplitude_model_hz=model_amplitude,
        gain=gain,
        phase_deg=phase,
        gain_interval=_ratio_interval(
            model_amplitude, amplitude, 0.5 * model_noise, 0.5 * noise, z
        ),
        phase_interval_deg=phase_interval,
        significant=True,
    )
