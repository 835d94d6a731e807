"""Responses of both models to the onsets with a clear response."""

from typing import NamedTuple

import numpy as np

from bridge.arrays import FloatArray
from validation.measuring.compared import Compared
from validation.statistics.latency import compute_onset

CLEAR = 10.0
"""Peak over its noise from which on a response is clear: a maximum is raised by
about its noise, and that is to stay below a tenth of it."""


class OnsetResponses(NamedTuple):
    """Averages over the clear onsets; row 0 as is, the rest resampled.

    Attributes
    ----------
    latency_difference_ms
        Latency of the model minus that of the spiking rates, ms, ``(n_samples,)``.
    peak_ratio
        Peak of the model over the spiking one, ``(n_samples,)``.
    """

    latency_difference_ms: FloatArray
    peak_ratio: FloatArray


def onset_responses(compared: Compared) -> list[OnsetResponses | None]:
    """Return the responses of every group; ``None`` where no onset has a clear one."""
    return compared.once.get("onsets", lambda: _respond(compared))


def _respond(compared: Compared) -> list[OnsetResponses | None]:
    reference, spiking = compared.prepared.reference, compared.prepared.spiking
    model_products = compared.comparison.model
    model_trials, model_weights = model_products.trials_hz, model_products.weights
    groups = range(compared.n_groups)
    differences: list[list[FloatArray]] = [[] for _ in groups]
    ratios: list[list[FloatArray]] = [[] for _ in groups]
    for index, info in enumerate(reference.stimuli):
        if info.kind not in ("flash", "step"):
            continue
        bins = reference.bins_of(index)
        trials = spiking.trials_hz[:, :, bins]
        # Noise grows with the rate: that of the noisiest bin is the peak's.
        noise = np.sqrt(trials.var(axis=1, ddof=1).max(axis=1) / trials.shape[1])
        w = spiking.weights / spiking.n_trials
        v = model_weights / model_weights.shape[1]
        spiking_hz = w @ trials
        model_hz = v @ model_trials[:, :, bins]
        for onset in info.onset_ms:
            where = (onset, reference.bin_ms, reference.drop_ms)
            latency, peak = compute_onset(spiking_hz, *where)
            model_latency, model_peak = compute_onset(model_hz, *where)
            for g in groups:
                if not peak[g, 0] > CLEAR * noise[g]:
                    continue
                differences[g].append(model_latency[g] - latency[g])
                ratios[g].append(
                    np.where(np.isfinite(model_peak[g]), model_peak[g], 0.0) / peak[g]
                )
    return [
        OnsetResponses(np.mean(differences[g], axis=0), np.mean(ratios[g], axis=0))
        if ratios[g]
        else None
        for g in groups
    ]
