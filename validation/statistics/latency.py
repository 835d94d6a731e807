"""Timing of the responses: lag, onset latency, peak after an onset."""

from collections.abc import Sequence

import numpy as np

from bridge.arrays import FloatArray

MAX_LAG_MS = 100.0
"""Longest lag looked for, ms."""

BASELINE_MS = 100.0
"""Time before an onset that its baseline is taken from, ms."""

WINDOW_MS = 200.0
"""Time after an onset in which its peak is looked for, ms."""


def compute_lag(
    spiking_hz: Sequence[FloatArray],
    model_hz: Sequence[FloatArray],
    weights: FloatArray,
    bin_ms: float,
) -> FloatArray:
    """Lag of a model from the peak of its cross-correlation with the PSTH.

    The correlation is normalised at each lag by the spread of the part of the
    model that is compared, and its peak is interpolated by a parabola through
    three bins.

    Parameters
    ----------
    spiking_hz
        Trials of each stimulus, Hz, each ``(n_groups, n_trials, n_bins)``.
    model_hz
        Model, Hz, each ``(n_groups, n_bins)``.
    weights
        Bootstrap weights of the trials, ``(n_samples, n_trials)``.
    bin_ms
        Bin width, ms.

    Returns
    -------
    ndarray
        Lag, ms, positive where the model is late, ``(n_samples, n_groups)``; NaN
        where there is no correlation or its peak lies beyond the lags looked for.
    """
    shortest = min(model.shape[1] for model in model_hz)
    reach = min(round(MAX_LAG_MS / bin_ms), shortest // 4)
    n_groups, n_trials = spiking_hz[0].shape[:2]
    covariance = np.zeros((2 * reach + 1, n_groups, n_trials))
    variance = np.zeros((2 * reach + 1, n_groups))
    for trials, model in zip(spiking_hz, model_hz, strict=True):
        kept = trials[:, :, reach : trials.shape[2] - reach]
        kept = kept - kept.mean(axis=2, keepdims=True)
        for row in range(2 * reach + 1):
            part = model[:, row : row + kept.shape[2]]
            part = part - part.mean(axis=1, keepdims=True)
            covariance[row] += (kept @ part[:, :, None])[:, :, 0]
            variance[row] += (part**2).sum(axis=1)
    scale = np.sqrt(variance)
    flat = scale <= 1e-9 * np.maximum(scale.max(axis=0), 1e-9)
    correlation = np.where(
        flat[:, None, :],
        0.0,
        np.einsum("bi,kgi->kbg", weights, covariance)
        / np.where(flat, 1.0, scale)[:, None, :],
    )
    best = correlation.argmax(axis=0)
    inner = np.clip(best, 1, 2 * reach - 1)
    before, at, after = (
        np.take_along_axis(correlation, inner[None] + step, axis=0)[0]
        for step in (-1, 0, 1)
    )
    curvature = before - 2.0 * at + after
    shift = np.divide(
        0.5 * (before - after), curvature, out=np.zeros_like(at), where=curvature < 0.0
    )
    found = (at > 0.0) & (best == inner)
    return np.where(found, (inner - reach + shift) * bin_ms, np.nan)


def compute_onset(
    psth_hz: FloatArray, onset_ms: float, bin_ms: float, start_ms: float
) -> tuple[FloatArray, FloatArray]:
    """Latency of the half peak and size of the peak after an onset.

    The peak is the largest rate within 200 ms of the onset, above the mean rate of
    the 100 ms before it; the latency is where the rate first crosses half of it,
    interpolated between bin centres.

    Parameters
    ----------
    psth_hz
        Rates, Hz, shape ``(..., n_bins)``.
    onset_ms
        Onset from the start of the trial, ms.
    bin_ms
        Bin width, ms.
    start_ms
        Start of the first bin from the start of the trial, ms.

    Returns
    -------
    latency_ms, peak_hz
        Shape ``(...)``; NaN where the rate does not rise or the onset lies too
        close to the edges of the recording.
    """
    first = int(np.ceil((onset_ms - start_ms) / bin_ms - 1e-9))
    n_before = round(BASELINE_MS / bin_ms)
    window = psth_hz[..., max(first, 0) : first + round(WINDOW_MS / bin_ms)]
    missing = np.full(psth_hz.shape[:-1], np.nan)
    if first < n_before or window.shape[-1] < 3:
        return missing, missing
    baseline = psth_hz[..., first - n_before : first].mean(axis=-1)
    rise = window - baseline[..., None]
    peak = rise.max(axis=-1)
    above = rise >= 0.5 * peak[..., None]
    crossing = above.argmax(axis=-1)
    at = np.take_along_axis(rise, crossing[..., None], axis=-1)[..., 0]
    earlier = np.maximum(crossing - 1, 0)[..., None]
    before = np.where(
        crossing > 0,
        np.take_along_axis(rise, earlier, axis=-1)[..., 0],
        psth_hz[..., first - 1] - baseline,
    )
    step = at - before
    part = np.divide(
        0.5 * peak - before, step, out=np.ones_like(step), where=step > 0.0
    )
    bin_start = start_ms + first * bin_ms - onset_ms
    latency = bin_start + (crossing - 1 + np.clip(part, 0.0, 1.0) + 0.5) * bin_ms
    rises = peak > 0.0
    return np.where(rises, latency, np.nan), np.where(rises, peak, np.nan)
